//! Checks on whether outputs can be written.
//!
//! Nothing is written. A run makes the same checks when it opens its outputs. Start at [`check_output`].

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf, is_separator};

use crate::output::atomic_file::folder_of;
use crate::output::output_error::OutputError;
use crate::plan::Output;

/// Checks every output of a plan.
pub fn check_output(output: &Output) -> Result<(), OutputError> {
    if let Some(path) = &output.report {
        check_report(path).map_err(|cause| OutputError::report(path, cause))?;
    }
    if let Some(path) = &output.bodies {
        check_folder(path).map_err(|cause| OutputError::bodies(path, cause))?;
    }
    Ok(())
}

/// Refuses two outputs with the same path, and an output inside another one's file.
pub fn check_distinct(output: &Output, events: Option<&Path>) -> Result<(), OutputError> {
    // Standard output, a device and a pipe can be shared.
    let is_stream = |path: &Path| fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    let events = events.filter(|path| *path != Path::new("-"));
    let places = [
        ("report", output.report.as_deref().filter(|path| !is_stdout(path))),
        ("recording", events),
        ("bodies", output.bodies.as_deref()),
    ];
    let places = places.map(|(name, path)| Some((name, path?, absolute(path?))));
    let [report, events, _] = &places;
    for (name, path, file) in [report, events].into_iter().flatten().filter(|(_, path, _)| !is_stream(path)) {
        let conflict = places.iter().flatten().find(|(other, _, place)| other != name && place.starts_with(file));
        if let Some((other, ..)) = conflict {
            return Err(OutputError::conflict(name, other, path));
        }
    }
    Ok(())
}

/// Whether a report goes to standard output, which can hold only one result.
pub fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// The folder for bodies that are too large for memory: that of the results, because it has room for them.
pub fn folder_for_large_bodies(output: &Output) -> Option<PathBuf> {
    let of_report = || {
        let path = output.report.as_deref().filter(|path| !is_stdout(path))?;
        let is_file = fs::metadata(path).map_or(true, |found| is_replaced(path, &found));
        is_file.then(|| folder_of(path).to_owned())
    };
    output.bodies.clone().or_else(of_report)
}

/// The absolute path without links, as far as it exists.
fn absolute(path: &Path) -> PathBuf {
    if let Ok(absolute) = fs::canonicalize(path) {
        return absolute;
    }
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if !folder.as_os_str().is_empty() => absolute(folder).join(name),
        (Some(_), Some(name)) => absolute(Path::new(".")).join(name),
        _ => path.to_owned(),
    }
}

/// Checks a report's path. A file is replaced by a temporary one in its folder; a device or a pipe is written to.
pub fn check_report(path: &Path) -> io::Result<()> {
    if is_stdout(path) {
        return Ok(());
    }
    check_file(path)?;
    match fs::metadata(path) {
        Ok(found) if is_replaced(path, &found) => writable(folder_of(&fs::canonicalize(path)?)),
        // `check_file` has already checked the folder of a new file.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Whether a report replaces this file. `/dev/stdout` may be a file too, but other programs may be writing to it.
pub fn is_replaced(path: &Path, found: &fs::Metadata) -> bool {
    found.is_file() && !path.starts_with("/dev") && !path.starts_with("/proc")
}

/// Refuses a path that can only be a folder, such as `out/`.
pub(super) fn check_file_name(path: &Path) -> io::Result<()> {
    let text = path.to_string_lossy();
    let text = text.strip_suffix('.').unwrap_or(&text);
    if text.ends_with(is_separator) { Err(ErrorKind::IsADirectory.into()) } else { Ok(()) }
}

/// Checks a file that is created or overwritten.
pub fn check_file(path: &Path) -> io::Result<()> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound && path.file_name().is_some() => {
            check_file_name(path)?;
            return writable(folder_of(path));
        }
        Err(error) => return Err(error),
    };
    if found.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    writable(path)
}

/// Checks a folder, which is created if it is missing.
fn check_folder(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => writable(path),
        Ok(_) => Err(ErrorKind::NotADirectory.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let above = folder_of(path);
            if above == path { Err(error) } else { check_folder(above) }
        }
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn writable(path: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(path, rustix::fs::Access::WRITE_OK)?)
}

/// On other systems only writing reveals whether a path is writable.
#[cfg(not(unix))]
fn writable(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::path::Path;

    use super::{check_distinct, check_file, check_folder};
    use crate::plan::Output;

    #[test]
    fn a_check_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("old.json"), "old").unwrap();
        let kind = |result: std::io::Result<()>| result.map_err(|error| error.kind());
        assert_eq!(kind(check_file(&at("new.json"))), Ok(()));
        assert_eq!(kind(check_file(&at("old.json"))), Ok(()));
        assert_eq!(kind(check_file(&at("no/new.json"))), Err(ErrorKind::NotFound));
        assert_eq!(kind(check_file(folder.path())), Err(ErrorKind::IsADirectory));
        assert_eq!(kind(check_file(&at("old.json/new.json"))), Err(ErrorKind::NotADirectory));
        assert_eq!(kind(check_folder(&at("a/b/c"))), Ok(()));
        assert_eq!(kind(check_folder(&at("old.json"))), Err(ErrorKind::NotADirectory));
        assert_eq!(kind(check_folder(&at("old.json/a"))), Err(ErrorKind::NotADirectory));
        assert_eq!(kind(check_folder(Path::new("made-in-this-folder"))), Ok(()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::read(at("old.json")).unwrap(), b"old");
    }

    #[test]
    fn two_outputs_never_share_a_path() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("d")).unwrap();
        let at = |name: &str| folder.path().join(name);
        let apart = |report: &str, bodies: &str, events: &str| {
            let output = Output { report: Some(at(report)), bodies: Some(at(bodies)), ..Output::default() };
            check_distinct(&output, Some(&at(events))).is_ok()
        };
        assert!(apart("r", "b", "e"));
        assert!(apart("b/r", "b", "b/e"));
        assert!(apart("r", "rs", "r.jsonl"));
        assert!(!apart("x", "x", "e") && !apart("x", "b", "x") && !apart("r", "x", "x"));
        assert!(!apart("x", "x/b", "e") && !apart("r/x", "b", "r"));
        assert!(!apart("x", "b", "./d/../x"));
        #[cfg(unix)]
        {
            let null = Path::new("/dev/null");
            let output = Output { report: Some(null.to_owned()), bodies: None, ..Output::default() };
            assert!(check_distinct(&output, Some(null)).is_ok());
        }
        let piped = Output { report: Some(at("x")), bodies: None, ..Output::default() };
        assert!(check_distinct(&piped, Some(Path::new("-"))).is_ok());
    }
}
