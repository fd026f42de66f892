//! The page about everything that was measured.

use std::fs;
use std::path::PathBuf;
use std::slice::from_ref;

use results::{Axis, Comparison, Comparisons, Experiment, Experiments, Machine, Measured, Point, Ratio, Series};

fn machine(date: &str) -> Machine {
    Machine {
        processor: Some("Abacus <3>".to_owned()),
        processors: Some(2),
        system: "Linux".to_owned(),
        compiler: "rustc".to_owned(),
        date: Some(date.to_owned()),
        load: Some(0.1),
    }
}

/// A file with an experiment in which four workers did so much in each round.
fn experiments(folder: &tempfile::TempDir, name: &str, date: &str, samples: &[f64]) -> PathBuf {
    let experiment = Experiment {
        id: "cpu/workers".to_owned(),
        title: "More & more".to_owned(),
        about: "Jobs.".to_owned(),
        x: Axis::new("workers"),
        y: Axis::new("jobs a second"),
        series: vec![Series::new("pool", vec![Point::at(4.0, samples.to_vec())])],
        remarks: Vec::new(),
    };
    let file = folder.path().join(name);
    let results = Experiments { machine: machine(date), rounds: 3, quick: false, experiments: vec![experiment] };
    results::write(&file, &results).expect("a file can be written");
    file
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room for a few files")
}

#[track_caller]
fn assert_has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "no {part} in:\n{page}");
    }
}

#[test]
fn a_page_shows_curves_and_comparisons_and_needs_nothing_beside_it() {
    let folder = folder();
    let contender = |name: &str, elapsed: [f64; 3]| Measured {
        name: name.to_owned(),
        elapsed: elapsed.to_vec(),
        processor: Vec::new(),
        single: None,
        fairness: None,
        ratio: Ratio::of(&elapsed, &[10.0, 10.0, 10.0]).filter(|_| name != "ours"),
    };
    let comparison = |threads: u32| Comparison {
        id: format!("event/wake/{threads}"),
        about: "wake".to_owned(),
        pin: "none".to_owned(),
        contenders: vec![contender("ours", [10.0; 3]), contender("std", [15.0, 20.0, 25.0])],
    };
    let comparisons = Comparisons {
        machine: machine("2026-11-22"),
        rounds: 3,
        milliseconds: 20,
        contest_milliseconds: 100,
        comparisons: vec![comparison(2), comparison(16)],
    };
    let compared = folder.path().join("compare.json");
    results::write(&compared, &comparisons).expect("a file can be written");
    let watched = experiments(&folder, "experiments.json", "2026-11-22", &[1.0, 2.0, 3.0]);

    let page = bookbinder::report(&[watched, compared], &[]).expect("the files are in order");
    assert_has(
        &page,
        &[
            "2 × Abacus &lt;3>, Linux, rustc, 2026-11-22</p>",
            "<a href=\"#cpu\">",
            "<h2 id=\"event\">",
            "aria-label=\"More &amp; more\"",
            "aria-label=\"event/wake\"",
            "<tr><th>16</th><td>10.0 ns</td><td>2.00 (1.50 to 2.50)</td></tr>",
            "color-scheme: light dark",
            "--schedule-0: light-dark(",
        ],
    );
    assert_eq!(page.matches("<svg ").count(), 2, "one picture for both numbers of threads");
    assert_eq!(page.matches("2026-11-22</p>").count(), 1, "one machine is named once");
    assert!(!page.contains("What has changed"));
    for outside in ["src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn two_runs_are_drawn_beside_each_other_and_what_has_changed_is_named() {
    let folder = folder();
    let before = experiments(&folder, "before.json", "2026-11-21", &[1.0, 2.0, 3.0]);
    let now = experiments(&folder, "now.json", "2026-11-22", &[8.0, 9.0, 9.5]);
    let compare = |now: &PathBuf| bookbinder::report(from_ref(now), from_ref(&before)).expect("they are in order");

    let page = compare(&now);
    assert_has(
        &page,
        &[
            "Before: 2 × Abacus &lt;3>, Linux, rustc, 2026-11-21",
            "1 of 1 values have changed",
            "<th>cpu/workers pool 4 workers</th><td>2.00 (1.00 to 3.00)</td><td>9.00 (8.00 to 9.50)</td><td>jobs a second",
            "<figcaption><b>Before:</b> Jobs.",
        ],
    );
    assert!(!page.contains("differ"), "it is the same machine on another day");
    let ticks = |page: &str| page.matches("\n8\n</text>").count();
    assert_eq!(ticks(&page), 2, "both have the same measure");

    let page = compare(&before);
    assert_has(&page, &["No change that the noise would not explain, in 1 values."]);
    assert_eq!(ticks(&page), 0);
}

#[test]
fn a_file_that_makes_no_sense_is_named() {
    let folder = folder();
    let file = folder.path().join("half.json");
    fs::write(&file, r#"{"machine": "#).expect("a file can be written");
    for (file, fault) in [(file, "half.json: EOF"), (folder.path().join("none.json"), "none.json: ")] {
        let error = bookbinder::report(&[file], &[]).expect_err("nothing is in it").to_string();
        assert!(error.contains(fault), "{error}");
    }
}
