//! A terminal with nobody before it but a test.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::workshop::target;

/// Longer than anything that is waited for takes on a busy machine, a compilation of the model checker included.
const PATIENCE: Duration = Duration::from_secs(300);

/// The coach, at a terminal.
pub(crate) struct Coach {
    keyboard: File,
    /// The terminal as its programs see it; open, so that its state can be looked at when the coach is gone.
    terminal: File,
    shown: Receiver<Vec<u8>>,
    /// What was shown and has not been waited for yet.
    text: String,
    child: Child,
}

impl Coach {
    /// Starts it in `folder`.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Coach {
        let keyboard = File::from(openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal can be made"));
        grantpt(&keyboard).expect("the terminal can be used");
        unlockpt(&keyboard).expect("the terminal can be used");
        let name = ptsname(&keyboard, Vec::new()).expect("the terminal has a name");
        let name = name.to_str().expect("the name is ASCII");
        let terminal = OpenOptions::new().read(true).write(true).open(name).expect("the terminal can be opened");
        let size = Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).expect("the terminal has a size");

        let end = || terminal.try_clone().expect("a file can be opened twice");
        let child = Command::new(env!("CARGO_BIN_EXE_learn"))
            .args(arguments)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target())
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("the coach can be started");

        let mut screen = keyboard.try_clone().expect("a file can be opened twice");
        let (sender, shown) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Coach { keyboard, terminal, shown, text: String::new(), child }
    }

    /// Waits until `wanted` is shown, and returns what came before it, as far as that has not been waited for.
    #[track_caller]
    pub(crate) fn shows(&mut self, wanted: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.text.find(wanted) {
                let before = self.text.drain(..at).collect();
                self.text.drain(..wanted.len());
                return before;
            }
            match self.shown.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.text += &String::from_utf8_lossy(&bytes),
                Err(_) => panic!("{wanted:?} was not shown; since the last that was:\n{}", self.text),
            }
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the coach can be sent a signal");
    }

    /// Whether the terminal edits lines and shows what is typed, as a shell's does.
    pub(crate) fn terminal_is_in_order(&self) -> bool {
        let modes = tcgetattr(&self.terminal).expect("the terminal has a state").local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Waits until the coach has ended by itself.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "the coach goes on; it has shown:\n{}", self.text);
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Coach {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
