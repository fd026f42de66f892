//! The door: who is let in, who has to wait, and who is turned away.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::Thread;
use std::time::{Duration, Instant};

use condvar::Condvar;
use event::Event;
use mutex::Mutex;
use socket2::{SockRef, TcpKeepalive};

use crate::connection::Connection;
#[cfg(unix)]
use crate::conversation::Desk;
use crate::conversation::{Next, Service, Talk};
use crate::handler::End;
use crate::limits::{Limits, WhenFull};
use crate::stats::{Stats, Totals};
use crate::wire::Waiting;

/// How long `accept` is left alone after it has failed, the first time and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// Troubles are reported so often at most: what makes a server fail comes a thousand times a second, and a log that fills
/// the disk is the next trouble.
const REPORTS: Duration = Duration::from_secs(1);

/// Where troubles are reported.
pub(crate) type Report = Box<dyn Fn(&str) + Send + Sync>;

/// A listening socket and all who have come in by it. A [`Strategy`](crate::Strategy) takes its guests from here.
pub struct Door {
    listener: TcpListener,
    local: SocketAddr,
    limits: Arc<Limits>,
    service: Arc<dyn Service>,
    /// Set under the lock of `house`: whoever is entered there has been told to stop, or sees this.
    closed: Event,
    house: Mutex<House>,
    /// A seat is free, a thread has ended, or the door is closed. Few wait here, and each for something else.
    changed: Condvar,
    report: Report,
}

/// Who is there.
#[derive(Default)]
struct House {
    open: BTreeMap<u64, Arc<Connection>>,
    /// How many seats are taken: by those in `open`, and by whoever accepts and has taken one in advance.
    seats: usize,
    threads: usize,
    /// Those that a thread of ours waits for before it ends, the workers of its pool. So nobody else has to.
    workers: usize,
    totals: Totals,
    /// When a trouble was reported last, and how many have not been since.
    reported: Option<Instant>,
    unreported: u64,
}

impl Door {
    pub(crate) fn new(
        listener: TcpListener,
        limits: Limits,
        service: Arc<dyn Service>,
        report: Report,
    ) -> io::Result<Arc<Door>> {
        let local = listener.local_addr()?;
        Ok(Arc::new(Door {
            listener,
            local,
            limits: Arc::new(limits),
            service,
            closed: Event::new(),
            house: Mutex::new(House::default()),
            changed: Condvar::new(),
            report,
        }))
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Starts a thread called `name`. The shutdown waits for its end.
    ///
    /// # Errors
    ///
    /// If the system cannot start another thread. `body` is dropped then.
    pub fn spawn(self: &Arc<Door>, name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.house.lock().threads += 1;
        let staff = Staff(Arc::clone(self));
        model::thread::try_spawn(name, move || {
            let _staff = staff;
            body();
        })?;
        Ok(())
    }

    /// Counts so many workers of a pool among the [`threads`](crate::Stats::threads), until what it returns is dropped. That
    /// has to be by a thread of [`spawn`](Door::spawn), after the workers' end: the shutdown waits for that thread alone.
    #[must_use = "they are counted until it is dropped"]
    pub fn count_in(self: &Arc<Door>, workers: usize) -> impl Send + 'static {
        self.house.lock().workers += workers;
        Workers(Arc::clone(self), workers)
    }

    /// Lets the next guest in. Blocks until one comes, and, if the house is full and the limits say so, until one leaves.
    /// `None`: the door is closed for good.
    ///
    /// Several threads may call this at once. A failure is reported, and survived: after a pause that becomes longer, up to
    /// a second, for what fails because descriptors are used up would fail again at once, and again.
    // ANCHOR: accept
    pub fn accept(self: &Arc<Door>) -> Option<Guest> {
        let mut pause = PAUSES.0;
        loop {
            // In advance, so that nobody is accepted who has no seat.
            let seat = match self.limits.when_full {
                WhenFull::Wait => Some(self.wait_for_seat()?),
                WhenFull::Refuse => None,
            };
            let accepted = self.listener.accept();
            if self.closed.is_set() {
                // Whoever wakes those that accept may have woken only this one.
                self.wake();
                return None;
            }
            match accepted {
                Ok((stream, peer)) => {
                    let Some(seat) = seat.or_else(|| self.try_seat()) else {
                        self.house.lock().totals.refused += 1;
                        self.turn_away(&stream);
                        continue;
                    };
                    return self.admit(stream, peer, seat);
                }
                // The one at the head of the backlog has gone again. There may be others.
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => {}
                Err(error) => {
                    drop(seat);
                    self.trouble("a connection could not be accepted", &error);
                    if self.closed.wait_timeout(pause) {
                        return None;
                    }
                    pause = PAUSES.1.min(2 * pause);
                }
            }
        }
    }
    // ANCHOR_END: accept

    /// Counts a trouble, and reports it if none has been reported just now.
    pub fn trouble(&self, what: &str, error: &io::Error) {
        let mut house = self.house.lock();
        house.totals.troubles += 1;
        if house.reported.is_some_and(|reported| reported.elapsed() < REPORTS) {
            house.unreported += 1;
            return;
        }
        house.reported = Some(Instant::now());
        let unreported = std::mem::take(&mut house.unreported);
        drop(house);
        match unreported {
            0 => (self.report)(&format!("{what}: {error}")),
            _ => (self.report)(&format!("{what}: {error} ({unreported} more troubles since the last report)")),
        }
    }

    fn wait_for_seat(self: &Arc<Door>) -> Option<Seat> {
        let mut house = self.house.lock();
        self.changed.wait_while(&mut house, |house| house.seats >= self.limits.connections && !self.closed.is_set());
        self.seat(&mut house)
    }

    fn try_seat(self: &Arc<Door>) -> Option<Seat> {
        let mut house = self.house.lock();
        if house.seats < self.limits.connections { self.seat(&mut house) } else { None }
    }

    fn seat(self: &Arc<Door>, house: &mut House) -> Option<Seat> {
        if self.closed.is_set() {
            return None;
        }
        house.seats += 1;
        Some(Seat(Arc::clone(self)))
    }

    fn admit(self: &Arc<Door>, stream: TcpStream, peer: SocketAddr, seat: Seat) -> Option<Guest> {
        // Each of these fails if the peer has reset the connection already. The first read will tell.
        let socket = SockRef::from(&stream);
        _ = socket.set_tcp_nodelay(true);
        if self.limits.keepalive < Duration::MAX {
            _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(self.limits.keepalive));
        }
        let local = stream.local_addr().unwrap_or(self.local);
        let connection = Arc::new(Connection::new(stream, local, peer, Arc::clone(&self.limits)));
        let mut house = self.house.lock();
        if self.closed.is_set() {
            drop(house);
            return None;
        }
        house.totals.accepted += 1;
        let number = house.totals.accepted;
        house.open.insert(number, Arc::clone(&connection));
        drop(house);
        Some(Guest { number, connection: Some(connection), talk: None, end: None, seat })
    }

    /// Tells somebody that there is no room. Waits for nothing: this thread has others to let in.
    fn turn_away(&self, mut stream: &TcpStream) {
        if stream.set_nonblocking(true).is_ok() {
            _ = stream.write(&self.service.refusal());
            _ = stream.shutdown(Shutdown::Write);
            // What has come with the connection, so that closing it sends no reset.
            _ = stream.read(&mut [0; 4096]);
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        let house = self.house.lock();
        Stats {
            connections: house.open.values().map(|connection| connection.stats()).collect(),
            threads: house.threads + house.workers,
            totals: house.totals,
        }
    }

    /// Lets nobody in any more, and has those who are there finish what they have begun.
    pub(crate) fn close(&self) {
        let house = self.house.lock();
        self.closed.set();
        house.open.values().for_each(|connection| connection.stop());
        drop(house);
        self.changed.notify_all();
        self.wake();
    }

    /// Blocks until all threads have ended, for `timeout` at most, and says how many have not.
    pub(crate) fn wait_until_empty(&self, timeout: Duration) -> usize {
        let mut house = self.house.lock();
        self.changed.wait_timeout_while(&mut house, timeout, |house| house.threads > 0);
        house.threads
    }

    /// Ends all connections without ceremony, and says how many there were.
    pub(crate) fn cut(&self) -> usize {
        let house = self.house.lock();
        house.open.values().for_each(|connection| connection.cut());
        house.open.len()
    }

    /// Wakes at least one of those that lie in `accept`. The door is closed, so that each who is woken wakes the next.
    #[cfg(target_os = "linux")]
    fn wake(&self) {
        // It wakes all of them, and whoever connects from now on is refused by the system.
        _ = SockRef::from(&self.listener).shutdown(Shutdown::Both);
    }

    /// Wakes at least one of those that lie in `accept`. The door is closed, so that each who is woken wakes the next.
    #[cfg(not(target_os = "linux"))]
    fn wake(&self) {
        // Where a listening socket cannot be shut down, whoever accepts gets a last connection: this one.
        let mut address = self.local;
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        _ = TcpStream::connect_timeout(&address, PAUSES.1);
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Door");
        debug.field("local_addr", &self.local).field("closed", &self.closed).finish_non_exhaustive()
    }
}

/// Somebody who has been let in, and has a seat. Dropped without having been served, it is turned away.
#[must_use = "a guest who is not served is turned away"]
pub struct Guest {
    number: u64,
    /// It is there until the guest is dropped.
    connection: Option<Arc<Connection>>,
    /// It is there from the first word to the last.
    talk: Option<Box<dyn Talk>>,
    end: Option<End>,
    seat: Seat,
}

impl Guest {
    /// How many have been let in, this one included.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Talks with the guest until it leaves. The calling thread does nothing else meanwhile.
    pub fn serve(mut self) {
        let Some(talk) = self.talk(Waiting::InTheCall, &std::thread::current()) else { return };
        self.end = loop {
            // It comes back early when a time-out has struck, and sees for itself that the time is over.
            if let Next::Over(end) = talk.go_on() {
                break Some(end);
            }
        };
    }

    /// Talks with the guest as far as that goes without waiting. `None`: it leaves; otherwise it has so much time for what
    /// it has to do next. `ended`: the poller has seen the end of what it says.
    #[cfg(unix)]
    pub(crate) fn serve_once(&mut self, thread: &Thread, desk: &mut Desk, ended: bool) -> Option<Duration> {
        match self.talk(Waiting::Elsewhere, thread)?.go_on_at(desk, ended) {
            Next::Wait(patience) => Some(patience),
            Next::Over(end) => {
                self.end = Some(end);
                None
            }
        }
    }

    /// The conversation, which is continued by this thread.
    fn talk(&mut self, waiting: Waiting, thread: &Thread) -> Option<&mut dyn Talk> {
        let connection = self.connection.as_ref()?;
        connection.served_by(thread);
        let begin = || Arc::clone(&self.seat.0.service).talk(Arc::clone(connection), waiting);
        Some(&mut **self.talk.get_or_insert_with(begin))
    }

    #[cfg(unix)]
    pub(crate) fn stream(&self) -> Option<&TcpStream> {
        self.connection.as_ref().map(|connection| connection.stream())
    }
}

impl fmt::Debug for Guest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Guest");
        debug.field("number", &self.number).field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let door = &self.seat.0;
        let mut house = door.house.lock();
        let totals = &mut house.totals;
        match &self.end {
            None => totals.refused += 1,
            Some(End::Idle | End::Slow | End::Unread) => totals.lapsed += 1,
            Some(End::Fault(_)) => totals.faults += 1,
            Some(End::Panicked) => totals.panicked += 1,
            Some(End::Closed | End::HungUp | End::Stopped | End::Failed(_)) => {}
        }
        totals.ended += 1;
        house.open.remove(&self.number);
        drop(house);
        // The socket is closed before the seat is given back: whoever takes that will need a descriptor.
        self.talk = None;
        if let Some(connection) = self.connection.take()
            && self.end.is_none()
        {
            door.turn_away(connection.stream());
        }
    }
}

/// A seat in the house, as long as it is not dropped.
#[derive(Debug)]
struct Seat(Arc<Door>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.house.lock().seats -= 1;
        self.0.changed.notify_all();
    }
}

/// A thread that the shutdown waits for, as long as it is not dropped.
struct Staff(Arc<Door>);

impl Drop for Staff {
    fn drop(&mut self) {
        self.0.house.lock().threads -= 1;
        self.0.changed.notify_all();
    }
}

/// Workers of a pool, who are counted as long as this is not dropped.
struct Workers(Arc<Door>, usize);

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.house.lock().workers -= self.1;
    }
}
