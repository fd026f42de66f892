//! Every scenario of every concept, measured by criterion.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use benches::{Contest, Placement, Run, Setting, scenarios};
use criterion::{BenchmarkId, Criterion, SamplingMode};

fn main() {
    let start = SystemTime::now();
    // A row takes half a second, and most concepts a minute at most. Who wants to know more exactly asks for it, by
    // `--warm-up-time` and `--measurement-time`.
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .nresamples(2_000)
        .configure_from_args();
    for scenario in scenarios() {
        let mut group = criterion.benchmark_group(format!("{}/{}", scenario.concept, scenario.name));
        for contender in &scenario.contenders {
            let setting = Setting { threads: scenario.threads, placement: Placement::anywhere() };
            let id = BenchmarkId::new(contender.name, scenario.threads);
            // Set up when first asked for, so that rows that are filtered out start no threads.
            match contender.run {
                Run::Repeat(set_up) => {
                    let mut repeat = None;
                    group.bench_function(id, |bencher| {
                        bencher.iter_custom(repeat.get_or_insert_with(|| set_up(&setting)));
                    });
                }
                Run::Contest(set_up) => {
                    // A sample is one bout, however many operations are asked for. Twice the time that these take
                    // keeps criterion from warning that it may not be enough.
                    group.sampling_mode(SamplingMode::Flat).sample_size(10).measurement_time(20 * BOUT);
                    let mut contest = None;
                    group.bench_function(id, |bencher| {
                        let contest = contest.get_or_insert_with(|| set_up(&setting));
                        bencher.iter_custom(|operations| bout(contest, operations));
                    });
                }
            }
        }
        group.finish();
    }
    criterion.final_summary();
    if let Some(report) = report(start) {
        println!("Charts of all this: {}", report.display());
    }
}

/// Criterion's report as a page, if it was written after `start`: a run that only lists or tests writes none.
fn report(start: SystemTime) -> Option<PathBuf> {
    // This program lies in `release/deps` of the folder in which criterion has one of its own.
    let report = std::env::current_exe().ok()?.ancestors().nth(3)?.join("criterion/report/index.html");
    let written = report.metadata().ok()?.modified().ok()?;
    (written >= start).then_some(report)
}

/// How long a contest lasts.
const BOUT: Duration = Duration::from_millis(20);

/// How long so many `operations` would have taken in a contest.
fn bout(contest: &mut Contest, operations: u64) -> Duration {
    let standing = contest(BOUT);
    // A lock that lets nobody through has done none, and took all its time for it.
    standing.elapsed.mul_f64(operations as f64 / standing.operations().max(1) as f64)
}
