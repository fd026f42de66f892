//! A recorded schedule of threads, and its pictures.
//!
//! A [`Schedule`] says what each thread of a small concurrent program did, operation by operation, in the order in
//! which the operations took effect, and how it ended. The `model` crate records one when a check fails; this crate
//! draws it: [`Schedule::to_text`] for a terminal, [`Schedule::to_json`] for programs, [`Schedule::to_svg`] for pages.
//!
//! # The picture
//!
//! Two threads: `sender` writes a message and raises a flag, `main` sees the flag and reads the message. The flag is
//! relaxed, so that nothing carries the message along with it.
//!
//! ```
//! use schedule::{Schedule, Style};
//!
//! let json = r#"{
//!     "format": 1,
//!     "title": "the_flag_brings_the_message",
//!     "threads": [{ "name": "main" }, { "name": "sender" }],
//!     "steps": [
//!         { "thread": 0, "operation": { "kind": "spawn", "thread": 1 },
//!           "place": { "file": "tests/flag.rs", "line": 8, "column": 9 } },
//!         { "thread": 1,
//!           "operation": { "kind": "store", "location": "message", "value": 42, "ordering": "Relaxed" },
//!           "place": { "file": "src/lib.rs", "line": 20, "column": 9 } },
//!         { "thread": 1, "operation": { "kind": "store", "location": "flag", "value": true, "ordering": "Relaxed" },
//!           "place": { "file": "src/lib.rs", "line": 21, "column": 9 } },
//!         { "thread": 1, "operation": { "kind": "finish" },
//!           "place": { "file": "tests/flag.rs", "line": 8, "column": 9 } },
//!         { "thread": 0,
//!           "operation": { "kind": "load", "location": "flag", "value": true, "ordering": "Acquire", "newest": null },
//!           "place": { "file": "src/lib.rs", "line": 30, "column": 9 } },
//!         { "thread": 0,
//!           "operation": { "kind": "load", "location": "message", "value": 0, "ordering": "Relaxed",
//!                          "newest": { "value": 42, "step": 1 } },
//!           "place": { "file": "src/lib.rs", "line": 31, "column": 9 } }
//!     ],
//!     "failure": { "kind": "panic", "thread": 0, "message": "the message is 0, not 42",
//!                  "place": { "file": "tests/flag.rs", "line": 12, "column": 9 } },
//!     "outcome": null,
//!     "preemptions": 1,
//!     "explored": 3
//! }"#;
//!
//! let picture = "\
//! the_flag_brings_the_message: panic
//!
//!     main  sender
//!  1  ●─────╮       spawn sender                                         flag.rs:8
//!     ├┄┄┄┄▸│       main could go on, but is stopped here for sender
//!  2  │     ●       message.store(42, Relaxed)                           lib.rs:20
//!  3  │     ●       flag.store(true, Relaxed)                            lib.rs:21
//!  4  │     ■       end                                                  flag.rs:8
//!  5  ●             flag.load(Acquire) → true                            lib.rs:30
//!  6  ●             message.load(Relaxed) → 0   ← old: step 2 wrote 42   lib.rs:31
//!     ✗             panic                                               flag.rs:12
//!
//! panic: main panicked at flag.rs:12:
//!   the message is 0, not 42
//! main saw in step 5 what sender wrote in step 3, and so after step 2. But step 3
//!   is Relaxed: step 2 did not travel with it.
//! found after 3 schedules; this one has 1 preemption.
//! ";
//! let schedule = Schedule::from_json(json)?;
//! assert_eq!(schedule.to_text(Style::plain(80)), picture);
//! # Ok::<(), schedule::ReadError>(())
//! ```
//!
//! [`LEGEND`] explains the signs:
//!
//! ```text
#![doc = include_str!("legend.txt")]
//! ```
//!
//! A line that branches off is a spawn, an arrow a wake-up. At a preemption a line without a number says who is stopped
//! for whom. That line is there only where the steps prove it: a thread whose next step is not known might have been
//! about to wait.
//!
//! # The JSON
//!
//! The example above is a whole one. [`Schedule::to_json`] writes the types of this crate field by field, under the
//! names in which they are documented here. The variants of [`Operation`], [`Failure`] and [`WaitsFor`] are objects
//! that carry their own name in snake case as `kind`; those of [`Ordering`] are strings as in Rust, those of [`Roused`]
//! strings in snake case. A [`Value`] is a boolean, a number or a string. What is absent is `null`, or left out.
//!
//! **Threads and steps are counted from 0** in the JSON, as indices into `threads` and `steps`. The pictures count
//! steps from 1. [`Schedule::format`] counts incompatible changes, and [`Schedule::from_json`] refuses any but its own.

mod ending;
mod json;
mod lanes;
mod past;
mod phrase;
mod svg;
mod text;
mod words;

use serde::{Deserialize, Serialize};

pub use json::ReadError;
pub use text::Style;

/// The value of [`Schedule::format`] that this version writes.
pub const FORMAT: u32 = 1;

/// The signs in a [text picture](Schedule::to_text), for somebody who sees their first one: a few lines of at most 80
/// columns, each with its newline.
pub const LEGEND: &str = include_str!("legend.txt");

/// What the threads did, in the order in which it took effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The version of this format: [`FORMAT`].
    pub format: u32,
    /// What was run, in practice the name of the test.
    pub title: String,
    /// The threads, by number; number 0 is the one that started the others.
    pub threads: Vec<Thread>,
    /// One entry for each operation.
    pub steps: Vec<Step>,
    /// What went wrong; absent where the schedule shows a possible outcome and not a failure.
    pub failure: Option<Failure>,
    /// For a schedule that shows an outcome: the outcome, as its `Debug` prints it.
    pub outcome: Option<String>,
    /// How often a thread was stopped although it could have gone on, at least.
    pub preemptions: Option<usize>,
    /// How many schedules were run until this one was found.
    pub explored: usize,
}

/// A thread of a [`Schedule`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its name, as given when it was spawned.
    pub name: String,
}

/// One operation of one thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The thread's number.
    pub thread: usize,
    /// What it did.
    pub operation: Operation,
    /// Where in the source.
    pub place: Place,
}

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the workspace where it lies in one. Empty if no line of the program can be named, as for what
    /// is dropped at the end of a scope.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// A value that an atomic held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Of an `AtomicBool`.
    Bool(bool),
    /// Of an unsigned integer.
    Unsigned(u64),
    /// Of a signed integer, where negative.
    Signed(i64),
    /// Of a pointer: `null`, or a name that stands for the same address throughout the schedule.
    Pointer(String),
}

/// A memory ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ordering {
    /// `Ordering::Relaxed`
    Relaxed,
    /// `Ordering::Acquire`
    Acquire,
    /// `Ordering::Release`
    Release,
    /// `Ordering::AcqRel`
    AcqRel,
    /// `Ordering::SeqCst`
    SeqCst,
}

/// The newer value that a load did not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// The newest value at that moment.
    pub value: Value,
    /// The step that wrote it (an index into [`Schedule::steps`]); absent for the initial value.
    pub step: Option<usize>,
}

/// Why a sleeping thread went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roused {
    /// Somebody woke it.
    Woken,
    /// For no reason: systems allow this, and it is called a spurious wake-up.
    Spuriously,
    /// Its time ran out.
    TimedOut,
}

/// What a thread did in one [`Step`].
///
/// A `location` is the name of an atomic or of a plain memory cell as the source calls it, such as `event.state`,
/// numbered where two would share a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Operation {
    /// An atomic load.
    Load {
        /// What was read.
        location: String,
        /// The value that was read.
        value: Value,
        /// The ordering.
        ordering: Ordering,
        /// Present if the load returned an older value: the one that it missed.
        newest: Option<Newest>,
    },
    /// An atomic store.
    Store {
        /// What was written.
        location: String,
        /// The value that was written.
        value: Value,
        /// The ordering.
        ordering: Ordering,
    },
    /// An atomic read-modify-write other than a compare-exchange.
    ReadModifyWrite {
        /// What was changed.
        location: String,
        /// The method, such as `fetch_add` or `swap`.
        method: String,
        /// Its argument.
        operand: Value,
        /// The value before.
        before: Value,
        /// The value after.
        after: Value,
        /// The ordering.
        ordering: Ordering,
    },
    /// A compare-exchange.
    CompareExchange {
        /// What was changed, or was not.
        location: String,
        /// The value that had to be there.
        expected: Value,
        /// The value that was to replace it.
        new: Value,
        /// The value that was there.
        found: Value,
        /// Whether `new` was written.
        exchanged: bool,
        /// The ordering for success, which took effect if it exchanged.
        success: Ordering,
        /// The ordering for failure, which took effect otherwise.
        failure: Ordering,
        /// Whether it was a `compare_exchange_weak`.
        weak: bool,
        /// True for a weak one that failed although `found` equals `expected`, as some processors do.
        spurious: bool,
    },
    /// A fence.
    Fence {
        /// The ordering.
        ordering: Ordering,
    },
    /// A read of plain (not atomic) memory.
    Read {
        /// What was read.
        location: String,
    },
    /// A write of plain (not atomic) memory.
    Write {
        /// What was written.
        location: String,
    },
    /// A thread was started.
    Spawn {
        /// The new thread's number.
        thread: usize,
    },
    /// A thread that had ended was joined.
    Join {
        /// The number of the thread that had ended.
        thread: usize,
    },
    /// A thread reached its end.
    Finish,
    /// A thread stepped aside for the others.
    Yield {
        /// Whether by the hint inside a spin loop, `spin_loop`, and not by `yield_now`.
        spinning: bool,
    },
    /// A thread went to sleep until a word changes.
    Sleep {
        /// The word.
        location: String,
        /// The value that it holds, and with which the thread may sleep.
        value: Value,
        /// Whether the thread sleeps for a limited time only.
        timed: bool,
    },
    /// A thread would have slept, but the word held another value.
    SleepRefused {
        /// The word.
        location: String,
        /// The value with which the thread would have slept.
        expected: Value,
        /// The value that was there.
        found: Value,
    },
    /// A thread that slept went on.
    Rouse {
        /// The word on which it slept.
        location: String,
        /// Why it went on.
        why: Roused,
    },
    /// A thread woke those who sleep on a word.
    Wake {
        /// The word.
        location: String,
        /// How many at most; absent for all.
        limit: Option<usize>,
        /// The numbers of those who slept and were woken.
        woken: Vec<usize>,
    },
    /// A thread woke one and made the rest sleep on another word.
    Requeue {
        /// The word on which they slept.
        from: String,
        /// The word on which the rest now sleeps.
        to: String,
        /// The numbers of those who were woken.
        woken: Vec<usize>,
        /// The numbers of those who were moved.
        moved: Vec<usize>,
    },
    /// Memory was given back.
    Free {
        /// What lay there.
        location: String,
    },
}

/// What a thread that cannot go on waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WaitsFor {
    /// For a thread to end.
    Thread {
        /// Its number.
        thread: usize,
    },
    /// For somebody to wake those who sleep on a word.
    Word {
        /// The word.
        location: String,
        /// The value with which the thread went to sleep.
        value: Value,
        /// The value that the word holds now.
        now: Value,
        /// The last step that wrote the word; absent if it holds its initial value.
        written: Option<usize>,
    },
}

/// A thread that cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The thread's number.
    pub thread: usize,
    /// What it waits for.
    pub waits_for: WaitsFor,
    /// Where in the source it waits.
    pub place: Place,
}

/// What went wrong at the end of a [`Schedule`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Failure {
    /// A thread panicked, in a test most often by a failed assertion.
    Panic {
        /// The thread's number.
        thread: usize,
        /// The message.
        message: String,
        /// Where.
        place: Place,
    },
    /// Two threads accessed plain memory, at least one of them to write, and nothing orders the two accesses.
    DataRace {
        /// The memory's name.
        location: String,
        /// The step of the earlier access.
        first: usize,
        /// The step of the later access, the last of the schedule.
        second: usize,
    },
    /// Nobody can go on.
    Deadlock {
        /// Each thread that has not ended, and what it waits for.
        waiting: Vec<Waiting>,
    },
    /// The schedule did not come to an end within so many decisions: threads wait for each other by turning in
    /// circles (a livelock), one spins without ever letting others run, or there was just too much to do.
    TooLong {
        /// The number of decisions at which it was given up.
        limit: usize,
        /// The steps that repeat at the end, one turn of the loop.
        turn: Vec<usize>,
    },
    /// Memory was not given back by the end.
    Leak {
        /// What was leaked.
        location: String,
        /// Where it was allocated.
        place: Place,
    },
    /// Memory was accessed after it had been given back.
    UseAfterFree {
        /// What lay there.
        location: String,
        /// The step that gave it back.
        freed: usize,
        /// The thread that came late.
        thread: usize,
        /// Where it accessed the memory.
        place: Place,
        /// What it did, such as `fetch_add`.
        access: String,
    },
    /// More threads than the model can hold.
    TooManyThreads {
        /// How many it can hold, the main one included.
        limit: usize,
        /// Where the one too many was spawned.
        place: Place,
    },
}

/// What one check of the model came to, as `model` writes it for the programs that run checks.
///
/// If the environment variable [`Report::DIRECTORY`] names a directory, every check that ends writes one such report
/// there, as JSON, into a file of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this format: [`FORMAT`].
    pub format: u32,
    /// The package that ran the check.
    pub package: String,
    /// The test that ran the check.
    pub test: String,
    /// Where the check was called.
    pub place: Place,
    /// How many schedules were run.
    pub schedules: usize,
    /// How the search went, in words: "exhaustive, 120 schedules".
    pub summary: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The schedule that failed, or that has an outcome which was not predicted; absent if all is as it should be.
    pub counterexample: Option<Schedule>,
}

impl Report {
    /// The environment variable that names the directory for reports.
    pub const DIRECTORY: &str = "MODEL_REPORTS";
}
