//! Scoped threads, in both worlds.

use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread::{scope, spawn};

#[test]
fn a_scope_joins_the_threads_that_its_threads_have_spawned() {
    model::check(|| {
        let done = AtomicU32::new(0);
        scope(|s| {
            let done = &done;
            s.spawn("parent", move || {
                s.spawn("child", move || done.store(1, Relaxed));
            });
        });
        assert_eq!(done.load(Relaxed), 1);
    });
}

#[test]
fn a_thread_may_join_its_sibling() {
    model::check(|| {
        scope(|s| {
            let sibling = s.spawn("sibling", || 7);
            s.spawn("other", move || assert_eq!(sibling.join(), 7));
        });
    });
}

#[test]
fn join_returns_what_the_thread_returned_and_sees_what_it_did() {
    model::check(|| {
        let seen = AtomicU32::new(0);
        let returned = scope(|s| {
            let thread = s.spawn("thread", || {
                seen.store(1, Relaxed);
                2
            });
            let returned = thread.join();
            assert_eq!(seen.load(Relaxed), 1);
            returned
        });
        assert_eq!(returned, 2);
        assert_eq!(spawn("detached", || 3).join(), 3);
    });
}
