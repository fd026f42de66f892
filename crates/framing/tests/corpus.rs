//! What a fuzzer would do, within bounds: a corpus of streams, and changes to them that look like chance.
//!
//! `corpus` has one file for each thing that is worth a try; `examine` says what its first two bytes mean. Whoever has a
//! fuzzer can begin with it, and put there what it finds.

mod examine;
mod streams;

use std::fs;
use std::path::Path;

use examine::examine;
use proptest::prelude::*;
use proptest::sample::Index;

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let files = fs::read_dir(&folder).expect("the corpus");
    let files = files.map(|file| file.expect("a file of the corpus"));
    let read = |path: &Path| fs::read(path).expect("a readable file of the corpus");
    files.map(|file| (file.file_name().to_string_lossy().into_owned(), read(&file.path()))).collect()
}

#[test]
fn nothing_in_the_corpus_is_taken_amiss() {
    let corpus = corpus();
    assert!(corpus.len() >= 16, "{} files are left", corpus.len());
    for (name, data) in corpus {
        println!("{name}");
        examine(&data);
    }
}

/// What happens to a stream.
#[derive(Clone, Debug)]
enum Change {
    /// A byte becomes another.
    Byte(Index, u8),
    /// A bit flips.
    Bit(Index, u8),
    /// Bytes are put in.
    Insert(Index, Vec<u8>),
    /// The bytes between two places are gone.
    Remove(Index, Index),
    /// They come twice.
    Repeat(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    // What means something to one framing or another.
    let byte = || prop_oneof![any::<u8>(), proptest::sample::select(&b"\0\x01\xff\r\n*$:+-0129 \"\xc0"[..])];
    prop_oneof![
        (index(), byte()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (index(), 0..8_u8).prop_map(|(at, bit)| Change::Bit(at, bit)),
        (index(), proptest::collection::vec(byte(), 1..5)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (index(), index()).prop_map(|(from, to)| Change::Remove(from, to)),
        (index(), index()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ]
}

impl Change {
    fn apply(&self, data: &mut Vec<u8>) {
        let between = |from: &Index, to: &Index| {
            let (from, to) = (from.index(data.len() + 1), to.index(data.len() + 1));
            from.min(to)..from.max(to)
        };
        match self {
            Change::Byte(at, byte) if !data.is_empty() => *at.get_mut(data) = *byte,
            Change::Bit(at, bit) if !data.is_empty() => *at.get_mut(data) ^= 1 << bit,
            Change::Byte(..) | Change::Bit(..) => {}
            Change::Insert(at, bytes) => {
                let at = at.index(data.len() + 1);
                data.splice(at..at, bytes.iter().copied());
            }
            Change::Remove(from, to) => _ = data.drain(between(from, to)),
            Change::Repeat(from, to) => data.extend_from_within(between(from, to)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn nor_is_anything_like_it(file in any::<Index>(), changes in proptest::collection::vec(change(), 1..6)) {
        let corpus = corpus();
        let mut data = corpus[file.index(corpus.len())].1.clone();
        changes.iter().for_each(|change| change.apply(&mut data));
        examine(&data);
    }

    #[test]
    fn nor_is_any_stream_at_all(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        examine(&data);
    }
}
