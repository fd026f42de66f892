//! Each contender keeps the contract of its kind ([`Cell`], [`Lazy`], [`Gate`]): none is fast because it does twice what
//! happens once, or goes on before it has happened.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::once::{Cell, Gate, Lazy};
use model::within;

const LIMIT: Duration = Duration::from_secs(20);

const THREADS: usize = 3;
const ROUNDS: usize = 300;

/// Lets several threads do `what`, at once.
fn together(what: impl Fn() + Sync) {
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                what();
            });
        }
    });
}

fn a_cell_is_filled_once<C: Cell>() {
    for _ in 0..ROUNDS {
        let (cell, made) = (C::new(), AtomicU64::new(0));
        assert_eq!(cell.get(), None);
        together(|| {
            let content = cell.get_or_init(|| {
                thread::yield_now();
                made.fetch_add(1, Relaxed) + 1
            });
            assert_eq!((*content, cell.get()), (1, Some(&1)));
        });
        assert_eq!(made.into_inner(), 1);
    }
}

/// What `init` makes is the number of values that it has made, which it keeps in `made`.
fn a_lazy_value_is_made_once<L: Lazy>(made: &'static AtomicU64, init: fn() -> u64) {
    for round in 1..=ROUNDS as u64 {
        let lazy = L::new(init);
        assert_eq!(made.load(Relaxed), round - 1);
        together(|| assert_eq!(*lazy, round));
        assert_eq!(made.load(Relaxed), round);
    }
}

fn whoever_returns_from_a_gate_finds_the_work_done_once<G: Gate>() {
    for _ in 0..ROUNDS {
        let (gate, done) = (G::new(), AtomicU64::new(0));
        together(|| {
            gate.call_once(|| {
                thread::yield_now();
                done.fetch_add(1, Relaxed);
            });
            assert_eq!(done.load(Relaxed), 1);
        });
        assert_eq!(done.into_inner(), 1);
    }
}

macro_rules! contracts {
    ($($name:ident: $cell:ty, $lazy:ty);* $(;)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn a_cell_is_filled_once() {
                within(LIMIT, super::a_cell_is_filled_once::<$cell>);
            }

            #[test]
            fn a_lazy_value_is_made_once() {
                static MADE: AtomicU64 = AtomicU64::new(0);
                within(LIMIT, || super::a_lazy_value_is_made_once::<$lazy>(&MADE, || {
                    thread::yield_now();
                    MADE.fetch_add(1, Relaxed) + 1
                }));
            }
        })*
    };
}

macro_rules! gates {
    ($($name:ident: $gate:ty),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn whoever_returns_from_a_gate_finds_the_work_done_once() {
                within(LIMIT, super::whoever_returns_from_a_gate_finds_the_work_done_once::<$gate>);
            }
        })*
    };
}

contracts! {
    locksmith: ::once::OnceLock<u64>, ::once::LazyLock<u64>;
    standard: std::sync::OnceLock<u64>, std::sync::LazyLock<u64>;
    once_cell: ::once_cell::sync::OnceCell<u64>, ::once_cell::sync::Lazy<u64>;
}

gates! {
    gate_of_locksmith: ::once::OnceLock<()>,
    gate_of_std: std::sync::Once,
    gate_of_parking_lot: parking_lot::Once,
    gate_of_usync: usync::Once,
}
