//! How measured numbers are written.

/// A measured number, with as many places as are of interest.
pub fn figures(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.001 => format!("{value:.1e}"),
        size if size < 0.1 => format!("{value:.4}"),
        size if size < 9.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// `nanoseconds` with three digits and a unit.
pub fn duration(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        n if n < 999.5 => (n, "ns"),
        n if n < 999.5e3 => (n / 1e3, "µs"),
        n if n < 999.5e6 => (n / 1e6, "ms"),
        n => (n / 1e9, "s"),
    };
    format!("{} {unit}", figures(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_places_as_are_of_interest() {
        assert_eq!(
            [0.0, 0.000_12, 0.0123, 0.5, 9.996, 12.34, 99.96, 162_340.4].map(figures),
            ["0", "1.2e-4", "0.0123", "0.50", "10.0", "12.3", "100", "162340"]
        );
    }

    #[test]
    fn durations_have_a_unit() {
        let written = [0.314, 9.996, 99.96, 999.4, 999.6, 12_345.0, 2.5e6, 3e9].map(duration);
        assert_eq!(written, ["0.31 ns", "10.0 ns", "100 ns", "999 ns", "1.00 µs", "12.3 µs", "2.50 ms", "3.00 s"]);
    }
}
