//! What a program promises that is told to end: it runs as a process of its own here, and real signals are sent to it. What it
//! says tells how far it is, and so nothing is ordered by time.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// More than any test takes.
const LONG: Duration = Duration::from_secs(10);

/// The program, which is killed if the test fails.
struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    says: Receiver<String>,
}

impl Program {
    /// One that is preparing.
    #[track_caller]
    fn preparing() -> Program {
        // Whoever is started in the background may have been told to ignore SIGINT, and whoever that starts is, too.
        let mut command = Command::new("env");
        command.args(["--default-signal=INT,TERM", env!("CARGO_BIN_EXE_stop-signal")]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it has been built");
        let stdin = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().expect("it is a pipe")).lines();
        let (sender, says) = channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let program = Program { child, stdin, says };
        program.expect("preparing", "it was started");
        program
    }

    /// One that is asleep, since it waits for a signal.
    #[track_caller]
    fn waiting() -> Program {
        let mut program = Program::preparing();
        program.go_on();
        program.expect("waiting for a signal", "it was told to go on");
        while !program.stat().rsplit(") ").next().is_some_and(|state| state.starts_with('S')) {
            thread::yield_now();
        }
        program
    }

    fn stat(&self) -> String {
        fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("nobody has waited for its end")
    }

    /// The program is told to go on. If it has ended, nobody hears that.
    fn go_on(&mut self) {
        _ = self.stdin.as_mut().map(|stdin| stdin.write_all(b"\n"));
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("nobody has waited for its end");
    }

    /// That it says `line` next, where `what` has happened before.
    #[track_caller]
    fn expect(&self, line: &str, what: &str) {
        match self.says.recv_timeout(LONG) {
            Ok(said) => assert_eq!(said, line, "what it says when {what}"),
            Err(RecvTimeoutError::Timeout) => {
                panic!("{what}, and {LONG:?} later it has not said \"{line}\": it sleeps, or runs round and round")
            }
            Err(RecvTimeoutError::Disconnected) => panic!("{what}, and it has ended without having said \"{line}\""),
        }
    }

    /// Waits for its end, after the last line of input, and returns what it has said since.
    fn end(mut self) -> (Vec<String>, ExitStatus) {
        self.go_on();
        self.stdin = None;
        let said = self.says.iter().collect();
        (said, self.child.wait().expect("it is our child"))
    }

    /// How often its threads have gone to sleep.
    fn sleeps(&self) -> u32 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("nobody has waited for its end");
        let of_task = |task: fs::DirEntry| {
            let status = fs::read_to_string(task.path().join("status")).ok()?;
            status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")?.trim().parse::<u32>().ok())
        };
        tasks.flatten().filter_map(of_task).sum()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, if all is well.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
fn a_signal_is_kept_until_somebody_waits() {
    let mut program = Program::preparing();
    program.signal(Signal::TERM);
    program.go_on();
    program.expect("waiting for a signal", "SIGTERM came while it was preparing");
    program.expect("finishing", "SIGTERM had come before it waited");
}

#[test]
fn a_signal_wakes_who_waits() {
    for (signal, name) in [(Signal::TERM, "SIGTERM"), (Signal::INT, "SIGINT")] {
        let program = Program::waiting();
        program.signal(signal);
        program.expect("finishing", &format!("{name} came while it waited"));
    }
}

#[test]
fn after_the_first_signal_it_ends_well() {
    let program = Program::waiting();
    program.signal(Signal::TERM);
    program.expect("finishing", "SIGTERM came while it waited");
    let (said, status) = program.end();
    assert_eq!(said, ["finished"], "what it says before it ends, {status}");
    assert!(status.success(), "it has finished, and its end is no success: {status}");
}

/// If the process goes on, it finds that the last customer has left, and ends well. A signal comes first: it is delivered before
/// anything else is done in the process.
#[test]
fn a_second_signal_ends_it_at_once() {
    for (first, second) in [(Signal::TERM, Signal::TERM), (Signal::INT, Signal::TERM), (Signal::TERM, Signal::INT)] {
        let program = Program::waiting();
        program.signal(first);
        program.expect("finishing", "a signal came while it waited");
        program.signal(second);
        let (said, status) = program.end();
        assert!(said.is_empty(), "a second signal came, and it goes on and says {said:?}");
        assert_eq!(status.signal(), Some(second.as_raw()), "the signal that has ended it: {status}");
    }
}

/// Who sleeps does not fall asleep again and again.
#[test]
fn who_waits_sleeps() {
    const SPAN: Duration = Duration::from_millis(100);
    let program = Program::waiting();
    let sleeps = [(); 5].map(|()| {
        let before = program.sleeps();
        thread::sleep(SPAN);
        program.sleeps() - before
    });
    assert!(sleeps.contains(&0), "it waits, and in spans of {SPAN:?} it has woken up {sleeps:?} times");
    program.signal(Signal::TERM);
    program.expect("finishing", "SIGTERM came while it waited");
}
