//! The arguments of `watch`.
//!
//! Start at [`WatchArgs`].

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::cli::look::LookArgs;
use crate::model::verdict::kinds;
use crate::text::nearest::did_you_mean;

/// A program to watch, and what becomes of what is found.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The program and its arguments; inflight exits with its exit code
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "PROGRAM")]
    pub program: Vec<OsString>,
    /// Print one JSON summary on standard output at the end; the program's own output then goes to standard error
    #[arg(long)]
    pub json: bool,
    /// Record every event as a line of JSON, for `replay`
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Exit with 1 if one of these is found and the program itself succeeds: `loop-stalled,never-awaited`, or `any`
    #[arg(long, value_name = "LIST", value_parser = fail_on)]
    pub fail_on: Option<FailOn>,
    /// Allow to hold the program back: space pauses, `-` and `+` turn a limit; begin with LIMIT requests in flight, if given
    #[arg(long, value_name = "LIMIT", num_args = 0..=1, require_equals = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub steer: Option<Option<u32>>,
    /// Let the program read the standard input
    #[arg(long)]
    pub stdin: bool,
    /// How the output looks.
    #[command(flatten)]
    pub look: LookArgs,
}

/// The findings that make `watch` fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Any, except notes.
    Any,
    /// Those of these kinds.
    Kinds(Vec<&'static str>),
}

fn fail_on(text: &str) -> Result<FailOn, String> {
    if text == "any" {
        return Ok(FailOn::Any);
    }
    let kind = |name: &str| {
        kinds().find(|kind| *kind == name).ok_or_else(|| {
            let near =
                did_you_mean(name, kinds()).unwrap_or_else(|| "the names are those of `verdict` in `--json`".into());
            format!("there is no finding `{name}`; {near}")
        })
    };
    text.split(',').map(|name| kind(name.trim())).collect::<Result<_, _>>().map(FailOn::Kinds)
}
