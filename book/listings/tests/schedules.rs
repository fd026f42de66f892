//! Draws the book's pictures, each from a run through the model checker, and compares them with those in the book.
//!
//! `cargo book schedules` draws them anew.
#![cfg(loom)]

use expect_test::expect_file;
use listings::barrier::{Counting, meet_twice};
use listings::condvar::{Bakery, Early, Late, one_comes};
use listings::deadlock::{both_ways, doubled, transfer, transfer_trying};
use listings::letter::{crossing, letter};
use listings::lock::{Polite, Swapping, pairs_bought};
use listings::mutex::{Forgetting, two_come};
use listings::once::both_ask;
use listings::pool::{Simple, soup};
use listings::queue::{Rail, until_empty};
use listings::rwlock::{paid, to_pay};
use listings::stealing::{Stack, one_slip_comes};
use listings::{condvar, counter, event, flag, gil, primitives, semaphore};
use model::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};
use model::{Check, outcomes};
use mutex::Mutex;
use schedule::{Schedule, Style};

/// Compares the picture of a schedule with the one in the book.
#[track_caller]
fn draw(schedule: &Schedule, name: &str) {
    expect_file![format!("../../figures/{name}.html")].assert_eq(&figure(schedule));
}

/// The picture as SVG, and folded away below it as text, which a screen reader can read line by line.
///
/// Markdown would end the HTML at a blank line, so the text has none: the second of two line ends is spelled out.
fn figure(schedule: &Schedule) -> String {
    let text = schedule.to_text(Style::plain(80)).replace('&', "&amp;").replace('<', "&lt;");
    let text = text.trim_end().replace("\n\n", "\n&#10;");
    format!(
        "<figure class=\"run\">\n{}<details>\n<summary>The same as text</summary>\n<pre>\n{text}\n</pre>\n</details>\n\
         </figure>\n",
        schedule.to_svg()
    )
}

#[test]
fn lost_update() {
    let found = Check::new().counterexample(|| assert_eq!(counter::by_load_and_store(), 2));
    draw(&found.expect("the sum may be 1"), "lost-update");
}

#[test]
fn letter_not_seen() {
    let seen = outcomes(|| letter(Relaxed, Acquire));
    draw(seen.witness(&Some(0)).expect("a letter may be missed"), "letter-not-seen");
}

#[test]
fn what_each_ordering_allows() {
    let row = |raise: Ordering, look: Ordering| {
        let seen = outcomes(move || letter(raise, look));
        let said = seen.results().iter().map(|seen| match seen {
            None => "no flag",
            Some(0) => "**a flag and no letter**",
            Some(_) => "flag and letter",
        });
        format!("| `{raise:?}` | `{look:?}` | {} | {} |\n", Vec::from_iter(said).join(", "), seen.pass().schedules)
    };
    let mut table = String::from("| the sender raises | main looks | main may see | schedules |\n|---|---|---|---|\n");
    for (raise, look) in [(Relaxed, Relaxed), (Relaxed, Acquire), (Release, Relaxed), (Release, Acquire)] {
        table.push_str(&row(raise, look));
    }
    expect_file!["../../figures/letter-orderings.md"].assert_eq(&table);
}

#[test]
fn crossing_unseen() {
    let seen = outcomes(|| crossing(Release, Acquire));
    draw(seen.witness(&(false, false)).expect("both may miss the other's flag"), "crossing-unseen");
}

#[test]
fn two_inside() {
    let found = Check::new().counterexample(|| {
        let lock = Polite::new();
        assert_eq!(pairs_bought(lock), 1);
    });
    draw(&found.expect("both may go in"), "two-inside");
}

#[test]
fn one_inside() {
    let pass = Check::new().run(|| {
        let lock = Swapping::new();
        assert_eq!(pairs_bought(lock), 1);
    });
    expect_file!["../../figures/one-inside.txt"].assert_eq(&format!("one_inside: {pass}\n"));
}

#[test]
fn forgotten_sleeper() {
    let found = Check::new().counterexample(|| {
        let lock = Forgetting::new();
        two_come(lock);
    });
    draw(&found.expect("one of them may sleep for ever"), "forgotten-sleeper");
}

#[test]
fn missed_call() {
    let found = Check::new().counterexample(|| {
        let bench = Late::new();
        let bakery = Bakery::new(bench);
        one_comes(bakery);
    });
    draw(&found.expect("a call may be missed"), "missed-call");
}

#[test]
fn stolen_loaf() {
    let found = Check::new().preemptions(3).surprises(0).counterexample(|| {
        let bench = Early::new();
        let bakery = Bakery::new(bench);
        condvar::two_come(bakery, Bakery::buy_trusting);
    });
    draw(&found.expect("somebody else may be quicker"), "stolen-loaf");
}

#[test]
fn crossing_transfers() {
    let found = Check::new().counterexample(|| assert_eq!(both_ways(transfer), (110, 90)));
    draw(&found.expect("each may wait for the other"), "crossing-transfers");
}

/// The steps that are repeated for ever, and the line that says so, below the names of the threads.
#[test]
fn in_circles() {
    let check = Check::new().decisions(150).surprises(0);
    let found = check.counterexample(|| assert_eq!(both_ways(transfer_trying), (110, 90)));
    let text = found.expect("they may meet for ever").to_text(Style::plain(80));
    let (lines, end) = text.split_once(" repeat steps ").expect("they go in circles");
    let (first, _) = end.split_once(' ').expect("from one step to another");
    let circle = lines.find(&format!("\n{first:>2} ")).expect("it is among the steps");
    let names = lines.find("\n 1 ").expect("there is a first step");
    let rest = end.lines().next().expect("it has a first line");
    let shown = format!("{}{} repeat steps {rest}\n", &lines[..names], &lines[circle..]);
    expect_file!["../../figures/in-circles.txt"].assert_eq(&shown);
}

#[test]
fn waits_for_itself() {
    let found = Check::new().counterexample(|| {
        let number = Mutex::new(21);
        doubled(&number);
    });
    draw(&found.expect("it waits for itself"), "waits-for-itself");
}

#[test]
fn lost_wake_up() {
    let found = Check::new().counterexample(flag::missed);
    draw(&found.expect("a waiter may sleep through the bell"), "lost-wake-up");
}

#[test]
fn forgotten_set() {
    let found = Check::new().counterexample(event::pulse);
    draw(&found.expect("a set may be forgotten"), "forgotten-set");
}

#[test]
fn forgotten_call() {
    let found = Check::new().counterexample(primitives::by_call);
    draw(&found.expect("a call is not remembered"), "forgotten-call");
}

#[test]
fn permit_beside_a_sleeper() {
    let found = Check::new().preemptions(2).surprises(0).counterexample(|| {
        let semaphore = semaphore::Forgetting::new();
        semaphore::two_come(semaphore);
    });
    draw(&found.expect("one may sleep beside a permit"), "permit-beside-a-sleeper");
}

#[test]
fn behind_the_writer() {
    let found = Check::new().surprises(0).counterexample(|| assert!(paid(to_pay) > 0));
    draw(&found.expect("the second look may wait for the first"), "behind-the-writer");
}

#[test]
fn filled_and_empty() {
    let found = Check::new().counterexample(|| assert_eq!(both_ask(Relaxed, Release), 42));
    draw(&found.expect("what was made may not be seen"), "filled-and-empty");
}

#[test]
fn alone_at_the_hut() {
    let found = Check::new().preemptions(2).surprises(0).counterexample(|| {
        let hut = Counting::new();
        meet_twice(hut);
    });
    draw(&found.expect("one may be alone at the second meeting"), "alone-at-the-hut");
}

#[test]
fn on_the_stove() {
    let found = Check::new().counterexample(|| {
        let rail = Rail::new();
        assert_eq!(until_empty(&rail), 1);
    });
    draw(&found.expect("a dish may be on the stove"), "on-the-stove");
}

/// The steps in which somebody lies down, below the names of the threads, and what is wrong.
#[test]
fn soup_without_stock() {
    let found = Check::new().surprises(0).counterexample(|| {
        let pool = Simple::new();
        soup(&pool, &["cook"]);
    });
    let text = found.expect("one cook cannot wait for himself").to_text(Style::plain(80));
    let (steps, verdict) = text.split_once("\n\ndeadlock:").expect("they stand still");
    let names = steps.lines().skip_while(|line| !line.contains("main  cook")).take(2);
    let asleep = steps.lines().filter(|line| line.contains("sleep on "));
    let (verdict, _) = verdict.split_once("\nfound after ").expect("it says how it was found");
    let shown = Vec::from_iter(names.chain(asleep)).join("\n");
    expect_file!["../../figures/soup-without-stock.txt"].assert_eq(&format!("{shown}\n\ndeadlock:{verdict}\n"));
}

#[test]
fn taken_back() {
    let found = Check::new().counterexample(|| {
        let lock = gil::Hasty::new();
        assert_ne!(gil::one_asks(&lock), Some(0), "stepped aside, and was back before Bob came in");
    });
    draw(&found.expect("whoever is awake is quicker"), "taken-back");
}

#[test]
fn beside_a_slip() {
    let found = Check::new().surprises(0).counterexample(|| one_slip_comes(Stack::new(|| {})));
    draw(&found.expect("neither may see the other"), "beside-a-slip");
}
