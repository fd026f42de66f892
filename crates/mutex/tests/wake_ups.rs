//! Whom a mutex wakes. A wake-up is a system call, and only the model sees each of them.
#![cfg(loom)]

use model::thread;
use mutex::Mutex;
use schedule::Operation;

/// The threads that were woken in `program`, wake-up by wake-up, if each thread runs until it can go on no more.
fn woken_in(program: impl Fn() + Send + Sync + 'static) -> Vec<Vec<usize>> {
    let outcomes = model::Check::new().preemptions(0).surprises(0).outcomes(program);
    let schedule = outcomes.witness(&()).expect("the program ends");
    let woken = |operation: &Operation| match operation {
        Operation::Wake { woken, .. } => Some(woken.clone()),
        _ => None,
    };
    schedule.steps.iter().filter_map(|step| woken(&step.operation)).collect()
}

#[test]
fn an_unlock_with_nobody_waiting_makes_no_system_call() {
    let woken = woken_in(|| {
        let mutex = Mutex::new(());
        drop(mutex.lock());
        let guard = mutex.lock();
        assert!(mutex.try_lock().is_none());
        drop(guard);
    });
    assert!(woken.is_empty(), "{woken:?}");
}

#[test]
fn each_unlock_wakes_one_and_the_last_one_nobody() {
    let woken = woken_in(|| {
        let mutex = Mutex::new(());
        let guard = mutex.lock();
        thread::scope(|scope| {
            scope.spawn("Bob", || drop(mutex.lock()));
            scope.spawn("Carol", || drop(mutex.lock()));
            // Lets the others go first.
            thread::yield_now();
            drop(guard);
        });
        // By now the lock is as if nobody had ever waited.
        drop(mutex.lock());
    });
    assert_eq!(woken, [vec![1], vec![2], vec![]]);
}
