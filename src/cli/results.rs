//! The flags for results: where they go, and what they contain.
//!
//! Start at [`ResultArgs`].

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::values;

/// A result that counts as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailedResult {
    /// An answer that lacks a value of `extract`.
    Missing,
}

/// Where results go.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Results")]
pub struct ResultArgs {
    /// Print one JSON summary on standard output
    #[arg(long)]
    pub json: bool,
    /// Write every answer and every failure to one file: `.json`, `.jsonl`, `.csv`, `.md` or `.html`; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Save every response body in this folder
    #[arg(long, value_name = "DIR")]
    pub bodies: Option<PathBuf>,
    /// Keep bodies as they came, without decoding gzip, br, zstd and deflate
    #[arg(long)]
    pub raw: bool,
    /// Follow redirects from https to http, too
    #[arg(long)]
    pub downgrade: bool,
    /// Largest body to read: `64MiB`, `1GB`
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub max_body: Option<u64>,
    /// Fail a job whose answer lacks a value of `extract`
    #[arg(long, value_name = "WHAT", value_enum)]
    pub fail_on: Option<FailedResult>,
    /// Record every event as a line of JSON; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Serve the figures of the run for Prometheus, at `/metrics`
    #[arg(long, value_name = "ADDR")]
    pub metrics: Option<SocketAddr>,
}

/// Which run to go on with.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Results")]
pub struct ResumeArgs {
    /// Go on where this recorded run stopped: jobs with a result are not sent again
    #[arg(long = "resume", value_name = "RUN")]
    pub recording: Option<PathBuf>,
    /// With `--resume`, send only jobs that failed again: all, or those with this cause: `timeout`, `503`
    #[arg(long, value_name = "CAUSE", num_args = 0..=1, require_equals = true, requires = "recording")]
    pub only_failed: Option<Option<String>>,
    /// With `--resume`, go on although the plan has changed
    #[arg(long, requires = "recording")]
    pub allow_changed: bool,
}
