//! What differs between two runs, and by more than the noise.

use std::fmt;

use crate::{Axis, Results, figures, quantile};

/// Of fewer rounds nobody knows how far they would lie apart.
const ENOUGH: usize = 3;

/// How two runs compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// How many values both have, measured often enough.
    pub compared: usize,
    /// How many both have, but not measured often enough to tell.
    pub too_few_rounds: usize,
    /// Those of which the rounds of one run all lie above those of the other.
    pub changed: Vec<Change>,
}

/// A value that has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Of which comparison or experiment.
    pub id: String,
    /// Whose.
    pub name: String,
    /// Where on the curve; empty in a comparison.
    pub place: String,
    /// What the numbers are.
    pub unit: String,
    /// In the earlier run.
    pub before: Spread,
    /// In the later one.
    pub after: Spread,
}

/// How far the rounds lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The lowest.
    pub low: f64,
    /// The middle one.
    pub median: f64,
    /// The highest.
    pub high: f64,
}

impl Spread {
    /// Of `samples`; `None` if there are none.
    pub fn of(samples: &[f64]) -> Option<Spread> {
        Some(Spread { low: quantile(samples, 0.0)?, median: quantile(samples, 0.5)?, high: quantile(samples, 1.0)? })
    }

    /// By how much `self` lies above `other`, in words.
    fn beyond(self, other: Spread) -> String {
        let share = 100.0 * (self.median / other.median - 1.0);
        let more = if share < 0.0 { "less" } else { "more" };
        format!("{:.0} % {more}", share.abs())
    }

    fn overlaps(self, other: Spread) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

impl Changes {
    /// Compares what was measured `before` with what was measured `after`.
    pub fn between(before: &[Results], after: &[Results]) -> Changes {
        let earlier: Vec<Value<'_>> = before.iter().flat_map(values).collect();
        let mut changes = Changes::default();
        for value in after.iter().flat_map(values) {
            let Some(old) = earlier.iter().find(|old| old.is_of(&value)) else { continue };
            let (Some(before), Some(after)) = (Spread::of(old.samples), Spread::of(value.samples)) else { continue };
            if old.samples.len().min(value.samples.len()) < ENOUGH {
                changes.too_few_rounds += 1;
                continue;
            }
            changes.compared += 1;
            if !before.overlaps(after) {
                let Value { id, name, place, unit, .. } = value;
                changes.changed.push(Change { id, name: name.to_owned(), place, unit: unit.to_owned(), before, after });
            }
        }
        changes
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, median, high] = [self.low, self.median, self.high].map(figures);
        write!(formatter, "{median} ({low} to {high})")
    }
}

/// `cpu/workers, pool, 4 workers: 812 (800 to 820) before, now 900 (890 to 910) jobs a second, 11 % more`
impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { id, name, place, unit, before, after } = self;
        let place = if place.is_empty() { String::new() } else { format!(", {place}") };
        write!(formatter, "{id}, {name}{place}: {before} before, now {after} {unit}, {}", after.beyond(*before))
    }
}

/// How much has changed, in a sentence or two; not what.
impl fmt::Display for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.changed.len(), self.compared) {
            (_, 0) => write!(formatter, "The two runs have nothing in common that could be compared.")?,
            (0, compared) => write!(formatter, "No change that the noise would not explain, in {compared} values.")?,
            (changed, compared) => write!(
                formatter,
                "{changed} of {compared} values have changed: all rounds of one run lie above all of the other."
            )?,
        }
        match self.too_few_rounds {
            0 => Ok(()),
            few => write!(formatter, " {few} more were measured in fewer than {ENOUGH} rounds, which tells nothing."),
        }
    }
}

/// Something that was measured in each round.
struct Value<'results> {
    id: String,
    name: &'results str,
    place: String,
    unit: &'results str,
    samples: &'results [f64],
}

impl Value<'_> {
    fn is_of(&self, other: &Value<'_>) -> bool {
        (&self.id, self.name, &self.place) == (&other.id, other.name, &other.place)
    }
}

fn values(results: &Results) -> Vec<Value<'_>> {
    let mut values = Vec::new();
    match results {
        Results::Comparisons(results) => {
            for comparison in &results.comparisons {
                // On other processors it is something else.
                let pin = if comparison.pin == "none" { String::new() } else { format!(" ({})", comparison.pin) };
                values.extend(comparison.contenders.iter().map(|contender| Value {
                    id: format!("{}{pin}", comparison.id),
                    name: &contender.name,
                    place: String::new(),
                    unit: "ns",
                    samples: &contender.elapsed,
                }));
            }
        }
        Results::Experiments(results) => {
            for experiment in &results.experiments {
                for series in experiment.series.iter().filter(|series| !series.computed) {
                    values.extend(series.points.iter().map(|point| Value {
                        id: experiment.id.clone(),
                        name: &series.name,
                        place: place(&experiment.x, point.x),
                        unit: &experiment.y.label,
                        samples: &point.samples,
                    }));
                }
            }
        }
    }
    values
}

/// A place on a curve, in words.
fn place(axis: &Axis, x: f64) -> String {
    axis.names.get(x as usize).cloned().unwrap_or_else(|| format!("{x} {}", axis.label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Experiment, Experiments, Machine, Point, Series};

    fn run(rayon: &[f64], pool: &[f64]) -> Results {
        let series = [("rayon", rayon), ("pool", pool)];
        let experiment = Experiment {
            id: "cpu/workers".to_owned(),
            title: String::new(),
            about: String::new(),
            x: Axis::new("workers"),
            y: Axis::new("jobs a second"),
            series: series.map(|(name, samples)| Series::new(name, vec![Point::at(4.0, samples.to_vec())])).to_vec(),
            remarks: Vec::new(),
        };
        Results::Experiments(Experiments {
            machine: Machine::this(),
            rounds: 3,
            quick: false,
            experiments: vec![experiment],
        })
    }

    #[test]
    fn only_what_lies_beyond_the_noise_has_changed() {
        let before = [run(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0])];
        let after = [run(&[2.9, 5.0, 6.0], &[3.1, 5.0, 6.0])];
        let changes = Changes::between(&before, &after);
        assert_eq!(changes.compared, 2);
        let [change] = &changes.changed[..] else { panic!("{changes:?}") };
        assert_eq!((&*change.name, &*change.place, &*change.unit), ("pool", "4 workers", "jobs a second"));
        assert_eq!(change.after, Spread { low: 3.1, median: 5.0, high: 6.0 });
        assert_eq!(
            change.to_string(),
            "cpu/workers, pool, 4 workers: 2.00 (1.00 to 3.00) before, now 5.00 (3.10 to 6.00) jobs a second, 150 % more"
        );
        assert!(changes.to_string().starts_with("1 of 2 values"), "{changes}");
        let none = Changes::between(&before, &before);
        assert_eq!(
            (&none.changed[..], &*none.to_string()),
            (&[][..], "No change that the noise would not explain, in 2 values.")
        );
    }

    #[test]
    fn of_two_rounds_nobody_knows() {
        let changes = Changes::between(&[run(&[1.0, 1.1], &[])], &[run(&[9.0, 9.1], &[5.0, 5.0, 5.0])]);
        assert_eq!(changes, Changes { compared: 0, too_few_rounds: 1, changed: Vec::new() });
    }
}
