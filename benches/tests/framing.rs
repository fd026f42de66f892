//! Each contender keeps the [`Frames`] contract, or the [`Sink`] contract: none is fast because it leaves something out.

use benches::framing::{
    Frames, Lengths, LengthsOut, Lines, Sink, Source, StdLengths, StdLengthsOut, StdLines, TokioAnyDelimiter,
    TokioLengths, TokioLengthsOut, TokioLines,
};

/// A payload of so many bytes, that has no line end in it and is UTF-8.
fn payload(length: usize) -> Vec<u8> {
    (b'a'..=b'z').cycle().take(length).collect()
}

fn each_frame_is_handed_out_whole_however_it_comes<F: Frames>() {
    for length in [0, 1, 16, 100, 5000, 20_000] {
        let payload = payload(length);
        for piece in [7, 1448, 8 * 1024, 100_000] {
            let mut frames = F::new(Source::new(&payload, F::ENDING, piece));
            // More than a row of the large ones.
            for _ in 0..50 {
                frames.with_next(|frame| assert!(frame == payload, "{length} bytes in pieces of {piece}"));
            }
        }
    }
}

fn frames_are_written_with_their_lengths<S: Sink>() {
    let mut sink = S::empty();
    sink.write(&S::payload(b"hello".to_vec()));
    sink.write(&S::payload(Vec::new()));
    assert_eq!(sink.written(), b"\0\0\0\x05hello\0\0\0\0");
    sink.clear();
    sink.write(&S::payload(b"x".to_vec()));
    assert_eq!(sink.written(), b"\0\0\0\x01x");
}

macro_rules! contract {
    ($($claim:ident: $($name:ident: $contender:ty),* $(,)?;)*) => {
        $($(
            #[test]
            fn $name() {
                $claim::<$contender>();
            }
        )*)*
    };
}

contract! {
    each_frame_is_handed_out_whole_however_it_comes:
        locksmith_lengths: Lengths,
        locksmith_lines: Lines<false>,
        locksmith_crlf: Lines<true>,
        std_lengths: StdLengths,
        std_lines: StdLines<false>,
        std_crlf: StdLines<true>,
        tokio_util_lengths: TokioLengths,
        tokio_util_lines: TokioLines<false>,
        tokio_util_crlf: TokioLines<true>,
        tokio_util_any_lines: TokioAnyDelimiter<false>,
        tokio_util_any_crlf: TokioAnyDelimiter<true>;
    frames_are_written_with_their_lengths:
        locksmith_writer: LengthsOut,
        std_writer: StdLengthsOut,
        tokio_util_writer: TokioLengthsOut;
}
