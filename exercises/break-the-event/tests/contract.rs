//! Each program has to break its event in at least one schedule, and to leave the reference alone in all.

#[cfg(loom)]
use break_the_event::broken;
use break_the_event::programs;

/// Programs of three threads have too many schedules; two preemptions are enough for what is broken here.
const CHECK: model::Check = model::Check::new().preemptions(2);

#[cfg(loom)]
#[track_caller]
fn assert_breaks(program: impl Fn() + Send + Sync + 'static) {
    let escaped = CHECK.counterexample(program).is_none();
    assert!(!escaped, "the broken event comes through every schedule of your program");
}

macro_rules! tells_apart {
    ($program:ident) => {
        mod $program {
            #[test]
            fn leaves_the_reference_alone() {
                super::CHECK.run(super::programs::$program::<event::Event>);
            }

            #[test]
            #[cfg(loom)]
            fn breaks_the_broken_event() {
                super::assert_breaks(super::programs::$program::<super::broken::$program::Event>);
            }
        }
    };
}

tells_apart!(publishes_nothing);
tells_apart!(looks_twice);
tells_apart!(wakes_one);
tells_apart!(no_generation);
