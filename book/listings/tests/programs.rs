//! Runs the book's whole programs.
#![cfg(not(loom))]

use std::process::Command;

#[test]
fn a_thread_that_nobody_joins_ends_with_the_program() {
    let output = Command::new(env!("CARGO_BIN_EXE_daemon")).output().expect("it was built");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "main ends\n");
}

#[test]
fn a_thread_that_is_left_behind_drops_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_abandoned")).output().expect("it was built");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "main ends\n");
}

#[test]
fn a_value_goes_at_the_end_of_its_block_or_when_it_is_dropped() {
    let output = Command::new(env!("CARGO_BIN_EXE_guards")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let expected = ["the block ends", "second goes", "first goes", "third goes", "main ends", "fourth goes"];
    assert_eq!(Vec::from_iter(said.lines()), expected);
}

#[cfg(target_os = "linux")]
#[test]
fn a_herd_is_counted_with_either_condition_variable() {
    let output = Command::new(env!("CARGO_BIN_EXE_herd")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let naps = said.lines().map(|line| line.split_once(':').and_then(|(_, naps)| naps.trim().parse::<f64>().ok()));
    assert_eq!(naps.flatten().filter(|naps| *naps > 0.0).count(), 2, "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_thread_takes_is_measured_in_time_and_memory() {
    let output = Command::new(env!("CARGO_BIN_EXE_spawning")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = |name: &str| -> f64 {
        let line =
            said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in:\n{said}"));
        line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number follows")
    };
    assert!(number("hand it to a pool") > 0.0, "{said}");
    assert!(number("start a thread") > 0.0, "{said}");
    assert!(number("reserved") > number("in use"), "{said}");
}

/// As the book shows it, for a machine with addresses of 64 bits and a futex.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[test]
fn the_primitives_are_as_large_as_the_book_says() {
    let output = Command::new(env!("CARGO_BIN_EXE_sizes")).output().expect("it was built");
    assert_eq!(String::from_utf8_lossy(&output.stdout), include_str!("../../figures/sizes.txt"));
}

/// The barrier has let both through when both sleep, for the second to come there does not wait.
#[cfg(target_os = "linux")]
#[test]
fn two_transfers_in_opposite_directions_stand_still() {
    use std::{fs, thread};

    let mut stuck = Command::new(env!("CARGO_BIN_EXE_stuck")).spawn().expect("it was built");
    let tasks = format!("/proc/{}/task", stuck.id());
    let asleep = || -> Vec<String> {
        let threads = fs::read_dir(&tasks).into_iter().flatten().flatten();
        let stats = threads.filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
        // A thread's name stands in parentheses, and after it its state.
        stats.filter_map(|stat| Some(stat.split_once('(')?.1.split_once(") S")?.0.to_owned())).collect()
    };
    let both = ["Alice", "Bob"].map(str::to_owned);
    while !both.iter().all(|name| asleep().contains(name)) {
        assert_eq!(stuck.try_wait().expect("it is a child"), None, "it was to stand still");
        thread::yield_now();
    }
    stuck.kill().expect("it is a child");
    stuck.wait().expect("it is a child");
}

#[cfg(target_os = "linux")]
#[test]
fn the_sleeper_takes_no_time_and_the_spinner_all_that_it_can_get() {
    let output = Command::new(env!("CARGO_BIN_EXE_waiting")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |name: &str| -> Vec<String> {
        let row = said.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in:\n{said}"));
        row.split_whitespace().map(str::to_owned).collect()
    };
    let (spins, sleeps) = (row("spins"), row("sleeps"));
    assert_eq!(sleeps[1], "S", "{said}");
    let milliseconds = |row: &[String]| row[2].parse::<u32>().expect("a number");
    assert!(milliseconds(&sleeps) < milliseconds(&spins), "{said}");
}

#[test]
fn the_same_work_is_done_in_three_ways() {
    let output = Command::new(env!("CARGO_BIN_EXE_turns")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.lines().filter(|line| line.ends_with(" ms")).count(), 3, "{said}");
}

/// Not each one, on a busy machine: while the thread that computes waits for a processor, the lock may be free.
#[test]
fn an_answer_beside_threads_that_compute_may_take_an_interval() {
    let output = Command::new(env!("CARGO_BIN_EXE_convoy")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let slowest = said.lines().skip(2).map(|line| line.split_whitespace().nth(2)?.parse::<f64>().ok());
    let slowest = Vec::from_iter(slowest.flatten());
    assert!(slowest.len() == 3 && slowest[1] >= 5.0 && slowest[2] >= 5.0, "{said}");
}

/// Each step, and the states that the book shows for it.
#[cfg(target_os = "linux")]
#[test]
fn a_connection_goes_through_its_states() {
    let output = Command::new(env!("CARGO_BIN_EXE_states")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let mut steps: Vec<Vec<String>> = Vec::new();
    for line in said.lines() {
        match line.strip_prefix("  ").map(words) {
            None => steps.push(Vec::new()),
            Some(entry) => {
                let step = steps.last_mut().unwrap_or_else(|| panic!("a step comes first:\n{said}"));
                step.push(format!("{} {} {}", entry[0], entry[3], entry[5]));
                step.sort();
            }
        }
    }
    let expected: [&[&str]; 5] = [
        &["server LISTEN 0"],
        &["client ESTABLISHED 0", "server ESTABLISHED 0", "server LISTEN 1"],
        &["client ESTABLISHED 0", "server ESTABLISHED 0", "server LISTEN 0"],
        &["client FIN_WAIT2 0", "server CLOSE_WAIT 0", "server LISTEN 0"],
        &["client TIME_WAIT 0", "server LISTEN 0"],
    ];
    assert_eq!(steps, expected, "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_nobody_reads_fills_two_buffers() {
    let output = Command::new(env!("CARGO_BIN_EXE_full")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |line: &str| Vec::from_iter(line.split_whitespace().filter_map(|word| word.parse::<u64>().ok()));
    let rows = Vec::from_iter(said.lines().skip(1).map(row));
    let [full, read, again] = &rows[..] else { panic!("three rows:\n{said}") };
    assert!(full[1] > 0 && full[2] > 0 && full[1] + full[2] == full[0], "{said}");
    assert_eq!(read[1] + read[2] + 1_000_000, full[0], "{said}");
    assert!(again[0] > full[0], "{said}");
}

/// The numbers in the rows of a table, without its head and the names of its rows.
fn numbers(table: &str) -> Vec<Vec<f64>> {
    let row = |line: &str| line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    table.lines().skip(1).map(row).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn who_waits_lies_down_each_time() {
    let output = Command::new(env!("CARGO_BIN_EXE_kinds")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows = numbers(&said);
    assert!(rows.len() == 5 && rows.iter().all(|row| row.len() == 7), "{said}");
    let [elapsed, .., naps, _] = rows[1][..] else { unreachable!("it has seven numbers") };
    assert!(elapsed >= 2.0 && naps >= 2.0, "{said}");
}

/// The time that they wait is the one thing that no machine makes shorter.
#[test]
fn waits_in_sequence_add_up() {
    let output = Command::new(env!("CARGO_BIN_EXE_ways")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // The names of some ways have numbers in them.
    let rows: Vec<Vec<f64>> = numbers(&said).into_iter().map(|row| row[row.len() - 5..].to_vec()).collect();
    assert_eq!(rows.len(), 5, "{said}");
    assert!(rows[0][1] >= 128.0 && rows[0][2] >= 64.0, "{said}");
    assert!(rows[2][1] >= 4.0, "a pool of 32 does it in two turns: {said}");
}

/// The program checks itself that all was counted.
#[test]
fn two_threads_count_in_each_kind_of_place() {
    let output = Command::new(env!("CARGO_BIN_EXE_apart")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(numbers(&said).len() == 4, "{said}");
}

/// As the book shows it. Nothing is measured, so it is the same everywhere.
#[test]
fn who_waits_for_the_answer_does_not_see_the_second_that_was_lost() {
    let output = Command::new(env!("CARGO_BIN_EXE_omission")).output().expect("it was built");
    assert_eq!(String::from_utf8_lossy(&output.stdout), include_str!("../../figures/omission.txt"));
}

#[test]
fn a_million_numbers_are_added_in_three_ways() {
    let output = Command::new(env!("CARGO_BIN_EXE_nothing")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows = numbers(&said);
    assert!(rows.len() == 3 && rows.iter().all(|row| row.len() == 4 && row[1] <= row[2] && row[2] <= row[3]), "{said}");
    assert!(rows[2][1] > 0.0, "{said}");
}
