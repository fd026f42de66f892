//! One picture of what was measured, as SVG for pages and slides and as text for a terminal.
//!
//! A [`Plot`] is made from an [`Experiment`], or by hand. It shows of each point the middle of the
//! rounds and how far they lie apart, and of what was computed a dashed line. Each line has a colour, a shape and its name
//! beside it, so that none depends on colours alone. The colours are those of the page: variables, with others to fall back
//! on where the picture stands alone.
//!
//! ```
//! use results::{Axis, Point, Series};
//!
//! let points = vec![Point::at(1.0, vec![1.0, 1.0, 1.0]), Point::at(2.0, vec![1.8, 1.9, 2.0])];
//! let plot = plot::Plot::new("Two can do more", Axis::new("workers"), Axis::new("speed-up"), &[
//!     Series::new("pool", points),
//!     Series::computed("as many as there are", [(1.0, 1.0), (2.0, 2.0)]),
//! ]);
//! assert!(plot.svg().contains("Two can do more"));
//! assert!(plot.text(72).lines().all(|line| line.chars().count() <= 72));
//! ```

mod ruler;
mod svg;
mod text;

use results::{Axis, Experiment, Series, median, quantile};

/// One picture: what is varied lies to the right, and what is watched goes up.
#[derive(Clone, Debug)]
pub struct Plot {
    /// What stands on top.
    pub title: String,
    /// What is varied.
    pub x: Axis,
    /// What is watched.
    pub y: Axis,
    /// What is shown, in the order in which it is named.
    pub lines: Vec<Line>,
    /// A value of which it matters what lies above and what below.
    pub level: Option<f64>,
    /// A value that has to be in the picture, so that pictures beside each other have the same measure.
    pub reach: Option<f64>,
}

/// What is shown of one way of doing it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The way of doing it. What was computed has the colour of what was measured if its name begins with that one's name and
    /// a colon: `pool: Amdahl's law`.
    pub name: String,
    /// Whether it was computed.
    pub computed: bool,
    /// From left to right.
    pub spans: Vec<Span>,
}

/// What is shown at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Where.
    pub x: f64,
    /// The lowest.
    pub low: f64,
    /// Where the mark is. Without it there is one at each end.
    pub middle: Option<f64>,
    /// The highest.
    pub high: f64,
}

impl Plot {
    /// A picture of `series`.
    pub fn new(title: &str, x: Axis, y: Axis, series: &[Series]) -> Plot {
        let line = |series: &Series| Line {
            name: series.name.clone(),
            computed: series.computed,
            spans: series.points.iter().filter_map(|point| Span::of(point.x, &point.samples)).collect(),
        };
        let lines = series.iter().map(line).collect();
        Plot { title: title.to_owned(), x, y, lines, level: None, reach: None }
    }

    /// Adds what was measured of `name` at one place.
    pub fn add(&mut self, name: &str, span: Span) {
        match self.lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.spans.push(span),
            None => self.lines.push(Line { name: name.to_owned(), computed: false, spans: vec![span] }),
        }
    }

    /// All places at which something is shown, from left to right.
    pub fn places(&self) -> Vec<f64> {
        let mut places: Vec<f64> = self.lines.iter().flat_map(|line| &line.spans).map(|span| span.x).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        places
    }

    /// What stands below a place.
    pub fn label(&self, x: f64) -> String {
        ruler::label(&self.x, x)
    }

    /// The highest value.
    pub fn top(&self) -> Option<f64> {
        self.lines.iter().flat_map(|line| &line.spans).map(|span| span.high).reduce(f64::max)
    }

    /// How many lines come before `line` that have a colour of their own; whom it shares a colour with has the same number.
    fn number(&self, line: &Line) -> usize {
        let own = |line: &Line| self.partner(line).is_none();
        let owner = self.partner(line).unwrap_or(line);
        self.lines.iter().filter(|line| own(line)).position(|it| it == owner).unwrap_or_default()
    }

    /// Of what was computed, the line that it belongs to.
    fn partner(&self, line: &Line) -> Option<&Line> {
        let (owner, _) = line.name.split_once(": ").filter(|_| line.computed)?;
        self.lines.iter().find(|it| !it.computed && it.name == owner)
    }
}

impl From<&Experiment> for Plot {
    fn from(experiment: &Experiment) -> Plot {
        Plot::new(&experiment.title, experiment.x.clone(), experiment.y.clone(), &experiment.series)
    }
}

impl Span {
    /// The middle, the lowest and the highest of `samples`; `None` if there are none.
    pub fn of(x: f64, samples: &[f64]) -> Option<Span> {
        Some(Span { x, low: quantile(samples, 0.0)?, middle: median(samples), high: quantile(samples, 1.0)? })
    }
}
