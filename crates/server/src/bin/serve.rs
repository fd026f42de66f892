//! `serve`: an echo server, or a store that Redis' clients can talk to, on whichever strategy.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use framing::{Delimited, Framing, LengthPrefixed, Width};
use server::services::{Echo, Store};
use server::{Accepting, Handler, Limits, Pooled, Server, ServerHandle, ThreadPerConnection, WhenFull};
#[cfg(unix)]
use server::{Asked, Polled, Signals};

/// Serves whoever connects: with a thread per connection, workers that are used again, or workers who look after all.
///
/// Ctrl-C or SIGTERM lets nobody in any more, and ends when what has begun is answered; a second one ends at once. SIGUSR1
/// prints what each connection is doing.
#[derive(Debug, Parser)]
#[command(after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    service: Service,
}

const EXIT_CODES: &str = "\
It ends with
  0  if it was told to end, and all connections had ended by the deadline
  1  if connections had to be cut
  2  if it could not do its work, and says why";

#[derive(Debug, Subcommand)]
enum Service {
    /// Answers each frame with the same frame.
    Echo {
        /// How messages are told apart.
        #[arg(long, value_enum, default_value_t = Frames::Lines)]
        framing: Frames,
        #[command(flatten)]
        knobs: Knobs,
    },
    /// A store that redis-cli and redis-benchmark can talk to: PING, ECHO, SET, GET, DEL, INFO, QUIT.
    Resp {
        /// How much may be stored, about, in bytes.
        #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
        memory: usize,
        #[command(flatten)]
        knobs: Knobs,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Frames {
    /// A line feed after each.
    Lines,
    /// Four bytes with the length, the highest first, before each.
    Length,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    /// A thread for each connection.
    Thread,
    /// A thread that accepts, and a pool of workers.
    Pool,
    /// Workers that accept themselves.
    Accept,
    /// Workers that turn to whichever connection has something for them.
    #[cfg(unix)]
    Polled,
}

#[derive(Debug, Args)]
struct Knobs {
    /// Where to listen. Anybody who can reach this address is served: 127.0.0.1 is this machine alone.
    #[arg(long, default_value = "127.0.0.1:7878")]
    address: String,

    /// Who serves a connection.
    #[arg(long, value_enum, default_value_t = Who::Thread)]
    strategy: Who,

    /// How many workers `pool`, `accept` and `polled` have. A silent connection keeps one, but for `polled`.
    #[arg(long, value_name = "COUNT", default_value = "16")]
    workers: NonZeroUsize,

    /// How many connections there may be at a time.
    #[arg(long, value_name = "COUNT", default_value = "1000")]
    connections: NonZeroUsize,

    /// What becomes of one more: it is told so, or it waits unanswered.
    #[arg(long, value_enum, default_value_t = Full::Refuse)]
    when_full: Full,

    /// How many connections the system holds ready to be accepted.
    #[arg(long, value_name = "COUNT", default_value_t = 1024)]
    backlog: u16,

    /// How long a frame may be.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    longest: usize,

    /// How long a connection may be silent between two frames. Seconds, or `off`.
    #[arg(long, value_name = "SECONDS", default_value = "300")]
    idle: Patience,

    /// How long a frame may take from its first byte to its last. Seconds, or `off`.
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    frame: Patience,

    /// How long a peer may take to make room for replies. Seconds, or `off`.
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    write: Patience,

    /// How fast a peer has to be at least while a frame or a reply is under way, in bytes a second. 0 is no limit.
    #[arg(long, value_name = "BYTES", default_value_t = 100)]
    rate: u32,

    /// For how long the rate does not matter. Seconds, or `off`: then it never does.
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    grace: Patience,

    /// How long a peer is listened to after the last reply. Seconds.
    #[arg(long, value_name = "SECONDS", default_value = "1")]
    linger: Patience,

    /// After how much silence the system asks whether the peer is there. Seconds, or `off`.
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    keepalive: Patience,

    /// How long connections have to finish when the server is told to end. Seconds, or `off`.
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    drain: Patience,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Full {
    /// It is accepted, told so, and closed.
    Refuse,
    /// It is not accepted until somebody leaves.
    Wait,
}

/// A time that somebody typed.
#[derive(Clone, Copy, Debug)]
struct Patience(Duration);

impl std::str::FromStr for Patience {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Patience, &'static str> {
        if text == "off" {
            return Ok(Patience(Duration::MAX));
        }
        let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        seconds.map(Patience).ok_or("a number of seconds, or `off`")
    }
}

impl Knobs {
    fn limits(&self) -> Limits {
        Limits {
            backlog: self.backlog,
            connections: self.connections.get(),
            when_full: match self.when_full {
                Full::Refuse => WhenFull::Refuse,
                Full::Wait => WhenFull::Wait,
            },
            idle: self.idle.0,
            frame: self.frame.0,
            write: self.write.0,
            rate: self.rate,
            grace: self.grace.0,
            linger: self.linger.0,
            keepalive: self.keepalive.0,
        }
    }

    fn start<F: Framing + Clone + Send + Sync + 'static>(
        &self,
        framing: F,
        handler: impl Handler,
    ) -> Result<ServerHandle, Unable> {
        let addresses: Vec<SocketAddr> = match self.address.to_socket_addrs() {
            Ok(addresses) => addresses.collect(),
            Err(error) => return Err(Unable::NoAddress(self.address.clone(), error)),
        };
        let unable = |error| Unable::Start(self.address.clone(), error);
        let server = Server::bind(&addresses[..]).map_err(unable)?.limits(self.limits());
        match self.strategy {
            Who::Thread => server.start(ThreadPerConnection, framing, handler),
            Who::Pool => server.start(Pooled::new(self.workers.get()), framing, handler),
            Who::Accept => server.start(Accepting::new(self.workers.get()), framing, handler),
            #[cfg(unix)]
            Who::Polled => server.start(Polled::new(self.workers.get()), framing, handler),
        }
        .map_err(unable)
    }
}

/// Why there is no server.
#[derive(Debug)]
enum Unable {
    NoAddress(String, io::Error),
    Start(String, io::Error),
    Signals(io::Error),
}

impl fmt::Display for Unable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unable::NoAddress(address, error) if error.kind() == ErrorKind::InvalidInput => {
                write!(formatter, "{address} is not an address: it takes a host and a port, such as 127.0.0.1:7878")
            }
            Unable::NoAddress(address, error) => write!(formatter, "cannot find out where {address} is: {error}"),
            Unable::Start(address, error) => match error.kind() {
                ErrorKind::AddrInUse => write!(
                    formatter,
                    "another program listens at {address} already; end it, or choose another port with --address"
                ),
                ErrorKind::AddrNotAvailable => {
                    write!(
                        formatter,
                        "{address} does not belong to this machine; 127.0.0.1 does, and 0.0.0.0 is all of it"
                    )
                }
                ErrorKind::PermissionDenied => write!(
                    formatter,
                    "listening at {address} is not allowed: ports below 1024 are kept for the system; choose a higher one"
                ),
                _ => write!(formatter, "cannot serve at {address}: {error}"),
            },
            Unable::Signals(error) => write!(formatter, "cannot wait for signals: {error}"),
        }
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse().service) {
        Ok(code) => code,
        Err(unable) => {
            say(&format!("serve: {unable}"));
            ExitCode::from(2)
        }
    }
}

fn run(service: &Service) -> Result<ExitCode, Unable> {
    let signals = Signals::new().map_err(Unable::Signals)?;
    let (handle, knobs) = match service {
        Service::Echo { framing: Frames::Lines, knobs } => (knobs.start(Delimited::lf(knobs.longest), Echo)?, knobs),
        Service::Echo { framing: Frames::Length, knobs } => {
            (knobs.start(LengthPrefixed::new(Width::Four, knobs.longest), Echo)?, knobs)
        }
        Service::Resp { memory, knobs } => (knobs.start(Store::framing(knobs.longest), Store::new(*memory))?, knobs),
    };
    say(&format!("serve: listening at {}", handle.local_addr()));
    wait(signals, &handle);
    say("serve: letting nobody in any more, and finishing what has begun; once more ends at once");
    Ok(match handle.shutdown(knobs.drain.0) {
        Ok(()) => ExitCode::SUCCESS,
        Err(unfinished) => {
            say(&format!("serve: {unfinished}"));
            ExitCode::FAILURE
        }
    })
}

/// Blocks until the server is to end.
#[cfg(unix)]
fn wait(mut signals: Signals, handle: &ServerHandle) {
    while signals.wait() == Asked::Report {
        say(&handle.stats().to_string());
    }
}

/// Where there are no Unix signals, Ctrl-C ends the process at once.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals)
    }
}

#[cfg(not(unix))]
fn wait(_signals: Signals, _handle: &ServerHandle) {
    loop {
        std::thread::park();
    }
}

/// Says something on standard error. If nobody listens there, the server goes on.
fn say(line: &str) {
    _ = writeln!(io::stderr(), "{line}");
}
