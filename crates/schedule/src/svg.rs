//! The picture for a page.

use std::fmt::Write as _;

use crate::lanes::{Life, Row, RowKind, reached, rows};
use crate::phrase::{Phrase, Tone, printable, tail, width, wrap};
use crate::words::{Said, Teller};
use crate::{Failure, Operation, Schedule, Style};

const WIDTH: f64 = 760.0;
/// The column of the steps' numbers.
const NUMBERS: f64 = 34.0;
/// Half of the space between two boxes side by side; lines that cannot run straight take this way.
const MARGIN: f64 = 9.0;
/// From a box's edge to its text.
const PADDING: f64 = 9.0;
/// From a row's box to the next one's.
const SPACING: f64 = 9.0;
/// Most monospaced letters are 0.6 times as wide as they are high, and none of the usual ones is wider than this.
const ASPECT: f64 = 0.615;
const TITLE_SIZE: f64 = 14.0;
const PLACE_SIZE: f64 = 10.5;

/// All colours are variables, which a page may set on any element around the picture; the defaults follow the reader's
/// preference for light or dark.
const CSS: &str = "\
.schedule { --ink: var(--schedule-ink, #1f2328); --quiet: var(--schedule-quiet, #636c76); \
--paper: var(--schedule-paper, #ffffff); --old: var(--schedule-old, #b45309); --wrong: var(--schedule-wrong, #c4161c); \
--t0: var(--schedule-0, #0969b0); --t1: var(--schedule-1, #0b7a5b); --t2: var(--schedule-2, #a03d88); \
--t3: var(--schedule-3, #7a6400); --t4: var(--schedule-4, #55606e); \
font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; max-width: 100%; height: auto }
@media (prefers-color-scheme: dark) { .schedule { --ink: var(--schedule-ink, #e6edf3); \
--quiet: var(--schedule-quiet, #9198a1); --paper: var(--schedule-paper, #0d1117); --old: var(--schedule-old, #f0a04b); \
--wrong: var(--schedule-wrong, #ff6b6b); --t0: var(--schedule-0, #58b0f5); --t1: var(--schedule-1, #3cc79b); \
--t2: var(--schedule-2, #e78fd0); --t3: var(--schedule-3, #d9bd3c); --t4: var(--schedule-4, #a5b1c2) } }
.schedule .sheet, .schedule .box { fill: var(--paper) }
.schedule text { fill: var(--ink); white-space: pre }
.schedule .quiet { fill: var(--quiet) }
.schedule .old { fill: var(--old); font-weight: bold }
.schedule .wrong { fill: var(--wrong); font-weight: bold }
.schedule .title { font-weight: bold }
.schedule .t0 { --own: var(--t0) }
.schedule .t1 { --own: var(--t1) }
.schedule .t2 { --own: var(--t2) }
.schedule .t3 { --own: var(--t3) }
.schedule .t4 { --own: var(--t4) }
.schedule .own { fill: var(--own) }
.schedule .name { fill: var(--own); font-weight: bold }
.schedule .box { stroke: var(--own); stroke-width: 1.25 }
.schedule .tint { fill: var(--own); fill-opacity: 0.09 }
.schedule .box.bad { stroke: var(--wrong); stroke-width: 2.25 }
.schedule .line { fill: none; stroke: var(--own); stroke-width: 1.75 }
.schedule .asleep { stroke-dasharray: 2 6; stroke-linecap: round }
.schedule .joining { stroke-dasharray: 7 5; stroke-opacity: 0.55 }
.schedule .head { fill: var(--own) }
.schedule .past { fill: none; stroke: var(--old); stroke-width: 1.5; stroke-dasharray: 5 3 }
.schedule .past-head { fill: var(--old) }
.schedule .clash { fill: none; stroke: var(--wrong); stroke-width: 1.75; stroke-dasharray: 5 3 }
.schedule .rule { stroke: var(--quiet); stroke-opacity: 0.4 }
";

impl Schedule {
    /// Draws the schedule as SVG: a column for each thread, a box for each operation, and below what went wrong.
    ///
    /// The picture can stand alone or inside a page: it has no ids, no blank lines, and its colours are CSS variables
    /// with defaults for light and dark. A page with a theme of its own sets `--schedule-ink`, `-quiet`, `-paper`,
    /// `-old`, `-wrong` and, for the threads, `--schedule-0` to `--schedule-4`.
    pub fn to_svg(&self) -> String {
        let teller = Teller::new(self);
        let mut sheet = Sheet::new(&teller);
        sheet.draw();
        sheet.finish()
    }
}

/// The box of a step.
#[derive(Clone, Copy)]
struct Frame {
    thread: usize,
    left: f64,
    right: f64,
    middle: f64,
    bottom: f64,
}

/// The picture under construction. Lanes lie below lines, and both below boxes, so each is kept on its own.
struct Sheet<'a> {
    teller: &'a Teller<'a>,
    lanes: String,
    lines: String,
    boxes: String,
    /// How far down the picture has got.
    y: f64,
    /// From where each thread's lane is still to be drawn, and how.
    open: Vec<(f64, Life)>,
    /// The boxes of the steps that have been drawn.
    frames: Vec<Option<Frame>>,
    /// How many lines run around boxes, so that two of them do not run on each other.
    detours: usize,
}

impl<'a> Sheet<'a> {
    fn new(teller: &'a Teller<'a>) -> Sheet<'a> {
        let schedule = teller.schedule;
        Sheet {
            teller,
            lanes: String::new(),
            lines: String::new(),
            boxes: String::new(),
            y: 30.0,
            open: vec![(0.0, Life::Unborn); schedule.threads.len()],
            frames: vec![None; schedule.steps.len()],
            detours: 0,
        }
    }

    fn threads(&self) -> usize {
        self.teller.schedule.threads.len().max(1)
    }

    /// The height of the letters: less where the columns are many.
    fn size(&self) -> f64 {
        if self.threads() > 3 { 11.0 } else { 12.5 }
    }

    fn leading(&self) -> f64 {
        (self.size() * 1.4).round()
    }

    fn column(&self) -> f64 {
        // A single thread does not need the whole width.
        (WIDTH - NUMBERS - MARGIN) / self.threads().max(2) as f64
    }

    /// Where the thread's lane runs.
    fn x(&self, thread: usize) -> f64 {
        NUMBERS + self.column() * (thread as f64 + 0.5)
    }

    /// How many letters fit into a box.
    fn room(&self) -> usize {
        ((self.column() - 2.0 * MARGIN - 2.0 * PADDING) / (self.size() * ASPECT)) as usize
    }

    fn draw(&mut self) {
        self.text(14.0, TITLE_SIZE, &self.teller.title().phrases);
        self.y += 14.0;
        if !self.teller.schedule.steps.is_empty() {
            self.names();
            let rows = rows(self.teller.schedule);
            for row in &rows {
                self.row(row);
            }
            for thread in 0..self.open.len() {
                self.turn(thread, self.y + 14.0, Life::Ended);
            }
            self.relations();
        }
        self.y += 24.0;
        let _ = writeln!(self.boxes, r#"<path class="rule" d="M14 {0}H{1}"/>"#, at(self.y), at(WIDTH - 14.0));
        self.y += 22.0;
        let letter = 12.5 * ASPECT;
        for paragraph in self.teller.ending() {
            let indent = 14.0 + paragraph.indent as f64 * letter;
            let room = ((WIDTH - 14.0 - indent) / letter) as usize;
            for (number, line) in wrap(&[paragraph.phrases], room, room - 2).into_iter().enumerate() {
                let hang = if number == 0 { 0.0 } else { 2.0 * letter };
                self.text(indent + hang, 12.5, &line);
                self.y += 18.0;
            }
        }
    }

    fn names(&mut self) {
        self.y += self.leading();
        for thread in 0..self.teller.schedule.threads.len() {
            let name = self.teller.name(thread);
            let kept = self.room().max(4);
            let name =
                if name.chars().count() > kept { name.chars().take(kept - 1).chain(['…']).collect() } else { name };
            let _ = writeln!(
                self.boxes,
                r#"<text class="t{} name" x="{}" y="{}" font-size="13" text-anchor="middle">{}</text>"#,
                thread % 5,
                at(self.x(thread)),
                at(self.y),
                escape(&name)
            );
        }
        self.y += 10.0;
        if let Some(main) = self.open.first_mut() {
            *main = (self.y, Life::Ready);
        }
        self.y += 6.0;
    }

    fn row(&mut self, row: &Row) {
        for (thread, &life) in row.lives.iter().enumerate() {
            // A lane that begins is begun by the arrow that leads to it.
            if self.open[thread].1 != life && self.open[thread].1 != Life::Unborn {
                self.turn(thread, self.y, life);
            }
        }
        match row.kind {
            RowKind::Step(index) => {
                let step = &self.teller.schedule.steps[index];
                let said = self.teller.step(index);
                let frame = self.framed(step.thread, &said, self.teller.is_wrong(index), Some(index));
                self.frames[index] = Some(frame);
                for &other in reached(&step.operation) {
                    self.arrow(&frame, other);
                    self.turn(other, frame.middle, Life::Ready);
                }
                if let Operation::Join { thread } = step.operation {
                    self.joined(&frame, thread);
                }
                match step.operation {
                    Operation::Finish => self.turn(step.thread, frame.middle, Life::Ended),
                    Operation::Sleep { .. } => self.turn(step.thread, frame.bottom, Life::Asleep),
                    _ => {}
                }
            }
            RowKind::Stopped { thread, next } => self.remark(thread, &self.teller.stopped(thread, next), true),
            RowKind::Folded { from, to, like } => self.remark(0, &self.teller.folded(from, to, like), false),
            RowKind::Last { thread } => {
                if let Some(said) = self.teller.last() {
                    let frame = self.framed(thread, &said, true, None);
                    self.turn(thread, frame.middle, Life::Ended);
                }
            }
        }
    }

    /// Ends the stretch of a lane that is being drawn, and begins the next one.
    fn turn(&mut self, thread: usize, y: f64, life: Life) {
        let Some(&(from, was)) = self.open.get(thread) else { return };
        let look = match was {
            Life::Unborn | Life::Ended => None,
            Life::Ready => Some("line"),
            Life::Joining => Some("line joining"),
            Life::Asleep => Some("line asleep"),
        };
        if let Some(look) = look.filter(|_| y > from) {
            let x = at(self.x(thread));
            if was == Life::Asleep && y > from + SPACING + 4.0 {
                let _ = writeln!(
                    self.lanes,
                    r#"<text class="t{} own" x="{}" y="{}" font-size="12">z z z</text>"#,
                    thread % 5,
                    at(self.x(thread) + 7.0),
                    at(from + 14.0)
                );
            }
            let _ = writeln!(self.lanes, r#"<path class="t{} {look}" d="M{x} {}V{}"/>"#, thread % 5, at(from), at(y));
        }
        self.open[thread] = (y, life);
    }

    /// Draws what a thread does, in a box on its lane.
    fn framed(&mut self, thread: usize, said: &Said, bad: bool, index: Option<usize>) -> Frame {
        let (size, leading, room) = (self.size(), self.leading(), self.room());
        let mut lines = wrap(&said.parts, room, room);
        // The place follows the words if it fits beside them, else it has a line of its own.
        let place = Phrase::new(said.place.as_str(), Tone::Quiet);
        let place_width = width(std::slice::from_ref(&place)) as f64 * PLACE_SIZE * ASPECT;
        let letter = size * ASPECT;
        let longest = lines.iter().map(|line| width(line)).max().unwrap_or(0) as f64 * letter;
        let beside = lines.len() == 1 && longest + 14.0 + place_width <= room as f64 * letter;
        let inner =
            if beside { longest + 14.0 + place_width } else { longest.max(place_width.min(room as f64 * letter)) };
        let below = if beside || said.place.is_empty() { 0.0 } else { leading };
        let height = lines.len() as f64 * leading + below + 9.0;
        let left = (self.x(thread) - inner / 2.0 - PADDING).round();
        let right = (self.x(thread) + inner / 2.0 + PADDING).round();
        let top = self.y;
        let frame = Frame { thread, left, right, middle: top + height / 2.0, bottom: top + height };
        let (x, y, wide, high) = (at(left), at(top), at(right - left), at(height));
        let bad = if bad { " bad" } else { "" };
        let _ = writeln!(self.boxes, r#"<g class="t{}">"#, thread % 5);
        let _ =
            writeln!(self.boxes, r#"<rect class="box{bad}" x="{x}" y="{y}" width="{wide}" height="{high}" rx="5"/>"#);
        let _ = writeln!(self.boxes, r#"<rect class="tint" x="{x}" y="{y}" width="{wide}" height="{high}" rx="5"/>"#);
        self.y = top + 4.0 - (leading - size) / 2.0 + 0.5;
        for line in &mut lines {
            self.y += leading;
            self.text(left + PADDING, size, line);
        }
        if beside {
            self.text(left + PADDING + longest + 14.0, PLACE_SIZE, &[place]);
        } else if below > 0.0 {
            self.y += leading - 1.0;
            let kept = (room as f64 * letter / (PLACE_SIZE * ASPECT)) as usize;
            self.text(left + PADDING, PLACE_SIZE, &[Phrase { text: tail(&place.text, kept), ..place }]);
        }
        let _ = writeln!(self.boxes, "</g>");
        if let Some(index) = index {
            let _ = writeln!(
                self.boxes,
                r#"<text class="quiet" x="{}" y="{}" font-size="{PLACE_SIZE}" text-anchor="end">{}</text>"#,
                at(NUMBERS - 10.0),
                at(frame.middle + 4.0),
                index + 1
            );
        }
        self.y = frame.bottom + SPACING;
        frame
    }

    /// Writes a remark between the steps: beside the lane of the thread that it is about, or across the picture.
    fn remark(&mut self, thread: usize, said: &Said, own: bool) {
        let size = PLACE_SIZE + 0.5;
        let letter = size * ASPECT;
        let across = ((WIDTH - NUMBERS - 2.0 * MARGIN) / letter) as usize;
        let room = if own { ((self.column() - 2.0 * MARGIN) / letter) as usize } else { across };
        let lines = wrap(&said.parts, room, room);
        let height = lines.len() as f64 * 15.0;
        let longest = lines.iter().map(|line| width(line)).max().unwrap_or(0) as f64 * letter;
        let left = if own { self.x(thread) - longest / 2.0 } else { NUMBERS + MARGIN };
        let _ = writeln!(
            self.boxes,
            r#"<rect class="sheet" x="{}" y="{}" width="{}" height="{}"/>"#,
            at(left - 4.0),
            at(self.y - 2.0),
            at(longest + 8.0),
            at(height + 4.0)
        );
        self.y -= 4.0;
        for line in &lines {
            self.y += 15.0;
            self.text(left, size, line);
        }
        self.y += 4.0 + SPACING;
    }

    /// Draws an arrow from a box to another thread's lane.
    fn arrow(&mut self, from: &Frame, to: usize) {
        let end = self.x(to);
        let (start, tip) = if end > from.left { (from.right, end - 2.0) } else { (from.left, end + 2.0) };
        let (y, class) = (at(from.middle), from.thread % 5);
        let _ = writeln!(self.lines, r#"<path class="t{class} line" d="M{} {y}H{}"/>"#, at(start), at(tip));
        self.head("head", class, tip, from.middle, end > start);
    }

    /// Draws the way from where a thread ended to the box that joins it.
    fn joined(&mut self, to: &Frame, thread: usize) {
        let steps = &self.teller.schedule.steps;
        let ended = steps.iter().position(|step| step.thread == thread && step.operation == Operation::Finish);
        let Some(end) = ended.and_then(|index| self.frames[index]) else { return };
        let x = self.x(thread);
        let tip = if x > to.left { to.right } else { to.left };
        let class = thread % 5;
        let (from, corner, y) = (at(end.bottom), at(to.middle), at(tip));
        let _ = writeln!(self.lines, r#"<path class="t{class} line joining" d="M{} {from}V{corner}H{y}"/>"#, at(x));
        self.head("head", class, tip, to.middle, x < tip);
    }

    /// Draws what ties two steps together across time: an old read and the write that it missed, the two sides of a race.
    fn relations(&mut self) {
        let schedule = self.teller.schedule;
        for (index, step) in schedule.steps.iter().enumerate() {
            if let Operation::Load { newest: Some(newest), .. } = &step.operation
                && let Some(wrote) = newest.step
            {
                self.detour("past", index, wrote);
            }
        }
        if let Some(Failure::DataRace { first, second, .. }) = &schedule.failure {
            self.detour("clash", *second, *first);
        }
    }

    /// Draws a line from one box to an earlier one, through the margin beside the earlier one's column.
    fn detour(&mut self, class: &str, from: usize, to: usize) {
        let frame = |index: usize| self.frames.get(index).copied().flatten();
        let (Some(from), Some(to)) = (frame(from), frame(to)) else { return };
        let rightwards = to.thread >= from.thread;
        let side = if rightwards { -1.0 } else { 1.0 };
        let shift = (self.detours % 3) as f64 * 4.0 - 4.0;
        self.detours += 1;
        let way = self.x(to.thread) + side * self.column() / 2.0 + shift;
        let start = if way > from.right { from.right } else { from.left };
        let tip = if rightwards { to.left } else { to.right };
        let _ = writeln!(
            self.lines,
            r#"<path class="{class}" d="M{} {}H{}V{}H{}"/>"#,
            at(start),
            at(from.middle),
            at(way),
            at(to.middle),
            at(tip)
        );
        if class == "past" {
            self.head("past-head", to.thread % 5, tip, to.middle, rightwards);
        }
    }

    fn head(&mut self, class: &str, thread: usize, x: f64, y: f64, rightwards: bool) {
        let back = if rightwards { x - 7.0 } else { x + 7.0 };
        let _ = writeln!(
            self.lines,
            r#"<path class="t{thread} {class}" d="M{} {}L{} {}V{}Z"/>"#,
            at(x),
            at(y),
            at(back),
            at(y - 4.0),
            at(y + 4.0)
        );
    }

    /// Writes a line of text at the current height.
    fn text(&mut self, x: f64, size: f64, phrases: &[Phrase]) {
        let _ = write!(self.boxes, r#"<text x="{}" y="{}" font-size="{size}">"#, at(x), at(self.y));
        for phrase in phrases.iter().filter(|phrase| !phrase.text.is_empty()) {
            let class = match phrase.tone {
                Tone::Plain => {
                    self.boxes.push_str(&escape(&phrase.text));
                    continue;
                }
                Tone::Thread(thread) => format!("t{} own", thread % 5),
                Tone::Quiet => "quiet".to_owned(),
                Tone::Old => "old".to_owned(),
                Tone::Wrong => "wrong".to_owned(),
                Tone::Title => "title".to_owned(),
            };
            let _ = write!(self.boxes, r#"<tspan class="{class}">{}</tspan>"#, escape(&phrase.text));
        }
        self.boxes.push_str("</text>\n");
    }

    fn finish(self) -> String {
        let schedule = self.teller.schedule;
        let height = self.y.ceil();
        let title = printable(&schedule.title);
        let told = schedule.to_text(Style::plain(100));
        let told: Vec<&str> = told.lines().filter(|line| !line.is_empty()).collect();
        format!(
            "<svg class=\"schedule\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{WIDTH}\" \
             height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\">\n\
             <title>{}</title>\n<desc>{}</desc>\n<style>\n{CSS}</style>\n\
             <rect class=\"sheet\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/>\n{}{}{}</svg>\n",
            escape(&title.replace('\n', " ")),
            escape(&told.join("\n")),
            self.lanes,
            self.lines,
            self.boxes
        )
    }
}

/// A coordinate, to a tenth.
fn at(coordinate: f64) -> f64 {
    (coordinate * 10.0).round() / 10.0
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
