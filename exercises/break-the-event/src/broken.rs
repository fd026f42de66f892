//! Events that are broken: what others have handed in for the exercise `build-event`.

#[path = "../../build-event/wrong/looks-twice.rs"]
pub mod looks_twice;
#[path = "../../build-event/wrong/no-generation.rs"]
pub mod no_generation;
#[path = "../../build-event/wrong/publishes-nothing.rs"]
pub mod publishes_nothing;
#[path = "../../build-event/wrong/wakes-one.rs"]
pub mod wakes_one;
