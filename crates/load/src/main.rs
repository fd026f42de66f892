//! `load`: asks a server as often as it is told, checks every answer, and says how long they took.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use load::{Arrivals, Command, Frames, Pace, Plan, Report, Service, Unable, Until, Watch};

/// Asks a server as often as it is told, checks every answer, and says how long they took.
///
/// Without --rate each connection asks again as soon as it has been answered: that shows how much the server can do. With
/// --rate requests are due on a schedule, whatever the server does, and the time counts from when they were due: that shows
/// how long people wait.
#[derive(Debug, Parser)]
#[command(max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

const EXIT_CODES: &str = "\
It ends with
  0  if each request was answered once, and rightly
  1  if a reply was missing, wrong, or came twice
  2  if it could not do its work, and says why";

#[derive(Debug, Subcommand)]
enum What {
    /// Sends frames that have to come back.
    Echo {
        /// How messages are told apart.
        #[arg(long, value_enum, default_value_t = Framing::Lines)]
        framing: Framing,
        #[command(flatten)]
        knobs: Knobs,
    },
    /// Speaks Redis' protocol.
    Resp {
        /// What is asked for.
        #[arg(long, value_enum, default_value_t = Words::Ping)]
        command: Words,
        #[command(flatten)]
        knobs: Knobs,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Framing {
    /// A line feed after each.
    Lines,
    /// Four bytes with the length, the highest first, before each.
    Length,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Words {
    /// PING with a text, which has to come back; with --size 0, PING alone.
    Ping,
    /// SET, on a key for each connection.
    Set,
    /// SET and GET in turns.
    SetGet,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Spread {
    /// With the same distance.
    Even,
    /// At random, as requests of strangers come.
    Poisson,
}

#[derive(Debug, Args)]
struct Knobs {
    /// Who is asked.
    #[arg(long, default_value = "127.0.0.1:7878")]
    address: String,

    /// How many connections ask, each in a thread of its own.
    #[arg(long, short, value_name = "COUNT", default_value = "10")]
    connections: NonZeroUsize,

    /// How many requests a connection sends at once, at most.
    #[arg(long, value_name = "COUNT", default_value = "1")]
    pipeline: NonZeroUsize,

    /// How many bytes each request carries.
    #[arg(long, value_name = "BYTES", default_value_t = 64)]
    size: usize,

    /// How many requests are due a second, of all connections together.
    #[arg(long, value_name = "COUNT", conflicts_with = "think")]
    rate: Option<f64>,

    /// How requests that are due are spread.
    #[arg(long, value_enum, default_value_t = Spread::Even, requires = "rate")]
    arrivals: Spread,

    /// How long a connection waits after each answer before it asks again. Seconds.
    #[arg(long, value_name = "SECONDS", default_value = "0")]
    think: Seconds,

    /// How long to measure. Seconds.
    #[arg(long, value_name = "SECONDS", default_value = "5", conflicts_with = "requests")]
    seconds: Seconds,

    /// How many requests to measure, instead of a time.
    #[arg(long, value_name = "COUNT")]
    requests: Option<u64>,

    /// How long to ask before that, unmeasured. Seconds.
    #[arg(long, value_name = "SECONDS", default_value = "1")]
    warm_up: Seconds,

    /// Make a new connection for each request, and close it when the answer is there.
    #[arg(long)]
    reconnect: bool,

    /// After how long without a reply it is given up. Seconds.
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    timeout: Seconds,

    /// How many connections there are beside that never say anything.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    idle: usize,

    /// How many connections there are beside that ask all they can and read a hundred bytes a second.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    slow: usize,

    /// Where to write the report as JSON. `-` is standard output, and then there is no table.
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
}

/// A time that somebody typed.
#[derive(Clone, Copy, Debug)]
struct Seconds(Duration);

impl std::str::FromStr for Seconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Seconds, &'static str> {
        // A day is more than anybody means, and small enough for every clock.
        let seconds = text.parse().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
        seconds.map(|seconds| Seconds(Duration::from_secs_f64(seconds))).ok_or("a number of seconds, up to a day")
    }
}

impl What {
    fn plan(&self) -> Result<(Plan, &Knobs), Failed> {
        let (service, knobs) = match self {
            What::Echo { framing: Framing::Lines, knobs } => (Service::Echo(Frames::Lines), knobs),
            What::Echo { framing: Framing::Length, knobs } => (Service::Echo(Frames::Length), knobs),
            What::Resp { command: Words::Ping, knobs } => (Service::Resp(Command::Ping), knobs),
            What::Resp { command: Words::Set, knobs } => (Service::Resp(Command::Set), knobs),
            What::Resp { command: Words::SetGet, knobs } => (Service::Resp(Command::SetGet), knobs),
        };
        let arrivals = match knobs.arrivals {
            Spread::Even => Arrivals::Even,
            Spread::Poisson => Arrivals::Poisson,
        };
        let plan = Plan {
            address: address(&knobs.address)?,
            service,
            size: knobs.size,
            connections: knobs.connections.get(),
            pipeline: knobs.pipeline.get(),
            pace: knobs.rate.map_or(Pace::Closed { think: knobs.think.0 }, |rate| Pace::Open { rate, arrivals }),
            warm_up: knobs.warm_up.0,
            until: knobs.requests.map_or(Until::Time(knobs.seconds.0), Until::Requests),
            reconnect: knobs.reconnect,
            timeout: knobs.timeout.0,
            idle: knobs.idle,
            slow: knobs.slow,
        };
        Ok((plan, knobs))
    }
}

fn address(text: &str) -> Result<SocketAddr, Failed> {
    let found = text.to_socket_addrs().map(|mut addresses| addresses.next());
    match found {
        Ok(Some(address)) => Ok(address),
        Ok(None) => Err(Failed::Address(text.to_owned(), ErrorKind::NotFound.into())),
        Err(error) => Err(Failed::Address(text.to_owned(), error)),
    }
}

/// Why there is no report, or none where it should be.
#[derive(Debug)]
enum Failed {
    Address(String, io::Error),
    Run(Unable),
    Write(String, io::Error),
}

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Address(address, error) if error.kind() == ErrorKind::InvalidInput => {
                write!(formatter, "{address} is not an address: it takes a host and a port, such as 127.0.0.1:7878")
            }
            Failed::Address(address, error) => write!(formatter, "cannot find out where {address} is: {error}"),
            Failed::Run(unable) => unable.fmt(formatter),
            Failed::Write(file, error) => write!(formatter, "cannot write {file}: {error}"),
        }
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse().what) {
        Ok(report) if report.is_faultless() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failed) => {
            // If nobody listens there, the exit code says it.
            _ = writeln!(io::stderr(), "load: {failed}");
            ExitCode::from(2)
        }
    }
}

fn run(what: &What) -> Result<Report, Failed> {
    let (plan, knobs) = what.plan()?;
    let watch = Watch::default();
    let report = thread::scope(|scope| {
        let running = scope.spawn(|| plan.run_watched(&watch));
        show_progress(&plan, &watch, || running.is_finished());
        running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    let report = report.map_err(Failed::Run)?;
    let to_stdout = |text: &str| {
        let written = writeln!(io::stdout(), "{text}");
        written.map_err(|error| Failed::Write("to standard output".to_owned(), error))
    };
    match knobs.json.as_deref() {
        None => to_stdout(report.to_string().trim_end())?,
        Some("-") => to_stdout(&json(&report)?)?,
        Some(file) => {
            to_stdout(report.to_string().trim_end())?;
            fs::write(file, json(&report)? + "\n").map_err(|error| Failed::Write(file.to_owned(), error))?;
        }
    }
    Ok(report)
}

fn json(report: &Report) -> Result<String, Failed> {
    serde_json::to_string_pretty(report).map_err(|error| Failed::Write("the report".to_owned(), error.into()))
}

/// Shows a bar on standard error until it is `over`, if that is a terminal.
fn show_progress(plan: &Plan, watch: &Watch, over: impl Fn() -> bool) {
    const BLINK: Duration = Duration::from_millis(100);
    let begun = Instant::now();
    let whole = match plan.until {
        Until::Time(time) => (plan.warm_up + time).as_millis() as u64,
        Until::Requests(count) => count,
    };
    let style = ProgressStyle::with_template("{bar:40} {msg}").expect("the template is well-formed");
    // It draws nothing where there is no terminal.
    let bar = ProgressBar::new(whole).with_style(style);
    while !over() {
        let answered = watch.answered();
        bar.set_position(match plan.until {
            Until::Time(_) => begun.elapsed().as_millis() as u64,
            Until::Requests(_) => answered,
        });
        bar.set_message(format!("{answered} answered"));
        thread::sleep(BLINK);
    }
    bar.finish_and_clear();
}
