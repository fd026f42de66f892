//! Servers as processes, and what the system tells of them.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::house::House;

/// A server that runs. Dropping it ends it.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// This program once more, as a server.
    pub(crate) fn house(house: &House) -> Result<Process, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("house").args(house.arguments());
        // Its standard input ends with this process, however this process ends.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        match line.trim_end().parse() {
            Ok(address) => Ok(Process { child, address }),
            Err(_) => {
                child.kill()?;
                child.wait()?;
                Err(format!("the server {house:?} did not start").into())
            }
        }
    }

    /// Redis itself, with nothing that would write to a disk; `None` if it is not installed.
    pub(crate) fn redis() -> Result<Option<Process>, Box<dyn Error>> {
        // It cannot be asked for a port that is free. This one was a moment ago, and systems hand them out in turns.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &address.port().to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        let mut child = match command.stdin(Stdio::null()).stdout(Stdio::null()).spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > Duration::from_secs(10) {
                child.kill()?;
                child.wait()?;
                return Err("redis-server did not start".into());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(Some(Process { child, address }))
    }

    /// The processor time of all its threads so far, of those too that have ended. To a hundredth of a second, mostly.
    #[cfg(target_os = "linux")]
    pub(crate) fn processor_time(&self) -> Option<f64> {
        let stat = fs::read_to_string(self.proc("stat")).ok()?;
        // The name stands in parentheses and may contain anything. Behind it, user and system time are numbers 12 and 13.
        let mut fields = stat.rsplit(") ").next()?.split(' ').skip(11);
        let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
        Some(ticks / rustix::param::clock_ticks_per_second() as f64)
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn processor_time(&self) -> Option<f64> {
        None
    }

    /// How much of its memory is in use, in MiB; `None` where the system does not tell.
    pub(crate) fn memory(&self) -> Option<f64> {
        self.status("VmRSS:").map(|kilobytes| kilobytes / 1024.0)
    }

    /// How many threads it has.
    pub(crate) fn threads(&self) -> Option<f64> {
        self.status("Threads:")
    }

    fn status(&self, name: &str) -> Option<f64> {
        let status = fs::read_to_string(self.proc("status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
    }

    fn proc(&self, file: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(file)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// What a server did under a load that comes from `redis-benchmark`.
pub(crate) struct Pinged {
    pub(crate) rate: f64,
    pub(crate) requests: f64,
}

/// Lets `redis-benchmark` ping; `None` if it is not installed.
pub(crate) fn redis_benchmark(
    address: SocketAddr,
    connections: usize,
    pipeline: usize,
    requests: u64,
) -> Result<Option<Pinged>, Box<dyn Error>> {
    let words = ["-c", &connections.to_string(), "-P", &pipeline.to_string(), "-n", &requests.to_string()];
    let mut command = Command::new("redis-benchmark");
    command.args(["-p", &address.port().to_string(), "-t", "ping_mbulk", "--csv"]).args(words);
    let output = match command.stderr(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let report = String::from_utf8_lossy(&output.stdout);
    let rate = report.lines().find_map(|line| line.strip_prefix("\"PING_MBULK\",\"")?.split('"').next()?.parse().ok());
    let rate = rate.ok_or_else(|| format!("redis-benchmark says something unexpected: {report}"))?;
    Ok(Some(Pinged { rate, requests: requests as f64 }))
}

/// Allows this process, and those that it starts, as many descriptors as the system will: a thousand connections take as
/// many at both ends.
pub(crate) fn allow_descriptors() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        // If it is refused, an experiment with many connections will say so.
        _ = setrlimit(Resource::Nofile, rustix::process::Rlimit { current: limit.maximum, ..limit });
    }
}
