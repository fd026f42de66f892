//! Wrong: the handlers of a signal run in the order in which they were registered. Here the first signal raises the flag, finds
//! it up, and ends the process.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::pipe;

/// SIGINT, which a terminal sends for Ctrl-C, and SIGTERM, which `kill` sends.
///
/// The first of them is for [`wait`](Signals::wait). A second one ends the process at once, as if nobody had asked for it:
/// no thread takes part in that, and who has started the process sees which signal it was.
pub struct Signals {
    /// The handlers write a byte at the other end.
    notes: UnixStream,
}

impl Signals {
    /// From now on these signals are noted. They end the process no more, until one has come.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn new() -> io::Result<Signals> {
        let (notes, pen) = UnixStream::pair()?;
        let told = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            flag::register(signal, Arc::clone(&told))?;
            flag::register_conditional_default(signal, Arc::clone(&told))?;
            pipe::register(signal, pen.try_clone()?)?;
        }
        Ok(Signals { notes })
    }

    /// Sleeps until a signal comes. If one has come already, returns at once.
    ///
    /// # Errors
    ///
    /// If there is no way to wait.
    pub fn wait(&mut self) -> io::Result<()> {
        self.notes.read_exact(&mut [0])
    }
}
