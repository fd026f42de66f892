//! Cells that are filled once.
//!
//! # Peers
//!
//! What the scenarios ask of a contender is the contract of a [`Cell`], of a [`Lazy`] value that can be looked at, or of a
//! [`Gate`] that something passes once. parking_lot and usync have gates alone; our gate is a cell with nothing in it.
//!
//! # Scenarios
//!
//! All are done alone, for what happens once takes its time once:
//!
//! - `get`, `get_or_init` and `deref` of a cell that is full, and `call_once` of what was called;
//! - `fill`: make a cell, fill it, and drop it.

use std::hint::black_box;
use std::ops::Deref;

use crate::timing::timed;
use crate::{Concept, Contender, Repeat, Run, Scenario, Setting, contenders};

mod peers;

/// A cell that is filled once.
///
/// The filling synchronizes before every call that finds the cell full.
pub trait Cell: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// A cell that is empty.
    fn new() -> Self;

    /// The content, if there is one.
    fn get(&self) -> Option<&u64>;

    /// The content, which is made if there is none. Blocks while another thread makes it.
    fn get_or_init(&self, init: impl FnOnce() -> u64) -> &u64;
}

/// A value that is made when it is first looked at.
///
/// Making it synchronizes before every look.
pub trait Lazy: Deref<Target = u64> + Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// A value that `init` will make.
    fn new(init: fn() -> u64) -> Self;
}

/// Something that is done once.
///
/// It synchronizes before the return of every call.
pub trait Gate: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// Nothing has been done yet.
    fn new() -> Self;

    /// Does `work` if nothing has been done. Blocks while another thread does its own.
    fn call_once(&self, work: impl FnOnce());
}

/// All cells, as who runs `$scenario`, ours first.
macro_rules! cells {
    ($scenario:ident) => {
        contenders!(
            Cell, Run::Repeat, $scenario: ::once::OnceLock<u64>, std::sync::OnceLock<u64>, once_cell::sync::OnceCell<u64>
        )
    };
}

const CONCEPT: Concept = Concept("once");

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    let lazies = contenders!(
        Lazy, Run::Repeat, deref: ::once::LazyLock<u64>, std::sync::LazyLock<u64>, once_cell::sync::Lazy<u64>
    );
    let gates = contenders!(
        Gate, Run::Repeat, call_once: ::once::OnceLock<()>, std::sync::Once, parking_lot::Once, usync::Once
    );
    vec![
        CONCEPT.alone("get", "get the content of a cell that is full", cells!(get)),
        CONCEPT.alone("get_or_init", "get it, or make it if there is none", cells!(get_or_init)),
        CONCEPT.alone("deref", "look at a lazy value that was made", lazies),
        CONCEPT.alone("call_once", "do once what was done", gates),
        CONCEPT.alone("fill", "make a cell, fill it, drop it", cells!(fill)),
    ]
}

fn get<C: Cell>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let cell = C::new();
    cell.get_or_init(|| 1);
    Box::new(move |operations| {
        timed(operations, || {
            if let Some(content) = black_box(&cell).get() {
                black_box(*content);
            }
        })
    })
}

fn get_or_init<C: Cell>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let cell = C::new();
    cell.get_or_init(|| 1);
    Box::new(move |operations| timed(operations, || _ = black_box(*black_box(&cell).get_or_init(|| black_box(2)))))
}

fn deref<L: Lazy>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let lazy = L::new(|| black_box(1));
    black_box(*lazy);
    Box::new(move |operations| timed(operations, || _ = black_box(**black_box(&lazy))))
}

fn call_once<G: Gate>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let gate = G::new();
    gate.call_once(|| black_box(()));
    Box::new(move |operations| timed(operations, || black_box(&gate).call_once(|| black_box(()))))
}

fn fill<C: Cell>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    Box::new(move |operations| {
        timed(operations, || {
            let cell = black_box(C::new());
            cell.get_or_init(|| black_box(1));
            black_box(cell);
        })
    })
}
