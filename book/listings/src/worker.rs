//! A process that works for another one.

use std::io::{self, ErrorKind};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use framing::command::{FRAMING, Reply, Request};
use framing::{FrameReader, FrameWriter, LengthPrefixed};

/// A process of our own, that is asked over one pipe and answers over another.
///
/// To drop it is to close it: the process is told that nothing more will come, and is waited for.
pub struct Worker {
    process: Child,
    /// Closed when there is nothing more to ask.
    requests: Option<FrameWriter<ChildStdin, LengthPrefixed>>,
    replies: FrameReader<ChildStdout, LengthPrefixed>,
}

impl Worker {
    /// Starts a process that reads requests and writes replies.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    // ANCHOR: start
    pub fn start(program: &mut Command) -> io::Result<Worker> {
        let mut process = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(requests), Some(replies)) = (process.stdin.take(), process.stdout.take()) else {
            unreachable!("both were asked for");
        };
        let requests = Some(FrameWriter::new(requests, FRAMING));
        Ok(Worker { process, requests, replies: FrameReader::new(replies, FRAMING) })
    }
    // ANCHOR_END: start

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    ///
    /// If the process has ended: `BrokenPipe` if that was before it could be asked, and `UnexpectedEof` if it was after. If
    /// what it has written is no reply, that.
    // ANCHOR: ask
    pub fn ask(&mut self, request: &Request) -> io::Result<Reply> {
        let requests = self.requests.as_mut().ok_or(ErrorKind::BrokenPipe)?;
        requests.write_frame(&request.encode())?;
        match self.replies.read_frame()? {
            Some(frame) => Reply::parse(frame).map_err(io::Error::other),
            None => Err(ErrorKind::UnexpectedEof.into()),
        }
    }

    // ANCHOR_END: ask

    /// Says that nothing more will come, and waits until the process has ended. That it ends is up to it.
    ///
    /// # Errors
    ///
    /// If the system knows of no such process: somebody else has waited for it.
    // ANCHOR: close
    pub fn close(&mut self) -> io::Result<ExitStatus> {
        drop(self.requests.take());
        self.process.wait()
    }
    // ANCHOR_END: close

    /// Its number, as `ps` shows it.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it, whatever it is doing.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn kill(&mut self) -> io::Result<()> {
        self.process.kill()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // If it cannot be waited for, it is not there.
        let _ = self.close();
    }
}

/// Asks the worker, and another one if that has died.
///
/// # Errors
///
/// If the other one dies as well, or cannot be started.
// ANCHOR: again
pub fn ask_again(worker: &mut Worker, start: impl Fn() -> io::Result<Worker>, request: &Request) -> io::Result<Reply> {
    match worker.ask(request) {
        Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof) => {
            *worker = start()?;
            worker.ask(request)
        }
        answered => answered,
    }
}
// ANCHOR_END: again
