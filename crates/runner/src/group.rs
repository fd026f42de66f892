//! Process groups that end with us.

use std::io;
use std::process::{Child, Command};

#[cfg(unix)]
mod platform {
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;

    use rustix::process::{Pid, Signal, kill_process_group};

    use super::{Child, Command, io};

    /// The keeper's whole life. Its input is a pipe that nobody ever writes to, so `read` returns when the other end is
    /// gone, and 0 stands for the group that the keeper itself belongs to. A signal from a terminal must not drive it
    /// from its post.
    const KEEPER: &str = "trap '' HUP INT QUIT TERM; read -r _; kill -KILL 0";

    /// A process group in which, beside what we run, lives a keeper that kills it when we are gone.
    #[derive(Debug)]
    pub(crate) struct Group {
        keeper: Child,
    }

    impl Group {
        pub(crate) fn new() -> io::Result<Group> {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", KEEPER]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            Ok(Group { keeper: shell.process_group(0).spawn()? })
        }

        /// Starts `command` as a member.
        pub(crate) fn spawn(&self, command: &mut Command) -> io::Result<Child> {
            command.process_group(Pid::from_child(&self.keeper).as_raw_nonzero().get()).spawn()
        }

        /// Kills all members, now. The keeper is one, and until it has been waited for (in `drop`) the group's number
        /// cannot be given to others, so this may be called again.
        pub(crate) fn kill(&self) {
            // The only error left is that nobody is there.
            let _ = kill_process_group(Pid::from_child(&self.keeper), Signal::KILL);
        }
    }

    impl Drop for Group {
        fn drop(&mut self) {
            self.kill();
            // A killed child can be waited for; if it cannot, there is nothing left to clean up.
            let _ = self.keeper.wait();
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use std::cell::Cell;
    use std::process::Stdio;

    use super::{Child, Command, io};

    /// What we run, and what that has started.
    #[derive(Debug)]
    pub(crate) struct Group {
        member: Cell<Option<u32>>,
    }

    impl Group {
        #[expect(clippy::unnecessary_wraps, reason = "elsewhere this starts a process")]
        pub(crate) fn new() -> io::Result<Group> {
            Ok(Group { member: Cell::new(None) })
        }

        /// Starts `command`, the only member.
        pub(crate) fn spawn(&self, command: &mut Command) -> io::Result<Child> {
            let child = command.spawn()?;
            self.member.set(Some(child.id()));
            Ok(child)
        }

        /// Kills the member with its descendants; once only, for its number may be given to others.
        pub(crate) fn kill(&self) {
            if let Some(member) = self.member.take() {
                let mut kill = Command::new("taskkill");
                kill.args(["/T", "/F", "/PID", &member.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
                // It fails if the member has ended, which is what was wanted.
                let _ = kill.status();
            }
        }
    }

    impl Drop for Group {
        fn drop(&mut self) {
            self.kill();
        }
    }
}

pub(crate) use platform::Group;
