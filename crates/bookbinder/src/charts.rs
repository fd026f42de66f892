//! Charts of what the benchmarks have measured, drawn from the files in `results`.

use std::path::Path;

use plot::{Line, Plot, Span};
use results::{Axis, Comparison, Comparisons, Experiment, Experiments, Fairness, Machine, Measured, Results, median};

use crate::{Error, Figure, escaped, files};

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

/// One chart of the book.
struct Chart {
    name: &'static str,
    /// Whose numbers it shows: a concept and a scenario. The file of results has the concept's name.
    scenario: &'static str,
    columns: Columns,
    title: &'static str,
    quantity: Quantity,
    /// Whom it does not show, so that the others are easily told apart.
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
                "More is better. A mark is the median of the rounds, an upright line goes from the lowest to the highest."
            }
            Quantity::Time => {
                "Less is better. A mark is the median of the rounds, an upright line goes from the lowest to the highest."
            }
            Quantity::Shares => {
                "Short lines are fair. A line goes from the least that any thread got in a round to the most, by the \
                 medians of the rounds."
            }
            Quantity::First => {
                "A mark is the median of the rounds, an upright line goes from the lowest to the highest. At 0 it never gets its turn."
            }
            Quantity::Worked => {
                "More is better. A mark is the median of the rounds, an upright line goes from the lowest to the highest. A \
                 job's own time is the least that anybody has needed for it."
            }
        }
    }
}

/// Draws every chart whose results are there, for the book in the folder `source`.
pub(crate) fn draw(source: &Path) -> Result<Vec<Figure>, Error> {
    let folder = source.join("results");
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut figures = Vec::new();
    for file in files(&folder, "json")? {
        let fault = |reason: String| Error::Results { file: file.clone(), reason };
        let results = Results::read(&file).map_err(|error| fault(error.reason().to_owned()))?;
        let concept = file.file_stem().unwrap_or_default().to_string_lossy();
        let drawn = drawn(&results);
        let is_missing =
            |chart: &&Chart| chart.concept() == concept && drawn.iter().all(|(name, _)| name != chart.name);
        if let Some(missing) = CHARTS.iter().find(is_missing) {
            return Err(fault(format!("it has nothing about {}", missing.scenario)));
        }
        let path = |name: &str| source.join("figures").join(name).with_extension("html");
        figures.extend(drawn.into_iter().map(|(name, html)| Figure { path: path(&name), html }));
    }
    Ok(figures)
}

/// The book's charts of what `results` hold: their names, and the figures.
pub(crate) fn drawn(results: &Results) -> Vec<(String, String)> {
    match results {
        Results::Comparisons(results) => {
            let drawn = |chart: &Chart| Some((chart.name.to_owned(), chart.figure(results)?));
            CHARTS.iter().filter_map(drawn).collect()
        }
        Results::Experiments(results) => {
            let drawn = |it: &Experiment| (it.id.replace('/', "-"), experiment(it, &Plot::from(it), results));
            results.experiments.iter().map(drawn).collect()
        }
    }
}

/// The figure of an experiment, whose picture is `plot`: that, what was done, what there is to say besides, and the numbers
/// as a table.
pub(crate) fn experiment(experiment: &Experiment, plot: &Plot, results: &Experiments) -> String {
    let Experiments { machine, rounds, quick, .. } = results;
    let computed =
        if experiment.series.iter().any(|series| series.computed) { " Dashed is what was computed." } else { "" };
    let quick = if *quick { " This was a run for the impatient." } else { "" };
    let mut caption = format!(
        "{} A mark is the median of {}, an upright line goes from the lowest to the highest.{computed} Measured on {}.{quick}",
        escaped(&experiment.about),
        counted(*rounds, "round"),
        machine_and_load(machine)
    );
    for remark in &experiment.remarks {
        caption += &format!("<br>{}", escaped(remark));
    }
    figure(&experiment.id.replace('/', "-"), plot, &caption)
}

/// The machine, and whether it had something else to do.
pub(crate) fn machine_and_load(machine: &Machine) -> String {
    let busy = machine.load.filter(|load| *load >= BUSY);
    let load = busy.map_or(String::new(), |load| format!(" (it was busy: {load} threads wanted to run when it began)"));
    format!("{}{load}", escaped(&machine.to_string()))
}

/// A machine on which so many threads want to run before anything is measured has something else to do.
const BUSY: f64 = 0.5;

/// The picture, what there is to say about it, and the numbers as a table. `caption` is HTML.
pub(crate) fn figure(name: &str, plot: &Plot, caption: &str) -> String {
    format!(
        "<figure class=\"chart\" data-chart=\"{}\">\n{}<figcaption>{caption}</figcaption>\n<details>\n<summary>The same \
         as a table</summary>\n{}<p>{}; in parentheses the lowest and the highest.</p>\n</details>\n</figure>\n",
        escaped(name),
        plot.svg(),
        table(plot),
        escaped(&plot.y.label),
    )
}

/// A row for each place, and a column for each line.
fn table(plot: &Plot) -> String {
    let names = plot.lines.iter().map(|line| format!("<th>{}</th>", escaped(&line.name)));
    let rows = plot.places().into_iter().map(|x| {
        let cells = plot.lines.iter().map(|line| {
            let span = line.spans.iter().find(|span| span.x == x);
            format!("<td>{}</td>", span.map_or(String::new(), |span| cell(line, span)))
        });
        format!("<tr><th>{}</th>{}</tr>\n", escaped(&plot.label(x)), String::from_iter(cells))
    });
    let rows = String::from_iter(rows);
    format!("<table>\n<tr><th>{}</th>{}</tr>\n{rows}</table>\n", escaped(&plot.x.label), String::from_iter(names))
}

fn cell(line: &Line, span: &Span) -> String {
    let [low, high] = [span.low, span.high].map(results::figures);
    match span.middle.map(results::figures) {
        Some(middle) if line.computed => middle,
        Some(middle) => format!("{middle} ({low} to {high})"),
        None => format!("({low} to {high})"),
    }
}

pub(crate) fn counted(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl Chart {
    /// Whose numbers it shows.
    fn concept(&self) -> &'static str {
        self.scenario.split_once('/').map_or(self.scenario, |(concept, _)| concept)
    }

    /// The columns of this chart, in the order in which they were measured: each with its label.
    ///
    /// The threads are dealt out to the processors in turn. Where the system puts them is luck, and may be one processor.
    fn columns<'results>(&self, results: &'results Comparisons) -> Vec<(String, &'results Comparison)> {
        let mine = results.comparisons.iter().filter(|comparison| comparison.pin == "spread");
        mine.filter_map(|comparison| {
            Some((self.columns.label(comparison.id.strip_prefix(self.scenario)?)?, comparison))
        })
        .collect()
    }

    /// The picture; `None` if `results` have nothing of it.
    fn plot(&self, results: &Comparisons) -> Option<Plot> {
        let columns = self.columns(results);
        let axis = Axis::of_names(self.columns.name(), columns.iter().map(|(label, _)| &**label));
        let mut plot = Plot::new(self.title, axis, Axis::new(self.quantity.unit()), &[]);
        for (number, (_, comparison)) in columns.iter().enumerate() {
            for contender in comparison.contenders.iter().filter(|it| !self.left_out.contains(&it.name.as_str())) {
                let Some(span) = self.span(number as f64, contender, comparison) else { continue };
                plot.add(&contender.name, span);
            }
        }
        if matches!(self.quantity, Quantity::Shares | Quantity::First | Quantity::Worked) {
            plot.level = Some(1.0);
        }
        (!plot.lines.is_empty()).then_some(plot)
    }

    fn span(&self, x: f64, contender: &Measured, comparison: &Comparison) -> Option<Span> {
        let values: Vec<f64> = match self.quantity {
            Quantity::Throughput => contender.elapsed.iter().map(|nanoseconds| 1e3 / nanoseconds).collect(),
            Quantity::Time => contender.elapsed.iter().map(|nanoseconds| nanoseconds / 1e3).collect(),
            Quantity::Shares => {
                let Fairness { least, most, .. } = contender.fairness.as_ref()?;
                return Some(Span { x, low: median(least)?, middle: None, high: median(most)? });
            }
            Quantity::First => contender.fairness.as_ref()?.first.clone(),
            Quantity::Worked => {
                let spent = comparison.contenders.iter().flat_map(|it| &it.processor);
                let job = spent.copied().reduce(f64::min)?;
                contender.processor.iter().map(|spent| job / spent).collect()
            }
        };
        Span::of(x, &values)
    }

    /// The figure; `None` if `results` have nothing of it.
    fn figure(&self, results: &Comparisons) -> Option<String> {
        let milliseconds = match self.quantity {
            Quantity::Time | Quantity::Worked => results.milliseconds,
            Quantity::Throughput | Quantity::Shares | Quantity::First => results.contest_milliseconds,
        };
        let left_out = match self.left_out {
            [] => String::new(),
            names => format!(" Not shown: {}.", names.join(", ")),
        };
        let caption = format!(
            "{} {} of {milliseconds} ms on {}, the threads dealt out to the processors in turn.{left_out}",
            self.quantity.explanation(),
            counted(results.rounds, "round"),
            machine_and_load(&results.machine),
        );
        Some(figure(self.name, &self.plot(results)?, &caption))
    }
}
