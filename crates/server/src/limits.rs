//! How much a server puts up with.

use std::time::Duration;

/// How much a server puts up with.
///
/// A server on the open internet has clients that never wrote a line of its protocol, that fell silent when their battery
/// did, and that mean harm. Whatever a connection holds (a thread, a descriptor, some memory), there has to be a moment at
/// which it is taken back. A [`Duration::MAX`] says that this moment never comes.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use server::{Limits, WhenFull};
///
/// let limits = Limits { connections: 100, when_full: WhenFull::Wait, idle: Duration::from_secs(10), ..Limits::default() };
/// assert_eq!(limits.frame, Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many connections the system may hold ready that nobody has accepted yet. It has a limit of its own. Default: 1024.
    pub backlog: u16,
    /// How many connections there may be at a time, those included that wait for a worker. Default: 1000.
    pub connections: usize,
    /// What becomes of one more. Default: it is refused.
    pub when_full: WhenFull,
    /// How long a peer may be silent between two frames. Default: five minutes.
    pub idle: Duration,
    /// How long a frame may take, from its first byte to its last. Default: 30 seconds.
    pub frame: Duration,
    /// How long it may take the peer to make room for what is written at a time, 64 KiB mostly. Default: 30 seconds.
    pub write: Duration,
    /// How many bytes a second a peer has to send while it is sending a frame, and to take while replies wait for it. Zero
    /// is no limit. Default: 100.
    ///
    /// One byte a second keeps a frame of a megabyte going for twelve days; this ends it long before that.
    pub rate: u32,
    /// For so long the rate does not matter: even good connections hold their breath at times. Default: 5 seconds.
    pub grace: Duration,
    /// How long a peer is listened to after the last reply, until it closes too. Default: a second.
    ///
    /// A socket that is closed while something has arrived and was not read sends a reset, and on some systems that makes
    /// the peer lose the last reply.
    pub linger: Duration,
    /// After so much silence the system asks whether the peer is still there. Default: a minute.
    pub keepalive: Duration,
}

/// What becomes of somebody who connects while there are as many connections as there may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// It is accepted, told [why](crate::Handler::refusal), and closed. Clients learn quickly how it stands.
    #[default]
    Refuse,
    /// It is not accepted: it waits in the backlog, connected and unanswered, until somebody leaves. If the backlog is full
    /// too, the system lets it try again and again.
    Wait,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            backlog: 1024,
            connections: 1000,
            when_full: WhenFull::default(),
            idle: Duration::from_secs(300),
            frame: Duration::from_secs(30),
            write: Duration::from_secs(30),
            rate: 100,
            grace: Duration::from_secs(5),
            linger: Duration::from_secs(1),
            keepalive: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// How much longer to wait for a transfer which has lasted for `elapsed` and brought so many `bytes`, and may last
    /// for `whole` at most. `None`: its time is over.
    pub(crate) fn patience(&self, whole: Duration, elapsed: Duration, bytes: usize) -> Option<Duration> {
        let earned = match self.rate {
            0 => Duration::MAX,
            rate => Duration::try_from_secs_f64(bytes as f64 / f64::from(rate)).unwrap_or(Duration::MAX),
        };
        let end = whole.min(self.grace.saturating_add(earned));
        end.checked_sub(elapsed).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_transfer_ends_with_its_time_or_when_it_falls_behind() {
        let limits = Limits { rate: 10, grace: 2 * SECOND, ..Limits::default() };
        let patience = |elapsed, bytes| limits.patience(10 * SECOND, elapsed, bytes);
        assert_eq!(patience(Duration::ZERO, 0), Some(2 * SECOND));
        assert_eq!(patience(SECOND, 10), Some(2 * SECOND), "a second's bytes are worth a second");
        assert_eq!(patience(3 * SECOND, 10), None);
        assert_eq!(patience(9 * SECOND, 1_000_000), Some(SECOND));
        assert_eq!(patience(10 * SECOND, 1_000_000), None);
    }

    #[test]
    fn without_a_rate_and_an_end_it_goes_on() {
        let limits = Limits { rate: 0, ..Limits::default() };
        assert_eq!(limits.patience(Duration::MAX, Duration::ZERO, 0), Some(Duration::MAX));
    }
}
