//! Pictures of schedules written by hand, one for each kind of failure and of operation.
//!
//! `UPDATE_EXPECT=1 cargo test -p schedule` draws them anew; look at what changed before you keep it.

use expect_test::expect_file;
use schedule::{
    FORMAT, Failure, LEGEND, Newest, Operation, Ordering, Place, ReadError, Report, Roused, Schedule, Step, Style,
    Thread, Value, Waiting, WaitsFor,
};

const EVENT: &str = "crates/event/src/lib.rs";
const MUTEX: &str = "crates/mutex/src/lib.rs";
const TEST: &str = "crates/event/tests/contract.rs";

fn place(file: &str, line: u32) -> Place {
    Place { file: file.to_owned(), line, column: 9 }
}

/// A schedule under construction.
struct Script(Schedule);

impl Script {
    fn new(title: &str, threads: &[&str]) -> Script {
        Script(Schedule {
            format: FORMAT,
            title: title.to_owned(),
            threads: threads.iter().map(|&name| Thread { name: name.to_owned() }).collect(),
            steps: Vec::new(),
            failure: None,
            outcome: None,
            preemptions: None,
            explored: 17,
        })
    }

    fn step(mut self, thread: usize, operation: Operation, file: &str, line: u32) -> Script {
        self.0.steps.push(Step { thread, operation, place: place(file, line) });
        self
    }

    fn fails(mut self, preemptions: usize, failure: Failure) -> Schedule {
        self.0.preemptions = Some(preemptions);
        self.0.failure = Some(failure);
        self.0
    }

    fn shows(mut self, preemptions: usize, outcome: &str) -> Schedule {
        self.0.preemptions = Some(preemptions);
        self.0.outcome = Some(outcome.to_owned());
        self.0
    }
}

fn number(value: u64) -> Value {
    Value::Unsigned(value)
}

fn load(location: &str, ordering: Ordering, value: u64) -> Operation {
    Operation::Load { location: location.to_owned(), value: number(value), ordering, newest: None }
}

/// A load that missed the newest value, which step `step` wrote.
fn old_load(location: &str, ordering: Ordering, value: u64, newest: u64, step: usize) -> Operation {
    let newest = Some(Newest { value: number(newest), step: Some(step) });
    Operation::Load { location: location.to_owned(), value: number(value), ordering, newest }
}

fn store(location: &str, value: u64, ordering: Ordering) -> Operation {
    Operation::Store { location: location.to_owned(), value: number(value), ordering }
}

fn change(location: &str, method: &str, operand: u64, before: u64, after: u64, ordering: Ordering) -> Operation {
    Operation::ReadModifyWrite {
        location: location.to_owned(),
        method: method.to_owned(),
        operand: number(operand),
        before: number(before),
        after: number(after),
        ordering,
    }
}

fn exchange(location: &str, expected: u64, new: u64, found: u64) -> Operation {
    let exchanged = found == expected;
    Operation::CompareExchange {
        location: location.to_owned(),
        expected: number(expected),
        new: number(new),
        found: number(found),
        exchanged,
        success: Acquire,
        failure: Relaxed,
        weak: false,
        spurious: false,
    }
}

fn sleep(location: &str, value: u64) -> Operation {
    Operation::Sleep { location: location.to_owned(), value: number(value), timed: false }
}

fn wake(location: &str, limit: Option<usize>, woken: &[usize]) -> Operation {
    Operation::Wake { location: location.to_owned(), limit, woken: woken.to_vec() }
}

fn rouse(location: &str, why: Roused) -> Operation {
    Operation::Rouse { location: location.to_owned(), why }
}

fn read(location: &str) -> Operation {
    Operation::Read { location: location.to_owned() }
}

fn write(location: &str) -> Operation {
    Operation::Write { location: location.to_owned() }
}

fn spawn(thread: usize) -> Operation {
    Operation::Spawn { thread }
}

fn join(thread: usize) -> Operation {
    Operation::Join { thread }
}

fn for_thread(thread: usize, other: usize, line: u32) -> Waiting {
    Waiting { thread, waits_for: WaitsFor::Thread { thread: other }, place: place(TEST, line) }
}

fn for_word(thread: usize, location: &str, value: u64, now: u64, written: Option<usize>, at: Place) -> Waiting {
    let waits_for = WaitsFor::Word { location: location.to_owned(), value: number(value), now: number(now), written };
    Waiting { thread, waits_for, place: at }
}

use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

fn lost_wake_up() -> Schedule {
    Script::new("wait_returns_once_the_event_is_set", &["main", "waiter"])
        .step(0, spawn(1), TEST, 14)
        .step(1, load("event.flag", Acquire, 0), EVENT, 41)
        .step(0, store("event.flag", 1, Release), EVENT, 31)
        .step(0, wake("event.seq", None, &[]), EVENT, 32)
        .step(1, sleep("event.seq", 0), EVENT, 42)
        .fails(
            2,
            Failure::Deadlock {
                waiting: vec![for_word(1, "event.seq", 0, 0, None, place(EVENT, 42)), for_thread(0, 1, 18)],
            },
        )
}

fn opposite_locks() -> Schedule {
    Script::new("transfer_takes_both_locks", &["main", "left", "right"])
        .step(0, spawn(1), TEST, 50)
        .step(0, spawn(2), TEST, 55)
        .step(1, exchange("a.state", 0, 1, 0), MUTEX, 20)
        .step(2, exchange("b.state", 0, 1, 0), MUTEX, 20)
        .step(2, exchange("a.state", 0, 1, 1), MUTEX, 20)
        .step(2, change("a.state", "swap", 2, 1, 2, Acquire), MUTEX, 33)
        .step(2, sleep("a.state", 2), MUTEX, 34)
        .step(1, exchange("b.state", 0, 1, 1), MUTEX, 20)
        .step(1, change("b.state", "swap", 2, 1, 2, Acquire), MUTEX, 33)
        .step(1, sleep("b.state", 2), MUTEX, 34)
        .fails(
            1,
            Failure::Deadlock {
                waiting: vec![
                    for_thread(0, 1, 60),
                    for_word(1, "b.state", 2, 2, Some(8), place(MUTEX, 34)),
                    for_word(2, "a.state", 2, 2, Some(5), place(MUTEX, 34)),
                ],
            },
        )
}

/// Locks of one compare-exchange each: the word on which a thread sleeps was written by the thread that holds it.
fn simple_opposite_locks() -> Schedule {
    Script::new("transfer_takes_both_locks", &["main", "other"])
        .step(0, spawn(1), TEST, 50)
        .step(0, exchange("a", 0, 1, 0), MUTEX, 20)
        .step(1, exchange("b", 0, 1, 0), MUTEX, 20)
        .step(1, sleep("a", 1), MUTEX, 34)
        .step(0, sleep("b", 1), MUTEX, 34)
        .fails(
            1,
            Failure::Deadlock {
                waiting: vec![
                    for_word(0, "b", 1, 1, Some(2), place(MUTEX, 34)),
                    for_word(1, "a", 1, 1, Some(1), place(MUTEX, 34)),
                ],
            },
        )
}

/// Somebody else got the only wake-up.
fn forgotten_sleeper() -> Schedule {
    Script::new("set_wakes_everybody", &["main", "early", "late"])
        .step(0, spawn(1), TEST, 70)
        .step(0, spawn(2), TEST, 71)
        .step(1, sleep("flag", 0), EVENT, 42)
        .step(2, sleep("flag", 0), EVENT, 42)
        .step(0, change("flag", "swap", 1, 0, 1, Release), EVENT, 31)
        .step(0, wake("flag", Some(1), &[1]), EVENT, 32)
        .step(1, rouse("flag", Roused::Woken), EVENT, 42)
        .step(1, load("flag", Acquire, 1), EVENT, 41)
        .step(1, Operation::Finish, TEST, 70)
        .step(0, join(1), TEST, 75)
        .fails(
            1,
            Failure::Deadlock {
                waiting: vec![for_thread(0, 2, 76), for_word(2, "flag", 0, 1, Some(4), place(EVENT, 42))],
            },
        )
}

fn torn_read() -> Schedule {
    Script::new("readers_see_whole_values", &["main", "writer"])
        .step(0, spawn(1), TEST, 20)
        .step(1, write("data"), MUTEX, 31)
        .step(0, load("ready", Relaxed, 0), MUTEX, 44)
        .step(0, read("data"), EVENT, 45)
        .fails(1, Failure::DataRace { location: "data".to_owned(), first: 1, second: 3 })
}

/// Both threads write.
fn torn_write() -> Schedule {
    Script::new("one_writer_at_a_time", &["main", "writer"])
        .step(0, spawn(1), TEST, 20)
        .step(1, write("data"), MUTEX, 31)
        .step(0, write("data"), MUTEX, 31)
        .fails(1, Failure::DataRace { location: "data".to_owned(), first: 1, second: 2 })
}

fn missing_release() -> Schedule {
    let message =
        "assertion `left == right` failed: the message must be there once the flag is up\n  left: 0\n right: 42";
    Script::new("the_flag_publishes_the_message", &["main", "sender"])
        .step(0, spawn(1), TEST, 20)
        .step(1, store("data", 42, Relaxed), TEST, 22)
        .step(1, store("flag", 1, Relaxed), TEST, 23)
        .step(1, Operation::Finish, TEST, 24)
        .step(0, load("flag", Acquire, 1), TEST, 30)
        .step(0, old_load("data", Relaxed, 0, 42, 1), TEST, 31)
        .fails(1, Failure::Panic { thread: 0, message: message.to_owned(), place: place(TEST, 31) })
}

fn store_buffering() -> Schedule {
    Script::new("store_buffering", &["main", "left", "right"])
        .step(0, spawn(1), TEST, 8)
        .step(0, spawn(2), TEST, 9)
        .step(1, store("x", 1, Relaxed), TEST, 12)
        .step(1, load("y", Relaxed, 0), TEST, 13)
        .step(1, Operation::Finish, TEST, 14)
        .step(2, store("y", 1, Relaxed), TEST, 17)
        .step(2, old_load("x", Relaxed, 0, 1, 2), TEST, 18)
        .step(2, Operation::Finish, TEST, 19)
        .step(0, join(1), TEST, 21)
        .step(0, join(2), TEST, 22)
        .shows(0, "(0, 0)")
}

/// Two threads that are too polite, up to the model's limit.
fn livelock() -> Schedule {
    let mut script = Script::new("one_of_two_polite_threads_goes_first", &["main", "left", "right"])
        .step(0, spawn(1), TEST, 8)
        .step(0, spawn(2), TEST, 9)
        .step(1, store("left_wants", 1, SeqCst), MUTEX, 12)
        .step(2, store("right_wants", 1, SeqCst), MUTEX, 12);
    for _ in 0..166 {
        script = script
            .step(1, load("right_wants", SeqCst, 1), MUTEX, 13)
            .step(1, Operation::Yield { spinning: true }, MUTEX, 14)
            .step(2, load("left_wants", SeqCst, 1), MUTEX, 13)
            .step(2, Operation::Yield { spinning: true }, MUTEX, 14);
    }
    let last = script.0.steps.len();
    script.fails(2, Failure::TooLong { limit: 1_000, turn: (last - 4..last).collect() })
}

fn selfish_spin() -> Schedule {
    let mut script = Script::new("spin_until_the_flag_is_up", &["main", "setter"]).step(0, spawn(1), TEST, 8);
    for _ in 0..998 {
        script = script.step(0, load("flag", Acquire, 0), EVENT, 12);
    }
    script.fails(0, Failure::TooLong { limit: 1_000, turn: vec![998] })
}

/// A thread that tries to sleep, over and over again.
fn restless_sleeper() -> Schedule {
    let mut script = Script::new("sleep_until_the_flag_is_up", &["main"]);
    for _ in 0..400 {
        let refused = Operation::SleepRefused { location: "flag".to_owned(), expected: number(1), found: number(0) };
        script = script.step(0, load("flag", Acquire, 0), EVENT, 12).step(0, refused, EVENT, 13);
    }
    script.fails(0, Failure::TooLong { limit: 1_000, turn: vec![798, 799] })
}

/// Work that ends, but too late; it has two loops.
fn patient() -> Schedule {
    let mut script = Script::new("both_count_to_a_hundred", &["main", "other"]).step(0, spawn(1), TEST, 8);
    for count in 0..100 {
        script = script.step(1, change("count", "fetch_add", 1, count, count + 1, Relaxed), TEST, 9);
    }
    script = script.step(1, Operation::Finish, TEST, 8).step(0, join(1), TEST, 12);
    for count in (0..100).rev() {
        script = script.step(0, load("count", Relaxed, count + 1), TEST, 14).step(
            0,
            change("count", "fetch_sub", 1, count + 1, count, Relaxed),
            TEST,
            15,
        );
    }
    script.step(0, Operation::Finish, TEST, 7).fails(0, Failure::TooLong { limit: 300, turn: Vec::new() })
}

/// A schedule that does not end and in which nothing repeats.
fn wandering() -> Schedule {
    let mut script = Script::new("count_for_ever", &["main"]);
    for count in 0..500 {
        let line = 10 + u32::try_from(count).expect("less than 500");
        script = script.step(0, change("count", "fetch_add", 1, count, count + 1, Relaxed), TEST, line);
    }
    script.fails(0, Failure::TooLong { limit: 500, turn: Vec::new() })
}

fn leak() -> Schedule {
    Script::new("the_node_is_given_back", &["main", "taker"])
        .step(0, spawn(1), TEST, 8)
        .step(
            1,
            Operation::Load {
                location: "head".to_owned(),
                value: Value::Pointer("node".to_owned()),
                ordering: Acquire,
                newest: None,
            },
            EVENT,
            12,
        )
        .step(
            1,
            Operation::Store {
                location: "head".to_owned(),
                value: Value::Pointer("null".to_owned()),
                ordering: Release,
            },
            EVENT,
            13,
        )
        .step(1, Operation::Finish, TEST, 9)
        .step(0, join(1), TEST, 10)
        .fails(0, Failure::Leak { location: "node".to_owned(), place: place(TEST, 6) })
}

fn late_touch() -> Schedule {
    Script::new("the_setter_lets_go_in_time", &["main", "setter"])
        .step(0, spawn(1), TEST, 8)
        .step(1, store("event.flag", 1, Release), EVENT, 31)
        .step(0, load("event.flag", Acquire, 1), EVENT, 41)
        .step(0, Operation::Free { location: "event".to_owned() }, TEST, 12)
        .fails(
            2,
            Failure::UseAfterFree {
                location: "event".to_owned(),
                freed: 3,
                thread: 1,
                place: place(EVENT, 33),
                access: "fetch_add".to_owned(),
            },
        )
}

fn crowd() -> Schedule {
    let mut script = Script::new("a_crowd", &["main", "worker", "worker", "worker", "a_worker_with_a_long_name"]);
    for thread in 1..5 {
        script = script.step(0, spawn(thread), TEST, 8);
    }
    script
        .step(4, exchange("some_pool.queue.state", 0, 1, 0), MUTEX, 20)
        .step(3, sleep("some_pool.queue.state", 1), MUTEX, 21)
        .step(1, sleep("some_pool.queue.state", 1), MUTEX, 21)
        .step(4, wake("some_pool.queue.state", None, &[1, 3]), MUTEX, 30)
        .fails(1, Failure::TooManyThreads { limit: 5, place: place(TEST, 8) })
}

/// Every operation that the other schedules lack.
fn everything() -> Schedule {
    let word = || "queue.seq".to_owned();
    Script::new("everything", &["main", "first", "second"])
        .step(0, spawn(1), TEST, 1)
        .step(0, spawn(2), TEST, 2)
        .step(1, Operation::Sleep { location: word(), value: number(7), timed: true }, EVENT, 3)
        .step(2, sleep("queue.seq", 7), EVENT, 3)
        .step(
            0,
            Operation::Requeue { from: word(), to: "mutex.state".to_owned(), woken: vec![1], moved: vec![2] },
            EVENT,
            5,
        )
        .step(0, Operation::Fence { ordering: SeqCst }, EVENT, 6)
        .step(1, rouse("queue.seq", Roused::Woken), EVENT, 3)
        .step(
            1,
            Operation::CompareExchange {
                location: "mutex.state".to_owned(),
                expected: number(0),
                new: number(2),
                found: number(0),
                exchanged: false,
                success: AcqRel,
                failure: Relaxed,
                weak: true,
                spurious: true,
            },
            MUTEX,
            7,
        )
        .step(1, change("mutex.state", "fetch_or", 2, 1, 3, AcqRel), MUTEX, 8)
        .step(1, Operation::SleepRefused { location: word(), expected: number(7), found: number(8) }, MUTEX, 9)
        .step(0, wake("mutex.state", Some(3), &[2]), MUTEX, 10)
        .step(2, rouse("mutex.state", Roused::Woken), EVENT, 3)
        .step(1, Operation::Sleep { location: word(), value: number(8), timed: true }, EVENT, 3)
        .step(1, rouse("queue.seq", Roused::TimedOut), EVENT, 3)
        .step(1, sleep("queue.seq", 8), EVENT, 3)
        .step(1, rouse("queue.seq", Roused::Spuriously), EVENT, 3)
        .step(
            1,
            Operation::Store { location: "offset".to_owned(), value: Value::Signed(-3), ordering: Release },
            EVENT,
            11,
        )
        .step(
            2,
            Operation::Load {
                location: "done".to_owned(),
                value: Value::Bool(false),
                ordering: Relaxed,
                newest: Some(Newest { value: Value::Bool(true), step: None }),
            },
            EVENT,
            12,
        )
        .step(
            2,
            Operation::Requeue { from: word(), to: "mutex.state".to_owned(), woken: vec![], moved: vec![] },
            EVENT,
            5,
        )
        .step(2, Operation::Yield { spinning: false }, EVENT, 5)
        .step(2, Operation::Free { location: "node".to_owned() }, EVENT, 13)
        .step(2, Operation::Finish, TEST, 2)
        .step(1, Operation::Finish, TEST, 1)
        .step(0, join(2), TEST, 14)
        .step(0, join(1), TEST, 14)
        .shows(5, "\"a < b && c > d\"")
}

/// A long way to a loop: both are cut short.
fn wandering_into_a_spin() -> Schedule {
    let mut script = Script(wandering());
    script.0.steps.truncate(100);
    for _ in 0..50 {
        script = script.step(0, load("flag", Acquire, 0), EVENT, 12);
    }
    script.fails(0, Failure::TooLong { limit: 150, turn: vec![149] })
}

/// Each schedule with the name of its files.
fn all() -> Vec<(&'static str, Schedule)> {
    vec![
        ("lost_wake_up", lost_wake_up()),
        ("opposite_locks", opposite_locks()),
        ("simple_opposite_locks", simple_opposite_locks()),
        ("forgotten_sleeper", forgotten_sleeper()),
        ("torn_read", torn_read()),
        ("torn_write", torn_write()),
        ("missing_release", missing_release()),
        ("store_buffering", store_buffering()),
        ("livelock", livelock()),
        ("selfish_spin", selfish_spin()),
        ("restless_sleeper", restless_sleeper()),
        ("patient", patient()),
        ("wandering", wandering()),
        ("wandering_into_a_spin", wandering_into_a_spin()),
        ("leak", leak()),
        ("late_touch", late_touch()),
        ("crowd", crowd()),
        ("everything", everything()),
    ]
}

#[test]
fn text_is_as_kept() {
    for (name, schedule) in all() {
        expect_file![format!("pictures/{name}.txt")].assert_eq(&schedule.to_text(Style::plain(80)));
    }
}

#[test]
fn svg_is_as_kept() {
    for (name, schedule) in all() {
        expect_file![format!("pictures/{name}.svg")].assert_eq(&schedule.to_svg());
    }
}

#[test]
fn text_keeps_within_its_width() {
    for (name, schedule) in all() {
        for width in [60, 80, 120] {
            for line in schedule.to_text(Style::plain(width)).lines() {
                assert!(line.chars().count() <= width, "{name} at {width}: {line}");
            }
        }
    }
}

#[test]
fn long_names_keep_within_the_width_for_two_three_and_five_threads() {
    let names = ["main", "the_first_of_the_readers", "the_second_of_the_readers", "third", "the_one_that_writes"];
    for count in [2, 3, 5] {
        let mut script = Script::new(
            "a_name_that_is_longer_than_the_line_on_which_it_has_to_be_written_by_some_columns",
            &names[..count],
        );
        for thread in 1..count {
            script =
                script.step(0, spawn(thread), "crates/some-crate/src/a_module_with_a_very_long_name_indeed.rs", 1234);
        }
        for thread in 0..count {
            script = script.step(
                thread,
                exchange("registry.readers_and_writers.state_and_generation", 4_294_967_295, 1, 0),
                MUTEX,
                5,
            );
        }
        let text = script.shows(0, "()").to_text(Style::plain(80));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn a_hopelessly_narrow_terminal_gets_a_picture_all_the_same() {
    for (_, schedule) in all() {
        for width in [0, 1, 20] {
            assert!(schedule.to_text(Style::plain(width)).lines().count() > 1);
        }
    }
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    for (name, schedule) in all() {
        let coloured = schedule.to_text(Style { colour: true, width: 80 });
        let mut bare = String::new();
        for (index, piece) in coloured.split('\x1b').enumerate() {
            bare.push_str(if index == 0 { piece } else { piece.split_once('m').expect("a colour ends in m").1 });
        }
        let trimmed: Vec<&str> = bare.lines().map(str::trim_end).collect();
        assert_eq!(trimmed.join("\n") + "\n", schedule.to_text(Style::plain(80)), "{name}");
        assert!(coloured.contains('\x1b'), "{name}");
    }
}

#[test]
fn svg_fits_into_a_page() {
    for (name, schedule) in all() {
        let svg = schedule.to_svg();
        assert!(svg.lines().all(|line| !line.trim().is_empty()), "{name}: markdown ends at a blank line");
        assert!(!svg.contains(" id="), "{name}: ids of two pictures in a page would clash");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{name}");
        assert!(svg.lines().next().is_some_and(|line| line.ends_with('>') && line.contains("role=\"img\"")), "{name}");
    }
}

#[test]
fn text_from_outside_cannot_break_a_picture() {
    let mut schedule = missing_release();
    schedule.title = "<script>&\x1b[31m\"".to_owned();
    schedule.threads[1].name = "a<b".to_owned();
    let message = "tab\tbell\x07\n\n</svg><b>".to_owned();
    schedule.failure = Some(Failure::Panic { thread: 0, message, place: place("src/<x>.rs", 1) });
    let svg = schedule.to_svg();
    assert!(!svg.contains("<script>") && !svg.contains("<b>") && !svg.contains("a<b") && !svg.contains("<x>"));
    assert_eq!(svg.matches("</svg>").count(), 1);
    assert!(svg.lines().all(|line| !line.is_empty()));
    for picture in [svg, schedule.to_text(Style::plain(80))] {
        assert!(!picture.contains(['\x1b', '\x07', '\t']));
    }
}

#[test]
fn json_reads_back_as_it_was() {
    for (name, schedule) in all() {
        let json = schedule.to_json();
        assert!(json.ends_with("}\n"), "{name}");
        assert_eq!(Schedule::from_json(&json).expect(name), schedule);

        let report = Report {
            format: FORMAT,
            package: "event".to_owned(),
            test: name.to_owned(),
            place: place("tests/contract.rs", 7),
            schedules: 120,
            summary: "exhaustive, 120 schedules".to_owned(),
            seconds: 0.25,
            counterexample: Some(schedule),
        };
        assert_eq!(Report::from_json(&report.to_json()).expect(name), report);
    }
}

#[test]
fn json_is_as_kept() {
    expect_file!["pictures/everything.json"].assert_eq(&everything().to_json());
    expect_file!["pictures/lost_wake_up.json"].assert_eq(&lost_wake_up().to_json());
}

#[test]
fn json_that_is_no_schedule_is_refused_with_the_reason() {
    let refusal = |json: &str| Schedule::from_json(json).expect_err("no schedule").to_string();

    assert_eq!(refusal("flag"), "not the JSON that was expected: expected ident at line 1 column 2",);
    assert_eq!(refusal("{}"), "not the JSON that was expected: missing field `format` at line 1 column 2");
    assert_eq!(refusal(r#"{"format": 7}"#), "written in format 7, and this version reads format 1 only");
    assert!(matches!(Report::from_json(r#"{"format": 7}"#), Err(ReadError::Format { found: 7 })));
}

#[test]
fn json_that_mentions_what_is_not_there_is_refused() {
    let waits = |waiting: Waiting| Some(Failure::Deadlock { waiting: vec![waiting] });
    let at = || place(TEST, 1);
    let requeue = |woken, moved| Operation::Requeue { from: "a".to_owned(), to: "b".to_owned(), woken, moved };
    let panic = |thread| Some(Failure::Panic { thread, message: String::new(), place: at() });
    let race = |first, second| Some(Failure::DataRace { location: "a".to_owned(), first, second });
    let late = |freed, thread| {
        let (location, access) = ("a".to_owned(), "load".to_owned());
        Some(Failure::UseAfterFree { location, freed, thread, place: at(), access })
    };

    // The schedule has the threads 0 and 1, and the steps 0 to 4.
    for operation in [spawn(2), join(2), wake("a", None, &[1, 2]), requeue(vec![2], vec![]), requeue(vec![1], vec![2])]
    {
        let mut schedule = lost_wake_up();
        schedule.steps[1].operation = operation;
        let read = Schedule::from_json(&schedule.to_json());
        assert!(matches!(read, Err(ReadError::NoSuchThread { thread: 2, threads: 2 })), "{schedule:?}");
    }
    for failure in [panic(2), late(0, 2), waits(for_thread(2, 0, 1)), waits(for_thread(0, 2, 1))] {
        let read = Schedule::from_json(&Schedule { failure, ..lost_wake_up() }.to_json());
        assert!(matches!(read, Err(ReadError::NoSuchThread { thread: 2, threads: 2 })), "{read:?}");
    }
    for failure in [
        race(5, 0),
        race(0, 5),
        late(5, 0),
        waits(for_word(0, "a", 0, 0, Some(5), at())),
        Some(Failure::TooLong { limit: 9, turn: vec![4, 5] }),
    ] {
        let read = Schedule::from_json(&Schedule { failure, ..lost_wake_up() }.to_json());
        assert!(matches!(read, Err(ReadError::NoSuchStep { step: 5, steps: 5 })), "{read:?}");
    }
    let mut schedule = lost_wake_up();
    schedule.steps[4].thread = 2;
    assert!(matches!(Schedule::from_json(&schedule.to_json()), Err(ReadError::NoSuchThread { thread: 2, .. })));
    schedule.steps[4] = Step { thread: 1, operation: old_load("flag", Acquire, 0, 1, 5), place: at() };
    assert!(matches!(Schedule::from_json(&schedule.to_json()), Err(ReadError::NoSuchStep { step: 5, .. })));
}

#[test]
fn old_reads_and_failures_have_colours_of_their_own() {
    let text = missing_release().to_text(Style { colour: true, width: 80 });
    let colour_of = |words: &str| {
        let before = &text[..text.find(words).unwrap_or_else(|| panic!("no {words:?} in {text:?}"))];
        before[before.rfind('\x1b').expect("coloured")..].to_owned()
    };
    let colours = ["data.load", "data.store", "← old", "✗", "contract.rs:31"].map(colour_of);
    for (index, colour) in colours.iter().enumerate() {
        assert!(!colours[..index].contains(colour), "two share a colour in {text}");
    }
}

/// Compares with what is said about an old read of `data`: step 2 wrote it, and `between` came between that and the read.
#[track_caller]
fn explains(between: &[(usize, Operation)], expected: &str) {
    let mut script = Script::new("flag", &["main", "sender", "third"]).step(0, spawn(1), TEST, 1).step(
        1,
        store("data", 42, Relaxed),
        TEST,
        2,
    );
    for (thread, operation) in between {
        script = script.step(*thread, operation.clone(), TEST, 3);
    }
    let text = script.step(0, old_load("data", Relaxed, 0, 42, 1), TEST, 4).shows(0, "0").to_text(Style::plain(300));
    let told = text.split_once("outcome: 0\n").expect("an outcome").1;
    assert_eq!(told.lines().next().expect("an explanation, or how it was found"), expected);
}

#[test]
fn an_old_read_is_explained_by_the_side_that_lacks_an_ordering() {
    let raised = |ordering| (1, store("flag", 1, ordering));
    let seen = |ordering| (0, load("flag", ordering, 1));
    let fence = |thread, ordering| (thread, Operation::Fence { ordering });

    explains(
        &[raised(Relaxed), seen(Acquire)],
        "main saw in step 4 what sender wrote in step 3, and so after step 2. But step 3 is Relaxed: step 2 \
         did not travel with it.",
    );
    explains(
        &[raised(Relaxed), seen(Relaxed), fence(0, Acquire)],
        "main saw in step 4 what sender wrote in step 3, and so after step 2. But step 3 is Relaxed: step 2 \
         did not travel with it.",
    );
    explains(
        &[raised(Release), seen(Relaxed)],
        "main saw in step 4 what sender wrote in step 3, and so after step 2. But step 4 is Relaxed: it did \
         not open what travelled with step 3.",
    );
    explains(
        &[fence(1, Release), raised(Relaxed), seen(Relaxed)],
        "main saw in step 5 what sender wrote in step 4, and so after step 2. But step 5 is Relaxed: it did \
         not open what travelled with step 4.",
    );
    explains(
        &[raised(Relaxed), seen(Relaxed)],
        "main saw in step 4 what sender wrote in step 3, and so after step 2. But step 3 is Relaxed: step 2 \
         did not travel with it. Nor would step 4, which is Relaxed, have opened it.",
    );
    // A fence helps neither before what it should order nor behind it.
    explains(
        &[raised(Relaxed), fence(1, Release), fence(0, Acquire), seen(Relaxed)],
        "main saw in step 6 what sender wrote in step 3, and so after step 2. But step 3 is Relaxed: step 2 \
         did not travel with it. Nor would step 6, which is Relaxed, have opened it.",
    );
    // An exchange that fails only reads.
    explains(
        &[(1, change("flag", "swap", 1, 0, 1, Acquire)), (0, exchange("flag", 0, 2, 1))],
        "main saw in step 4 what sender wrote in step 3, and so after step 2. But step 3 is Acquire: step 2 \
         did not travel with it. Nor would step 4, which is Relaxed, have opened it.",
    );
}

#[test]
fn an_old_read_by_a_thread_that_saw_nothing_later_is_explained_by_that() {
    explains(&[], "main had seen nothing that sender wrote after step 2.");
    explains(
        &[(1, store("flag", 1, Release)), (0, load("flag", Acquire, 0))],
        "main had seen nothing that sender wrote after step 2.",
    );
    // The sender did see what main had written.
    explains(
        &[(0, store("flag", 1, Relaxed)), (1, load("flag", Relaxed, 1))],
        "main had seen nothing that sender wrote after step 2.",
    );
    explains(
        &[(1, load("flag", Acquire, 0)), (0, store("flag", 1, Release))],
        "main had seen nothing that sender wrote after step 2. Release and Acquire order a write and the read \
         that sees it; here neither read saw the other's write. That takes SeqCst, or a SeqCst fence on both \
         sides.",
    );
}

#[test]
fn an_old_read_is_not_explained_where_the_steps_leave_a_doubt() {
    let nothing = "found after 17 schedules; this one has no preemption.";
    let (raised, seen) = ((1, store("flag", 1, Relaxed)), (0, load("flag", Acquire, 1)));

    // Both sides are as they should be; only a broken model could do this.
    explains(&[(1, store("flag", 1, Release)), seen.clone()], nothing);
    // Which of the two was seen?
    explains(&[raised.clone(), (2, store("flag", 1, Relaxed)), seen.clone()], nothing);
    // The flag was up from the start.
    explains(&[(1, load("flag", Relaxed, 1)), raised.clone(), seen.clone()], nothing);
    explains(&[(1, change("flag", "swap", 1, 1, 1, Relaxed)), seen.clone()], nothing);
    // The swap carries on what the store before it released.
    let release = (1, store("flag", 2, Release));
    explains(&[release, (1, change("flag", "swap", 1, 2, 1, Relaxed)), seen.clone()], nothing);
    // Perhaps the third had seen what the second did.
    explains(&[(2, store("flag", 1, Relaxed)), seen], nothing);
    explains(&[raised, (0, join(2))], nothing);
    explains(
        &[(0, Operation::SleepRefused { location: "flag".to_owned(), expected: number(0), found: number(1) })],
        nothing,
    );
}

#[test]
fn preemptions_that_the_picture_does_not_show_are_told_with_a_doubt() {
    let told = |preemptions| {
        let schedule = Schedule { preemptions: Some(preemptions), ..torn_read() };
        let text = schedule.to_text(Style::plain(120));
        text.lines().last().expect("how it was found").trim_start_matches("found after 17 schedules; ").to_owned()
    };

    assert_eq!(told(1), "this one has 1 preemption.");
    assert_eq!(told(2), "in this one a thread is stopped twice although it could perhaps go on.");
    assert_eq!(told(3), "in this one a thread is stopped 3 times although it could perhaps go on.");
    // Leaks are there whatever the threads did when.
    assert!(leak().to_text(Style::plain(80)).ends_with("found after 17 schedules.\n"));
}

/// What a scope drops at its end has no place that one could name.
#[test]
fn what_repeats_is_told_with_the_places_that_it_has() {
    let told = |missing: &[usize]| {
        let mut schedule = restless_sleeper();
        for &index in missing {
            schedule.steps[index].place.file.clear();
        }
        let text = schedule.to_text(Style::plain(120));
        text.lines().find(|line| line.contains("goes round")).expect("something repeats").trim().to_owned()
    };

    assert_eq!(told(&[]), "main goes round and round at lib.rs:12 and lib.rs:13.");
    assert_eq!(told(&[798]), "main goes round and round at lib.rs:13.");
    assert_eq!(told(&[798, 799]), "main goes round and round.");
}

#[test]
fn the_legend_is_short_and_explains_each_sign() {
    assert!(LEGEND.ends_with('\n') && LEGEND.lines().count() <= 5, "{LEGEND}");
    assert!(LEGEND.lines().all(|line| line.chars().count() <= 80), "{LEGEND}");
    let pictures: String = all().iter().map(|(_, schedule)| schedule.to_text(Style::plain(80))).collect();
    for sign in ["●", "│", "z  ", "┆", "■", "✗", "← old", "preemption"] {
        assert!(pictures.contains(sign), "no picture has {sign}");
        assert!(LEGEND.to_lowercase().contains(sign.trim()), "the legend lacks {sign}");
    }
}
