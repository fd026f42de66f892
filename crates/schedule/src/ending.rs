//! How a schedule ended, in words.

use std::collections::BTreeSet;

use crate::lanes::certain_preemptions;
use crate::past::written_by;
use crate::phrase::{Paragraph, Phrase, Tone, plain, printable};
use crate::words::{Teller, list};
use crate::{Failure, Operation, Waiting, WaitsFor};

impl Teller<'_> {
    /// How the schedule ended, and how it was found.
    pub(crate) fn ending(&self) -> Vec<Paragraph> {
        let mut paragraphs = self.schedule.failure.as_ref().map_or_else(Vec::new, |failure| self.failure(failure));
        if let Some(outcome) = &self.schedule.outcome {
            paragraphs.push(flush([Phrase::new(format!("outcome: {outcome}"), Tone::Title)]));
        }
        paragraphs.extend(self.old_read());
        if let Some(found) = self.found() {
            paragraphs.push(flush([Phrase::new(found, Tone::Quiet)]));
        }
        paragraphs
    }

    fn found(&self) -> Option<String> {
        let schedules = match self.schedule.explored {
            0 => return None,
            1 => "1 schedule".to_owned(),
            many => format!("{many} schedules"),
        };
        let counted = match &self.schedule.failure {
            // Neither depends on who was stopped when.
            Some(Failure::Leak { .. } | Failure::TooManyThreads { .. }) => None,
            _ => self.schedule.preemptions,
        };
        let preemptions = match counted {
            None => String::new(),
            Some(counted) if counted > certain_preemptions(self.schedule) => {
                let times = match counted {
                    1 => "once".to_owned(),
                    2 => "twice".to_owned(),
                    many => format!("{many} times"),
                };
                format!("; in this one a thread is stopped {times} although it could perhaps go on")
            }
            Some(0) => "; this one has no preemption".to_owned(),
            Some(1) => "; this one has 1 preemption".to_owned(),
            Some(many) => format!("; this one has {many} preemptions"),
        };
        Some(format!("found after {schedules}{preemptions}."))
    }

    fn failure(&self, failure: &Failure) -> Vec<Paragraph> {
        let wrong = Phrase::new(format!("{}: ", kind(failure)), Tone::Wrong);
        match failure {
            Failure::Panic { thread, message, place } => {
                let at = format!(" panicked at {}:", self.place(place));
                let mut paragraphs = vec![flush([wrong, self.thread(*thread), plain(at)])];
                for line in printable(message).lines() {
                    let text = line.trim_start();
                    let indent = 2 + (line.chars().count() - text.chars().count());
                    paragraphs.push(Paragraph { indent, phrases: vec![plain(text)] });
                }
                paragraphs
            }
            Failure::DataRace { location, first, second } => {
                let accesses = [first, second].map(|&index| self.schedule.steps.get(index));
                let writers = accesses
                    .iter()
                    .flatten()
                    .filter(|step| matches!(step.operation, Operation::Write { .. } | Operation::Free { .. }));
                let write = if writers.count() == 2 { "both write" } else { "one of them writes" };
                let at_once = plain(format!("two threads use {location} at once, and {write}:"));
                let mut paragraphs = vec![flush([wrong, at_once])];
                for (&index, step) in [first, second].into_iter().zip(accesses) {
                    let Some(step) = step else { continue };
                    let verb = match step.operation {
                        Operation::Read { .. } => "reads",
                        Operation::Write { .. } => "writes",
                        Operation::Free { .. } => "frees",
                        _ => "uses",
                    };
                    let access = format!(" {verb} it in step {}, at {}.", index + 1, self.place(&step.place));
                    paragraphs.push(indented([self.thread(step.thread), plain(access)]));
                }
                if let [_, Some(later)] = accesses {
                    paragraphs.push(flush([
                        plain("One stands above the other only in this run: nothing that "),
                        self.thread(later.thread),
                        plain(format!(" acquired says that step {} is over.", first + 1)),
                    ]));
                }
                paragraphs
            }
            Failure::Deadlock { waiting } => {
                let sleepers = waiting.iter().filter(|waiting| matches!(waiting.waits_for, WaitsFor::Word { .. }));
                let sleepers = list(sleepers.map(|waiting| self.name(waiting.thread)), "or");
                let unwoken =
                    if sleepers.is_empty() { sleepers } else { format!(", and nobody is left to wake {sleepers}") };
                let mut paragraphs = vec![flush([wrong, plain(format!("nobody can go on{unwoken}."))])];
                paragraphs.extend(waiting.iter().map(|waiting| self.waiting(waiting)));
                paragraphs.extend(self.circle(waiting));
                paragraphs
            }
            Failure::TooLong { limit, turn } => self.too_long(wrong, *limit, turn),
            Failure::Leak { location, place } => {
                let place = self.place(place);
                vec![flush([wrong, plain(format!("{location}, allocated at {place}, was never given back."))])]
            }
            Failure::UseAfterFree { location, freed, thread, place, access } => {
                let late = format!(" calls {access} on {location} at {}, too late:", self.place(place));
                let mut paragraphs = vec![flush([wrong, self.thread(*thread), plain(late)])];
                if let Some(step) = self.schedule.steps.get(*freed) {
                    let early =
                        format!(" gave that memory back in step {}, at {}.", freed + 1, self.place(&step.place));
                    paragraphs.push(indented([self.thread(step.thread), plain(early)]));
                }
                paragraphs
            }
            Failure::TooManyThreads { limit, place } => {
                let place = self.place(place);
                let advice = format!(
                    "{place} spawns one more than the {limit} that the model can hold, the main thread included. Check \
                     with fewer: two or three threads show nearly every bug."
                );
                vec![flush([wrong, plain(advice)])]
            }
        }
    }

    fn waiting(&self, waiting: &Waiting) -> Paragraph {
        let name = self.thread(waiting.thread);
        let place = self.place(&waiting.place);
        match &waiting.waits_for {
            WaitsFor::Thread { thread } => {
                let end = plain(format!(" to end ({place})."));
                indented([name, plain(" waits for "), self.thread(*thread), end])
            }
            WaitsFor::Word { location, value, now, written } => {
                let slept = self.schedule.steps.iter().rposition(|step| {
                    step.thread == waiting.thread && matches!(step.operation, Operation::Sleep { .. })
                });
                let since = slept.map_or_else(String::new, |step| format!(" since step {}", step + 1));
                let value = if value == now {
                    format!("because it is {value}{}", self.writer(waiting.thread, location, *written))
                } else {
                    let writer = written
                        .and_then(|step| Some(format!(": {} wrote that in step {}", self.author(step)?, step + 1)));
                    format!("because it was {value}. It is {now} now{}", writer.unwrap_or_default())
                };
                let wake = self.last_wake(location, waiting.thread, slept.unwrap_or(0));
                indented([name, plain(format!(" has slept on {location}{since} ({place}), {value}.{wake}"))])
            }
        }
    }

    /// Who wrote the value with which `own` sleeps, as the end of a sentence. A lock's sleepers often write the word
    /// themselves, as a sign that they wait; then the thread that wrote it before is the one to look at.
    fn writer(&self, own: usize, location: &str, written: Option<usize>) -> String {
        let Some(step) = written else { return ", as from the start".to_owned() };
        if self.thread_of(step) != Some(own) {
            let author = self.author(step).unwrap_or_default();
            return format!(", which {author} wrote in step {}", step + 1);
        }
        let before = self.other_write(location, own).and_then(|other| {
            let value = written_by(&self.schedule.steps[other].operation)?.value;
            Some(format!(". Before that, {} wrote {value} in step {}", self.author(other)?, other + 1))
        });
        format!(", which it wrote itself in step {}{}", step + 1, before.unwrap_or_default())
    }

    /// What became of the last wake-up on a word where `thread` has been asleep since `slept`.
    fn last_wake(&self, location: &str, thread: usize, slept: usize) -> String {
        let wakes_here = |operation: &Operation| match operation {
            Operation::Wake { location: word, .. } | Operation::Requeue { from: word, .. } => word == location,
            _ => false,
        };
        let steps = &self.schedule.steps;
        let Some(wake) = steps.iter().rposition(|step| step.thread != thread && wakes_here(&step.operation)) else {
            return String::new();
        };
        let (waker, number) = (self.name(steps[wake].thread), wake + 1);
        match &steps[wake].operation {
            _ if wake < slept => format!(" The last wake-up there, by {waker} in step {number}, came before it slept."),
            Operation::Wake { woken, .. } | Operation::Requeue { woken, .. } if !woken.is_empty() => {
                format!(" The last wake-up there, by {waker} in step {number}, went to {}.", self.names_of(woken))
            }
            _ => String::new(),
        }
    }

    /// A circle of threads each of which sleeps on a word that the next one has written: the mark of locks that are
    /// taken in different orders.
    fn circle(&self, waiting: &[Waiting]) -> Option<Paragraph> {
        let next = |thread: usize| {
            let found = waiting.iter().find(|waiting| waiting.thread == thread)?;
            let WaitsFor::Word { location, .. } = &found.waits_for else { return None };
            self.thread_of(self.other_write(location, thread)?)
        };
        let chain = |start: usize| std::iter::successors(next(start), move |&thread| next(thread)).take(waiting.len());
        let start =
            waiting.iter().map(|waiting| waiting.thread).find(|&start| chain(start).any(|thread| thread == start))?;
        let mut phrases = vec![Phrase::new("a circle: ", Tone::Wrong)];
        let mut thread = start;
        for follower in chain(start) {
            let (and, sleeps) = if thread == start { ("", " sleeps on a word") } else { (", and ", " on one") };
            phrases.extend([plain(and), self.thread(thread), plain(format!("{sleeps} that ")), self.thread(follower)]);
            phrases.push(plain(" wrote"));
            thread = follower;
            if thread == start {
                break;
            }
        }
        phrases.push(plain("."));
        Some(flush(phrases))
    }

    /// The thread of the step at `index`.
    fn thread_of(&self, index: usize) -> Option<usize> {
        self.schedule.steps.get(index).map(|step| step.thread)
    }

    /// The name of the thread of the step at `index`.
    fn author(&self, index: usize) -> Option<String> {
        self.thread_of(index).map(|thread| self.name(thread))
    }

    /// The last step in which a thread other than `own` wrote the word.
    fn other_write(&self, location: &str, own: usize) -> Option<usize> {
        self.schedule.steps.iter().rposition(|step| {
            step.thread != own && written_by(&step.operation).is_some_and(|written| written.location == location)
        })
    }

    fn too_long(&self, wrong: Phrase, limit: usize, turn: &[usize]) -> Vec<Paragraph> {
        let steps = &self.schedule.steps;
        let ended = steps.iter().filter(|step| step.operation == Operation::Finish).count();
        if ended == self.schedule.threads.len() {
            return vec![flush([wrong, plain(format!("it took {} steps to end.", steps.len()))])];
        }
        let mut paragraphs = vec![flush([wrong, plain(format!("no end after {limit} decisions."))])];
        let steps: Vec<_> = turn.iter().filter_map(|&index| steps.get(index)).collect();
        let threads: BTreeSet<usize> = steps.iter().map(|step| step.thread).collect();
        for &thread in &threads {
            let mut places: Vec<String> = Vec::new();
            for step in steps.iter().filter(|step| step.thread == thread) {
                let place = self.place(&step.place);
                if !place.is_empty() && !places.contains(&place) {
                    places.push(place);
                }
            }
            let at = if places.is_empty() { "" } else { " at " };
            let round = plain(format!(" goes round and round{at}{}.", list(places, "and")));
            paragraphs.push(indented([self.thread(thread), round]));
        }
        let gives_way = |operation: &Operation| {
            matches!(
                operation,
                Operation::Yield { .. }
                    | Operation::Sleep { .. }
                    | Operation::SleepRefused { .. }
                    | Operation::Rouse { .. }
            )
        };
        if threads.len() == 1 && !steps.iter().any(|step| gives_way(&step.operation)) {
            let advice = "It never lets the others run. A thread that waits should sleep (futex::wait); where it must \
                          spin, each turn has to call hint::spin_loop() or thread::yield_now().";
            paragraphs.push(flush([plain(advice)]));
        }
        paragraphs
    }
}

/// A failure in a word or two.
pub(crate) fn kind(failure: &Failure) -> &'static str {
    match failure {
        Failure::Panic { .. } => "panic",
        Failure::DataRace { .. } => "data race",
        Failure::Deadlock { .. } => "deadlock",
        Failure::TooLong { .. } => "too long",
        Failure::Leak { .. } => "leak",
        Failure::UseAfterFree { .. } => "use after free",
        Failure::TooManyThreads { .. } => "too many threads",
    }
}

fn flush(phrases: impl IntoIterator<Item = Phrase>) -> Paragraph {
    Paragraph { indent: 0, phrases: phrases.into_iter().collect() }
}

fn indented(phrases: impl IntoIterator<Item = Phrase>) -> Paragraph {
    Paragraph { indent: 2, phrases: phrases.into_iter().collect() }
}
