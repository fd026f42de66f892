//! Where the tests work: a copy of the workspace.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A copy of the workspace. There is but one, so that most of it stays compiled; whoever holds it is alone in it.
pub(crate) struct Workshop {
    pub(crate) root: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

pub(crate) const FILE: &str = "exercises/build-event/src/lib.rs";

impl Workshop {
    pub(crate) fn open() -> Workshop {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workshop");
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::create_dir_all(&root).expect("a folder can be made");
        for part in ["Cargo.toml", "Cargo.lock", "benches", "book", "crates", "exercises"] {
            copy(&original.join(part), &root.join(part)).expect("the workspace can be copied");
        }
        // One exercise is enough, and the other ones may change without changing what is tested here.
        fs::write(root.join("exercises/course.toml"), "exercises = [\"build-event\"]\n")
            .expect("a file can be written");
        let workshop = Workshop { root, _alone: alone };
        workshop.hand_in("exercises/build-event/start.rs");
        let _ = fs::remove_dir_all(workshop.root.join(".locksmith"));
        workshop
    }

    /// Puts a file of the workspace in the place of the one that the learner edits.
    pub(crate) fn hand_in(&self, file: &str) {
        copy(&self.root.join(file), &self.root.join(FILE)).expect("the file can be copied");
    }

    pub(crate) fn change(&self, file: &str, from: &str, to: &str) {
        let file = self.root.join(file);
        let text = fs::read_to_string(&file).expect("the file can be read");
        assert!(text.contains(from), "{from:?} occurs in {}", file.display());
        fs::write(&file, text.replace(from, to)).expect("the file can be written");
    }

    pub(crate) fn learn(&self, arguments: &[&str]) -> Told {
        learn(&self.root, target(), arguments)
    }
}

/// The target directory of this build. In it the learner's exercises are compiled, too.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory is above")
}

/// What the command printed, and how it ended.
pub(crate) struct Told {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    code: Option<i32>,
}

impl Told {
    #[track_caller]
    pub(crate) fn ends_with(&self, code: i32, parts: &[&str]) {
        let Told { stdout, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "{stdout}{stderr}");
        for part in parts {
            assert!(stdout.contains(part) || stderr.contains(part), "{part:?} is missing:\n{stdout}{stderr}");
        }
    }
}

pub(crate) fn learn(folder: &Path, target: &Path, arguments: &[&str]) -> Told {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_learn"))
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("the command can be run");
    let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
    Told { stdout: text(stdout), stderr: text(stderr), code: status.code() }
}

/// Makes `to` like `from`. Leaves alone what is so already, and Cargo then does not compile it again.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        let bytes = fs::read(from)?;
        return if fs::read(to).is_ok_and(|present| present == bytes) { Ok(()) } else { fs::write(to, bytes) };
    }
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    for entry in to.read_dir()? {
        let entry = entry?;
        if from.join(entry.file_name()).exists() {
            continue;
        }
        if entry.path().is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}

/// The processes that run in `folder` or below it.
#[cfg(target_os = "linux")]
pub(crate) fn processes_in(folder: &Path) -> Vec<PathBuf> {
    let processes = Path::new("/proc").read_dir().expect("there is a /proc");
    let folders = processes.filter_map(|process| fs::read_link(process.ok()?.path().join("cwd")).ok());
    folders.filter(|cwd| cwd.starts_with(folder)).collect()
}
