//! A copy of the workspace's sources in which they can be changed.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use crate::error::Error;

/// Makes `copy` hold the files of `original`, which may be around it, and no others.
///
/// A file that has not changed is not written again, so that Cargo does not compile it again. Hidden files other than
/// Cargo's own configuration, compiled files (`skipped`), and links stay behind.
pub(crate) fn refresh(original: &Path, copy: &Path, skipped: &Path) -> Result<(), Error> {
    fs::create_dir_all(copy).map_err(|source| Error::File { file: copy.to_owned(), source })?;
    let wanted = |entry: &DirEntry| {
        let name = entry.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".") && name != OsStr::new(".cargo");
        !hidden && name != OsStr::new("target") && entry.path() != skipped
    };
    let mut kept = BTreeSet::new();
    for entry in entries(original)?.into_iter().filter(wanted) {
        let (from, to) = (entry.path(), copy.join(entry.file_name()));
        let kind = entry.file_type().map_err(|source| Error::File { file: from.clone(), source })?;
        if kind.is_dir() {
            refresh(&from, &to, skipped)?;
        } else if kind.is_file() {
            let text = fs::read(&from).map_err(|source| Error::File { file: from.clone(), source })?;
            write_if_changed(&to, &text)?;
        } else {
            continue;
        }
        kept.insert(to);
    }
    for entry in entries(copy)? {
        let path = entry.path();
        if !kept.contains(&path) {
            remove(&path).map_err(|source| Error::File { file: path, source })?;
        }
    }
    Ok(())
}

/// Writes `text`, unless that is what the file holds.
pub(crate) fn write_if_changed(file: &Path, text: &[u8]) -> Result<(), Error> {
    if fs::read(file).is_ok_and(|present| present == text) {
        return Ok(());
    }
    fs::write(file, text).map_err(|source| Error::File { file: file.to_owned(), source })
}

pub(crate) fn entries(folder: &Path) -> Result<Vec<DirEntry>, Error> {
    let entries = folder.read_dir().and_then(Iterator::collect::<io::Result<Vec<_>>>);
    entries.map_err(|source| Error::File { file: folder.to_owned(), source })
}

fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_follows_its_original_and_leaves_alone_what_is_as_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (original, copy) = (folder.path(), folder.path().join("target/copy"));
        let write = |file: &str, text: &str| {
            let file = original.join(file);
            fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("a folder can be made");
            fs::write(file, text).expect("a file can be written");
        };
        let written =
            |file: &str| fs::metadata(copy.join(file)).expect("it is there").modified().expect("it has a time");
        let refresh = || refresh(original, &copy, &original.join("target")).expect("it can be copied");

        write("Cargo.toml", "[workspace]");
        write("src/lib.rs", "mod old;");
        write("src/old.rs", "");
        write(".git/HEAD", "main");
        write(".cargo/config.toml", "[alias]");
        refresh();
        assert_eq!(fs::read_to_string(copy.join("src/lib.rs")).expect("it is there"), "mod old;");
        assert!(copy.join(".cargo/config.toml").exists() && !copy.join(".git").exists());
        assert!(!copy.join("target").exists());

        let before = written("Cargo.toml");
        write("src/lib.rs", "mod new;");
        write("src/new.rs", "");
        fs::remove_file(original.join("src/old.rs")).expect("it can be removed");
        fs::write(copy.join("src/lib.rs"), "a mutant that was never taken back").expect("a file can be written");
        refresh();
        assert_eq!(fs::read_to_string(copy.join("src/lib.rs")).expect("it is there"), "mod new;");
        assert!(copy.join("src/new.rs").exists() && !copy.join("src/old.rs").exists());
        assert_eq!(written("Cargo.toml"), before);
    }
}
