//! Replaces a file as a whole, or not at all.
//!
//! The new content is written to a temporary file in the same folder, which is then renamed. A failure leaves the
//! older file as it was. A link is replaced, never followed. Start at [`write_durably`].

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Replaces a file with what `fill` writes, once that is on the disk. Permissions stay as they were.
pub fn write_durably(path: &Path, fill: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>) -> io::Result<()> {
    let folder = folder_of(path);
    let successor = temporary_file_in(folder)?;
    let mut to = BufWriter::with_capacity(1 << 16, successor.as_file());
    fill(&mut to)?;
    to.flush()?;
    drop(to);
    if let Ok(older) = fs::metadata(path) {
        successor.as_file().set_permissions(older.permissions())?;
    }
    successor.as_file().sync_all()?;
    successor.persist(path).map_err(|refused| refused.error)?;
    // The new name, too, should survive a power cut. Not every file system can sync a folder, and by
    // now the file is in its place.
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Replaces a file with these bytes, without waiting for the disk: for files that come in thousands.
pub fn write_without_sync(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut successor = temporary_file_in(folder_of(path))?;
    successor.write_all(bytes)?;
    successor.persist(path).map_err(|refused| refused.error)?;
    Ok(())
}

/// The folder that holds a file.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new file in the folder, which vanishes unless it is put in its place.
fn temporary_file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // The name explains the file if a crash leaves it behind.
    builder.prefix(".inflight-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: what the user's umask leaves of this.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{ErrorKind, Write};

    use super::{write_durably, write_without_sync};

    #[test]
    fn a_failure_on_the_way_leaves_the_older_file_and_nothing_else() {
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
    fn a_folder_in_the_way_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        fs::create_dir(&path).unwrap();
        assert!(write_without_sync(&path, b"x").is_err());
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn an_older_files_permissions_stay() {
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
