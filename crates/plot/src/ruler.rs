//! Where values lie along one side of a picture, and how they are written.

use results::{Axis, Scale};

/// One side of a picture.
pub(crate) struct Ruler {
    from: f64,
    to: f64,
    scale: Scale,
}

impl Ruler {
    /// A side along which all `values` lie.
    pub(crate) fn new(axis: &Axis, values: impl Iterator<Item = f64> + Clone) -> Ruler {
        let top = values.clone().fold(f64::NEG_INFINITY, f64::max);
        if !axis.names.is_empty() {
            return Ruler { from: -0.5, to: axis.names.len() as f64 - 0.5, scale: Scale::Linear };
        }
        match axis.scale {
            Scale::Linear => {
                let low = values.fold(0.0, f64::min);
                Ruler { from: low, to: if top > low { top } else { low + 1.0 }, scale: Scale::Linear }
            }
            Scale::Logarithmic => {
                let low = values.filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
                let (from, to) = if low.is_finite() { (low, top) } else { (1.0, 1.0) };
                // One value alone lies in the middle.
                let (from, to) = if to > from { (from, to) } else { (from / 2.0, from * 2.0) };
                Ruler { from, to, scale: Scale::Logarithmic }
            }
        }
    }

    /// The same with some room at the far end, and at the near end if that is not zero.
    pub(crate) fn with_room(self) -> Ruler {
        match self.scale {
            Scale::Linear => Ruler { to: self.to + (self.to - self.from) * 0.05, ..self },
            Scale::Logarithmic => {
                let room = (self.to / self.from).powf(0.06);
                Ruler { from: self.from / room, to: self.to * room, ..self }
            }
        }
    }

    /// How far along `value` lies: 0 is the near end, and 1 the far one. What is not above zero has no place on a logarithmic side.
    pub(crate) fn share(&self, value: f64) -> Option<f64> {
        match self.scale {
            Scale::Linear => Some((value - self.from) / (self.to - self.from)),
            Scale::Logarithmic if value > 0.0 => Some((value / self.from).ln() / (self.to / self.from).ln()),
            Scale::Logarithmic => None,
        }
    }

    /// Round values along it, some six.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let ticks: Vec<f64> = match self.scale {
            Scale::Linear => {
                let rough = (self.to - self.from) / 5.0;
                let power = 10_f64.powf(rough.log10().floor());
                let step = [1.0, 2.0, 5.0, 10.0].map(|it| it * power).into_iter().find(|step| *step >= rough);
                let step = step.unwrap_or(rough);
                let first = (self.from / step).ceil();
                (0..12).map(|number| (first + f64::from(number)) * step).collect()
            }
            Scale::Logarithmic => {
                let (low, high) = (self.from.log10().floor() as i32, self.to.log10().ceil() as i32);
                let decades = high - low;
                let steps: &[f64] = if decades <= 3 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let every = usize::try_from(decades / 8 + 1).unwrap_or(1);
                let powers = (low..=high).step_by(every);
                powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power))).collect()
            }
        };
        ticks.into_iter().filter(|tick| *tick >= self.from * 0.999 && *tick <= self.to).collect()
    }
}

/// What stands at a value along `axis`.
pub(crate) fn label(axis: &Axis, value: f64) -> String {
    match axis.names.is_empty() {
        true => tick(value),
        false => axis.names.get(value as usize).cloned().unwrap_or_default(),
    }
}

/// A round number, as short as it can be written.
pub(crate) fn tick(value: f64) -> String {
    let (part, unit) = match value.abs() {
        size if size >= 1e6 => (value / 1e6, " M"),
        size if size >= 1e4 => (value / 1e3, " k"),
        _ => (value, ""),
    };
    // Three figures are enough for a tick, and what was computed in halves may have fifteen.
    let rounded = format!("{part:.2e}").parse().unwrap_or(part);
    format!("{rounded}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruler(axis: &Axis, values: &[f64]) -> Ruler {
        Ruler::new(axis, values.iter().copied())
    }

    #[test]
    fn a_linear_side_begins_at_zero_and_has_round_ticks() {
        let ruler = ruler(&Axis::new(""), &[3.0, 47.0]);
        assert_eq!(ruler.ticks(), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!((ruler.share(0.0), ruler.share(47.0)), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn on_a_logarithmic_side_each_step_multiplies_and_zero_has_no_place() {
        let ruler = ruler(&Axis::logarithmic(""), &[0.0, 1.0, 100.0]);
        assert_eq!(ruler.ticks(), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(ruler.share(10.0), Some(0.5));
        assert_eq!(ruler.share(0.0), None);
    }

    #[test]
    fn a_side_along_which_nothing_differs_has_a_length_all_the_same() {
        for axis in [Axis::new(""), Axis::logarithmic("")] {
            for values in [&[0.0, 0.0][..], &[7.0], &[]] {
                let share = ruler(&axis, values).with_room().share(7.0);
                assert!(share.is_some_and(f64::is_finite), "{values:?}: {share:?}");
            }
        }
    }

    #[test]
    fn many_decades_have_few_ticks() {
        assert!(ruler(&Axis::logarithmic(""), &[1e-9, 1e9]).ticks().len() <= 10);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.0, 0.30000000000000004, 8.0, 2500.0, 12_000.0, 1.5e6].map(tick),
            ["0", "0.3", "8", "2500", "12 k", "1.5 M"]
        );
    }
}
