//! The `diff` command: two recordings side by side.
//!
//! Start at [`run`].

use std::path::Path;

use crate::app::replay::{read_model, refuse_pipe};
use crate::app::run::slow_jobs::{unreadable, warn_if_incomplete};
use crate::cli::diff::DiffArgs;
use crate::error::Error;
use crate::model::Model;
use crate::output::difference::Difference;
use crate::output::{exit, streams};
use crate::source::replay::Recording;
use crate::text::console::Console;

/// Compares two recordings; returns the exit code.
pub fn run(args: &DiffArgs, console: Console) -> Result<u8, Error> {
    let difference = Difference::between(&read(&args.before)?, &read(&args.after)?);
    if args.json {
        streams::print_document("the comparison", &difference.json())?;
    } else {
        streams::print("the comparison", &difference.text(console.stdout))?;
    }
    Ok(if args.check && difference.is_worse() { exit::FAILED } else { exit::OK })
}

fn read(path: &Path) -> Result<Model, Error> {
    refuse_pipe(path)?;
    let recording = Recording::open(path).map_err(|error| unreadable(path, error))?;
    warn_if_incomplete(path, recording.n, recording.skipped, recording.is_cut);
    read_model(path, &recording)
}
