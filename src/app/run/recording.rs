//! The file that a run is recorded to. A rerun gets a file of its own.
//!
//! Start at [`open`].

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::Error;
use crate::journal::synced_file::SyncedFile;
use crate::journal::{self, JournalHeader};
use crate::output::{destination, output_error};
use crate::pump::Recorder;
use crate::text::io_error::IoErrorText;

/// The size of the write buffer.
const BUFFER: usize = 1 << 18;

/// Opens the recording of a batch's first run and replaces an older one; `-` is standard output.
///
/// `results` is the name of the file with the results, if it is not next to it.
pub fn open(path: &Path, name: &str, results: Option<String>) -> Result<Recorder, Error> {
    let to: Box<dyn Write + Send> = if is_stdout(path) {
        Box::new(BufWriter::with_capacity(BUFFER, io::stdout()))
    } else {
        check(path)?;
        let file = private().create(true).truncate(true).open(path).map_err(unwritable(path))?;
        to_disk(file).map_err(unwritable(path))?
    };
    write_header(to, name, results).map_err(unwritable(path))
}

/// Checks that a run could be recorded there, and changes nothing.
pub fn check(path: &Path) -> Result<(), Error> {
    if is_stdout(path) { Ok(()) } else { destination::check_file(path).map_err(unwritable(path)) }
}

/// Opens the recording of a rerun: `run-2.jsonl` follows `run.jsonl`. It replaces nothing.
pub fn open_numbered(path: &Path, name: &str, results: Option<String>) -> Result<(Recorder, PathBuf), Error> {
    for n in 2..10_000 {
        let numbered = numbered_path(path, n);
        match private().create_new(true).open(&numbered) {
            Ok(file) => {
                let recorder = to_disk(file).and_then(|to| write_header(to, name, results));
                return Ok((recorder.map_err(unwritable(&numbered))?, numbered));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(&numbered)(error)),
        }
    }
    Err(unwritable(path)(io::ErrorKind::AlreadyExists.into()))
}

/// Writes the header, so that even a run that is killed at once leaves a recording.
fn write_header(to: Box<dyn Write + Send>, name: &str, results: Option<String>) -> io::Result<Recorder> {
    let header = JournalHeader { results, ..JournalHeader::new(name, SystemTime::now()) };
    let mut recorder = journal::Writer::new(to, &header)?;
    // An error here occurs again with the first event, and is reported there.
    let _ = recorder.flush();
    Ok(recorder)
}

/// A buffer before a file, which is synced to the disk in groups.
fn to_disk(file: File) -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(BufWriter::with_capacity(BUFFER, SyncedFile::new(file)?)))
}

/// Options of a file that only its owner can read: it holds parts of requests and answers.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether the recording goes to standard output, which can hold only one result.
pub fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// The path of the `n`th run.
fn numbered_path(path: &Path, n: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{n}"));
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}

fn unwritable(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |error| Error::Unwritable {
        message: format!("cannot record to `{}`: {}", output_error::path_shown(path), IoErrorText(error)),
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{numbered_path, open, open_numbered};

    #[test]
    fn the_number_precedes_the_extension() {
        let number = |path: &str| numbered_path(Path::new(path), 2).to_string_lossy().into_owned();
        assert_eq!(
            [number("run.jsonl"), number("a.b/run"), number("a/run.jsonl")],
            ["run-2.jsonl", "a.b/run-2", "a/run-2.jsonl"]
        );
    }

    #[test]
    fn the_recording_of_a_rerun_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        std::fs::write(folder.path().join("run-2.jsonl"), "older").unwrap();
        drop(open(&path, "first", None).unwrap());
        let (recorder, numbered) = open_numbered(&path, "second", None).unwrap();
        drop(recorder);
        assert_eq!(numbered, folder.path().join("run-3.jsonl"));
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("run.jsonl").contains("first") && read("run-3.jsonl").contains("second"));
        assert_eq!(read("run-2.jsonl"), "older");
    }
}
