//! This book has no faults, and faults are found.

use std::fs;
use std::path::Path;

use bookbinder::Book;
use results::Runs;

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().expect("the book's folder")).expect("a folder can be made");
    fs::write(file, text).expect("a file can be written");
}

/// Builds a book whose only chapter holds `text`, beside a listing, and returns the complaints.
fn complaints(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("there is room for a small book");
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write("book.toml", "[book]\ntitle = \"Small\"\n");
    write("src/SUMMARY.md", "# Summary\n\n- [Only](only.md)\n");
    write("src/only.md", text);
    write("listing.rs", "// ANCHOR: there\nfn there() {}\n// ANCHOR_END: there\n// ANCHOR: open\n");
    Book::new(folder.path(), folder.path().join("out")).build().expect("mdBook can build it")
}

/// A book without chapters, with what was measured of two mutexes.
fn measured(name: &str, nanoseconds: f64) -> tempfile::TempDir {
    let contender = format!(
        r#"{{"name": "{name}", "elapsed": [500.0, {nanoseconds}], "fairness": {{"least": [0.5], "most": [1.5]}}}}"#
    );
    compared("mutex", &["contended", "contended_for_long"], &contender)
}

/// A book without chapters, with what `contenders` did in each of the `scenarios`.
fn compared(concept: &str, scenarios: &[&str], contenders: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room for a small book");
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    let comparison = |scenario: &&str| {
        format!(r#"{{"id": "{concept}/{scenario}/2", "pin": "spread", "contenders": [{contenders}]}}"#)
    };
    let comparisons = scenarios.iter().map(comparison).collect::<Vec<_>>().join(", ");
    let machine = r#"{"processor": "Abacus", "processors": 2, "system": "Linux", "date": null}"#;
    write(
        &format!("results/{concept}.json"),
        &format!(
            r#"{{"machine": {machine}, "rounds": 2, "milliseconds": 20, "contest_milliseconds": 1000,
            "comparisons": [{comparisons}]}}"#
        ),
    );
    write("book.toml", "[book]\ntitle = \"Small\"\n");
    write("src/SUMMARY.md", "# Summary\n");
    write("figures/other.txt", "");
    folder
}

#[test]
fn a_chart_shows_what_was_measured_in_words_as_well() {
    let folder = measured("ours & <theirs>", 1000.0);
    let book = Book::new(folder.path(), folder.path().join("out"));
    let figures = book.draw_charts().expect("there are results");
    let chart = fs::read_to_string(&figures[0]).expect("it was written");
    for part in ["<td>1.50 (1.00 to 2.00)</td>", "<th>ours &amp; &lt;theirs></th>", "Abacus", "var(--schedule-0"] {
        assert!(chart.contains(part), "no {part} in:\n{chart}");
    }
    assert!(!chart.contains("\n\n"), "Markdown ends HTML at a blank line:\n{chart}");
    assert!(!chart.contains("\"#0"), "a colour that is not the page's:\n{chart}");
}

#[test]
fn a_chart_shows_the_share_of_the_first_thread_and_names_whom_it_leaves_out() {
    let shares = r#""elapsed": [500.0], "fairness": {"least": [0.1, 0.2], "most": [1.5, 1.6], "first": [0.25, 0.75]}"#;
    let contenders = format!(r#"{{"name": "ours", {shares}}}, {{"name": "usync", {shares}}}"#);
    let folder = compared("semaphore", &["one_permit", "three_permits", "many_among_single"], &contenders);
    Book::new(folder.path(), folder.path().join("out")).draw_charts().expect("there are results");
    let chart = fs::read_to_string(folder.path().join("figures/semaphore-many.html")).expect("it was drawn");
    for part in ["<td>0.50 (0.25 to 0.75)</td>", "Not shown: usync"] {
        assert!(chart.contains(part), "no {part} in:\n{chart}");
    }
    assert!(!chart.contains("<th>usync</th>"), "{chart}");
}

#[test]
fn a_chart_shows_what_part_of_the_processor_time_the_jobs_have_used() {
    let contenders = r#"{"name": "ours", "elapsed": [9.0, 9.0], "processor": [1000.0, 2000.0], "fairness": null},
        {"name": "ideal", "elapsed": [9.0, 9.0], "processor": [1500.0, 500.0], "fairness": null}"#;
    let folder = compared("pool", &["jobs_1us", "jobs_10us"], contenders);
    Book::new(folder.path(), folder.path().join("out")).draw_charts().expect("there are results");
    let chart = fs::read_to_string(folder.path().join("figures/spawn-or-pool.html")).expect("it was drawn");
    for part in ["<tr><th>1 µs</th><td>0.38 (0.25 to 0.50)</td></tr>", "<tr><th>10 µs</th>", "2 rounds of 20 ms"] {
        assert!(chart.contains(part), "no {part} in:\n{chart}");
    }
}

/// A book without chapters, with an experiment in which a pool was watched, and a law fitted to it.
fn watched() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room for a small book");
    let axis = |label: &str| format!(r#"{{"label": "{label}", "scale": "logarithmic", "names": []}}"#);
    let points = |samples: &str| format!(r#"[{{"x": 1, "samples": [1]}}, {{"x": 8, "samples": [{samples}]}}]"#);
    let experiment = format!(
        r#"{{"id": "cpu/workers", "title": "Two & no more", "about": "Jobs < a millisecond.", "x": {}, "y": {},
        "remarks": ["python3 is missing."], "series": [
        {{"name": "pool", "computed": false, "points": {}}}, {{"name": "pool: a law", "computed": true, "points": {}}}]}}"#,
        axis("workers"),
        axis("speed-up"),
        points("1.5, 1.9, 1.7"),
        points("2"),
    );
    let machine = r#"{"processor": "Abacus", "processors": 2, "system": "Linux", "date": "2026-11-22", "load": 2.5}"#;
    let results = format!(r#"{{"machine": {machine}, "rounds": 3, "quick": true, "experiments": [{experiment}]}}"#);
    write(folder.path(), "results/experiments.json", &results);
    write(folder.path(), "book.toml", "[book]\ntitle = \"Small\"\n");
    write(folder.path(), "src/SUMMARY.md", "# Summary\n");
    write(folder.path(), "figures/other.txt", "");
    folder
}

#[test]
fn an_experiment_is_drawn_with_what_is_to_be_said_about_it() {
    let folder = watched();
    let figures = Book::new(folder.path(), folder.path().join("out")).draw_charts().expect("there are results");
    assert!(figures[0].ends_with("figures/cpu-workers.html"), "{figures:?}");
    let chart = fs::read_to_string(&figures[0]).expect("it was drawn");
    for part in [
        "data-chart=\"cpu-workers\"",
        "aria-label=\"Two &amp; no more\"",
        "Jobs &lt; a millisecond. A mark is the median of 3 rounds",
        "2 × Abacus, Linux, 2026-11-22 (it was busy: 2.5 threads",
        "for the impatient",
        "<br>python3 is missing.",
        "<tr><th>workers</th><th>pool</th><th>pool: a law</th></tr>",
        "<tr><th>8</th><td>1.70 (1.50 to 1.90)</td><td>2.00</td></tr>",
    ] {
        assert!(chart.contains(part), "no {part} in:\n{chart}");
    }
}

#[test]
fn a_chart_that_does_not_show_its_results_is_a_fault() {
    let folder = measured("ours", 1000.0);
    let book = Book::new(folder.path(), folder.path().join("out"));
    let stale = || book.build().expect("mdBook can build it").into_iter().filter(|it| it.contains("cargo book charts"));
    assert_eq!(stale().count(), 3);
    book.draw_charts().expect("there are results");
    assert_eq!(stale().count(), 0);
    let results = folder.path().join("results/mutex.json");
    let changed = fs::read_to_string(&results).expect("it was written").replace("500.0", "250.0");
    fs::write(&results, changed).expect("a file can be written");
    assert_eq!(stale().count(), 2, "the third is about shares, which are the same");
}

#[test]
fn results_that_make_no_sense_are_named() {
    let folder = measured("ours", 1000.0);
    fs::write(folder.path().join("results/mutex.json"), "{}").expect("a file can be written");
    let error = Book::new(folder.path(), folder.path().join("out")).draw_charts().expect_err("there is nothing in it");
    assert!(error.to_string().contains("mutex.json: missing field"), "{error}");
}

/// A book without chapters, with a picture of bytes whose only row has these fields.
fn wired(fields: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room for a small book");
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write(
        "wires/hello.toml",
        &format!("caption = \"Bytes < & bits\"\n[[rows]]\ntitle = \"row\"\nfields = [{fields}]\n"),
    );
    write("book.toml", "[book]\ntitle = \"Small\"\n");
    write("src/SUMMARY.md", "# Summary\n");
    write("figures/other.txt", "");
    folder
}

#[test]
fn a_picture_of_bytes_shows_them_in_words_as_well() {
    let fields = r#"{ role = "length", hex = "00 02", label = "two" }, { role = "payload", text = "<\r" }"#;
    let folder = wired(fields);
    let book = Book::new(folder.path(), folder.path().join("out"));
    let faults = book.build().expect("mdBook can build it");
    assert!(faults.len() == 1 && faults[0].contains("cargo book wires"), "{faults:?}");
    let figures = book.draw_wires().expect("there is a wire");
    assert_eq!(book.build().expect("mdBook can build it"), [] as [String; 0]);
    let wire = fs::read_to_string(&figures[0]).expect("it was written");
    for part in ["row: 00 02 (two) | &lt; \\r</desc>", "Bytes &lt; &amp; bits</figcaption>", "var(--schedule-0"] {
        assert!(wire.contains(part), "no {part} in:\n{wire}");
    }
    assert_eq!(wire.matches("<rect").count(), 4, "a cell for each byte");
    assert!(!wire.contains("\n\n"), "Markdown ends HTML at a blank line:\n{wire}");
}

#[test]
fn a_picture_of_bytes_that_is_too_wide_or_makes_no_sense_is_named() {
    let draw = |fields: &str| {
        let folder = wired(fields);
        let drawn = Book::new(folder.path(), folder.path().join("out")).draw_wires();
        drawn.map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(draw(r#"{ role = "payload", missing = 28 }"#), Ok(()));
    let wide = draw(r#"{ role = "payload", missing = 29 }"#).expect_err("29 cells do not fit");
    assert!(wide.ends_with("hello.toml: the row \"row\" is too long for the page"), "{wide}");
    let colour = draw(r#"{ role = "colour", missing = 1 }"#).expect_err("there is no such role");
    assert!(colour.contains("hello.toml: ") && colour.contains("unknown variant `colour`"), "{colour}");
}

#[test]
fn this_book_has_no_faults() {
    let output = tempfile::tempdir().expect("there is room for a book");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book");
    let complaints = Book::new(source, output.path()).build().expect("the book can be built");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_book_without_faults_has_no_complaints() {
    let text = "# Only\n\n[up](#only) [here](only.md#only) [away](https://www.rust-lang.org)\n\n\
                ```rust\n{{#include ../listing.rs:there}}\n```\n";
    assert_eq!(complaints(text), Vec::<String>::new());
}

#[track_caller]
fn finds(text: &str, fault: &str) {
    let complaints = complaints(text);
    assert!(complaints.iter().any(|complaint| complaint.contains(fault)), "{complaints:?}");
}

#[test]
fn what_mdbook_warns_of_is_a_fault() {
    finds("# Only\n\n<div>\n", "unclosed HTML tag");
}

#[test]
fn an_include_of_a_file_that_is_not_there_is_a_fault() {
    finds("# Only\n\n{{#include ../missing.rs}}\n", "missing.rs");
}

#[test]
fn an_include_of_an_anchor_that_is_not_there_is_a_fault() {
    finds("# Only\n\n{{#include ../listing.rs:missing}}\n", "`../listing.rs` has no anchor `missing`");
}

#[test]
fn an_anchor_without_an_end_is_a_fault() {
    finds("# Only\n\n{{#include ../listing.rs:open}}\n", "`../listing.rs` has no anchor `open`");
}

#[test]
fn code_around_an_include_that_is_not_in_its_file_is_a_fault() {
    let around = |line: &str| format!("# Only\n\n```rust\n{line}\n{{{{#include ../listing.rs:there}}}}\n```\n");
    finds(&around("fn missing() {}"), "has the line `fn missing() {}`");
    assert_eq!(complaints(&around("fn there() {}")), Vec::<String>::new());
}

#[test]
fn a_link_to_a_page_that_is_not_there_is_a_fault() {
    finds("# Only\n\n[gone](gone.md)\n", "leads nowhere");
}

#[test]
fn a_link_to_a_heading_that_is_not_there_is_a_fault() {
    finds("# Only\n\n[gone](only.md#gone)\n", "`only.html#gone` leads nowhere");
}

#[test]
fn an_image_that_is_not_there_is_a_fault() {
    finds("# Only\n\n![gone](gone.png)\n", "`gone.png` leads nowhere");
}

#[test]
fn the_readers_own_chart_stands_below_the_books() {
    let folder = watched();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    let book = Book::new(folder.path(), folder.path().join("out")).with_runs(Runs::of(folder.path()));
    write("src/SUMMARY.md", "# Summary\n\n- [Only](only.md)\n");
    write("src/only.md", "# Only\n\n{{#include ../figures/cpu-workers.html}}\n\nAfter it.\n");
    book.draw_charts().expect("there are results");
    let page = || {
        assert_eq!(book.build().expect("mdBook can build it"), [] as [String; 0]);
        fs::read_to_string(folder.path().join("out/only.html")).expect("it was built")
    };
    assert!(!page().contains("On your machine"));

    let results = fs::read_to_string(folder.path().join("results/experiments.json")).expect("it is there");
    let on = |date: &str, other: &str| results.replace("2026-11-22", date).replace("1.9", other);
    write("bench/2026-12-01_10-00-00_cpu/experiments.json", &on("2026-12-01", "1.8"));
    write("bench/2026-12-02_10-00-00_cpu/experiments.json", &on("2026-12-02", "7.7"));
    write("bench/2026-12-03_10-00-00_event/compare.json", "{}");
    let faults = book.build().expect("mdBook can build it");
    assert!(faults.len() == 1 && faults[0].contains("compare.json"), "{faults:?}");
    fs::remove_dir_all(folder.path().join("bench/2026-12-03_10-00-00_event")).expect("it can be removed");

    let page = page();
    let places = ["1.70 (1.50 to 1.90)", "On your machine, 2026-12-02.", "1.70 (1.50 to 7.70)", "After it."];
    let places = places.map(|part| page.find(part).unwrap_or_else(|| panic!("no {part} in:\n{page}")));
    assert!(places.is_sorted(), "{places:?}");
    assert!(!page.contains("2026-12-01"), "the newest is enough");
}
