//! Work that waits.

use benches::work::{Batch, Responder, Strategy, Task, Work};
use results::{Axis, Series};

use crate::lab::{Lab, Picture, Way, places, series, speed_up};
use crate::{Failure, Plan};

pub(crate) const PLANS: [Plan; 2] = [
    Plan {
        id: "wait/workers",
        title: "Who waits can use as many workers as there are requests, even under an interpreter lock",
        about: "64 requests to a process that answers each after a while, sent by more and more workers. How many times as \
            fast as one after the other? The lock is given away meanwhile.",
        run: by_workers,
    },
    Plan {
        id: "wait/requests",
        title: "A pool as large as the machine lets requests queue up",
        about: "More and more requests at once, each answered after the same while. When has the last been answered? Our \
            pool and rayon have a worker for each processor, as rayon has if nobody says otherwise; the large pool has 64.",
        run: by_requests,
    },
];

fn by_workers(lab: &Lab) -> Result<Picture, Failure> {
    let ways: [Way; 3] = [Strategy::Pool, Strategy::Interpreter, Strategy::Processes];
    let responder = Responder::start(&lab.program)?;
    let micros = lab.choose(100, 5_000, 10_000);
    let batch = lab.batch(Work::Ask { port: responder.port(), micros }, 64)?;
    let workers = lab.workers();
    let (alone, curves) = lab.curves(&batch, &ways, &workers)?;
    let x = places(&workers);
    let mut all: Vec<Series> = ways
        .iter()
        .zip(&curves)
        .map(|(way, curve)| series(way(1).name(), &x, curve, |outcomes| speed_up(&alone, outcomes)))
        .collect();
    all.push(Series::computed("ideal", x.iter().map(|&workers| (workers, workers))));
    let remarks = vec![format!("Each request is answered after {} ms.", micros as f64 / 1e3)];
    Ok(Picture { x: Axis::logarithmic("workers"), y: Axis::logarithmic("times as fast"), series: all, remarks })
}

fn by_requests(lab: &Lab) -> Result<Picture, Failure> {
    let processors = lab.processors;
    let ways = [
        ("our pool", Strategy::Pool(processors)),
        ("our pool of 64", Strategy::Pool(64)),
        ("a thread each", Strategy::ThreadEach),
        ("rayon", Strategy::Rayon(processors)),
        ("in sequence", Strategy::Sequence),
    ];
    let responder = Responder::start(&lab.program)?;
    let micros = lab.choose(100, 5_000, 10_000);
    let work = Work::Ask { port: responder.port(), micros };
    let counts = lab.choose(vec![1, 3], vec![1, 4, 16, 64], vec![1, 2, 4, 8, 16, 32, 64]);
    let batches = counts.iter().map(|&count| Batch::new(Task::several(work, count))).collect::<Result<Vec<_>, _>>()?;
    let cells: Vec<_> = ways.iter().flat_map(|(_, way)| batches.iter().map(move |batch| (*way, batch))).collect();
    let outcomes = lab.outcomes(&cells)?;
    let x = places(&counts);
    let milliseconds = |outcome: &benches::work::Outcome| outcome.elapsed.as_secs_f64() * 1e3;
    let all = ways
        .iter()
        .zip(outcomes.chunks(counts.len()))
        .map(|((name, _), curve)| series(name, &x, curve, |outcomes| outcomes.iter().map(milliseconds).collect()));
    Ok(Picture {
        x: Axis::logarithmic("requests"),
        y: Axis::logarithmic("milliseconds until the last answer"),
        series: all.collect(),
        remarks: vec![format!("Each request is answered after {} ms.", micros as f64 / 1e3)],
    })
}
