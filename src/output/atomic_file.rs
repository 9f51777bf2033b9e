//! Atomic replacement of files.
//!
//! The new content is written to a temporary file in the same folder, which is then renamed. After a failure the old
//! file is unchanged. A link is replaced, never followed. Start at [`write_durably`].

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::body_file::temporary_file_in;

/// Replaces a file with what `fill` writes, after syncing it to disk. Permissions are kept.
pub fn write_durably(path: &Path, fill: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>) -> io::Result<()> {
    let folder = folder_of(path);
    let temporary = temporary_file_in(folder)?;
    let mut to = BufWriter::with_capacity(1 << 16, temporary.as_file());
    fill(&mut to)?;
    to.flush()?;
    drop(to);
    if let Ok(older) = fs::metadata(path) {
        temporary.as_file().set_permissions(older.permissions())?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|refused| refused.error)?;
    // Sync the folder too, so that the new name survives a power failure. Some file systems cannot do this, and the
    // file is already replaced, so an error is ignored.
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Replaces a file with these bytes, without syncing: for thousands of files.
pub fn write_without_sync(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = temporary_file_in(folder_of(path))?;
    temporary.write_all(bytes)?;
    temporary.persist(path).map_err(|refused| refused.error)?;
    Ok(())
}

/// The folder that holds a file.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{ErrorKind, Write};

    use super::{write_durably, write_without_sync};

    #[test]
    fn a_failed_write_keeps_the_old_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        fs::write(&path, "older").unwrap();
        let refused = write_durably(&path, |to| {
            to.write_all(b"newer")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&path).unwrap(), "older");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_at_the_path_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        fs::create_dir(&path).unwrap();
        assert!(write_without_sync(&path, b"x").is_err());
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_of_the_old_file_are_kept() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        fs::write(&path, "older").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_durably(&path, |to| to.write_all(b"newer")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
    }
}
