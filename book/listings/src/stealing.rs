//! Work that splits itself, and a call that is not heard.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::{Acquire, Release};
use model::thread;
use stealing::StealingPool;

/// The sum of the numbers, in halves and halves of halves.
// ANCHOR: sum
pub fn sum(pool: &StealingPool, numbers: &[u64]) -> u64 {
    if numbers.len() <= 1_000 {
        return numbers.iter().sum();
    }
    let (left, right) = numbers.split_at(numbers.len() / 2);
    let (left, right) = pool.join(|| sum(pool, left), || sum(pool, right));
    left + right
}
// ANCHOR_END: sum

/// A stack of slips, and a cook who may sleep beside it.
pub struct Stack {
    slips: AtomicU32,
    asleep: AtomicU32,
    between: fn(),
}

impl Stack {
    model::const_fn! {
        /// An empty stack. `between` is called between what each side writes and what it reads.
        pub const fn new(between: fn()) -> Stack {
            Stack { slips: AtomicU32::new(0), asleep: AtomicU32::new(0), between }
        }
    }

    /// Puts a slip on the stack, and calls the cook if it sleeps.
    // ANCHOR: stack
    pub fn put(&self) {
        self.slips.fetch_add(1, Release);
        (self.between)();
        if self.asleep.load(Acquire) == 1 {
            self.asleep.swap(0, Release);
            futex::wake_one(&self.asleep);
        }
    }

    /// Sleeps until somebody calls, unless there is a slip.
    pub fn lie_down(&self) {
        self.asleep.swap(1, Release);
        (self.between)();
        if self.slips.load(Acquire) == 0 {
            while self.asleep.load(Acquire) == 1 {
                futex::wait(&self.asleep, 1);
            }
        }
    }
    // ANCHOR_END: stack
}

/// One slip comes, and Alice, the cook, lies down.
pub fn one_slip_comes(stack: Stack) {
    thread::scope(|scope| {
        scope.spawn("Alice", || stack.lie_down());
        stack.put();
    });
}
