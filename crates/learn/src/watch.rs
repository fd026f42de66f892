//! The coach at your side: it watches the exercise's files and judges them at each save, while the keys work on.
//!
//! Everything that happens comes through one channel, as [`News`], to one thread, which alone writes to the terminal:
//!
//! ```text
//! keyboard ──╮
//! signals  ──┤
//! watcher  ──┼──▸ News ──▸ Coach ──▸ Screen
//! judge    ──╯
//! ```
//!
//! A check runs in a thread of its own and carries a number. When the files are saved in the middle of it, it is
//! cancelled and another begins; what the cancelled one still says has an old number, and is dropped.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use learn::{Canceller, Course, Drawer, Ended, Exercise, Judge, Progress, Verdict};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::page::{self, BAD, FAINT, STRONG};
use crate::screen::{Screen, shown};

/// How long files must have been at rest: editors save in several steps.
const REST: Duration = Duration::from_millis(40);

/// How often the line at the bottom says how long the check has been going on.
const TICK: Duration = Duration::from_secs(1);

/// Something has happened.
#[derive(Debug)]
enum News {
    Key(KeyEvent),
    Resized,
    /// Somebody has done something with the files.
    Touched,
    Ended(u64, Ended),
    Judged(u64, Result<Verdict, runner::Error>),
    /// All that checks need has been compiled, or cannot be.
    Prepared(Result<(), runner::Error>),
    /// The process is asked to end, by this signal if there are signals.
    Quit(Option<i32>),
}

/// Watches until the learner has had enough.
pub(crate) fn watch(
    course: &Course,
    drawer: &Drawer,
    judge: Judge,
    progress: Progress,
    exercise: &Exercise,
) -> Result<(), Box<dyn Error>> {
    let (sender, receiver) = channel();
    forward_signals(sender.clone())?;
    let mut coach = Coach {
        course,
        drawer,
        judge,
        progress,
        exercise,
        screen: Screen::open()?,
        sender: sender.clone(),
        watcher: None,
        written: Vec::new(),
        at_rest: None,
        check: None,
        checks: 0,
        question: false,
    };
    thread::Builder::new().name("keyboard".to_owned()).spawn(move || forward_keys(&sender))?;
    let signal = coach.run(&receiver);
    // Ends the check, and gives the terminal back.
    drop(coach);
    if let Some(signal) = signal? {
        die_by(signal)?;
    }
    Ok(())
}

/// What the coach knows and has in hand.
struct Coach<'course> {
    course: &'course Course,
    drawer: &'course Drawer,
    judge: Judge,
    progress: Progress,
    exercise: &'course Exercise,
    screen: Screen,
    sender: Sender<News>,
    /// It watches for as long as it lives.
    watcher: Option<RecommendedWatcher>,
    /// What the files held when they were last judged, or shown.
    written: Vec<Option<Vec<u8>>>,
    /// When the files will have been at rest for long enough, if nobody touches them again.
    at_rest: Option<Instant>,
    check: Option<Check>,
    /// How many checks there have been.
    checks: u64,
    /// Whether the learner was asked if the solution is to be shown before it was found.
    question: bool,
}

/// A check that is going on.
struct Check {
    number: u64,
    started: Instant,
    canceller: Canceller,
    thread: JoinHandle<()>,
}

impl<'course> Coach<'course> {
    /// Does what the news demand, until the end. Returns the signal that has asked for the end.
    fn run(&mut self, news: &Receiver<News>) -> Result<Option<i32>, Box<dyn Error>> {
        self.screen.say(&format!("{STRONG}Locksmith{STRONG:#}: learn concurrency by building its primitives."))?;
        self.begin(self.exercise)?;
        if !self.judge.is_prepared(self.exercise) && self.check.is_none() {
            self.prepare()?;
        }
        loop {
            self.screen.set_footer(self.footer())?;
            let until = self.at_rest.or_else(|| self.check.as_ref().map(|_| Instant::now() + TICK));
            let next = match until {
                Some(until) => news.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => news.recv().map_err(RecvTimeoutError::from),
            };
            match next {
                Ok(News::Key(key)) => {
                    if !self.press(key)? {
                        return Ok(None);
                    }
                }
                // The line at the bottom is drawn anew in any case.
                Ok(News::Resized) => {}
                Ok(News::Touched) => self.at_rest = Some(Instant::now() + REST),
                Ok(News::Ended(number, ended)) if self.is_current(number) => self.screen.say(&page::stage(&ended))?,
                Ok(News::Judged(number, verdict)) if self.is_current(number) => {
                    self.check = None;
                    self.judged(verdict)?;
                }
                Ok(News::Ended(..) | News::Judged(..)) => {}
                // In the middle of a check the first stage says as much.
                Ok(News::Prepared(Ok(()))) if self.check.is_some() => {}
                Ok(News::Prepared(Ok(()))) => self.screen.say("The model checker is compiled.")?,
                Ok(News::Prepared(Err(error))) => self.trouble(&error)?,
                Ok(News::Quit(signal)) => return Ok(signal),
                Err(_) if self.at_rest.is_some_and(|then| then <= Instant::now()) => {
                    self.at_rest = None;
                    if self.read() != self.written {
                        self.start()?;
                    }
                }
                Err(_) => {}
            }
        }
    }

    /// Turns to `exercise`: shows it, watches it, and judges it if there is something to be judged.
    fn begin(&mut self, exercise: &'course Exercise) -> Result<(), Box<dyn Error>> {
        self.cancel();
        self.exercise = exercise;
        self.written = self.read();
        self.show_text()?;
        self.screen.say(&page::label("Go on", "Edit your file. Each time you save it, it is checked."))?;
        match self.watcher() {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => {
                self.trouble(&error)?;
                self.screen.say("Your file cannot be watched: press r to have it checked.")?;
            }
        }
        if !self.drawer.is_untouched(exercise)? {
            self.start()?;
        }
        Ok(())
    }

    fn show_text(&mut self) -> Result<(), Box<dyn Error>> {
        let text = page::exercise(self.course, self.exercise)?;
        self.screen.say(&format!("\n{text}"))?;
        // Below the text there are a few lines more.
        match page::too_long(&text, self.exercise, page::rows().saturating_sub(6)) {
            Some(advice) => Ok(self.screen.say(&advice)?),
            None => Ok(()),
        }
    }

    /// Folders are watched, not files: many editors write a new file and give it the old one's name.
    fn watcher(&self) -> notify::Result<RecommendedWatcher> {
        let files = self.files();
        let folders = files.iter().filter_map(|file| file.parent()).map(Path::to_owned).collect::<Vec<_>>();
        let sender = self.sender.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // After an error, and after an event that says nothing, the only way to know is to look.
            if event.is_ok_and(|event| event.kind.is_access()) {
                return;
            }
            // Fails only if nobody watches any more.
            let _ = sender.send(News::Touched);
        })?;
        for folder in folders {
            watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        }
        Ok(watcher)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.exercise.files().map(|file| self.course.root().join(file)).collect()
    }

    /// What the files hold; nothing where there is no file.
    fn read(&self) -> Vec<Option<Vec<u8>>> {
        self.files().iter().map(|file| fs::read(file).ok()).collect()
    }

    /// Starts a check of what the files hold now. One that is still going on is of no use any more.
    fn start(&mut self) -> Result<(), Box<dyn Error>> {
        if self.cancel() {
            self.screen.say(&format!("{FAINT}  it starts over{FAINT:#}"))?;
        }
        self.written = self.read();
        self.checks += 1;
        let number = self.checks;
        self.screen.say(&format!("\n{FAINT}{}{FAINT:#}", "─".repeat(page::width())))?;
        for file in self.exercise.files() {
            self.screen.say(&format!("Checking {STRONG}{}{STRONG:#}", file.display()))?;
        }
        if !self.judge.is_prepared(self.exercise) {
            self.screen.say(&format!("{FAINT}{}{FAINT:#}", page::wrapped(page::MODEL_IS_COMPILED_FIRST)))?;
        }
        let canceller = Canceller::default();
        let (judge, exercise, sender) = (self.judge.clone(), self.exercise.clone(), self.sender.clone());
        let stop = canceller.clone();
        let thread = thread::Builder::new().name("judge".to_owned()).spawn(move || {
            // Sending fails only if nobody watches any more.
            let verdict = judge.judge_until(&exercise, &stop, |ended| {
                let _ = sender.send(News::Ended(number, ended.clone()));
            });
            let _ = sender.send(News::Judged(number, verdict));
        })?;
        self.check = Some(Check { number, started: Instant::now(), canceller, thread });
        Ok(())
    }

    /// Ends the check that is going on, if there is one, and waits until nothing of it runs any more.
    fn cancel(&mut self) -> bool {
        let Some(check) = self.check.take() else { return false };
        check.canceller.cancel();
        // If it had panicked, this process would have ended.
        let _ = check.thread.join();
        true
    }

    fn is_current(&self, number: u64) -> bool {
        self.check.as_ref().is_some_and(|check| check.number == number)
    }

    fn judged(&mut self, verdict: Result<Verdict, runner::Error>) -> Result<(), Box<dyn Error>> {
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(error) => return self.trouble(&error),
        };
        self.screen.say(&format!("\n{}", page::verdict(self.course, &self.progress, self.exercise, &verdict)))?;
        if verdict.passed() {
            if let Err(error) = self.remember() {
                self.trouble(&*error)?;
                self.screen.say("So this will not be remembered.")?;
            }
            let next = if self.has_next() { "Press n to go on." } else { "That was all of them." };
            self.screen.say(&format!("\n{}. {next}", page::bar(self.course, &self.progress)))?;
        } else {
            self.screen.say("\nNot yet. Stuck? Press h for a hint.")?;
        }
        Ok(())
    }

    /// Notes that what was judged has passed.
    fn remember(&mut self) -> Result<(), Box<dyn Error>> {
        self.progress.pass(self.exercise)?;
        if let Some(Some(written)) = self.written.first() {
            self.drawer.pass(self.exercise, written)?;
        }
        Ok(())
    }

    /// Whether there is something to go on to: this exercise has been passed, and another one has not.
    fn has_next(&self) -> bool {
        self.progress.passed(self.exercise) && !self.progress.passed(self.progress.current(self.course))
    }

    /// Compiles what the first check will need, while the learner reads.
    fn prepare(&mut self) -> Result<(), Box<dyn Error>> {
        self.screen.say(&format!("\n{}", page::wrapped(page::MODEL_IS_COMPILED)))?;
        let (judge, exercise, sender) = (self.judge.clone(), self.exercise.clone(), self.sender.clone());
        thread::Builder::new().name("prepare".to_owned()).spawn(move || {
            // Fails only if nobody watches any more.
            let _ = sender.send(News::Prepared(judge.prepare(&exercise)));
        })?;
        Ok(())
    }

    /// Does what a key asks for; false if that is to end.
    fn press(&mut self, key: KeyEvent) -> Result<bool, Box<dyn Error>> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            match key.code {
                KeyCode::Char('c' | 'd') => return Ok(false),
                #[cfg(unix)]
                KeyCode::Char('z') => self.screen.suspend()?,
                _ => {}
            }
            return Ok(true);
        }
        let asked = std::mem::take(&mut self.question);
        match key.code {
            KeyCode::Char('y') if asked => {
                self.screen.say(&format!("\n{}", page::solution(self.course, self.exercise)?))?;
            }
            _ if asked => {}
            KeyCode::Char('q') => return Ok(false),
            KeyCode::Char('h') => self.hint()?,
            KeyCode::Char('l') => {
                let list = page::list(self.course, &self.progress, self.drawer);
                self.screen.say(&format!("\n{list}"))?;
            }
            KeyCode::Char('t') => self.show_text()?,
            KeyCode::Char('r') => self.start()?,
            KeyCode::Char('n') => self.next()?,
            KeyCode::Char('s') if self.progress.passed(self.exercise) => {
                self.screen.say(&format!("\n{}", page::solution(self.course, self.exercise)?))?;
            }
            KeyCode::Char('s') => self.question = true,
            KeyCode::Char('?') => {
                let keys = KEYS.iter().map(|(key, what)| format!("  {STRONG}{key}{STRONG:#}  {what}"));
                self.screen.say(&format!("\n{}", keys.collect::<Vec<_>>().join("\n")))?;
            }
            _ => {}
        }
        Ok(true)
    }

    fn hint(&mut self) -> Result<(), Box<dyn Error>> {
        let (hint, number) = page::hint(&self.progress, self.exercise)?;
        self.screen.say(&format!("\n{hint}"))?;
        match self.progress.take_hints(self.exercise, number) {
            Ok(()) => Ok(()),
            Err(error) => self.trouble(&error),
        }
    }

    fn next(&mut self) -> Result<(), Box<dyn Error>> {
        let next = self.progress.current(self.course);
        if !self.progress.passed(self.exercise) {
            self.screen.say("\nThis one has not been passed yet. `cargo learn watch ID` turns to another.")?;
        } else if self.progress.passed(next) {
            self.screen.say("\nYou have passed every exercise there is.")?;
        } else {
            self.begin(next)?;
        }
        Ok(())
    }

    /// Something has gone wrong that is not the learner's doing; the coach goes on.
    fn trouble(&mut self, error: &dyn Error) -> Result<(), Box<dyn Error>> {
        Ok(self.screen.say(&format!("{BAD}error:{BAD:#} {error}"))?)
    }

    /// The line at the bottom: how far, what is going on, and as many of the keys as there is room for.
    fn footer(&self) -> String {
        // The last column stays free: some terminals begin a new line when it is written to.
        let room = page::columns() - 1;
        if self.question {
            return "Not passed yet. Show the solution all the same? y/n".chars().take(room).collect();
        }
        let doing = match &self.check {
            Some(check) => format!("checking, {} s", check.started.elapsed().as_secs()),
            None => "watching".to_owned(),
        };
        let bar = page::bar(self.course, &self.progress);
        let score = page::score(self.course, &self.progress);
        let next = self.has_next() && self.check.is_none();
        fit([format!("{bar}  {doing}"), format!("{score}  {doing}"), doing], next, room)
    }
}

/// The first of `heads` that leaves room for all the keys, and the keys; if none does, the last, and as many of the keys as
/// there is room for.
fn fit(heads: [String; 3], next: bool, room: usize) -> String {
    let keys = KEYS.iter().filter(|(key, _)| *key != "n" || next).map(|(key, what)| {
        let word = what.split([' ', ':', ',']).next().unwrap_or(what);
        format!("  {STRONG}{key}{STRONG:#} {FAINT}{word}{FAINT:#}")
    });
    let keys = keys.collect::<Vec<_>>();
    let all = keys.concat();
    if let Some(head) = heads.iter().find(|head| shown(head) + shown(&all) <= room) {
        return format!("{head}{all}");
    }
    let [.., shortest] = heads;
    let mut footer = shortest.chars().take(room).collect::<String>();
    for key in keys {
        if shown(&footer) + shown(&key) > room {
            break;
        }
        footer += &key;
    }
    footer
}

impl Drop for Coach<'_> {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// The keys, the most useful first, and what they do. The first word stands in the line at the bottom.
const KEYS: [(&str, &str); 8] = [
    ("n", "next: goes on, once this exercise is passed"),
    ("?", "keys: this list"),
    ("h", "hint: each is franker than the one before"),
    ("q", "quit"),
    ("t", "text of the exercise, once more"),
    ("r", "run the check again"),
    ("l", "list of all exercises"),
    ("s", "solution, once you have found yours, or at once if you insist"),
];

fn forward_keys(sender: &Sender<News>) {
    loop {
        let news = match event::read() {
            Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => News::Key(key),
            Ok(Event::Resize(..)) => News::Resized,
            Ok(_) => continue,
            // There is no terminal any more.
            Err(_) => News::Quit(None),
        };
        let last = matches!(news, News::Quit(_));
        if sender.send(news).is_err() || last {
            return;
        }
    }
}

/// Whoever asks the process to end is not to find the terminal in disorder afterwards.
#[cfg(unix)]
fn forward_signals(sender: Sender<News>) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            if sender.send(News::Quit(Some(signal))).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

/// Ends as the signal would have ended a process that does nothing about it, so that who has sent it can see that.
#[cfg(unix)]
fn die_by(signal: i32) -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(signal)
}

#[cfg(not(unix))]
fn forward_signals(_: Sender<News>) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn die_by(_: i32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{KEYS, fit, shown};

    fn heads(doing: &str) -> [String; 3] {
        [format!("━━━━━━━━━━━━━━━━ 3 of 7 passed  {doing}"), format!("3 of 7  {doing}"), doing.to_owned()]
    }

    #[test]
    fn eighty_columns_hold_all_keys() {
        for (doing, next) in [("watching", true), ("watching", false), ("checking, 100 s", false)] {
            let footer = anstream::adapter::strip_str(&fit(heads(doing), next, 79)).to_string();
            assert!(footer.chars().count() <= 79, "{footer}");
            for (key, _) in KEYS {
                assert_eq!(footer.contains(&format!("  {key} ")), key != "n" || next, "{key}: {footer}");
            }
        }
    }

    #[test]
    fn no_terminal_is_too_narrow() {
        for room in 0..120 {
            assert!(shown(&fit(heads("watching"), true, room)) <= room, "{room}");
        }
    }
}
