//! What Rust's own test harness prints.

use std::collections::BTreeSet;

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestResult {
    Passed,
    Failed,
    Ignored,
}

/// The names in the output of `--list --format terse`.
pub(crate) fn listed(output: &str) -> BTreeSet<String> {
    output.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// Looks through the harness's standard output, as it comes, for a test that has failed.
#[derive(Debug, Default)]
pub(crate) struct Lookout {
    /// The end of what has come: the harness prints a test's name and its result in two pieces.
    tail: Vec<u8>,
}

impl Lookout {
    /// Whether `piece`, with what came before it, tells that a test has failed.
    pub(crate) fn sees_failure(&mut self, piece: &[u8]) -> bool {
        const FAILED: &[u8] = b" ... FAILED\n";
        self.tail.extend_from_slice(piece);
        let seen = self.tail.windows(FAILED.len()).any(|part| part == FAILED);
        let old = self.tail.len().saturating_sub(FAILED.len() - 1);
        self.tail.drain(..old);
        seen
    }
}

/// The tests that have ended, and how, from the harness's standard output.
pub(crate) fn results(output: &str) -> impl Iterator<Item = (&str, TestResult)> {
    output.lines().filter_map(|line| {
        let (name, result) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
        let result = match result {
            "ok" => TestResult::Passed,
            "FAILED" => TestResult::Failed,
            _ if result.starts_with("ignored") => TestResult::Ignored,
            _ => return None,
        };
        Some((name.strip_suffix(" - should panic").unwrap_or(name), result))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_yields_the_names_of_its_tests_alone() {
        let output = "deep::below::sinks: test\nfloats: test\nmeasures: benchmark\n\n2 tests, 1 benchmark\n";
        assert_eq!(listed(output).into_iter().collect::<Vec<_>>(), ["deep::below::sinks", "floats"]);
    }

    #[test]
    fn each_way_to_end_is_told() {
        let output = "\nrunning 5 tests\n\
            test floats ... ok\n\
            test sinks ... FAILED\n\
            test sleeps ... ignored, takes a day\n\
            test overflows - should panic ... ok\n\
            test hangs has been running for over 60 seconds\n\
            failures:\n";
        let results: Vec<_> = results(output).collect();
        assert_eq!(
            results,
            [
                ("floats", TestResult::Passed),
                ("sinks", TestResult::Failed),
                ("sleeps", TestResult::Ignored),
                ("overflows", TestResult::Passed),
            ]
        );
    }

    #[test]
    fn a_failure_is_seen_wherever_the_output_is_cut() {
        let output = b"test floats ... ok\ntest sinks ... FAILED\n";
        for cut in 0..=output.len() {
            let mut lookout = Lookout::default();
            let (first, second) = output.split_at(cut);
            assert!(lookout.sees_failure(first) | lookout.sees_failure(second), "cut at {cut}");
        }
        let mut lookout = Lookout::default();
        assert!(!lookout.sees_failure(b"test floats ... ok\n"));
        assert!(!lookout.sees_failure(b"FAILED\n"));
    }
}
