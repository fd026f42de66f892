//! A server in a process of its own: what it takes from the machine is its own then, and nobody else's.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use benches::{HALF_A_MICROSECOND, work};
use clap::{Args, ValueEnum};
use framing::{Delimited, FrameError, Framing};
use server::services::{Echo, Store};
use server::{Accepting, Handler, Limits, Pooled, Replies, Server, ServerHandle, Then, ThreadPerConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// No line or request of an experiment is longer.
const LONGEST: usize = 1 << 20;

/// A request of [`Service::Jobs`] that is as long as this asks for the long job. A shorter one is just echoed.
pub(crate) const LONG: usize = 32;

/// What a server is told when it is started.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct House {
    #[arg(long, value_enum)]
    pub(crate) keeper: Keeper,
    #[arg(long, default_value_t = 8)]
    pub(crate) workers: usize,
    #[arg(long, value_enum, default_value_t = Service::Echo)]
    pub(crate) service: Service,
    /// For how many milliseconds a long job sleeps.
    #[arg(long, default_value_t = 0)]
    pub(crate) sleep: u64,
    /// For about how many milliseconds it computes.
    #[arg(long, default_value_t = 0)]
    pub(crate) burn: u64,
    /// How many milliseconds the server puts up with a client that is silent, or does not read.
    #[arg(long, default_value_t = 300_000)]
    pub(crate) patience: u64,
}

/// Who serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keeper {
    Thread,
    Pool,
    Accept,
    /// With a poller, which is for Unix alone.
    #[cfg(unix)]
    Polled,
    /// Tokio, on one thread. It can echo, and nothing else.
    TokioOne,
    /// Tokio, on a thread for each processor.
    TokioMany,
}

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    /// Lines come back.
    Echo,
    /// What Redis does, a little of it.
    Store,
    /// Lines come back, long ones only after a job.
    Jobs,
}

impl House {
    /// Lines, echoed.
    pub(crate) fn echo(keeper: Keeper, workers: usize) -> House {
        House { keeper, workers, service: Service::Echo, sleep: 0, burn: 0, patience: 300_000 }
    }

    /// The same, with workers enough for so many clients at a time.
    pub(crate) fn for_clients(keeper: Keeper, clients: usize) -> House {
        let workers = match keeper {
            // They serve whoever has something to say. More would only be in each other's way.
            #[cfg(unix)]
            Keeper::Polled => 2,
            _ => clients,
        };
        House::echo(keeper, workers)
    }

    /// As it is written on a command line.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let House { keeper, workers, service, sleep, burn, patience } = self;
        vec![
            format!("--keeper={}", name(keeper)),
            format!("--workers={workers}"),
            format!("--service={}", name(service)),
            format!("--sleep={sleep}"),
            format!("--burn={burn}"),
            format!("--patience={patience}"),
        ]
    }

    /// Serves until standard input ends, which it does at the latest when whoever has started this is gone.
    pub(crate) fn run(&self) -> Result<(), Box<dyn Error>> {
        match self.keeper {
            Keeper::TokioOne => {
                let runtime = Builder::new_current_thread().enable_io().build()?;
                tell_and_wait(serve_with_tokio(runtime)?)?;
            }
            Keeper::TokioMany => {
                let runtime = Builder::new_multi_thread().enable_io().build()?;
                tell_and_wait(serve_with_tokio(runtime)?)?;
            }
            _ => {
                let server = match self.service {
                    Service::Echo => self.start(Delimited::lf(LONGEST), Echo),
                    Service::Store => self.start(Store::framing(LONGEST), Store::new(256 << 20)),
                    Service::Jobs => self.start(Delimited::lf(LONGEST), *self),
                }?;
                tell_and_wait(server.local_addr())?;
            }
        }
        Ok(())
    }

    fn start<F: Framing + Clone + Send + Sync + 'static>(
        &self,
        framing: F,
        handler: impl Handler,
    ) -> io::Result<ServerHandle> {
        let patience = Duration::from_millis(self.patience);
        let limits =
            Limits { connections: 20_000, backlog: 4096, idle: patience, write: patience, ..Limits::default() };
        // Whoever has been sent away for being silent is not listened to for long.
        let limits = Limits { linger: limits.linger.min(patience), ..limits };
        let server = Server::bind("127.0.0.1:0")?.limits(limits);
        match self.keeper {
            Keeper::Pool => server.start(Pooled::new(self.workers), framing, handler),
            #[cfg(unix)]
            Keeper::Polled => server.start(server::Polled::new(self.workers), framing, handler),
            Keeper::Accept => server.start(Accepting::new(self.workers), framing, handler),
            _ => server.start(ThreadPerConnection, framing, handler),
        }
    }
}

/// As it is written on a command line.
fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Jobs are the house's own service: it knows how long they take.
impl Handler for House {
    type Session = ();

    fn begin(&self, _peer: SocketAddr) {}

    fn frame(&self, (): &mut (), frame: &[u8], replies: &mut Replies<'_>) -> Result<Then, FrameError> {
        if frame.len() >= LONG {
            thread::sleep(Duration::from_millis(self.sleep));
            // A number of steps, and not "until the clock says so": with others on the processor it takes longer.
            work(self.burn * 2_000 * HALF_A_MICROSECOND);
        }
        replies.send(frame).map(|()| Then::GoOn)
    }
}

fn tell_and_wait(address: SocketAddr) -> io::Result<()> {
    writeln!(io::stdout(), "{address}")?;
    io::stdin().read_to_end(&mut Vec::new()).map(|_| ())
}

/// As tokio's users would write it, and without a look at what it is that comes back.
fn serve_with_tokio(runtime: Runtime) -> io::Result<SocketAddr> {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    // It ends with the process.
    thread::spawn(move || {
        runtime.block_on(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    // A connection that fails has ended, and that is all.
                    _ = stream.set_nodelay(true);
                    let mut buffer = vec![0; 8 * 1024];
                    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                        if stream.write_all(&buffer[..count]).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
    });
    Ok(address)
}
