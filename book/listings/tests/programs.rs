//! Runs the book's whole programs.
#![cfg(not(loom))]

use std::process::Command;

#[test]
fn a_thread_that_nobody_joins_ends_with_the_program() {
    let output = Command::new(env!("CARGO_BIN_EXE_daemon")).output().expect("it was built");
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
