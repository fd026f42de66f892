//! The program `serve`, as a process of its own: its signals, its words, and what it takes from the system.
#![cfg(target_os = "linux")]

mod common;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use socket2::SockRef;

use common::{Client, until};

/// A `serve` that runs, and is killed if the test fails.
struct Serve {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: SocketAddr,
}

impl Serve {
    fn new(arguments: &str) -> Serve {
        Serve::within("true", arguments)
    }

    /// In a shell which has run `limits` before.
    fn within(limits: &str, arguments: &str) -> Serve {
        let command = format!("{limits}; exec {} {arguments} --address 127.0.0.1:0", env!("CARGO_BIN_EXE_serve"));
        let mut shell = Command::new("sh");
        // If a test hangs, what it leaves behind is not to keep the test's own output open.
        shell.args(["-c", &command]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let address = line.trim_end().rsplit(' ').next().and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("it does not say where it listens: {line:?}"));
        Serve { child, stderr, address }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The next line that it says.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        line
    }

    /// Waits for its end, and returns what it has said since.
    fn end(mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }

    fn threads(&self) -> usize {
        fs::read_dir(self.proc("task")).unwrap().count()
    }

    fn descriptors(&self) -> usize {
        fs::read_dir(self.proc("fd")).unwrap().count()
    }

    /// How many threads it has, and how many descriptors.
    fn holds(&self) -> (usize, usize) {
        (self.threads(), self.descriptors())
    }

    /// In KiB.
    fn memory(&self) -> i64 {
        let status = fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// How long all its threads have been on a processor.
    fn processor_time(&self) -> Duration {
        let time = |task: fs::DirEntry| {
            let stat = fs::read_to_string(task.path().join("schedstat")).unwrap();
            Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
        };
        fs::read_dir(self.proc("task")).unwrap().map(|task| time(task.unwrap())).sum()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It has ended already, if all is well.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

const STRATEGIES: [&str; 4] = ["--strategy thread", "--strategy pool", "--strategy accept", "--strategy polled"];

#[test]
fn a_signal_ends_it_when_all_is_answered() {
    for (strategy, signal) in STRATEGIES.into_iter().zip([Signal::INT, Signal::TERM].into_iter().cycle()) {
        rehearsal::rehearse(move || {
            let serve = Serve::new(&format!("echo {strategy}"));
            let mut client = Client::new(serve.address);
            client.ask("hello", "hello");
            serve.signal(signal);
            let (status, said) = serve.end();
            assert_eq!(status.code(), Some(0), "{said}");
            assert_eq!(client.rest(), "");
        });
    }
}

#[test]
fn what_is_left_at_the_deadline_is_cut_and_told() {
    rehearsal::rehearse(|| {
        let mut serve = Serve::new("echo --drain 0.05");
        let mut client = Client::new(serve.address);
        client.ask("hello", "hello");
        client.send("half a li");
        until_reading(&mut serve);
        serve.signal(Signal::TERM);
        let (status, said) = serve.end();
        assert_eq!(status.code(), Some(1), "{said}");
        assert!(said.contains("1 connections were cut"), "{said}");
    });
}

#[test]
fn a_second_signal_ends_it_at_once() {
    rehearsal::rehearse(|| {
        let mut serve = Serve::new("echo --drain off");
        let mut client = Client::new(serve.address);
        client.ask("hello", "hello");
        client.send("half a li");
        until_reading(&mut serve);
        serve.signal(Signal::TERM);
        assert!(serve.line().contains("once more ends at once"));
        serve.signal(Signal::INT);
        let (status, said) = serve.end();
        assert_eq!(status.signal(), Some(Signal::INT.as_raw()), "{said}");
    });
}

/// Asks for reports until one says that a connection is in the midst of a frame.
fn until_reading(serve: &mut Serve) {
    loop {
        serve.signal(Signal::USR1);
        loop {
            let line = serve.line();
            if line.contains("reading") {
                // The line of totals.
                serve.line();
                return;
            }
            if line.contains("open,") {
                break;
            }
        }
    }
}

#[test]
fn used_up_descriptors_are_survived_in_silence_and_idleness() {
    // Workers that accept have taken what they need before anybody comes: `accept` begins by reserving a descriptor.
    for strategy in STRATEGIES.into_iter().filter(|strategy| *strategy != "--strategy accept") {
        rehearsal::rehearse(move || {
            let mut serve = Serve::within("ulimit -n 20", &format!("echo {strategy}"));
            let clients: Vec<_> = (0..40).map(|_| Client::new(serve.address)).collect();
            assert!(serve.line().contains("Too many open files"));
            let (began, before) = (Instant::now(), serve.processor_time());
            std::thread::sleep(Duration::from_millis(500));
            let spent = serve.processor_time() - before;
            assert!(spent < began.elapsed() / 20, "it spins: {spent:?} in {:?}", began.elapsed());
            drop(clients);
            Client::new(serve.address).ask("hello", "hello");
            let seconds = began.elapsed().as_secs() as usize;
            serve.signal(Signal::TERM);
            let (status, said) = serve.end();
            let reports = said.matches("Too many open files").count();
            assert!(reports <= seconds + 1, "{seconds} seconds: {said}");
            assert_eq!(status.code(), Some(0), "{said}");
        });
    }
}

#[test]
fn a_thread_that_cannot_be_started_costs_one_connection() {
    rehearsal::rehearse(|| {
        // Each thread wants 2 MiB of address space for its stack.
        let serve = Serve::within("ulimit -v 100000", "resp");
        let (mut served, mut refused) = (Vec::new(), 0);
        while refused < 3 {
            let mut client = Client::new(serve.address);
            // The server may have hung up before it reads that.
            _ = client.0.get_mut().write_all(b"PING\r\n");
            match &*client.line() {
                "+PONG" => served.push(client),
                "-ERR max number of clients reached" => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        served.iter_mut().for_each(|client| client.ask("PING", "+PONG"));
        drop(served);
        until(|| serve.threads() < 5);
        Client::new(serve.address).ask("PING", "+PONG");
        serve.signal(Signal::TERM);
        let (status, said) = serve.end();
        assert!(status.success() && said.contains("a connection got no thread: "), "{said}");
    });
}

#[test]
fn ten_thousand_visits_leave_nothing_behind() {
    const VISITS: u32 = 10_000 / STRATEGIES.len() as u32;
    for strategy in STRATEGIES {
        rehearsal::rehearse(move || {
            let serve = Serve::new(&format!("resp --workers 4 {strategy}"));
            // Nobody has been here yet.
            let before = serve.holds();
            let visit = |number: u32| {
                let mut client = Client::new(serve.address);
                client.ask("PING", "+PONG");
                // Most leave with a reset. Whoever says good-bye first keeps its port from others for a minute.
                if !number.is_multiple_of(10) {
                    SockRef::from(client.stream()).set_linger(Some(Duration::ZERO)).unwrap();
                }
            };
            // Memory is measured in a house that is warm.
            (0..500).for_each(visit);
            until(|| serve.holds() == before);
            let memory = serve.memory();
            (0..VISITS).for_each(visit);
            until(|| serve.holds() == before);
            let grown = serve.memory() - memory;
            assert!(grown < 512, "{strategy}: {grown} KiB more");
        });
    }
}

/// Thousands, or as many as there may be descriptors.
fn thousands() -> u64 {
    /// For what else is open.
    const SPARE: u64 = 500;
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.unwrap_or(u64::MAX).min(2000 + SPARE);
    if limit.current.is_some_and(|current| current < allowed) {
        // Whom this process starts may have as many.
        setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), ..limit }).unwrap();
    }
    allowed - SPARE
}

#[test]
fn thousands_of_silent_clients_are_answered_in_their_turn_and_forgotten() {
    for strategy in STRATEGIES {
        rehearsal::rehearse(move || {
            let count = thousands();
            let limits = format!("--connections {count} --backlog 4096 --linger 0");
            let serve = Serve::new(&format!("echo --workers 4 {limits} {strategy}"));
            let before = serve.holds();
            let come = || (0..count).map(|_| Client::new(serve.address)).collect::<Vec<_>>();
            let visit = || {
                let mut clients = come();
                clients.iter_mut().for_each(|client| client.send("hello\n"));
                // Whoever has been answered leaves, and makes room for the next.
                for mut client in clients {
                    assert_eq!(client.line(), "hello");
                    SockRef::from(client.stream()).set_linger(Some(Duration::ZERO)).unwrap();
                }
                until(|| serve.holds() == before);
                serve.memory()
            };
            let mut memory = visit();
            // Less than a KiB for each. The first visits take what is then used again: each thread allocates from a store of
            // its own, and chance decides how many guests fall to whom. What is lost becomes more with each time.
            until(|| {
                let grown = visit() - memory;
                memory += grown;
                grown < count as i64
            });
            let silent = come();
            serve.signal(Signal::TERM);
            let (status, said) = serve.end();
            assert_eq!(status.code(), Some(0), "{said}");
            drop(silent);
        });
    }
}

/// Runs a program to its end; `None` if it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == ErrorKind::NotFound && env::var_os("CI").is_none() => {
            println!("skipped: there is no {program} here");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

#[test]
fn redis_cli_talks_with_the_store() {
    rehearsal::rehearse(|| {
        let serve = Serve::new("resp");
        let port = serve.address.port().to_string();
        for (words, answer) in [
            (&["PING"][..], "PONG"),
            (&["SET", "a key", "a\nvalue"], "OK"),
            (&["GET", "a key"], "\"a\\nvalue\""),
            (&["DEL", "a key", "another"], "(integer) 1"),
            (&["GET", "a key"], "(nil)"),
            (&["ECHO", "hello"], "\"hello\""),
            (&["QUIT"], "OK"),
        ] {
            let Some(output) = run("redis-cli", &[&["-p", &port, "--no-raw"], words].concat()) else { return };
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), answer, "{words:?}");
        }
        let info = || String::from_utf8(run("redis-cli", &["-p", &port, "INFO"]).unwrap().stdout).unwrap();
        // The last client has left, and the server learns of it a moment later.
        until(|| info().contains("connected_clients:1\r"));
        assert!(info().contains("db0:keys=0"), "{}", info());
    });
}

#[test]
fn redis_benchmark_is_served_on_every_strategy() {
    for strategy in STRATEGIES {
        rehearsal::rehearse(move || {
            let serve = Serve::new(&format!("resp --workers 20 {strategy}"));
            let port = serve.address.port().to_string();
            for pipeline in ["1", "16"] {
                let words = ["-p", &port, "-q", "-n", "2000", "-c", "20", "-P", pipeline, "-t", "ping,set,get"];
                let Some(output) = run("redis-benchmark", &words) else { return };
                let report = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success(), "{report}");
                assert_eq!(report.matches("requests per second").count(), 4, "{report}");
            }
        });
    }
}

#[test]
fn it_says_in_words_why_it_cannot_serve() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (arguments, reason) in [
        (&["--address", &*taken][..], "another program listens at"),
        (&["--address", "here"], "here is not an address"),
        (&["--address", "192.0.2.1:80"], "does not belong to this machine"),
        (&["--idle", "soon"], "a number of seconds, or `off`"),
        (&["--workers", "0"], "--workers"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_serve")).arg("echo").args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(reason), "{arguments:?}: {said}");
    }
}
