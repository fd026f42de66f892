//! Something is varied, and something else is watched.

use serde::{Deserialize, Serialize};

use crate::Machine;

/// A file of experiments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiments {
    /// Where that was.
    pub machine: Machine,
    /// How often each point was measured.
    pub rounds: u32,
    /// Whether it was a run for the impatient: fewer points, shorter, less sure.
    pub quick: bool,
    /// In the order in which they were made.
    pub experiments: Vec<Experiment>,
}

/// One picture: what is varied lies to the right, and what is watched goes up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// `group/name`, unique in the file.
    pub id: String,
    /// What a slide would say on top.
    pub title: String,
    /// What was done, in a sentence or two.
    pub about: String,
    /// What is varied.
    pub x: Axis,
    /// What is watched.
    pub y: Axis,
    /// One for each way of doing it. Ours comes first.
    pub series: Vec<Series>,
    /// What the numbers say besides, each in a sentence, such as the share of serial work that was fitted to them; or what
    /// is missing, and why.
    pub remarks: Vec<String>,
}

/// What is told along one side of a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What it is, with its unit, such as `requests a second`.
    pub label: String,
    /// How values lie along it.
    pub scale: Scale,
    /// If the values are no numbers but things: their names. The value 0 is the first.
    pub names: Vec<String>,
}

/// How values lie along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// From zero on; twice as much is twice as far.
    #[default]
    Linear,
    /// Each step multiplies.
    Logarithmic,
}

/// One way of doing it, in all of its points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The way of doing it.
    pub name: String,
    /// Whether this is computed and not measured: what would be ideal, or a law that was fitted.
    pub computed: bool,
    /// From left to right.
    pub points: Vec<Point>,
}

/// What was measured at one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Where.
    pub x: f64,
    /// What, once for each round.
    pub samples: Vec<f64>,
}

impl Axis {
    /// A linear axis of numbers.
    pub fn new(label: &str) -> Axis {
        Axis { label: label.to_owned(), scale: Scale::Linear, names: Vec::new() }
    }

    /// A logarithmic axis of numbers.
    pub fn logarithmic(label: &str) -> Axis {
        Axis { scale: Scale::Logarithmic, ..Axis::new(label) }
    }

    /// An axis of things.
    pub fn of_names<'a>(label: &str, names: impl IntoIterator<Item = &'a str>) -> Axis {
        Axis { names: names.into_iter().map(str::to_owned).collect(), ..Axis::new(label) }
    }
}

impl Series {
    /// What has been measured.
    pub fn new(name: &str, points: Vec<Point>) -> Series {
        Series { name: name.to_owned(), computed: false, points }
    }

    /// What has been computed.
    pub fn computed(name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Series {
        let points = points.into_iter().map(|(x, y)| Point::at(x, vec![y])).collect();
        Series { name: name.to_owned(), computed: true, points }
    }
}

impl Point {
    /// What was measured at `x`.
    pub fn at(x: f64, samples: Vec<f64>) -> Point {
        Point { x, samples }
    }

    /// The middle of the rounds; `None` if there was none.
    pub fn median(&self) -> Option<f64> {
        crate::median(&self.samples)
    }
}
