//! A condition variable that keeps its promises, four that do not, and the programs that tell them apart.

use std::time::Duration;

use mutex::MutexGuard;

pub mod broken;
pub mod programs;

/// What the programs know of a condition variable. Each promise is told above the method of the same name in
/// `crates/condvar`.
pub trait Condvar: Sync + 'static {
    /// A condition variable for which nobody waits.
    fn new() -> Self;
    /// Unlocks the mutex of `guard`, sleeps until called, and locks the mutex again.
    fn wait<T>(&self, guard: &mut MutexGuard<'_, T>);
    /// Waits while `condition` is true.
    fn wait_while<T>(&self, guard: &mut MutexGuard<'_, T>, condition: impl FnMut(&mut T) -> bool);
    /// Waits for no longer than `limit`. False: the time ran out.
    fn wait_timeout<T>(&self, guard: &mut MutexGuard<'_, T>, limit: Duration) -> bool;
    /// Wakes one of the threads that wait.
    fn notify_one(&self);
    /// Wakes all threads that wait.
    fn notify_all(&self);
}

macro_rules! condvars {
    ($($condvar:ty),* $(,)?) => {
        $(impl Condvar for $condvar {
            #[track_caller]
            fn new() -> Self {
                <$condvar>::new()
            }
            fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
                <$condvar>::wait(self, guard);
            }
            fn wait_while<T>(&self, guard: &mut MutexGuard<'_, T>, condition: impl FnMut(&mut T) -> bool) {
                <$condvar>::wait_while(self, guard, condition);
            }
            fn wait_timeout<T>(&self, guard: &mut MutexGuard<'_, T>, limit: Duration) -> bool {
                <$condvar>::wait_timeout(self, guard, limit)
            }
            fn notify_one(&self) {
                <$condvar>::notify_one(self);
            }
            fn notify_all(&self) {
                <$condvar>::notify_all(self);
            }
        })*
    };
}

condvars!(
    condvar::Condvar,
    broken::keeps_the_lock::Condvar,
    broken::reads_after_unlocking::Condvar,
    broken::serves_who_has_left::Condvar,
    broken::wakes_one_for_all::Condvar,
);
