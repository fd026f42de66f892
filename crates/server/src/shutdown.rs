//! Ending well: what has begun is finished, what has not is not begun, and all of it in bounded time.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::door::Door;

/// So long the threads have to notice that their connections were cut.
const AFTER_CUT: Duration = Duration::from_secs(1);

/// See [`ServerHandle::shutdown`](crate::ServerHandle::shutdown).
// ANCHOR: shutdown
pub(crate) fn shutdown(door: &Door, deadline: Duration) -> Result<(), Unfinished> {
    door.close();
    if door.wait_until_empty(deadline) == 0 {
        return Ok(());
    }
    let cut = door.cut();
    let running = door.wait_until_empty(AFTER_CUT);
    Err(Unfinished { cut, running })
}
// ANCHOR_END: shutdown

/// Not all connections had ended by the deadline of a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// So many connections were cut.
    pub cut: usize,
    /// So many threads run all the same: a handler is busy in each, or in a worker that it waits for. Nothing can end them
    /// from outside.
    pub running: usize,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the deadline has passed, and {} connections were cut", self.cut)?;
        match self.running {
            0 => Ok(()),
            running => write!(formatter, "; {running} threads are still busy"),
        }
    }
}

impl Error for Unfinished {}

#[cfg(unix)]
pub use signals::{Asked, Signals};

#[cfg(unix)]
mod signals {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
    use signal_hook::flag;
    use signal_hook::iterator;

    /// The signals by which a server is asked for something.
    ///
    /// A signal handler interrupts whatever its thread is doing, with whatever locks it holds, so that next to nothing may
    /// be done in it. Here it leaves a note, and a thread that waits in [`wait`](Signals::wait) reads it.
    ///
    /// A second SIGINT or SIGTERM ends the process at once, in whatever state everything is: somebody does not want to
    /// wait. No thread takes part in that, or one that hangs could prevent it.
    #[derive(Debug)]
    pub struct Signals(iterator::SignalsInfo);

    /// What a signal asks for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Asked {
        /// SIGINT, which a terminal sends for Ctrl-C; or SIGTERM, which `kill` sends. The server is to end.
        Stop,
        /// SIGUSR1: how is the server doing?
        Report,
    }

    impl Signals {
        /// From now on these signals are noted.
        ///
        /// # Errors
        ///
        /// If the system refuses.
        // ANCHOR: signals
        pub fn new() -> io::Result<Signals> {
            let once = Arc::new(AtomicBool::new(false));
            for signal in [SIGINT, SIGTERM] {
                // They run in this order: the first signal finds the flag down and raises it, the second finds it up.
                flag::register_conditional_default(signal, Arc::clone(&once))?;
                flag::register(signal, Arc::clone(&once))?;
            }
            Ok(Signals(iterator::Signals::new([SIGINT, SIGTERM, SIGUSR1])?))
        }
        // ANCHOR_END: signals

        /// Blocks until a signal comes.
        pub fn wait(&mut self) -> Asked {
            match self.0.forever().next() {
                Some(SIGUSR1) => Asked::Report,
                _ => Asked::Stop,
            }
        }
    }
}
