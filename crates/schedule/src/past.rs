//! Why a load returned an old value, in words.
//!
//! A schedule tells what was read, not which write it was read from. So all that is said here rests on reads whose
//! write is beyond doubt; where there is a doubt, nothing is said.

use crate::phrase::{Paragraph, Phrase, plain};
use crate::words::Teller;
use crate::{Failure, Operation, Ordering, Schedule, Value};

/// What the last old read of a schedule missed.
#[derive(Clone, Copy)]
struct Missed {
    /// The step of the read.
    read: usize,
    /// The thread that read.
    reader: usize,
    /// The step of the write that it missed.
    write: usize,
    /// The thread that had written.
    writer: usize,
}

impl Teller<'_> {
    /// Why the last load that returned an old value was allowed to.
    pub(crate) fn old_read(&self) -> Option<Paragraph> {
        let missed = self.schedule.last_old_read()?;
        let phrases = match self.schedule.sight(missed) {
            Sight::Later { seen, seeing } => self.untied(missed, seen, seeing)?,
            Sight::Nothing => {
                let mut phrases = vec![
                    self.thread(missed.reader),
                    plain(" had seen nothing that "),
                    self.thread(missed.writer),
                    plain(format!(" wrote after step {}.", missed.write + 1)),
                ];
                if self.schedule.is_store_buffering(missed) {
                    phrases.push(plain(
                        " Release and Acquire order a write and the read that sees it; here neither read saw the \
                         other's write. That takes SeqCst, or a SeqCst fence on both sides.",
                    ));
                }
                phrases
            }
            Sight::Unsure => return None,
        };
        Some(Paragraph { indent: 0, phrases })
    }

    /// The reader saw what the writer wrote later than what it missed: which side did not tie the two together.
    fn untied(&self, missed: Missed, seen: usize, seeing: usize) -> Option<Vec<Phrase>> {
        let released = self.schedule.released(missed.write, seen)?;
        let acquired = self.schedule.acquired(seeing, missed.read);
        let write = written_by(&self.schedule.steps[seen].operation)?.ordering;
        let read = read_by(&self.schedule.steps[seeing].operation)?.ordering;
        let (missed_step, seen, seeing) = (missed.write + 1, seen + 1, seeing + 1);
        let left_behind = format!("But step {seen} is {write}: step {missed_step} did not travel with it.");
        let reason = match (released, acquired) {
            (false, true) => left_behind,
            (true, false) => format!("But step {seeing} is {read}: it did not open what travelled with step {seen}."),
            (false, false) => format!("{left_behind} Nor would step {seeing}, which is {read}, have opened it."),
            // Then the read could not have missed the write.
            (true, true) => return None,
        };
        Some(vec![
            self.thread(missed.reader),
            plain(format!(" saw in step {seeing} what ")),
            self.thread(missed.writer),
            plain(format!(" wrote in step {seen}, and so after step {missed_step}. {reason}")),
        ])
    }
}

/// What the reader had seen of what the writer did later than the write that the reader missed.
enum Sight {
    /// It saw in step `seeing` what the writer wrote in step `seen`.
    Later { seen: usize, seeing: usize },
    /// Nothing.
    Nothing,
    /// The steps do not tell, or there are other threads in between.
    Unsure,
}

impl Schedule {
    fn last_old_read(&self) -> Option<Missed> {
        // The others say all there is to say, or have nothing to do with values.
        if !matches!(&self.failure, None | Some(Failure::Panic { .. } | Failure::Deadlock { .. })) {
            return None;
        }
        let missed = |read: usize| match &self.steps[read].operation {
            Operation::Load { newest: Some(newest), .. } => {
                let (write, reader) = (newest.step?, self.steps[read].thread);
                let writer = self.steps[write].thread;
                (write < read && writer != reader).then_some(Missed { read, reader, write, writer })
            }
            _ => None,
        };
        (0..self.steps.len()).rev().find_map(missed)
    }

    fn sight(&self, missed: Missed) -> Sight {
        let mut sight = Sight::Nothing;
        for index in (missed.write + 1..missed.read).rev() {
            let step = &self.steps[index];
            // What a thread learns of others without reading a value may have come by way of a third one.
            let told = match &step.operation {
                Operation::Spawn { thread } => *thread == missed.reader,
                Operation::Join { .. }
                | Operation::Sleep { .. }
                | Operation::SleepRefused { .. }
                | Operation::Rouse { .. } => step.thread == missed.reader,
                _ => false,
            };
            if told {
                sight = Sight::Unsure;
            }
            let Some(read) = read_by(&step.operation).filter(|_| step.thread == missed.reader) else { continue };
            let wrote_that = |&write: &usize| {
                written_by(&self.steps[write].operation).is_some_and(|written| written.value == read.value)
            };
            let candidates: Vec<usize> = self.writes(read.location, 0, index).filter(wrote_that).collect();
            match candidates[..] {
                [seen]
                    if seen > missed.write
                        && self.steps[seen].thread == missed.writer
                        && !self.was_read_before(seen, &read) =>
                {
                    return Sight::Later { seen, seeing: index };
                }
                _ if candidates
                    .iter()
                    .all(|&write| write < missed.write || self.steps[write].thread == missed.reader) => {}
                _ => sight = Sight::Unsure,
            }
        }
        sight
    }

    /// Whether the same was read from the location up to `step`, which was the first to write it: it was there from the
    /// start.
    fn was_read_before(&self, step: usize, same: &Access<'_>) -> bool {
        self.steps[..=step]
            .iter()
            .filter_map(|step| read_by(&step.operation))
            .any(|read| read.location == same.location && read.value == same.value)
    }

    /// Those of the steps `from..to` that wrote the location.
    fn writes<'a>(&'a self, location: &'a str, from: usize, to: usize) -> impl Iterator<Item = usize> + 'a {
        (from..to).filter(move |&step| {
            written_by(&self.steps[step].operation).is_some_and(|written| written.location == location)
        })
    }

    /// Whether what was written in the step `write` travels with what the same thread wrote in the step `seen`: by its
    /// ordering, or by a fence in between. Nothing where `seen` may carry on what an earlier write released.
    fn released(&self, write: usize, seen: usize) -> Option<bool> {
        let own = written_by(&self.steps[seen].operation)?;
        if own.releases() || self.fenced(write, seen, releases) {
            return Some(true);
        }
        let carries_on = self.writes(own.location, write + 1, seen).any(|earlier| {
            written_by(&self.steps[earlier].operation).is_some_and(|earlier| earlier.releases())
                || self.fenced(write, earlier, releases)
        });
        (!carries_on).then_some(false)
    }

    /// Whether what travelled with the value that was read in the step `seeing` is open to the same thread in the step
    /// `before`: by its ordering, or by a fence in between.
    fn acquired(&self, seeing: usize, before: usize) -> bool {
        read_by(&self.steps[seeing].operation).is_some_and(|read| read.acquires())
            || self.fenced(seeing, before, acquires)
    }

    /// Whether the thread of the step `to` passed such a fence after `from`.
    fn fenced(&self, from: usize, to: usize, such: impl Fn(Ordering) -> bool) -> bool {
        let thread = self.steps[to].thread;
        self.steps[from..to].iter().any(|step| {
            step.thread == thread && matches!(step.operation, Operation::Fence { ordering } if such(ordering))
        })
    }

    /// Whether the reader had written another location, which the writer then read without seeing that.
    fn is_store_buffering(&self, missed: Missed) -> bool {
        let Some(one) = written_by(&self.steps[missed.write].operation) else { return false };
        let unseen = |own: usize, other: usize, location: &str| match &self.steps[other].operation {
            Operation::Load { location: word, newest, .. } if word == location => {
                other < own || newest.as_ref().is_some_and(|newest| newest.step == Some(own))
            }
            _ => false,
        };
        (0..missed.read).filter(|&own| self.steps[own].thread == missed.reader).any(|own| {
            written_by(&self.steps[own].operation).filter(|other| other.location != one.location).is_some_and(|other| {
                (missed.write + 1..self.steps.len())
                    .any(|step| self.steps[step].thread == missed.writer && unseen(own, step, other.location))
            })
        })
    }
}

/// One half of what an operation did to an atomic: its read, or its write.
pub(crate) struct Access<'a> {
    pub(crate) location: &'a str,
    /// What it found, or left there.
    pub(crate) value: &'a Value,
    ordering: Ordering,
}

impl Access<'_> {
    fn releases(&self) -> bool {
        releases(self.ordering)
    }

    fn acquires(&self) -> bool {
        acquires(self.ordering)
    }
}

/// What an operation read.
fn read_by(operation: &Operation) -> Option<Access<'_>> {
    let (location, value, ordering) = match operation {
        Operation::Load { location, value, ordering, .. } => (location, value, ordering),
        Operation::ReadModifyWrite { location, before, ordering, .. } => (location, before, ordering),
        Operation::CompareExchange { location, found, exchanged, success, failure, .. } => {
            (location, found, if *exchanged { success } else { failure })
        }
        _ => return None,
    };
    Some(Access { location, value, ordering: *ordering })
}

/// What an operation wrote.
pub(crate) fn written_by(operation: &Operation) -> Option<Access<'_>> {
    let (location, value, ordering) = match operation {
        Operation::Store { location, value, ordering } => (location, value, ordering),
        Operation::ReadModifyWrite { location, after, ordering, .. } => (location, after, ordering),
        Operation::CompareExchange { location, new, exchanged: true, success, .. } => (location, new, success),
        _ => return None,
    };
    Some(Access { location, value, ordering: *ordering })
}

fn releases(ordering: Ordering) -> bool {
    matches!(ordering, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}

fn acquires(ordering: Ordering) -> bool {
    matches!(ordering, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}
