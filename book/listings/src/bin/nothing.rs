//! How long does it take to add a million numbers? Three answers, two of which are to another question.

use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 51;

// ANCHOR: sums
fn sum(numbers: u64) -> u64 {
    let mut sum = 0;
    for number in 0..numbers {
        sum += number;
    }
    sum
}

fn nothing() {
    sum(1_000_000);
}

fn formula() {
    black_box(sum(1_000_000));
}

fn additions() {
    let mut sum = 0;
    for number in 0..1_000_000_u64 {
        sum = black_box(sum) + number;
    }
    black_box(sum);
}
// ANCHOR_END: sums

fn main() {
    println!("µs                first       best     median      worst");
    row("nothing", nothing);
    row("formula", formula);
    row("additions", additions);
}

fn row(name: &str, work: fn()) {
    let round = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e6
    };
    let mut times = Vec::from_iter((0..ROUNDS).map(round));
    let first = times[0];
    times.sort_by(f64::total_cmp);
    let [best, median, worst] = [0, ROUNDS / 2, ROUNDS - 1].map(|place| times[place]);
    println!("{name:12}{first:>11.2}{best:>11.2}{median:>11.2}{worst:>11.2}");
}
