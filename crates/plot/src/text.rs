//! The picture as text, for a terminal.

use crate::ruler::{Ruler, tick};
use crate::{Line, Plot};

/// How many lines the area takes that is drawn in.
const ROWS: usize = 14;

/// The signs of what was measured, and of what was computed. Those of the same place belong together.
const MEASURED: [char; 6] = ['●', '■', '▲', '◆', '★', '▼'];
const COMPUTED: [char; 6] = ['○', '□', '△', '◇', '☆', '▽'];

impl Plot {
    /// The picture in lines of at most `width` columns: a sign where the middle is, dots between two such places, and below it
    /// what the signs mean.
    pub fn text(&self, width: usize) -> String {
        let shown = self.lines.iter().flat_map(|line| &line.spans).filter_map(|span| span.middle);
        let upright = Ruler::new(&self.y, shown.chain(self.level).chain(self.reach));
        let places = self.places();
        let across = Ruler::new(&self.x, places.iter().copied());
        let numbers: Vec<(usize, String)> =
            upright.ticks().into_iter().filter_map(|value| Some((row(&upright, value)?, tick(value)))).collect();
        let margin = numbers.iter().map(|(_, number)| number.chars().count()).max().unwrap_or_default() + 2;
        let columns = width.saturating_sub(margin + 3).max(8);
        let column = |x: f64| across.share(x).map(|share| (share * (columns - 1) as f64).round() as usize);

        let mut area = vec![vec![' '; columns]; ROWS];
        for line in &self.lines {
            let marks: Vec<(usize, usize)> =
                line.spans.iter().filter_map(|span| Some((column(span.x)?, row(&upright, span.middle?)?))).collect();
            for pair in marks.windows(2).filter(|_| self.x.names.is_empty()) {
                let ((from, start), (to, end)) = (pair[0], pair[1]);
                let height = |x: usize| {
                    let way = (x - from) as f64 / (to - from) as f64;
                    (start as f64 + (end as f64 - start as f64) * way).round() as usize
                };
                for (x, y) in (from..to).map(|x| (x, height(x))) {
                    if area[y][x] == ' ' {
                        area[y][x] = '·';
                    }
                }
            }
        }
        // Signs lie above dots; what was measured lies above what was computed.
        for computed in [true, false] {
            for line in self.lines.iter().filter(|line| line.computed == computed) {
                for span in &line.spans {
                    let place = column(span.x).zip(span.middle.and_then(|middle| row(&upright, middle)));
                    if let Some((x, y)) = place {
                        area[y][x] = self.sign(line);
                    }
                }
            }
        }

        let mut text = format!("{}\n\n{:>margin$}{}\n", self.title, "", self.y.label);
        for (y, cells) in area.iter().enumerate() {
            let number = numbers.iter().find(|(row, _)| *row == y).map_or("", |(_, number)| number);
            let row = format!("{number:>0$} │ {1}", margin - 1, String::from_iter(cells));
            text += &format!("{}\n", row.trim_end());
        }
        text += &format!("{:>margin$}└{}\n", "", "─".repeat(columns + 1));
        text += &self.labels(&places, column, margin + 2);
        text += &format!("{:>margin$}  {}\n\n", "", self.x.label);
        for line in &self.lines {
            text += &format!("{:>margin$}  {} {}\n", "", self.sign(line), line.name);
        }
        text
    }

    /// The line below the area, with as many labels as there is room for.
    fn labels(&self, places: &[f64], column: impl Fn(f64) -> Option<usize>, margin: usize) -> String {
        let mut labels = String::new();
        for &x in places {
            let label = self.label(x);
            let Some(column) = column(x) else { continue };
            let end = margin + column + 1;
            let start = end.saturating_sub(label.chars().count().div_ceil(2));
            let written = labels.chars().count();
            if labels.is_empty() || start > written {
                labels += &" ".repeat(start - written);
                labels += &label;
            }
        }
        labels + "\n"
    }

    fn sign(&self, line: &Line) -> char {
        let signs = if line.computed { COMPUTED } else { MEASURED };
        signs[self.number(line) % signs.len()]
    }
}

/// In which row `value` lies; the first is on top.
fn row(ruler: &Ruler, value: f64) -> Option<usize> {
    Some(ROWS - 1 - (ruler.share(value)? * (ROWS - 1) as f64).round() as usize)
}

#[cfg(test)]
mod tests {
    use results::{Axis, Series};

    use super::*;

    #[test]
    fn a_line_goes_up_from_left_to_right() {
        let lines = [
            Series::computed("pool: guessed", [(1.0, 1.0), (2.0, 4.0)]),
            Series { computed: false, ..Series::computed("pool", [(1.0, 1.0), (2.0, 2.0)]) },
        ];
        let plot = Plot::new("More", Axis::logarithmic("workers"), Axis::new("speed-up"), &lines);
        let text = plot.text(30);
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[0], "More");
        assert!(rows[3].starts_with(" 4 │") && rows[3].ends_with('○'), "{text}");
        let two = rows.iter().find(|row| row.starts_with(" 2 │")).expect("there is such a tick");
        assert!(two.ends_with('●'), "{text}");
        assert!(text.contains("│ ●"), "what was measured lies above the guess:\n{text}");
        assert!(text.contains("○ pool: guessed") && text.contains("● pool\n"), "{text}");
    }
}
