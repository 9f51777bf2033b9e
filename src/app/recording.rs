//! Opens the file that a run is recorded to. A batch that is run again gets a file of its own.
//!
//! Start at [`open`].

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::Error;
use crate::journal::{self, JournalHeader};
use crate::output::{destination, output_error};
use crate::pump::Recorder;
use crate::text::io_error::IoErrorText;

/// Room for what has been written and not handed to the system.
const ROOM: usize = 1 << 18;

/// Opens the recording of a batch's first run, in place of any older one; `-` is standard output.
pub fn open(path: &Path, name: &str) -> Result<Recorder, Error> {
    let to: Box<dyn Write + Send> = if is_stdout(path) {
        Box::new(BufWriter::with_capacity(ROOM, io::stdout()))
    } else {
        check(path)?;
        Box::new(BufWriter::with_capacity(
            ROOM,
            private().create(true).truncate(true).open(path).map_err(unwritable(path))?,
        ))
    };
    begin(to, name).map_err(unwritable(path))
}

/// Finds out whether it could be recorded there, and leaves everything as it is.
pub fn check(path: &Path) -> Result<(), Error> {
    if is_stdout(path) { Ok(()) } else { destination::check_file(path).map_err(unwritable(path)) }
}

/// Opens the recording of a further run: `run.jsonl` is followed by `run-2.jsonl`. It replaces nothing.
pub fn open_beside(path: &Path, name: &str) -> Result<(Recorder, PathBuf), Error> {
    for n in 2..10_000 {
        let beside = numbered(path, n);
        match private().create_new(true).open(&beside) {
            Ok(file) => {
                let to: Box<dyn Write + Send> = Box::new(BufWriter::with_capacity(ROOM, file));
                return Ok((begin(to, name).map_err(unwritable(&beside))?, beside));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(&beside)(error)),
        }
    }
    Err(unwritable(path)(io::ErrorKind::AlreadyExists.into()))
}

/// Begins a recording: even a run that is killed at once leaves one.
fn begin(to: Box<dyn Write + Send>, name: &str) -> io::Result<Recorder> {
    let mut recorder = journal::Writer::new(to, &JournalHeader::new(name, SystemTime::now()))?;
    // What goes wrong here goes wrong again with the first event, and is told there.
    let _ = recorder.flush();
    Ok(recorder)
}

/// To be written by us, and to be read by nobody else: it holds parts of what was asked and answered.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether it goes to standard output, where there is room for one only.
pub fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn numbered(path: &Path, n: u32) -> PathBuf {
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

    use super::{numbered, open, open_beside};

    #[test]
    fn a_number_goes_before_the_ending() {
        let of = |path: &str| numbered(Path::new(path), 2).to_string_lossy().into_owned();
        assert_eq!([of("run.jsonl"), of("a.b/run"), of("a/run.jsonl")], ["run-2.jsonl", "a.b/run-2", "a/run-2.jsonl"]);
    }

    #[test]
    fn a_further_recording_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        std::fs::write(folder.path().join("run-2.jsonl"), "older").unwrap();
        drop(open(&path, "first").unwrap());
        let (recorder, beside) = open_beside(&path, "second").unwrap();
        drop(recorder);
        assert_eq!(beside, folder.path().join("run-3.jsonl"));
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("run.jsonl").contains("first") && read("run-3.jsonl").contains("second"));
        assert_eq!(read("run-2.jsonl"), "older");
    }
}
