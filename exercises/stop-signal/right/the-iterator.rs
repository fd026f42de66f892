//! The signals by which a program is told to end.
//!
//! `signal-hook` has a pipe of its own.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::SignalsInfo;

/// SIGINT, which a terminal sends for Ctrl-C, and SIGTERM, which `kill` sends.
///
/// The first of them is for [`wait`](Signals::wait). A second one ends the process at once, as if nobody had asked for it:
/// no thread takes part in that, and who has started the process sees which signal it was.
pub struct Signals {
    pending: SignalsInfo,
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
            // What a signal does, it does in this order: the first finds the flag down and raises it, the second finds it up.
            flag::register_conditional_default(signal, Arc::clone(&told))?;
            flag::register(signal, Arc::clone(&told))?;
        }
        Ok(Signals { pending: SignalsInfo::new([SIGINT, SIGTERM])? })
    }

    /// Sleeps until a signal comes. If one has come already, returns at once.
    ///
    /// # Errors
    ///
    /// If there is no way to wait.
    pub fn wait(&mut self) -> io::Result<()> {
        self.pending.wait();
        Ok(())
    }
}
