//! A comparison as a table, 100 columns wide at most.

use std::fmt::Write as _;

use results::{Comparison, Fairness, Measured, Quartiles, Ratio, duration, figures, median};

/// From this ratio of the best peer's time to ours on we call ourselves level with it, and from its inverse on ahead.
const LEVEL: f64 = 0.95;

/// The table of `comparison`: a row for each contender and a verdict.
pub(crate) fn draw(comparison: &Comparison) -> String {
    let sleeps = comparison.contenders.iter().any(|contender| contender.single.is_some());
    let contest = comparison.contenders.iter().any(|contender| contender.fairness.is_some());
    let single = if sleeps { "   single operations: quartiles" } else { "" };
    let shares = if contest { "   least   most" } else { "" };
    let pin = if comparison.pin == "none" { String::new() } else { format!("pinned: {}", comparison.pin) };
    let mut table = format!("{}: {}\n", comparison.id, comparison.about);
    // Writing to a string cannot fail.
    let _ = writeln!(table, "  {pin:<14}  {:>9}  {:>9}{single}{shares}   their time / ours", "time", "CPU");
    for contender in &comparison.contenders {
        let line = row(contender, sleeps);
        let _ = writeln!(table, "  {}", line.trim_end());
    }
    if let Some((peer, ratio)) = comparison.best_peer().and_then(|peer| Some((peer, peer.ratio?))) {
        let verdict = match ratio.median {
            median if median < LEVEL => "behind",
            median if median <= 1.0 / LEVEL => "level with",
            _ => "ahead of",
        };
        let _ = writeln!(table, "  {verdict} {}, the best peer: {:.2}", peer.name, ratio.median);
    }
    table
}

fn row(contender: &Measured, sleeps: bool) -> String {
    let middle = |times: &[f64]| median(times).map_or_else(|| "-".to_owned(), duration);
    let (elapsed, processor) = (middle(&contender.elapsed), middle(&contender.processor));
    let single = match &contender.single {
        Some(Quartiles { lower, median, upper }) => {
            format!("   {:>8}  {:>8}  {:>8} ", duration(*lower), duration(*median), duration(*upper))
        }
        None if sleeps => " ".repeat(32),
        None => String::new(),
    };
    let shares = match &contender.fairness {
        Some(Fairness { least, most, .. }) => {
            let least = least.iter().copied().fold(f64::INFINITY, f64::min);
            let most = most.iter().copied().fold(0.0, f64::max);
            format!("   {least:>5.2}  {most:>5.2}")
        }
        None => String::new(),
    };
    let ratio = match &contender.ratio {
        Some(Ratio { median, min, max }) => {
            format!("{:>5}  ({} to {})", figures(*median), figures(*min), figures(*max))
        }
        None => String::new(),
    };
    format!("{:<14}  {elapsed:>9}  {processor:>9}{single}{shares}   {ratio}", contender.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(ratio: f64) -> Comparison {
        let single = Some(Quartiles { lower: 999.6e3, median: 999.6e3, upper: 999.6e3 });
        let contender = |name: &str, ratio| Measured {
            name: name.to_owned(),
            elapsed: vec![5.0],
            processor: Vec::new(),
            single,
            fairness: None,
            ratio,
        };
        let ratio = Some(Ratio { median: ratio, min: 0.01, max: 16_193.46 });
        let contenders = vec![contender("locksmith", None), contender("event-listener", ratio)];
        let [id, about, pin] = ["event/wake/16", "a sentence", "spread"].map(str::to_owned);
        Comparison { id, about, pin, contenders }
    }

    #[test]
    fn a_table_fits_into_a_hundred_columns() {
        let table = draw(&comparison(0.95));
        assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
        for scenario in benches::scenarios() {
            let title = format!("{}: {}", scenario.id(), scenario.about);
            assert!(title.chars().count() <= 100, "{title}");
        }
    }

    #[test]
    fn the_verdict_is_level_from_the_agreed_ratio_on() {
        let verdict = |ratio| draw(&comparison(ratio)).lines().last().map(str::to_owned).unwrap();
        assert_eq!(verdict(0.95), "  level with event-listener, the best peer: 0.95");
        assert_eq!(verdict(0.94), "  behind event-listener, the best peer: 0.94");
        assert_eq!(verdict(1.06), "  ahead of event-listener, the best peer: 1.06");
    }
}
