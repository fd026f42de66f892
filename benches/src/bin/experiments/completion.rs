//! When are tasks done, if not all at once?

use benches::work::Strategy;
use results::{Axis, Point, Series, quantile};

use crate::lab::{Lab, Picture, hash};
use crate::{Failure, Plan};

pub(crate) const PLANS: [Plan; 1] = [Plan {
    id: "completion/tasks",
    title: "With a thread for each task all are done late; with a pool half are done by half-time",
    about: "16 tasks that compute begin at once. When is each done? The last one is done at about the same time in all of \
        these ways. The pool has a worker for each processor.",
    run: tasks,
}];

fn tasks(lab: &Lab) -> Result<Picture, Failure> {
    let ways = [Strategy::Pool(lab.processors), Strategy::ThreadEach, Strategy::Interpreter(16)];
    // Longer than the system lets a thread run at a stretch.
    let batch = lab.batch(hash(lab.choose(50, 15_000, 30_000)), 16)?;
    let outcomes = lab.outcomes(&ways.map(|way| (way, &batch)))?;
    let shares = [10, 25, 50, 75, 90, 100];
    let all = ways.iter().zip(&outcomes).map(|(way, rounds)| {
        let points = shares.map(|percent| {
            let samples = rounds.iter().filter_map(|outcome| {
                let done: Vec<f64> = outcome.done.iter().map(|done| done.as_secs_f64() * 1e3).collect();
                quantile(&done, f64::from(percent) / 100.0)
            });
            Point::at(percent.into(), samples.collect())
        });
        Series::new(way.name(), points.into())
    });
    Ok(Picture {
        x: Axis::new("percent of the tasks"),
        y: Axis::new("milliseconds until they are done"),
        series: all.collect(),
        remarks: Vec::new(),
    })
}
