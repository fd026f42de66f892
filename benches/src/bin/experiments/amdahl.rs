//! Amdahl's law: what cannot be shared out limits what sharing gains.

/// How many times as fast so many `workers` are if the share `serial` of the work is done by one alone.
pub(crate) fn speed_up(serial: f64, workers: f64) -> f64 {
    1.0 / (serial + (1.0 - serial) / workers)
}

/// The serial share with which the law comes closest to `measured`, which are numbers of workers and speed-ups; `None` if
/// nothing was measured with more than one.
///
/// The law is a straight line in 1/workers: 1/speed-up = serial · (1 − 1/workers) + 1/workers. Of such a line the least
/// squares are known, and no search is needed.
pub(crate) fn serial_share(measured: &[(f64, f64)]) -> Option<f64> {
    let (mut products, mut squares) = (0.0, 0.0);
    for (workers, speed_up) in measured {
        let shared = 1.0 - 1.0 / workers;
        products += shared * (1.0 / speed_up - 1.0 / workers);
        squares += shared * shared;
    }
    (squares > 0.0).then(|| (products / squares).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fit_finds_a_known_serial_share() {
        for serial in [0.0, 0.05, 0.3, 1.0] {
            let measured = [1.0, 2.0, 4.0, 8.0].map(|workers| (workers, speed_up(serial, workers)));
            let found = serial_share(&measured).unwrap();
            assert!((found - serial).abs() < 1e-12, "{found} for {serial}");
            // One that is off, up and down, does not lead it far astray.
            let noisy =
                measured.map(|(workers, speed_up)| (workers, speed_up * if workers == 4.0 { 1.02 } else { 0.99 }));
            let found = serial_share(&noisy).unwrap();
            assert!((found - serial).abs() < 0.02, "{found} for {serial}");
        }
    }

    #[test]
    fn one_worker_alone_says_nothing_about_sharing() {
        assert_eq!(serial_share(&[(1.0, 1.0)]), None);
        assert_eq!(serial_share(&[]), None);
        assert_eq!(serial_share(&[(2.0, 2.5)]), Some(0.0), "faster than ideal is ideal");
    }
}
