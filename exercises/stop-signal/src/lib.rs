//! The signals by which a program is told to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// SIGINT, which a terminal sends for Ctrl-C, and SIGTERM, which `kill` sends.
///
/// The first of them is for [`wait`](Signals::wait). A second one ends the process at once, as if nobody had asked for it:
/// no thread takes part in that, and who has started the process sees which signal it was.
pub struct Signals {
    told: Arc<AtomicBool>,
}

impl Signals {
    /// From now on these signals are noted. They end the process no more, until one has come.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn new() -> io::Result<Signals> {
        let told = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // The handler raises the flag.
            flag::register(signal, Arc::clone(&told))?;
        }
        Ok(Signals { told })
    }

    /// Sleeps until a signal comes. If one has come already, returns at once.
    ///
    /// # Errors
    ///
    /// If there is no way to wait.
    pub fn wait(&mut self) -> io::Result<()> {
        // ORDERING: Relaxed; the flag is all that there is to see.
        while !self.told.load(Ordering::Relaxed) {
            thread::park();
        }
        Ok(())
    }
}
