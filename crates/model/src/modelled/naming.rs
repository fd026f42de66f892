//! From the record to a [`Schedule`]: numbers become names.
//!
//! An atomic has no name at run time. But the record knows where it was constructed, and the source says there what it
//! was put into: `let ready = AtomicBool::new(false)` makes `ready`, a field `state: AtomicU32::new(0)` of what
//! `let event = Event::new()` constructs makes `event.state`.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use schedule::{FORMAT, Newest, Operation, Schedule, Step, Value, Waiting, WaitsFor};

use super::recorder::{Action, Event, Failure, Kind, Log, MAX_THREADS, Place, State};

/// Puts the log of an execution into words.
pub(super) fn schedule(log: &Log, title: &str, explored: usize) -> Schedule {
    Namer::new(log).schedule(title, explored)
}

/// Puts the log of an execution that failed into words.
pub(super) fn failed_schedule(
    log: &Log,
    failure: &Failure,
    title: &str,
    explored: usize,
    decisions: usize,
) -> Schedule {
    let mut namer = Namer::new(log);
    let mut schedule = namer.schedule(title, explored);
    schedule.failure = Some(namer.failure(failure, decisions));
    schedule
}

/// A place of the compiler's as one of the schedule's.
///
/// What is dropped at the end of a scope is dropped by the compiler's own code, and that is not where a reader wants to look.
pub(super) fn place(location: &Location<'_>) -> schedule::Place {
    if location.file().starts_with("/rustc/") {
        return schedule::Place { file: String::new(), line: 0, column: 0 };
    }
    schedule::Place { file: location.file().to_owned(), line: location.line(), column: location.column() }
}

struct Namer<'log> {
    log: &'log Log,
    objects: Vec<String>,
    blocks: Vec<String>,
    /// Pointers that point into no known block, in the order in which they came up.
    pointers: Vec<u64>,
}

impl<'log> Namer<'log> {
    fn new(log: &'log Log) -> Namer<'log> {
        let mut sources = Sources::default();
        let objects = log.objects.iter().map(|object| sources.path(&object.constructed, kind_name(object.kind)));
        let objects = tell_apart(objects.collect());
        let blocks = log.blocks.iter().map(|block| sources.path(&block.constructed, "memory"));
        let blocks = tell_apart(blocks.collect());
        Namer { log, objects, blocks, pointers: Vec::new() }
    }

    fn schedule(&mut self, title: &str, explored: usize) -> Schedule {
        Schedule {
            format: FORMAT,
            title: title.to_owned(),
            threads: self.log.threads.iter().map(|thread| schedule::Thread { name: thread.name.clone() }).collect(),
            steps: self.log.events.iter().map(|event| self.step(event)).collect(),
            failure: None,
            outcome: None,
            preemptions: None,
            explored,
        }
    }

    fn step(&mut self, event: &Event) -> Step {
        Step { thread: event.thread, operation: self.operation(&event.action), place: place(event.place) }
    }

    fn operation(&mut self, action: &Action) -> Operation {
        match *action {
            Action::Load { object, value, ordering, missed } => Operation::Load {
                location: self.object(object),
                value: self.value(object, value),
                ordering: name_ordering(ordering),
                newest: missed.map(|(value, step)| Newest { value: self.value(object, value), step }),
            },
            Action::Store { object, value, ordering } => Operation::Store {
                location: self.object(object),
                value: self.value(object, value),
                ordering: name_ordering(ordering),
            },
            Action::Rmw { object, method, operand, before, after, ordering } => Operation::ReadModifyWrite {
                location: self.object(object),
                method: method.to_owned(),
                operand: self.value(object, operand),
                before: self.value(object, before),
                after: self.value(object, after),
                ordering: name_ordering(ordering),
            },
            Action::CompareExchange(ref exchange) => Operation::CompareExchange {
                location: self.object(exchange.object),
                expected: self.value(exchange.object, exchange.expected),
                new: self.value(exchange.object, exchange.new),
                found: self.value(exchange.object, exchange.found),
                exchanged: exchange.exchanged,
                success: name_ordering(exchange.success),
                failure: name_ordering(exchange.failure),
                weak: exchange.weak,
                spurious: exchange.spurious,
            },
            Action::Fence { ordering } => Operation::Fence { ordering: name_ordering(ordering) },
            Action::Read { object } => Operation::Read { location: self.object(object) },
            Action::Write { object } => Operation::Write { location: self.object(object) },
            Action::Spawn { thread } => Operation::Spawn { thread },
            Action::Join { thread } => Operation::Join { thread },
            Action::Finish => Operation::Finish,
            Action::Yield { spinning } => Operation::Yield { spinning },
            Action::Sleep { word, value, timed } => {
                Operation::Sleep { location: self.object(word), value: self.value(word, value), timed }
            }
            Action::SleepRefused { word, expected, found } => Operation::SleepRefused {
                location: self.object(word),
                expected: self.value(word, expected),
                found: self.value(word, found),
            },
            Action::Rouse { word, why } => Operation::Rouse { location: self.object(word), why },
            Action::Wake { word, limit, ref woken } => {
                Operation::Wake { location: self.word(word), limit, woken: woken.clone() }
            }
            Action::Requeue { from, to, ref woken, ref moved } => Operation::Requeue {
                from: self.object(from),
                to: self.word(to),
                woken: woken.clone(),
                moved: moved.clone(),
            },
            Action::Free { block } => Operation::Free { location: self.blocks[block].clone() },
        }
    }

    fn failure(&mut self, failure: &Failure, decisions: usize) -> schedule::Failure {
        let last_place = || {
            let last = self.log.events.last().map(|event| place(event.place));
            last.unwrap_or(schedule::Place { file: String::new(), line: 0, column: 0 })
        };
        match failure {
            Failure::Panic { thread, message, place } => schedule::Failure::Panic {
                thread: *thread,
                message: message.clone(),
                place: place.clone().unwrap_or_else(last_place),
            },
            Failure::Race { thread, message } => match self.race(*thread, message) {
                Some(race) => race,
                None => schedule::Failure::Panic {
                    thread: *thread,
                    message:
                        "this thread makes or gives back memory that another thread uses, and nothing orders the two"
                            .to_owned(),
                    place: last_place(),
                },
            },
            Failure::Deadlock => schedule::Failure::Deadlock { waiting: self.waiting() },
            Failure::TooLong => schedule::Failure::TooLong { limit: decisions, turn: self.turn() },
            Failure::Leak => {
                let block = self.log.blocks.iter().position(|block| block.freed.is_none());
                match block {
                    Some(block) => schedule::Failure::Leak {
                        location: self.blocks[block].clone(),
                        place: place(self.log.blocks[block].constructed[0]),
                    },
                    None => schedule::Failure::Leak { location: "memory".to_owned(), place: last_place() },
                }
            }
            Failure::UseAfterFree { block, thread, place: at, access } => schedule::Failure::UseAfterFree {
                location: self.blocks[*block].clone(),
                freed: self.log.blocks[*block].freed.unwrap_or_default(),
                thread: *thread,
                place: place(at),
                access: (*access).to_owned(),
            },
            Failure::TooManyThreads { place: at } => {
                schedule::Failure::TooManyThreads { limit: MAX_THREADS, place: place(at) }
            }
        }
    }

    /// The two accesses of a data race: the last event, and the other thread's last access that conflicts with it.
    fn race(&self, thread: usize, message: &str) -> Option<schedule::Failure> {
        let (second, event) = self.log.events.iter().enumerate().next_back()?;
        let (object, writes) = match event.action {
            Action::Read { object } => (object, false),
            Action::Write { object } => (object, true),
            _ => return None,
        };
        let conflicts = |event: &Event| match event.action {
            Action::Read { object: other } => other == object && writes,
            Action::Write { object: other } => other == object,
            _ => false,
        };
        let others = |event: &Event| event.thread != thread && conflicts(event);
        let named = threads_in(message).find(|&named| named != thread);
        let events = || self.log.events.iter().enumerate().rev();
        let (first, _) = events()
            .find(|(_, event)| others(event) && named.is_none_or(|named| event.thread == named))
            .or_else(|| events().find(|(_, event)| others(event)))?;
        Some(schedule::Failure::DataRace { location: self.object(object), first, second })
    }

    fn waiting(&mut self) -> Vec<Waiting> {
        let threads = self.log.threads.iter().enumerate();
        let waiting: Vec<_> = threads.map(|(number, thread)| (number, thread.state.clone())).collect();
        let waiting = waiting.into_iter().filter_map(|(thread, state)| match state {
            State::Joining { thread: target, place: at } => {
                Some(Waiting { thread, waits_for: WaitsFor::Thread { thread: target }, place: place(at) })
            }
            State::Sleeping { word, value, place: at } => {
                let object = &self.log.objects[word];
                let waits_for = WaitsFor::Word {
                    location: self.object(word),
                    value: self.value(word, value),
                    now: self.value(word, object.newest),
                    written: object.written,
                };
                Some(Waiting { thread, waits_for, place: place(at) })
            }
            State::Running | State::Yielding | State::Finished => None,
        });
        waiting.collect()
    }

    /// The shortest run of events at the end that repeats what came right before it.
    fn turn(&self) -> Vec<usize> {
        let events = &self.log.events;
        let same = |a: &Event, b: &Event| {
            a.thread == b.thread
                && a.place == b.place
                && std::mem::discriminant(&a.action) == std::mem::discriminant(&b.action)
        };
        let length = (1..=events.len() / 3).find(|&length| {
            let end = events.len();
            (end - 2 * length..end).all(|index| same(&events[index], &events[index - length]))
        });
        match length {
            Some(length) => (events.len() - length..events.len()).collect(),
            None => Vec::new(),
        }
    }

    fn object(&self, object: usize) -> String {
        self.objects[object].clone()
    }

    fn word(&self, word: Option<usize>) -> String {
        word.map_or_else(|| "a word that nobody has used yet".to_owned(), |word| self.object(word))
    }

    fn value(&mut self, object: usize, bits: u64) -> Value {
        match self.log.objects[object].kind {
            Kind::Bool => Value::Bool(bits != 0),
            Kind::Signed if bits.cast_signed() < 0 => Value::Signed(bits.cast_signed()),
            Kind::Unsigned | Kind::Signed | Kind::Plain => Value::Unsigned(bits),
            Kind::Pointer => Value::Pointer(self.pointer(bits)),
        }
    }

    fn pointer(&mut self, bits: u64) -> String {
        if bits == 0 {
            return "null".to_owned();
        }
        let address = bits as usize;
        if let Some(block) = self.log.blocks.iter().rposition(|block| block.contains(address)) {
            return format!("&{}", self.blocks[block]);
        }
        let known = self.pointers.iter().position(|&pointer| pointer == bits).unwrap_or_else(|| {
            self.pointers.push(bits);
            self.pointers.len() - 1
        });
        format!("pointer {}", known + 1)
    }
}

/// The numbers of the threads that a message of loom's names: "thread #2 @ ..".
fn threads_in(message: &str) -> impl Iterator<Item = usize> {
    message.split("thread #").skip(1).filter_map(|rest| {
        let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse().ok()
    })
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "flag",
        Kind::Unsigned | Kind::Signed => "number",
        Kind::Pointer => "pointer",
        Kind::Plain => "cell",
    }
}

fn name_ordering(ordering: Ordering) -> schedule::Ordering {
    match ordering {
        Ordering::Relaxed => schedule::Ordering::Relaxed,
        Ordering::Acquire => schedule::Ordering::Acquire,
        Ordering::Release => schedule::Ordering::Release,
        Ordering::AcqRel => schedule::Ordering::AcqRel,
        // The only one that is left; std keeps the right to add more.
        _ => schedule::Ordering::SeqCst,
    }
}

/// Numbers the names that occur more than once.
fn tell_apart(names: Vec<String>) -> Vec<String> {
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for name in &names {
        *counts.entry(name).or_default() += 1;
    }
    let mut seen: HashMap<&String, usize> = HashMap::new();
    let numbered = names.iter().map(|name| {
        if counts[name] == 1 {
            return name.clone();
        }
        let number = seen.entry(name).or_default();
        *number += 1;
        format!("{name}#{number}")
    });
    numbered.collect()
}

/// The sources of the program, as far as they can be found.
#[derive(Default)]
struct Sources(HashMap<&'static str, Option<String>>);

impl Sources {
    /// The name of what was constructed at the last of `places`, inside of what was constructed at the others.
    fn path(&mut self, places: &[Place], kind: &str) -> String {
        let mut names: Vec<String> = places.iter().filter_map(|place| self.name(place)).collect();
        if names.is_empty() {
            names.push(kind.to_owned());
        }
        names.join(".")
    }

    /// The name of the variable or the field that the expression at `place` initialises.
    fn name(&mut self, place: Place) -> Option<String> {
        let line = self.text(place.file())?.lines().nth(place.line() as usize - 1)?;
        let before: String = line.chars().take(place.column() as usize - 1).collect();
        initialised_name(&before)
    }

    fn text(&mut self, file: &'static str) -> Option<&str> {
        let text =
            self.0.entry(file).or_insert_with(|| find_source(file).and_then(|path| fs::read_to_string(path).ok()));
        text.as_deref()
    }
}

/// The compiler names a source as seen from the workspace's root; tests run in the folder of their package, below it.
fn find_source(file: &str) -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(file)).find(|path| path.is_file())
}

/// The name that the source before an expression gives to it: of a field, or of a variable.
fn initialised_name(before: &str) -> Option<String> {
    let (mut rest, mut position) = (before.trim_end(), 0);
    loop {
        if let Some(element) = rest.strip_suffix(',') {
            // An element of a tuple: go back over the one before, a call.
            position += 1;
            rest = without_call(element)?;
        } else if let Some(callee) = rest.strip_suffix('(') {
            // `Arc::new(` and the like around the expression do not change the name of the whole.
            rest = without_path(callee);
        } else {
            break;
        }
    }
    if let Some(field) = rest.strip_suffix(':') {
        return Some(identifier_at_end(field)?.to_owned());
    }
    let pattern = rest.strip_suffix('=')?.trim_end();
    let (_, pattern) = pattern.rsplit_once("let ").or_else(|| pattern.rsplit_once("static ")).unwrap_or(("", pattern));
    let name = match pattern.strip_prefix('(') {
        Some(tuple) => tuple.trim_end_matches(')').split(',').nth(position)?,
        None => pattern.split(':').next()?,
    };
    Some(identifier_at_end(name)?.to_owned())
}

/// `text` without the path to a function at its end.
fn without_path(text: &str) -> &str {
    let in_path = |character: char| character.is_alphanumeric() || "_:<>".contains(character);
    text.trim_end_matches(in_path).trim_end()
}

/// `text` without the call at its end.
fn without_call(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (index, character) in text.char_indices().rev() {
        match character {
            ')' => depth += 1,
            '(' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(without_path(&text[..index]));
        }
    }
    None
}

fn identifier_at_end(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let start = text.rfind(|character: char| !character.is_alphanumeric() && character != '_').map_or(0, |at| at + 1);
    (start < text.len()).then_some(&text[start..])
}

#[cfg(test)]
mod tests {
    use super::initialised_name;

    #[test]
    fn an_object_is_named_after_what_it_initialises() {
        for (before, name) in [
            ("    let ready = ", "ready"),
            ("    let mut ready = ", "ready"),
            ("    let ready: AtomicBool = ", "ready"),
            ("        Flag { raised: ", "raised"),
            ("            state: ", "state"),
            ("    let event = Arc::new(", "event"),
            ("    let event = std::sync::Arc::new(Wrapped(", "event"),
            ("    let (x, y) = (", "x"),
            ("    let (x, y) = (AtomicU32::new(0), ", "y"),
            ("    static READY: AtomicBool = ", "READY"),
        ] {
            assert_eq!(initialised_name(before).as_deref(), Some(name), "{before}");
        }
        assert_eq!(initialised_name("        "), None);
        assert_eq!(initialised_name("    vec!["), None);
    }
}
