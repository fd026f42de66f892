//! What the threads of the running execution did so far, and who waits for what.

use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, Location, PanicHookInfo, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Once};
use std::time::Instant;

use schedule::Roused;

use super::crossing::{Accesses, Crossings};
use super::memory::Held;
use super::naming;
use super::sleep::Sleeper;
use super::surprise::{Plan, Sites};

/// A place in the source.
pub(super) type Place = &'static Location<'static>;

/// How the bits of a value are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Unsigned,
    Signed,
    Pointer,
    /// Plain memory, which has no recorded value.
    Plain,
}

/// An atomic or a cell, from its construction to the end of the execution.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) kind: Kind,
    /// Where it was constructed, and where the objects were that contain it, the outermost first.
    pub(super) constructed: Vec<Place>,
    /// The value that was written last, in the order of execution.
    pub(super) newest: u64,
    /// The event that wrote it; none for the initial value.
    pub(super) written: Option<usize>,
    /// Where it lay when it was last used.
    pub(super) address: usize,
    pub(super) accesses: Accesses,
    pub(super) changes: Changes,
    /// Whether stores to it are made as swaps.
    pub(super) swap_for_store: bool,
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) thread: usize,
    pub(super) place: Place,
    pub(super) action: Action,
}

/// What was done. Objects and threads go by number, values are bits.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Load { object: usize, value: u64, ordering: Ordering, missed: Option<(u64, Option<usize>)> },
    Store { object: usize, value: u64, ordering: Ordering },
    Rmw { object: usize, method: &'static str, operand: u64, before: u64, after: u64, ordering: Ordering },
    CompareExchange(CompareExchange),
    Fence { ordering: Ordering },
    Read { object: usize },
    Write { object: usize },
    Spawn { thread: usize },
    Join { thread: usize },
    Finish,
    Yield { spinning: bool },
    Sleep { word: usize, value: u64, timed: bool },
    SleepRefused { word: usize, expected: u64, found: u64 },
    Rouse { word: usize, why: Roused },
    Wake { word: Option<usize>, limit: Option<usize>, woken: Vec<usize> },
    Requeue { from: usize, to: Option<usize>, woken: Vec<usize>, moved: Vec<usize> },
    Free { block: usize },
}

/// The fields of a compare-exchange.
#[derive(Clone, Debug)]
pub(super) struct CompareExchange {
    pub(super) object: usize,
    pub(super) expected: u64,
    pub(super) new: u64,
    pub(super) found: u64,
    pub(super) exchanged: bool,
    pub(super) success: Ordering,
    pub(super) failure: Ordering,
    pub(super) weak: bool,
    pub(super) spurious: bool,
}

/// Whether a thread can go on.
#[derive(Clone, Debug)]
pub(super) enum State {
    Running,
    Yielding,
    Joining { thread: usize, place: Place },
    Sleeping { word: usize, value: u64, place: Place },
    Finished,
}

/// A thread of the execution; the first is the main one.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub(super) name: String,
    pub(super) state: State,
    /// How many opportunities for a surprise it has had.
    pub(super) opportunities: usize,
    /// Why it goes on, once it has been roused from sleep.
    pub(super) roused: Option<Roused>,
    /// How much had been achieved when it last stepped aside.
    pub(super) stepped_aside_at: Option<usize>,
}

impl Thread {
    pub(super) fn new(name: &str) -> Thread {
        Thread { name: name.to_owned(), state: State::Running, opportunities: 0, roused: None, stepped_aside_at: None }
    }
}

/// Owned memory: an `Arc`'s or a `Box`'s.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) constructed: Vec<Place>,
    pub(super) address: usize,
    pub(super) size: usize,
    /// The event that gave it back.
    pub(super) freed: Option<usize>,
}

/// Everything that is needed to draw an execution.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) events: Vec<Event>,
    pub(super) threads: Vec<Thread>,
    pub(super) objects: Vec<Object>,
    pub(super) blocks: Vec<Block>,
}

/// What went wrong, before it is put into words.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    Panic { thread: usize, message: String, place: Option<schedule::Place> },
    Race { thread: usize, message: String },
    Deadlock,
    TooLong,
    Leak,
    UseAfterFree { block: usize, thread: usize, place: Place, access: &'static str },
    TooManyThreads { place: Place },
}

/// How a search by one system thread ended.
pub(super) enum Verdict {
    Passed,
    CutShort,
    Failed(std::boxed::Box<(Log, Failure)>),
}

/// A way to change an atomic.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Store,
    Exchange,
}

/// The ways in which an atomic was changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    stored: bool,
    exchanged: bool,
}

impl Changes {
    pub(super) fn note(&mut self, change: Change) {
        match change {
            Change::Store => self.stored = true,
            Change::Exchange => self.exchanged = true,
        }
    }

    pub(super) fn are_mixed(self) -> bool {
        self.stored && self.exchanged
    }
}

/// What a search tells whoever started it.
pub(super) struct Finding {
    /// The places that construct atomics which are changed both by stores and by read-modify-writes.
    pub(super) mixed: HashSet<Vec<Place>>,
    pub(super) verdict: Verdict,
    pub(super) executions: usize,
    pub(super) sites: Sites,
}

/// What a search by one system thread is restricted to.
#[derive(Clone, Debug, Default)]
pub(super) struct Restriction {
    /// The surprises that happen.
    pub(super) plan: Plan,
    /// How many preemptions there may be at most.
    pub(super) preemptions: Option<u8>,
    /// For a schedule that is easy to follow: how many loads may return an old value. Stores are then made as swaps, so that
    /// the newest value is always the one that was written last.
    pub(super) old_values: Option<usize>,
    /// The places that construct atomics to which stores are made as swaps.
    pub(super) mixed: HashSet<Vec<Place>>,
    /// When to stop looking.
    pub(super) deadline: Option<Instant>,
}

/// The recorder of the search that runs on this system thread.
pub(super) struct Recorder {
    pub(super) log: Log,
    pub(super) current: usize,
    pub(super) sleepers: Vec<Sleeper>,
    pub(super) crossings: Crossings,
    pub(super) held: Vec<Held>,
    pub(super) search: Restriction,
    /// How many loads have returned an old value in this execution.
    old_values: usize,
    pub(super) sites: Sites,
    pub(super) mixed: HashSet<Vec<Place>>,
    owners: Vec<Place>,
    /// Grows with each operation of this execution after which something is different for the other threads.
    progress: usize,
    panicked: Option<Failure>,
    executions: usize,
    /// How many operations were recorded in all, for whoever watches over the search.
    operations: Arc<AtomicU64>,
    findings: Sender<Finding>,
    last_words: Option<LastWords>,
}

/// Tells of a failure when the process is about to end, with the number of executions so far.
pub(super) type LastWords = std::boxed::Box<dyn FnOnce(&Log, &Failure, usize) + Send>;

thread_local! {
    static RECORDER: RefCell<Option<std::boxed::Box<Recorder>>> = const { RefCell::new(None) };
}

/// How many threads loom can hold.
pub(super) const MAX_THREADS: usize = loom::MAX_THREADS;

/// Gives this system thread a recorder, before its search begins.
pub(super) fn install(
    search: Restriction,
    operations: Arc<AtomicU64>,
    findings: Sender<Finding>,
    last_words: LastWords,
) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(std::boxed::Box::new(move |info| {
            if !note_panic(info) {
                previous(info);
            }
        }));
    });
    let recorder = Recorder {
        log: Log::default(),
        current: 0,
        sleepers: Vec::new(),
        crossings: Crossings::new(),
        held: Vec::new(),
        search,
        old_values: 0,
        sites: Sites::default(),
        mixed: HashSet::new(),
        owners: Vec::new(),
        progress: 0,
        panicked: None,
        executions: 0,
        operations,
        findings,
        last_words: Some(last_words),
    };
    RECORDER.set(Some(std::boxed::Box::new(recorder)));
}

/// Calls `body` with this system thread's recorder.
pub(super) fn with<R>(body: impl FnOnce(&mut Recorder) -> R) -> R {
    RECORDER.with_borrow_mut(|recorder| match recorder {
        Some(recorder) => body(recorder),
        None => {
            panic!("under `--cfg loom` the types of `model` work only inside a check, such as `model::check(|| ..)`")
        }
    })
}

/// Begins an execution, on its main thread.
pub(super) fn begin() {
    let late = with(|recorder| {
        recorder.release_held();
        recorder.log = Log::default();
        recorder.log.threads.push(Thread::new("main"));
        recorder.current = 0;
        recorder.old_values = 0;
        recorder.progress = 0;
        recorder.sleepers.clear();
        recorder.crossings.clear();
        recorder.search.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    });
    if late {
        with(|recorder| recorder.deliver(Verdict::CutShort));
        freeze();
    }
    with(|recorder| recorder.executions += 1);
}

/// Runs the body of one thread of the model; a panic ends the search.
pub(super) fn guard<R>(body: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(result) => result,
        Err(_) => stop_after_panic(),
    }
}

/// An operation of the running thread, from before the others may run first until it is recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    pub(super) thread: usize,
    pub(super) place: Place,
    /// What it is called, such as `fetch_add`.
    name: &'static str,
    /// Where it accesses memory.
    address: Option<usize>,
}

/// Every operation begins here. `object` is what is accessed, and where it lies.
pub(super) fn enter(object: Option<(usize, usize)>, name: &'static str, place: Place) -> Access {
    let Some((object, address)) = object else { return enter_at(None, name, place) };
    let access = enter_at(Some(address), name, place);
    with(|recorder| recorder.log.objects[object].address = address);
    access
}

/// As [`enter`], for an access to memory that is no atomic and no cell.
pub(super) fn enter_at(address: Option<usize>, name: &'static str, place: Place) -> Access {
    if with(|recorder| recorder.panicked.is_some()) {
        // A destructor, or code that caught the panic: this execution has failed, whatever it does next.
        stop_after_panic();
    }
    let access = Access { thread: with(|recorder| recorder.current), place, name, address };
    access.assert_in_time();
    access
}

impl Access {
    /// The thread runs again, after others may have run. Notes what it has just done; returns the event's number.
    pub(super) fn record(self, action: Action) -> usize {
        self.assert_in_time();
        let Access { thread, place, .. } = self;
        with(|recorder| {
            recorder.current = thread;
            // ORDERING: Relaxed; pairs with the loads in `Search::explore_once`, which look only whether the number grows.
            recorder.operations.fetch_add(1, Ordering::Relaxed);
            if action.concerns_other_threads() {
                recorder.note_progress();
            }
            recorder.log.events.push(Event { thread, place, action });
            recorder.log.events.len() - 1
        })
    }

    /// Ends the search if the memory has been given back.
    fn assert_in_time(self) {
        let Access { thread, place, name: access, address } = self;
        let freed = with(|recorder| address.and_then(|address| recorder.log.freed_block_at(address)));
        if let Some(block) = freed {
            stop(Failure::UseAfterFree { block, thread, place, access });
        }
    }
}

/// Before an object at `address` is dropped: an access, if the object lies in memory that is given back with it. What lies on
/// a stack is out of the model's sight.
pub(super) fn enter_drop(object: usize, address: usize) -> Option<Access> {
    let constructed = RECORDER.with_borrow(|recorder| {
        let log = &recorder.as_ref()?.log;
        let in_block = log.blocks.iter().any(|block| block.freed.is_none() && block.contains(address));
        // Where it is dropped nobody can say: the compiler calls destructors from nowhere.
        in_block.then(|| log.objects[object].constructed.last().copied()).flatten()
    });
    constructed.map(|place| enter_at(None, "drop", place))
}

/// Notes that `thread` runs again, after an operation that may have let others run.
pub(super) fn resume(thread: usize) {
    with(|recorder| {
        recorder.current = thread;
        recorder.log.threads[thread].state = State::Running;
    });
}

/// Ends the search: every execution has passed.
pub(super) fn pass() {
    with(|recorder| {
        recorder.release_held();
        recorder.deliver(Verdict::Passed);
    });
}

/// Ends the search: this execution fails.
pub(super) fn stop(failure: Failure) -> ! {
    with(|recorder| {
        let log = std::mem::take(&mut recorder.log);
        recorder.deliver(Verdict::Failed(std::boxed::Box::new((log, failure))));
    });
    freeze()
}

pub(super) fn stop_after_panic() -> ! {
    let failure = with(|recorder| {
        recorder.panicked.clone().unwrap_or(Failure::Panic {
            thread: recorder.current,
            message: "the stack overflowed (under the model the main thread has 32 KiB, others have 128 KiB), or an earlier panic \
                      was resumed"
                .to_owned(),
            place: None,
        })
    });
    stop(failure)
}

/// Parks this system thread for good, with the coroutines on it as they are.
fn freeze() -> ! {
    loop {
        std::thread::park();
    }
}

/// Called by the panic hook; returns whether the panic belongs to a model.
fn note_panic(info: &PanicHookInfo<'_>) -> bool {
    RECORDER.with(|recorder| {
        let Ok(mut recorder) = recorder.try_borrow_mut() else { return false };
        let Some(recorder) = recorder.as_mut() else { return false };
        if recorder.panicked.is_some() {
            recorder.say_last_words();
            return false;
        }
        let message = info.payload_as_str().unwrap_or("a panic with a payload that is not text").to_owned();
        recorder.panicked = Some(Failure::from_panic(recorder.current, message, info.location()));
        true
    })
}

/// Remembers where the object was constructed that is being constructed, until the guard is dropped.
#[doc(hidden)]
pub fn constructing(place: Place) -> Constructing {
    with(|recorder| recorder.owners.push(place));
    Constructing(())
}

/// The guard of [`constructing`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Constructing(());

impl Drop for Constructing {
    fn drop(&mut self) {
        with(|recorder| recorder.owners.pop());
    }
}

impl Failure {
    /// Reads loom's own messages; whatever it does not know is the program's own panic.
    fn from_panic(thread: usize, message: String, place: Option<&Location<'_>>) -> Failure {
        if message.contains("Causality violation") {
            Failure::Race { thread, message }
        } else if message.contains("exceeded maximum number of branches") {
            Failure::TooLong
        } else if message.starts_with("Arc leaked") || message.starts_with("Allocation leaked") {
            Failure::Leak
        } else {
            Failure::Panic { thread, message, place: place.map(naming::place) }
        }
    }
}

impl Action {
    /// Whether it changes what other threads can do, by itself. A change of an atomic does if the value differs, and that is
    /// noted where it is made.
    fn concerns_other_threads(&self) -> bool {
        match self {
            Action::Load { .. }
            | Action::Store { .. }
            | Action::Rmw { .. }
            | Action::CompareExchange(_)
            | Action::Fence { .. }
            | Action::Read { .. }
            | Action::SleepRefused { .. }
            | Action::Yield { .. } => false,
            Action::Write { .. }
            | Action::Spawn { .. }
            | Action::Join { .. }
            | Action::Finish
            | Action::Sleep { .. }
            | Action::Rouse { .. }
            | Action::Wake { .. }
            | Action::Requeue { .. }
            | Action::Free { .. } => true,
        }
    }
}

impl Log {
    /// The block at `address`, if it has been given back.
    fn freed_block_at(&self, address: usize) -> Option<usize> {
        self.blocks.iter().position(|block| block.freed.is_some() && block.contains(address))
    }
}

impl Block {
    /// Whether the block covers `address`.
    pub(super) fn contains(&self, address: usize) -> bool {
        (self.address..self.address + self.size.max(1)).contains(&address)
    }
}

impl Recorder {
    /// Registers an object that is constructed at `place`.
    pub(super) fn object(&mut self, kind: Kind, value: u64, place: Place) -> usize {
        let constructed = self.constructed(place);
        let swap_for_store = self.search.old_values.is_some() || self.search.mixed.contains(&constructed);
        self.log.objects.push(Object {
            kind,
            constructed,
            newest: value,
            written: None,
            address: 0,
            accesses: Accesses::default(),
            changes: Changes::default(),
            swap_for_store,
        });
        self.log.objects.len() - 1
    }

    /// Registers memory that is allocated at `place`.
    pub(super) fn block(&mut self, address: usize, size: usize, place: Place) -> usize {
        let constructed = self.constructed(place);
        self.log.blocks.push(Block { constructed, address, size, freed: None });
        self.log.blocks.len() - 1
    }

    fn constructed(&self, place: Place) -> Vec<Place> {
        self.owners.iter().copied().chain([place]).collect()
    }

    /// Whether a thread other than the running one can go on by itself. One that spins counts if `spinning` does.
    pub(super) fn others_can_run(&self, spinning: bool) -> bool {
        self.log.threads.iter().enumerate().any(|(number, thread)| {
            number != self.current
                && match thread.state {
                    State::Running => true,
                    State::Yielding => spinning,
                    State::Joining { thread, .. } => matches!(self.log.threads[thread].state, State::Finished),
                    State::Sleeping { .. } | State::Finished => false,
                }
        })
    }

    /// Notes that something is different now for the other threads.
    pub(super) fn note_progress(&mut self) {
        self.progress += 1;
    }

    /// Whether nothing has been achieved by anybody since `thread`, which steps aside, last did so.
    pub(super) fn steps_aside_in_vain(&mut self, thread: usize) -> bool {
        let before = self.log.threads[thread].stepped_aside_at.replace(self.progress);
        before == Some(self.progress)
    }

    /// Gives the memory back that was held for the execution that has ended.
    fn release_held(&mut self) {
        for held in self.held.drain(..) {
            held.release();
        }
    }

    /// Whether the next load may return an old value.
    pub(super) fn may_read_old_value(&self) -> bool {
        self.search.old_values.is_none_or(|limit| self.old_values < limit)
    }

    /// Notes that a load has returned an old value.
    pub(super) fn note_old_value(&mut self) {
        self.old_values += 1;
    }

    /// The object that lay at `address` last.
    pub(super) fn object_at(&self, address: usize) -> Option<usize> {
        self.log.objects.iter().rposition(|object| object.address == address)
    }

    /// A destructor panics while the first panic unwinds, and Rust is about to end the process. (To go no further than this would
    /// keep a lock of std's locked, and then the process would not end at all.) So the first panic is told now.
    fn say_last_words(&mut self) {
        let (Some(last_words), Some(failure)) = (self.last_words.take(), self.panicked.clone()) else { return };
        let (log, executions) = (std::mem::take(&mut self.log), self.executions);
        // On a thread of its own, because little is left of a coroutine's stack.
        let speaker = std::thread::spawn(move || last_words(&log, &failure, executions));
        // If the speaker panics as well, nothing can be told.
        let _ = speaker.join();
    }

    /// Ends the search with `verdict`.
    fn deliver(&mut self, verdict: Verdict) {
        let mixed = std::mem::take(&mut self.mixed);
        let sites = std::mem::take(&mut self.sites);
        let finding = Finding { mixed, verdict, executions: self.executions, sites };
        // Fails only if nobody waits for the finding any more.
        let _ = self.findings.send(finding);
    }
}
