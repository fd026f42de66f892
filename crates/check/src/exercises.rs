//! `cargo exercises`: is every exercise refused as it is handed out, are its solution and every other right one accepted,
//! and is every wrong solution refused, each for the reason that its manifest declares?

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use learn::{Course, Exercise, FailureKind, Judge, Refusal, Stage, Verdict};
use schedule::Style;

use crate::error::{Error, count};
use crate::mirror;
use crate::workspace::Workspace;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Try only this exercise [default: every exercise]
    id: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let workspace = Workspace::find()?;
    // What the learner has written stays as it is: all trials are made in a copy.
    let folder = workspace.target_dir.join("exercises");
    let sources = folder.join("sources");
    mirror::refresh(&workspace.root, &sources, &workspace.target_dir)?;
    let course = Course::find(&sources).map_err(Error::Course)?;
    let exercises = match &arguments.id {
        Some(id) => vec![course.exercise(id).map_err(Error::Course)?],
        None => course.exercises().iter().collect(),
    };
    // Not where the learner's exercises are compiled: Cargo tells packages apart by their place in the workspace, and would
    // take what it compiled from a trial for what it compiled from an older file of the learner's.
    let judge = Judge { workspace: sources, target_dir: folder.join("target"), color: false };

    let (mut tried, mut surprises) = (0, 0);
    for exercise in exercises {
        for trial in trials(exercise) {
            tried += 1;
            match attempt(&judge, exercise, &trial)? {
                Ok(reason) => println!("{}: {}: {reason}", exercise.manifest().id, trial.name),
                Err(surprise) => {
                    surprises += 1;
                    println!("{}: {}: WRONG: {surprise}", exercise.manifest().id, trial.name);
                }
            }
        }
    }
    match surprises {
        0 => {
            println!("{}, each judged as its manifest declares", count(tried, "solution"));
            Ok(())
        }
        _ => Err(Error::Failed { failed: surprises, of: tried, what: "solutions are not judged as declared" }),
    }
}

/// Something that a learner could hand in.
struct Trial<'exercise> {
    name: String,
    /// What to write (from the workspace's root), and where.
    files: Vec<(PathBuf, PathBuf)>,
    /// Why it has to be refused; a solution must not be.
    refusal: Option<&'exercise Refusal>,
}

fn trials(exercise: &Exercise) -> Vec<Trial<'_>> {
    let manifest = exercise.manifest();
    let folder = exercise.folder();
    let in_place = |file: &Path| vec![(folder.join(file), folder.join(&manifest.files[0]))];
    let solution = manifest.solution.iter().map(|(file, solution)| (solution.clone(), folder.join(file)));
    let mut trials = vec![
        Trial {
            name: "as handed out".to_owned(),
            files: in_place(Path::new("start.rs")),
            refusal: Some(&manifest.fails),
        },
        Trial { name: "the solution".to_owned(), files: solution.collect(), refusal: None },
    ];
    trials.extend(manifest.right.iter().map(|right| Trial {
        name: right.display().to_string(),
        files: in_place(right),
        refusal: None,
    }));
    trials.extend(manifest.wrong.iter().map(|wrong| Trial {
        name: wrong.file.display().to_string(),
        files: in_place(&wrong.file),
        refusal: Some(&wrong.refused),
    }));
    trials
}

/// Hands `trial` in, in the copy. The inner result says why it was judged rightly, or what is wrong.
fn attempt(judge: &Judge, exercise: &Exercise, trial: &Trial<'_>) -> Result<Result<String, Surprise>, Error> {
    for (from, to) in &trial.files {
        let from = judge.workspace.join(from);
        let text = fs::read(&from).map_err(|source| Error::File { file: from, source })?;
        mirror::write_if_changed(&judge.workspace.join(to), &text)?;
    }
    let package = || exercise.manifest().id.clone();
    let verdict = judge.judge(exercise, |_| {}).map_err(|source| Error::Run { package: package(), source })?;
    Ok(match trial.refusal {
        Some(refusal) => compare(refusal, &verdict),
        None => match verdict.refusal() {
            Some((stage, failed)) => Err(Surprise::Refused { stage, why: failed.to_string() }),
            None => Ok(format!("passed ({:.1} s)", verdict.elapsed.as_secs_f64())),
        },
    })
}

/// Whether `verdict` refuses what it judged for the reason that `declared` gives.
fn compare(declared: &Refusal, verdict: &Verdict) -> Result<String, Surprise> {
    let Some(failed) = verdict.failure(declared.stage) else {
        let other = verdict.refusal().map(|(stage, failed)| (stage, failed.to_string()));
        return Err(Surprise::NotHere { declared: declared.stage, other });
    };
    if (failed.kind, &failed.test) != (declared.failure, &declared.test) {
        let (kind, test) = (declared.failure, declared.test.clone());
        return Err(Surprise::OtherReason { declared: kind, test, found: failed.to_string() });
    }
    let shown = match &failed.counterexample {
        Some(schedule) => schedule.to_text(Style::plain(100)),
        None => failed.message.clone(),
    };
    if !shown.contains(&declared.text) {
        return Err(Surprise::OtherText { declared: declared.text.clone(), shown });
    }
    Ok(format!("refused by {}, {failed} ({:.1} s)", declared.stage.name(), verdict.elapsed.as_secs_f64()))
}

/// How a verdict is not the one that the manifest declares.
#[derive(Debug)]
enum Surprise {
    /// A solution was refused.
    Refused { stage: Stage, why: String },
    /// The declared stage has nothing to object to.
    NotHere { declared: Stage, other: Option<(Stage, String)> },
    /// The declared stage refuses it, but for another reason.
    OtherReason { declared: FailureKind, test: Option<String>, found: String },
    /// What is shown does not contain the declared text.
    OtherText { declared: String, shown: String },
}

impl fmt::Display for Surprise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Surprise::Refused { stage, why } => write!(formatter, "it is refused by {}: {why}", stage.name()),
            Surprise::NotHere { declared, other } => {
                write!(formatter, "it has to be refused by {}, and ", declared.name())?;
                match other {
                    Some((stage, why)) => write!(formatter, "was by {}: {why}", stage.name()),
                    None => formatter.write_str("passed"),
                }
            }
            Surprise::OtherReason { declared, test, found } => {
                let test = test.as_deref().unwrap_or("no test");
                write!(formatter, "it has to be refused for a {declared} in {test}, and was for a {found}")
            }
            Surprise::OtherText { declared, shown } => {
                write!(formatter, "{declared:?} has to occur in what is shown, and does not:\n{shown}")
            }
        }
    }
}
