//! The arguments of `diff`.
//!
//! Start at [`DiffArgs`].

use std::path::PathBuf;

use clap::Args;

/// Two recordings.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier recording, written by `run --events`
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The later one
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// Exit with 1 if an endpoint became slower by more than chance, or fails more often
    #[arg(long)]
    pub check: bool,
    /// Print the comparison as JSON
    #[arg(long)]
    pub json: bool,
}
