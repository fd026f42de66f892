//! Interleaved rounds: whoever is measured, is measured in turns with the others.

use std::error::Error;

use results::{Point, Series};

/// How much trouble is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) rounds: u32,
    pub(crate) quick: bool,
}

impl Effort {
    /// The first for a whole run, the second for the impatient.
    pub(crate) fn choose<T>(self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }

    /// Measures each of `names` at each of `xs`, `Q` things at a time, in all rounds, and returns the series for each of the
    /// things. What the system does not tell is left out.
    pub(crate) fn measure<const Q: usize>(
        self,
        names: &[&str],
        xs: &[f64],
        mut measure: impl FnMut(usize, f64) -> Result<[Option<f64>; Q], Box<dyn Error>>,
    ) -> Result<[Vec<Series>; Q], Box<dyn Error>> {
        let point = |&x: &f64| Point::at(x, Vec::new());
        let empty = || names.iter().map(|name| Series::new(name, xs.iter().map(point).collect())).collect();
        let mut measured: [Vec<Series>; Q] = std::array::from_fn(|_| empty());
        for round in 0..self.rounds as usize {
            for (place, &x) in xs.iter().enumerate() {
                // Each round starts with another one, so that nobody always follows the same neighbour's heat.
                for turn in 0..names.len() {
                    let who = (round + turn) % names.len();
                    for (series, sample) in measured.iter_mut().zip(measure(who, x)?) {
                        series[who].points[place].samples.extend(sample);
                    }
                }
            }
        }
        for series in measured.iter_mut().flatten() {
            series.points.retain(|point| !point.samples.is_empty());
        }
        Ok(measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_turn_at_each_place_in_each_round_and_not_always_the_first() {
        let mut turns = Vec::new();
        let effort = Effort { rounds: 2, quick: false };
        let [double, nothing] = effort
            .measure(&["a", "b"], &[1.0, 2.0], |who, x| {
                turns.push((who, x as u32));
                Ok([Some(2.0 * x), None])
            })
            .unwrap();
        assert_eq!(turns, [(0, 1), (1, 1), (0, 2), (1, 2), (1, 1), (0, 1), (1, 2), (0, 2)]);
        for (series, name) in double.iter().zip(["a", "b"]) {
            assert_eq!(series, &Series::new(name, vec![Point::at(1.0, vec![2.0; 2]), Point::at(2.0, vec![4.0; 2])]));
        }
        assert!(nothing.iter().all(|series| series.points.is_empty()));
    }

    #[test]
    fn a_measurement_that_fails_ends_it() {
        let effort = Effort { rounds: 1, quick: false };
        assert!(effort.measure::<1>(&["a"], &[1.0], |_, _| Err("no".into())).is_err());
    }
}
