//! Holds your predictions against a job that is played with pencil and paper: a second is a step. So nothing depends on how busy
//! this computer is.

use amdahl::{FOR_THREE_TIMES_AS_FAST, NEVER, NEVER_WITH_A_FAST_READER, READING_THE_OTHER_BOOK, SECONDS};

/// How many workers there are, where seconds are asked for.
const WORKERS: [usize; 4] = [2, 4, 8, 16];

/// What is done alone, and what is shared.
#[derive(Clone, Copy)]
struct Book {
    /// For so many seconds one worker reads.
    reading: usize,
    /// So many chapters can be translated at the same time, in a second each.
    chapters: usize,
}

const BOOK: Book = Book { reading: 24, chapters: 96 };

const WITH_A_FAST_READER: Book = Book { reading: 12, ..BOOK };

impl Book {
    /// How many seconds pass until so many workers are done; one at least.
    fn seconds(mut self, workers: usize) -> usize {
        let mut seconds = 0;
        while self.reading > 0 || self.chapters > 0 {
            seconds += 1;
            if self.reading > 0 {
                // One reads, and the others wait.
                self.reading -= 1;
            } else {
                // Each takes a chapter. In the end there may be fewer chapters than workers.
                self.chapters -= workers.min(self.chapters);
            }
        }
        seconds
    }
}

/// The model is asked as well, though there is a single schedule: nobody takes the time here, it is counted.
fn play(book: Book, workers: usize) -> usize {
    let outcomes = model::Check::new().runs(1).outcomes(move || book.seconds(workers));
    *outcomes.results().first().expect("the program has an end")
}

/// How many times as fast as one worker for [`BOOK`] so many workers are, in tenths.
fn tenths_of_speed_up(book: Book, workers: usize) -> usize {
    10 * play(BOOK, 1) / play(book, workers)
}

/// Fails unless `never` is where the speed-up tends to, and does not arrive.
#[track_caller]
fn assert_never(book: Book, never: usize) {
    let of_sixteen = tenths_of_speed_up(book, 16);
    assert!(of_sixteen < 10 * never, "you predicted that {never} times is out of reach, and 16 workers reach it");
    // One worker for each chapter: another one would have nothing to do.
    let of_most = tenths_of_speed_up(book, book.chapters);
    assert!(
        of_most < 10 * never,
        "you predicted that {never} times is out of reach, and with more than 16 workers it is not"
    );
    assert!(
        of_most >= 10 * (never - 1),
        "you predicted up to {never} times, and not even a worker for each chapter makes {} of it",
        never - 1
    );
}

#[test]
fn how_long_more_workers_take() {
    for (workers, predicted) in WORKERS.into_iter().zip(SECONDS) {
        let seconds = play(BOOK, workers);
        let off = if seconds < predicted { "less" } else { "longer" };
        assert!(seconds == predicted, "you predicted that {workers} workers take {predicted} s, and they take {off}");
    }
}

#[test]
fn how_many_it_takes_to_be_three_times_as_fast() {
    let workers = FOR_THREE_TIMES_AS_FAST;
    assert!(workers > 0, "you predicted that nobody does, and nobody never comes to an end");
    let goal = play(BOOK, 1) / 3;
    let seconds = play(BOOK, workers);
    assert!(seconds <= goal, "you predicted that {workers} workers do. They take {seconds} s, and a third is {goal} s");
    assert!(
        workers == 1 || play(BOOK, workers - 1) > goal,
        "you predicted that it takes {workers} workers. But {} do as well",
        workers - 1
    );
}

#[test]
fn what_a_crowd_cannot_do() {
    assert_never(BOOK, NEVER);
}

#[test]
fn what_a_fast_reader_is_good_for() {
    assert_never(WITH_A_FAST_READER, NEVER_WITH_A_FAST_READER);
}

#[test]
fn how_long_the_other_book_is_read() {
    let reading = READING_THE_OTHER_BOOK;
    assert!(
        reading <= 28,
        "you predicted {reading} s of reading, and four workers were done with all of it after 28 s"
    );
    let seconds = play(Book { reading, chapters: 64 - reading }, 4);
    let off = if seconds < 28 { "less" } else { "more" };
    assert!(
        seconds == 28,
        "you predicted {reading} s of reading. With four workers it would have been {off} than 28 s then"
    );
}
