//! A load generator: clients who ask a server as often as they are told, and check every answer.
//!
//! How fast is a server? Ask it something, many times, and look at the clock. It is not quite as simple as that: *when* the
//! questions are asked decides what is measured.
//!
//! # Closed and open
//!
//! - In a **closed** loop ([`Pace::Closed`]) each client asks, waits for the answer, and asks again. That finds out how much
//!   a server can do. A slow server is asked less.
//! - In an **open** loop ([`Pace::Open`]) requests come on a schedule, as they do from a world of people who know nothing of
//!   each other. That finds out how long they wait. A slow server is asked as much as a fast one.
//!
//! # Protocol
//!
//! - **Each client** is a thread with a blocking socket. That goes well up to some hundreds of them; thousands of
//!   connections that are merely there cost no thread ([`Plan::idle`]).
//! - **All connect first**, the silent ones and the slow readers before the others, and begin together.
//! - **A client takes what is due** from its schedule, up to [`Plan::pipeline`] requests, and sends them with one write.
//!   Then it reads as many replies. What becomes due meanwhile is sent late, and never left out.
//! - **A reply is compared** with the one that belongs to its request, byte by byte. Requests bear numbers, so that a reply
//!   that is missing or has come twice is told from one that is wrong.
//!
//! # Invariants
//!
//! 1. Each request that was sent is counted once: answered, wrong or missing. Of the warm-up, only what went wrong.
//! 2. A wait for the server ends after [`Plan::timeout`], so that a run ends, whatever the server does.
//! 3. What a client sends at once is shorter than what the sockets' buffers hold. If the server answers while it reads,
//!    neither side can be stuck in a write because both are.
//!
//! # A tempting mistake
//!
//! A client measures how long each of its requests took, from sending it to having the answer:
//!
//! ```text
//! loop {
//!     sleep until the next request is due
//!     let sent = Instant::now();
//!     ask();
//!     histogram.record(sent.elapsed());
//! }
//! ```
//!
//! 1. A hundred requests a second are due, and each is answered in a millisecond.
//! 2. The server stands still for a second. The client sits in `ask`, and the hundred requests that are due in that second
//!    are not sent.
//! 3. When it goes on, they are sent one after the other, and each takes a millisecond.
//! 4. The histogram has one request that took a second, and a hundred that took a millisecond. The 99th percentile says
//!    that all is well.
//!
//! Whoever wanted something in that second has waited for half of it, on average. So the time counts from when a request
//! was *due*: [`Report::since_due`]. The other one is there too, [`Report::since_sent`], to see the difference. Gil Tene
//! has called the mistake *coordinated omission*: client and server agree not to look.
//!
//! A closed loop has no schedule, so it makes this mistake always, and nothing can be computed from it afterwards.
//!
//! # Example
//!
//! ```
//! use framing::Delimited;
//! use load::{Plan, Until};
//! use server::{Server, ThreadPerConnection, services::Echo};
//!
//! let server = Server::bind("127.0.0.1:0")?.start(ThreadPerConnection, Delimited::lf(1000), Echo)?;
//! let report = Plan { connections: 4, until: Until::Requests(1000), ..Plan::new(server.local_addr()) }.run()?;
//! assert_eq!(report.answered, 1000);
//! assert!(report.is_faultless());
//! println!("{report}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod beside;
mod client;
mod report;
mod schedule;
mod service;

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use barrier::Barrier;

use beside::{Idle, Slow};
use client::{Client, Line};
use report::Tally;
use service::{Echo, Protocol, Resp};

pub use report::{Latency, Report};
pub use schedule::Arrivals;
pub use service::{Command, Frames, Service};

/// So much may be on its way at once from one client. The buffers of a connection hold more, on all systems (invariant 3).
const AT_ONCE: usize = 64 * 1024;

/// What is asked, by how many, and when.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Who is asked.
    pub address: SocketAddr,
    /// What is asked. By default, to echo a line.
    pub service: Service,
    /// How many bytes each request carries. By default, 64.
    pub size: usize,
    /// How many ask. By default, 10.
    pub connections: usize,
    /// How many requests a client sends at once, at most, before it waits for the replies. By default, 1.
    pub pipeline: usize,
    /// When they ask. By default as fast as the answers come.
    pub pace: Pace,
    /// For so long they ask and nothing is measured. By default, a second.
    pub warm_up: Duration,
    /// How much is measured. By default, five seconds.
    pub until: Until,
    /// Whether clients make a new connection for each request (for each pipeline of them), and close it when they have the
    /// answer. The time for that counts then. By default they do not.
    pub reconnect: bool,
    /// After so long without a reply it is given up. By default, 10 seconds. One too long for the clock is no limit.
    pub timeout: Duration,
    /// So many connections beside are silent. By default none.
    pub idle: usize,
    /// So many connections beside ask all they can and read next to nothing. By default none.
    pub slow: usize,
}

/// When clients ask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// When they have been answered, and have thought about it for so long.
    Closed {
        /// How long.
        think: Duration,
    },
    /// On a schedule.
    Open {
        /// So many requests a second are due, of all clients together.
        rate: f64,
        /// How they are spread.
        arrivals: Arrivals,
    },
}

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// So long.
    Time(Duration),
    /// So many requests, of all clients together.
    Requests(u64),
}

impl Plan {
    /// The usual: ten clients who have lines echoed, as fast as the answers come.
    pub fn new(address: SocketAddr) -> Plan {
        Plan {
            address,
            service: Service::Echo(Frames::Lines),
            size: 64,
            connections: 10,
            pipeline: 1,
            pace: Pace::Closed { think: Duration::ZERO },
            warm_up: Duration::from_secs(1),
            until: Until::Time(Duration::from_secs(5)),
            reconnect: false,
            timeout: Duration::from_secs(10),
            idle: 0,
            slow: 0,
        }
    }

    /// Does it, and says how it went. Blocks until it is done.
    ///
    /// # Errors
    ///
    /// If it cannot begin: nobody listens there, or the plan makes no sense. What goes wrong later is in the report.
    pub fn run(&self) -> Result<Report, Unable> {
        self.run_watched(&Watch::default())
    }

    /// The same, while another thread may look at the watch.
    ///
    /// # Errors
    ///
    /// As [`run`](Plan::run).
    pub fn run_watched(&self, watch: &Watch) -> Result<Report, Unable> {
        let size = self.size;
        match self.service {
            Service::Echo(Frames::Lines) => self.run_with(Echo::lines(size), watch),
            Service::Echo(Frames::Length) => self.run_with(Echo::length(size), watch),
            Service::Resp(command) => self.run_with(Resp::new(command, size), watch),
        }
    }

    fn run_with<P: Protocol>(&self, protocol: P, watch: &Watch) -> Result<Report, Unable> {
        self.check(&protocol)?;
        let (idle, slow) = (Idle::open(self)?, Slow::open(self, &protocol)?);
        let lines = (0..self.connections).map(|_| Line::open(self, protocol.framing()));
        let lines = lines.collect::<io::Result<Vec<_>>>().map_err(|error| self.unable(error))?;
        let run = Run { plan: self, watch, begin: Barrier::new(self.connections + 1), tickets: AtomicU64::new(0) };
        let stop = AtomicBool::new(false);
        let (tally, elapsed, slow_closed) = thread::scope(|scope| {
            let annoying = thread::Builder::new().spawn_scoped(scope, || slow.annoy(&stop))?;
            let start = |(number, line)| {
                let client = Client::new(&run, protocol.clone(), number);
                thread::Builder::new().spawn_scoped(scope, move || client.work(line))
            };
            let clients: Result<Vec<_>, _> = lines.into_iter().enumerate().map(start).collect();
            let begun = match &clients {
                Ok(_) => run.begin.wait().ok().map(|_| Instant::now()),
                // Those that have been started are not to wait for the others.
                Err(_) => {
                    run.begin.abort();
                    None
                }
            };
            let ended = clients.map(|clients| clients.into_iter().map(ScopedJoinHandle::join).collect::<Vec<_>>());
            // ORDERING: Relaxed; the flag publishes nothing.
            stop.store(true, Ordering::Relaxed);
            let slow_closed = annoying.join().unwrap_or_else(|panic| resume_unwind(panic));
            let mut tally = Tally::default();
            for client in ended? {
                tally.add(client.unwrap_or_else(|panic| resume_unwind(panic)));
            }
            let elapsed = begun.zip(tally.last).map(|(begun, last)| last.saturating_duration_since(begun));
            Ok((tally, elapsed.unwrap_or_default().saturating_sub(self.warm_up), slow_closed))
        })
        .map_err(Unable::Threads)?;
        Ok(tally.report(self, elapsed, idle.closed(), slow_closed))
    }

    fn check(&self, protocol: &impl Protocol) -> Result<(), Unable> {
        if self.connections == 0 || self.pipeline == 0 {
            return Err(Unable::Nobody);
        }
        if let Pace::Open { rate, .. } = self.pace
            && !(rate > 0.0 && rate.is_finite())
        {
            return Err(Unable::Rate(rate));
        }
        let length = service::wire(protocol, 0, 0).len();
        if self.pipeline > 1 && length.saturating_mul(self.pipeline) > AT_ONCE {
            return Err(Unable::TooMuchAtOnce { pipeline: self.pipeline, length });
        }
        Ok(())
    }

    fn unable(&self, error: io::Error) -> Unable {
        Unable::Connect(self.address, error)
    }
}

/// What the clients of a run share.
struct Run<'run> {
    plan: &'run Plan,
    watch: &'run Watch,
    /// All of them meet here before the first request.
    begin: Barrier,
    /// How many of the requests have been given out that are to be measured.
    tickets: AtomicU64,
}

/// What can be seen of a run while it goes on.
#[derive(Debug, Default)]
pub struct Watch {
    answered: AtomicU64,
}

impl Watch {
    /// How many requests have been answered rightly, those of the warm-up included.
    pub fn answered(&self) -> u64 {
        // ORDERING: Relaxed; it is a number to look at, and nothing follows from it.
        self.answered.load(Ordering::Relaxed)
    }

    fn add(&self, answered: u64) {
        // ORDERING: Relaxed, as above.
        self.answered.fetch_add(answered, Ordering::Relaxed);
    }
}

/// Why there was no run.
#[derive(Debug)]
pub enum Unable {
    /// There are no connections, or each may send nothing.
    Nobody,
    /// This is no rate.
    Rate(f64),
    /// So many requests of such a length do not fit into the buffers of a connection.
    TooMuchAtOnce {
        /// How many.
        pipeline: usize,
        /// How many bytes each is long.
        length: usize,
    },
    /// There is no connection to that address.
    Connect(SocketAddr, io::Error),
    /// The system starts no more threads.
    Threads(io::Error),
}

impl fmt::Display for Unable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unable::Nobody => {
                write!(formatter, "nobody would ask anything: it takes a connection, and a request at a time")
            }
            Unable::Rate(rate) => write!(formatter, "{rate} is no rate: it takes a number above zero"),
            Unable::TooMuchAtOnce { pipeline, length } => write!(
                formatter,
                "{pipeline} requests of {length} bytes at once are more than the buffers of a connection hold for sure; \
                 choose fewer or shorter ones, {AT_ONCE} bytes in all"
            ),
            Unable::Connect(address, error) => match error.kind() {
                ErrorKind::ConnectionRefused => {
                    write!(formatter, "nobody listens at {address}; `cargo run --release -p server -- echo` would")
                }
                ErrorKind::TimedOut => write!(formatter, "{address} does not answer"),
                ErrorKind::ConnectionReset => write!(formatter, "{address} has cut the connection"),
                _ if is_out_of_descriptors(error) => write!(
                    formatter,
                    "the system does not allow this program so many connections: {error}; `ulimit -n` shows the limit"
                ),
                _ => write!(formatter, "cannot connect to {address}: {error}"),
            },
            Unable::Threads(error) => {
                write!(formatter, "each connection takes a thread, and the system starts no more: {error}")
            }
        }
    }
}

/// EMFILE and ENFILE have no kind of their own.
fn is_out_of_descriptors(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

impl Error for Unable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Unable::Connect(_, error) | Unable::Threads(error) => Some(error),
            Unable::Nobody | Unable::Rate(_) | Unable::TooMuchAtOnce { .. } => None,
        }
    }
}
