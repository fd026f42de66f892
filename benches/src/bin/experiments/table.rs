//! An experiment as a table: a row for each series, a column for each place.

use results::{Experiment, Point, Series, quartiles};

const WIDTH: usize = 100;

/// The table of `experiment`. It shows the middle of the rounds, and says in the end how far they lie apart.
pub(crate) fn draw(experiment: &Experiment) -> String {
    let Experiment { id, title, about, x, y, series, remarks } = experiment;
    let mut lines = vec![title.clone(), wrap(&format!("{id}: {about}"), "")];
    let rows = rows(experiment);
    let upright = lay_out(&rows);
    let too_wide = upright.iter().any(|line| line.chars().count() > WIDTH);
    // A column for each series is less, where there are many things with long names.
    lines.push(format!("  {} by {}", y.label, x.label));
    lines.extend(if too_wide { lay_out(&turned(&rows)) } else { upright });
    if series.iter().any(|series| series.computed) {
        lines.push("  (What is marked * is computed.)".to_owned());
    }
    lines.extend(spread(experiment).iter().chain(remarks).map(|line| wrap(line, "  ")));
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A row for each series and a column for each place, with their names.
fn rows(Experiment { x, series, .. }: &Experiment) -> Vec<Vec<String>> {
    let mut places: Vec<f64> = series.iter().flat_map(|series| series.points.iter().map(|point| point.x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let name = |&place: &f64| x.names.get(place as usize).cloned().unwrap_or_else(|| short(place));
    let mut rows = vec![[String::new()].into_iter().chain(places.iter().map(name)).collect()];
    for Series { name, computed, points } in series {
        let at = |place: &f64| points.iter().find(|point| point.x == *place).and_then(Point::median);
        let values = places.iter().map(|place| at(place).map_or_else(String::new, short));
        rows.push([format!("{name}{}", if *computed { " *" } else { "" })].into_iter().chain(values).collect());
    }
    rows
}

fn turned(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let columns = rows.first().map_or(0, Vec::len);
    (0..columns).map(|column| rows.iter().map(|row| row[column].clone()).collect()).collect()
}

/// Lines of columns, the first flush left and the others flush right.
fn lay_out(rows: &[Vec<String>]) -> Vec<String> {
    let wide = |cells: &mut dyn Iterator<Item = &String>| cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
    let first = wide(&mut rows.iter().filter_map(|row| row.first()));
    let other = wide(&mut rows.iter().flat_map(|row| row.iter().skip(1))).max(5) + 2;
    let line = |row: &Vec<String>| {
        let mut cells = row.iter();
        let name = cells.next().map_or("", String::as_str);
        let values: String = cells.map(|cell| format!("{cell:>other$}")).collect();
        format!("  {name:<first$}{values}")
    };
    rows.iter().map(line).collect()
}

/// How far the rounds lie apart, in a sentence.
fn spread(experiment: &Experiment) -> Option<String> {
    let measured = experiment.series.iter().filter(|series| !series.computed);
    let points = measured.flat_map(|series| series.points.iter().filter(|point| point.samples.len() > 1));
    let apart = points.filter_map(|point| {
        let quartiles = quartiles(&point.samples)?;
        (quartiles.median > 0.0).then(|| 100.0 * (quartiles.upper - quartiles.lower) / quartiles.median)
    });
    let apart: Vec<f64> = apart.collect();
    let (middle, most) = (results::median(&apart)?, results::quantile(&apart, 1.0)?);
    Some(format!(
        "Half of the rounds lie within {middle:.0} % of a value in the middle case, and within {most:.0} % in the worst."
    ))
}

/// `value` with three digits, more if it is large.
fn short(value: f64) -> String {
    if value.fract() == 0.0 && value < 1000.0 {
        return format!("{value}");
    }
    let decimals = match value {
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

/// `text` in lines that are not too long, each with `indent` in front.
fn wrap(text: &str, indent: &str) -> String {
    let (mut lines, mut line) = (Vec::new(), indent.to_owned());
    for word in text.split(' ') {
        if line.trim_end().chars().count() + 1 + word.chars().count() > WIDTH && line != indent {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
        }
        line += word;
        line.push(' ');
    }
    lines.push(line);
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use results::Axis;

    use super::*;

    #[test]
    fn a_table_has_a_row_for_each_series_and_a_column_for_each_place() {
        let experiment = Experiment {
            id: "group/name".to_owned(),
            title: "What a slide says".to_owned(),
            about: "word ".repeat(40).trim_end().to_owned(),
            x: Axis::new("workers"),
            y: Axis::new("times as fast"),
            series: vec![
                Series::new("ours", vec![Point::at(1.0, vec![0.9, 1.1, 1.0]), Point::at(32.0, vec![12.34])]),
                Series::computed("ideal", [(1.0, 1.0), (2.0, 2.0)]),
            ],
            remarks: vec!["A remark.".to_owned()],
        };
        let table = draw(&experiment);
        assert!(table.lines().all(|line| line.chars().count() <= WIDTH), "{table}");
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "What a slide says");
        assert_eq!(
            lines[4..],
            [
                "  times as fast by workers",
                "               1      2     32",
                "  ours         1          12.3",
                "  ideal *      1      2",
                "  (What is marked * is computed.)",
                "  Half of the rounds lie within 10 % of a value in the middle case, and within 10 % in the worst.",
                "  A remark.",
            ]
        );

        let names: Vec<String> =
            (0..=32).map(|number| format!("a thing with a name of its own, number {number}")).collect();
        let wide = Experiment { x: Axis::of_names("thing", names.iter().map(String::as_str)), ..experiment };
        let table = draw(&wide);
        let turned = "\n  a thing with a name of its own, number 1         1        1\n";
        assert!(table.contains(turned), "{table}");
    }
}
