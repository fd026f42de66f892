//! Watches for how much memory somebody asks: what the exercises about lengths and buffers share.

#![allow(dead_code, reason = "each exercise uses some of this")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// More than a few kilobytes at once need a reason.
pub(crate) const SMALL: usize = 16 * 1024;

thread_local! {
    /// The largest piece of memory that this thread has asked for.
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

/// What `body` returns, and the largest piece of memory that it asks for.
pub(crate) fn watched<T>(body: impl FnOnce() -> T) -> (T, usize) {
    LARGEST.set(0);
    (body(), LARGEST.get())
}

/// How many bytes the process has asked for and not given back.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// How much memory the process holds now, all its threads together.
pub(crate) fn held() -> usize {
    // ORDERING: Relaxed; only the number itself matters, here and below.
    HELD.load(Ordering::Relaxed)
}

/// The system's allocator, watched.
struct Watched;

#[global_allocator]
static ALLOCATOR: Watched = Watched;

// SAFETY: all is left to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.set(LARGEST.get().max(layout.size()));
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as our caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as our caller promises, since the memory came from there.
        unsafe { System.dealloc(memory, layout) }
    }
}
