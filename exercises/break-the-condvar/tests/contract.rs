//! Each program has to break its condition variable in at least one schedule, and to leave the reference alone in all.

#[cfg(loom)]
use break_the_condvar::broken;
use break_the_condvar::programs;

/// Programs of three threads have too many schedules; two preemptions are enough for what is broken here.
const CHECK: model::Check = model::Check::new().preemptions(2);

#[cfg(loom)]
#[track_caller]
fn assert_breaks(program: impl Fn() + Send + Sync + 'static) {
    let escaped = CHECK.counterexample(program).is_none();
    assert!(!escaped, "the broken condition variable comes through every schedule of your program");
}

macro_rules! tells_apart {
    ($program:ident) => {
        mod $program {
            #[test]
            fn leaves_the_reference_alone() {
                super::CHECK.run(super::programs::$program::<condvar::Condvar>);
            }

            #[test]
            #[cfg(loom)]
            fn breaks_the_broken_one() {
                super::assert_breaks(super::programs::$program::<super::broken::$program::Condvar>);
            }
        }
    };
}

tells_apart!(keeps_the_lock);
tells_apart!(reads_after_unlocking);
tells_apart!(wakes_one_for_all);
tells_apart!(serves_who_has_left);
