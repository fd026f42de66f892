//! What does a thread do all the time? Five pieces of work, and where the time of each has gone.
//!
//! Linux only: it reads from `/proc` what the kernel knows about its threads.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How much of everything. Without optimization, which is for tests, much less will do.
const MUCH: usize = if cfg!(debug_assertions) { 1 } else { 100 };
/// So many numbers are 64 MiB, which is more than the caches hold.
const PLACES: usize = 1 << 23;

fn main() -> io::Result<()> {
    println!(
        "{:9}{:>8}{:>8}{:>8}{:>8}{:>8}   {:>6}{:>8}",
        "", "elapsed", "user", "system", "in line", "asleep", "naps", "pushed"
    );
    // A walk that comes to every place once: from each, it is far to the next.
    let trail = Vec::from_iter((0..PLACES).map(|place| (place * 1_664_525 + 1_013_904_223) % PLACES));
    row("computes", || compute(8_000_000 * MUCH))?;
    row("waits", || wait(2 * MUCH))?;
    row("reads", || read(100 * MUCH))?;
    row("fetches", || fetch(&trail, 20_000 * MUCH))?;
    row("quarrels", || quarrel(40 * MUCH))
}

// ANCHOR: works
fn compute(steps: usize) {
    for step in 0..steps {
        black_box(step);
    }
}

/// Stands for a server that thinks for a millisecond.
fn wait(answers: usize) {
    for _ in 0..answers {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Has the system do something: fill a mebibyte with zeros.
fn read(mebibytes: usize) {
    let mut zeros = File::open("/dev/zero").expect("Linux has it");
    let mut buffer = vec![0; 1 << 20];
    for _ in 0..mebibytes {
        zeros.read_exact(&mut buffer).expect("it has no end");
    }
}

/// Walks through 64 MiB, where each number says at which place the next one is.
fn fetch(trail: &[usize], numbers: usize) {
    let mut place = 0;
    for _ in 0..numbers {
        place = trail[place];
    }
    black_box(place);
}

/// Takes turns with another thread, which does the same: little outside the lock, and all of the work inside.
fn quarrel(turns: usize) {
    let (lock, both_there) = (Mutex::new(()), Barrier::new(2));
    let work = || {
        both_there.wait();
        for _ in 0..turns {
            let turn = lock.lock().unwrap_or_else(PoisonError::into_inner);
            compute(100_000);
            drop(turn);
            compute(1_000);
        }
    };
    thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}
// ANCHOR_END: works

/// What the kernel has counted for this thread: first milliseconds, then times.
#[derive(Clone, Copy)]
struct Account {
    user: f64,
    system: f64,
    /// Able to run, but others had the processors.
    in_line: f64,
    /// How often it gave up its processor itself, in order to wait.
    naps: f64,
    /// How often it was made to.
    pushed: f64,
}

// ANCHOR: account
impl Account {
    fn of_this_thread() -> io::Result<Account> {
        let schedstat = fs::read_to_string("/proc/thread-self/schedstat")?;
        let nanoseconds = |place| number(schedstat.split_whitespace().nth(place));
        let stat = fs::read_to_string("/proc/thread-self/stat")?;
        // A thread's name stands in parentheses, and may hold anything. Twelfth and thirteenth after it, in hundredths of a
        // second, are the times in the program and in the kernel. They are samples, and together less exact than `schedstat`.
        let ticks = |place| number(stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(place)));
        let [user, system] = [ticks(11)?, ticks(12)?];
        let status = fs::read_to_string("/proc/thread-self/status")?;
        let counted = |name| number(status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')));
        Ok(Account {
            user: user * 10.0,
            system: system * 10.0,
            in_line: nanoseconds(1)? / 1e6,
            naps: counted("voluntary_ctxt_switches")?,
            pushed: counted("nonvoluntary_ctxt_switches")?,
        })
    }
}
// ANCHOR_END: account

fn number(text: Option<&str>) -> io::Result<f64> {
    let number = text.and_then(|text| text.trim().parse().ok());
    number.ok_or_else(|| io::Error::other("the kernel has written no number there"))
}

/// Does the work, and prints where the time has gone.
fn row(name: &str, work: impl FnOnce()) -> io::Result<()> {
    let (start, before) = (Instant::now(), Account::of_this_thread()?);
    work();
    let (after, elapsed) = (Account::of_this_thread()?, start.elapsed().as_secs_f64() * 1e3);
    let of = |what: fn(Account) -> f64| what(after) - what(before);
    let (user, system, in_line) = (of(|all| all.user), of(|all| all.system), of(|all| all.in_line));
    let asleep = (elapsed - user - system - in_line).max(0.0);
    let (naps, pushed) = (of(|all| all.naps), of(|all| all.pushed));
    println!("{name:9}{elapsed:>8.0}{user:>8.0}{system:>8.0}{in_line:>8.0}{asleep:>8.0}   {naps:>6}{pushed:>8}");
    Ok(())
}
