//! The middle of many, and what lies beside it.

use crate::Quartiles;

/// The middle of `values`; `None` if there are none.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The quarters of `values`; `None` if there are none.
pub fn quartiles(values: &[f64]) -> Option<Quartiles> {
    Some(Quartiles { lower: quantile(values, 0.25)?, median: median(values)?, upper: quantile(values, 0.75)? })
}

/// The value below which the share `share` of `values` lies, between two neighbours in proportion; `None` if there are
/// none. A share of 0 is the lowest, and of 1 the highest.
///
/// # Panics
///
/// If `share` does not lie between 0 and 1.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    assert!((0.0..=1.0).contains(&share), "a share lies between 0 and 1");
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = share * sorted.len().checked_sub(1)? as f64;
    let below = sorted[position.floor() as usize];
    let above = sorted[position.ceil() as usize];
    Some(below + (above - below) * position.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours_in_proportion() {
        let quarters = |lower, median, upper| Some(Quartiles { lower, median, upper });
        assert_eq!(quartiles(&[4.0, 1.0, 3.0, 2.0]), quarters(1.75, 2.5, 3.25));
        assert_eq!(quartiles(&[7.0]), quarters(7.0, 7.0, 7.0));
        assert_eq!(quartiles(&[]), None);
        assert_eq!((quantile(&[3.0, 1.0], 0.0), quantile(&[3.0, 1.0], 1.0)), (Some(1.0), Some(3.0)));
    }
}
