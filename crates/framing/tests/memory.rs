//! Memory follows what has arrived, never what somebody promises. One test, since it counts what the program allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use framing::resp::{Requests, Values};
use framing::{Delimited, FixedLength, FrameReader, Framing, LengthPrefixed, Width, dns};

/// The largest piece of memory that was asked for.
static LARGEST: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, watched.
struct Watched;

// SAFETY: all is left to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Relaxed);
        // SAFETY: as our caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as our caller promises, since the memory came from there.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// The largest piece of memory that `body` asks for.
fn largest(body: impl FnOnce()) -> usize {
    LARGEST.store(0, Relaxed);
    body();
    LARGEST.load(Relaxed)
}

/// How much is asked for at once to read what there is.
fn largest_while_reading(wire: impl Read, framing: impl Framing) -> usize {
    let mut reader = FrameReader::new(wire, framing);
    largest(|| while let Ok(Some(_)) = reader.read_frame() {})
}

#[test]
fn memory_follows_what_has_arrived() {
    const GIBIBYTE: usize = 1 << 30;
    /// A buffer at its first size.
    const SMALL: usize = 8 * 1024;

    // Those who promise much and send little.
    let prefixed = LengthPrefixed::new(Width::Four, GIBIBYTE);
    assert!(largest_while_reading(&b"\x3f\xff\xff\xffabc"[..], prefixed) <= SMALL);
    assert!(largest_while_reading(&b"abc"[..], FixedLength::new(GIBIBYTE)) <= SMALL);
    assert!(largest_while_reading(&b"abc"[..], Delimited::crlf(GIBIBYTE)) <= SMALL);
    assert!(largest_while_reading(&b"$1000000000\r\nabc"[..], Values::new(GIBIBYTE)) <= SMALL);
    assert!(largest_while_reading(&b"*300000000\r\n:1\r\n"[..], Values::new(GIBIBYTE)) <= SMALL);
    assert!(largest_while_reading(&b"*300000000\r\n$1\r\n"[..], Requests::new(GIBIBYTE)) <= SMALL);
    assert!(largest(|| assert!(Values::new(GIBIBYTE).parse(b"*300000000\r\n:1\r\n").is_err())) <= SMALL);
    assert!(largest(|| assert!(dns::Message::parse(b"\0\0\0\0\xff\xff\xff\xff\0\0\0\0").is_err())) <= SMALL);

    // Those who keep their promise, or a part of it: at most four times as much as has come.
    for length in [10_000, 100_000, 1_000_000] {
        let wire = [&(GIBIBYTE as u32).to_be_bytes()[..], &vec![0; length]].concat();
        assert!(largest_while_reading(&wire[..], prefixed) <= 4 * wire.len());
    }

    // Many frames take no more than one.
    let wire = b"\0\0\0\x05hello".repeat(100_000);
    assert!(largest_while_reading(&wire[..], prefixed) <= 2 * SMALL);
}
