//! How many workers?

use benches::work::{Responder, Strategy};
use results::{Axis, Series};

use crate::lab::{Lab, Picture, hash, mixed, places, series, speed_up};
use crate::{Failure, Plan};

pub(crate) const PLANS: [Plan; 1] = [Plan {
    id: "workers/how-many",
    title: "How many workers? As many as processors, divided by the share of the time that a task computes",
    about: "64 tasks that compute for a while and then wait for an answer, in our pool. How many times as fast as one after \
        the other? What is computed is the lower of two limits: the workers, and what the processors have time for.",
    run: how_many,
}];

fn how_many(lab: &Lab) -> Result<Picture, Failure> {
    let responder = Responder::start(&lab.program)?;
    let whole: u64 = lab.choose(200, 1_000, 4_000);
    let workers = lab.workers();
    let x = places(&workers);
    let (mut measured, mut computed, mut remarks) = (Vec::new(), Vec::new(), Vec::new());
    for percent in [0, 50, 90] {
        let waiting = whole * percent / 100;
        let computing = whole - waiting;
        let work = if percent == 0 { hash(computing) } else { mixed(computing, responder.port(), waiting) };
        let batch = lab.batch(work, 64)?;
        let (alone, curves) = lab.curves(&batch, &[Strategy::Pool], &workers)?;
        let name = format!("waits {percent} %");
        measured.push(series(&name, &x, &curves[0], |outcomes| speed_up(&alone, outcomes)));
        // From the processor time that they have really taken: the machine may be faster than was thought, and asking is
        // work too.
        let shares = alone.iter().filter_map(|outcome| {
            let computed = outcome.usage?.processor.as_secs_f64();
            let waited = outcome.done.len() as f64 * waiting as f64 / 1e6;
            Some(computed / (computed + waited))
        });
        if let Some(share) = results::median(&shares.collect::<Vec<_>>()) {
            let enough = lab.processors as f64 / share;
            let limit = x.iter().map(|&workers| (workers, workers.min(enough)));
            computed.push(Series::computed(&format!("limit at {percent} %"), limit));
            remarks.push(format!(
                "Where they are to wait for {percent} % of the time, they compute for {:.0} %: {enough:.0} workers are enough.",
                100.0 * share
            ));
        }
    }
    measured.extend(computed);
    Ok(Picture { x: Axis::logarithmic("workers"), y: Axis::logarithmic("times as fast"), series: measured, remarks })
}
