//! Runs against servers of our own, and against some that misbehave.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use framing::{Delimited, FrameError, LengthPrefixed, Width};
use load::{Arrivals, Command, Frames, Pace, Plan, Report, Service, Until};
use rehearsal::rehearse;
use server::services::{Echo, Store};
use server::{Accepting, Handler, Limits, Pooled, Replies, Server, ServerHandle, Then, ThreadPerConnection};

/// So many requests, and no warm-up.
fn plan(address: SocketAddr, requests: u64) -> Plan {
    Plan { warm_up: Duration::ZERO, until: Until::Requests(requests), ..Plan::new(address) }
}

fn bind() -> Server {
    Server::bind("127.0.0.1:0").unwrap()
}

fn echo() -> ServerHandle {
    bind().start(ThreadPerConnection, Delimited::lf(100_000), Echo).unwrap()
}

/// Once that many are answered, and all else is well.
#[track_caller]
fn assert_answered(report: &Report, count: u64) {
    assert!(report.is_faultless(), "{report}");
    assert_eq!(report.answered, count, "{report}");
}

/// A server that lets `answer` put together what a client gets for each line.
fn answering(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    let serve = move |stream: TcpStream| {
        let answer = Arc::clone(&answer);
        thread::spawn(move || {
            let mut client = BufReader::new(stream);
            let mut line = String::new();
            while client.read_line(&mut line).is_ok_and(|length| length > 0) {
                _ = client.get_mut().write_all(answer(&line).as_bytes());
                line.clear();
            }
        });
    };
    // It ends with the process.
    thread::spawn(move || listener.incoming().for_each(|stream| serve(stream.unwrap())));
    address
}

#[test]
fn each_request_is_answered_once_whatever_the_protocol_and_the_pace() {
    rehearse(|| {
        let lines = echo();
        let length = bind().start(Pooled::new(4), LengthPrefixed::new(Width::Four, 100_000), Echo).unwrap();
        let store = bind().start(Accepting::new(4), Store::framing(100_000), Store::new(1 << 20)).unwrap();
        for (address, service) in [
            (lines.local_addr(), Service::Echo(Frames::Lines)),
            (length.local_addr(), Service::Echo(Frames::Length)),
            (store.local_addr(), Service::Resp(Command::Ping)),
            (store.local_addr(), Service::Resp(Command::Set)),
            (store.local_addr(), Service::Resp(Command::SetGet)),
        ] {
            for pace in [
                Pace::Closed { think: Duration::ZERO },
                Pace::Open { rate: 5_000.0, arrivals: Arrivals::Even },
                Pace::Open { rate: 5_000.0, arrivals: Arrivals::Poisson },
            ] {
                for (pipeline, size, reconnect) in [(1, 0, false), (1, 20_000, false), (16, 64, false), (1, 8, true)] {
                    let plan = Plan { service, pace, pipeline, size, reconnect, connections: 4, ..plan(address, 100) };
                    let report = plan.run().unwrap();
                    assert_answered(&report, 100);
                    assert_eq!(report.since_due.is_some(), pace != Pace::Closed { think: Duration::ZERO });
                }
            }
        }
    });
}

#[test]
fn the_warm_up_is_asked_and_not_measured() {
    rehearse(|| {
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&seen);
        let address = answering(move |line| {
            counter.fetch_add(1, Relaxed);
            line.to_owned()
        });
        // A hundred a second are due for a tenth of a second, and then twenty more, however late they are sent.
        let pace = Pace::Open { rate: 100.0, arrivals: Arrivals::Even };
        let warm_up = Duration::from_millis(100);
        let report = Plan { pace, warm_up, connections: 1, ..plan(address, 20) }.run().unwrap();
        assert_answered(&report, 20);
        assert_eq!(seen.load(Relaxed), 30);
    });
}

#[test]
fn what_is_due_in_time_is_sent_even_if_late() {
    rehearse(|| {
        let server = echo();
        let pace = Pace::Open { rate: 1_000.0, arrivals: Arrivals::Even };
        let until = Until::Time(Duration::from_millis(100));
        for connections in [1, 10] {
            let report = Plan { pace, until, connections, ..plan(server.local_addr(), 0) }.run().unwrap();
            assert_answered(&report, 100);
        }
    });
}

#[test]
fn a_time_out_that_is_too_long_for_the_clock_is_none() {
    rehearse(|| {
        let server = echo();
        let pace = Pace::Open { rate: 1_000.0, arrivals: Arrivals::Even };
        let (timeout, until) = (Duration::MAX, Until::Time(Duration::from_millis(50)));
        let report = Plan { pace, timeout, until, ..plan(server.local_addr(), 0) }.run().unwrap();
        assert_answered(&report, 50);
    });
}

/// It answers at once, and only the tenth request after a second.
fn stalling() -> SocketAddr {
    answering(|line| {
        if line.starts_with("9/") {
            thread::sleep(Duration::from_secs(1));
        }
        line.to_owned()
    })
}

#[test]
fn a_stall_is_hidden_from_those_who_count_from_when_they_send() {
    rehearse(|| {
        // A hundred are due a second. One of them meets the stall, and a hundred are due during it.
        let pace = Pace::Open { rate: 100.0, arrivals: Arrivals::Even };
        let report = Plan { pace, connections: 1, ..plan(stalling(), 110) }.run().unwrap();
        assert_answered(&report, 110);
        let (due, sent) = (report.since_due.unwrap(), report.since_sent.unwrap());
        // Everybody who was due in the first half of that second has waited for half a second at least: these are more
        // than the tenth of all above the 90th percentile, however late the machine is.
        let half = 500_000_000;
        assert!(due.p90 > half, "{report}");
        // But only the one that met it was sent before. To fail here, eleven more would have to be as slow as that.
        assert!(sent.max > half && sent.p90 < half, "{report}");
    });
}

#[test]
fn replies_that_are_missing_doubled_or_wrong_are_counted() {
    rehearse(|| {
        let ten = |answer: fn(&str) -> String| {
            let plan = plan(answering(answer), 10);
            Plan { connections: 1, pipeline: 10, size: 8, timeout: Duration::from_secs(1), ..plan }.run().unwrap()
        };
        let counts = |report: &Report| (report.answered, report.missing, report.doubled, report.wrong);

        let report = ten(|line| if line.starts_with("4/") { String::new() } else { line.to_owned() });
        assert_eq!(counts(&report), (9, 1, 0, 0), "{report}");

        // The last one: it does not come, and nothing else does.
        let report = ten(|line| if line.starts_with("9/") { String::new() } else { line.to_owned() });
        assert_eq!(counts(&report), (9, 1, 0, 0), "{report}");

        let report = ten(|line| if line.starts_with("4/") { line.repeat(2) } else { line.to_owned() });
        assert_eq!(counts(&report), (10, 0, 1, 0), "{report}");

        // The last one: it comes when nothing is awaited any more.
        let report = ten(|line| if line.starts_with("9/") { line.repeat(2) } else { line.to_owned() });
        assert_eq!(counts(&report), (10, 0, 1, 0), "{report}");

        let report = ten(|line| if line.starts_with("4/") { "?\n".to_owned() } else { line.to_owned() });
        assert_eq!(counts(&report), (9, 0, 0, 1), "{report}");

        let report = ten(|line| if line.starts_with("9/") { format!("{line}?\n") } else { line.to_owned() });
        assert_eq!(counts(&report), (10, 0, 0, 1), "{report}");
        assert!(!report.is_faultless());
    });
}

#[test]
fn a_server_that_cuts_connections_is_asked_on_new_ones() {
    rehearse(|| {
        /// Hangs up instead of answering each fifth request.
        struct Moody(AtomicUsize);

        impl Handler for Moody {
            type Session = ();

            fn begin(&self, _peer: SocketAddr) {}

            fn frame(&self, (): &mut (), frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
                if self.0.fetch_add(1, Relaxed) % 5 == 4 {
                    return Ok(Then::HangUp);
                }
                replies.send(frame).map(|()| Then::GoOn)
            }
        }
        let server = bind().start(ThreadPerConnection, Delimited::lf(1000), Moody(AtomicUsize::new(0))).unwrap();
        let report = Plan { connections: 1, ..plan(server.local_addr(), 50) }.run().unwrap();
        assert_eq!((report.answered, report.missing, report.gave_up), (40, 10, 0), "{report}");
        assert!(report.troubles[0].contains("closed the connection"), "{report}");
    });
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    rehearse(|| {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let timeout = Duration::from_millis(50);
        let report = Plan { timeout, ..plan(silent.local_addr().unwrap(), 1_000) }.run().unwrap();
        assert_eq!((report.answered, report.missing, report.gave_up), (0, 10, 10), "{report}");
        assert_eq!(report.since_sent, None);
    });
}

#[test]
fn an_answer_that_comes_byte_by_byte_is_not_waited_for_for_ever() {
    rehearse(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // It ends when the client has gone.
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            while stream.write_all(b"0").is_ok() {
                thread::sleep(Duration::from_millis(10));
            }
        });
        let timeout = Duration::from_millis(100);
        let report = Plan { timeout, connections: 1, size: 100_000, ..plan(address, 1) }.run().unwrap();
        assert_eq!((report.answered, report.missing), (0, 1), "{report}");
    });
}

#[test]
fn silent_connections_and_slow_readers_are_there_beside() {
    rehearse(|| {
        let patient = echo();
        let beside = |server: &ServerHandle, time| {
            let until = Until::Time(time);
            Plan { connections: 1, idle: 3, slow: 3, size: 20_000, until, ..plan(server.local_addr(), 0) }
                .run()
                .unwrap()
        };
        let report = beside(&patient, Duration::from_millis(300));
        assert!(report.is_faultless() && report.answered > 0, "{report}");
        assert_eq!((report.idle_closed, report.slow_closed), (0, 0), "{report}");

        // Whoever is silent, or does not read, is sent away. On a busy machine that may happen to anybody.
        let strict = Duration::from_millis(100);
        let limits = Limits { idle: strict, write: strict, linger: strict, ..Limits::default() };
        let strict = bind().limits(limits).start(ThreadPerConnection, Delimited::lf(100_000), Echo).unwrap();
        let report = beside(&strict, Duration::from_secs(3));
        assert_eq!((report.idle_closed, report.slow_closed), (3, 3), "{report}");
    });
}
