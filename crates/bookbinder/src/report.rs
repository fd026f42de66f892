//! Everything that was measured on a machine, on one page.

use std::fmt::Write as _;
use std::path::PathBuf;

use plot::{Plot, Span};
use results::{Axis, Changes, Comparison, Comparisons, Experiments, Results, duration, figures};

use crate::charts::{counted, experiment, figure, machine_and_load};
use crate::{Error, escaped};

/// The book's own style has the colours of the pictures.
const HOUSE: &str = include_str!("../../../book/theme/house.css");

const STYLE: &str = "\
:root { color-scheme: light dark; --fg: light-dark(#1f2328, #e6edf3); --bg: light-dark(#fff, #161923); \
--links: light-dark(#0969b0, #58b0f5); }
body { max-width: 780px; margin: 2em auto; padding: 0 1em; font: 16px/1.5 sans-serif; color: var(--fg); \
background: var(--bg); }
body.two { max-width: 1580px; }
.two .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 0 2em; }
.content { container-type: inline-size; }
a { color: var(--links); }
h2 { margin-top: 2.5em; }
nav, .machine { color: var(--schedule-quiet); }
figure svg { width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 0.85em; }
td, th { padding: 2px 10px; white-space: nowrap; text-align: right; border-bottom: 1px solid color-mix(in srgb, var(--fg) 15%, transparent); }
th:first-child { text-align: left; }
.wide { overflow-x: auto; }";

/// A picture, and where it belongs.
struct Picture {
    /// The same in every run.
    name: String,
    /// The concept or the group.
    chapter: String,
    plot: Plot,
    /// Draws the figure, with the plot as it has become.
    figure: Box<dyn Fn(&Plot) -> String>,
}

/// The page about what is in the files `results`, beside what is in `against`, if anything is.
pub(crate) fn report(results: &[PathBuf], against: &[PathBuf]) -> Result<String, Error> {
    let (now, before) = (read(results)?, read(against)?);
    let mut pictures: Vec<Picture> = now.iter().flat_map(pictures).collect();
    let mut earlier: Vec<Picture> = before.iter().flat_map(self::pictures).collect();
    // The same height has to mean the same in both.
    for picture in &mut pictures {
        if let Some(old) = earlier.iter_mut().find(|old| old.name == picture.name) {
            (picture.plot.reach, old.plot.reach) = (old.plot.top(), picture.plot.top());
        }
    }

    let mut page = String::from("<h1>What was measured</h1>\n");
    for machine in machines(&now) {
        // Here and below: writing to a string does not fail.
        let _ = writeln!(page, "<p class=\"machine\">{machine}</p>");
    }
    if !against.is_empty() {
        page += &changes(&before, &now);
    }
    let mut chapters: Vec<&str> = Vec::new();
    for picture in &pictures {
        if !chapters.contains(&&*picture.chapter) {
            chapters.push(&picture.chapter);
        }
    }
    let links = chapters.iter().map(|chapter| format!("<a href=\"#{0}\">{0}</a>", escaped(chapter)));
    let _ = writeln!(page, "<nav>{}</nav>", links.collect::<Vec<_>>().join(" · "));
    for chapter in chapters {
        let _ = writeln!(page, "<h2 id=\"{0}\">{0}</h2>", escaped(chapter));
        for picture in pictures.iter().filter(|picture| picture.chapter == chapter) {
            page += "<div class=\"pair\">\n";
            page += &(picture.figure)(&picture.plot);
            if let Some(old) = earlier.iter().find(|old| old.name == picture.name) {
                page += &(old.figure)(&old.plot).replacen("<figcaption>", "<figcaption><b>Before:</b> ", 1);
            }
            page += "</div>\n";
        }
    }
    let two = if against.is_empty() { "" } else { " two" };
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>Locksmith: what was measured</title>\n<style>\n{HOUSE}\n{STYLE}\n</style>\n\
         </head>\n<body class=\"content{two}\">\n{page}</body>\n</html>\n"
    ))
}

fn read(files: &[PathBuf]) -> Result<Vec<Results>, Error> {
    let read = |file: &PathBuf| {
        Results::read(file).map_err(|error| Error::Results { file: file.clone(), reason: error.reason().to_owned() })
    };
    files.iter().map(read).collect()
}

/// The machines on which something was measured, each once.
fn machines(results: &[Results]) -> Vec<String> {
    let mut machines: Vec<String> = results.iter().map(|results| machine_and_load(results.machine())).collect();
    machines.dedup();
    machines
}

/// What differs, in sentences.
fn changes(before: &[Results], now: &[Results]) -> String {
    let mut text = String::from("<h2>What has changed</h2>\n");
    for machine in machines(before) {
        let _ = writeln!(text, "<p class=\"machine\">Before: {machine}</p>");
    }
    let told = |results: &[Results]| {
        let machine = results.first().map(Results::machine)?;
        Some((machine.processor.clone(), machine.processors, machine.system.clone(), machine.compiler.clone()))
    };
    if told(before) != told(now) {
        text += "<p>The machines, their systems or the compilers differ: that alone may be why.</p>\n";
    }
    let changes = Changes::between(before, now);
    let _ = writeln!(text, "<p>{}</p>", escaped(&changes.to_string()));
    if !changes.changed.is_empty() {
        text += "<div class=\"wide\">\n<table>\n<tr><th></th><th>before</th><th>now</th><th></th></tr>\n";
        for change in &changes.changed {
            let what = format!("{} {} {}", change.id, change.name, change.place);
            let _ = writeln!(
                text,
                "<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(what.trim_end()),
                change.before,
                change.after,
                escaped(&change.unit)
            );
        }
        text += "</table>\n</div>\n";
    }
    text
}

fn pictures(results: &Results) -> Vec<Picture> {
    match results {
        Results::Experiments(results) => of_experiments(results),
        Results::Comparisons(results) => of_comparisons(results),
    }
}

fn of_experiments(results: &Experiments) -> Vec<Picture> {
    let pictures = results.experiments.iter().map(|it| {
        let (it, results) = (it.clone(), Experiments { experiments: Vec::new(), ..results.clone() });
        Picture {
            name: it.id.clone(),
            chapter: it.id.split('/').next().unwrap_or_default().to_owned(),
            plot: Plot::from(&it),
            figure: Box::new(move |plot| experiment(&it, plot, &results)),
        }
    });
    pictures.collect()
}

/// A picture for each scenario, with a column for each number of threads.
fn of_comparisons(results: &Comparisons) -> Vec<Picture> {
    let mut scenarios: Vec<(String, Vec<&Comparison>)> = Vec::new();
    for comparison in &results.comparisons {
        let scenario = comparison.id.rsplit_once('/').map_or(&*comparison.id, |(scenario, _)| scenario);
        let pin = if comparison.pin == "none" { String::new() } else { format!(" ({})", comparison.pin) };
        let name = format!("{scenario}{pin}");
        match scenarios.iter_mut().find(|(other, _)| *other == name) {
            Some((_, comparisons)) => comparisons.push(comparison),
            None => scenarios.push((name, vec![comparison])),
        }
    }
    let pictures = scenarios.into_iter().map(|(name, comparisons)| {
        let about = comparisons.first().map_or(String::new(), |comparison| escaped(&comparison.about));
        let caption = format!(
            "{about}: time for one operation; less is better. A mark is the median of {}, an upright line goes from the lowest to \
             the highest.",
            counted(results.rounds, "round")
        );
        let ratios = ratios(&comparisons);
        let plot = in_columns(&name, &comparisons);
        let chapter = name.split('/').next().unwrap_or_default().to_owned();
        let id = name.replace('/', "-");
        Picture { name, chapter, plot, figure: Box::new(move |plot| figure(&id, plot, &caption) + &ratios) }
    });
    pictures.collect()
}

fn in_columns(name: &str, comparisons: &[&Comparison]) -> Plot {
    let threads = comparisons.iter().map(|comparison| comparison.id.rsplit('/').next().unwrap_or_default());
    let highest = comparisons.iter().flat_map(|it| &it.contenders).flat_map(|it| it.elapsed.iter().copied());
    let lowest = highest.clone().fold(f64::INFINITY, f64::min);
    let highest = highest.fold(0.0, f64::max);
    let (unit, nanoseconds) = match highest {
        high if high < 1e4 => ("nanoseconds", 1.0),
        high if high < 1e7 => ("microseconds", 1e3),
        _ => ("milliseconds", 1e6),
    };
    // Where one takes many times as long as another, nothing would be seen of the quick ones.
    let upright = if highest > 20.0 * lowest { Axis::logarithmic(unit) } else { Axis::new(unit) };
    let mut plot = Plot::new(name, Axis::of_names("threads", threads), upright, &[]);
    for (number, comparison) in comparisons.iter().enumerate() {
        for contender in &comparison.contenders {
            let values: Vec<f64> = contender.elapsed.iter().map(|elapsed| elapsed / nanoseconds).collect();
            let Some(span) = Span::of(number as f64, &values) else { continue };
            plot.add(&contender.name, span);
        }
    }
    plot
}

/// How many times as long as ours each peer has taken, as a table.
fn ratios(comparisons: &[&Comparison]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for contender in comparisons.iter().flat_map(|comparison| &comparison.contenders) {
        if contender.ratio.is_some() && !names.contains(&&*contender.name) {
            names.push(&contender.name);
        }
    }
    let heads: String = names.iter().map(|name| format!("<th>{}</th>", escaped(name))).collect();
    let rows: String = comparisons
        .iter()
        .map(|comparison| {
            let threads = comparison.id.rsplit('/').next().unwrap_or_default();
            let ours = comparison.contenders.first().and_then(|ours| results::median(&ours.elapsed));
            let cells: String = names
                .iter()
                .map(|name| {
                    let peer = comparison.contenders.iter().find(|contender| contender.name == *name);
                    let ratio = peer.and_then(|peer| peer.ratio);
                    let told =
                        ratio.map(|it| format!("{} ({} to {})", figures(it.median), figures(it.min), figures(it.max)));
                    format!("<td>{}</td>", told.unwrap_or_default())
                })
                .collect();
            format!("<tr><th>{threads}</th><td>{}</td>{cells}</tr>\n", ours.map_or(String::new(), duration))
        })
        .collect();
    format!(
        "<div class=\"wide\">\n<table>\n<tr><th>threads</th><th>ours</th>{heads}</tr>\n{rows}</table>\n\
         <p class=\"machine\">Their time over ours, round by round: above 1 we are faster.</p>\n</div>\n"
    )
}
