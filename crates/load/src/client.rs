//! One who asks, waits for the answers, and looks at the clock.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use framing::{FrameError, FrameReader, Framing};
use socket2::SockRef;

use crate::report::Tally;
use crate::schedule::Schedule;
use crate::service::{Protocol, enclose};
use crate::{Pace, Plan, Run, Until};

/// So long a client listens at the end whether more comes than it has asked for.
const FAREWELL: Duration = Duration::from_secs(1);

/// A connection.
pub(crate) struct Line<F: Framing> {
    replies: FrameReader<Patient, F>,
    /// Something has been answered rightly here.
    is_good: bool,
}

impl<F: Framing> Line<F> {
    pub(crate) fn open(plan: &Plan, framing: F) -> io::Result<Line<F>> {
        let stream = Patient { stream: connect(plan)?, deadline: None };
        Ok(Line { replies: FrameReader::new(stream, framing), is_good: false })
    }

    /// The next reply, if it comes within `patience`, or twice that: a read that has begun in time is waited for.
    fn reply(&mut self, patience: Duration) -> Result<Option<&[u8]>, FrameError> {
        self.replies.get_mut().deadline = Instant::now().checked_add(patience);
        self.replies.read_frame()
    }

    fn stream(&mut self) -> &mut TcpStream {
        &mut self.replies.get_mut().stream
    }
}

/// A stream whose reads have a deadline together. The time-out of a socket begins anew with each byte.
struct Patient {
    stream: TcpStream,
    /// `None` is never.
    deadline: Option<Instant>,
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.read(buffer)
    }
}

/// A connection as everybody here wants it.
pub(crate) fn connect(plan: &Plan) -> io::Result<TcpStream> {
    let timeout = plan.timeout.max(Duration::from_millis(1));
    let stream = TcpStream::connect_timeout(&plan.address, timeout)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    // Closing it resets it. Otherwise each would keep one of the machine's ports for another minute, and of these there
    // are some 28,000: soon nobody could connect any more.
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
    Ok(stream)
}

/// A request on its way.
struct Asked {
    due: Instant,
    is_measured: bool,
}

/// Asks on one connection after the other.
pub(crate) struct Client<'run, P: Protocol> {
    run: &'run Run<'run>,
    protocol: P,
    framing: P::Framing,
    number: usize,
    schedule: Option<Schedule>,
    begun: Instant,
    /// The number of the next request.
    next: u64,
    /// What goes out with one write.
    batch: Vec<Asked>,
    tally: Tally,
    /// Used again and again, for a payload and for what is written.
    scratch: (Vec<u8>, Vec<u8>),
}

impl<'run, P: Protocol> Client<'run, P> {
    pub(crate) fn new(run: &'run Run<'run>, protocol: P, number: usize) -> Client<'run, P> {
        let schedule = match run.plan.pace {
            Pace::Closed { .. } => None,
            Pace::Open { rate, arrivals } => Some(Schedule::new(rate, arrivals, number, run.plan.connections)),
        };
        Client {
            framing: protocol.framing(),
            run,
            protocol,
            number,
            schedule,
            begun: Instant::now(),
            next: 0,
            batch: Vec::new(),
            tally: Tally::default(),
            scratch: Default::default(),
        }
    }

    /// Asks until enough has been asked, or until the server is of no use.
    pub(crate) fn work(mut self, line: Line<P::Framing>) -> Tally {
        // It is broken if not all clients could be started.
        if self.run.begin.wait().is_err() {
            return self.tally;
        }
        self.begun = Instant::now();
        // Its time counts where each request has its own: then this one has shown that there is a server, and is closed.
        let mut line = Some(line).filter(|_| !self.run.plan.reconnect);
        while self.collect() {
            line = match self.exchange(line) {
                Ok(line) => line,
                Err(GaveUp) => {
                    self.tally.gave_up += 1;
                    return self.tally;
                }
            };
            if let Pace::Closed { think } = self.run.plan.pace
                && !think.is_zero()
            {
                thread::sleep(think);
            }
        }
        if let Some(line) = line {
            self.take_leave(line);
        }
        self.tally
    }

    /// Waits until a request is due, and puts it into the batch, with all that are due as well. False: enough has been asked.
    fn collect(&mut self) -> bool {
        let Run { plan, tickets, .. } = self.run;
        // What is too late for the clock is never.
        let measured_from = self.begun.checked_add(plan.warm_up);
        let over = match plan.until {
            Until::Time(time) => measured_from.and_then(|from| from.checked_add(time)),
            Until::Requests(_) => None,
        };
        let mut now = Instant::now();
        self.batch.clear();
        while self.batch.len() < plan.pipeline {
            let due = match &self.schedule {
                None => Some(now),
                Some(schedule) => self.begun.checked_add(schedule.due()),
            };
            // What is due after the end of all times does not come.
            let Some(due) = due.filter(|&due| over.is_none_or(|over| due < over)) else { break };
            if due > now {
                if !self.batch.is_empty() {
                    break;
                }
                thread::sleep(due - now);
                now = Instant::now();
            } else if over.is_some_and(|over| now.saturating_duration_since(over) > plan.timeout) {
                // What was due in time is sent late. But there is an end to that.
                self.tally.unsent += 1;
                self.advance();
                continue;
            }
            let is_measured = measured_from.is_some_and(|from| due >= from);
            if let (true, Until::Requests(count)) = (is_measured, plan.until)
                // ORDERING: Relaxed; each number is given out once, and stands for nothing else.
                && tickets.fetch_add(1, Ordering::Relaxed) >= count
            {
                break;
            }
            self.batch.push(Asked { due, is_measured });
            self.advance();
        }
        !self.batch.is_empty()
    }

    fn advance(&mut self) {
        if let Some(schedule) = &mut self.schedule {
            schedule.advance();
        }
    }

    /// Sends the batch and reads the replies. Returns the connection, if it can be used again.
    fn exchange(&mut self, line: Option<Line<P::Framing>>) -> Result<Option<Line<P::Framing>>, GaveUp> {
        let Run { plan, .. } = self.run;
        let sent = Instant::now();
        let end = self.next + self.batch.len() as u64;
        let mut line = match line.map_or_else(|| Line::open(plan, self.framing.clone()), Ok) {
            Ok(line) => line,
            Err(error) => {
                self.tally.missing += self.batch.len() as u64;
                self.complain(&format!("no new connection: {error}"));
                return Err(GaveUp);
            }
        };
        let ended = self.ask(&mut line, end).and_then(|()| self.read_replies(&mut line, end, sent));
        self.tally.missing += end - self.next;
        self.next = end;
        match ended {
            Ok(()) if plan.reconnect => Ok(None),
            Ok(()) => Ok(Some(line)),
            Err(trouble) => {
                let words = self.words(trouble);
                self.complain(&words);
                // Another connection may do better. Unless it was of no use at all, or this would never end.
                if line.is_good { Ok(None) } else { Err(GaveUp) }
            }
        }
    }

    /// Sends the requests from the next one to `end`.
    fn ask(&mut self, line: &mut Line<P::Framing>, end: u64) -> Result<(), Trouble> {
        let (payload, bytes) = &mut self.scratch;
        bytes.clear();
        for number in self.next..end {
            payload.clear();
            self.protocol.request(self.number, number, payload);
            enclose(&self.framing, payload, bytes);
        }
        Ok(line.stream().write_all(bytes).map_err(FrameError::Io)?)
    }

    /// Reads until the replies to all requests before `end` are there. `self.next` moves along with them.
    fn read_replies(&mut self, line: &mut Line<P::Framing>, end: u64, sent: Instant) -> Result<(), Trouble> {
        let first = self.next;
        let mut wrong = None;
        while self.next < end {
            let Some(reply) = line.reply(self.run.plan.timeout)? else {
                return Err(Trouble::Closed);
            };
            match self.whose(reply, end) {
                Some(number) if number < self.next => self.tally.doubled += 1,
                Some(number) => {
                    let now = Instant::now();
                    self.tally.missing += number - self.next;
                    self.next = number + 1;
                    line.is_good = true;
                    let asked = &self.batch[(number - first) as usize];
                    self.run.watch.add(1);
                    if asked.is_measured {
                        self.tally.answer(now, self.schedule.is_some().then_some(asked.due), sent);
                    }
                }
                None => {
                    self.tally.wrong += 1;
                    wrong.get_or_insert((self.next, beginning(reply)));
                    self.next += 1;
                }
            }
        }
        match wrong {
            None => Ok(()),
            Some((number, reply)) => {
                let mut expected = Vec::new();
                self.protocol.reply(self.number, number, &mut expected);
                Err(Trouble::Wrong { reply, expected: beginning(&expected) })
            }
        }
    }

    /// The number of the request to which this is the reply: the next, one of those before `end` that come later, or one that
    /// has been answered already.
    fn whose(&mut self, reply: &[u8], end: u64) -> Option<u64> {
        let window = self.next.saturating_sub(self.run.plan.pipeline as u64);
        (self.next..end).chain(window..self.next).find(|&number| {
            let (payload, _) = &mut self.scratch;
            payload.clear();
            self.protocol.reply(self.number, number, payload);
            payload == reply
        })
    }

    /// Says that there are no more questions, and listens whether there are more answers.
    fn take_leave(&mut self, mut line: Line<P::Framing>) {
        let patience = FAREWELL.min(self.run.plan.timeout).max(Duration::from_millis(1));
        let stream = line.stream();
        if stream.shutdown(Shutdown::Write).and(stream.set_read_timeout(Some(patience))).is_err() {
            return;
        }
        let begun = Instant::now();
        while let Ok(Some(reply)) = line.reply(patience.saturating_sub(begun.elapsed())) {
            match self.whose(reply, self.next) {
                Some(_) => self.tally.doubled += 1,
                None => {
                    self.tally.wrong += 1;
                    let reply = beginning(reply);
                    self.complain(&format!("{reply} came when nothing had been asked any more"));
                }
            }
        }
    }

    fn complain(&mut self, trouble: &str) {
        self.tally.trouble(format!("client {}: {trouble}", self.number));
    }

    fn words(&self, trouble: Trouble) -> String {
        match trouble {
            Trouble::Closed => "the server closed the connection before it had answered".to_owned(),
            Trouble::Wrong { reply, expected } => format!("{reply} came where {expected} was due"),
            Trouble::Stream(FrameError::Fault(fault)) => {
                format!("what came is no reply (does the server speak this protocol?): {fault}")
            }
            Trouble::Stream(FrameError::Io(error)) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => format!(
                    "no reply within {:?}: the server is stuck, has no thread left, or expects another protocol",
                    self.run.plan.timeout
                ),
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "the server cut the connection".to_owned(),
                _ => format!("the connection failed: {error}"),
            },
        }
    }
}

/// The server is of no use to this client.
struct GaveUp;

/// Why a connection is not used any more.
enum Trouble {
    Closed,
    Wrong { reply: String, expected: String },
    Stream(FrameError),
}

impl From<FrameError> for Trouble {
    fn from(error: FrameError) -> Trouble {
        Trouble::Stream(error)
    }
}

/// What somebody may want to see of a frame.
fn beginning(frame: &[u8]) -> String {
    const ENOUGH: usize = 40;
    let more = if frame.len() > ENOUGH { ".." } else { "" };
    format!("\"{}{more}\"", frame[..frame.len().min(ENOUGH)].escape_ascii())
}
