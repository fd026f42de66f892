//! Small broken programs, and the pictures that show what is wrong with each.
//!
//! `UPDATE_EXPECT=1` writes the pictures anew; look at each as somebody would who does not know the bug.
#![cfg(loom)]

use std::process::Command;
use std::thread;

use expect_test::expect_file;
use model::Check;
use model::boxed::Box;
use model::cell::UnsafeCell;
use model::futex;
use model::hint::spin_loop;
use model::sync::Arc;
use model::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering, fence};
use model::thread::{scope, spawn};

use Ordering::{AcqRel, Acquire, Relaxed, Release};

/// Checks the program and compares the picture of its counterexample with the one on file under the test's name.
#[track_caller]
fn shows(check: Check, program: impl Fn() + Send + Sync + 'static) {
    let name = thread::current().name().unwrap_or_default().to_owned();
    let schedule = check.counterexample(program).expect("the program is broken");
    let text = schedule.to_text(schedule::Style::plain(80));
    println!("{text}");
    expect_file![format!("pictures/{name}.txt")].assert_eq(&text);
}

/// A plain number that two threads share without asking anybody.
struct Shared(UnsafeCell<u32>);

// SAFETY: none is claimed; the model tells when two threads are in each other's way.
unsafe impl Sync for Shared {}

impl Shared {
    model::const_fn! {
        const fn new(value: u32) -> Shared {
            Shared(UnsafeCell::new(value))
        }
    }

    #[track_caller]
    fn get(&self) -> u32 {
        // SAFETY: the model stops here if another thread writes.
        unsafe { self.0.read_ptr().read() }
    }

    #[track_caller]
    fn set(&self, value: u32) {
        // SAFETY: the model stops here if another thread reads or writes.
        unsafe { self.0.write_ptr().write(value) }
    }
}

/// A lock that sleeps: 0 free, 1 taken, 2 taken and somebody may sleep.
struct Lock {
    state: AtomicU32,
}

impl Lock {
    model::const_fn! {
        const fn new() -> Lock {
            Lock { state: AtomicU32::new(0) }
        }
    }

    #[track_caller]
    fn lock(&self) {
        if self.state.compare_exchange(0, 1, Acquire, Relaxed).is_ok() {
            return;
        }
        while self.state.swap(2, Acquire) != 0 {
            futex::wait(&self.state, 2, false);
        }
    }

    #[track_caller]
    fn unlock(&self) {
        if self.state.swap(0, Release) == 2 {
            futex::wake(&self.state, 1);
        }
    }
}

#[test]
fn lost_update() {
    shows(Check::new(), || {
        let count = AtomicU32::new(0);
        scope(|s| {
            for name in ["left", "right"] {
                s.spawn(name, || {
                    let seen = count.load(Relaxed);
                    count.store(seen + 1, Relaxed);
                });
            }
        });
        assert_eq!(count.load(Relaxed), 2);
    });
}

#[test]
fn lost_wake_up() {
    shows(Check::new(), || {
        let ready = AtomicBool::new(false);
        let bell = AtomicU32::new(0);
        scope(|s| {
            s.spawn("waiter", || {
                if !ready.load(Acquire) {
                    let rings = bell.load(Relaxed);
                    futex::wait(&bell, rings, false);
                }
            });
            ready.store(true, Release);
            bell.fetch_add(1, Relaxed);
            futex::wake(&bell, 1);
        });
    });
}

#[test]
fn abba_deadlock() {
    shows(Check::new(), || {
        let left = Lock::new();
        let right = Lock::new();
        scope(|s| {
            s.spawn("other", || {
                right.lock();
                left.lock();
                left.unlock();
                right.unlock();
            });
            left.lock();
            right.lock();
            right.unlock();
            left.unlock();
        });
    });
}

#[test]
fn missing_release() {
    shows(Check::new(), || {
        let data = AtomicU32::new(0);
        let ready = AtomicBool::new(false);
        scope(|s| {
            s.spawn("writer", || {
                data.store(42, Relaxed);
                ready.store(true, Relaxed);
            });
            if ready.load(Acquire) {
                assert_eq!(data.load(Relaxed), 42);
            }
        });
    });
}

#[test]
fn missing_acquire() {
    shows(Check::new(), || {
        let data = Shared::new(0);
        let ready = AtomicBool::new(false);
        scope(|s| {
            s.spawn("writer", || {
                data.set(42);
                ready.store(true, Release);
            });
            if ready.load(Relaxed) {
                assert_eq!(data.get(), 42);
            }
        });
    });
}

#[test]
fn store_buffering() {
    shows(Check::new(), || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        let saw_x = scope(|s| {
            let other = s.spawn("other", || {
                y.store(1, Release);
                x.load(Acquire)
            });
            x.store(1, Release);
            let saw_y = y.load(Acquire);
            (saw_y, other.join())
        });
        assert_ne!(saw_x, (0, 0), "one of the two must have been first");
    });
}

#[test]
fn if_for_while() {
    shows(Check::new(), || {
        let items = AtomicU32::new(0);
        let bell = AtomicU32::new(0);
        scope(|s| {
            s.spawn("consumer", || {
                let rings = bell.load(Acquire);
                if items.load(Relaxed) == 0 {
                    futex::wait(&bell, rings, false);
                }
                let before = items.fetch_sub(1, Relaxed);
                assert!(before > 0, "took an item that was not there");
            });
            items.fetch_add(1, Relaxed);
            bell.fetch_add(1, Release);
            futex::wake(&bell, 1);
        });
    });
}

#[test]
fn double_unlock() {
    shows(Check::new(), || {
        let lock = Lock::new();
        let balance = Shared::new(100);
        scope(|s| {
            s.spawn("other", || {
                lock.lock();
                balance.set(balance.get() - 10);
                lock.unlock();
            });
            lock.lock();
            lock.unlock();
            lock.unlock();
            lock.lock();
            balance.set(balance.get() + 10);
            lock.unlock();
        });
    });
}

#[test]
fn touch_after_free() {
    shows(Check::new(), || {
        let done = Box::into_raw(Box::new(AtomicU32::new(0)));
        let address = done.expose_provenance();
        let setter = spawn("setter", move || {
            let done: *const AtomicU32 = std::ptr::with_exposed_provenance(address);
            // SAFETY: none is claimed; the waiter frees the word as soon as it is 1.
            unsafe { (*done).store(1, Release) };
            // SAFETY: as above.
            if unsafe { (*done).load(Relaxed) } == 1 {
                futex::wake(done, 1);
            }
        });
        // SAFETY: the box is freed below.
        while unsafe { (*done).load(Acquire) } == 0 {
            // SAFETY: as above.
            futex::wait(unsafe { &*done }, 0, false);
        }
        // SAFETY: from `into_raw` above.
        drop(unsafe { Box::from_raw(done) });
        setter.join();
    });
}

/// A value with a count of its owners, of which the last gives it back.
struct Owned {
    owners: AtomicU32,
    value: Shared,
}

/// Two owners look at the value and go. `last` is what the last one does before it gives the value back.
fn two_owners(release: Ordering, last: fn()) -> impl Fn() + Send + Sync + 'static {
    move || {
        let owned = Box::into_raw(Box::new(Owned { owners: AtomicU32::new(2), value: Shared::new(5) }));
        let address = owned.expose_provenance();
        let go = move || {
            let owned: *mut Owned = std::ptr::with_exposed_provenance_mut(address);
            // SAFETY: this thread is one of the owners.
            let shared = unsafe { &*owned };
            shared.value.get();
            if shared.owners.fetch_sub(1, release) == 1 {
                last();
                // SAFETY: this was the last owner.
                drop(unsafe { Box::from_raw(owned) });
            }
        };
        let other = spawn("other", go);
        go();
        other.join();
    }
}

#[test]
fn relaxed_reference_count() {
    shows(Check::new(), two_owners(Relaxed, || {}));
    let right = two_owners(Release, || fence(Acquire));
    assert!(Check::new().counterexample(right).is_none());
}

#[test]
fn livelock() {
    shows(Check::new().decisions(60), || {
        let mine = AtomicBool::new(false);
        let yours = AtomicBool::new(false);
        let after_you = |my: &AtomicBool, your: &AtomicBool| {
            my.fetch_or(true, AcqRel);
            while your.fetch_or(false, AcqRel) {
                spin_loop();
            }
            my.fetch_and(false, AcqRel);
        };
        scope(|s| {
            s.spawn("polite", || after_you(&yours, &mine));
            after_you(&mine, &yours);
        });
    });
}

#[test]
fn forgotten_join() {
    shows(Check::new(), || {
        let sum = Arc::new(AtomicU32::new(0));
        let shared = Arc::clone(&sum);
        spawn("adder", move || shared.fetch_add(1, Relaxed));
        assert_eq!(sum.load(Relaxed), 1);
    });
}

#[test]
fn torn_read() {
    shows(Check::new(), || {
        let (high, low) = (AtomicU32::new(0), AtomicU32::new(0));
        scope(|s| {
            s.spawn("writer", || {
                high.store(1, Release);
                low.store(1, Release);
            });
            let seen = (high.load(Acquire), low.load(Acquire));
            assert!(seen == (0, 0) || seen == (1, 1), "half of the old value and half of the new: {seen:?}");
        });
    });
}

#[test]
fn data_race() {
    shows(Check::new(), || {
        let balance = Shared::new(100);
        scope(|s| {
            s.spawn("other", || balance.set(balance.get() + 10));
            balance.set(balance.get() - 10);
        });
    });
}

#[test]
fn spinning_without_a_hint() {
    shows(Check::new().decisions(60), || {
        let ready = AtomicBool::new(false);
        scope(|s| {
            s.spawn("spinner", || while !ready.load(Acquire) {});
            ready.store(true, Release);
        });
    });
}

#[test]
fn leak() {
    shows(Check::new(), || {
        let slot = AtomicPtr::new(std::ptr::null_mut());
        scope(|s| {
            for name in ["left", "right"] {
                s.spawn(name, || {
                    let node = Box::new(7);
                    // The node that was there before is forgotten.
                    slot.swap(Box::into_raw(node), AcqRel);
                });
            }
        });
        // SAFETY: both threads have stored a pointer from `into_raw`.
        drop(unsafe { Box::from_raw(slot.load(Acquire)) });
    });
}

#[test]
fn too_many_threads() {
    shows(Check::new(), || {
        scope(|s| {
            for name in ["one", "two", "three", "four", "five"] {
                s.spawn(name, || {});
            }
        });
    });
}

#[test]
fn a_panic_in_a_destructor_that_uses_the_model() {
    struct Unlocks<'lock>(&'lock Lock);
    impl Drop for Unlocks<'_> {
        fn drop(&mut self) {
            self.0.unlock();
        }
    }
    shows(Check::new(), || {
        let lock = Lock::new();
        scope(|s| {
            s.spawn("other", || {
                lock.lock();
                let _unlocks = Unlocks(&lock);
            });
            lock.lock();
            let _unlocks = Unlocks(&lock);
            panic!("while the lock is held");
        });
    });
}

/// Run by the test below, in a process of its own.
#[test]
#[ignore = "ends the process"]
fn a_second_panic_in_a_destructor() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the second");
        }
    }
    model::check(|| {
        let _bomb = Bomb;
        panic!("the first");
    });
}

#[test]
fn the_first_panic_is_told_before_a_second_one_ends_the_process() {
    let program = std::env::current_exe().expect("this program has a path");
    let test = ["a_second_panic_in_a_destructor", "--exact", "--ignored"];
    let output = Command::new(program).args(test).output().expect("this program can be run");
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("the first"), "{told}");
}

#[test]
fn a_deadlock_with_an_arc_in_hand() {
    shows(Check::new(), || {
        let bell = Arc::new(AtomicU32::new(0));
        let shared = Arc::clone(&bell);
        let waiter = spawn("waiter", move || {
            futex::wait(&shared, 0, false);
        });
        waiter.join();
    });
}

#[test]
fn a_fence_on_one_side_only() {
    shows(Check::new(), || {
        let data = AtomicU32::new(0);
        let ready = AtomicBool::new(false);
        scope(|s| {
            s.spawn("writer", || {
                data.store(42, Relaxed);
                ready.store(true, Relaxed);
            });
            if ready.load(Relaxed) {
                fence(Acquire);
                assert_eq!(data.load(Relaxed), 42);
            }
        });
    });
}
