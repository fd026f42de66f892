//! What the chapter on processes says of its listings.
#![cfg(not(loom))]

use std::io::{self, ErrorKind};
use std::process::Command;

use framing::command::{Reply, Request};
use listings::worker::{Worker, ask_again};
use rehearsal::rehearse;

fn start(role: &str) -> io::Result<Worker> {
    Worker::start(Command::new(env!("CARGO_BIN_EXE_processes")).arg(role))
}

fn sum() -> Request<'static> {
    Request::Sum(vec![1, 2, -5])
}

fn minus_two() -> Reply {
    Reply::Done((-2_i64).to_be_bytes().to_vec())
}

#[test]
fn a_worker_answers_until_it_is_closed() {
    rehearse(|| {
        let mut worker = start("worker").expect("it was built");
        for _ in 0..3 {
            assert_eq!(worker.ask(&sum()).expect("it lives"), minus_two());
        }
        assert!(worker.close().expect("it is a child").success());
        assert_eq!(worker.ask(&sum()).expect_err("it is closed").kind(), ErrorKind::BrokenPipe);
    });
}

#[test]
fn what_is_printed_into_the_answers_is_taken_for_an_answer() {
    rehearse(|| {
        let mut worker = start("talks").expect("it was built");
        let error = worker.ask(&sum()).expect_err("the first four letters are a length");
        assert_eq!(error.to_string(), "1629517679 is too long: the limit is 1048576");
        worker.kill().expect("it is a child");
    });
}

#[test]
fn another_worker_answers_when_one_has_died() {
    rehearse(|| {
        let mut worker = start("worker").expect("it was built");
        let first = worker.id();
        worker.kill().expect("it is a child");
        assert!(!worker.close().expect("it is a child").success());
        assert_eq!(ask_again(&mut worker, || start("worker"), &sum()).expect("a new one"), minus_two());
        assert_ne!(worker.id(), first);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn who_has_died_is_a_zombie_until_somebody_waits() {
    use std::{fs, thread};

    rehearse(|| {
        let mut worker = start("worker").expect("it was built");
        let stat = format!("/proc/{}/stat", worker.id());
        worker.kill().expect("it is a child");
        while !fs::read_to_string(&stat).expect("nobody has waited for it").contains(") Z ") {
            thread::yield_now();
        }
        worker.close().expect("it is a child");
        assert!(fs::read_to_string(&stat).is_err(), "its number may go to another now, but that takes a while");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_is_measured_in_time_and_memory() {
    let output = Command::new(env!("CARGO_BIN_EXE_processes")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows = said.lines().filter_map(|line| line.split_whitespace().last()?.parse::<f64>().ok());
    assert_eq!(rows.filter(|number| *number > 0.0).count(), 6, "{said}");
}
