//! One way or another.

use benches::work::{Responder, Strategy, Work};
use results::{Axis, Point, Series};

use crate::lab::{Lab, Picture, hash, mixed, numbered, speed_up};
use crate::{Failure, Plan};

pub(crate) const PLANS: [Plan; 2] = [
    Plan {
        id: "ways/works",
        title: "No way of having work done is best for all work",
        about: "64 tasks of each kind, in each way. How many times as fast as one after the other? Pools, rayon and processes \
            have a worker for each processor, and the pool of 32 and the interpreter lock have 32.",
        run: by_work,
    },
    Plan {
        id: "ways/length",
        title: "A process is worth it for long tasks only, and a new one for very long ones",
        about: "32 tasks that compute, longer and longer ones, with a worker for each processor. How many times as fast as \
            one after the other? Below 1 it would have been better to do nothing about it.",
        run: by_length,
    },
];

fn by_work(lab: &Lab) -> Result<Picture, Failure> {
    let (processors, many) = (lab.processors, lab.choose(3, 32, 32));
    let ways = [
        ("our pool", Strategy::Pool(processors)),
        ("our pool of 32", Strategy::Pool(many)),
        ("a thread each", Strategy::ThreadEach),
        ("rayon", Strategy::Rayon(processors)),
        ("processes", Strategy::Processes(processors)),
        ("interpreter lock", Strategy::Interpreter(many)),
    ];
    let responder = Responder::start(&lab.program)?;
    let whole: u64 = lab.choose(200, 1_000, 4_000);
    let works = [
        ("computes", hash(whole)),
        ("half and half", mixed(whole / 2, responder.port(), whole / 2)),
        ("asks", Work::Ask { port: responder.port(), micros: whole }),
        ("sleeps", Work::Sleep { micros: whole }),
    ];
    let batches = works.iter().map(|(_, work)| lab.batch(*work, 64)).collect::<Result<Vec<_>, _>>()?;
    let all_ways = || [Strategy::Sequence].into_iter().chain(ways.map(|(_, way)| way));
    let cells: Vec<_> = batches.iter().flat_map(|batch| all_ways().map(move |way| (way, batch))).collect();
    let outcomes = lab.outcomes(&cells)?;
    let of_works: Vec<_> = outcomes.chunks(1 + ways.len()).collect();
    let all = ways.iter().enumerate().map(|(place, (name, _))| {
        let points = numbered(works.len()).into_iter().zip(&of_works);
        Series::new(name, points.map(|(x, of)| Point::at(x, speed_up(&of[0], &of[1 + place]))).collect())
    });
    Ok(Picture {
        x: Axis::of_names("kind of work", works.map(|(name, _)| name)),
        y: Axis::logarithmic("times as fast"),
        series: all.collect(),
        remarks: vec!["Sleeping is the control: nobody has to answer, and nothing goes over a connection.".to_owned()],
    })
}

fn by_length(lab: &Lab) -> Result<Picture, Failure> {
    let workers = lab.processors;
    let ways = [
        Strategy::Pool(workers),
        Strategy::Stealing(workers),
        Strategy::ThreadEach,
        Strategy::Processes(workers),
        Strategy::ColdProcesses(workers),
    ];
    let lengths = lab.choose(vec![1, 10], vec![1, 30, 300, 3_000], vec![1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000]);
    let batches = lengths.iter().map(|&micros| lab.batch(hash(micros), 32)).collect::<Result<Vec<_>, _>>()?;
    let cells: Vec<_> = [Strategy::Sequence]
        .into_iter()
        .chain(ways)
        .flat_map(|way| batches.iter().map(move |batch| (way, batch)))
        .collect();
    let outcomes = lab.outcomes(&cells)?;
    let mut curves = outcomes.chunks(lengths.len());
    let alone = curves.next().unwrap_or_default();
    let all = ways.iter().zip(curves).map(|(way, curve)| {
        let points = lengths.iter().zip(alone.iter().zip(curve));
        Series::new(way.name(), points.map(|(&x, (alone, of))| Point::at(x as f64, speed_up(alone, of))).collect())
    });
    Ok(Picture {
        x: Axis::logarithmic("microseconds that a task takes, about"),
        y: Axis::logarithmic("times as fast"),
        series: all.collect(),
        remarks: Vec::new(),
    })
}
