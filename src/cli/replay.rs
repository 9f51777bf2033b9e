//! The arguments of `replay`.
//!
//! Start at [`ReplayArgs`].

use std::path::PathBuf;

use clap::Args;

use crate::cli::look::LookArgs;
use crate::cli::values;

/// A recording.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// A file written by `run --events`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Playback speed: `4` is four times as fast, `0.5` half as fast
    #[arg(long, value_name = "N", default_value = "1", value_parser = values::speed)]
    pub speed: f64,
    /// Print one JSON summary on standard output instead of the screen
    #[arg(long)]
    pub json: bool,
    /// How the output looks.
    #[command(flatten)]
    pub look: LookArgs,
}
