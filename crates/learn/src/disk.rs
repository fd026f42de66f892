//! Files that are whole at every moment, also when the power fails in the middle.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

/// Puts `bytes` in the place of what `path` holds: whoever looks finds the old or the new, and never a part.
///
/// A file that cannot be written whole, on a full disk for instance, leaves the old one as it was.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Behind a symbolic link it is the file that is replaced, and not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = beside(&path)?;
    let written = write_new(&new, bytes).and_then(|()| {
        if let Ok(old) = path.metadata() {
            fs::set_permissions(&new, old.permissions())?;
        }
        fs::rename(&new, &path)
    });
    if written.is_err() {
        // What is wrong has been found out already; that this fails as well adds nothing.
        let _ = fs::remove_file(&new);
    }
    written
}

/// Writes `bytes` to `path`, where there must be nothing yet.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The name under which the new file is written, next to the old one: only within a file system can a file be renamed.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let new = folder.join(format!(".{name}.{}.new", process::id()));
    match fs::remove_file(&new) {
        // A process of the same number may have been killed in the middle.
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(new),
    }
}
