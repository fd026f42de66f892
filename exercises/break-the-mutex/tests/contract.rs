//! Each program has to break its mutex in at least one schedule, and to leave the reference alone in all.

#[cfg(loom)]
use break_the_mutex::broken;
use break_the_mutex::programs;

/// Programs of three threads have too many schedules; two preemptions are enough for what is broken here.
const CHECK: model::Check = model::Check::new().preemptions(2);

#[cfg(loom)]
#[track_caller]
fn assert_breaks(program: impl Fn() + Send + Sync + 'static) {
    let escaped = CHECK.counterexample(program).is_none();
    assert!(!escaped, "the broken mutex comes through every schedule of your program");
}

macro_rules! tells_apart {
    ($program:ident) => {
        mod $program {
            #[test]
            fn leaves_the_reference_alone() {
                super::CHECK.run(super::programs::$program::<mutex::Mutex<u32>>);
            }

            #[test]
            #[cfg(loom)]
            fn breaks_the_broken_mutex() {
                super::assert_breaks(super::programs::$program::<super::broken::$program::Mutex<u32>>);
            }
        }
    };
}

tells_apart!(relaxed_unlock);
tells_apart!(looks_then_takes);
tells_apart!(forgets_the_others);
tells_apart!(try_removes_the_note);
