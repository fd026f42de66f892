//! Servers: a thread per connection, workers that are used again, or workers who look after all connections together.
//!
//! A shop with one assistant serves one customer after the other, and whoever cannot make up their mind holds up the
//! queue. It can hire somebody for each customer who comes in, or keep a few assistants who each turn to the next customer
//! when they are done. In Python that is `threading.Thread(target=serve, args=(connection,))` against
//! `executor.submit(serve, connection)`. Or nobody is given an assistant: the customers look around, and whoever has a
//! question gets one for as long as the answer takes. Python has that in `selectors`, and `asyncio` is made of it.
//!
//! # The strategies
//!
//! | strategy | who accepts | who serves | a silent client costs | one client too many |
//! |---|---|---|---|---|
//! | [`ThreadPerConnection`] | one thread | a new thread | a thread | is turned away, or waits in the backlog |
//! | [`Pooled`] | one thread | a worker of a [pool] | one of the workers | waits in the pool's queue |
//! | [`Accepting`] | each worker | that worker | one of the workers | waits in the backlog |
//! | [`Polled`] | one thread | whichever worker is free, for a frame | some memory | is turned away, or waits in the backlog |
//!
//! They lie side by side in `strategy.rs`, a few lines each, and share everything else. A [`Handler`] says what a frame is
//! answered with; it does not know by which strategy it is called. [`services`] has two of them.
//!
//! # Where a connection goes
//!
//! 1. **The kernel** shakes hands with the client and puts the connection into the *backlog* of the listening socket. The
//!    client is connected now, and nobody here knows of it.
//! 2. **The [`Door`]** takes it out with `accept`, if there is a seat ([`Limits::connections`]), and enters it in its book,
//!    where [`stats`](ServerHandle::stats) finds it.
//! 3. **The strategy** finds a thread for the [`Guest`].
//! 4. **The conversation**: a read, all the frames that it brought, a write with all the answers; and again. Between two
//!    reads the thread lies in the kernel; or it goes on with another conversation, if the strategy has a poller. The
//!    conversation does not know: it goes as far as it can, and says how long the peer has for what comes next.
//! 5. **The leave**: the server says that nothing more will come, listens until the client has said so too, and closes.
//!
//! # What a stranger can do
//!
//! | the client | without care | here |
//! |---|---|---|
//! | connects and is silent | keeps a thread for ever | [`Limits::idle`] |
//! | sends a byte now and then | satisfies the socket's time-out for ever | [`Limits::frame`], [`Limits::rate`] |
//! | asks and never reads | keeps a thread in `write` for ever, or fills the memory | [`Limits::write`]; replies are bounded |
//! | sends a frame without end | fills the memory | the framing's limit |
//! | comes ten thousand times | uses up descriptors and threads | [`Limits::connections`] |
//! | has lost its battery | is waited for | [`Limits::keepalive`], [`Limits::idle`] |
//! | finds a bug in the handler | ends the server | a panic costs one connection |
//!
//! # Invariants
//!
//! 1. There are never more connections in the book than [`Limits::connections`]. A seat is taken before a connection is
//!    entered, and given back after its socket is closed.
//! 2. Each wait for a peer has an end, whatever the peer does: the reads of a frame have one deadline together, and so have
//!    the writes of a piece. Only a limit that is [`Duration::MAX`] waives that.
//! 3. Memory for a connection is bounded: by four times the framing's limit, by 64 KiB of replies, and by what the handler
//!    makes of one frame. While the peer has not taken its replies nothing is read from it. What the client does not take stays in the kernel's buffers, which are bounded too.
//! 4. A frame that has been read is answered before the connection is closed in a shutdown, unless the deadline comes first.
//! 5. After a shutdown has begun no connection is entered in the book; and each that was entered has been told, under the
//!    lock under which it looks before it waits for a frame. So none sleeps through it.
//! 6. Nothing of the handler runs but where its panic is caught, and no failure of `accept` or of starting a thread ends
//!    the thread that accepts.
//!
//! # A tempting mistake
//!
//! A server that is to end sets a flag, and each thread looks at it before it reads:
//!
//! ```text
//! while !stopping.is_set() {
//!     let frame = read_frame(&stream)?;
//!     answer(frame);
//! }
//! ```
//!
//! 1. Alice's client is silent. Her thread has looked at the flag, and sleeps in `read`.
//! 2. Bob sets the flag, and joins all threads.
//! 3. Alice's thread does not look at the flag: it sleeps until her client says something. Bob waits for that.
//!
//! It takes both: the flag, and something that ends the `read`. So Bob also shuts down the reading side of each socket on
//! which somebody waits for a frame, and `read` says that the stream has ended. The flag alone sleeps; and without the
//! flag, a thread that was busy at that moment would go on with the next request. The same goes for `accept`: on Linux
//! shutting down the listening socket ends it, and elsewhere the server connects to itself.
//!
//! # Example
//!
//! ```
//! use std::io::{BufRead, BufReader, Write};
//! use std::net::TcpStream;
//! use std::time::Duration;
//! use framing::Delimited;
//! use server::{Limits, Pooled, Server, services::Echo};
//!
//! let server = Server::bind("127.0.0.1:0")?
//!     .limits(Limits { idle: Duration::from_secs(10), ..Limits::default() })
//!     .start(Pooled::new(4), Delimited::lf(1000), Echo)?;
//!
//! let mut client = BufReader::new(TcpStream::connect(server.local_addr())?);
//! client.get_mut().write_all(b"one\ntwo\n")?;
//! let mut reply = String::new();
//! client.read_line(&mut reply)?;
//! client.read_line(&mut reply)?;
//! assert_eq!(reply, "one\ntwo\n");
//!
//! println!("{}", server.stats());
//! server.shutdown(Duration::from_secs(5))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod services;

mod connection;
mod conversation;
mod door;
mod handler;
mod limits;
#[cfg(unix)]
mod poller;
mod shutdown;
mod stats;
mod strategy;
mod wire;

use std::fmt;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use framing::Framing;
use socket2::{Domain, Protocol, Socket, Type};

use conversation::Conversation;
use door::Report;

pub use door::{Door, Guest};
pub use handler::{Duplex, End, Handler, Replies, Then};
pub use limits::{Limits, WhenFull};
pub use shutdown::Unfinished;
#[cfg(unix)]
pub use shutdown::{Asked, Signals};
pub use stats::{ConnectionStats, State, Stats, Totals};
#[cfg(unix)]
pub use strategy::Polled;
pub use strategy::{Accepting, Pooled, Strategy, ThreadPerConnection};

/// A server that has an address, and does not listen yet.
#[must_use = "nobody is served until it is started"]
pub struct Server {
    socket: Socket,
    limits: Limits,
    report: Report,
}

impl Server {
    /// A server at `address`, with the [limits](Limits) that are usual. Port 0 is whichever port is free.
    ///
    /// # Errors
    ///
    /// If the address cannot be had: it does not belong to this machine, another program has the port, or only root may
    /// have it. Of several addresses, the last one's.
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<Server> {
        let mut failed = io::Error::new(io::ErrorKind::InvalidInput, "there is no such address");
        for address in address.to_socket_addrs()? {
            match bound(address) {
                Ok(socket) => {
                    let report = |line: &str| {
                        // Who does not want to hear about trouble need not.
                        _ = writeln!(io::stderr(), "server: {line}");
                    };
                    return Ok(Server { socket, limits: Limits::default(), report: Box::new(report) });
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// How much it puts up with.
    pub fn limits(self, limits: Limits) -> Server {
        Server { limits, ..self }
    }

    /// Where it reports what goes wrong outside of any connection, in a line of text, and not more than one a second.
    /// By default, standard error.
    pub fn report(self, report: impl Fn(&str) + Send + Sync + 'static) -> Server {
        Server { report: Box::new(report), ..self }
    }

    /// Listens, and serves whoever connects.
    ///
    /// # Errors
    ///
    /// If the address has been taken meanwhile, or if not all threads can be started that the strategy wants.
    pub fn start<F: Framing + Clone + Send + Sync + 'static>(
        self,
        strategy: impl Strategy,
        framing: F,
        handler: impl Handler,
    ) -> io::Result<ServerHandle> {
        self.socket.listen(i32::from(self.limits.backlog))?;
        let service = Arc::new(Conversation { framing, handler });
        let handle =
            ServerHandle { door: Door::new(TcpListener::from(self.socket), self.limits, service, self.report)? };
        // If this fails the handle is dropped, and those threads end that have been started.
        strategy.open(&handle.door)?;
        Ok(handle)
    }
}

fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of the server that was here before may still be on their way to the end, for a minute. They are no
    // reason to wait. On Windows this would mean something else: to share the port with others.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Server");
        debug.field("socket", &self.socket).field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// A server that runs.
///
/// **Dropping** it shuts the server down at once: connections are cut, and the threads have a second to end.
#[must_use = "dropping it shuts the server down"]
pub struct ServerHandle {
    door: Arc<Door>,
}

impl ServerHandle {
    /// The address that it listens at, with the port that it got.
    pub fn local_addr(&self) -> SocketAddr {
        self.door.local_addr()
    }

    /// How it is doing.
    pub fn stats(&self) -> Stats {
        self.door.stats()
    }

    /// Lets nobody in any more, has those who are there finish what they have begun, and blocks until all have left.
    ///
    /// Every request that has been read is answered. A connection that waits for a request is closed at once; one in the
    /// midst of a frame, when that is answered. When `deadline` is over, what is left is cut.
    ///
    /// May be called again, and by several threads at once. From inside a handler it would wait for itself until the
    /// deadline.
    ///
    /// # Errors
    ///
    /// [`Unfinished`] if connections had to be cut. It has taken up to a second more then.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Unfinished> {
        shutdown::shutdown(&self.door, deadline)
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        // Nobody is left to be told how it went.
        _ = self.shutdown(Duration::ZERO);
    }
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerHandle").field("local_addr", &self.local_addr()).finish_non_exhaustive()
    }
}
