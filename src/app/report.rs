//! The `report` command: from a recording to a page, a table, or a file for another tool.
//!
//! Start at [`run`].

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::app::import::unwritable;
use crate::app::replay::refuse_pipe;
use crate::app::run::slow_jobs::{unreadable, warn_if_incomplete};
use crate::cli::report::DocumentArgs;
use crate::error::Error;
use crate::output::destination::is_stdout;
use crate::output::document::{EventStream, RecordedRun};
use crate::output::output_error::path_shown;
use crate::output::report::target::ReportTarget;
use crate::output::{exit, streams};
use crate::source::replay::Recording;

/// Writes the documents; returns the exit code.
pub fn run(args: &DocumentArgs) -> Result<u8, Error> {
    refuse_pipe(&args.file)?;
    let documents = args.documents();
    check_distinct(&args.file, documents.iter().map(|(_, path)| path.as_path()))?;
    let mut targets = Vec::new();
    for (kind, path) in &documents {
        targets.push((*kind, path, ReportTarget::open(path).map_err(|why| unwritable(path, why))?));
    }
    let recording = Recording::open(&args.file).map_err(|error| unreadable(&args.file, error))?;
    warn_if_incomplete(&args.file, recording.n, recording.skipped, recording.is_cut);
    let events = || -> io::Result<EventStream> { Ok(Box::new(recording.events().map_err(io::Error::other)?)) };
    let read = RecordedRun::read(recording.started(), &events);
    let recorded = read.map_err(|error| unreadable(&args.file, error.into()))?;
    for (kind, path, target) in targets {
        target.write(|to| recorded.write(kind, to)).map_err(|why| unwritable(path, why))?;
        if !is_stdout(path) {
            streams::say(&format!("wrote {}", path_shown(path)));
        }
    }
    Ok(exit::OK)
}

/// Refuses to write two documents to one file, or one over the recording.
fn check_distinct<'a>(recording: &Path, documents: impl Iterator<Item = &'a Path>) -> Result<(), Error> {
    let place = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut taken = BTreeSet::from([place(recording)]);
    for path in documents {
        if !taken.insert(place(path)) {
            let is_recording = place(path) == place(recording);
            let why = if is_recording { "it is the recording itself" } else { "another document goes there" };
            return Err(Error::Unwritable {
                message: format!("cannot write `{}`: {why}", path_shown(path)),
                hint: Some("name another file, such as `--html=page.html`".to_owned()),
            });
        }
    }
    Ok(())
}
