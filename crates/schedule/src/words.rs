//! Threads, places and operations in words, for every kind of picture.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::ending::kind;
use crate::phrase::{Paragraph, Phrase, Tone};
use crate::{Failure, Operation, Ordering, Place, Roused, Schedule, Value};

/// An operation in words.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// Parts that stay on one line each where there is room: the operation much as the code has it, what it came to, and
    /// what the reader must not miss about it.
    pub(crate) parts: Vec<Vec<Phrase>>,
    /// Where, with the file's name shortened; empty for what is said between the steps.
    pub(crate) place: String,
}

/// Tells one schedule: keeps the names by which it calls threads and files.
pub(crate) struct Teller<'a> {
    pub(crate) schedule: &'a Schedule,
    names: Vec<String>,
    files: BTreeMap<&'a str, String>,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(schedule: &'a Schedule) -> Teller<'a> {
        Teller { schedule, names: names(schedule), files: short_files(schedule) }
    }

    /// What the thread is called: its name, with its number where two share one.
    pub(crate) fn name(&self, thread: usize) -> String {
        self.names.get(thread).cloned().unwrap_or_else(|| format!("thread {thread}"))
    }

    pub(crate) fn names_of(&self, threads: &[usize]) -> String {
        list(threads.iter().map(|&thread| self.name(thread)), "and")
    }

    pub(crate) fn thread(&self, thread: usize) -> Phrase {
        Phrase::new(self.name(thread), Tone::Thread(thread))
    }

    pub(crate) fn place(&self, place: &Place) -> String {
        if place.file.is_empty() {
            return String::new();
        }
        let file = self.files.get(place.file.as_str()).map_or(place.file.as_str(), String::as_str);
        format!("{file}:{}", place.line)
    }

    /// The title, and in a word how it ended.
    pub(crate) fn title(&self) -> Paragraph {
        let mut phrases = vec![Phrase::new(self.schedule.title.as_str(), Tone::Title)];
        if let Some(failure) = &self.schedule.failure {
            phrases.push(Phrase::new(": ", Tone::Title));
            phrases.push(Phrase::new(kind(failure), Tone::Wrong));
        }
        Paragraph { indent: 0, phrases }
    }

    /// What the step at `index` did.
    pub(crate) fn step(&self, index: usize) -> Said {
        let step = &self.schedule.steps[index];
        let own = Tone::Thread(step.thread);
        let (call, result, aside) = self.operation(index);
        let mut parts = vec![vec![Phrase::new(call, own)]];
        if !result.is_empty() {
            parts.push(vec![Phrase::new(result, own), Phrase::new(aside, Tone::Quiet)]);
        } else if !aside.is_empty() {
            parts.push(vec![Phrase::new(aside, Tone::Quiet)]);
        }
        if let Some(note) = note(&step.operation) {
            parts.push(vec![Phrase::new(format!("   {note}"), Tone::Old)]);
        }
        Said { parts, place: self.place(&step.place) }
    }

    /// An operation: the call as the code has it, its result, and what the code does not say.
    fn operation(&self, index: usize) -> (String, String, String) {
        let nothing = String::new;
        match &self.schedule.steps[index].operation {
            Operation::Load { location, value, ordering, .. } => {
                (format!("{location}.load({ordering})"), format!(" → {value}"), nothing())
            }
            Operation::Store { location, value, ordering } => {
                (format!("{location}.store({value}, {ordering})"), nothing(), nothing())
            }
            Operation::ReadModifyWrite { location, method, operand, before, after, ordering } => (
                format!("{location}.{method}({operand}, {ordering})"),
                format!(" → {before}"),
                format!(", now {after}"),
            ),
            Operation::CompareExchange {
                location, expected, new, found, exchanged, success, failure, weak, ..
            } => {
                let method = if *weak { "compare_exchange_weak" } else { "compare_exchange" };
                let call = format!("{location}.{method}({expected}, {new}, {success}, {failure})");
                if *exchanged {
                    (call, format!(" → Ok({found})"), format!(", now {new}"))
                } else {
                    (call, format!(" → Err({found})"), format!(", still {found}"))
                }
            }
            Operation::Fence { ordering } => (format!("fence({ordering})"), nothing(), nothing()),
            Operation::Read { location } => (format!("read {location}"), nothing(), " (plain memory)".to_owned()),
            Operation::Write { location } => (format!("write {location}"), nothing(), " (plain memory)".to_owned()),
            Operation::Spawn { thread } => (format!("spawn {}", self.name(*thread)), nothing(), nothing()),
            Operation::Join { thread } => {
                (format!("join {},", self.name(*thread)), nothing(), " which has ended".to_owned())
            }
            Operation::Finish => ("end".to_owned(), nothing(), nothing()),
            Operation::Yield { spinning } => {
                let call = if *spinning { "spin_loop:" } else { "yield_now:" };
                (call.to_owned(), nothing(), " let others run".to_owned())
            }
            Operation::Sleep { location, value, timed } => {
                let limit = if *timed { ", for a limited time" } else { "" };
                (format!("sleep on {location}"), nothing(), format!(" while it is {value}{limit}"))
            }
            Operation::SleepRefused { location, expected, found } => {
                (format!("no sleep on {location}:"), nothing(), format!(" it is {found}, not {expected}"))
            }
            Operation::Rouse { location, why } => match (why, self.waker(index)) {
                (Roused::Woken, Some(waker)) => {
                    let name = self.name(self.schedule.steps[waker].thread);
                    (format!("wake up on {location}:"), nothing(), format!(" {name} woke it in step {}", waker + 1))
                }
                (Roused::Woken, None) => (format!("wake up on {location}"), nothing(), nothing()),
                (Roused::Spuriously, _) => {
                    (format!("wake up on {location}"), nothing(), " for no reason: waits may do that".to_owned())
                }
                (Roused::TimedOut, _) => (format!("wake up on {location}:"), nothing(), " the time ran out".to_owned()),
            },
            Operation::Wake { location, limit, woken } => {
                let many = match limit {
                    None => "all".to_owned(),
                    Some(1) => "one".to_owned(),
                    Some(limit) => format!("up to {limit}"),
                };
                let whom = if woken.is_empty() { "nobody sleeps there".to_owned() } else { self.names_of(woken) };
                (format!("wake {many} on {location}:"), nothing(), format!(" {whom}"))
            }
            Operation::Requeue { from, to, woken, moved } => {
                let whom = match (woken.is_empty(), moved.is_empty()) {
                    (true, true) => "nobody sleeps there".to_owned(),
                    (false, true) => format!("wakes {}", self.names_of(woken)),
                    (true, false) => format!("moves {}", self.names_of(moved)),
                    (false, false) => format!("wakes {}, moves {}", self.names_of(woken), self.names_of(moved)),
                };
                (format!("requeue from {from} to {to}:"), nothing(), format!(" {whom}"))
            }
            Operation::Free { location } => (format!("free {location}"), nothing(), nothing()),
        }
    }

    /// The step that woke the thread that goes on at `index`.
    fn waker(&self, index: usize) -> Option<usize> {
        let thread = self.schedule.steps[index].thread;
        self.schedule.steps[..index].iter().rposition(|step| match &step.operation {
            Operation::Wake { woken, .. } | Operation::Requeue { woken, .. } => woken.contains(&thread),
            _ => false,
        })
    }

    /// What is said where `thread` is stopped although it could go on.
    pub(crate) fn stopped(&self, thread: usize, next: usize) -> Said {
        let but = Phrase::new(" could go on, but is stopped here for ", Tone::Quiet);
        Said { parts: vec![vec![self.thread(thread), but, self.thread(next)]], place: String::new() }
    }

    /// What is said where steps are left out.
    pub(crate) fn folded(&self, from: usize, to: usize, like: Option<(usize, usize)>) -> Said {
        let text = match like {
            Some((start, turn)) => {
                let times = (to - from) / turn;
                format!("steps {} to {to} repeat {}, {times} times", from + 1, steps_between(start, start + turn))
            }
            None => format!("steps {} to {to} are left out", from + 1),
        };
        Said { parts: vec![vec![Phrase::new(text, Tone::Quiet)]], place: String::new() }
    }

    /// What a thread was about to do when the schedule ended.
    pub(crate) fn last(&self) -> Option<Said> {
        let (text, place) = match self.schedule.failure.as_ref()? {
            Failure::Panic { place, .. } => ("panic".to_owned(), place),
            Failure::UseAfterFree { location, access, freed, place, .. } => {
                (format!("{access} on {location}, freed in step {}", freed + 1), place)
            }
            _ => return None,
        };
        Some(Said { parts: vec![vec![Phrase::new(text, Tone::Wrong)]], place: self.place(place) })
    }

    /// Whether the picture marks the step at `index` as part of what went wrong.
    pub(crate) fn is_wrong(&self, index: usize) -> bool {
        match &self.schedule.failure {
            Some(Failure::DataRace { first, second, .. }) => index == *first || index == *second,
            Some(Failure::UseAfterFree { freed, .. }) => index == *freed,
            _ => false,
        }
    }
}

/// What the reader must not miss about an operation.
fn note(operation: &Operation) -> Option<String> {
    match operation {
        Operation::Load { newest: Some(newest), .. } => Some(match newest.step {
            Some(step) => format!("← old: step {} wrote {}", step + 1, newest.value),
            None => format!("← old: it is {}", newest.value),
        }),
        Operation::CompareExchange { spurious: true, .. } => Some("← failed for no reason: a weak one may".to_owned()),
        _ => None,
    }
}

/// "a", "a and b", "a, b and c".
pub(crate) fn list(items: impl IntoIterator<Item = String>, conjunction: &str) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    match items.pop() {
        None => String::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} {conjunction} {last}", items.join(", ")),
    }
}

fn steps_between(from: usize, to: usize) -> String {
    if to - from == 1 { format!("step {to}") } else { format!("steps {} to {to}", from + 1) }
}

fn names(schedule: &Schedule) -> Vec<String> {
    let shared = |name: &str| schedule.threads.iter().filter(|thread| thread.name == name).count() > 1;
    let named = schedule.threads.iter().enumerate().map(|(number, thread)| match thread.name.as_str() {
        "" => format!("thread {number}"),
        name if shared(name) => format!("{name}#{number}"),
        name => name.to_owned(),
    });
    named.collect()
}

/// Each file by a name as short as can be without taking it for another: `lib.rs`, or `event/lib.rs`.
fn short_files(schedule: &Schedule) -> BTreeMap<&str, String> {
    let failure = match &schedule.failure {
        Some(
            Failure::Panic { place, .. }
            | Failure::Leak { place, .. }
            | Failure::UseAfterFree { place, .. }
            | Failure::TooManyThreads { place, .. },
        ) => vec![place],
        Some(Failure::Deadlock { waiting }) => waiting.iter().map(|waiting| &waiting.place).collect(),
        Some(Failure::DataRace { .. } | Failure::TooLong { .. }) | None => Vec::new(),
    };
    let places = schedule.steps.iter().map(|step| &step.place).chain(failure);
    let files: BTreeSet<&str> = places.map(|place| place.file.as_str()).collect();
    let shorten = |file: &str| -> Option<String> {
        let parts = parts(file);
        let mut endings = (1..=parts.len()).map(|kept| &parts[parts.len() - kept..]);
        let alone =
            endings.find(|ending| files.iter().filter(|other| self::parts(other).ends_with(ending)).count() == 1);
        alone.map(|ending| ending.join("/"))
    };
    files.iter().map(|&file| (file, shorten(file).unwrap_or_else(|| file.to_owned()))).collect()
}

/// The parts of a path, without the `src` that nearly every path has.
fn parts(file: &str) -> Vec<&str> {
    file.split(['/', '\\']).filter(|part| !part.is_empty() && *part != "src").collect()
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(formatter),
            Value::Unsigned(value) => value.fmt(formatter),
            Value::Signed(value) => value.fmt(formatter),
            Value::Pointer(name) => name.fmt(formatter),
        }
    }
}

impl fmt::Display for Ordering {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}
