//! Contenders that did the same thing in turns.

use serde::{Deserialize, Serialize};

use crate::{Machine, median};

/// A file of comparisons. The program `compare` writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparisons {
    /// Where that was.
    pub machine: Machine,
    /// How often each contender ran.
    pub rounds: u32,
    /// How long operations were repeated in each round.
    pub milliseconds: u64,
    /// How long a round lasted in which threads competed.
    pub contest_milliseconds: u64,
    /// In the order in which they were made.
    pub comparisons: Vec<Comparison>,
}

/// What the contenders of one scenario did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// `concept/scenario/threads`.
    pub id: String,
    /// What one operation is, in a sentence.
    #[serde(default)]
    pub about: String,
    /// Which processors the threads ran on: `none` (wherever the system liked), `one`, or `spread`.
    pub pin: String,
    /// Ours comes first.
    pub contenders: Vec<Measured>,
}

/// What one contender did. Times are in nanoseconds for one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The contender.
    pub name: String,
    /// The mean of each round. In a contest all threads' operations count.
    pub elapsed: Vec<f64>,
    /// The mean of each round, of all threads together; empty where the system does not tell.
    #[serde(default)]
    pub processor: Vec<f64>,
    /// Operations that were timed one by one, if the scenario's threads sleep.
    pub single: Option<Quartiles>,
    /// How even the contests were, if the scenario is one.
    pub fairness: Option<Fairness>,
    /// How many times as long as ours it took, if it is a peer.
    pub ratio: Option<Ratio>,
}

/// What the threads got out of each round's contest, as shares of what each would have got if all had got the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fairness {
    /// Of the thread that got least.
    pub least: Vec<f64>,
    /// Of the thread that got most.
    pub most: Vec<f64>,
    /// Of the first thread, which in some scenarios does something else than the others.
    #[serde(default)]
    pub first: Vec<f64>,
}

/// Of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quartiles {
    /// A quarter lies below.
    pub lower: f64,
    /// Half lies below.
    pub median: f64,
    /// Three quarters lie below.
    pub upper: f64,
}

/// Of a peer's time to our time, over the rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// The middle one.
    pub median: f64,
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
}

impl Comparison {
    /// The peer with the shortest median time.
    pub fn best_peer(&self) -> Option<&Measured> {
        let peers = self.contenders.iter().filter(|contender| contender.ratio.is_some());
        let timed = peers.filter_map(|peer| Some((median(&peer.elapsed)?, peer)));
        timed.min_by(|(left, _), (right, _)| left.total_cmp(right)).map(|(_, peer)| peer)
    }
}

impl Ratio {
    /// The ratios of `theirs` to `ours`, round by round; `None` if there was no round.
    pub fn of(theirs: &[f64], ours: &[f64]) -> Option<Ratio> {
        let ratios: Vec<f64> = theirs.iter().zip(ours).map(|(theirs, ours)| theirs / ours).collect();
        let quantile = |share| crate::quantile(&ratios, share);
        Some(Ratio { median: quantile(0.5)?, min: quantile(0.0)?, max: quantile(1.0)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(name: &str, elapsed: &[f64], ours: &[f64]) -> Measured {
        let ratio = if name == "ours" { None } else { Ratio::of(elapsed, ours) };
        Measured {
            name: name.to_owned(),
            elapsed: elapsed.to_vec(),
            processor: Vec::new(),
            single: None,
            fairness: None,
            ratio,
        }
    }

    #[test]
    fn a_ratio_compares_within_each_round_and_not_across_them() {
        // The machine was ten times slower in the last round, for both; a ratio of medians or of means would show it.
        let theirs = [2.0, 3.0, 40.0];
        let ours = [1.0, 2.0, 10.0];
        assert_eq!(Ratio::of(&theirs, &ours), Some(Ratio { median: 2.0, min: 1.5, max: 4.0 }));
    }

    #[test]
    fn the_best_peer_has_the_shortest_median_and_is_not_ours() {
        let ours = [1.0, 1.0, 1.0];
        let contenders = vec![
            measured("ours", &ours, &ours),
            measured("one good round", &[0.1, 9.0, 9.0], &ours),
            measured("steady", &[2.0, 2.0, 50.0], &ours),
        ];
        let comparison = Comparison { id: String::new(), about: String::new(), pin: String::new(), contenders };
        assert_eq!(comparison.best_peer().map(|peer| peer.name.as_str()), Some("steady"));
    }
}
