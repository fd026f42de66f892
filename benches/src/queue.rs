//! Work queues.
//!
//! # Peers
//!
//! Channels for many senders and many receivers: those of crossbeam, crossfire, flume and kanal. Std's own is for one
//! receiver (`std_mpsc`), and is here where there is one. What goes by the name of std, or of parking_lot, is what people
//! build who want a bounded queue and have none: a deque under a mutex, and two condition variables ([`Monitor`]).
//!
//! What the scenarios ask of a contender is the [`Lane`] contract. None of the peers knows when all that was put is done.
//! Who needs that keeps a count beside the channel, and so do they here: [`Counted`] is an atomic and, for those who wait
//! until it is zero, our own mutex and condition variable. These keep the [`Work`] contract.
//!
//! # Scenarios
//!
//! Alone: `alone` and `alone_bounded` put an item and get it. `alone_joined` says that it is done, too.
//!
//! Streams: so many items go through the queue while threads at one end put them and threads at the other get them, with
//! nothing between. Of 2 threads one puts and one gets; of 5, four put and one gets; of 8, four put and four get. There is no
//! limit (`unbounded`), or room for 128 items, or for one. With room for one, each item that goes through may cost two
//! threads their sleep: it is the scenario of waking. Where it is `joined`, each item is also done by who gets it, and who
//! puts waits in the end until all is.
//!
//! To open the gate for eight threads takes as long as thousands of items: `compare -- queue --time 400` lets so many
//! through in each round that it does not show.
//!
//! Look at the processor time: a queue that spins takes it from the threads that would work on the items.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use ::queue::WorkQueue;

use crate::crew::Crew;
use crate::parts::{ParkingLot, Std};
use crate::timing::timed;
use crate::{Concept, Contender, Repeat, Run, Scenario, Setting, contenders};

pub use peers::{Counted, Crossbeam, Crossfire, Flume, Kanal, Monitor, StdMpsc};

mod peers;

/// First in, first out, from thread to thread.
///
/// A put synchronizes before the get of its item.
pub trait Lane: Send + Sync + 'static {
    /// The contender's name.
    const NAME: &'static str;

    /// With room for so many items, or without a limit.
    fn new(capacity: Option<usize>) -> Self;

    /// Blocks until there is room, and puts `item`.
    fn put(&self, item: u64);

    /// One of those who get: each call blocks until there is an item, and takes it.
    ///
    /// Of a contender for one receiver there is one at a time.
    fn getter(&self) -> impl FnMut() -> u64;
}

/// A lane that knows what is not done yet.
pub trait Work: Lane {
    /// Says that one item that was got is done.
    fn done(&self);

    /// Blocks until all that was put is done.
    fn join(&self);
}

/// Everybody who runs `$scenario`, ours first, and behind the others `$more`.
macro_rules! lanes {
    ($scenario:ident $(, $more:ident)?) => {
        contenders!(
            Lane, Run::Repeat, $scenario:
                WorkQueue<u64>, Monitor<Std>, Monitor<ParkingLot>, Crossbeam, Crossfire, Flume, Kanal $(, $more)?
        )
    };
}

/// As `lanes`, of those who know what is not done yet.
macro_rules! works {
    ($scenario:ident $(, $more:ident)?) => {
        contenders!(
            Lane, Run::Repeat, $scenario:
                WorkQueue<u64>, Counted<Monitor<Std>>, Counted<Monitor<ParkingLot>>, Counted<Crossbeam>,
                Counted<Crossfire>, Counted<Flume>, Counted<Kanal> $(, Counted<$more>)?
        )
    };
}

const CONCEPT: Concept = Concept("queue");

/// Threads, of a stream with one getter and of one with as many getters as putters, and who runs there.
type Streams = [(usize, Vec<Contender>); 3];

/// The scenarios of this concept.
pub fn scenarios() -> Vec<Scenario> {
    macro_rules! streams {
        ($contenders:ident, $scenario:ident) => {
            [(2, $contenders!($scenario, StdMpsc)), (5, $contenders!($scenario, StdMpsc)), (8, $contenders!($scenario))]
        };
    }
    let mut scenarios = vec![
        CONCEPT.alone("alone", "put, get", lanes!(alone, StdMpsc)),
        CONCEPT.alone("alone_bounded", "put, get, with room for 128", lanes!(alone_bounded, StdMpsc)),
        CONCEPT.alone("alone_joined", "put, get, say that it is done", works!(alone_joined, StdMpsc)),
    ];
    let streams: [(_, _, Streams); 5] = [
        ("unbounded", "an item from thread to thread", streams!(lanes, unbounded)),
        ("bounded_128", "an item from thread to thread, with room for 128", streams!(lanes, bounded_128)),
        ("bounded_1", "an item from thread to thread, with room for one", streams!(lanes, bounded_1)),
        ("unbounded_joined", "put, get and count an item; in the end join", streams!(works, unbounded_joined)),
        (
            "bounded_128_joined",
            "put, get and count an item, with room for 128; in the end join",
            streams!(works, bounded_128_joined),
        ),
    ];
    for (name, about, streams) in streams {
        // They do sleep, but a single item through a stream that stands still is no operation to be timed by itself.
        scenarios.extend(streams.map(|(threads, contenders)| Scenario {
            sleeps: false,
            ..CONCEPT.together(name, about, threads, contenders)
        }));
    }
    scenarios
}

fn alone<L: Lane>(setting: &Setting) -> Repeat {
    put_and_get::<L>(setting, None)
}

fn alone_bounded<L: Lane>(setting: &Setting) -> Repeat {
    put_and_get::<L>(setting, Some(128))
}

fn put_and_get<L: Lane>(setting: &Setting, capacity: Option<usize>) -> Repeat {
    setting.placement.place(0);
    let lane = L::new(capacity);
    Box::new(move |operations| {
        let mut get = lane.getter();
        timed(operations, || {
            black_box(&lane).put(1);
            black_box(get());
        })
    })
}

fn alone_joined<W: Work>(setting: &Setting) -> Repeat {
    setting.placement.place(0);
    let work = W::new(None);
    Box::new(move |operations| {
        let mut get = work.getter();
        timed(operations, || {
            black_box(&work).put(1);
            black_box(get());
            work.done();
        })
    })
}

fn unbounded<L: Lane>(setting: &Setting) -> Repeat {
    stream::<L>(setting, None, |_| (), |_| ())
}

fn bounded_128<L: Lane>(setting: &Setting) -> Repeat {
    stream::<L>(setting, Some(128), |_| (), |_| ())
}

fn bounded_1<L: Lane>(setting: &Setting) -> Repeat {
    stream::<L>(setting, Some(1), |_| (), |_| ())
}

fn unbounded_joined<W: Work>(setting: &Setting) -> Repeat {
    stream(setting, None, W::done, W::join)
}

fn bounded_128_joined<W: Work>(setting: &Setting) -> Repeat {
    stream(setting, Some(128), W::done, W::join)
}

/// Threads that put and threads that get, whenever the measuring thread opens the gate.
struct Stream<L> {
    lane: L,
    putters: u64,
    getters: u64,
    /// Everybody meets here before each flood and after it, the measuring thread too.
    gate: Barrier,
    /// How many items go through in the next flood.
    items: AtomicU64,
    dismissed: AtomicBool,
}

/// What thread `number` of so many `threads`, counted from 0, has to do with so many `items`.
fn share(items: u64, number: u64, threads: u64) -> u64 {
    items / threads + u64::from(number < items % threads)
}

/// So many items through a lane. Who got an item does `after_get`; who has put all its items does `after_all`.
fn stream<L: Lane>(setting: &Setting, capacity: Option<usize>, after_get: fn(&L), after_all: fn(&L)) -> Repeat {
    let getters = if setting.threads < 8 { 1 } else { 4 };
    let stream = Stream {
        lane: L::new(capacity),
        putters: setting.threads as u64 - getters,
        getters,
        gate: Barrier::new(setting.threads + 1),
        items: AtomicU64::new(0),
        dismissed: AtomicBool::new(false),
    };
    let flow = move |stream: &Stream<L>, number| {
        let number = number as u64 - 1;
        loop {
            stream.gate.wait();
            // ORDERING: Relaxed, here and below; the gate orders all of it.
            if stream.dismissed.load(Ordering::Relaxed) {
                return;
            }
            let items = stream.items.load(Ordering::Relaxed);
            if number < stream.putters {
                for item in 0..share(items, number, stream.putters) {
                    stream.lane.put(item);
                }
                after_all(&stream.lane);
            } else {
                let mut get = stream.lane.getter();
                for _ in 0..share(items, number - stream.putters, stream.getters) {
                    black_box(get());
                    after_get(&stream.lane);
                }
            }
            stream.gate.wait();
        }
    };
    let dismiss = |stream: &Stream<L>| {
        stream.dismissed.store(true, Ordering::Relaxed);
        stream.gate.wait();
    };
    let crew = Crew::start(setting, setting.threads, stream, flow, dismiss);
    Box::new(move |operations| {
        crew.shared.items.store(operations, Ordering::Relaxed);
        crew.shared.gate.wait();
        let start = Instant::now();
        crew.shared.gate.wait();
        start.elapsed()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for items in [0, 1, 4, 7, 300] {
            assert_eq!((0..4).map(|number| share(items, number, 4)).sum::<u64>(), items);
        }
    }
}
