//! Work that computes.

use benches::work::{Scratch, Strategy, Work};
use results::{Axis, Series, median};

use crate::lab::{Lab, Picture, Way, hash, numbered, places, series, speed_up};
use crate::{Failure, Plan, amdahl};

pub(crate) const PLANS: [Plan; 2] = [
    Plan {
        id: "compute/workers",
        title: "Who computes needs as many workers as there are processors, and no more",
        about: "64 tasks that only compute, done by more and more workers. How many times as fast as one after the other?",
        run: by_workers,
    },
    Plan {
        id: "compute/kinds",
        title: "More processors help with computing, and less with waiting for memory",
        about: "64 tasks of one kind, with a worker for each processor. Hashing never leaves the processor; a matrix and \
            the words of four chapters fit into its caches; 64 MiB do not; and the file has been read before.",
        run: by_kind,
    },
];

const TASKS: usize = 64;

fn by_workers(lab: &Lab) -> Result<Picture, Failure> {
    let ways: [Way; 5] =
        [Strategy::Pool, Strategy::Stealing, Strategy::Rayon, Strategy::Processes, Strategy::Interpreter];
    let workers = lab.workers();
    let batch = lab.batch(hash(lab.choose(20, 1000, 3000)), TASKS)?;
    let (alone, curves) = lab.curves(&batch, &ways, &workers)?;
    let x = places(&workers);
    let mut all: Vec<Series> = ways
        .iter()
        .zip(&curves)
        .map(|(way, curve)| series(way(1).name(), &x, curve, |outcomes| speed_up(&alone, outcomes)))
        .collect();

    // Beyond the processors it is not the work that sets the limit.
    let most = |workers: f64| workers.min(lab.processors as f64);
    let measured: Vec<(f64, f64)> = all[0].points.iter().filter_map(|point| Some((point.x, point.median()?))).collect();
    let fitting: Vec<_> = measured.iter().copied().filter(|(workers, _)| most(*workers) == *workers).collect();
    let mut remarks = Vec::new();
    if let Some(serial) = amdahl::serial_share(&fitting) {
        let law = x.iter().map(|&workers| (workers, amdahl::speed_up(serial, most(workers))));
        all.push(Series::computed("Amdahl's law", law));
        remarks.push(format!(
            "Up to {} workers, our pool follows Amdahl's law as if {:.1} % of the work could not be shared.",
            lab.processors,
            100.0 * serial
        ));
    }
    all.push(Series::computed("ideal", x.iter().map(|&workers| (workers, most(workers)))));
    if let Some((workers, speed_up)) = fitting.last().filter(|(workers, _)| *workers > 1.0) {
        let efficiency = 100.0 * speed_up / workers;
        remarks
            .push(format!("With {workers} workers, our pool is {efficiency:.0} % efficient: so much of each counts."));
    }
    Ok(Picture { x: Axis::logarithmic("workers"), y: Axis::new("times as fast"), series: all, remarks })
}

fn by_kind(lab: &Lab) -> Result<Picture, Failure> {
    let scratch = Scratch::write()?;
    let kinds = [
        ("hashing", hash(lab.choose(20, 1000, 2000))),
        ("matrix", Work::Matrix { side: lab.choose(8, 128, 160) }),
        ("words", Work::Words { times: lab.choose(1, 1, 2) }),
        ("memory", Work::Memory { mebibytes: lab.choose(1, 8, 16) }),
        ("file", scratch.work()),
    ];
    let workers = lab.processors;
    let ways = [
        Strategy::Pool(workers),
        Strategy::Rayon(workers),
        Strategy::Processes(workers),
        Strategy::Interpreter(workers),
    ];
    let batches = kinds.iter().map(|(_, work)| lab.batch(*work, TASKS)).collect::<Result<Vec<_>, _>>()?;
    let cells: Vec<_> = batches
        .iter()
        .flat_map(|batch| [Strategy::Sequence].into_iter().chain(ways).map(move |way| (way, batch)))
        .collect();
    let outcomes = lab.outcomes(&cells)?;
    // Of each kind: alone, and then the ways.
    let kinds_of: Vec<_> = outcomes.chunks(1 + ways.len()).collect();
    let x = numbered(kinds.len());
    let all = ways.iter().enumerate().map(|(place, way)| {
        let points = x.iter().zip(&kinds_of);
        let points = points.map(|(&x, of)| results::Point::at(x, speed_up(&of[0], &of[1 + place])));
        Series::new(way.name(), points.collect())
    });
    let remarks = kinds.iter().zip(&kinds_of).filter_map(|((name, _), of)| {
        let alone: Vec<f64> = of[0].iter().map(|outcome| outcome.elapsed.as_secs_f64() * 1e3).collect();
        Some(format!("One after the other, {name} takes {:.0} ms.", median(&alone)?))
    });
    Ok(Picture {
        x: Axis::of_names("kind of work", kinds.map(|(name, _)| name)),
        y: Axis::new("times as fast"),
        series: all.collect(),
        remarks: remarks.collect(),
    })
}
