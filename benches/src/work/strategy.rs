//! Ways of having many tasks done.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use ::pool::ThreadPool;
use gil::Gil;
use stealing::StealingPool;

use super::{Error, Manner, Processes, Task, Undisturbed};
use crate::{Usage, usage, usage_of_children};

/// A way of having many tasks done; with so many workers, where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// One after the other, by whoever asks.
    Sequence,
    /// A new thread for each task.
    ThreadEach,
    /// The workers of our pool.
    Pool(usize),
    /// The workers of our stealing pool, to which all tasks together are one piece of work that it splits.
    Stealing(usize),
    /// Rayon's workers, the same way.
    Rayon(usize),
    /// Processes that are there already.
    Processes(usize),
    /// Processes that are started for these tasks.
    ColdProcesses(usize),
    /// The workers of our pool, and one lock for whoever computes: [`Gil`].
    Interpreter(usize),
}

impl Strategy {
    /// As it is called in a table.
    pub const fn name(self) -> &'static str {
        match self {
            Strategy::Sequence => "in sequence",
            Strategy::ThreadEach => "a thread each",
            Strategy::Pool(_) => "our pool",
            Strategy::Stealing(_) => "our stealing pool",
            Strategy::Rayon(_) => "rayon",
            Strategy::Processes(_) => "processes",
            Strategy::ColdProcesses(_) => "new processes",
            Strategy::Interpreter(_) => "interpreter lock",
        }
    }

    /// Starts its workers, if it is one that has them before it has tasks. Processes are started from `program`.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn team(self, program: &Path) -> Result<Team, Error> {
        Ok(Team(match self {
            Strategy::Sequence => Members::Nobody,
            Strategy::ThreadEach => Members::ThreadEach,
            Strategy::Pool(workers) => Members::Pool(ThreadPool::new(workers)),
            Strategy::Stealing(workers) => Members::Stealing(StealingPool::new(workers)),
            Strategy::Rayon(workers) => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build();
                Members::Rayon(pool.map_err(|error| Error::io("start rayon's threads", io::Error::other(error)))?)
            }
            Strategy::Processes(workers) => Members::Processes(Processes::start(program, workers)?),
            Strategy::ColdProcesses(workers) => Members::ColdProcesses(program.to_owned(), workers),
            Strategy::Interpreter(workers) => Members::Interpreter(ThreadPool::new(workers), Gil::new()),
        }))
    }
}

/// Whoever does the tasks.
#[derive(Debug)]
pub struct Team(Members);

#[derive(Debug)]
enum Members {
    Nobody,
    ThreadEach,
    Pool(ThreadPool),
    Stealing(StealingPool),
    Rayon(rayon::ThreadPool),
    Processes(Processes),
    ColdProcesses(PathBuf, usize),
    Interpreter(ThreadPool, Gil),
}

/// Tasks, and what has to come out.
#[derive(Clone, Debug)]
pub struct Batch {
    tasks: Vec<Task>,
    expected: Vec<u64>,
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// From the first task's beginning to the last one's end.
    pub elapsed: Duration,
    /// What it took, our side and the workers' together; `None` where the system does not tell.
    pub usage: Option<Usage>,
    /// After how long each task was done, in their order.
    pub done: Vec<Duration>,
}

impl Batch {
    /// Does all `tasks`, to know what has to come out, but without waiting for anybody.
    ///
    /// # Errors
    ///
    /// If what they read cannot be read.
    pub fn new(tasks: Vec<Task>) -> Result<Batch, Error> {
        let expected = tasks.iter().map(Task::expected).collect::<io::Result<_>>();
        Ok(Batch { tasks, expected: expected.map_err(|error| Error::io("find out what has to come out", error))? })
    }

    /// The first so many of them.
    pub(super) fn first(&self, count: usize) -> Batch {
        Batch { tasks: self.tasks[..count].to_vec(), expected: self.expected[..count].to_vec() }
    }
}

impl Team {
    /// Has all tasks of `batch` done.
    ///
    /// # Errors
    ///
    /// If a task fails, or something else comes out than has to, or a worker is lost.
    pub fn run(&mut self, batch: &Batch) -> Result<Outcome, Error> {
        let (before, children) = (usage(), usage_of_children());
        let slate = Slate::new(&batch.tasks);
        let processes = self.have_done(&slate)?;
        let elapsed = slate.start.elapsed();
        let own = usage().zip(before).map(|(after, before)| after - before);
        let ended = usage_of_children().zip(children).map(|(after, before)| after - before);
        let usage = own.zip(ended).map(|(own, ended)| own + ended + processes);
        Ok(Outcome { elapsed, usage, done: slate.verify(&batch.expected)? })
    }

    /// The numbers by which the system knows its processes, if it has any that wait for tasks.
    pub fn processes(&self) -> Vec<u32> {
        match &self.0 {
            Members::Processes(processes) => processes.ids(),
            _ => Vec::new(),
        }
    }

    /// Says what processes have used that live on.
    fn have_done(&mut self, slate: &Slate<'_>) -> Result<Usage, Error> {
        match &mut self.0 {
            Members::Nobody => slate.tasks.iter().for_each(|task| slate.work(task, &mut Undisturbed)),
            Members::ThreadEach => thread::scope(|scope| -> Result<(), Error> {
                for task in slate.tasks {
                    let thread = thread::Builder::new().spawn_scoped(scope, || slate.work(task, &mut Undisturbed));
                    thread.map_err(|error| Error::io("start a thread", error))?;
                }
                Ok(())
            })?,
            Members::Pool(pool) => pool.scope(|scope| {
                for task in slate.tasks {
                    scope.spawn(|| slate.work(task, &mut Undisturbed));
                }
            }),
            Members::Stealing(pool) => drop(pool.map(slate.tasks, |task| slate.work(task, &mut Undisturbed))),
            Members::Rayon(pool) => pool.scope(|scope| {
                for task in slate.tasks {
                    scope.spawn(|_| slate.work(task, &mut Undisturbed));
                }
            }),
            Members::Processes(processes) => return processes.run(slate),
            Members::ColdProcesses(program, workers) => {
                // What they have used is known when they have ended, which they have at the end of this.
                Processes::start(program, *workers)?.run(slate)?;
            }
            Members::Interpreter(pool, gil) => pool.scope(|scope| {
                let gil = &*gil;
                for task in slate.tasks {
                    scope.spawn(move || gil.run(|token| slate.work(task, token)));
                }
            }),
        }
        Ok(Usage::default())
    }
}

/// Where results are written down, and when they came.
pub(super) struct Slate<'tasks> {
    tasks: &'tasks [Task],
    start: Instant,
    done: Vec<OnceLock<Done>>,
}

struct Done {
    result: io::Result<u64>,
    after: Duration,
}

impl<'tasks> Slate<'tasks> {
    fn new(tasks: &'tasks [Task]) -> Slate<'tasks> {
        let done = tasks.iter().map(|_| OnceLock::new()).collect();
        Slate { tasks, start: Instant::now(), done }
    }

    pub(super) fn tasks(&self) -> &'tasks [Task] {
        self.tasks
    }

    /// Does `task`, which is one of those.
    fn work(&self, task: &'tasks Task, manner: &mut impl Manner) {
        self.write(task, task.run(manner));
    }

    /// Writes down what has come out of `task`, which is one of those.
    pub(super) fn write(&self, task: &'tasks Task, result: io::Result<u64>) {
        let number = (&raw const *task).addr().wrapping_sub(self.tasks.as_ptr().addr()) / size_of::<Task>();
        let done = Done { result, after: self.start.elapsed() };
        assert!(self.done[number].set(done).is_ok(), "nobody does a task twice");
    }

    /// When the tasks were done, if all were done and right.
    fn verify(self, expected: &[u64]) -> Result<Vec<Duration>, Error> {
        let all = self.tasks.iter().zip(self.done).zip(expected);
        all.map(|((&task, done), &expected)| match done.into_inner() {
            Some(Done { result: Ok(result), after }) if result == expected => Ok(after),
            Some(Done { result: Ok(result), .. }) => Err(Error::Wrong { task, expected, result }),
            Some(Done { result: Err(error), .. }) => Err(Error::io("do a task", error)),
            None => Err(Error::LeftOut { task }),
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Work;

    #[test]
    fn what_is_wrong_or_left_out_is_an_error() {
        let tasks = Task::several(Work::Hash { steps: 1 }, 2);
        let expected: Vec<u64> = tasks.iter().map(|task| task.expected().unwrap()).collect();
        let slate = Slate::new(&tasks);
        tasks.iter().for_each(|task| slate.work(task, &mut Undisturbed));
        assert_eq!(slate.verify(&expected).unwrap().len(), 2);

        let slate = Slate::new(&tasks);
        slate.write(&tasks[0], Ok(expected[0]));
        slate.write(&tasks[1], Ok(expected[1] ^ 1));
        let wrong = slate.verify(&expected).unwrap_err();
        assert!(matches!(wrong, Error::Wrong { task, .. } if task == tasks[1]), "{wrong}");

        let slate = Slate::new(&tasks);
        slate.write(&tasks[1], Ok(expected[1]));
        let left_out = slate.verify(&expected).unwrap_err();
        assert!(matches!(left_out, Error::LeftOut { task } if task == tasks[0]), "{left_out}");
    }
}
