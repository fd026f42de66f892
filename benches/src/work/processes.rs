//! Workers that are processes. They are sent tasks over a pipe and send results over another, in frames.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ::pool::ThreadPool;
use framing::{FixedLength, FrameError, FrameReader, FrameWriter};

use super::strategy::Slate;
use super::{Error, Task, Undisturbed};
use crate::{Usage, usage};

/// A message is so many numbers, little end first.
const WORDS: usize = 5;

/// So many bytes.
const FRAMING: FixedLength = FixedLength::new(8 * WORDS);

/// Processes that wait for tasks. They are ended, and waited for, when this is dropped.
#[derive(Debug)]
pub struct Processes {
    workers: Vec<Worker>,
    /// A thread for each process: somebody has to wait for its results.
    attendants: ThreadPool,
}

impl Processes {
    /// Starts so many: `program` with `--role worker`.
    ///
    /// # Errors
    ///
    /// If one cannot be started. Those that were are ended.
    pub fn start(program: &Path, count: usize) -> Result<Processes, Error> {
        let workers = (0..count).map(|_| Worker::start(program)).collect::<Result<_, _>>()?;
        Ok(Processes { workers, attendants: ThreadPool::new(count) })
    }

    /// The numbers by which the system knows them.
    pub fn ids(&self) -> Vec<u32> {
        self.workers.iter().map(|worker| worker.child.id()).collect()
    }

    /// Has all tasks done, each by whoever has nothing to do, and returns what the processes have used for it.
    pub(super) fn run(&mut self, slate: &Slate<'_>) -> Result<Usage, Error> {
        let (next, failed) = (AtomicUsize::new(0), std::sync::Mutex::new(None));
        let mut used = vec![Usage::default(); self.workers.len()];
        self.attendants.scope(|scope| {
            for (worker, used) in self.workers.iter_mut().zip(&mut used) {
                let (next, failed) = (&next, &failed);
                scope.spawn(move || {
                    // ORDERING: Relaxed; it deals out numbers, and nothing is read on account of it.
                    while let Some(task) = slate.tasks().get(next.fetch_add(1, Ordering::Relaxed)) {
                        match worker.ask(task) {
                            Ok((result, usage)) => {
                                slate.write(task, Ok(result));
                                *used = *used + usage;
                            }
                            Err(error) => {
                                *failed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(error);
                                return;
                            }
                        }
                    }
                });
            }
        });
        match failed.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
            Some(error) => Err(error),
            None => Ok(used.into_iter().fold(Usage::default(), |sum, usage| sum + usage)),
        }
    }
}

#[derive(Debug)]
struct Worker {
    child: Child,
    tasks: FrameWriter<ChildStdin, FixedLength>,
    results: FrameReader<ChildStdout, FixedLength>,
}

impl Worker {
    fn start(program: &Path) -> Result<Worker, Error> {
        let mut command = Command::new(program);
        command.args(["--role", "worker"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| Error::io("start a worker process", error))?;
        let (tasks, results) = child.stdin.take().zip(child.stdout.take()).expect("both were asked for");
        Ok(Worker { child, tasks: FrameWriter::new(tasks, FRAMING), results: FrameReader::new(results, FRAMING) })
    }

    /// Sends `task`, and waits for its result.
    fn ask(&mut self, task: &Task) -> Result<(u64, Usage), Error> {
        let sent = send(&mut self.tasks, task.encode());
        let received = sent.and_then(|()| receive(&mut self.results));
        match received {
            Ok(Some([0, result, nanos, switches, _])) => {
                Ok((result, Usage { processor: Duration::from_nanos(nanos), switches }))
            }
            Ok(Some(_)) => Err(Error::Refused { process: self.child.id(), task: *task }),
            Ok(None) | Err(_) => Err(self.died()),
        }
    }

    /// It has hung up on us. How did it end?
    fn died(&mut self) -> Error {
        // It may have closed its pipes and live on, and then there would be no end to wait for.
        let _ = self.child.kill();
        let ended = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        Error::Died { process: self.child.id(), ended }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Nobody waits for its result any more. Both fail only if it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a worker process does: the tasks that it reads, until there are no more.
///
/// # Errors
///
/// If it is sent what is no task, or cannot be heard.
pub fn work() -> io::Result<()> {
    let mut tasks = FrameReader::new(io::stdin().lock(), FRAMING);
    let mut results = FrameWriter::new(io::stdout().lock(), FRAMING);
    let used = || usage().unwrap_or_default();
    let mut before = used();
    while let Some(words) = receive(&mut tasks).map_err(io::Error::other)? {
        let Some(task) = Task::decode(words) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "this is no task"));
        };
        let result = task.run(&mut Undisturbed);
        let (failed, result) = result.map_or((1, 0), |result| (0, result));
        let after = used();
        let Usage { processor, switches } = after - before;
        before = after;
        let reply = [failed, result, processor.as_nanos() as u64, switches, 0];
        send(&mut results, reply).map_err(io::Error::other)?;
    }
    Ok(())
}

fn send<W: Write>(to: &mut FrameWriter<W, FixedLength>, words: [u64; WORDS]) -> Result<(), FrameError> {
    let mut bytes = [0; 8 * WORDS];
    for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    to.write_frame(&bytes)?;
    Ok(to.flush()?)
}

fn receive<R: Read>(from: &mut FrameReader<R, FixedLength>) -> Result<Option<[u64; WORDS]>, FrameError> {
    let Some(frame) = from.read_frame()? else { return Ok(None) };
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(frame.chunks_exact(8)) {
        *word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    Ok(Some(words))
}
