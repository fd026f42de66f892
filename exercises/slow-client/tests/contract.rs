//! What a reader promises its server: each wait has an end, and honest clients do not feel it.
//!
//! Nobody waits here. A client is a script, which says what it sends and when, and a read moves the clock on.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use slow_client::{Limits, Lines, Socket};

const SECOND: Duration = Duration::from_secs(1);

const LIMITS: Limits = Limits { idle: Duration::from_secs(60), line: Duration::from_secs(10) };

/// A reader that is still there at this time will be there for ever.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A client by script.
struct Script {
    /// When it sends what.
    sends: VecDeque<(Duration, Vec<u8>)>,
    /// How it goes on after that: the stream ends, or fails, or nothing happens any more.
    then: Option<io::Result<()>>,
    patience: Cell<Option<Duration>>,
    clock: Clock,
}

/// For how long the script has been played.
#[derive(Clone)]
struct Clock {
    begun: Instant,
    passed: Rc<Cell<Duration>>,
}

impl Script {
    /// Sends each of `texts` at so many seconds after the beginning. Then nothing happens any more.
    fn new<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = (u32, T)>) -> (Script, Clock) {
        let clock = Clock { begun: Instant::now(), passed: Rc::default() };
        let sends = texts.into_iter().map(|(second, text)| (second * SECOND, text.as_ref().to_vec())).collect();
        (Script { sends, then: None, patience: Cell::new(None), clock: clock.clone() }, clock)
    }

    /// The same, and then the stream ends, or fails.
    fn ending(text: &str, then: io::Result<()>) -> Script {
        Script { then: Some(then), ..Script::new([(0, text)]).0 }
    }

    /// Time passes: until `moment`, or until a read has waited for long enough.
    fn wait_until(&self, moment: Duration) -> io::Result<()> {
        let now = self.clock.passed.get();
        let end = self.patience.get().map_or(DAY, |patience| now + patience);
        self.clock.passed.set(moment.min(end).max(now));
        assert!(self.clock.passed.get() < DAY, "a whole day has passed, and the server still waits for this client");
        if moment > end { Err(ErrorKind::WouldBlock.into()) } else { Ok(()) }
    }
}

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((moment, mut text)) = self.sends.pop_front() else {
            return match self.then.take() {
                Some(then) => then.map(|()| 0),
                None => self.wait_until(DAY).map(|()| 0),
            };
        };
        if let Err(error) = self.wait_until(moment) {
            self.sends.push_front((moment, text));
            return Err(error);
        }
        let count = text.len().min(buffer.len());
        let rest = text.split_off(count);
        buffer[..count].copy_from_slice(&text);
        if !rest.is_empty() {
            self.sends.push_front((moment, rest));
        }
        Ok(count)
    }
}

impl Socket for Script {
    fn set_read_timeout(&self, patience: Duration) -> io::Result<()> {
        if patience.is_zero() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "a time-out of nothing is no time-out"));
        }
        self.patience.set(Some(patience));
        Ok(())
    }

    fn now(&self) -> Instant {
        self.clock.begun + self.clock.passed.get()
    }
}

/// Fails unless these lines come, and the client's time is over then, at so many seconds after the beginning.
#[track_caller]
fn assert_cut_off((script, clock): (Script, Clock), lines: &[&str], second: u32, situation: &str) {
    let mut reader = Lines::new(script, LIMITS);
    for line in lines {
        let next = reader.next_line();
        assert!(
            matches!(&next, Ok(Some(next)) if next == line),
            "{situation}: {line:?} was to come, and it is {next:?}"
        );
    }
    let next = reader.next_line().map_err(|error| error.kind());
    let passed = clock.passed.get();
    assert_eq!(next, Err(ErrorKind::TimedOut), "{situation}: its time was over, {passed:?} after the beginning");
    assert_eq!(passed, second * SECOND, "{situation}: the server has waited until {passed:?} after the beginning");
}

/// Fails unless these lines come.
#[track_caller]
fn assert_served((script, clock): (Script, Clock), lines: &[&str], situation: &str) {
    let mut reader = Lines::new(script, LIMITS);
    for line in lines {
        let next = reader.next_line();
        let passed = clock.passed.get();
        assert!(
            matches!(&next, Ok(Some(next)) if next == line),
            "{situation}: after {passed:?}, {line:?} was to come, and it is {next:?}"
        );
    }
}

#[test]
fn a_line_that_comes_at_once_is_read() {
    assert_served(Script::new([(0, "hello\nyou\n")]), &["hello", "you"], "a client sends two lines");
}

#[test]
fn a_line_may_take_its_time() {
    let bytes = "hello\n".bytes().zip([0, 1, 2, 3, 8, 9]).map(|(byte, second)| (second, [byte]));
    assert_served(
        Script::new(bytes),
        &["hello"],
        "a client whose network is bad needs nine seconds for a line, of ten",
    );
}

#[test]
fn a_byte_now_and_then_does_not_go_on_for_ever() {
    let drops = (0..10_000).map(|drop| (9 * drop, "x"));
    assert_cut_off(
        Script::new(drops),
        &[],
        10,
        "a client sends a byte every nine seconds, and may take ten for a line",
    );
}

#[test]
fn a_byte_at_the_last_moment_is_none_too_many() {
    let drops = (0..10_000).map(|drop| (5 * drop, "x"));
    assert_cut_off(
        Script::new(drops),
        &[],
        10,
        "a client sends a byte every five seconds, and may take ten for a line",
    );
}

#[test]
fn half_a_line_is_not_waited_for() {
    assert_cut_off(Script::new([(0, "hel")]), &[], 10, "a client sends half a line, and then nothing");
}

#[test]
fn each_line_has_time_of_its_own() {
    let lines = (0..20).map(|line| (9 * line, "ne\no"));
    let expected: Vec<_> = ["ne"].into_iter().chain(["one"; 19]).collect();
    assert_served(
        Script::new(lines),
        &expected,
        "a client sends twenty lines, and takes nine seconds for each, of ten",
    );
}

#[test]
fn silence_before_a_line_is_not_the_lines() {
    let script = Script::new([(0, "one\n"), (55, "t"), (60, "wo\n"), (115, "three\n")]);
    assert_served(
        script,
        &["one", "two", "three"],
        "a client thinks for 55 seconds, of 60, and speaks for five, of ten",
    );
}

#[test]
fn half_a_line_that_came_with_the_one_before_has_begun() {
    assert_cut_off(Script::new([(3, "one\ntw")]), &["one"], 13, "a client sends a line and a half, and then nothing");
}

#[test]
fn silence_has_an_end() {
    assert_cut_off(Script::new([(20, "one\n")]), &["one"], 80, "a client has sent a line, and is silent");
}

#[test]
fn the_end_of_the_stream_is_told() {
    let mut reader = Lines::new(Script::ending("one\n", Ok(())), LIMITS);
    assert_eq!(reader.next_line().ok(), Some(Some("one".to_owned())));
    assert_eq!(reader.next_line().ok(), Some(None), "the client has said all");
    let mut reader = Lines::new(Script::ending("on", Ok(())), LIMITS);
    let within = reader.next_line().map_err(|error| error.kind());
    assert_eq!(within, Err(ErrorKind::UnexpectedEof), "the stream ends within a line");
}

#[test]
fn a_failure_is_passed_on() {
    let mut reader = Lines::new(Script::ending("on", Err(ErrorKind::ConnectionReset.into())), LIMITS);
    assert_eq!(reader.next_line().map_err(|error| error.kind()), Err(ErrorKind::ConnectionReset));
}

#[test]
fn an_interruption_is_no_failure() {
    let (script, clock) = Script::new([(0, "hel")]);
    let interrupted = Script { then: Some(Err(ErrorKind::Interrupted.into())), ..script };
    let situation = "a client sends half a line, a read is interrupted, and then nothing happens";
    assert_cut_off((interrupted, clock), &[], 10, situation);
}

/// A real client, which sends a byte every ten milliseconds until it is cut off. It gives up after ten seconds, and has
/// been allowed a tenth of one.
#[test]
fn a_client_on_the_wire_is_cut_off() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let dripping = thread::spawn(move || {
        (0..1_000).all(|_| {
            thread::sleep(Duration::from_millis(10));
            client.write_all(b"x").is_ok()
        })
    });
    let limits = Limits { idle: 30 * SECOND, line: SECOND / 10 };
    let mut reader = Lines::new(listener.accept()?.0, limits);
    let next = reader.next_line().map_err(|error| error.kind());
    // This closes the socket, and the client notices.
    drop(reader);
    assert_eq!(
        next,
        Err(ErrorKind::TimedOut),
        "a client sends a byte every 10 ms, and may take {:?} for a line",
        limits.line
    );
    assert!(dripping.join().is_ok_and(|all| !all), "the client has sent a thousand bytes, one by one");
    Ok(())
}
