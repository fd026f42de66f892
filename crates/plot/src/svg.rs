//! The picture as SVG.
//!
//! plotters draws; where things lie is worked out here, because its axes put a tick at round numbers and not where something
//! was measured, and know neither columns of several lines nor names beside them.

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::ruler::{Ruler, tick};
use crate::{Line, Plot, Span};

/// How wide a picture is. It is as high as it has to be.
const WIDTH: i32 = 760;
const AREA_HEIGHT: i32 = 260;
const EDGE: i32 = 16;
/// Where the numbers of the upright side stand.
const NUMBERS: i32 = 60;
/// From one line of text to the next.
const LEADING: i32 = 17;

/// Sizes of letters, in pixels.
const TITLE: i32 = 17;
const NAME: i32 = 14;
const NUMBER: i32 = 13;

/// From the middle of a mark to its edge.
const MARK: i32 = 5;

/// So many lines differ in colour.
const HUES: usize = 8;

/// Stand-ins for the colours of the page, which plotters does not know. The drawing is done with the former, and the
/// latter are put in their place.
const COLOURS: [(RGBColor, &str); HUES + 2] = [
    (RGBColor(1, 0, 0), "var(--schedule-0, #0969b0)"),
    (RGBColor(2, 0, 0), "var(--schedule-1, #0b7a5b)"),
    (RGBColor(3, 0, 0), "var(--schedule-2, #a03d88)"),
    (RGBColor(4, 0, 0), "var(--schedule-3, #7a6400)"),
    (RGBColor(5, 0, 0), "var(--schedule-4, #55606e)"),
    (RGBColor(6, 0, 0), "var(--schedule-5, #b8470f)"),
    (RGBColor(7, 0, 0), "var(--schedule-6, #5a4fcf)"),
    (RGBColor(8, 0, 0), "var(--schedule-7, #7b4a2d)"),
    (INK, "var(--schedule-ink, #1f2328)"),
    (QUIET, "var(--schedule-quiet, #636c76)"),
];
const INK: RGBColor = RGBColor(9, 0, 0);
const QUIET: RGBColor = RGBColor(10, 0, 0);

/// Drawing into a string does not fail.
const DRAWN: &str = "a string takes whatever is drawn";

type Sheet<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Where the parts of a picture lie, in pixels.
struct Layout {
    title: Vec<String>,
    /// The names above the picture, each with its place.
    legend: Vec<(usize, i32, i32)>,
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    /// What stands below the picture: where, and the lines of it.
    places: Vec<(i32, Vec<String>)>,
    height: i32,
}

/// A line's name, to stand beside its end.
struct Name<'plot> {
    line: &'plot Line,
    /// Where the line ends.
    end: (i32, i32),
    /// The middle of the name.
    y: i32,
    parts: Vec<String>,
}

impl Name<'_> {
    /// From its middle to where another name may begin.
    fn half(&self) -> i32 {
        (lines(&self.parts) * LEADING + 3) / 2
    }
}

impl Plot {
    /// The picture as SVG, without an empty line in it, which would end it in Markdown.
    pub fn svg(&self) -> String {
        let mut svg = String::new();
        self.draw(&mut svg, &self.layout());
        for (colour, variable) in COLOURS {
            let RGBColor(red, green, blue) = colour;
            svg = svg.replace(&format!("\"#{red:02X}{green:02X}{blue:02X}\""), &format!("\"{variable}\""));
        }
        let told = format!(
            "<svg role=\"img\" aria-label=\"{}\" ",
            self.title.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
        );
        let svg = svg.replacen("<svg ", &told, 1);
        svg.lines().filter(|line| !line.trim().is_empty()).fold(String::new(), |svg, line| svg + line + "\n")
    }

    fn draw(&self, svg: &mut String, layout: &Layout) {
        let size = (WIDTH.unsigned_abs(), layout.height.unsigned_abs());
        let sheet = SVGBackend::with_string(svg, size).into_drawing_area();
        self.draw_frame(&sheet, layout);
        for line in &self.lines {
            self.draw_line(&sheet, layout, line);
        }
        if self.x.names.is_empty() {
            self.draw_names(&sheet, layout);
        }
        sheet.present().expect(DRAWN);
    }

    fn layout(&self) -> Layout {
        let title = wrapped(&self.title, WIDTH - 2 * EDGE, TITLE);
        let mut top = EDGE + lines(&title) * (LEADING + 5);
        let mut legend = Vec::new();
        if !self.x.names.is_empty() && self.lines.len() > 1 {
            let mut x = EDGE + 8;
            for (number, line) in self.lines.iter().enumerate() {
                let breadth = breadth(&line.name, NAME) + 44;
                if x + breadth > WIDTH && x > EDGE + 8 {
                    x = EDGE + 8;
                    top += LEADING + 4;
                }
                legend.push((number, x, top + 12));
                x += breadth;
            }
            top += LEADING + 12;
        }
        // What is watched stands above the numbers.
        top += LEADING + 10;
        let names = self.lines.iter().map(|line| self.longest_part(line)).max().unwrap_or_default();
        let right = WIDTH - if self.x.names.is_empty() { names + 44 } else { EDGE };
        let mut layout = Layout {
            title,
            legend,
            left: NUMBERS,
            right,
            top,
            bottom: top + AREA_HEIGHT,
            places: Vec::new(),
            height: 0,
        };
        layout.places = self.label_places(&layout);
        let below = layout.places.iter().map(|(_, label)| lines(label)).max().unwrap_or(1);
        layout.height = layout.bottom + 10 + below * LEADING + LEADING + 12;
        layout
    }

    /// The labels below the picture: of each place that something was measured at, as long as there is room.
    fn label_places(&self, layout: &Layout) -> Vec<(i32, Vec<String>)> {
        let named = (0..self.x.names.len()).map(|number| number as f64).collect::<Vec<_>>();
        let values = if named.is_empty() { self.places() } else { named };
        let column = (layout.right - layout.left) / i32::try_from(values.len().max(1)).unwrap_or(1);
        let mut labels: Vec<(i32, Vec<String>)> = Vec::new();
        let mut free = i32::MIN;
        for value in values {
            let Some(x) = self.across(layout, value) else { continue };
            let label = self.label(value);
            if !self.x.names.is_empty() {
                labels.push((x, wrapped(&label, column - 8, NUMBER)));
                continue;
            }
            let half = breadth(&label, NUMBER) / 2 + 4;
            if x - half >= free {
                free = x + half;
                labels.push((x, vec![label]));
            }
        }
        labels
    }

    fn draw_frame(&self, sheet: &Sheet<'_>, layout: &Layout) {
        let &Layout { left, right, top, bottom, .. } = layout;
        let write = |words: &str, place, size, colour: RGBColor, anchor| {
            sheet.draw(&Text::new(words.to_owned(), place, letters(size).color(&colour).pos(anchor))).expect(DRAWN);
        };
        let (start, centre, end) = (
            Pos::new(HPos::Left, VPos::Center),
            Pos::new(HPos::Center, VPos::Center),
            Pos::new(HPos::Right, VPos::Center),
        );
        for (number, line) in (0..).zip(&layout.title) {
            write(line, (EDGE, EDGE + 6 + number * (LEADING + 5)), TITLE, INK, start);
        }
        for &(number, x, y) in &layout.legend {
            self.draw_sample(sheet, &self.lines[number], (x, y));
            write(&self.lines[number].name, (x + 14, y), NAME, INK, start);
        }
        write(&self.y.label, (EDGE, top - 18), NUMBER, QUIET, start);
        let ruler = self.upright();
        for value in ruler.ticks() {
            let Some(y) = height(layout, &ruler, value) else { continue };
            sheet.draw(&PathElement::new([(left, y), (right, y)], QUIET.mix(0.3).stroke_width(1))).expect(DRAWN);
            write(&tick(value), (left - 8, y), NUMBER, INK, end);
        }
        sheet.draw(&PathElement::new([(left, bottom), (right, bottom)], QUIET.stroke_width(1))).expect(DRAWN);
        for (x, label) in &layout.places {
            sheet.draw(&PathElement::new([(*x, bottom), (*x, bottom + 4)], QUIET.stroke_width(1))).expect(DRAWN);
            for (number, line) in (0..).zip(label) {
                write(line, (*x, bottom + 16 + number * LEADING), NUMBER, INK, centre);
            }
        }
        write(&self.x.label, ((left + right) / 2, layout.height - 14), NUMBER, QUIET, centre);
        if let Some(y) = self.level.and_then(|level| height(layout, &ruler, level)) {
            let across = [(left, y), (right, y)];
            sheet.draw(&DashedPathElement::new(across, 6, 4, INK.stroke_width(1))).expect(DRAWN);
        }
    }

    fn draw_line(&self, sheet: &Sheet<'_>, layout: &Layout, line: &Line) {
        let ruler = self.upright();
        let colour = self.colour(line);
        let marks: Vec<(i32, Option<i32>, &Span)> = line
            .spans
            .iter()
            .filter_map(|span| {
                let x = self.across(layout, span.x)? + self.aside(layout, line);
                Some((x, height(layout, &ruler, span.middle.unwrap_or(span.low)), span))
            })
            .collect();
        if self.x.names.is_empty() {
            let path: Vec<(i32, i32)> = marks.iter().filter_map(|(x, y, _)| Some((*x, (*y)?))).collect();
            if line.computed {
                sheet.draw(&DashedPathElement::new(path, 6, 4, colour.stroke_width(2))).expect(DRAWN);
            } else {
                sheet.draw(&PathElement::new(path, colour.stroke_width(2))).expect(DRAWN);
            }
        }
        for (x, _, span) in marks {
            // What has no place on a logarithmic side is not above zero: below all that has.
            let y = |value| height(layout, &ruler, value);
            let Some(high) = y(span.high) else { continue };
            let low = y(span.low).unwrap_or(layout.bottom);
            if line.computed {
                if !self.x.names.is_empty() {
                    let reach = self.column(layout) / 3;
                    let across = [(x - reach, high), (x + reach, high)];
                    sheet.draw(&DashedPathElement::new(across, 6, 4, colour.stroke_width(2))).expect(DRAWN);
                }
                continue;
            }
            sheet.draw(&PathElement::new([(x, low), (x, high)], colour.stroke_width(3))).expect(DRAWN);
            match span.middle {
                Some(middle) => {
                    if let Some(middle) = y(middle) {
                        self.draw_mark(sheet, line, (x, middle));
                    }
                }
                None => [low, high].into_iter().for_each(|end| self.draw_mark(sheet, line, (x, end))),
            }
        }
    }

    /// The names at the ends of the lines. Where several would lie on each other, they make room.
    fn draw_names(&self, sheet: &Sheet<'_>, layout: &Layout) {
        let ruler = self.upright();
        let end = |line: &Line| {
            let places = line.spans.iter().rev().filter_map(|span| {
                let x = self.across(layout, span.x)? + self.aside(layout, line);
                Some((x, height(layout, &ruler, span.middle.unwrap_or(span.high))?))
            });
            places.into_iter().next()
        };
        let named = |line| end(line).map(|end| Name { line, end, y: end.1, parts: parts(&line.name) });
        let mut names: Vec<Name<'_>> = self.lines.iter().filter_map(named).collect();
        names.sort_by_key(|name| name.y);
        let mut free = layout.top - 20;
        for name in &mut names {
            name.y = name.y.max(free + name.half());
            free = name.y + name.half();
        }
        let mut free = layout.bottom + LEADING;
        for name in names.iter_mut().rev() {
            name.y = name.y.min(free - name.half());
            free = name.y - name.half();
        }
        let start = Pos::new(HPos::Left, VPos::Center);
        for Name { line, end, y, parts } in names {
            let x = layout.right + 20;
            let leader = [(end.0 + MARK + 3, end.1), (x - 10, y)];
            sheet.draw(&PathElement::new(leader, self.colour(line).mix(0.5).stroke_width(1))).expect(DRAWN);
            self.draw_sample(sheet, line, (x, y));
            for (number, part) in (0..).zip(&parts) {
                let y = y + (2 * number + 1 - lines(&parts)) * LEADING / 2;
                let style = letters(NAME).color(&INK).pos(start);
                sheet.draw(&Text::new(part.clone(), (x + 13, y), style)).expect(DRAWN);
            }
        }
    }

    /// What stands before a line's name.
    fn draw_sample(&self, sheet: &Sheet<'_>, line: &Line, (x, y): (i32, i32)) {
        if line.computed {
            let dash = [(x - 9, y), (x + 9, y)];
            sheet.draw(&DashedPathElement::new(dash, 5, 3, self.colour(line).stroke_width(2))).expect(DRAWN);
        } else {
            self.draw_mark(sheet, line, (x, y));
        }
    }

    /// Each line has a shape of its own as well, for those who do not see its colour.
    fn draw_mark(&self, sheet: &Sheet<'_>, line: &Line, (x, y): (i32, i32)) {
        let colour = self.colour(line);
        let (style, reach) = (colour.filled(), MARK + 2);
        let number = self.number(line);
        // Once the colours begin anew, the shapes are shifted.
        let drawn = match (number + number / HUES) % HUES {
            0 => sheet.draw(&Circle::new((x, y), MARK, style)),
            1 => sheet.draw(&Rectangle::new([(x - MARK, y - MARK), (x + MARK, y + MARK)], style)),
            2 => sheet.draw(&Polygon::new(vec![(x - reach, y + MARK), (x + reach, y + MARK), (x, y - reach)], style)),
            3 => sheet.draw(&Polygon::new(vec![(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)], style)),
            4 => sheet.draw(&Cross::new((x, y), MARK, colour.stroke_width(3))),
            5 => sheet.draw(&Polygon::new(vec![(x - reach, y - MARK), (x + reach, y - MARK), (x, y + reach)], style)),
            6 => sheet.draw(&Circle::new((x, y), MARK, colour.stroke_width(2))),
            _ => sheet.draw(&Rectangle::new([(x - MARK, y - MARK), (x + MARK, y + MARK)], colour.stroke_width(2))),
        };
        drawn.expect(DRAWN);
    }

    fn colour(&self, line: &Line) -> RGBColor {
        COLOURS[self.number(line) % HUES].0
    }

    /// The side along which numbers go up.
    fn upright(&self) -> Ruler {
        let shown = self.lines.iter().flat_map(|line| &line.spans).flat_map(|span| [span.low, span.high]);
        Ruler::new(&self.y, shown.chain(self.level).chain(self.reach)).with_room()
    }

    fn across(&self, layout: &Layout, x: f64) -> Option<i32> {
        let places = self.places();
        let ruler = Ruler::new(&self.x, places.iter().copied());
        // Marks at the ends are whole.
        let room = if self.x.names.is_empty() { 14 } else { 0 };
        let (from, to) = (layout.left + room, layout.right - room);
        Some(from + (ruler.share(x)? * f64::from(to - from)) as i32)
    }

    /// How wide the column of a name is.
    fn column(&self, layout: &Layout) -> i32 {
        (layout.right - layout.left) / i32::try_from(self.x.names.len().max(1)).unwrap_or(1)
    }

    /// How far beside its place a line is drawn, so that one does not hide the other.
    fn aside(&self, layout: &Layout, line: &Line) -> i32 {
        let measured: Vec<&Line> = self.lines.iter().filter(|line| !line.computed).collect();
        let Some(number) = measured.iter().position(|it| *it == line) else { return 0 };
        let count = i32::try_from(measured.len()).unwrap_or(1);
        let step = if self.x.names.is_empty() { 3 } else { self.column(layout) / 2 / count };
        (2 * i32::try_from(number).unwrap_or(0) + 1 - count) * step / 2
    }

    fn longest_part(&self, line: &Line) -> i32 {
        parts(&line.name).iter().map(|part| breadth(part, NAME)).max().unwrap_or_default()
    }
}

/// Where on the sheet `value` lies.
fn height(layout: &Layout, ruler: &Ruler, value: f64) -> Option<i32> {
    Some(layout.bottom - (ruler.share(value)? * f64::from(layout.bottom - layout.top)) as i32)
}

/// A name in lines, to stand beside the picture.
fn parts(name: &str) -> Vec<String> {
    wrapped(name, 170, NAME)
}

/// `words` in lines that are no wider than `width`, if no word is.
fn wrapped(words: &str, width: i32, size: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if breadth(line, size) + breadth(word, size) + size / 3 <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn lines(text: &[String]) -> i32 {
    i32::try_from(text.len()).unwrap_or(i32::MAX / LEADING / 2)
}

/// About as wide as `words` are. Nobody knows which letters the page will be shown in.
fn breadth(words: &str, size: i32) -> i32 {
    i32::try_from(words.chars().count()).unwrap_or(WIDTH) * size * 53 / 100
}

/// Letters of so many pixels. plotters takes 1.24 times as many.
fn letters(size: i32) -> TextStyle<'static> {
    ("sans-serif", f64::from(size) * 1.24).into_font().into()
}

#[cfg(test)]
mod tests {
    use results::{Axis, Point, Series};

    use super::*;

    const LONG: &str = "a name that is too long for its column, by much, as nobody will deny who has seen it";

    /// A picture of so many lines that end at the same place.
    fn plot(x: Axis, count: usize) -> Plot {
        let point = |x| Point::at(x, vec![1.0, 2.0, 3.0]);
        let series = |number| Series::new(&format!("line {number}"), vec![point(0.0), point(1.0)]);
        Plot::new("A < B & \"C\"", x, Axis::new("metres"), &(0..count).map(series).collect::<Vec<_>>())
    }

    /// Where the texts stand that begin with `begin`.
    fn heights(svg: &str, begin: &str) -> Vec<i32> {
        let texts = svg
            .split("<text ")
            .skip(1)
            .filter(|text| text.split_once('>').is_some_and(|(_, words)| words.trim_start().starts_with(begin)));
        let height = |text: &str| text.split("y=\"").nth(1)?.split('"').next()?.parse().ok();
        texts.filter_map(height).collect()
    }

    #[test]
    fn names_beside_lines_that_end_together_do_not_lie_on_each_other() {
        let mut heights = heights(&plot(Axis::new("x"), 12).svg(), "line ");
        heights.sort_unstable();
        assert_eq!(heights.len(), 12);
        assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= LEADING), "{heights:?}");
    }

    #[test]
    fn no_two_of_many_lines_have_the_same_colour_and_shape() {
        let plot = plot(Axis::new("x"), 20);
        let looks: Vec<_> = (0..20).map(|number| (number % HUES, (number + number / HUES) % HUES)).collect();
        for (number, line) in plot.lines.iter().enumerate() {
            assert_eq!(plot.colour(line), COLOURS[looks[number].0].0);
            assert!(!looks[..number].contains(&looks[number]), "{number}");
        }
    }

    #[test]
    fn what_was_computed_has_the_colour_of_what_it_is_about() {
        let mut plot = plot(Axis::new("x"), 2);
        for name in ["line 1: a law", "a law"] {
            plot.lines.push(Line { name: name.to_owned(), computed: true, spans: Vec::new() });
        }
        assert_eq!([2, 3].map(|line| plot.number(&plot.lines[line])), [1, 2]);
    }

    #[test]
    fn columns_have_their_names_below_and_a_legend_above() {
        let svg = plot(Axis::of_names("", [LONG, "b"]), 3).svg();
        let below = heights(&svg, "b");
        let above = heights(&svg, "line ");
        assert_eq!((below.len(), above.len()), (1, 3));
        assert!(above[0] < below[0]);
        assert!(svg.contains("a name that") && !svg.contains(LONG), "it is broken into lines");
    }

    #[test]
    fn every_colour_is_the_pages_and_nothing_ends_markdown() {
        for axis in [Axis::new("x"), Axis::of_names("", ["a", "b"])] {
            let svg = plot(axis, 9).svg();
            assert!(!svg.contains("\"#0"), "{svg}");
            assert!(svg.lines().all(|line| !line.trim().is_empty()));
            assert!(svg.starts_with("<svg role=\"img\" aria-label=\"A &lt; B &amp; &quot;C&quot;\" "), "{svg}");
        }
    }

    #[test]
    fn a_picture_of_nothing_is_a_picture() {
        let empty = Plot::new("", Axis::logarithmic(""), Axis::logarithmic(""), &[]);
        assert!(empty.svg().ends_with("</svg>\n"));
        assert!(empty.text(40).contains('└'));
    }
}
