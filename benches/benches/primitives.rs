//! Every scenario of every concept, measured by criterion.

use std::time::Duration;

use benches::{Placement, Setting, scenarios};
use criterion::{BenchmarkId, Criterion};

fn main() {
    // Half a hundred rows: each gets a second, so that the whole is done within one.
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .nresamples(10_000)
        .configure_from_args();
    for scenario in scenarios() {
        let mut group = criterion.benchmark_group(format!("{}/{}", scenario.concept, scenario.name));
        for contender in &scenario.contenders {
            let setting = Setting { threads: scenario.threads, placement: Placement::anywhere() };
            // Set up when first asked for, so that rows that are filtered out start no threads.
            let mut run = None;
            group.bench_function(BenchmarkId::new(contender.name, scenario.threads), |bencher| {
                let run = run.get_or_insert_with(|| (contender.prepare)(&setting));
                bencher.iter_custom(run);
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
