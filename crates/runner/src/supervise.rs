//! One child process, watched until it ends.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::group::Group;
use crate::testing;

/// How long to wait, after the group was killed, for the news of it. Only a process that has left its group and still
/// holds our pipes makes us wait in vain.
const AFTERMATH: Duration = Duration::from_secs(5);

/// How much of the beginning, and how much of the end, of a flood is shown.
const SHOWN: usize = 16 << 10;

/// Ends a [`Run`](crate::Run) from another thread.
///
/// Clones cancel the same run. A run that was cancelled stays so.
#[derive(Clone, Debug, Default)]
pub struct Canceller(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    cancelled: bool,
    /// Where to send news of it, as long as somebody watches there.
    watchers: Vec<Weak<SyncSender<Event>>>,
    /// Those that are cancelled with this one.
    followers: Vec<Weak<Mutex<State>>>,
}

impl Canceller {
    /// Ends the run, if it has begun, and keeps it from beginning otherwise: its verdict is
    /// [`Verdict::Cancelled`](crate::Verdict::Cancelled). Does not wait for that.
    pub fn cancel(&self) {
        let mut state = self.state();
        state.cancelled = true;
        for watcher in state.watchers.iter().filter_map(Weak::upgrade) {
            // A channel that is full keeps its watcher awake, and one that is closed has none.
            let _ = watcher.try_send(Event::Cancelled);
        }
        for follower in state.followers.iter().filter_map(Weak::upgrade) {
            Canceller(follower).cancel();
        }
    }

    /// A canceller that is cancelled with this one, and can be cancelled without it.
    pub(crate) fn follower(&self) -> Canceller {
        let follower = Canceller::default();
        let mut state = self.state();
        state.followers.retain(|follower| follower.strong_count() > 0);
        state.followers.push(Arc::downgrade(&follower.0));
        if state.cancelled {
            follower.cancel();
        }
        drop(state);
        follower
    }

    /// Whether [`cancel`](Canceller::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Has news sent to `watcher`; false if it is too late for that.
    fn watch(&self, watcher: &Arc<SyncSender<Event>>) -> bool {
        let mut state = self.state();
        state.watchers.retain(|watcher| watcher.strong_count() > 0);
        state.watchers.push(Arc::downgrade(watcher));
        !state.cancelled
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No critical section can leave the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// News for the thread that watches.
#[derive(Debug)]
enum Event {
    Printed(Stream, Vec<u8>),
    Closed,
    Exited(io::Result<ExitStatus>),
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Stdout,
    Stderr,
}

/// How a child process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Exited(ExitStatus),
    TimedOut,
    Flooded,
    Cancelled,
}

/// A child process that has ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) ending: Ending,
    printed: Printed,
}

/// What a child process printed, both streams in the order in which they came.
#[derive(Debug, Default)]
struct Printed {
    bytes: Vec<u8>,
    /// Of each part the stream that it belongs to, and where it ends.
    parts: Vec<(Stream, usize)>,
}

impl Printed {
    fn push(&mut self, stream: Stream, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.parts.push((stream, self.bytes.len()));
    }
}

impl Ended {
    /// Both streams, in the order in which they came.
    pub(crate) fn output(&self) -> String {
        let printed = &self.printed.bytes;
        if self.ending != Ending::Flooded || printed.len() <= 2 * SHOWN {
            return String::from_utf8_lossy(printed).into_owned();
        }
        let head = String::from_utf8_lossy(&printed[..SHOWN]);
        let tail = String::from_utf8_lossy(&printed[printed.len() - SHOWN..]);
        format!("{head}\n[{} bytes are left out here]\n{tail}", printed.len() - 2 * SHOWN)
    }

    pub(crate) fn stdout(&self) -> String {
        self.stream(Stream::Stdout)
    }

    pub(crate) fn stderr(&self) -> String {
        self.stream(Stream::Stderr)
    }

    fn stream(&self, wanted: Stream) -> String {
        let mut start = 0;
        let mut bytes = Vec::new();
        for &(stream, end) in &self.printed.parts {
            if stream == wanted {
                bytes.extend_from_slice(&self.printed.bytes[start..end]);
            }
            start = end;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// What a child process may use up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) time: Duration,
    /// How much time is left, at most, once it has printed that a test has failed.
    pub(crate) after_failure: Duration,
    /// In bytes.
    pub(crate) output: usize,
}

/// Runs `command` without input until it ends by itself, has used up what its limits allow, or `canceller` is called; and
/// then kills what is left of its process group.
pub(crate) fn supervise(mut command: Command, limits: Limits, canceller: &Canceller) -> io::Result<Ended> {
    // Bounded, so that a child that prints faster than we read has to wait for us.
    let (sender, receiver) = sync_channel(16);
    let sender = Arc::new(sender);
    let mut printed = Printed::default();
    if !canceller.watch(&sender) {
        return Ok(Ended { ending: Ending::Cancelled, printed });
    }

    let group = Group::new()?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = group.spawn(&mut command)?;
    let stdout = child.stdout.take().expect("the standard output is piped");
    let stderr = child.stderr.take().expect("the standard error is piped");
    forward(stdout, Stream::Stdout, &sender)?;
    forward(stderr, Stream::Stderr, &sender)?;
    report_exit(child, &sender)?;
    let ending = watch(&group, &receiver, &mut printed, limits, canceller)?;
    Ok(Ended { ending, printed })
}

/// Sends what comes from `source` as it comes.
fn forward(mut source: impl Read + Send + 'static, stream: Stream, sender: &SyncSender<Event>) -> io::Result<()> {
    let sender = sender.clone();
    thread::Builder::new().name("forward".to_owned()).spawn(move || {
        let mut buffer = [0; 16 << 10];
        // An error is an end too: there is no more to come.
        while let Ok(length @ 1..) = source.read(&mut buffer) {
            if sender.send(Event::Printed(stream, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
        // Fails only if nobody watches any more.
        let _ = sender.send(Event::Closed);
    })?;
    Ok(())
}

/// Sends the news of the child's end.
fn report_exit(mut child: Child, sender: &SyncSender<Event>) -> io::Result<()> {
    let sender = sender.clone();
    thread::Builder::new().name("report exit".to_owned()).spawn(move || {
        // Fails only if nobody watches any more.
        let _ = sender.send(Event::Exited(child.wait()));
    })?;
    Ok(())
}

/// Waits for the end, or brings it about.
fn watch(
    group: &Group,
    receiver: &Receiver<Event>,
    printed: &mut Printed,
    limits: Limits,
    canceller: &Canceller,
) -> io::Result<Ending> {
    let mut ending = None;
    let mut exited = false;
    let mut open = 2;
    // A limit too long for the clock is none.
    let mut deadline = Instant::now().checked_add(limits.time);
    let mut lookout = testing::Lookout::default();
    let mut failed = false;
    while !exited || open > 0 {
        let event = match deadline {
            Some(deadline) => receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())),
            None => receiver.recv().map_err(RecvTimeoutError::from),
        };
        let news = match event {
            Ok(Event::Printed(stream, bytes)) => {
                if !failed && stream == Stream::Stdout && lookout.sees_failure(&bytes) {
                    failed = true;
                    let sooner = Instant::now().checked_add(limits.after_failure);
                    deadline = deadline.into_iter().chain(sooner).min();
                }
                if printed.bytes.len() <= limits.output {
                    printed.push(stream, &bytes);
                }
                (printed.bytes.len() > limits.output).then_some(Ending::Flooded)
            }
            Ok(Event::Closed) => {
                open -= 1;
                None
            }
            Ok(Event::Exited(status)) => {
                exited = true;
                Some(Ending::Exited(status?))
            }
            Ok(Event::Cancelled) => None,
            Err(RecvTimeoutError::Timeout) if ending.is_none() => Some(Ending::TimedOut),
            // The aftermath is over.
            Err(_) => break,
        };
        let news = if canceller.is_cancelled() { Some(news.unwrap_or(Ending::Cancelled)) } else { news };
        if ending.is_none() && news.is_some() {
            ending = news;
            group.kill();
            deadline = Instant::now().checked_add(AFTERMATH);
        }
    }
    Ok(ending.expect("the loop goes on until there is an ending"))
}
