//! Threads that share what they write.

use benches::work::Sharing;
use results::{Axis, Point, Series};

use crate::lab::{Lab, Picture};
use crate::{Failure, Plan};

pub(crate) const PLANS: [Plan; 1] = [Plan {
    id: "sharing/threads",
    title: "Threads that write to one place are slower together than one alone",
    about: "More and more threads count, each as far as the others: with one lock, with eight locks in turn, in one atomic \
        word, in words of their own side by side, or in words far apart. How many steps do all make in a microsecond?",
    run: threads,
}];

fn threads(lab: &Lab) -> Result<Picture, Failure> {
    let counts = lab.choose(vec![1, 3], vec![1, 2, 4, 8], vec![1, 2, 4, 8, 16, 32]);
    // Enough for each to last longer than the system lets a thread run at a stretch, if there is any contention.
    let steps: u64 = lab.choose(200, 500_000, 500_000);
    let cells: Vec<(Sharing, usize)> =
        Sharing::ALL.iter().flat_map(|&sharing| counts.iter().map(move |&count| (sharing, count))).collect();
    let rates = lab.rounds(&cells, |&(sharing, threads)| {
        let (sum, elapsed) = sharing.count(threads, steps);
        let expected = steps * threads as u64;
        if sum != expected {
            return Err(format!(
                "{threads} threads with {} have counted to {sum}, and not to {expected}",
                sharing.name()
            )
            .into());
        }
        Ok(expected as f64 / (elapsed.as_secs_f64() * 1e6))
    })?;
    let all = Sharing::ALL.iter().zip(rates.chunks(counts.len())).map(|(sharing, rates)| {
        let points = counts.iter().zip(rates).map(|(&count, rates)| Point::at(count as f64, rates.clone()));
        Series::new(sharing.name(), points.collect())
    });
    Ok(Picture {
        x: Axis::logarithmic("threads"),
        y: Axis::logarithmic("steps in a microsecond"),
        series: all.collect(),
        remarks: Vec::new(),
    })
}
