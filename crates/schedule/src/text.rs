//! The picture for a terminal.

use std::io::IsTerminal;

use anstyle::{Ansi256Color, AnsiColor, Color, Style as Paint};

use crate::lanes::{Life, Row, RowKind, reached, rows};
use crate::phrase::{Phrase, Tone, tail, width, wrap};
use crate::words::{Said, Teller};
use crate::{Operation, Schedule};

/// How a [`Schedule`] is drawn as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour it, with the terminal's escape sequences.
    pub colour: bool,
    /// How many columns there are. The picture keeps within them from 60 on.
    pub width: usize,
}

impl Style {
    /// Without colour.
    pub const fn plain(width: usize) -> Style {
        Style { colour: false, width }
    }

    /// For standard error: with colour if that is a terminal which shows colours, unless the variable
    /// [`NO_COLOR`](https://no-color.org) asks for none.
    pub fn for_stderr(width: usize) -> Style {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        Style { colour: std::io::stderr().is_terminal() && !refused && !dumb, width }
    }
}

/// Columns between two lanes, at least.
const GAP: usize = 2;
/// Columns of a lane, at least: arrows need room.
const NARROWEST: usize = 4;
/// How far the second line of an operation is indented.
const HANG: usize = 4;

impl Schedule {
    /// Draws the schedule as text: a lane for each thread, a line for each operation, and below what went wrong.
    ///
    /// [`LEGEND`](crate::LEGEND) explains the signs.
    pub fn to_text(&self, style: Style) -> String {
        let teller = Teller::new(self);
        let mut page = Page { style, text: String::new() };
        for line in wrap(&[teller.title().phrases], style.width, style.width) {
            page.line(&line);
        }
        page.line(&[]);
        if !self.steps.is_empty() {
            let frame = Frame::new(&teller, style.width);
            page.line(&frame.names(&teller));
            for row in rows(self) {
                frame.row(&teller, &row, &mut page);
            }
            page.line(&[]);
        }
        for paragraph in teller.ending() {
            let indent = " ".repeat(paragraph.indent);
            let room = style.width.saturating_sub(paragraph.indent + 2);
            for (number, line) in wrap(std::slice::from_ref(&paragraph.phrases), room + 2, room).iter().enumerate() {
                let hang = if number == 0 { "" } else { "  " };
                let mut phrases = vec![Phrase::new(format!("{indent}{hang}"), Tone::Plain)];
                phrases.extend_from_slice(line);
                page.line(&phrases);
            }
        }
        page.text
    }
}

/// The text so far.
struct Page {
    style: Style,
    text: String,
}

impl Page {
    fn line(&mut self, phrases: &[Phrase]) {
        let length = self.text.len();
        for phrase in phrases {
            let paint = if self.style.colour { paint(phrase.tone) } else { Paint::new() };
            self.text += &format!("{paint}{}{paint:#}", phrase.text);
        }
        let kept = self.text.trim_end_matches(' ').len().max(length);
        self.text.truncate(kept);
        self.text.push('\n');
    }
}

/// Where things stand on a line.
struct Frame {
    /// Columns of the step's number.
    number: usize,
    /// The column in which each thread's lane runs.
    lanes: Vec<usize>,
    /// The names above the lanes, cut to fit.
    names: Vec<String>,
    /// The column at which the words begin.
    words: usize,
    width: usize,
}

impl Frame {
    fn new(teller: &Teller<'_>, width: usize) -> Frame {
        let schedule = teller.schedule;
        let number = schedule.steps.len().to_string().len().max(2);
        let names: Vec<String> = (0..schedule.threads.len()).map(|thread| teller.name(thread)).collect();
        // The lanes may take some two fifths of the width; the longest names give way first.
        let budget = width * 9 / 20;
        let total = |longest: usize| -> usize {
            names.iter().map(|name| name.chars().count().min(longest).max(NARROWEST) + GAP).sum()
        };
        let longest = (NARROWEST..=16).rev().find(|&longest| total(longest) <= budget).unwrap_or(NARROWEST);
        let names: Vec<String> = names.iter().map(|name| shorten(name, longest)).collect();
        let mut words = number + 2;
        let mut lanes = Vec::new();
        for name in &names {
            lanes.push(words);
            words += name.chars().count().max(NARROWEST) + GAP;
        }
        Frame { number, lanes, names, words, width }
    }

    fn names(&self, teller: &Teller<'_>) -> Vec<Phrase> {
        let mut line = Cells::new(self.words);
        for (thread, name) in self.names.iter().enumerate().take(teller.schedule.threads.len()) {
            line.write(self.lanes[thread], name, Tone::Thread(thread));
        }
        line.phrases()
    }

    /// The lanes as they run on behind whatever a row shows.
    fn lanes(&self, row: &Row) -> Cells {
        let folded = matches!(row.kind, RowKind::Folded { .. });
        let mut line = Cells::new(self.words);
        for (thread, life) in row.lives.iter().enumerate() {
            let sign = match life {
                Life::Unborn | Life::Ended => " ",
                _ if folded => "⋮",
                Life::Ready => "│",
                Life::Joining => "┆",
                Life::Asleep => "z",
            };
            line.write(self.lanes[thread], sign, Tone::Thread(thread));
        }
        line
    }

    fn row(&self, teller: &Teller<'_>, row: &Row, page: &mut Page) {
        let mut line = self.lanes(row);
        let mut behind = self.lanes(row);
        let said = match row.kind {
            RowKind::Step(index) => {
                let step = &teller.schedule.steps[index];
                line.write(0, &format!("{:>1$}", index + 1, self.number), Tone::Quiet);
                let spawned = matches!(step.operation, Operation::Spawn { .. });
                for &other in reached(&step.operation) {
                    self.arrow(&mut line, step.thread, other, spawned);
                }
                let (sign, tone) = match step.operation {
                    _ if teller.is_wrong(index) => ("✗", Tone::Wrong),
                    Operation::Finish => ("■", Tone::Thread(step.thread)),
                    _ => ("●", Tone::Thread(step.thread)),
                };
                self.mark(&mut line, step.thread, sign, tone);
                self.after(&mut behind, &step.operation, step.thread);
                teller.step(index)
            }
            RowKind::Stopped { thread, next } => {
                self.arrow(&mut line, thread, next, false);
                self.mark(&mut line, thread, if thread < next { "├" } else { "┤" }, Tone::Thread(thread));
                teller.stopped(thread, next)
            }
            RowKind::Folded { from, to, like } => teller.folded(from, to, like),
            RowKind::Last { thread } => {
                self.mark(&mut line, thread, "✗", Tone::Wrong);
                let Some(said) = teller.last() else { return };
                said
            }
        };
        self.say(&said, &line, &behind, page);
    }

    /// What the lanes of those whom a step concerns look like on the further lines of its words.
    fn after(&self, line: &mut Cells, operation: &Operation, own: usize) {
        let sign = match operation {
            Operation::Finish => " ",
            Operation::Sleep { .. } => "z",
            _ => "│",
        };
        self.mark(line, own, sign, Tone::Thread(own));
        for &other in reached(operation) {
            self.mark(line, other, "│", Tone::Thread(other));
        }
    }

    fn mark(&self, line: &mut Cells, thread: usize, sign: &str, tone: Tone) {
        if let Some(&column) = self.lanes.get(thread) {
            line.write(column, sign, tone);
        }
    }

    /// Draws an arrow from one lane to another, or a branch where a lane begins.
    fn arrow(&self, line: &mut Cells, from: usize, to: usize, branch: bool) {
        let (Some(&start), Some(&end)) = (self.lanes.get(from), self.lanes.get(to)) else { return };
        for column in start.min(end) + 1..start.max(end) {
            match line.symbol(column) {
                ' ' => line.write(column, if branch { "─" } else { "┄" }, Tone::Thread(from)),
                '│' if branch => line.write(column, "┼", Tone::Thread(from)),
                _ => {}
            }
        }
        match (branch, start < end) {
            (true, true) => line.write(end, "╮", Tone::Thread(to)),
            (true, false) => line.write(end, "╭", Tone::Thread(to)),
            (false, true) => line.write(end - 1, "▸", Tone::Thread(from)),
            (false, false) => line.write(end + 1, "◂", Tone::Thread(from)),
        }
    }

    /// Writes the words beside the lanes, on as many lines as they need.
    fn say(&self, said: &Said, line: &Cells, behind: &Cells, page: &mut Page) {
        // A place may take a third of the width; of a longer one the end says more.
        let place = tail(&said.place, self.width / 3);
        let room = self.width.saturating_sub(self.words);
        let taken = if place.is_empty() { 0 } else { place.chars().count() + 2 };
        for (number, words) in
            wrap(&said.parts, room.saturating_sub(taken), room.saturating_sub(HANG)).into_iter().enumerate()
        {
            let used = width(&words);
            let mut phrases = if number == 0 { line.phrases() } else { behind.phrases() };
            if number > 0 {
                phrases.push(Phrase::new(" ".repeat(HANG), Tone::Plain));
            }
            phrases.extend(words);
            if number == 0 && !place.is_empty() {
                let gap = room.saturating_sub(used + place.chars().count());
                phrases.push(Phrase::new(" ".repeat(gap), Tone::Plain));
                phrases.push(Phrase::new(place.as_str(), Tone::Quiet));
            }
            page.line(&phrases);
        }
    }
}

/// A line under construction, column by column.
struct Cells(Vec<(char, Tone)>);

impl Cells {
    fn new(columns: usize) -> Cells {
        Cells(vec![(' ', Tone::Plain); columns])
    }

    fn symbol(&self, column: usize) -> char {
        self.0.get(column).map_or(' ', |(symbol, _)| *symbol)
    }

    fn write(&mut self, column: usize, text: &str, tone: Tone) {
        for (offset, symbol) in text.chars().enumerate() {
            if let Some(cell) = self.0.get_mut(column + offset) {
                *cell = (symbol, tone);
            }
        }
    }

    fn phrases(&self) -> Vec<Phrase> {
        let mut phrases: Vec<Phrase> = Vec::new();
        for &(symbol, tone) in &self.0 {
            match phrases.last_mut() {
                Some(last) if last.tone == tone => last.text.push(symbol),
                _ => phrases.push(Phrase { text: symbol.into(), tone }),
            }
        }
        phrases
    }
}

/// At most `longest` characters of a name, the last one among them: names that start alike often end in a number.
fn shorten(name: &str, longest: usize) -> String {
    let symbols: Vec<char> = name.chars().collect();
    match symbols.last() {
        Some(last) if symbols.len() > longest && longest > 2 => {
            let start: String = symbols[..longest - 2].iter().collect();
            format!("{start}…{last}")
        }
        _ => name.to_owned(),
    }
}

/// The colours keep apart for colour-blind eyes and show on dark and on light ground.
fn paint(tone: Tone) -> Paint {
    const THREADS: [u8; 5] = [33, 36, 170, 142, 103];
    match tone {
        Tone::Plain => Paint::new(),
        Tone::Thread(thread) => {
            Paint::new().fg_color(Some(Color::Ansi256(Ansi256Color(THREADS[thread % THREADS.len()]))))
        }
        Tone::Quiet => Paint::new().dimmed(),
        Tone::Old => Paint::new().bold().fg_color(Some(Color::Ansi256(Ansi256Color(208)))),
        Tone::Wrong => Paint::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Red))),
        Tone::Title => Paint::new().bold(),
    }
}
