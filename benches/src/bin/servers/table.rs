//! An experiment as a table: a row for each way of doing it, a column for each place.

use std::fmt::Write as _;

use results::Experiment;
use textwrap::Options;

/// How long a line of text may be.
pub(crate) const WIDTH: usize = 100;

/// The medians of `experiment`.
pub(crate) fn draw(experiment: &Experiment) -> String {
    let Experiment { id, title, x, y, series, remarks, .. } = experiment;
    let mut places: Vec<f64> = series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let width = series.iter().map(|series| series.name.len()).chain([x.label.len()]).max().unwrap_or(0);
    let mut table = format!("{id}: {title}\n  {}\n  {:<width$}", y.label, x.label);
    // Writing to a string cannot fail.
    for &place in &places {
        let _ = write!(table, "  {:>9}", number(place));
    }
    table.push('\n');
    for series in series {
        let _ = write!(table, "  {:<width$}", series.name);
        for &place in &places {
            let median = series.points.iter().find(|point| point.x == place).and_then(|point| point.median());
            let _ = write!(table, "  {:>9}", median.map_or_else(|| "-".to_owned(), number));
        }
        table.push('\n');
    }
    for remark in remarks {
        let indented = Options::new(WIDTH).initial_indent("  ").subsequent_indent("  ");
        let _ = writeln!(table, "{}", textwrap::fill(remark, indented));
    }
    table
}

/// A number in three digits, or as many as it has before the point.
pub(crate) fn number(number: f64) -> String {
    let digits = match number.abs() {
        0.0 => 0,
        ..1.0 => 2,
        ..100.0 if number.fract() == 0.0 => 0,
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{number:.digits$}")
}

#[cfg(test)]
mod tests {
    use results::{Axis, Point, Series};

    use super::*;

    #[test]
    fn what_was_not_measured_is_a_dash() {
        let point = |x: f64, y: f64| Point::at(x, vec![y, y]);
        let experiment = Experiment {
            id: "a/b".to_owned(),
            title: "Title".to_owned(),
            about: String::new(),
            x: Axis::new("clients"),
            y: Axis::new("answers"),
            series: vec![
                Series::new("ours", vec![point(1.0, 0.123), point(8.0, 12.34)]),
                Series::new("theirs", vec![point(8.0, 123_456.7)]),
            ],
            remarks: vec!["Remark.".to_owned()],
        };
        let expected = "\
a/b: Title
  answers
  clients          1          8
  ours          0.12       12.3
  theirs           -     123457
  Remark.
";
        assert_eq!(draw(&experiment), expected);
    }
}
