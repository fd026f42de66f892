//! A cell that is filled once, by whoever needs its content first.
//!
//! Think of the office's coffee machine in the morning. The first who comes fills it and turns it on; who comes
//! meanwhile waits beside it, and does not start another; who comes later just takes a cup. If the first one fails, the
//! next tries.
//!
//! Python has no such thing, and so its programs often make one of a lock and an `if`, sometimes with the lock left
//! out where it seems not to matter: that is the double-checked locking of the tempting mistake below.
//!
//! # State
//!
//! One atomic word beside the content, with four values:
//!
//! | word | meaning |
//! |---|---|
//! | `EMPTY` | There is no content, and nobody makes it. |
//! | `RUNNING` | Somebody makes the content: the *initialiser*. It alone may use the cell. |
//! | `AWAITED` | The same, and threads sleep until it has ended. |
//! | `FULL` | The content is there, and will not change. Everybody may read it. |
//!
//! Beside it stands the name of the initialiser, for one that asks for its own cell: it would wait for itself, and is
//! told.
//!
//! # Protocol
//!
//! - **`get`** looks whether the word is `FULL`. That is the fast path, of everybody.
//! - **`get_or_init`** turns `EMPTY` into `RUNNING`, writes down its name, and makes the content. Then it swaps in
//!   `FULL`, or `EMPTY` if making it has panicked; if the word was `AWAITED`, it wakes all who sleep.
//! - A thread that finds `RUNNING` turns it into `AWAITED`, and sleeps as long as it stays that. Then it looks again.
//!
//! # Invariants
//!
//! 1. The initialiser is the thread that turned `EMPTY` into `RUNNING`, and only it ends that state. So there is one at a
//!    time.
//! 2. Only the initialiser writes the content, and once the word is `FULL` nobody does. It stays `FULL` as long as the
//!    cell is shared.
//! 3. A thread lies down only while the word is `AWAITED`. Looking and lying down are one step: the futex promises that.
//! 4. A thread that finds its own name in `initialiser`, in a cell that it has not seen `FULL`, is the initialiser. It
//!    writes its name only in that state, and if it panics it takes the name away before it ends it. In a full cell the
//!    name stays, and nobody asks any more.
//!
//! # Memory ordering
//!
//! The content must be seen by everybody who finds the word `FULL`: the swap to `FULL` is a Release, and each look that
//! can find `FULL` is an Acquire. When making it has panicked, the next initialiser must see what the first has left
//! behind (nothing in the cell, but perhaps elsewhere): so the swap to `EMPTY` is a Release too, and the turn to
//! `RUNNING` an Acquire.
//!
//! The name of the initialiser is Relaxed. What others have written there, and when, does not matter: a thread looks for
//! its own name, and of what it did itself, a thread always knows.
//!
//! # A tempting mistake
//!
//! Since the word does not change any more once it is `FULL`, it seems enough to look at it without an ordering:
//!
//! ```text
//! if self.state.load(Relaxed) == FULL {
//!     return unsafe { self.content() };
//! }
//! ```
//!
//! 1. Alice makes the content, and swaps in `FULL`.
//! 2. Bob sees `FULL`. Nothing says that he sees all else that Alice wrote before: the content may look to him as it was
//!    before, empty or half made.
//!
//! For years this was done with a lock around the making and a bare look before it, in Java and in C++, and it is known
//! as *double-checked locking* that is broken. The second look is not the problem; the first one is. The mutant
//! `relaxed-get` is this mistake, and the test `get_sees_the_whole_content` finds it.

mod lazy;

use std::fmt;
use std::mem::MaybeUninit;

use model::cell::UnsafeCell;
use model::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use model::thread;

pub use lazy::LazyLock;

/// There is no content, and nobody makes it.
const EMPTY: u32 = 0;

/// The initialiser makes the content.
const RUNNING: u32 = 1;

/// The initialiser makes the content, and others sleep until it has ended.
const AWAITED: u32 = 2;

/// The content is there.
const FULL: u32 = 3;

/// The name of no thread.
const NOBODY: u64 = 0;

/// A cell that is filled once and read by many threads.
///
/// The filling *synchronizes before* every [`get`](OnceLock::get) that finds the content: it is seen whole.
///
/// **Panics.** If an initialiser panics, the cell stays empty, and the next caller tries. If it asks for its own cell, it
/// panics.
///
/// **Deadlock.** An initialiser that waits for another thread, while that one waits for the cell, waits for ever.
///
/// # Example
///
/// ```
/// use once::OnceLock;
///
/// static CONFIGURATION: OnceLock<String> = OnceLock::new();
///
/// fn configuration() -> &'static str {
///     CONFIGURATION.get_or_init(|| "read once, by whoever asks first".to_owned())
/// }
/// assert!(configuration().starts_with("read once"));
/// ```
///
/// If the cell is to be shared, so is the content, which must be `Sync` then. A `Cell` is not:
///
/// ```compile_fail,E0277
/// use std::cell::Cell;
/// use once::OnceLock;
///
/// let cell = OnceLock::new();
/// model::thread::scope(|scope| {
///     scope.spawn("Alice", || cell.get_or_init(|| Cell::new(1)).set(2));
/// });
/// ```
///
/// And it must be `Send`, because another thread than the one that has made it may drop it. A guard of std's mutex has to
/// stay where it is:
///
/// ```compile_fail,E0277
/// let mutex = std::sync::Mutex::new(());
/// let cell = once::OnceLock::new();
/// model::thread::scope(|scope| {
///     scope.spawn("Alice", || drop(cell.set(mutex.lock().unwrap())));
/// });
/// ```
pub struct OnceLock<T> {
    /// [`EMPTY`], [`RUNNING`], [`AWAITED`] or [`FULL`].
    state: AtomicU32,
    /// The thread that makes the content, or has made it, or [`NOBODY`].
    initialiser: AtomicU64,
    /// Initialised if the state is [`FULL`].
    content: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: a shared reference to the cell gives out shared references to the content, in all threads at once, for which
// `T: Sync` is needed. And it takes content that one thread has made, to be dropped by another: that is sending, so
// `T: Send` is.
unsafe impl<T: Send + Sync> Sync for OnceLock<T> {}

impl<T> OnceLock<T> {
    model::const_fn! {
        /// An empty cell.
        pub const fn new() -> OnceLock<T> {
            OnceLock {
                state: AtomicU32::new(EMPTY),
                initialiser: AtomicU64::new(NOBODY),
                content: UnsafeCell::new(MaybeUninit::uninit()),
            }
        }
    }

    /// The content, if it is there. Never blocks.
    // ANCHOR: get
    #[inline]
    pub fn get(&self) -> Option<&T> {
        // ORDERING: Acquire pairs with the Release in the drop of `Initialising`.
        let full = self.state.load(Ordering::Acquire) == FULL;
        // SAFETY: the Acquire above has seen FULL.
        full.then(|| unsafe { self.content() })
    }
    // ANCHOR_END: get

    /// The content, if need be made by `init`. Blocks while another thread makes it.
    ///
    /// Of all threads that call this at the same time, one runs its `init`. If that panics, another tries its own.
    ///
    /// # Panics
    ///
    /// If `init` panics, or if it calls this (or [`set`](OnceLock::set)) on its own cell: it would wait for itself.
    #[inline]
    pub fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        match self.get() {
            Some(content) => content,
            None => self.init_slow(init),
        }
    }

    /// Fills the cell with `content` if it is empty. Blocks while another thread makes the content.
    ///
    /// # Errors
    ///
    /// `content` comes back if the cell was full already.
    ///
    /// # Panics
    ///
    /// If the calling thread is about to make the content: it would wait for itself.
    ///
    /// # Example
    ///
    /// ```
    /// let cell = once::OnceLock::new();
    /// assert_eq!(cell.set(1), Ok(()));
    /// assert_eq!(cell.set(2), Err(2));
    /// assert_eq!(cell.get(), Some(&1));
    /// ```
    pub fn set(&self, content: T) -> Result<(), T> {
        let mut content = Some(content);
        self.get_or_init(|| content.take().expect("an initialiser runs once"));
        content.map_or(Ok(()), Err)
    }

    /// The content, if it is there, to be changed: nobody else can see it, because the caller has the cell for itself.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.get()?;
        // SAFETY: `get` found the content there, and `self` is borrowed for this reference alone.
        Some(unsafe { self.content.get_mut().assume_init_mut() })
    }

    /// The content, if it is there. Nobody else can see it, because the cell is moved in here.
    pub fn into_inner(mut self) -> Option<T> {
        self.take()
    }

    /// Takes the content out, if it is there, and leaves an empty cell.
    pub fn take(&mut self) -> Option<T> {
        self.get()?;
        // FULL => EMPTY, as it was when it was new. The name of who has made the content must not stay (invariant 4).
        self.state = AtomicU32::new(EMPTY);
        self.initialiser = AtomicU64::new(NOBODY);
        // SAFETY: `get` found the content there. Nobody reads it again, as the state is EMPTY from now on.
        Some(unsafe { self.content.get_mut().assume_init_read() })
    }

    /// The content of a cell that is full.
    ///
    /// # Safety
    ///
    /// The calling thread has seen `FULL`, with Acquire, or has filled the cell itself.
    #[inline]
    unsafe fn content(&self) -> &T {
        let content = self.content.read_ptr();
        // SAFETY: the pointer comes from a cell that `self` keeps alive, and nobody writes there any more (invariant 2).
        let content = unsafe { &*content };
        // SAFETY: the content was written before the word became FULL, which the caller has seen.
        unsafe { content.assume_init_ref() }
    }

    /// The content of a cell that was not full at the first look.
    // ANCHOR: init_slow
    #[cold]
    fn init_slow(&self, init: impl FnOnce() -> T) -> &T {
        let caller = thread::current_id();
        // ORDERING: Relaxed; see "Memory ordering" above.
        let reentered = self.initialiser.load(Ordering::Relaxed) == caller;
        assert!(!reentered, "an initialiser asked for the content of its own cell, which it has yet to make");
        loop {
            // EMPTY => RUNNING
            // ORDERING: Acquire pairs with the Release in the drop of `Initialising`: on success, of one that has
            // panicked, and on failure, of one that has filled the cell.
            match self.state.compare_exchange(EMPTY, RUNNING, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => break,
                // SAFETY: the Acquire above has seen FULL.
                Err(FULL) => return unsafe { self.content() },
                Err(state) => self.wait(state),
            }
        }
        let initialising = Initialising::begin(self, caller);
        initialising.fill(init());
        // SAFETY: this thread has filled the cell.
        unsafe { self.content() }
    }

    /// Sleeps until the initialiser has ended, whom `state`, which is [`RUNNING`] or [`AWAITED`], has told of. It may also
    /// return for no reason.
    fn wait(&self, state: u32) {
        if state == RUNNING {
            // RUNNING => AWAITED
            // ORDERING: Relaxed; it publishes nothing, and the caller looks again. If the exchange fails, the futex finds
            // another word than AWAITED, or one that somebody else has made so.
            let _ = self.state.compare_exchange(RUNNING, AWAITED, Ordering::Relaxed, Ordering::Relaxed);
        }
        futex::wait(&self.state, AWAITED);
    }
    // ANCHOR_END: init_slow
}

/// The state in which the calling thread is the initialiser. If it is dropped before the cell is filled, because the
/// initialiser has panicked, the cell is empty again.
struct Initialising<'a, T> {
    cell: &'a OnceLock<T>,
    outcome: u32,
}

impl<'a, T> Initialising<'a, T> {
    /// Begins, on behalf of `caller`, which has turned `EMPTY` into `RUNNING`.
    fn begin(cell: &'a OnceLock<T>, caller: u64) -> Initialising<'a, T> {
        // ORDERING: Relaxed; see "Memory ordering" above.
        cell.initialiser.store(caller, Ordering::Relaxed);
        Initialising { cell, outcome: EMPTY }
    }

    /// Puts the content in, and ends.
    fn fill(mut self, content: T) {
        let target = self.cell.content.write_ptr();
        // SAFETY: this thread is the initialiser, and only it uses the cell (invariant 1). There is no content that would
        // have to be dropped.
        unsafe { (*target).write(content) };
        self.outcome = FULL;
    }
}

// ANCHOR: end
impl<T> Drop for Initialising<'_, T> {
    fn drop(&mut self) {
        if self.outcome == EMPTY {
            // ORDERING: Relaxed; see "Memory ordering" above.
            self.cell.initialiser.store(NOBODY, Ordering::Relaxed);
        }
        // RUNNING or AWAITED => FULL or EMPTY
        // ORDERING: Release pairs with the Acquire in `get` and in `init_slow`.
        if self.cell.state.swap(self.outcome, Ordering::Release) == AWAITED {
            futex::wake_all(&self.cell.state);
        }
    }
}
// ANCHOR_END: end

impl<T> Drop for OnceLock<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> OnceLock<T> {
        OnceLock::new()
    }
}

impl<T> From<T> for OnceLock<T> {
    fn from(content: T) -> OnceLock<T> {
        let cell = OnceLock::new();
        let _ = cell.set(content);
        cell
    }
}

/// Never blocks: content that somebody is about to make is left out.
impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_tuple("OnceLock");
        match self.get() {
            Some(content) => debug.field(content),
            None => debug.field(&format_args!("<empty>")),
        };
        debug.finish()
    }
}
