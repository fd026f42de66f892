//! The coach's library: which exercises there are, whether what the learner wrote is right, and what to look at if not.
//!
//! [`Course`] finds the exercises and reads their manifests. [`Judge`] compiles an exercise and runs its tests in child
//! processes, with real threads and under the model, and comes back with a [`Verdict`] even if they never would. [`advice`]
//! says in a sentence where in a counterexample to look. [`Progress`] remembers what was achieved, and [`Drawer`] keeps what the
//! learner wrote before anything takes its place. [`altered`] tells whether the tests themselves are as they were given.

mod advice;
mod course;
mod disk;
mod drawer;
mod findings;
mod given;
mod judge;
mod progress;

pub use advice::advice;
pub use course::{Course, CourseError, Exercise, FailureKind, Kind, Limits, Manifest, Refusal, Tests, Wrong};
pub use drawer::{Drawer, DrawerError, Update};
pub use given::altered;
pub use judge::{End, Ended, Failed, Judge, Stage, Verdict};
pub use progress::{Progress, ProgressError};
pub use runner::Canceller;
