//! Whether a result could be written where it is wished, found out without writing anything.
//!
//! The same is found out when a run begins, by opening; this only looks. Start at [`check_output`].

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::output::replace::folder_of;
use crate::output::trouble::OutputError;
use crate::plan::Output;

/// Looks at every place that a plan names.
pub fn check_output(output: &Output) -> Result<(), OutputError> {
    if let Some(path) = &output.report {
        check_file(path).map_err(|cause| OutputError::report(path, cause))?;
    }
    if let Some(path) = &output.bodies {
        check_folder(path).map_err(|cause| OutputError::bodies(path, cause))?;
    }
    Ok(())
}

/// A file, new or to be replaced.
pub fn check_file(path: &Path) -> io::Result<()> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound && path.file_name().is_some() => {
            return writable(folder_of(path));
        }
        Err(error) => return Err(error),
    };
    if found.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    writable(path)
}

/// A folder, which is made where it is missing.
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

/// Elsewhere only writing tells.
#[cfg(not(unix))]
fn writable(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::path::Path;

    use super::{check_file, check_folder};

    #[test]
    fn a_place_is_looked_at_and_left_as_it_was() {
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
}
