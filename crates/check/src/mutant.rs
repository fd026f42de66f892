//! A mutant's file: a tempting mistake, its story, and the test that catches it.
//!
//! ```text
//! Title: Look at the flag, then sleep on whatever is there now
//! Killed-by: contract::a_set_between_look_and_sleep_is_not_lost
//! World: model
//! Expect: nobody is left to wake
//!
//! The story, in prose.
//!
//! --- a/crates/event/src/lib.rs
//! +++ b/crates/event/src/lib.rs
//! @@ -120,3 +120,3 @@
//! ```
//!
//! `Killed-by` names an integration test's file (or `lib`, for the unit tests) and the test in there. `World` is
//! `model` or `real`. `Expect` may be left out; its text has to occur in what the test prints. A test program that is
//! killed by a signal, or that runs into the time limit, counts as the mutant's death only if `Expect` says so:
//! `signal`, `time limit`.

use std::fmt;
use std::path::{Path, PathBuf};

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use diffy::{ApplyError, Patch};
use runner::{Target, TestId, Verdict, World};

/// The part of a mutant's file above the difference.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) title: String,
    pub(crate) killed_by: TestId,
    pub(crate) world: World,
    pub(crate) expect: Option<String>,
}

/// A mutant, as its file tells it.
#[derive(Debug)]
pub(crate) struct Mutant<'text> {
    pub(crate) header: Header,
    /// The files, from the workspace's root, and what changes in them.
    changes: Vec<(PathBuf, Patch<'text, str>)>,
}

/// What is wrong with a mutant's file.
#[derive(Debug)]
pub(crate) enum Problem {
    NoColon { line: String },
    UnknownKey { key: String },
    Repeated { key: &'static str },
    Missing { key: &'static str },
    BadTest { name: String },
    BadWorld { name: String },
    NoStory,
    NoDifference,
    BadDifference { message: String },
    OtherThanChange { file: String },
    NoSuchFile { file: PathBuf },
    DoesNotApply { file: PathBuf, source: ApplyError },
    ChangesNothing { file: PathBuf },
    NoSuchTest { test: TestId },
    FailsAnyway { test: TestId, verdict: Verdict },
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::NoColon { line } => write!(formatter, "no `Key: value` in the header, but `{line}`"),
            Problem::UnknownKey { key } => write!(formatter, "the header knows no `{key}`"),
            Problem::Repeated { key } => write!(formatter, "the header has two lines `{key}`"),
            Problem::Missing { key } => write!(formatter, "the header lacks a line `{key}: ...`"),
            Problem::BadTest { name } => {
                write!(formatter, "`Killed-by: {name}` names no test; it reads as `contract::some_claim`")
            }
            Problem::BadWorld { name } => write!(formatter, "`World: {name}` is neither `model` nor `real`"),
            Problem::NoStory => formatter.write_str("nothing tells the story, between the header and the difference"),
            Problem::NoDifference => formatter.write_str("there is no difference: no line that begins with `--- `"),
            Problem::BadDifference { message } => write!(formatter, "the difference cannot be read: {message}"),
            Problem::OtherThanChange { file } => {
                write!(formatter, "`{file}` is created, removed or renamed, where it should only be changed")
            }
            Problem::NoSuchFile { file } => write!(formatter, "there is no `{}` to change", file.display()),
            Problem::DoesNotApply { file, source } => {
                write!(formatter, "the difference does not fit `{}`: {source}", file.display())
            }
            Problem::ChangesNothing { file } => {
                write!(formatter, "the difference leaves `{}` as it is", file.display())
            }
            Problem::NoSuchTest { test } => write!(formatter, "there is no test `{test}` to kill it"),
            Problem::FailsAnyway { test, verdict } => {
                write!(formatter, "without the mutant too, the run of `{test}` does not pass: {verdict}")
            }
        }
    }
}

impl<'text> Mutant<'text> {
    /// Reads the text of a mutant's file.
    pub(crate) fn parse(text: &'text str) -> Result<Mutant<'text>, Problem> {
        let header_end = text.find("\n\n").unwrap_or(text.len());
        let header = Header::parse(&text[..header_end])?;
        let below = &text[header_end..];
        let difference = below.find("\n--- ").ok_or(Problem::NoDifference)?;
        let (story, difference) = below.split_at(difference + 1);
        if story.lines().all(|line| line.trim().is_empty() || line.starts_with("diff ") || line.starts_with("index ")) {
            return Err(Problem::NoStory);
        }

        let mut changes = Vec::new();
        for patch in PatchSet::parse(difference, ParseOptions::unidiff()) {
            let patch = patch.map_err(|error| Problem::BadDifference { message: error.to_string() })?;
            let file = match patch.operation().strip_prefix(1) {
                FileOperation::Modify { original, modified } if original == modified => PathBuf::from(&*original),
                FileOperation::Modify { modified: file, .. }
                | FileOperation::Create(file)
                | FileOperation::Delete(file)
                | FileOperation::Rename { from: file, .. }
                | FileOperation::Copy { from: file, .. } => {
                    return Err(Problem::OtherThanChange { file: file.into_owned() });
                }
            };
            let text = patch.into_patch().as_text().cloned();
            changes.push((file, text.expect("what is not binary is text")));
        }
        Ok(Mutant { header, changes })
    }

    /// The files that the mutant changes, each with its old and its new text; `read` gives the old one.
    pub(crate) fn apply(&self, read: impl Fn(&Path) -> Option<String>) -> Result<Vec<Change>, Problem> {
        let mut changed = Vec::new();
        for (file, patch) in &self.changes {
            let file = file.clone();
            let Some(original) = read(&file) else { return Err(Problem::NoSuchFile { file }) };
            let mutated = match diffy::apply(&original, patch) {
                Ok(mutated) => mutated,
                Err(source) => return Err(Problem::DoesNotApply { file, source }),
            };
            if mutated == original {
                return Err(Problem::ChangesNothing { file });
            }
            changed.push(Change { file, original, mutated });
        }
        Ok(changed)
    }
}

/// A file that a mutant changes.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) file: PathBuf,
    pub(crate) original: String,
    pub(crate) mutated: String,
}

impl Header {
    fn parse(text: &str) -> Result<Header, Problem> {
        let (mut title, mut killed_by, mut world, mut expect) = (None, None, None, None);
        for line in text.lines() {
            let (key, value) = line.split_once(": ").ok_or_else(|| Problem::NoColon { line: line.to_owned() })?;
            let (place, key) = match key {
                "Title" => (&mut title, "Title"),
                "Killed-by" => (&mut killed_by, "Killed-by"),
                "World" => (&mut world, "World"),
                "Expect" => (&mut expect, "Expect"),
                _ => return Err(Problem::UnknownKey { key: key.to_owned() }),
            };
            if place.replace(value.trim().to_owned()).is_some() {
                return Err(Problem::Repeated { key });
            }
        }
        let world = world.ok_or(Problem::Missing { key: "World" })?;
        Ok(Header {
            title: title.ok_or(Problem::Missing { key: "Title" })?,
            killed_by: test(&killed_by.ok_or(Problem::Missing { key: "Killed-by" })?)?,
            world: match world.as_str() {
                "model" => World::Model,
                "real" => World::Real,
                _ => return Err(Problem::BadWorld { name: world }),
            },
            expect,
        })
    }
}

fn test(name: &str) -> Result<TestId, Problem> {
    match name.split_once("::") {
        Some((target, test)) if !target.is_empty() && !test.is_empty() => {
            let target = if target == "lib" { Target::Lib } else { Target::Test(target.to_owned()) };
            Ok(TestId { target, name: test.to_owned() })
        }
        _ => Err(Problem::BadTest { name: name.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
Title: Sleep before looking
Killed-by: contract::a_set_is_seen
World: model
Expect: nobody is left to wake

Whoever looks after having slept -- well, who is to wake them?

diff --git a/crates/event/src/lib.rs b/crates/event/src/lib.rs
index 1234567..89abcde 100644
--- a/crates/event/src/lib.rs
+++ b/crates/event/src/lib.rs
@@ -1,3 +1,3 @@
 fn wait() {
-    look();
+    sleep();
 }
diff --git a/crates/futex/src/lib.rs b/crates/futex/src/lib.rs
--- a/crates/futex/src/lib.rs
+++ b/crates/futex/src/lib.rs
@@ -1 +1 @@
-fn sleep() {}
+fn sleep() { loop {} }
";

    fn read(file: &Path) -> Option<String> {
        match file.to_str()? {
            "crates/event/src/lib.rs" => Some("// new\nfn wait() {\n    look();\n}\n".to_owned()),
            "crates/futex/src/lib.rs" => Some("fn sleep() {}\n".to_owned()),
            _ => None,
        }
    }

    /// What is said of the file when `from` in it is replaced by `to`.
    fn complaint(from: &str, to: &str) -> String {
        assert!(FILE.contains(from), "nothing to replace");
        let text = FILE.replace(from, to);
        let applied = Mutant::parse(&text).and_then(|mutant| mutant.apply(read));
        applied.expect_err("the file is not as it has to be").to_string()
    }

    #[test]
    fn a_mutant_is_read_and_changes_every_file_that_it_names() {
        let mutant = Mutant::parse(FILE).expect("the file is as it has to be");
        let killed_by = TestId { target: Target::Test("contract".to_owned()), name: "a_set_is_seen".to_owned() };
        let (title, expect) = ("Sleep before looking".to_owned(), Some("nobody is left to wake".to_owned()));
        assert_eq!(mutant.header, Header { title, killed_by, world: World::Model, expect });
        let changes = mutant.apply(read).expect("it fits");
        let mutated: Vec<_> = changes.iter().map(|change| change.mutated.as_str()).collect();
        assert_eq!(mutated, ["// new\nfn wait() {\n    sleep();\n}\n", "fn sleep() { loop {} }\n"]);
    }

    #[test]
    fn a_bad_header_is_told() {
        assert_eq!(complaint("World: model\n", ""), "the header lacks a line `World: ...`");
        assert_eq!(complaint("World: model", "World: ideal"), "`World: ideal` is neither `model` nor `real`");
        assert_eq!(complaint("Expect: ", "Title: "), "the header has two lines `Title`");
        assert_eq!(complaint("Expect: ", "Hopes: "), "the header knows no `Hopes`");
        assert_eq!(
            complaint("Title: Sleep before", "Sleep before"),
            "no `Key: value` in the header, but `Sleep before looking`"
        );
        assert_eq!(
            complaint("contract::", ""),
            "`Killed-by: a_set_is_seen` names no test; it reads as `contract::some_claim`"
        );
    }

    #[test]
    fn a_mutant_needs_a_story_and_a_difference() {
        let story = "Whoever looks after having slept -- well, who is to wake them?\n";
        assert_eq!(complaint(story, ""), "nothing tells the story, between the header and the difference");
        let (text, _) = FILE.split_once("diff").expect("the difference begins there");
        assert!(matches!(Mutant::parse(text), Err(Problem::NoDifference)));
    }

    #[test]
    fn a_difference_that_does_not_fit_is_told() {
        assert_eq!(
            complaint("-    look();", "-    gaze();"),
            "the difference does not fit `crates/event/src/lib.rs`: error applying hunk #1"
        );
        assert_eq!(complaint("crates/event", "crates/evening"), "there is no `crates/evening/src/lib.rs` to change");
        assert_eq!(
            complaint("+    sleep();", "+    look();"),
            "the difference leaves `crates/event/src/lib.rs` as it is"
        );
        assert_eq!(
            complaint("--- a/crates/futex/src/lib.rs", "--- /dev/null"),
            "`crates/futex/src/lib.rs` is created, removed or renamed, where it should only be changed"
        );
        assert!(complaint("@@ -1 +1 @@", "@@ -1,7 +1 @@").starts_with("the difference cannot be read"));
    }
}
