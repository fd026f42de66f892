//! Mutexes that are broken: what others have handed in for the exercise `build-mutex`.

#[path = "../../build-mutex/wrong/forgets-the-others.rs"]
pub mod forgets_the_others;
#[path = "../../build-mutex/wrong/looks-then-takes.rs"]
pub mod looks_then_takes;
#[path = "../../build-mutex/wrong/relaxed-unlock.rs"]
pub mod relaxed_unlock;
#[path = "../../build-mutex/wrong/try-removes-the-note.rs"]
pub mod try_removes_the_note;
