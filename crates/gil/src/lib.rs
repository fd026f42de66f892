//! An interpreter lock lets one thread at a time run, and sees to it that the others get their turn.
//!
//! Think of a kitchen with one stove and several cooks. Whoever stands at it cooks; the others wait. Nobody is pushed
//! away from it, but after a while of waiting one may say "may I?", and a polite cook steps aside when the onions are done
//! ([`checkpoint`](Token::checkpoint)). And while something is in the oven, the stove is free for others
//! ([`allow_threads`](Token::allow_threads)).
//!
//! CPython is such a kitchen. Its objects carry counts of who refers to them, and the counts are plain numbers that two
//! threads must not change at once; so a thread that runs Python code holds the *global interpreter lock*, the GIL. This
//! crate is that lock, as CPython 3.12 has it (`Python/ceval_gil.c`), and without the interpreter.
//!
//! A mutex alone would not do. It is meant to be held for a moment, and a thread that only computes holds this one all
//! day. It has to be asked to let go.
//!
//! # State
//!
//! A mutex, which is held for moments only, and what it protects:
//!
//! - `holder`: the thread that runs, or `NOBODY`.
//! - `last_holder`: the thread that runs, or that ran last.
//! - `switches`: how often the lock has gone from one thread to another. One that comes back to a lock that nobody else has
//!   had meanwhile does not count.
//!
//! Two conditions: `freed` (the lock was given back) and `switched` (somebody else has it). And the *drop request*, a flag
//! beside the mutex, so that the thread that runs can look at it at the price of one load.
//!
//! # Protocol
//!
//! - **Take**: if nobody runs, put your name there, count the switch if it is one, take the request down, and notify
//!   whoever waits for the switch. Else wait until the lock is freed, for one interval. If that is over, and
//!   the lock has not changed hands all the time, put up the request, and wait for another interval.
//! - **Give**: take your name away and notify one of those who wait. If the request is up, wait until another thread has the
//!   lock.
//! - **`checkpoint`**: if the request is up, give, then take.
//! - **`allow_threads`**: give, do something that takes long, take.
//!
//! **The request waits an interval**, because a switch is dear: the processor's caches know the one thread's data
//! and not the other's, and the system has to wake somebody. With 5 milliseconds it happens two hundred times a second at
//! most, which costs little; and a person does not notice 5 milliseconds. Python 2 looked every hundred
//! instructions instead, whether they took a microsecond or a minute.
//!
//! **The switch number** tells a waiter whose interval is over that it was not one and the same thread that let it wait.
//! If Bob came in a moment ago, it is not Bob who has to leave:
//!
//! 1. Alice runs. Bob and Carol wait, and both have waited nearly for an interval.
//! 2. Alice gives the lock back of her own accord, and Bob takes it.
//! 3. Carol's interval ends. Without the number she would ask Bob, who has run for no time at all. With it she sees that the
//!    lock has changed hands, and grants him an interval.
//!
//! # Invariants
//!
//! 1. `holder`, `last_holder` and `switches` are used, and the request is written, with the mutex locked.
//! 2. Whoever takes the lock takes the request down, and nobody else does. While it is up, whoever put it up waits for the
//!    lock, and does so until it has it.
//! 3. So a thread that gives the lock while the request is up waits for something that comes: nobody but others can take
//!    the lock, and one of them wants it.
//! 4. Whoever takes the lock after another thread counts a switch and notifies all who wait for it, before the mutex is
//!    unlocked.
//! 5. Each time the lock is given back, one of those who wait is notified. It may find that somebody else was quicker, but
//!    then that one will give the lock back.
//!
//! # Memory ordering
//!
//! All of it is the mutex's: who takes the lock has locked the mutex after the one who gave it. The request is Relaxed.
//! Nothing is read on account of it, and a thread that sees it late steps aside a checkpoint later.
//!
//! # Where CPython differs
//!
//! It has a second mutex for `switched`, and a condition that is notified for one. Its waiters begin a new interval
//! each time they are notified in vain; ours only if the lock has changed hands, so that a thread which leaves and comes
//! back all the time is asked as well. It does not wait for the switch when a thread ends; ours does at the end of each
//! [`run`](Gil::run), for another may follow at once.
//!
//! # A tempting mistake
//!
//! A thread that is asked gives the lock back, and the one who asked is notified. What more can there be to do?
//!
//! 1. Alice runs. Bob waits, and after an interval he puts up the request.
//! 2. Alice comes to a checkpoint, gives the lock back, and notifies Bob.
//! 3. Bob has been asleep. Until he is on a processor, some fifty microseconds go by.
//! 4. Alice needs a hundred nanoseconds to take the lock again. It is free, and so she does.
//! 5. Bob wakes up, finds the lock held, and waits for another interval.
//!
//! On one processor this often goes well, as Bob cannot run anyway until Alice is stopped. With two, Alice wins nearly
//! always. David Beazley measured that for Python 2 in 2009, and it is why Python 3.2 has a new lock, in which step 4 is
//! forbidden: *forced switching*.
//!
//! The mutant `does-not-wait-for-the-switch` is this mistake, and the test
//! `a_checkpoint_that_was_asked_lets_another_in_first` finds it.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use condvar::Condvar;
use model::sync::atomic::{AtomicBool, Ordering};
use model::thread;
use mutex::Mutex;

/// The name of no thread.
const NOBODY: u64 = 0;

/// How long a thread waits before it asks, unless told otherwise.
const INTERVAL: Duration = Duration::from_millis(5);

/// The shortest interval. With none, a thread that waits would never lie down.
const SHORTEST: Duration = Duration::from_micros(1);

/// A lock for threads that run long and let each other in.
///
/// What a thread has done before it gave the lock back, by the end of [`run`](Gil::run), in
/// [`checkpoint`](Token::checkpoint) or in [`allow_threads`](Token::allow_threads), *synchronizes before* all that is done
/// by whoever holds the lock after it.
///
/// **Fairness.** A thread that has waited for an interval without the lock changing hands is let in at the next
/// checkpoint: it, or another that waits. Who of several comes in is up to the system.
///
/// **Deadlock.** Whoever waits for another thread while it holds the lock, be it for a mutex, a message or an answer, waits for
/// ever if the other needs this lock to get there. Wait inside of [`allow_threads`](Token::allow_threads).
///
/// **Panics.** A thread that panics gives the lock back. Nothing is poisoned.
///
/// It protects no data of its own. In an interpreter, what it protects is everything. It allocates nothing, and a thread
/// that waits sleeps but for a moment in each interval.
///
/// # Example
///
/// Two threads that compute take turns, and a third waits for an answer meanwhile without holding them up.
///
/// ```
/// use gil::Gil;
///
/// let gil = Gil::new();
/// model::thread::scope(|scope| {
///     for name in ["Alice", "Bob"] {
///         scope.spawn(name, || {
///             gil.run(|token| {
///                 for _instruction in 0..1_000 {
///                     // compute
///                     token.checkpoint();
///                 }
///             });
///         });
///     }
///     let answer = gil.run(|token| token.allow_threads(|| "an answer from far away"));
///     assert_eq!(answer.len(), 23);
/// });
/// ```
pub struct Gil {
    turn: Mutex<Turn>,
    /// The lock was given back.
    freed: Condvar,
    /// The lock is another thread's than it was.
    switched: Condvar,
    /// Somebody has waited for an interval.
    drop_request: AtomicBool,
    interval: Duration,
}

/// What the mutex protects: whose turn it is.
struct Turn {
    /// The thread that runs, or [`NOBODY`].
    holder: u64,
    /// The thread that ran last; the holder if there is one.
    last_holder: u64,
    switches: u64,
}

impl Gil {
    model::const_fn! {
        /// A lock that nobody holds, with an interval of 5 milliseconds.
        pub const fn new() -> Gil {
            Gil::with_interval(INTERVAL)
        }

        /// A lock that nobody holds. A thread waits for `interval` before it asks for the lock.
        ///
        /// What is less than a microsecond is taken for one. With an interval that is too long for the clock nobody ever
        /// asks.
        pub const fn with_interval(interval: Duration) -> Gil {
            Gil {
                turn: Mutex::new(Turn { holder: NOBODY, last_holder: NOBODY, switches: 0 }),
                freed: Condvar::new(),
                switched: Condvar::new(),
                drop_request: AtomicBool::new(false),
                interval: if interval.as_micros() == 0 { SHORTEST } else { interval },
            }
        }
    }

    /// Blocks until no other thread holds the lock, and runs `body` with it.
    ///
    /// # Panics
    ///
    /// If the calling thread holds the lock already: it would wait for itself. Inside of
    /// [`allow_threads`](Token::allow_threads) it does not hold it. If `body` panics, the lock is given back first.
    ///
    /// # Example
    ///
    /// ```should_panic
    /// let gil = gil::Gil::new();
    /// gil.run(|_| gil.run(|_| ()));
    /// ```
    pub fn run<R>(&self, body: impl FnOnce(&mut Token<'_>) -> R) -> R {
        self.take();
        let mut token = Token { gil: self, not_send: PhantomData };
        // A guard, for `body` may panic.
        let _given_back = Finally(|| self.give());
        body(&mut token)
    }

    /// Whether some thread holds the lock. Never blocks for longer than others need to take it or to give it back.
    pub fn is_locked(&self) -> bool {
        self.turn.lock().holder != NOBODY
    }

    /// How often the lock has gone to another thread than the one that had it before. Blocks no longer than
    /// [`is_locked`](Gil::is_locked).
    ///
    /// # Example
    ///
    /// ```
    /// let gil = gil::Gil::new();
    /// gil.run(|token| token.allow_threads(|| ()));
    /// gil.run(|_| ());
    /// assert_eq!(gil.switches(), 1); // The first time. Nobody else has come since.
    /// ```
    pub fn switches(&self) -> u64 {
        self.turn.lock().switches
    }

    /// How long a thread waits before it asks.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Blocks until the calling thread has the lock.
    // ANCHOR: take
    fn take(&self) {
        let caller = thread::current_id();
        let mut turn = self.turn.lock();
        assert!(turn.holder != caller, "this thread holds the lock already");
        while turn.holder != NOBODY {
            let switches = turn.switches;
            let unchanged = |turn: &mut Turn| turn.holder != NOBODY && turn.switches == switches;
            if !self.freed.wait_timeout_while(&mut turn, self.interval, unchanged) {
                // ORDERING: Relaxed; see "Memory ordering" above.
                self.drop_request.store(true, Ordering::Relaxed);
            }
        }
        turn.holder = caller;
        // ORDERING: Relaxed, as above.
        self.drop_request.store(false, Ordering::Relaxed);
        if turn.last_holder != caller {
            turn.last_holder = caller;
            turn.switches += 1;
            self.switched.notify_all();
        }
    }
    // ANCHOR_END: take

    /// Gives the lock back, which the calling thread holds. If it was asked to, it blocks until another thread has it.
    // ANCHOR: give
    fn give(&self) {
        let mut turn = self.turn.lock();
        turn.holder = NOBODY;
        self.freed.notify_one();
        // ORDERING: Relaxed; it is written with the mutex locked, which this thread has locked.
        if self.drop_request.load(Ordering::Relaxed) {
            let switches = turn.switches;
            self.switched.wait_while(&mut turn, |turn| turn.switches == switches);
        }
    }
    // ANCHOR_END: give
}

/// Says that the calling thread holds a [`Gil`], and lets it step aside.
///
/// It stays in its thread:
///
/// ```compile_fail,E0277
/// let gil = gil::Gil::new();
/// gil.run(|token| {
///     model::thread::scope(|scope| {
///         scope.spawn("another", || token.checkpoint());
///     });
/// });
/// ```
///
/// It stays in its [`run`](Gil::run):
///
/// ```compile_fail
/// let gil = gil::Gil::new();
/// let token = gil.run(|token| token);
/// ```
///
/// And it cannot be used while the lock is given away, for then nobody may step aside with it:
///
/// ```compile_fail,E0499
/// let gil = gil::Gil::new();
/// gil.run(|token| token.allow_threads(|| token.checkpoint()));
/// ```
pub struct Token<'gil> {
    gil: &'gil Gil,
    not_send: PhantomData<*const ()>,
}

impl Token<'_> {
    /// Steps aside if another thread has asked for the lock, and says whether one had. Blocks then until that one or
    /// another has come in, and the lock is free again.
    ///
    /// Otherwise it costs one load. Call it often: whoever waits for the lock waits for this. CPython does at the end of
    /// each loop and at the beginning of each function.
    // ANCHOR: checkpoint
    #[inline]
    pub fn checkpoint(&mut self) -> bool {
        // ORDERING: Relaxed; nothing is read on account of it. After an old "no" the next
        // checkpoint says "yes". An old "yes" it cannot be: this thread took that down itself.
        let asked = self.gil.drop_request.load(Ordering::Relaxed);
        if asked {
            self.step_aside();
        }
        asked
    }
    // ANCHOR_END: checkpoint

    #[cold]
    fn step_aside(&mut self) {
        self.gil.give();
        self.gil.take();
    }

    /// Gives the lock away while `body` runs, and blocks afterwards until the calling thread has it again.
    ///
    /// For whatever takes long and needs nothing that the lock protects: waiting for the network, for a file, for another
    /// thread; or a long computation in a library of its own.
    ///
    /// If `body` panics, the panic goes on when the lock is taken again.
    // ANCHOR: allow_threads
    pub fn allow_threads<R>(&mut self, body: impl FnOnce() -> R) -> R {
        self.gil.give();
        // A guard, for `body` may panic.
        let _taken_again = Finally(|| self.gil.take());
        body()
    }
    // ANCHOR_END: allow_threads
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token { .. }")
    }
}

/// Calls its function when it is dropped, in a panic too.
struct Finally<F: FnMut()>(F);

impl<F: FnMut()> Drop for Finally<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl Default for Gil {
    fn default() -> Gil {
        Gil::new()
    }
}

/// Never blocks: what somebody is about to change is left out.
impl fmt::Debug for Gil {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Gil");
        debug.field("interval", &self.interval);
        match self.turn.try_lock() {
            Some(turn) => debug.field("locked", &(turn.holder != NOBODY)).field("switches", &turn.switches),
            None => debug.field("locked", &format_args!("<locked>")),
        };
        debug.finish()
    }
}
