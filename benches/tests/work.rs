//! Whoever has work done comes to the same results, and says so if a helper is lost; and every experiment runs.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use benches::work::{Batch, Error, Responder, Scratch, Sharing, Strategy, Task, Work};
use model::within;
use results::{Experiment, Experiments};

/// On a busy machine, without optimization, some of this takes long.
const LIMIT: Duration = Duration::from_secs(300);

/// What worker processes are started from.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_experiments"))
}

const WORKERS: usize = 3;

fn strategies() -> [Strategy; 8] {
    [
        Strategy::Sequence,
        Strategy::ThreadEach,
        Strategy::Pool(WORKERS),
        Strategy::Stealing(WORKERS),
        Strategy::Rayon(WORKERS),
        Strategy::Processes(WORKERS),
        Strategy::ColdProcesses(WORKERS),
        Strategy::Interpreter(WORKERS),
    ]
}

#[test]
fn every_strategy_comes_to_the_same_results_of_every_work() {
    within(LIMIT, || {
        let responder = Responder::start(program()).unwrap();
        let scratch = Scratch::write().unwrap();
        let works = [
            Work::Hash { steps: 1000 },
            Work::Matrix { side: 9 },
            Work::Words { times: 1 },
            Work::Memory { mebibytes: 1 },
            scratch.work(),
            Work::Ask { port: responder.port(), micros: 100 },
            Work::Sleep { micros: 100 },
            Work::Mixed { steps: 1000, port: responder.port(), micros: 100 },
        ];
        let batches = works.map(|work| Batch::new(Task::several(work, 5)).unwrap());
        for strategy in strategies() {
            let mut team = strategy.team(program()).unwrap();
            for (work, batch) in works.iter().zip(&batches) {
                // A team can be used again. What comes out is checked in there.
                for _ in 0..2 {
                    let outcome = team.run(batch).unwrap_or_else(|error| panic!("{strategy:?}, {work:?}: {error}"));
                    assert_eq!(outcome.done.len(), 5);
                    assert!(outcome.done.iter().all(|done| *done <= outcome.elapsed), "{outcome:?}");
                }
            }
        }
    });
}

#[test]
fn a_task_that_fails_is_an_error_in_every_strategy() {
    within(LIMIT, || {
        // Nobody listens there any more.
        let port = Responder::start(program()).unwrap().port();
        let batch = Batch::new(Task::several(Work::Ask { port, micros: 0 }, 5)).unwrap();
        for strategy in strategies() {
            let failed = strategy.team(program()).unwrap().run(&batch).unwrap_err();
            assert!(matches!(failed, Error::Io { .. } | Error::Refused { .. }), "{strategy:?}: {failed}");
        }
    });
}

#[cfg(unix)]
#[test]
fn processes_that_die_are_an_error_that_says_how() {
    within(LIMIT, || {
        let mut team = Strategy::Processes(WORKERS).team(program()).unwrap();
        let batch = Batch::new(Task::several(Work::Sleep { micros: 20_000 }, 12)).unwrap();
        team.run(&batch).unwrap();
        // All of them, for one that is left might do all the tasks before another's death is noticed.
        let victims = team.processes();
        for victim in &victims {
            assert!(Command::new("kill").args(["-KILL", &victim.to_string()]).status().unwrap().success());
        }
        let error = team.run(&batch).unwrap_err();
        assert!(matches!(&error, Error::Died { process, .. } if victims.contains(process)), "{error}");
        assert!(error.to_string().contains("signal: 9"), "{error}");
        // And it stays an error.
        assert!(team.run(&batch).is_err());
    });
}

#[cfg(target_os = "linux")]
#[test]
fn processes_that_are_not_needed_any_more_are_gone() {
    within(LIMIT, || {
        let team = Strategy::Processes(WORKERS).team(program()).unwrap();
        let processes = team.processes();
        let is_there = |process: &u32| Path::new(&format!("/proc/{process}")).exists();
        assert!(processes.len() == WORKERS && processes.iter().all(is_there));
        drop(team);
        assert!(!processes.iter().any(is_there), "one runs, or nobody has waited for its end");
    });
}

#[test]
fn threads_that_count_together_lose_no_step() {
    within(LIMIT, || {
        for sharing in Sharing::ALL {
            for threads in [1, 4] {
                let (sum, elapsed) = sharing.count(threads, 300_000);
                assert_eq!(sum, threads as u64 * 300_000, "{sharing:?}");
                assert!(elapsed > Duration::ZERO);
            }
        }
    });
}

fn experiments(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

#[test]
fn every_experiment_runs_and_keeps_what_each_round_has_measured() {
    within(LIMIT, || {
        let file = tempfile::NamedTempFile::new().unwrap();
        let output = experiments(&["--miniature", "--rounds", "2", "--json", file.path().to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");

        let written: Experiments = results::read(file.path()).unwrap();
        assert!(written.rounds == 2 && written.quick);
        let list = String::from_utf8(experiments(&["--list"]).stdout).unwrap();
        let listed = list.lines().filter_map(|line| line.split_whitespace().next());
        assert!(listed.eq(written.experiments.iter().map(|experiment| experiment.id.as_str())));
        for experiment in &written.experiments {
            check(experiment);
            let shown = String::from_utf8_lossy(&output.stdout);
            assert!(shown.contains(&experiment.title), "{}", experiment.id);
        }
    });
}

fn check(Experiment { id, title, about, x, y, series, remarks }: &Experiment) {
    assert!(!title.is_empty() && title.chars().count() <= 100 && !title.ends_with('.'), "{id}: {title}");
    for sentence in remarks.iter().chain([about]) {
        assert!(sentence.ends_with(['.', '?']), "{id}: {sentence}");
    }
    assert!(!x.label.is_empty() && !y.label.is_empty(), "{id}");
    let left_out = remarks.iter().any(|remark| remark.contains("left out"));
    assert!(!series.is_empty() || left_out, "{id}");
    for series in series {
        let rounds = if series.computed { 1 } else { 2 };
        assert!(series.points.is_sorted_by(|left, right| left.x < right.x), "{id}, {}", series.name);
        assert!(!series.points.is_empty(), "{id}, {}", series.name);
        for point in &series.points {
            assert_eq!(point.samples.len(), rounds, "{id}, {}, {}", series.name, point.x);
            assert!(point.samples.iter().all(|sample| sample.is_finite() && *sample >= 0.0), "{id}, {}", series.name);
            assert!(x.names.is_empty() || (point.x as usize) < x.names.len(), "{id}, {}", series.name);
        }
    }
}

#[test]
fn an_experiment_that_is_not_there_is_named() {
    let output = experiments(&["compute/workers", "compute/nothing"]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no experiment is called compute/nothing"), "{said}");
}
