//! A program that ends well when it is told to: by Ctrl-C, or by `kill`.
//!
//! It says what it is doing. A line on standard input has it go on: one ends the preparations, and one more is the last
//! customer, who leaves.

use std::io::{self, BufRead, Write};

use stop_signal::Signals;

fn main() -> io::Result<()> {
    let mut signals = Signals::new()?;
    let mut customers = io::stdin().lock().lines();
    say("preparing")?;
    customers.next().transpose()?;
    say("waiting for a signal")?;
    signals.wait()?;
    say("finishing")?;
    customers.next().transpose()?;
    say("finished")
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
