//! Guess and measurement in one picture: what the exercises share that ask for a guess.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use plot::Plot;
use results::{Experiment, Point, SHOWN, Series, figures, quantile};

/// A sentence has so many words at least.
const SENTENCE: usize = 4;

/// How wide the picture is, in a terminal.
const WIDTH: usize = 76;

/// What somebody expects along a curve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guess {
    /// Of what.
    pub(crate) about: &'static str,
    /// What is expected at each of `places`.
    pub(crate) values: &'static [f64],
    /// Where a guess is asked for, from left to right.
    pub(crate) places: &'static [usize],
    /// What there are so many of at each place.
    pub(crate) what: &'static str,
}

impl Guess {
    /// Fails unless this is a guess: a number for each place, above zero.
    #[track_caller]
    pub(crate) fn check(&self) {
        let Guess { about, values, places, what } = self;
        let listed = places.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        let asked = format!("{} numbers, for {listed} {what}", places.len());
        assert!(!values.is_empty(), "{about}: not guessed yet. It takes {asked}");
        assert!(values.len() == places.len(), "{about}: it takes {asked}, and there are {}", values.len());
        if let Some(value) = values.iter().find(|value| !(value.is_finite() && **value > 0.0)) {
            panic!("{about}: {value} cannot be. Each number is above zero");
        }
    }

    fn series(&self) -> Series {
        let points = self.places.iter().zip(self.values).map(|(place, value)| (*place as f64, *value));
        Series::computed(&format!("{}: your guess", self.about), points)
    }
}

/// Fails unless `reason` is a sentence. Whether it is a good one, nobody judges.
#[track_caller]
pub(crate) fn check_reason(reason: &str) {
    let words = reason.split_whitespace().count();
    assert!(words >= SENTENCE, "say in a sentence why you expect that; what comes out is then held against it");
}

/// What was measured where something was guessed.
#[derive(Debug)]
pub(crate) struct Curve {
    pub(crate) guess: Guess,
    /// For each place, what was measured there, once for each round.
    pub(crate) samples: Vec<Vec<f64>>,
}

impl Curve {
    fn series(&self) -> Series {
        let points = self.guess.places.iter().zip(&self.samples);
        Series::new(
            self.guess.about,
            points.map(|(place, samples)| Point::at(*place as f64, samples.clone())).collect(),
        )
    }

    /// Guess and measurement, below each other.
    fn table(&self) -> String {
        let cells =
            |values: &mut dyn Iterator<Item = String>| values.map(|value| format!("{value:>9}")).collect::<String>();
        let Guess { about, values, places, what } = self.guess;
        let at = |share| {
            cells(&mut self.samples.iter().map(|samples| quantile(samples, share).map_or(String::new(), figures)))
        };
        format!(
            "{:<22}{}  {what}\n{:<22}{}\n{:<22}{}\n{:<22}{}\n{:<22}{}\n",
            about,
            cells(&mut places.iter().map(usize::to_string)),
            "  your guess",
            cells(&mut values.iter().copied().map(figures)),
            "  measured (median)",
            at(0.5),
            "  lowest",
            at(0.0),
            "  highest",
            at(1.0),
        )
    }
}

/// What was expected, beside what came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Clearly less came out than was expected.
    Less,
    /// About the same.
    AsMuch,
    /// Clearly more was expected.
    More,
}

/// How `guess` compares with what was `measured`: a quarter more or less is about the same.
pub(crate) fn compare(guess: f64, measured: f64) -> Expected {
    match guess / measured {
        ratio if ratio < 0.8 => Expected::Less,
        ratio if ratio > 1.25 => Expected::More,
        _ => Expected::AsMuch,
    }
}

/// Shows `curves` in one picture, and says what `experiment` has to remark: prints it, and writes it to the file that the
/// coach shows, with the same picture as SVG beside it.
pub(crate) fn show(mut experiment: Experiment, curves: Vec<Curve>) {
    for curve in &curves {
        experiment.series.push(curve.series());
        experiment.series.push(curve.guess.series());
    }
    let plot = Plot::from(&experiment);
    let file = env::var_os(SHOWN).map_or_else(usual_file, PathBuf::from);
    let picture = file.with_extension("svg");
    let mut text = plot.text(WIDTH);
    for curve in &curves {
        text += &format!("\n{}", curve.table());
    }
    text += &format!("\n{}\n{}\n\nDrawn: {}\n", experiment.about, experiment.remarks.join("\n"), picture.display());
    println!("{text}");
    let written = fs::write(&picture, plot.svg()).and_then(|()| fs::write(&file, text));
    written.unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
}

/// Where it is shown if nobody says where.
fn usual_file() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_PKG_NAME")).with_extension("txt")
}
