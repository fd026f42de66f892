//! What `count` promises: every word counts, and each worker takes its share without disturbing the others.

use std::collections::HashMap;

use pool::ThreadPool;
use word_count::count;
#[cfg(not(loom))]
use word_count::words;

/// Nobody is woken but by a call. A pool is made of many parts, so a schedule is long.
const CALLS_ONLY: model::Check = model::Check::new().surprises(0).decisions(10_000);

/// Counts with so many workers, one after the other as they come.
fn assert_counts(workers: usize, text: &'static str, expected: &'static [(&str, usize)]) {
    CALLS_ONLY.preemptions(0).run(move || {
        let expected: HashMap<&str, usize> = expected.iter().copied().collect();
        assert_eq!(count(&ThreadPool::new(workers), text), expected, "{workers} workers count the words of {text:?}");
    });
}

#[test]
fn nothing_has_no_words() {
    for text in ["", "  .. !"] {
        assert_counts(2, text, &[]);
    }
}

#[test]
fn each_worker_takes_a_share() {
    CALLS_ONLY.preemptions(1).run(|| {
        let pool = ThreadPool::new(2);
        let counts = count(&pool, "more and more and more");
        assert_eq!(counts, HashMap::from([("more", 3), ("and", 2)]), "the same word may be in two shares");
        pool.join();
        let jobs = pool.stats().finished;
        assert!(jobs >= 2, "there are two workers, and there were {jobs} jobs for them");
    });
}

#[test]
fn no_word_is_cut_in_two() {
    assert_counts(2, "one or another", &[("one", 1), ("or", 1), ("another", 1)]);
    assert_counts(2, "or another one", &[("or", 1), ("another", 1), ("one", 1)]);
    assert_counts(2, "Rindfleischetikettierung", &[("Rindfleischetikettierung", 1)]);
    assert_counts(3, "a bc de", &[("a", 1), ("bc", 1), ("de", 1)]);
}

#[test]
fn no_letter_is_cut_in_two() {
    assert_counts(2, "äöü äöü", &[("äöü", 2)]);
    assert_counts(2, "ä öü äöü", &[("ä", 1), ("öü", 1), ("äöü", 1)]);
    assert_counts(3, "春眠 不覚 暁", &[("春眠", 1), ("不覚", 1), ("暁", 1)]);
}

/// How many steps are taken that other threads could see.
#[cfg(loom)]
fn steps(sentences: usize) -> usize {
    let text = "It is what it is. ".repeat(sentences);
    let outcomes = CALLS_ONLY.preemptions(0).outcomes(move || _ = count(&ThreadPool::new(1), &text));
    outcomes.witness(&()).expect("the program comes to its end").steps.len()
}

#[test]
#[cfg(loom)]
fn whoever_counts_leaves_the_others_alone() {
    let (few, many) = (steps(4), steps(12));
    assert!(many < few + 40, "{few} steps for 20 words and {many} for 60: some are taken for each");
}

#[test]
#[cfg(not(loom))]
fn a_whole_book() {
    const ALICE: &str = include_str!("../alice.txt");

    for workers in [1, 2, 4, 7, 100] {
        let counts = count(&ThreadPool::new(workers), ALICE);
        assert_eq!(counts.values().sum::<usize>(), words(ALICE).count(), "{workers} workers count all words");
        assert_eq!((counts["Alice"], counts["Rabbit"]), (395, 45), "{workers} workers");
    }
}
