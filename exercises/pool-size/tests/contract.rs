//! Holds your predictions against a pool that is played with pencil and paper: a millisecond is a step, and every worker is
//! moved on by one. So nothing depends on how busy this computer is.

use pool_size::{AT_MOST, BY_TWO_WORKERS, FOR_A_HUNDRED, FOR_A_HUNDRED_OF_A_SLOW_STORE, FOR_THE_MOST};

/// How many can compute at the same time.
const PROCESSORS: usize = 2;

/// For so many milliseconds a worker computes for each request.
const COMPUTING: usize = 5;

/// For so many it waits for the store before.
const STORE: usize = 20;

/// And on a bad day.
const SLOW_STORE: usize = 70;

/// A request comes each time that so many milliseconds have passed.
const EVERY: usize = 10;

/// More workers than anybody has a use for here.
const CROWD: usize = 1_000;

/// What there is to be done for the request that a worker has in hand.
struct Request {
    /// For so many milliseconds the store has not answered.
    waits: usize,
    /// For so many there is something to compute.
    computes: usize,
}

/// A pool with its queue.
struct Pool {
    workers: Vec<Option<Request>>,
    queued: usize,
    answered: usize,
    store: usize,
}

impl Pool {
    fn new(workers: usize, store: usize) -> Pool {
        assert!(workers <= CROWD, "you predicted {workers}, and more than {CROWD} threads are no pool");
        Pool { workers: (0..workers).map(|_| None).collect(), queued: 0, answered: 0, store }
    }

    /// A millisecond passes.
    fn step(&mut self) {
        let mut processors = PROCESSORS;
        for worker in &mut self.workers {
            if worker.is_none() && self.queued > 0 {
                self.queued -= 1;
                *worker = Some(Request { waits: self.store, computes: COMPUTING });
            }
            let Some(request) = worker else { continue };
            if request.waits > 0 {
                request.waits -= 1;
            } else if processors > 0 {
                processors -= 1;
                request.computes -= 1;
            }
            if request.computes == 0 {
                *worker = None;
                self.answered += 1;
            }
        }
    }

    /// How many requests are answered in a second, if there are always some in the queue.
    fn at_full_load(mut self) -> usize {
        self.queued = usize::MAX;
        // In the first second the workers get out of step with each other, as they will be from then on.
        (0..1_000).for_each(|_| self.step());
        let before = self.answered;
        (0..10_000).for_each(|_| self.step());
        (self.answered - before + 5) / 10
    }

    /// How many requests are in the queue after ten seconds, and after twenty.
    fn at_a_hundred(mut self) -> [usize; 2] {
        [0, 1].map(|_| {
            for millisecond in 0..10_000 {
                self.queued += usize::from(millisecond % EVERY == 0);
                self.step();
            }
            self.queued
        })
    }
}

/// The model is asked as well, though there is a single schedule: nobody takes the time here, it is counted.
fn play<T: Ord + Clone + std::fmt::Debug + Send + 'static>(program: impl Fn() -> T + Send + Sync + 'static) -> T {
    let outcomes = model::Check::new().runs(1).outcomes(program);
    outcomes.results().first().expect("the program has an end").clone()
}

/// Fails unless so many workers answer as many requests in a second as was predicted.
#[track_caller]
fn assert_answered_in_a_second(predicted: usize, workers: usize) {
    let answered = play(move || Pool::new(workers, STORE).at_full_load());
    let off = if answered < predicted { "fewer" } else { "more" };
    assert!(answered == predicted, "you predicted {predicted}, and it is {off}");
}

/// Fails unless `workers` do at a hundred requests a second, and one fewer would not.
#[track_caller]
fn assert_do_for_a_hundred(workers: usize, store: usize) {
    let [ten, twenty] = play(move || Pool::new(workers, store).at_a_hundred());
    assert!(
        twenty <= ten,
        "you predicted that {workers} do. But {ten} requests are in the queue after ten seconds, and {twenty} after twenty"
    );
    let fewer = workers.saturating_sub(1);
    let [ten, twenty] = play(move || Pool::new(fewer, store).at_a_hundred());
    assert!(
        twenty > ten,
        "you predicted that it takes {workers}. But with {fewer} the queue does not get longer, either"
    );
}

#[test]
fn what_two_workers_can_do() {
    assert_answered_in_a_second(BY_TWO_WORKERS, 2);
}

#[test]
fn how_many_it_takes_for_a_hundred() {
    assert_do_for_a_hundred(FOR_A_HUNDRED, STORE);
}

#[test]
fn how_many_it_takes_if_the_store_is_slow() {
    assert_do_for_a_hundred(FOR_A_HUNDRED_OF_A_SLOW_STORE, SLOW_STORE);
}

#[test]
fn what_a_crowd_can_do() {
    assert_answered_in_a_second(AT_MOST, CROWD);
}

#[test]
fn how_many_it_takes_for_the_most() {
    let most = play(|| Pool::new(CROWD, STORE).at_full_load());
    let answered = play(|| Pool::new(FOR_THE_MOST, STORE).at_full_load());
    assert!(
        answered >= most,
        "you predicted that it takes {FOR_THE_MOST}. They answer {answered} in a second, and more can do more"
    );
    let fewer = FOR_THE_MOST.saturating_sub(1);
    let answered = play(move || Pool::new(fewer, STORE).at_full_load());
    assert!(answered < most, "you predicted that it takes {FOR_THE_MOST}. But {fewer} answer as many");
}
