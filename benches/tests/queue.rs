//! Each contender keeps the [`Lane`] contract, and those that count the [`Work`] contract: none is fast because it loses
//! items, mixes them up, takes more than there is room for, or does not wait until all is done.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use benches::parts::{ParkingLot, Std};
use benches::queue::{Counted, Crossbeam, Crossfire, Flume, Kanal, Lane, Monitor, StdMpsc, Work};
use model::within;
use queue::WorkQueue;

const LIMIT: Duration = Duration::from_secs(20);

/// Of each of the putters.
const ITEMS: u64 = 500;
const PUTTERS: u64 = 3;

/// One getter, so that there is an order: that of each putter by itself.
fn items_arrive_in_the_order_in_which_they_were_put<L: Lane>() {
    for capacity in [None, Some(1), Some(10)] {
        let lane = &L::new(capacity);
        thread::scope(|scope| {
            for putter in 0..PUTTERS {
                scope.spawn(move || (0..ITEMS).for_each(|item| lane.put(item * PUTTERS + putter)));
            }
            let mut get = lane.getter();
            let mut next = [0; PUTTERS as usize];
            for _ in 0..PUTTERS * ITEMS {
                let item = get();
                let next = &mut next[(item % PUTTERS) as usize];
                assert_eq!(item / PUTTERS, *next);
                *next += 1;
            }
        });
    }
}

fn a_put_waits_for_room<L: Lane>() {
    const CAPACITY: usize = 5;
    let lane = L::new(Some(CAPACITY));
    let (put, got) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            for item in 0..ITEMS {
                lane.put(item);
                let put = put.fetch_add(1, Relaxed) + 1;
                // One more, which the getter has taken and not counted yet.
                let got = got.load(Relaxed);
                assert!(put <= got + CAPACITY + 1, "{put} were put and {got} taken");
            }
        });
        // For as long as it takes the putter to fill the lane, more or less.
        (0..20).for_each(|_| thread::yield_now());
        let mut get = lane.getter();
        for _ in 0..ITEMS {
            get();
            got.fetch_add(1, Relaxed);
        }
    });
}

/// Each item is told by the letter that its putter wrote before.
fn who_gets_an_item_sees_what_its_putter_wrote<L: Lane>() {
    let letters: Vec<AtomicU64> = (0..ITEMS).map(|_| AtomicU64::new(0)).collect();
    let lane = L::new(Some(3));
    thread::scope(|scope| {
        scope.spawn(|| {
            for (item, letter) in letters.iter().enumerate() {
                letter.store(item as u64 + 1, Relaxed);
                lane.put(item as u64);
            }
        });
        let mut get = lane.getter();
        for _ in 0..ITEMS {
            let item = get();
            assert_eq!(letters[item as usize].load(Relaxed), item + 1);
        }
    });
}

fn every_item_goes_to_one_of_many_getters<L: Lane>() {
    for capacity in [None, Some(1), Some(10)] {
        let lane = &L::new(capacity);
        let seen: &Vec<AtomicBool> = &(0..PUTTERS * ITEMS).map(|_| AtomicBool::new(false)).collect();
        thread::scope(|scope| {
            for thread in 0..PUTTERS {
                scope.spawn(move || (0..ITEMS).for_each(|item| lane.put(thread * ITEMS + item)));
                scope.spawn(move || {
                    let mut get = lane.getter();
                    for _ in 0..ITEMS {
                        assert!(!seen[get() as usize].swap(true, Relaxed), "an item came twice");
                    }
                });
            }
        });
    }
}

fn a_join_waits_until_all_is_done<W: Work>() {
    let work = W::new(Some(3));
    let done = AtomicU64::new(0);
    // Nothing was put.
    work.join();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut get = work.getter();
            for item in 1..=ITEMS {
                get();
                if item % 10 == 0 {
                    // The others have their chance to believe that all is done because nothing is queued.
                    thread::yield_now();
                }
                done.fetch_add(1, Relaxed);
                work.done();
            }
        });
        for item in 1..=ITEMS {
            work.put(item);
            if item % 10 == 0 {
                work.join();
                assert_eq!(done.load(Relaxed), item);
            }
        }
    });
}

macro_rules! contract {
    ($($name:ident: $contender:ty => $($claim:ident),+;)*) => {
        $(mod $name {
            use super::*;

            $(#[test]
            fn $claim() {
                within(LIMIT, super::$claim::<$contender>);
            })+
        })*
    };
}

/// Lanes for one getter, for many, and those that count.
macro_rules! contracts {
    (
        one { $($one:ident: $single:ty,)* }
        many { $($many:ident: $lane:ty,)* }
        counted { $($counted:ident: $work:ty,)* }
    ) => {
        contract! {
            $($one: $single =>
                items_arrive_in_the_order_in_which_they_were_put, a_put_waits_for_room,
                who_gets_an_item_sees_what_its_putter_wrote;)*
            $($many: $lane =>
                items_arrive_in_the_order_in_which_they_were_put, a_put_waits_for_room,
                who_gets_an_item_sees_what_its_putter_wrote, every_item_goes_to_one_of_many_getters;)*
            $($counted: $work => a_join_waits_until_all_is_done;)*
        }
    };
}

contracts! {
    one {
        std_mpsc: StdMpsc,
    }
    many {
        locksmith: WorkQueue<u64>,
        std_mutex_and_condvar: Monitor<Std>,
        parking_lot: Monitor<ParkingLot>,
        crossbeam: Crossbeam,
        crossfire: Crossfire,
        flume: Flume,
        kanal: Kanal,
    }
    counted {
        counted_by_locksmith: WorkQueue<u64>,
        counted_beside_a_channel: Counted<Crossbeam>,
    }
}
