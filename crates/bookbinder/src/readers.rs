//! The reader's own charts, below those of the machine that the book was written on.

use std::fs;
use std::io;
use std::path::Path;

use results::{Results, Runs};

use crate::charts;

/// Puts into the pages below `output`, below each chart, the newest of the same name that `runs` have. Returns complaints about
/// files that make no sense: what is wrong with a reader's files must not keep the book from being read.
pub(crate) fn insert(output: &Path, runs: &Runs) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    let charts = newest(runs, &mut complaints)?;
    if charts.is_empty() {
        return Ok(complaints);
    }
    for page in crate::files(output, "html")? {
        let text = fs::read_to_string(&page)?;
        let mut with = text.clone();
        for (name, chart) in &charts {
            with = below(&with, name, chart);
        }
        if with != text {
            fs::write(page, with)?;
        }
    }
    Ok(complaints)
}

/// Of each chart the newest: its name, and the figure.
fn newest(runs: &Runs, complaints: &mut Vec<String>) -> io::Result<Vec<(String, String)>> {
    let mut newest: Vec<(String, String)> = Vec::new();
    for run in runs.newest_first()? {
        for file in run.files()? {
            let results = match Results::read(&file) {
                Ok(results) => results,
                Err(error) => {
                    complaints.push(error.to_string());
                    continue;
                }
            };
            let date = results.machine().date.clone().unwrap_or_else(|| "a day that nobody knows".to_owned());
            for (name, figure) in charts::drawn(&results) {
                if newest.iter().all(|(other, _)| *other != name) {
                    let told = format!("<figcaption><b>On your machine, {date}.</b> ");
                    let figure = figure.replacen("<figcaption>", &told, 1).replacen("data-chart=", "data-readers=", 1);
                    newest.push((name, figure));
                }
            }
        }
    }
    Ok(newest)
}

/// `page` with `figure` below its chart `name`, if it has that.
fn below(page: &str, name: &str, figure: &str) -> String {
    const END: &str = "</figure>\n";
    let mark = format!(" data-chart=\"{name}\"");
    let mut with = String::new();
    let mut rest = page;
    while let Some(end) = rest.find(&mark).and_then(|at| Some(at + rest[at..].find(END)? + END.len())) {
        with += &rest[..end];
        with += figure;
        rest = &rest[end..];
    }
    with + rest
}
