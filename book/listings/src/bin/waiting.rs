//! Two threads wait for a second, one awake and one asleep. What did it cost?
//!
//! Linux only: it reads what the kernel knows about its threads from `/proc`.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use listings::flag::{Sleeping, Spinning};

// ANCHOR: waiting
fn main() -> io::Result<()> {
    let (spinning, sleeping) = (Spinning::new(), Sleeping::new());
    std::thread::scope(|scope| {
        let named = |name: &str| std::thread::Builder::new().name(name.to_owned());
        named("spins").spawn_scoped(scope, || spinning.wait())?;
        named("sleeps").spawn_scoped(scope, || sleeping.wait())?;
        std::thread::sleep(Duration::from_secs(1));
        let said = tell(Path::new("/proc/self/task"));
        spinning.raise();
        sleeping.raise();
        said
    })
}
// ANCHOR_END: waiting

/// Prints for each thread its state, how much time of a processor it took, and how often it gave a processor up itself.
fn tell(tasks: &Path) -> io::Result<()> {
    println!("{:<8}{:>8}{:>14}{:>12}", "thread", "state", "time taken", "gave up");
    for task in fs::read_dir(tasks)? {
        let folder = task?.path();
        let status = fs::read_to_string(folder.join("status"))?;
        let line = |key: &str| {
            let found = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            found.unwrap_or_default().trim()
        };
        // The first number is the time on a processor, in nanoseconds.
        let schedstat = fs::read_to_string(folder.join("schedstat"))?;
        let nanoseconds: u64 = schedstat.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let state = line("State").chars().next().unwrap_or('?');
        println!(
            "{:<8}{state:>8}{:>11} ms{:>12}",
            line("Name"),
            nanoseconds / 1_000_000,
            line("voluntary_ctxt_switches")
        );
    }
    Ok(())
}
