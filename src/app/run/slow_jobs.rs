//! Jobs that were slow in an earlier run, read from its recording, so that they start first.
//!
//! Start at [`prioritize`].

use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::Path;

use crate::error::Error;
use crate::journal::{ReadError, Reader};
use crate::output::output_error::path_shown;
use crate::output::streams;
use crate::plan::cursor::Cursor;
use crate::plan::order::JobOrder;
use crate::plan::priority_jobs::SlowJob;
use crate::source::slowest::Slowest;
use crate::text::io_error::IoErrorText;
use crate::text::units;

/// Puts the jobs first that were slow in an earlier run, if the plan's order is `slow-first`.
///
/// Call this before the new recording is opened, because that may replace the old one.
pub fn prioritize(cursor: &mut Cursor, order: &JobOrder) -> Result<(), Error> {
    if let JobOrder::SlowFirst { from } = order {
        cursor.prioritize(slowest(from)?);
    }
    Ok(())
}

/// The jobs that took far longer than most in a recorded run, the slowest first.
///
/// The recording is read once, event by event: a long one takes time but no memory.
fn slowest(path: &Path) -> Result<Vec<SlowJob>, Error> {
    let unreadable = |error| unreadable(path, error);
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::Recording {
            message: format!("there is no recording `{}` to find slow jobs in", path_shown(path)),
            hint: Some("record a run first: `--order as-given --events FILE`".to_owned()),
        },
        _ => unreadable(error.into()),
    })?;
    let mut reader = Reader::new(BufReader::new(file)).map_err(unreadable)?;
    let (mut slowest, mut n) = (Slowest::default(), 0);
    for event in reader.by_ref() {
        slowest.apply(&event.map_err(|error| unreadable(error.into()))?);
        n += 1;
    }
    warn_if_incomplete(path, n, reader.skipped(), reader.is_cut());
    slowest.found().ok_or_else(|| Error::Recording {
        message: format!("recording `{}` contains no attempts, so it names no slow jobs", path_shown(path)),
        hint: Some("record a run with `--events FILE`, or remove `slow-first`".to_owned()),
    })
}

/// Warns if parts of a recording could not be read.
pub fn warn_if_incomplete(path: &Path, n: u64, skipped: u64, is_cut: bool) {
    let path = path_shown(path);
    if skipped > 0 {
        let lines = units::plural(skipped, "line");
        streams::say(&format!("warning: skipped {lines} of `{path}` that this version does not know"));
    }
    if is_cut {
        streams::say(&format!("warning: the last line of `{path}` was cut off; everything before it was read"));
    }
    if n == 0 {
        streams::say(&format!("warning: `{path}` contains no events"));
    }
}

/// The error for a recording that cannot be read.
pub fn unreadable(path: &Path, error: ReadError) -> Error {
    let path = path_shown(path);
    let hint = "a recording is made by `inflight run PLAN --events FILE`";
    match error {
        ReadError::Io(error) => {
            let message = format!("cannot read recording `{path}`: {}", IoErrorText(error));
            Error::Recording { message, hint: None }
        }
        ReadError::NotAJournal => {
            Error::Recording { message: format!("`{path}` is not a recording"), hint: Some(hint.to_owned()) }
        }
        ReadError::TooNew { .. } => Error::Recording {
            message: format!("cannot read recording `{path}`: {error}"),
            hint: Some("use the newer version that made it".to_owned()),
        },
    }
}
