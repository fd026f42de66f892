//! Whether you have guessed, and then the measurement itself. It judges no speed.

#[path = "../../measure.rs"]
mod measure;

use std::hint::black_box;
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use how_many_workers::{OF_JOBS_THAT_COMPUTE, OF_JOBS_THAT_WAIT, REASON};
use measure::{Curve, Guess};
use pool::ThreadPool;
use results::{Axis, Experiment, median};

const JOBS: usize = 16;

/// How many workers there are, where a guess is asked for.
const WORKERS: [usize; 4] = [2, 4, 8, 16];

/// So often everything is measured. The middle counts.
const ROUNDS: usize = 5;

/// The store answers after so long.
const STORE: Duration = Duration::from_millis(5);

/// So many steps take about as long, in a build that is not optimised.
const STEPS: u32 = 600_000;

#[test]
fn there_is_a_guess_about_jobs_that_wait() {
    waiting().check();
}

#[test]
fn there_is_a_guess_about_jobs_that_compute() {
    computing().check();
}

#[test]
fn there_is_a_reason() {
    measure::check_reason(REASON);
}

#[test]
fn what_is_measured_is_laid_over_the_guess() {
    let guesses = [waiting(), computing()];
    guesses.iter().for_each(Guess::check);
    measure::check_reason(REASON);

    let mut speed_ups = [WORKERS; 2].map(|workers| workers.map(|_| Vec::new()));
    for _ in 0..ROUNDS {
        for (job, speed_ups) in [wait, compute].into_iter().zip(&mut speed_ups) {
            let alone = time(1, job);
            for (workers, speed_ups) in WORKERS.into_iter().zip(speed_ups) {
                speed_ups.push(alone.as_secs_f64() / time(workers, job).as_secs_f64());
            }
        }
    }

    let processors = available_parallelism().map_or(1, usize::from);
    let last =
        speed_ups.each_ref().map(|of_kind| of_kind.last().and_then(|samples| median(samples)).unwrap_or_default());
    let words = [about_waiting(last[0]), about_computing(last[1], processors)];
    let experiment = Experiment {
        id: "guess/how-many-workers".to_owned(),
        title: "How much do more workers help?".to_owned(),
        about: format!("{JOBS} jobs, {ROUNDS} times, on {processors} processors."),
        x: Axis::logarithmic("workers"),
        y: Axis::logarithmic("speed-up over one worker"),
        series: Vec::new(),
        remarks: words.into_iter().collect(),
    };
    let curves = guesses.into_iter().zip(speed_ups).map(|(guess, samples)| Curve { guess, samples: samples.to_vec() });
    measure::show(experiment, curves.collect());
}

fn waiting() -> Guess {
    Guess { about: "jobs that wait", values: OF_JOBS_THAT_WAIT, places: &WORKERS, what: "workers" }
}

fn computing() -> Guess {
    Guess { about: "jobs that compute", values: OF_JOBS_THAT_COMPUTE, places: &WORKERS, what: "workers" }
}

/// How long so many workers take for all jobs.
fn time(workers: usize, job: fn()) -> Duration {
    let pool = ThreadPool::new(workers);
    let start = Instant::now();
    let jobs: Vec<_> = (0..JOBS).map(|_| pool.submit(job).expect("the pool takes jobs")).collect();
    for job in jobs {
        job.join().expect("no job panics");
    }
    start.elapsed()
}

fn wait() {
    thread::sleep(STORE);
}

fn compute() {
    let mut number = black_box(1_u64);
    for _ in 0..STEPS {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    }
    black_box(number);
}

fn about_waiting(speed_up: f64) -> String {
    let expected = OF_JOBS_THAT_WAIT.last().copied().unwrap_or_default();
    match measure::compare(expected, speed_up) {
        measure::Expected::Less => format!(
            "Jobs that wait: you expected less. Whoever waits needs no processor, so that {JOBS} workers wait on one as well as on \
             {JOBS}: the store has all the questions at once."
        ),
        measure::Expected::AsMuch => "Jobs that wait: as you expected. Whoever waits needs no processor.".to_owned(),
        measure::Expected::More => format!(
            "Jobs that wait: you expected more. There are {JOBS} jobs, and the last of {JOBS} workers cannot be done before the store \
             has answered once; to start the workers and to wake them takes its time, too."
        ),
    }
}

fn about_computing(speed_up: f64, processors: usize) -> String {
    let expected = OF_JOBS_THAT_COMPUTE.last().copied().unwrap_or_default();
    let busy = if speed_up < 0.7 * processors.min(JOBS) as f64 {
        " It is less than the processors could do: something else runs on this computer, or they share what they compute with."
    } else {
        ""
    };
    let told = match measure::compare(expected, speed_up) {
        measure::Expected::Less => {
            "you expected less. Here threads compute at the same time: there is no interpreter lock that lets one of them in."
                .to_owned()
        }
        measure::Expected::AsMuch => "as you expected.".to_owned(),
        measure::Expected::More => format!(
            "you expected more. Whoever computes needs a processor, and of these there are {processors}: more workers than that take \
             turns, and are done no sooner."
        ),
    };
    format!("Jobs that compute: {told}{busy}")
}
