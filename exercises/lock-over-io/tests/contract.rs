//! What a rate promises: other threads run while the server is asked, and nothing that they do is lost.

use std::time::Duration;

use event::Event;
use gil::Gil;
use lock_over_io::Rate;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// For programs with two threads.
const TWO_THREADS: model::Check = model::Check::new().preemptions(2);

/// Nobody is asked to step aside here: whoever wants the lock gets it when it is given away.
const NEVER: Duration = Duration::MAX;

#[test]
fn the_server_is_asked_once_and_its_answer_remembered() {
    model::check(|| {
        let gil = Gil::with_interval(NEVER);
        let rate = Rate::new(|| 7);
        gil.run(|token| {
            assert_eq!((rate.get(token), rate.get(token)), (7, 7));
            assert_eq!(rate.questions(token), 1);
            rate.announce(token, 8);
            assert_eq!((rate.get(token), rate.questions(token)), (8, 1));
        });
    });
}

/// The server is a thread of the same program here. If it were another program, everybody would merely wait for it.
#[test]
fn other_threads_run_while_the_server_is_asked() {
    TWO_THREADS.run(|| {
        let gil = Gil::with_interval(NEVER);
        let (question, answer) = (Event::new(), Event::new());
        let rate = Rate::new(|| {
            question.set();
            answer.wait();
            7
        });
        thread::scope(|scope| {
            scope.spawn("server", || {
                question.wait();
                gil.run(|_| answer.set());
            });
            assert_eq!(gil.run(|token| rate.get(token)), 7);
        });
    });
}

#[test]
fn each_question_is_counted() {
    TWO_THREADS.run(|| {
        let gil = Gil::with_interval(NEVER);
        let asked = AtomicU32::new(0);
        let rate = Rate::new(|| {
            asked.fetch_add(1, Relaxed);
            7
        });
        thread::scope(|scope| {
            scope.spawn("Alice", || assert_eq!(gil.run(|token| rate.get(token)), 7));
            assert_eq!(gil.run(|token| rate.get(token)), 7);
        });
        let counted = gil.run(|token| rate.questions(token));
        assert_eq!(counted, asked.load(Relaxed), "counted, and asked");
    });
}

#[test]
fn what_is_announced_while_the_server_is_asked_stays() {
    TWO_THREADS.run(|| {
        let gil = Gil::with_interval(NEVER);
        let (question, announced) = (Event::new(), Event::new());
        let rate = Rate::new(|| {
            question.set();
            announced.wait();
            7
        });
        thread::scope(|scope| {
            scope.spawn("newsagent", || {
                question.wait();
                gil.run(|token| rate.announce(token, 8));
                announced.set();
            });
            assert_eq!(gil.run(|token| rate.get(token)), 8, "the newest rate is the one that was announced");
        });
        assert_eq!(gil.run(|token| rate.get(token)), 8, "the newest rate stays");
    });
}

#[test]
fn what_is_announced_at_the_moment_of_the_answer_stays() {
    TWO_THREADS.run(|| {
        let gil = Gil::with_interval(NEVER);
        let rate = Rate::new(|| 7);
        thread::scope(|scope| {
            scope.spawn("newsagent", || gil.run(|token| rate.announce(token, 8)));
            gil.run(|token| rate.get(token));
        });
        assert_eq!(gil.run(|token| rate.get(token)), 8, "the newest rate is the one that was announced");
    });
}
