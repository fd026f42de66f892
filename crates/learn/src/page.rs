//! What the coach says, as text with colours in it. Who prints it takes them out where they do not belong.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::io;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use learn::{Course, Drawer, End, Ended, Exercise, Failed, Progress, Stage, Verdict, advice, altered};
use schedule::LEGEND;

pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// What is easy to read, on a terminal however wide.
const WIDEST: usize = 100;

pub(crate) const MODEL_IS_COMPILED: &str = "The model checker, which tries all schedules, is being compiled in the background now. That takes a minute or more, and \
     only the first time. A check that comes sooner waits for it.";

pub(crate) const MODEL_IS_COMPILED_FIRST: &str = "The first time, the model checker is compiled as well: that takes a minute or more. Later checks take a second or two.";

const BOUNDED: &str = "Bounded: schedules with more preemptions, or more surprises (such as a wake-up for no reason), than the test names were not tried.";

/// The exercise's place in the course, and its text.
pub(crate) fn exercise(course: &Course, exercise: &Exercise) -> Result<String, Box<dyn Error>> {
    let exercises = course.exercises();
    let id = &exercise.manifest().id;
    let number = exercises.iter().take_while(|other| other.manifest().id != *id).count() + 1;
    let count = exercises.len();
    Ok(format!("{FAINT}Exercise {number} of {count}: {id}{FAINT:#}\n\n{}", text(exercise)?))
}

/// The exercise's text, and the files that belong to it.
pub(crate) fn text(exercise: &Exercise) -> Result<String, Box<dyn Error>> {
    let mut text = wrapped(&exercise.text()?);
    text.push('\n');
    for file in exercise.files() {
        text += &label("Your file", format_args!("{STRONG}{}{STRONG:#}", file.display()));
    }
    for (number, file) in exercise.manifest().read.iter().enumerate() {
        text += &label(if number == 0 { "To read" } else { "" }, file.display());
    }
    Ok(text)
}

/// A line with a name before it; what belongs together stands in a column.
pub(crate) fn label(name: &str, what: impl std::fmt::Display) -> String {
    format!("\n{FAINT}{name:<12}{FAINT:#}{what}")
}

/// A stage that has ended, in a line.
pub(crate) fn stage(ended: &Ended) -> String {
    let name = ended.stage.name();
    let (style, word, what) = match &ended.end {
        End::Passed { summary, .. } => (GOOD, "passed", summary.clone()),
        End::Failed(failed) => (BAD, "failed", failure(failed)),
        End::Stopped { failed: 0 } => (FAINT, "stopped", "they still ran when the model knew why".to_owned()),
        End::Stopped { failed } => (BAD, "stopped", format!("{failed} had failed when the model knew why")),
    };
    format!("  {name:<9}{style}{word:<9}{style:#}{what} {FAINT}({}){FAINT:#}", seconds(ended.elapsed))
}

fn failure(failed: &Failed) -> String {
    match failed.tests {
        0 => failed.kind.to_string(),
        tests => {
            let unended = match failed.unfinished.len() {
                0 => String::new(),
                all if all == failed.failed => ": they had not ended".to_owned(),
                some => format!("; {some} of them had not ended"),
            };
            format!("{} of {tests} tests, the first by a {}{unended}", failed.failed, failed.kind)
        }
    }
}

/// The tests of which nobody knows more than that they had not ended.
fn unfinished(failed: &Failed) -> Option<String> {
    let names = failed.unfinished.join(", ");
    match failed.unfinished.len() {
        0 => None,
        1 => Some(wrapped(&format!("One test had not ended: {names}."))),
        count => Some(wrapped(&format!("{count} tests had not ended: {names}."))),
    }
}

/// What the stages mean: praise, or the picture of what went wrong and where to look in it. For somebody who has passed nothing
/// yet the signs of the picture are explained.
pub(crate) fn verdict(course: &Course, progress: &Progress, exercise: &Exercise, verdict: &Verdict) -> String {
    let Some((_, refused)) = verdict.refusal() else {
        let shown =
            verdict.shown.as_deref().map_or(String::new(), |shown| format!("{}\n\n", wrapped(shown).trim_end()));
        let mut passed = format!("{shown}{GOOD}Passed{GOOD:#}, in {}: well done.", seconds(verdict.elapsed));
        if verdict.stages.iter().any(|ended| matches!(ended.end, End::Passed { bounded: true, .. })) {
            passed += &format!("\n{FAINT}{}{FAINT:#}", wrapped(BOUNDED));
        }
        for file in altered(course, exercise) {
            let file = file.display();
            let but = format!("But {file}, which is part of the check, is not as it was committed last.");
            passed += &format!("\n{BAD}{}{BAD:#}", wrapped(&but));
        }
        let references = exercise.manifest().solution.values();
        return references.fold(passed, |text, file| {
            format!("{text}\nCompare yours with the reference: {STRONG}{}{STRONG:#}", file.display())
        });
    };
    let mut text = String::new();
    let told = verdict.failure(Stage::Model).filter(|failed| failed.counterexample.is_some()).unwrap_or(refused);
    if refused.counterexample.is_none() {
        if let Some(test) = &refused.test {
            text += &format!("{STRONG}{test}{STRONG:#}\n");
        }
        text += &format!("{}\n\n", indented(&refused.message));
    }
    if let Some(schedule) = &told.counterexample {
        let style = schedule::Style { colour: colors(), width: width() };
        text += &format!("{}\n", schedule.to_text(style));
        if passed(course, progress) == 0 {
            text += &format!("{FAINT}{LEGEND}{FAINT:#}\n");
        }
    }
    if let Some(unfinished) = unfinished(told).or_else(|| unfinished(refused)) {
        text += &format!("{unfinished}\n\n");
    }
    text + &format!("{STRONG}{}{STRONG:#}", wrapped(&advice(exercise, told)))
}

/// The hint after those that the learner has seen, or the last one; and how many that makes.
pub(crate) fn hint(progress: &Progress, exercise: &Exercise) -> Result<(String, usize), Box<dyn Error>> {
    let hints = exercise.hints()?;
    let number = (progress.hints(exercise) + 1).min(hints.len());
    let text = match number.checked_sub(1) {
        None => format!("There are no hints for {}.", exercise.manifest().id),
        Some(last) => {
            format!("{FAINT}Hint {number} of {}{FAINT:#}\n\n{}", hints.len(), wrapped(hints[last].trim_end()))
        }
    };
    Ok((text, number))
}

/// All exercises, a line each.
pub(crate) fn list(course: &Course, progress: &Progress, drawer: &Drawer) -> String {
    let longest = course.exercises().iter().map(|exercise| exercise.manifest().id.len()).max().unwrap_or(0);
    let lines = course.exercises().iter().map(|exercise| {
        let manifest = exercise.manifest();
        let passed = progress.passed(exercise);
        let (style, mark) = if passed { (GOOD, "passed") } else { (FAINT, "to do ") };
        let changed = if passed && drawer.changed_since_passed(exercise) { ", changed since" } else { "" };
        format!("{style}{mark}{style:#}  {:<longest$}  {}{FAINT}{changed}{FAINT:#}", manifest.id, manifest.title)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the solution lies, and the solution.
pub(crate) fn solution(course: &Course, exercise: &Exercise) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    for file in exercise.manifest().solution.values() {
        let path = course.root().join(file);
        let solution = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        write!(text, "{STRONG}{}{STRONG:#}\n\n{solution}\n", file.display())?;
    }
    Ok(text.trim_end().to_owned())
}

/// How many exercises the learner has passed.
fn passed(course: &Course, progress: &Progress) -> usize {
    course.exercises().iter().filter(|exercise| progress.passed(exercise)).count()
}

/// How far the learner has come: a bar, and in numbers.
pub(crate) fn bar(course: &Course, progress: &Progress) -> String {
    const LONGEST: usize = 16;
    let full = LONGEST * passed(course, progress) / course.exercises().len();
    let bar = format!("{GOOD}{}{GOOD:#}{FAINT}{}{FAINT:#}", "━".repeat(full), "━".repeat(LONGEST - full));
    format!("{bar} {} passed", score(course, progress))
}

/// How far, in numbers.
pub(crate) fn score(course: &Course, progress: &Progress) -> String {
    format!("{} of {}", passed(course, progress), course.exercises().len())
}

/// The texts are written to be read as they are; only what is too long for the terminal is broken. (Whether it is, is not for
/// textwrap to say, which takes the signs that pictures are drawn with for two columns wide.)
pub(crate) fn wrapped(text: &str) -> String {
    let lines = text.lines().map(|line| {
        if line.chars().count() <= width() {
            return line.to_owned();
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        textwrap::fill(line, textwrap::Options::new(width()).subsequent_indent(indent))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

pub(crate) fn width() -> usize {
    columns().min(WIDEST)
}

/// Where to read the exercise's text, if it is too long to be seen at once on a terminal of so many `rows`: it then stands
/// there with its beginning out of sight.
pub(crate) fn too_long(text: &str, exercise: &Exercise, rows: usize) -> Option<String> {
    let lines = text.lines().count();
    let file = exercise.folder().join("README.md");
    (lines > rows).then(|| label("Too long?", format_args!("Scroll up, or read {}", file.display())))
}

/// How high the terminal is.
pub(crate) fn rows() -> usize {
    terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0))
}

/// How wide the terminal is.
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).max(1)
}

pub(crate) fn colors() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
