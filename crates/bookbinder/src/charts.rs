//! Charts of what the benchmarks have measured, drawn from the files in `results`.

use std::path::Path;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use results::{Comparison, Comparisons, Fairness, Measured, median};

use crate::{Error, Figure, escaped};

/// The book's charts. Each goes into the figure of its name.
const CHARTS: [Chart; 13] = [
    Chart {
        name: "mutex-short",
        scenario: "mutex/contended",
        columns: Columns::Threads,
        title: "Lock, add one, unlock, at once again",
        quantity: Quantity::Throughput,
        left_out: &[],
    },
    Chart {
        name: "mutex-long",
        scenario: "mutex/contended_for_long",
        columns: Columns::Threads,
        title: "Lock, work three microseconds, unlock, at once again",
        quantity: Quantity::Throughput,
        left_out: &[],
    },
    Chart {
        name: "mutex-fairness",
        scenario: "mutex/contended_for_long",
        columns: Columns::Threads,
        title: "What the threads get that get least and most",
        quantity: Quantity::Shares,
        left_out: &[],
    },
    Chart {
        name: "condvar-broadcast",
        scenario: "condvar/broadcast_locked",
        columns: Columns::Threads,
        title: "Call all who wait, with the lock held, until the last is through",
        quantity: Quantity::Time,
        left_out: &[],
    },
    Chart {
        name: "semaphore-one",
        scenario: "semaphore/one_permit",
        columns: Columns::Threads,
        title: "Take the one permit, give it back, at once again",
        quantity: Quantity::Throughput,
        left_out: &SEMAPHORES_LEFT_OUT,
    },
    Chart {
        name: "semaphore-three",
        scenario: "semaphore/three_permits",
        columns: Columns::Threads,
        title: "Take one of three permits, give it back, at once again",
        quantity: Quantity::Throughput,
        left_out: &SEMAPHORES_LEFT_OUT,
    },
    Chart {
        name: "semaphore-fairness",
        scenario: "semaphore/one_permit",
        columns: Columns::Threads,
        title: "What the threads get that get least and most",
        quantity: Quantity::Shares,
        left_out: &SEMAPHORES_LEFT_OUT,
    },
    Chart {
        name: "semaphore-many",
        scenario: "semaphore/many_among_single",
        columns: Columns::Threads,
        title: "What the one thread gets that wants three of four permits",
        quantity: Quantity::First,
        left_out: &SEMAPHORES_LEFT_OUT,
    },
    Chart {
        name: "rwlock-short",
        scenario: "rwlock/read_mostly",
        columns: Columns::Threads,
        title: "Read a number (each hundredth time write one), at once again",
        quantity: Quantity::Throughput,
        left_out: &[],
    },
    Chart {
        name: "rwlock-long",
        scenario: "rwlock/read_mostly_for_long",
        columns: Columns::Threads,
        title: "Read (each hundredth time write) for three microseconds, at once again",
        quantity: Quantity::Throughput,
        left_out: &[],
    },
    Chart {
        name: "rwlock-writer",
        scenario: "rwlock/one_writer",
        columns: Columns::Threads,
        title: "What the one thread gets that writes, while the others read",
        quantity: Quantity::First,
        left_out: &[],
    },
    Chart {
        name: "barrier-round",
        scenario: "barrier/round",
        columns: Columns::Threads,
        title: "Come, and go on when all have come",
        quantity: Quantity::Time,
        left_out: &[],
    },
    Chart {
        name: "spawn-or-pool",
        scenario: "pool/jobs",
        columns: Columns::Lengths(&[("_1us/2", "1 µs"), ("_10us/2", "10 µs"), ("_100us/2", "100 µs")]),
        title: "How much of the processor time the jobs themselves have used",
        quantity: Quantity::Worked,
        left_out: &["threadpool", "rusty_pool", "crossbeam", "ideal"],
    },
];

/// The semaphores of the comparison that no chart shows.
const SEMAPHORES_LEFT_OUT: [&str; 3] = ["usync", "async-lock", "std-semaphore"];

const SIZE: (u32, u32) = (760, 380);

/// From the middle of a mark to its edge.
const MARK: i32 = 5;

/// Stand-ins for the colours of the page, which plotters does not know. The drawing is done with the former, and the
/// latter are put in their place.
const COLOURS: [(RGBColor, &str); 6] = [
    (RGBColor(1, 0, 0), "var(--schedule-0, #0969b0)"),
    (RGBColor(2, 0, 0), "var(--schedule-1, #0b7a5b)"),
    (RGBColor(3, 0, 0), "var(--schedule-2, #a03d88)"),
    (RGBColor(4, 0, 0), "var(--schedule-3, #7a6400)"),
    (INK, "var(--schedule-ink, #1f2328)"),
    (QUIET, "var(--schedule-quiet, #636c76)"),
];
const INK: RGBColor = RGBColor(5, 0, 0);
const QUIET: RGBColor = RGBColor(6, 0, 0);

/// One chart of the book.
struct Chart {
    name: &'static str,
    /// Whose numbers it shows: a concept and a scenario. The file of results has the concept's name.
    scenario: &'static str,
    columns: Columns,
    title: &'static str,
    quantity: Quantity,
    /// Whom it does not show, for more than four cannot be told apart.
    left_out: &'static [&'static str],
}

/// What stands side by side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    /// The scenario, with more and more threads.
    Threads,
    /// Scenarios that differ in how long a job is. Of each, how its id goes on, and the length.
    Lengths(&'static [(&'static str, &'static str)]),
}

impl Columns {
    /// What stands at the axis.
    const fn name(self) -> &'static str {
        match self {
            Columns::Threads => "threads",
            Columns::Lengths(_) => "a job",
        }
    }

    /// What stands below the column of a comparison, if it has one. `rest` is how its id goes on after the scenario.
    fn label(self, rest: &str) -> Option<String> {
        match self {
            Columns::Threads => rest.strip_prefix('/')?.parse().ok().map(|threads: usize| threads.to_string()),
            Columns::Lengths(lengths) => {
                lengths.iter().find(|(id, _)| *id == rest).map(|(_, length)| (*length).to_owned())
            }
        }
    }
}

/// What a chart shows in each column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quantity {
    /// Operations of all threads together.
    Throughput,
    /// Time for one operation.
    Time,
    /// What the threads got that got least and most.
    Shares,
    /// What the first thread got, which does something else than the others.
    First,
    /// Of the processor time, how much was spent in jobs.
    Worked,
}

impl Quantity {
    /// What stands at the axis.
    const fn unit(self) -> &'static str {
        match self {
            Quantity::Throughput => "millions in a second",
            Quantity::Time => "microseconds",
            Quantity::Shares | Quantity::First => "1 is an even share",
            Quantity::Worked => "1 is all of it",
        }
    }

    const fn explanation(self) -> &'static str {
        match self {
            Quantity::Throughput => {
                "More is better. A mark is the median of the rounds, a line goes from the lowest to the highest."
            }
            Quantity::Time => {
                "Less is better. A mark is the median of the rounds, a line goes from the lowest to the highest."
            }
            Quantity::Shares => {
                "Short lines are fair. A line goes from the least that any thread got in a round to the most, by the \
                 medians of the rounds."
            }
            Quantity::First => {
                "A mark is the median of the rounds, a line goes from the lowest to the highest. At 0 it never gets its turn."
            }
            Quantity::Worked => {
                "More is better. A mark is the median of the rounds, a line goes from the lowest to the highest. A job's own \
                 time is the least that anybody has needed for it."
            }
        }
    }
}

/// Draws every chart whose results are there, for the book in the folder `source`.
pub(crate) fn draw(source: &Path) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    for chart in &CHARTS {
        let (concept, _) = chart.scenario.split_once('/').unwrap_or((chart.scenario, ""));
        let file = source.join("results").join(concept).with_extension("json");
        if !file.exists() {
            continue;
        }
        let fault = |reason: String| Error::Results { file: file.clone(), reason };
        let results: Comparisons = results::read(&file).map_err(|error| fault(error.reason().to_owned()))?;
        let groups = chart.groups(&results);
        if groups.is_empty() {
            return Err(fault(format!("it has nothing about {}", chart.scenario)));
        }
        let svg = chart.svg(&groups).map_err(|error| fault(error.to_string()))?;
        figures.push(Figure {
            path: source.join("figures").join(chart.name).with_extension("html"),
            html: chart.html(&svg, &groups, &results),
        });
    }
    Ok(figures)
}

/// What stands in one column.
struct Group {
    label: String,
    spans: Vec<Span>,
}

/// What is shown of one contender.
struct Span {
    name: String,
    low: f64,
    /// Where the mark is, if there is one.
    middle: Option<f64>,
    high: f64,
}

impl Chart {
    /// The numbers of this chart, in the order in which they were measured.
    ///
    /// The threads are dealt out to the processors in turn. Where the system puts them is luck, and may be one processor.
    fn groups(&self, results: &Comparisons) -> Vec<Group> {
        let mine = results.comparisons.iter().filter(|comparison| comparison.pin == "spread");
        let group = |comparison: &Comparison| {
            let label = self.columns.label(comparison.id.strip_prefix(self.scenario)?)?;
            let shown = comparison.contenders.iter().filter(|it| !self.left_out.contains(&it.name.as_str()));
            let spans = shown.filter_map(|contender| self.span(contender, comparison)).collect();
            Some(Group { label, spans })
        };
        mine.filter_map(group).filter(|group| !group.spans.is_empty()).collect()
    }

    fn span(&self, contender: &Measured, comparison: &Comparison) -> Option<Span> {
        let name = contender.name.clone();
        let values: Vec<f64> = match self.quantity {
            Quantity::Throughput => contender.elapsed.iter().map(|nanoseconds| 1e3 / nanoseconds).collect(),
            Quantity::Time => contender.elapsed.iter().map(|nanoseconds| nanoseconds / 1e3).collect(),
            Quantity::Shares => {
                let Fairness { least, most, .. } = contender.fairness.as_ref()?;
                return Some(Span { name, low: median(least)?, middle: None, high: median(most)? });
            }
            Quantity::First => contender.fairness.as_ref()?.first.clone(),
            Quantity::Worked => {
                let spent = comparison.contenders.iter().flat_map(|it| &it.processor);
                let job = spent.copied().reduce(f64::min)?;
                contender.processor.iter().map(|spent| job / spent).collect()
            }
        };
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        Some(Span { name, low, middle: median(&values), high })
    }

    fn svg(&self, groups: &[Group]) -> Result<String, Box<dyn std::error::Error>> {
        let mut svg = String::new();
        {
            let sheet = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            let top = groups.iter().flat_map(|group| &group.spans).map(|span| span.high).fold(0.0, f64::max);
            let columns = groups.len() as f64;
            sheet.draw(&Text::new(self.title, (16, 12), text(20).color(&INK)))?;
            self.legend(&sheet, &groups[0])?;
            let mut chart = ChartBuilder::on(&sheet)
                .margin_top(72)
                .margin_right(16)
                .margin_bottom(8)
                .margin_left(8)
                .x_label_area_size(44)
                .y_label_area_size(58)
                .build_cartesian_2d(-0.5..columns - 0.5, 0.0..top * 1.05)?;
            let label = |column: &f64| {
                let group = (column.fract() == 0.0 && *column >= 0.0).then(|| groups.get(*column as usize));
                group.flatten().map_or_else(String::new, |group| group.label.clone())
            };
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(QUIET.mix(0.3))
                .axis_style(QUIET)
                .x_labels(2 * groups.len() + 1)
                .x_label_formatter(&label)
                .x_desc(self.columns.name())
                .y_labels(6)
                .y_label_formatter(&|value| ((value * 100.0).round() / 100.0).to_string())
                .y_desc(self.quantity.unit())
                .label_style(text(15).color(&INK))
                .axis_desc_style(text(15).color(&INK))
                .set_tick_mark_size(LabelAreaPosition::Bottom, 4)
                .draw()?;
            if matches!(self.quantity, Quantity::Shares | Quantity::First | Quantity::Worked) {
                let even = [(-0.5, 1.0), (columns - 0.5, 1.0)];
                chart.draw_series([DashedPathElement::new(even, 6, 4, INK.stroke_width(1))])?;
            }
            for (column, group) in groups.iter().enumerate() {
                // Side by side, so that one does not hide the other.
                let width = 0.5 / group.spans.len() as f64;
                for (number, span) in group.spans.iter().enumerate() {
                    let x = column as f64 + width * (number as f64 - (group.spans.len() - 1) as f64 / 2.0);
                    let colour = colour(number);
                    chart.draw_series([PathElement::new([(x, span.low), (x, span.high)], colour.stroke_width(3))])?;
                    let marks = span.middle.map_or_else(|| vec![span.low, span.high], |middle| vec![middle]);
                    for y in marks {
                        mark(&sheet, number, chart.plotting_area().map_coordinate(&(x, y)))?;
                    }
                }
            }
            sheet.present()?;
        }
        for (colour, variable) in COLOURS {
            let RGBColor(red, green, blue) = colour;
            svg = svg.replace(&format!("\"#{red:02X}{green:02X}{blue:02X}\""), &format!("\"{variable}\""));
        }
        // Markdown would end the HTML at a blank line.
        Ok(svg.lines().filter(|line| !line.trim().is_empty()).fold(String::new(), |svg, line| svg + line + "\n"))
    }

    fn legend(&self, sheet: &Sheet<'_>, group: &Group) -> Result<(), Box<dyn std::error::Error>> {
        let mut x = 24;
        for (number, span) in group.spans.iter().enumerate() {
            mark(sheet, number, (x, 52))?;
            let centred = Pos::new(HPos::Left, VPos::Center);
            sheet.draw(&Text::new(span.name.as_str(), (x + 12, 52), text(17).color(&INK).pos(centred)))?;
            x += 44 + 8 * i32::try_from(span.name.len())?;
        }
        Ok(())
    }

    /// The figure: the picture, what it shows and where that was measured, and the numbers as a table.
    fn html(&self, svg: &str, groups: &[Group], results: &Comparisons) -> String {
        let milliseconds = match self.quantity {
            Quantity::Time | Quantity::Worked => results.milliseconds,
            Quantity::Throughput | Quantity::Shares | Quantity::First => results.contest_milliseconds,
        };
        let left_out = match self.left_out {
            [] => String::new(),
            names => format!(" Not shown: {}.", names.join(", ")),
        };
        let names = groups[0].spans.iter().map(|span| format!("<th>{}</th>", escaped(&span.name)));
        let rows = groups.iter().map(|group| {
            let cells = group.spans.iter().map(|span| format!("<td>{}</td>", self.cell(span)));
            format!("<tr><th>{}</th>{}</tr>\n", group.label, String::from_iter(cells))
        });
        format!(
            "<figure class=\"chart\">\n{}<figcaption>{} {} rounds of {milliseconds} ms on {}, the \
             threads dealt out to the processors in turn.{left_out}</figcaption>\n<details>\n<summary>The same as a \
             table</summary>\n<table>\n<tr><th>{}</th>{}</tr>\n{}</table>\n<p>{}; in parentheses the lowest and the \
             highest.</p>\n</details>\n</figure>\n",
            svg.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{}\" ", escaped(self.title)), 1),
            self.quantity.explanation(),
            results.rounds,
            escaped(&results.machine.to_string()),
            self.columns.name(),
            String::from_iter(names),
            String::from_iter(rows),
            self.quantity.unit(),
        )
    }

    fn cell(&self, span: &Span) -> String {
        let (low, high) = (figures(span.low), figures(span.high));
        span.middle.map_or_else(|| format!("({low} to {high})"), |it| format!("{} ({low} to {high})", figures(it)))
    }
}

type Sheet<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Each contender has a shape of its own as well, for those who do not see its colour.
fn mark(sheet: &Sheet<'_>, number: usize, (x, y): (i32, i32)) -> Result<(), Box<dyn std::error::Error>> {
    let style = colour(number).filled();
    match number % 4 {
        0 => sheet.draw(&Circle::new((x, y), MARK, style))?,
        1 => sheet.draw(&Rectangle::new([(x - MARK, y - MARK), (x + MARK, y + MARK)], style))?,
        2 => sheet.draw(&TriangleMarker::new((x, y), MARK + 2, style))?,
        _ => {
            let reach = MARK + 2;
            let corners = vec![(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)];
            sheet.draw(&Polygon::new(corners, style))?;
        }
    }
    Ok(())
}

fn colour(number: usize) -> RGBColor {
    COLOURS[number % 4].0
}

fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().into()
}

/// A number with as many places as are of interest.
fn figures(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}
