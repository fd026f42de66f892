//! Works out how long each strategy takes, and holds your choices against it. Nothing is measured: the numbers are those of a usual
//! computer, rounded.

use five_workloads::Strategy::{InSequence, PoolOfMany, PoolOfProcessors, Processes, Rayon, ThreadForEach};
use five_workloads::{Choice, GUESTS, NUMBERS, PAGES, PICTURES, PICTURES_IN_PYTHON, Scarce, Strategy};

const STRATEGIES: [Strategy; 6] = [InSequence, ThreadForEach, PoolOfProcessors, PoolOfMany, Rayon, Processes];

const NANOSECOND: u64 = 1;
const MICROSECOND: u64 = 1_000 * NANOSECOND;
const MILLISECOND: u64 = 1_000 * MICROSECOND;
const SECOND: u64 = 1_000 * MILLISECOND;
const HOUR: u64 = 3_600 * SECOND;

/// To start a thread.
const THREAD: u64 = 20 * MICROSECOND;

/// To start a process.
const PROCESS: u64 = 30 * MILLISECOND;

/// To hand a task to another thread.
const HAND_OVER: u64 = MICROSECOND;

/// To send a task to another process, and what comes of it back.
const SEND: u64 = 2 * MILLISECOND;

/// Equal tasks, none of which waits for another one.
#[derive(Clone, Copy)]
struct Work {
    tasks: u64,
    /// So long each waits for somebody else.
    waits: u64,
    /// And so long it computes.
    computes: u64,
    /// It is a server that each waits for.
    asks_a_server: bool,
    /// There is an interpreter lock.
    interpreter_lock: bool,
}

/// What there is.
#[derive(Clone, Copy)]
struct Means {
    processors: u64,
    /// So many may wait for the same server at the same time.
    lines: u64,
}

const MEANS: Means = Means { processors: 4, lines: 64 };

impl Means {
    /// How many tasks can be under way at the same time.
    fn workers(self, strategy: Strategy, work: Work) -> u64 {
        match strategy {
            InSequence => 1,
            ThreadForEach => work.tasks,
            PoolOfProcessors | Rayon | Processes => self.processors,
            PoolOfMany => self.lines,
        }
    }

    /// How long all of `work` takes.
    fn time(self, strategy: Strategy, work: Work) -> u64 {
        let workers = self.workers(strategy, work);
        let (start, hand_over) = match strategy {
            InSequence => (0, 0),
            ThreadForEach => (THREAD, 0),
            PoolOfProcessors | PoolOfMany | Rayon => (THREAD, HAND_OVER),
            Processes => (PROCESS, SEND),
        };
        // Those who share an interpreter compute one at a time.
        let computing = if work.interpreter_lock && strategy != Processes { 1 } else { self.processors.min(workers) };
        let each = hand_over + work.computes;
        // Each worker has its share of the tasks. And so have the processors.
        let by_workers = work.tasks.div_ceil(workers) * (work.waits + each);
        let by_processors = work.tasks * each / computing;
        workers * start + by_workers.max(by_processors)
    }

    /// Whether the server allows as much, if one is asked.
    fn allow(self, strategy: Strategy, work: Work) -> bool {
        !work.asks_a_server || self.workers(strategy, work) <= self.lines
    }

    /// The shortest time, of all strategies.
    fn best(self, work: Work) -> u64 {
        let allowed = STRATEGIES.into_iter().filter(|strategy| self.allow(*strategy, work));
        allowed.map(|strategy| self.time(strategy, work)).min().expect("one task at a time is always allowed")
    }
}

/// A task that takes no time at all.
const TASK: Work = Work { tasks: 1, waits: 0, computes: 0, asks_a_server: false, interpreter_lock: false };

/// Whether it is worth talking about: a tenth more.
fn is_longer(time: u64, than: u64) -> bool {
    time > than + than / 10
}

/// For people.
fn shown(time: u64) -> String {
    let units = [(HOUR, "h"), (SECOND, "s"), (MILLISECOND, "ms"), (MICROSECOND, "µs"), (NANOSECOND, "ns")];
    let (unit, name) = units.into_iter().find(|(unit, _)| time >= *unit).unwrap_or((NANOSECOND, "ns"));
    format!("{:.1} {name}", time as f64 / unit as f64)
}

/// The model is asked as well, though there is a single schedule: nobody takes the time here, it is counted.
fn work_out<T: Ord + Clone + std::fmt::Debug + Send + 'static>(program: impl Fn() -> T + Send + Sync + 'static) -> T {
    let outcomes = model::Check::new().runs(1).outcomes(program);
    outcomes.results().first().expect("the program has an end").clone()
}

/// Fails unless no other strategy is better at `work` than the one that was chosen, for the reason that was given.
#[track_caller]
fn assert_chosen_well(choice: Choice, work: Work) {
    let (strategy, scarce) = choice.expect("nothing is predicted yet: you predicted None");
    let workers = MEANS.workers(strategy, work);
    assert!(
        MEANS.allow(strategy, work),
        "you predicted {strategy:?}: {workers} are under way at the same time, and the server allows {}",
        MEANS.lines
    );
    let (time, best) = work_out(move || (MEANS.time(strategy, work), MEANS.best(work)));
    assert!(
        !is_longer(time, best),
        "you predicted {strategy:?}: that takes {}, and another strategy {}",
        shown(time),
        shown(best)
    );
    let as_fast =
        STRATEGIES.into_iter().filter(|other| MEANS.allow(*other, work) && !is_longer(MEANS.time(*other, work), best));
    let fewest = as_fast.map(|other| MEANS.workers(other, work)).min().expect("the one that was chosen is among them");
    assert!(
        workers <= fewest,
        "you predicted {strategy:?}: it is as fast as any, but {workers} are under way at the same time, where {fewest} would do"
    );

    let twice_the_processors = Means { processors: 2 * MEANS.processors, ..MEANS };
    let twice_the_lines = Means { lines: 2 * MEANS.lines, ..MEANS };
    let of_processors = twice_the_processors.best(work);
    let of_lines = twice_the_lines.best(work);
    let helped = |with: u64| is_longer(best, with);
    let right = match scarce {
        Scarce::Processors => helped(of_processors),
        Scarce::Lines => helped(of_lines),
        Scarce::Nothing => !helped(of_processors) && !helped(of_lines),
    };
    assert!(
        right,
        "{strategy:?} is right. But you predicted that what is scarce is: {scarce:?}. It takes {} as it is, {} with twice the \
         processors, and {} with twice the lines",
        shown(best),
        shown(of_processors),
        shown(of_lines)
    );
}

#[test]
fn ten_numbers() {
    assert_chosen_well(NUMBERS, Work { tasks: 10, computes: NANOSECOND, ..TASK });
}

#[test]
fn two_thousand_pages() {
    let pages =
        Work { tasks: 2_000, waits: 100 * MILLISECOND, computes: 10 * MICROSECOND, asks_a_server: true, ..TASK };
    assert_chosen_well(PAGES, pages);
}

#[test]
fn four_hundred_pictures() {
    assert_chosen_well(PICTURES, Work { tasks: 400, computes: 20 * MILLISECOND, ..TASK });
}

#[test]
fn four_hundred_pictures_in_python() {
    let pictures = Work { tasks: 400, computes: 20 * MILLISECOND, interpreter_lock: true, ..TASK };
    assert_chosen_well(PICTURES_IN_PYTHON, pictures);
}

#[test]
fn a_hundred_guests() {
    assert_chosen_well(GUESTS, Work { tasks: 100, waits: 3 * HOUR, computes: SECOND, ..TASK });
}
