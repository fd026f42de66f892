//! The terminal while the coach watches: what is said scrolls by as ever, and below it stands one line that changes.
//!
//! There is no second screen, so that what was said can be scrolled back to, searched, copied, and is still there when the
//! coach has gone. The terminal is in raw mode, so that a key counts at once.

use std::io::{self, IsTerminal, Stdout, Write};
use std::panic;
use std::process;

use anstream::adapter::strip_str;
use crossterm::cursor::{Hide, MoveToColumn, MoveUp, Show};
use crossterm::terminal::{self, Clear, ClearType};
use crossterm::{execute, queue};

use crate::page;

/// Whether somebody sits there: keys can be read, and what is written appears on a terminal that can move its cursor.
pub(crate) fn is_interactive() -> bool {
    let capable = std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb");
    capable && io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// A terminal in raw mode. It is given back as it was found: when this is dropped, and when anything panics.
#[derive(Debug)]
pub(crate) struct Screen {
    stdout: Stdout,
    /// The line at the bottom, as it was written last.
    footer: String,
}

impl Screen {
    pub(crate) fn open() -> io::Result<Screen> {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            restore();
            told(panic);
            // Whichever thread it was, the others would wait for it. What they have started ends with this process.
            process::exit(101);
        }));
        take()?;
        Ok(Screen { stdout: io::stdout(), footer: String::new() })
    }

    /// Writes `text` above the footer, where it stays.
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        self.erase()?;
        self.write(text)?;
        self.write("\n")?;
        self.draw()
    }

    /// Replaces the line at the bottom. `footer` has to fit in the terminal's width.
    pub(crate) fn set_footer(&mut self, footer: String) -> io::Result<()> {
        if footer != self.footer {
            self.erase()?;
            self.footer = footer;
            self.draw()?;
        }
        Ok(())
    }

    /// Stops, with all that belongs to the same job of the shell, until the shell sends it to the foreground again.
    #[cfg(unix)]
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        use rustix::process::{Signal, kill_current_process_group};

        self.erase()?;
        restore();
        kill_current_process_group(Signal::TSTP)?;
        take()?;
        self.draw()
    }

    /// Above the footer is an empty line. A footer that was as wide as the terminal takes several lines after the terminal has
    /// become narrower.
    fn erase(&mut self) -> io::Result<()> {
        if !self.footer.is_empty() {
            let lines = shown(&self.footer).div_ceil(page::columns());
            queue!(self.stdout, MoveUp(u16::try_from(lines).unwrap_or(u16::MAX)))?;
        }
        queue!(self.stdout, MoveToColumn(0), Clear(ClearType::FromCursorDown))
    }

    fn draw(&mut self) -> io::Result<()> {
        if !self.footer.is_empty() {
            self.write(&format!("\n{}", self.footer))?;
        }
        self.stdout.flush()
    }

    /// In raw mode a new line begins in the column where the last one ended, unless it is told to begin at the left.
    fn write(&mut self, text: &str) -> io::Result<()> {
        let text = if page::colors() { text.to_owned() } else { strip_str(text).to_string() };
        self.stdout.write_all(text.replace('\n', "\r\n").as_bytes())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs no cleaning.
        let _ = self.erase();
        restore();
    }
}

fn take() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    execute!(io::stdout(), Hide)
}

fn restore() {
    // As above.
    let _ = execute!(io::stdout(), Show);
    let _ = terminal::disable_raw_mode();
}

/// How many columns `text` takes.
pub(crate) fn shown(text: &str) -> usize {
    strip_str(text).to_string().chars().count()
}
