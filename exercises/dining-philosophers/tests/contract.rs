//! What a table promises: everybody comes to eat, with both forks, and who shares no fork need not wait.

use dining_philosophers::Table;
use model::sync::atomic::AtomicU32;
use model::sync::atomic::Ordering::Relaxed;
use model::thread;

/// Only the table can hand it out, for there is no other one like it.
struct Fork {
    number: usize,
    meals: u32,
}

fn table(seats: usize) -> Table<Fork> {
    Table::new((0..seats).map(|number| Fork { number, meals: 0 }).collect())
}

/// What a philosopher at `seat` of `seats` does with two forks.
fn eat(seat: usize, seats: usize, left: &mut Fork, right: &mut Fork) {
    assert_eq!((left.number, right.number), (seat, (seat + 1) % seats), "these are not the forks of seat {seat}");
    left.meals += 1;
    right.meals += 1;
}

/// A program in which one philosopher at each seat eats once.
fn full_table(seats: usize) -> impl Fn() + Send + Sync + 'static {
    const PHILOSOPHERS: [&str; 3] = ["Aristotle", "Buridan", "Cicero"];
    move || {
        let table = table(seats);
        thread::scope(|scope| {
            for (seat, name) in PHILOSOPHERS.into_iter().enumerate().take(seats) {
                let table = &table;
                scope.spawn(name, move || table.dine(seat, |left, right| eat(seat, seats, left, right)));
            }
        });
        for seat in 0..seats {
            table.dine(seat, |left, right| {
                assert_eq!((left.meals, right.meals), (2, 2), "each fork is used by two philosophers");
            });
        }
    }
}

#[test]
fn alone_at_the_table_one_eats_with_the_forks_left_and_right() {
    model::check(|| {
        let table = table(3);
        for seat in 0..3 {
            let result = table.dine(seat, |left, right| {
                eat(seat, 3, left, right);
                "well fed"
            });
            assert_eq!(result, "well fed");
        }
    });
}

#[test]
fn two_come_to_eat() {
    model::Check::new().preemptions(3).run(full_table(2));
}

/// Two preemptions close a circle of three.
#[test]
fn three_come_to_eat() {
    model::Check::new().preemptions(2).surprises(0).run(full_table(3));
}

#[test]
fn who_sits_opposite_eats_at_the_same_time() {
    model::Check::new().preemptions(2).run(|| {
        let table = table(4);
        let eating = AtomicU32::new(0);
        thread::scope(|scope| {
            for (seat, name) in [(0, "Aristotle"), (2, "Cicero")] {
                let (table, eating) = (&table, &eating);
                scope.spawn(name, move || {
                    table.dine(seat, |_, _| {
                        eating.fetch_add(1, Relaxed);
                        while eating.load(Relaxed) < 2 {
                            thread::yield_now();
                        }
                    });
                });
            }
        });
    });
}
