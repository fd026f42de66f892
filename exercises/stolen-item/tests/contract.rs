//! What the list of photos promises, with two or three threads: with real ones, and through every schedule of the model.

use model::thread;
use stolen_item::Photos;

#[cfg(loom)]
#[path = "../../asleep.rs"]
mod asleep;

#[test]
fn photos_that_lie_there_come_out_in_order() {
    model::check(|| {
        let photos = Photos::new();
        photos.put(7);
        photos.put(8);
        assert_eq!([photos.take(), photos.take()], [7, 8]);
    });
}

#[test]
fn who_waits_for_a_photo_gets_it() {
    // Without surprises: nobody is woken but by a call.
    model::Check::new().surprises(0).run(|| {
        let photos = Photos::new();
        thread::scope(|scope| {
            scope.spawn("worker", || assert_eq!(photos.take(), 7));
            photos.put(7);
        });
    });
}

#[test]
fn two_workers_share_two_photos() {
    model::Check::new().preemptions(2).surprises(0).run(|| {
        let photos = Photos::new();
        let sum = thread::scope(|scope| {
            let workers = ["Alice", "Bob"].map(|name| scope.spawn(name, || photos.take()));
            photos.put(7);
            photos.put(8);
            workers.map(|worker| worker.join()).iter().sum::<u32>()
        });
        assert_eq!(sum, 15, "each photo is taken once");
    });
}

#[test]
fn a_call_for_no_reason_takes_nothing() {
    model::Check::new().preemptions(2).surprises(2).run(|| {
        let photos = Photos::new();
        thread::scope(|scope| {
            scope.spawn("worker", || assert_eq!(photos.take(), 7));
            photos.put(7);
        });
    });
}

#[test]
#[cfg(loom)]
fn who_waits_is_asleep_until_a_photo_comes() {
    asleep::assert_asleep(|| {
        let photos = Photos::new();
        photos.take();
    });
}

#[test]
#[cfg(loom)]
fn who_is_woken_for_no_reason_sleeps_again() {
    asleep::assert_sleeps_again(Photos::new, |photos| assert_eq!(photos.take(), 7), |photos| photos.put(7));
}
