//! A hall in which many guests wait, and a few workers look after all of them.
//!
//! # State
//!
//! | a guest | where it is | next |
//! |---|---|---|
//! | waits for itself | in its place | queued, when the system has news of it or its time is over |
//! | is queued | in its place, and its key in `ready` | with a worker |
//! | is with a worker | taken out of its place | back in it; or gone |
//!
//! Whoever has taken a guest out of its place has it alone. News that come meanwhile are noted in the place, and queue it
//! when it comes back.
//!
//! # Protocol
//!
//! A worker takes the first who is queued, and talks with it as far as that goes without waiting. Who never comes to an end
//! is interrupted: its time is over at once, and it is queued again after those of whom there is news. If nobody is queued,
//! the worker takes the *poller* and asks the system for news of all guests at once; if another one has the poller, it lies down.
//!
//! So one worker alone can be poller and server in turn, and no thread has to be woken between a request and its reply:
//! that would cost as much as the reply. But a handler may take its time, and then somebody else has to take over. That is
//! what the *watch* is for: of the workers that lie down, one looks up twice a millisecond, as long as there is something to
//! do. If the poller has not been asked for all this time, and is not being asked, whoever had it is stuck in a handler. The
//! watch gets to work, and wakes the next one to take its place.
//!
//! # What it costs
//!
//! A silent connection takes some 1.6 KiB; with a thread each it is 19, and a stack in the kernel as well
//! (`cargo run --release -p benches --bin servers -- memory`). With 50 clients who ask as fast as they are answered, a
//! request takes one `read`, one `write`, and a fiftieth part of a question to the system.
//!
//! # Invariants
//!
//! 1. A guest is with one worker at most.
//! 2. Nothing that the system tells is lost. It tells of each change once (edge-triggered, so that nothing has to be armed
//!    again for each request), so a worker goes on until nothing more is there; and what is told while it does is noted.
//! 3. If guests are queued, or nobody asks the system, some worker is at it or on watch. For whoever comes back from the
//!    poller with news wakes somebody, unless there is a watch.
//! 4. Each guest that waits has an alarm, no later than the moment at which its time is over; and whoever asks the
//!    system is back by the first alarm.

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use condvar::Condvar;
// Two well-kept crates know more systems than Linux. `mio` tells of each change once, on all of them, and a descriptor is
// registered without `unsafe`. `polling` wants to be told after each event to go on watching, unless one asks for another
// mode that not all systems have; that would be a call for each request.
use mio::event::Event;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use mutex::{Mutex, MutexGuard};
use slab::Slab;

use crate::conversation::Desk;
use crate::door::Guest;

/// For so long a worker may be busy with what one look has brought before a colleague takes over.
const WATCH: Duration = Duration::from_micros(500);

/// So many news one look brings at most.
const NEWS: usize = 256;

/// No guest has this key.
const WAKER: Token = Token(usize::MAX);

/// Guests who wait, and workers who look after them.
pub(crate) struct Hall {
    state: Mutex<State>,
    /// There is something to do for those who lie down.
    called: Condvar,
    registry: Registry,
    waker: Waker,
}

struct State {
    places: Slab<Place>,
    ready: VecDeque<usize>,
    /// Of those with a place.
    alarms: BTreeSet<(Instant, usize)>,
    /// Whoever has taken it asks the system.
    poller: Option<Poller>,
    /// How many times somebody has come back with it.
    looks: u64,
    /// When whoever has it comes back at the latest.
    back_by: Option<Instant>,
    /// One of those who lie down looks up now and then.
    watched: bool,
    /// Nobody is admitted any more.
    closed: bool,
}

struct Poller {
    poll: Poll,
    events: Events,
}

/// Where a guest waits.
#[derive(Default)]
struct Place {
    /// `None`: it is with a worker.
    guest: Option<Guest>,
    /// There is news that no worker has looked into. If the guest is here, it is queued.
    news: bool,
    /// The guest has said all that it wants to say.
    ended: bool,
    /// When its time is over. `None`: never.
    until: Option<Instant>,
    /// When somebody looks whether it is. It may be earlier, left from before.
    alarm: Option<Instant>,
}

impl Hall {
    pub(crate) fn new() -> io::Result<Hall> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, WAKER)?;
        let state = State {
            places: Slab::new(),
            ready: VecDeque::new(),
            alarms: BTreeSet::new(),
            poller: Some(Poller { poll, events: Events::with_capacity(NEWS) }),
            looks: 0,
            back_by: None,
            watched: false,
            closed: false,
        };
        Ok(Hall { state: Mutex::new(state), called: Condvar::new(), registry, waker })
    }

    /// Gives a guest its place.
    ///
    /// # Errors
    ///
    /// If the system cannot watch it. The guest is turned away.
    pub(crate) fn admit(&self, guest: Guest) -> io::Result<()> {
        let Some(descriptor) = guest.stream().map(AsRawFd::as_raw_fd) else { return Ok(()) };
        guest.stream().map_or(Ok(()), |stream| stream.set_nonblocking(true))?;
        let mut state = self.state.lock();
        let key = state.places.insert(Place { guest: Some(guest), ..Place::default() });
        // At once there is news: that it may be written to. So a worker begins the conversation. When the socket is closed
        // the system forgets it.
        let interest = Interest::READABLE | Interest::WRITABLE;
        let watched = self.registry.register(&mut SourceFd(&descriptor), Token(key), interest);
        let refused = watched.is_err().then(|| state.places.remove(key));
        drop(state);
        // The door is told without the lock.
        drop(refused);
        watched
    }

    /// Lets the workers end when the last guest has left.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.call_all();
    }

    fn call_all(&self) {
        self.called.notify_all();
        self.wake();
    }

    /// Has whoever asks the system come back.
    fn wake(&self) {
        // It would fail if this had been called more often than a counter of 64 bits can tell.
        _ = self.waker.wake();
    }

    // ANCHOR: work
    /// What a worker does until the hall is closed and empty.
    pub(crate) fn work(&self) {
        let (thread, mut desk) = (std::thread::current(), Desk::default());
        let mut state = self.state.lock();
        loop {
            if let Some((key, mut guest, ended)) = state.next() {
                drop(state);
                let patience = guest.serve_once(&thread, &mut desk, ended);
                state = self.state.lock();
                match patience {
                    Some(patience) => self.put_back(&mut state, key, guest, patience),
                    None => {
                        state.remove(key);
                        drop(state);
                        drop(guest);
                        state = self.state.lock();
                    }
                }
            } else if state.is_over() {
                return self.call_all();
            } else if let Some(poller) = state.poller.take() {
                state = self.ask(state, poller);
            } else {
                self.lie_down(&mut state);
            }
        }
    }
    // ANCHOR_END: work

    /// Asks the system for news, and waits for them.
    fn ask<'hall>(&'hall self, mut state: MutexGuard<'hall, State>, mut poller: Poller) -> MutexGuard<'hall, State> {
        state.back_by = state.alarms.first().map(|&(alarm, _)| alarm);
        let timeout = state.back_by.map(|alarm| alarm.saturating_duration_since(Instant::now()));
        drop(state);
        if poller.poll.poll(&mut poller.events, timeout).is_err() {
            // A signal came first. There is nothing else that could fail here, and nobody to tell.
            poller.events.clear();
        }
        let mut state = self.state.lock();
        poller.events.iter().for_each(|event| state.hear(event));
        state.ring(Instant::now());
        state.poller = Some(poller);
        state.looks += 1;
        if !state.watched && !state.ready.is_empty() {
            // Invariant 3.
            self.called.notify_one();
        }
        state
    }

    /// Sleeps until the others need help, or all is over. One of those who sleep is on watch.
    fn lie_down(&self, state: &mut MutexGuard<'_, State>) {
        while !state.is_over() {
            if !state.watched {
                state.watched = true;
                let needed = self.watch(state);
                state.watched = false;
                if needed {
                    // Invariant 3: somebody else is the watch now.
                    self.called.notify_one();
                    return;
                }
            }
            self.called.wait(state);
        }
    }

    /// Looks up now and then, as long as there is something to do. True: the others need help.
    fn watch(&self, state: &mut MutexGuard<'_, State>) -> bool {
        loop {
            let looks = state.looks;
            self.called.wait_timeout(state, WATCH);
            if state.looks == looks || state.is_over() {
                // Either somebody asks, and nothing has come meanwhile; or nobody has got round to it.
                return state.poller.is_some();
            }
        }
    }

    /// The guest waits in its place again, and has so much time.
    fn put_back(&self, state: &mut State, key: usize, guest: Guest, patience: Duration) {
        let place = &mut state.places[key];
        place.guest = Some(guest);
        place.until = Instant::now().checked_add(patience);
        if place.news {
            state.ready.push_back(key);
        }
        let is_earlier = state.set_alarm(key);
        if is_earlier && state.poller.is_none() {
            // Invariant 4.
            self.wake();
        }
    }
}

impl State {
    fn is_over(&self) -> bool {
        self.closed && self.places.is_empty()
    }

    /// Takes the first who is queued, and tells whether it has said all.
    fn next(&mut self) -> Option<(usize, Guest, bool)> {
        let key = self.ready.pop_front()?;
        let place = &mut self.places[key];
        place.news = false;
        place.guest.take().map(|guest| (key, guest, place.ended))
    }

    /// There is news of a guest. If it is with a worker, that is noted (invariant 2).
    fn tell(&mut self, key: usize) {
        // What is told of the last guest in a place, after it has left, does no harm to the next.
        if let Some(place) = self.places.get_mut(key)
            && !place.news
        {
            place.news = true;
            if place.guest.is_some() {
                self.ready.push_back(key);
            }
        }
    }

    fn hear(&mut self, event: &Event) {
        let Token(key) = event.token();
        self.tell(key);
        if let Some(place) = self.places.get_mut(key) {
            place.ended |= event.is_read_closed();
        }
    }

    /// Makes sure that the alarm of this place rings before its guest's time is over. It is left alone if it rings earlier:
    /// so nothing has to be done about it for each request. True: it rings before whoever asks is back.
    fn set_alarm(&mut self, key: usize) -> bool {
        let place = &mut self.places[key];
        let Some(until) = place.until.filter(|&until| place.alarm.is_none_or(|alarm| until < alarm)) else {
            return false;
        };
        if let Some(alarm) = place.alarm.replace(until) {
            self.alarms.remove(&(alarm, key));
        }
        self.alarms.insert((until, key));
        self.back_by.is_none_or(|back_by| until < back_by)
    }

    /// Queues those whose time is over.
    fn ring(&mut self, now: Instant) {
        while let Some(&(alarm, key)) = self.alarms.first()
            && alarm <= now
        {
            self.alarms.pop_first();
            let place = &mut self.places[key];
            place.alarm = None;
            if place.until.is_some_and(|until| until <= now) {
                self.tell(key);
            } else {
                self.set_alarm(key);
            }
        }
    }

    fn remove(&mut self, key: usize) {
        if let Some(alarm) = self.places.remove(key).alarm {
            self.alarms.remove(&(alarm, key));
        }
    }
}
