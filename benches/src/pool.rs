//! Thread pools.
//!
//! # Peers
//!
//! Those of rayon, threadpool and rusty_pool, and `crossbeam`: threads that take jobs from crossbeam's channel, which is
//! the least that is called a pool. What goes by the name of std is no pool at all: it starts a thread for each job, and
//! shows what having none costs.
//!
//! What the scenarios ask of a contender is the [`Pool`] contract. Rayon does not know when all jobs have been run,
//! rusty_pool's `join` has been seen to return early, and a channel counts nothing: for these a wait group counts the
//! jobs, as their users would ([`Counted`]). Who can wait for what a single job returns keeps the [`Calls`] contract; who can
//! split work in two, inside a job too, keeps [`Forks`].
//!
//! # Scenarios
//!
//! So many threads are workers. One more, the measuring thread, submits the jobs, and waits in the end until all have
//! been run.
//!
//! - `empty`: jobs that do nothing with the word that they have captured.
//! - `round_trip`: submits one job, and waits for what it returns.
//! - `jobs_1us`, `jobs_10us` and `jobs_100us`: jobs that work for so long. `ideal` is no pool: as many threads do the same
//!   work, dealt out to them beforehand, and nothing else.
//! - `idle`: nobody submits anything for a while. Look at the processor time: that of std, which has no workers, is what
//!   the measuring thread takes.
//!
//! Work that is split in two, and so on, by whoever has it. Ours is the stealing pool here, and `plain` the one of the
//! other scenarios. `alone` splits the work too, and does both halves itself.
//!
//! - `tree`: the work is nothing, and all that there is are the halves. A tree has 2¹⁵ leaves, or as many
//!   as operations are asked for if these are fewer.
//! - `sum`, `sort` and `matrix` split until a piece is worth some ten microseconds.
//!
//! Threads of a pool wake each other, and a machine that has other things to do lets them wait for milliseconds now and
//! then. `compare -- pool --time 400` has enough jobs in each round to drown that.
//!
//! Pinned with `spread`, the workers of a pool are dealt out to the processors, and the threads that std starts all stay
//! where the measuring thread is.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use ::pool::ThreadPool;
use stealing::StealingPool;

use crate::crew::Crew;
use crate::timing::{HALF_A_MICROSECOND, work};
use crate::{Concept, Contender, Repeat, Run, Scenario, Setting, contenders};

pub use peers::{Alone, Channel, Counted, Execute, Rayon, RustyPool, ThreadPerJob};

mod peers;

/// Threads that run jobs.
pub trait Pool: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// With so many `workers`.
    fn new(workers: usize) -> Self;

    /// Submits `job`, which nobody waits for.
    fn execute(&self, job: impl FnOnce() + Send + 'static);

    /// Blocks until all jobs have been run.
    ///
    /// Each job synchronizes before the return of this.
    fn join(&self);
}

/// A pool in which one can wait for one job.
pub trait Calls: Pool {
    /// Has `job` run by a worker, and returns what it returned: through a channel, where a pool has no means of its own.
    fn call(&self, job: impl FnOnce() -> u64 + Send + 'static) -> u64 {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.execute(move || sender.send(job()).expect("somebody waits for it"));
        receiver.recv().expect("the job is run")
    }
}

/// Who can split work in two.
pub trait Forks: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// With as many workers as `setting` has threads, where it wants them to be.
    fn new(setting: &Setting) -> Self;

    /// Runs `root` where [`both`](Forks::both) is at home.
    fn enter(&self, root: impl FnOnce() + Send);

    /// Runs both, at the same time if anybody has the time.
    fn both(&self, left: impl FnOnce() + Send, right: impl FnOnce() + Send);
}

/// Everybody who runs `$scenario`, ours first.
macro_rules! pools {
    ($scenario:ident) => {
        contenders!(
            Pool, Run::Repeat, $scenario:
                ThreadPool, ThreadPerJob, Counted<Rayon>, threadpool::ThreadPool, Counted<RustyPool>, Counted<Channel>
        )
    };
}

/// Everybody who runs `$scenario` of work that is split.
macro_rules! forks {
    ($scenario:ident) => {
        contenders!(
            Forks, Run::Repeat, $scenario: StealingPool, ThreadPool, ThreadPerJob, Counted<Rayon>, Alone
        )
    };
}

const CONCEPT: Concept = Concept("pool");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    /// Those in which threads sleep, but a single operation is not to be timed by itself.
    fn streams(name: &'static str, about: &'static str, contenders: Vec<Contender>) -> impl Iterator<Item = Scenario> {
        [2, 8].into_iter().map(move |threads| Scenario {
            sleeps: false,
            ..CONCEPT.together(name, about, threads, contenders.clone())
        })
    }
    let mut scenarios: Vec<_> =
        streams("empty", "submit a job that does nothing; in the end join", pools!(empty)).collect();
    scenarios.extend([2, 8].map(|threads| {
        CONCEPT.together("round_trip", "submit a job, wait for what it returns", threads, pools!(round_trip))
    }));
    let working = [
        ("jobs_1us", "submit a job of a microsecond; in the end join", pools!(jobs_1us), ideal_1us as fn(&_) -> _),
        ("jobs_10us", "submit a job of 10 microseconds; in the end join", pools!(jobs_10us), ideal_10us),
        ("jobs_100us", "submit a job of 100 microseconds; in the end join", pools!(jobs_100us), ideal_100us),
    ];
    for (name, about, mut contenders, ideal) in working {
        contenders.push(Contender { name: "ideal", run: Run::Repeat(ideal) });
        scenarios.extend(streams(name, about, contenders));
    }
    scenarios.extend(streams("idle", "nothing at all, for a millisecond", pools!(idle)));
    let splitting = [
        ("tree", "a leaf of a tree of jobs that do nothing but split", forks!(tree)),
        ("sum", "add up a quarter of a million numbers, each of them computed", forks!(sum)),
        ("sort", "sort 16,384 numbers", forks!(sort)),
        ("matrix", "multiply two matrices of 96 by 96", forks!(matrix)),
    ];
    for (name, about, contenders) in splitting {
        scenarios.extend(streams(name, about, contenders));
    }
    scenarios
}

/// A pool whose workers have all started, and are where they are to be.
fn started<P: Pool>(setting: &Setting) -> P {
    let pool = P::new(setting.threads);
    let gate = Arc::new(Barrier::new(setting.threads));
    for number in 1..=setting.threads {
        let (gate, placement) = (Arc::clone(&gate), setting.placement.clone());
        pool.execute(move || {
            placement.place(number);
            // Each worker waits here for the others, so that none of them gets two of these.
            gate.wait();
        });
    }
    pool.join();
    setting.placement.place(0);
    pool
}

fn empty<P: Pool>(setting: &Setting) -> Repeat {
    // What captures nothing has no size, and goes without the memory that most jobs need.
    jobs::<P>(setting, |number| _ = black_box(number))
}

/// So many steps of `work` take a microsecond.
const A_MICROSECOND: u64 = 2 * HALF_A_MICROSECOND;

fn jobs_1us<P: Pool>(setting: &Setting) -> Repeat {
    jobs::<P>(setting, |_| _ = work(A_MICROSECOND))
}

fn jobs_10us<P: Pool>(setting: &Setting) -> Repeat {
    jobs::<P>(setting, |_| _ = work(10 * A_MICROSECOND))
}

fn jobs_100us<P: Pool>(setting: &Setting) -> Repeat {
    jobs::<P>(setting, |_| _ = work(100 * A_MICROSECOND))
}

/// Submits jobs that do `job`, and joins.
fn jobs<P: Pool>(setting: &Setting, job: impl Fn(u64) + Copy + Send + 'static) -> Repeat {
    let pool = started::<P>(setting);
    Box::new(move |operations| {
        let start = Instant::now();
        for number in 0..operations {
            pool.execute(move || job(number));
        }
        pool.join();
        start.elapsed()
    })
}

fn ideal_1us(setting: &Setting) -> Repeat {
    ideal(setting, A_MICROSECOND)
}

fn ideal_10us(setting: &Setting) -> Repeat {
    ideal(setting, 10 * A_MICROSECOND)
}

fn ideal_100us(setting: &Setting) -> Repeat {
    ideal(setting, 100 * A_MICROSECOND)
}

/// Threads that know beforehand how many jobs each of them has.
struct Shift {
    /// Everybody meets here before the jobs and after them, the measuring thread too.
    gate: Barrier,
    jobs: AtomicU64,
    dismissed: AtomicBool,
}

/// Does jobs of so many `steps` without a pool.
fn ideal(setting: &Setting, steps: u64) -> Repeat {
    let threads = setting.threads as u64;
    let shift =
        Shift { gate: Barrier::new(setting.threads + 1), jobs: AtomicU64::new(0), dismissed: AtomicBool::new(false) };
    let toil = move |shift: &Shift, number| {
        let number = number as u64 - 1;
        loop {
            shift.gate.wait();
            // ORDERING: Relaxed, here and below; the gate orders all of it.
            if shift.dismissed.load(Ordering::Relaxed) {
                return;
            }
            let jobs = shift.jobs.load(Ordering::Relaxed);
            for _ in 0..jobs / threads + u64::from(number < jobs % threads) {
                work(steps);
            }
            shift.gate.wait();
        }
    };
    let dismiss = |shift: &Shift| {
        shift.dismissed.store(true, Ordering::Relaxed);
        shift.gate.wait();
    };
    let crew = Crew::start(setting, setting.threads, shift, toil, dismiss);
    Box::new(move |operations| {
        crew.shared.jobs.store(operations, Ordering::Relaxed);
        let start = Instant::now();
        crew.shared.gate.wait();
        crew.shared.gate.wait();
        start.elapsed()
    })
}

fn round_trip<C: Calls>(setting: &Setting) -> Repeat {
    let pool = started::<C>(setting);
    Box::new(move |operations| {
        let start = Instant::now();
        for number in 0..operations {
            black_box(pool.call(move || number));
        }
        start.elapsed()
    })
}

fn idle<P: Pool>(setting: &Setting) -> Repeat {
    let pool = started::<P>(setting);
    Box::new(move |operations| {
        black_box(&pool);
        let start = Instant::now();
        let a_while = Duration::from_millis(1);
        thread::sleep(a_while.saturating_mul(operations.try_into().unwrap_or(u32::MAX)));
        start.elapsed()
    })
}

/// Whoever can split work, with `data` to work on. An operation is one `task`.
fn forked<F: Forks, D: Send + 'static>(
    setting: &Setting,
    mut data: D,
    task: impl Fn(&F, &mut D) + Send + Sync + 'static,
) -> Repeat {
    let fork = F::new(setting);
    Box::new(move |operations| {
        let start = Instant::now();
        for _ in 0..operations {
            fork.enter(|| task(&fork, &mut data));
        }
        start.elapsed()
    })
}

/// Leaves of the largest tree.
const LEAVES: u64 = 1 << 15;

fn tree<F: Forks>(setting: &Setting) -> Repeat {
    fn grow<F: Forks>(fork: &F, leaves: u64) {
        if leaves > 1 {
            fork.both(|| grow(fork, leaves / 2), || grow(fork, leaves.div_ceil(2)));
        } else {
            black_box(leaves);
        }
    }
    let fork = F::new(setting);
    Box::new(move |mut operations| {
        let start = Instant::now();
        while operations > 0 {
            let leaves = operations.min(LEAVES);
            fork.enter(|| grow(&fork, leaves));
            operations -= leaves;
        }
        start.elapsed()
    })
}

/// Numbers that look like chance, always the same.
pub fn number(place: u64) -> u64 {
    let mixed = place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

fn sum<F: Forks>(setting: &Setting) -> Repeat {
    forked(setting, 0, |fork: &F, sum| *sum = black_box(add(fork, 0, 1 << 18)))
}

/// The sum of the numbers at the places from `from` to before `to`.
pub fn add<F: Forks>(fork: &F, from: u64, to: u64) -> u64 {
    const PIECE: u64 = 1 << 14;
    if to - from <= PIECE {
        return (from..to).map(number).fold(0, u64::wrapping_add);
    }
    let middle = from.midpoint(to);
    let (mut left, mut right) = (0, 0);
    fork.both(|| left = add(fork, from, middle), || right = add(fork, middle, to));
    left.wrapping_add(right)
}

fn sort<F: Forks>(setting: &Setting) -> Repeat {
    let unsorted: Vec<_> = (0..1 << 14).map(number).collect();
    let sorted = unsorted.clone();
    forked(setting, sorted, move |fork: &F, sorted| {
        sorted.copy_from_slice(&unsorted);
        quicksort(fork, sorted);
    })
}

/// Sorts `numbers`.
pub fn quicksort<F: Forks>(fork: &F, numbers: &mut [u64]) {
    const PIECE: usize = 1 << 10;
    if numbers.len() <= PIECE {
        return numbers.sort_unstable();
    }
    let middle = numbers.len() / 2;
    let (left, _, right) = numbers.select_nth_unstable(middle);
    fork.both(|| quicksort(fork, left), || quicksort(fork, right));
}

/// Rows and columns of a matrix.
pub const SIDE: usize = 96;

/// A matrix, row after row.
pub type Matrix = Vec<f64>;

fn matrix<F: Forks>(setting: &Setting) -> Repeat {
    let numbers = |seed: u64| (0..(SIDE * SIDE) as u64).map(|place| (number(seed ^ place) % 100) as f64).collect();
    let (left, right): (Matrix, Matrix) = (numbers(0), numbers(1 << 32));
    forked(setting, vec![0.0; SIDE * SIDE], move |fork: &F, product| multiply(fork, &left, &right, product))
}

/// Multiplies the rows in `left` with `right`.
pub fn multiply<F: Forks>(fork: &F, left: &[f64], right: &[f64], product: &mut [f64]) {
    const PIECE: usize = 6;
    let rows = left.len() / SIDE;
    if rows > PIECE {
        let (upper, lower) = left.split_at(rows / 2 * SIDE);
        let (above, below) = product.split_at_mut(rows / 2 * SIDE);
        return fork.both(|| multiply(fork, upper, right, above), || multiply(fork, lower, right, below));
    }
    for (left, product) in left.chunks(SIDE).zip(product.chunks_mut(SIDE)) {
        product.fill(0.0);
        for (factor, right) in left.iter().zip(right.chunks(SIDE)) {
            for (sum, number) in product.iter_mut().zip(right) {
                *sum += factor * number;
            }
        }
    }
}
