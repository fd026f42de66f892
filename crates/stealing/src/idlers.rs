//! Who has nothing to do, and how they hear of a job.
//!
//! A worker without a job looks for one, and lies down if there is none. A worker with a job too many says so. Neither
//! may miss the other: a job must not lie there while somebody sleeps who could take it. Yet this has to be cheap. Jobs
//! are put down every few nanoseconds, mostly when nobody needs to be called.
//!
//! Nothing here knows what a job is or where it lies. So the model checker can try all of it, with a number for a
//! deque.
//!
//! # State
//!
//! One word counts those who have nothing to do: how many are *looking*, and how many are *asleep*. And each worker has
//! a *bed*, a word on which it alone sleeps:
//!
//! | bed | meaning |
//! |---|---|
//! | `UP` | Its worker is up, or has been called and may go. |
//! | `DOWN` | Its worker sleeps or is about to, and is counted as asleep. |
//! | `CALLED` | Somebody calls its worker, and is about to count it as looking. |
//!
//! # Protocol
//!
//! - **Who lies down** says so first: counts itself as asleep and puts its bed `DOWN`. Then it looks *once more*. If
//!   there is something, it gets up again; else it sleeps.
//! - **Who has put down a job** looks *afterwards* at the count. If somebody is asleep and nobody is looking, it calls
//!   one.
//! - **Who calls** takes the bed from `DOWN` to `CALLED`, counts its worker as looking, puts the bed `UP`, and wakes.
//!   Only one caller can take the bed, so each sleeper is counted once.
//! - **Who stops looking** and was the last one to look calls another, if there is one asleep.
//!
//! The last rule is the price of the second. While somebody is looking, nobody calls: otherwise each of a thousand jobs
//! would make a system call, and wake a worker for whom nothing is left. But a looker takes one job, and others may
//! have relied on it. So it passes the call on.
//!
//! # Invariants
//!
//! 1. Whoever sleeps has said so before it looked for the last time.
//! 2. If a job lies there and somebody sleeps, then somebody looks or has been called, or is about to call.
//! 3. A worker is counted as looking before it is let out of its bed. So it never stops looking before it has begun,
//!    and neither count falls below zero.
//!
//! # Memory ordering
//!
//! This is the case for which there is `SeqCst`: each side writes one word, and then reads the other's.
//!
//! ```text
//! who lies down               who has a job
//! ──────────────              ─────────────
//! bed: down                   deque: a job
//! fence(SeqCst)               fence(SeqCst)
//! a job in the deque?         anybody down?
//! ```
//!
//! Release and Acquire are not enough: they say what comes along with a value that is read, and here each may fail to
//! read the other's value. A processor keeps what it writes in a buffer for a while, and reads past it:
//!
//! 1. Alice puts her bed down. That waits in her processor's buffer.
//! 2. Bob puts down a job. That waits in his.
//! 3. Alice reads the deque: empty.
//! 4. Bob reads Alice's bed: up. He calls nobody.
//! 5. Both buffers are written out. Alice sleeps, beside a job.
//!
//! All fences that are `SeqCst` stand in one order. If Alice's is first, Bob, who reads after his, reads what she
//! wrote before hers: he sees the bed. If Bob's is first, Alice sees the job. It is enough that *one* of them sees the
//! other, and with one fence missing perhaps neither does.
//!
//! The same holds for a looker on whom somebody relies. Bob reads "one is looking", and calls nobody. If this looker
//! lies down, it does so later, and its fence comes after Bob's: otherwise he would have read that nobody is looking.
//! So its last look finds the job. And if it finds another job instead, it calls a third; there its fence comes after
//! Bob's too, so that it sees every bed that Bob could have seen.
//!
//! # A tempting mistake
//!
//! To count at the end is simpler, without `CALLED`: whoever takes the bed from `DOWN` to `UP` counts its worker as
//! looking.
//!
//! 1. Alice and Carol lie down. Bob puts down a job, takes Alice's bed `UP`, and is interrupted there.
//! 2. Alice was about to sleep. She finds her bed `UP`, takes the job and stops looking: one less. But nobody has
//!    counted her yet, and the count of those who look, 0, becomes −1.
//! 3. Dave puts down a job. He reads that the count is not 0, and calls nobody.
//! 4. Bob goes on and counts Alice as looking. Now it is 0, there is a job, and Carol sleeps.
//!
//! The mutant `counts-late` is this mistake, and the test `of_two_jobs_one_calls_the_worker_that_is_left` finds it.

use model::sync::atomic::{AtomicU32, Ordering, fence};

/// One more is asleep.
const ASLEEP: u32 = 1;

/// One more is looking. These are counted in the upper half of the word.
const LOOKING: u32 = 1 << 16;

/// How many are asleep.
const fn asleep(count: u32) -> u32 {
    count % LOOKING
}

/// How many are looking.
const fn looking(count: u32) -> u32 {
    count / LOOKING
}

/// More workers than this cannot be counted.
pub const MAX_WORKERS: usize = (LOOKING - 1) as usize;

/// The worker is up, or may go.
const UP: u32 = 0;

/// The worker sleeps or is about to, and waits for a call.
const DOWN: u32 = 1;

/// Somebody calls the worker, and will put the bed `UP` when it is counted.
const CALLED: u32 = 2;

/// The workers that have nothing to do.
///
/// It orders nothing but itself: where jobs lie, those who find them have to see what belongs to them.
pub struct Idlers {
    count: AtomicU32,
    beds: Box<[Bed]>,
}

/// Where one worker sleeps: apart from the others, since processors fetch cache lines in pairs.
#[repr(align(128))]
struct Bed(AtomicU32);

impl Idlers {
    /// So many workers, all of whom have something to do.
    ///
    /// # Panics
    ///
    /// If there are more than [`MAX_WORKERS`].
    pub fn new(workers: usize) -> Idlers {
        assert!(workers <= MAX_WORKERS, "a pool has no more than {MAX_WORKERS} workers");
        Idlers { count: AtomicU32::new(0), beds: (0..workers).map(|_| Bed(AtomicU32::new(UP))).collect() }
    }

    /// Tells that there is a job, for whoever looks or sleeps. The job must lie where they look.
    // ANCHOR: call_one
    #[inline]
    pub fn call_one(&self) {
        // Between the job and the look at the count; pairs with the fence in `lie_down`.
        fence(Ordering::SeqCst);
        // ORDERING: Relaxed; the fence says what it cannot miss.
        let count = self.count.load(Ordering::Relaxed);
        if asleep(count) > 0 && looking(count) == 0 {
            self.call_any();
        }
    }
    // ANCHOR_END: call_one

    /// Tells `worker` that what it waits for has come. That must be there already.
    #[inline]
    pub fn call(&self, worker: usize) {
        // Between that and the look at the bed; pairs with the fence in `lie_down`.
        fence(Ordering::SeqCst);
        self.try_call(worker);
    }

    /// Counts the calling worker as looking, until [`stop_looking`](Idlers::stop_looking).
    pub fn start_looking(&self) {
        // ORDERING: Relaxed; who relies on a looker needs the number alone.
        self.count.fetch_add(LOOKING, Ordering::Relaxed);
    }

    /// The calling worker has found something. If nobody else looks, somebody who sleeps is called to do so.
    // ANCHOR: stop_looking
    pub fn stop_looking(&self) {
        // ORDERING: Relaxed, as above.
        let before = self.count.fetch_sub(LOOKING, Ordering::Relaxed);
        if looking(before) == 1 && asleep(before) > 0 {
            // After the fence of whoever has relied on us; pairs with the one in `lie_down`.
            fence(Ordering::SeqCst);
            self.call_any();
        }
    }
    // ANCHOR_END: stop_looking

    /// Sleeps until `worker`, who calls this and is looking, is called; not at all, if `look` finds something now.
    ///
    /// When this returns, the worker is looking again. It may have been called for something that is gone.
    // ANCHOR: lie_down
    pub fn lie_down(&self, worker: usize, look: impl FnOnce() -> bool) {
        let bed = &self.beds[worker].0;
        // looking => asleep, and UP => DOWN
        // ORDERING: Relaxed, both; the fence says what nobody can miss.
        self.count.fetch_add(ASLEEP.wrapping_sub(LOOKING), Ordering::Relaxed);
        bed.swap(DOWN, Ordering::Relaxed);
        // Between that and the last look; pairs with those in `call_one`, `call` and `stop_looking`.
        fence(Ordering::SeqCst);
        // DOWN => UP, unless a caller was quicker
        // ORDERING: Relaxed; it passes nothing on, and takes nothing.
        if look() && bed.compare_exchange(DOWN, UP, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            // asleep => looking
            // ORDERING: Relaxed, as above.
            self.count.fetch_add(LOOKING.wrapping_sub(ASLEEP), Ordering::Relaxed);
            return;
        }
        loop {
            // ORDERING: Acquire pairs with the Release in `try_call`: what this worker counts next comes after that.
            match bed.load(Ordering::Acquire) {
                UP => return,
                state => futex::wait(bed, state),
            }
        }
    }
    // ANCHOR_END: lie_down

    /// Calls one of those who sleep, if there is one.
    #[cold]
    fn call_any(&self) {
        let _ = (0..self.beds.len()).any(|worker| self.try_call(worker));
    }

    /// Calls `worker` if it sleeps, and nobody else calls it.
    // ANCHOR: try_call
    fn try_call(&self, worker: usize) -> bool {
        let bed = &self.beds[worker].0;
        // DOWN => CALLED
        // ORDERING: Relaxed; the fences before this say what it cannot miss.
        let down = bed.load(Ordering::Relaxed) == DOWN
            && bed.compare_exchange(DOWN, CALLED, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if down {
            // asleep => looking
            // ORDERING: Relaxed; the Release below has it come first (invariant 3).
            self.count.fetch_add(LOOKING.wrapping_sub(ASLEEP), Ordering::Relaxed);
            // CALLED => UP
            // ORDERING: Release pairs with the Acquire in `lie_down`.
            bed.swap(UP, Ordering::Release);
            futex::wake_one(bed);
        }
        down
    }
    // ANCHOR_END: try_call
}
