//! The command line: what may be said, and what it comes to.
//!
//! Start at [`Cli`]; [`crate::app`] does what was said.

pub mod demo;
pub mod look;
pub mod overlay;
pub mod said;
mod values;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::demo::DemoArgs;
use crate::cli::look::{LookArgs, PaintArgs};
use crate::plan::order::Word;
use crate::plan::patience::Patience;
use crate::plan::via::Via;
use crate::text::console::ColorChoice;

/// Runs a batch of HTTP requests and shows, live, what is in flight.
#[derive(Debug, Parser)]
#[command(name = "inflight", version, max_term_width = 100, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = "Look")]
    pub color: ColorChoice,
}

/// What a newcomer may try.
pub const EXAMPLES: &str = "Examples:
  inflight demo                               a real batch on the built-in practice upstream
  inflight demo race                          blocking beside non-blocking; --list names the others
  inflight run https://example.org -n 500 -c 20
  inflight run plan.toml                      everything a plan can say";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a batch: a plan, a list of URLs, or URLs
    Run(RunArgs),
    /// Tell what `run` would do with the same words, and where each value comes from; sends nothing
    Check(RunArgs),
    /// Run a real batch on the built-in practice upstream, or show a mistake beside the right way
    Demo(DemoArgs),
    /// Show a recorded run in the same screen, or its summary
    Replay(ReplayArgs),
    /// Run the practice upstream alone, for any client
    Upstream(UpstreamArgs),
    /// Print the keys of the screen, as your settings have them
    Keys,
    /// List, show and check themes
    Theme(ThemeArgs),
    /// Print what a file may hold
    Schema(SchemaArgs),
    /// Tell what was found out about this terminal and your settings, and why
    Doctor(LookArgs),
    /// Print the manual page, with the keys as your settings have them
    Man,
    /// Print what a shell needs to complete commands
    Completions {
        /// Which shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
}

/// A batch.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// A plan (.toml), a list (.txt, .jsonl), `-` for standard input, or URLs
    #[arg(required = true, value_name = "PLAN|URL")]
    pub targets: Vec<String>,
    /// Requests in all, spread over the URLs: `500`, `10k`
    #[arg(short = 'n', long, value_name = "N", value_parser = values::count)]
    pub requests: Option<u64>,
    /// How it is run.
    #[command(flatten)]
    pub dials: Dials,
    /// What is sent.
    #[command(flatten)]
    pub request: RequestArgs,
    /// Where results go.
    #[command(flatten)]
    pub results: Results,
    /// How it looks.
    #[command(flatten)]
    pub look: LookArgs,
}

/// A recording.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// What `run --events` has recorded
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How much faster than it was: `4`, `0.5`
    #[arg(long, value_name = "N", default_value = "1", value_parser = values::speed)]
    pub speed: f64,
    /// Print one JSON summary on standard output, and show nothing
    #[arg(long)]
    pub json: bool,
    /// How it looks.
    #[command(flatten)]
    pub look: LookArgs,
}

/// How a batch is run.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Dials")]
pub struct Dials {
    /// Most attempts in flight at once
    #[arg(short = 'c', long, value_name = "N", value_parser = values::limit)]
    pub concurrency: Option<u32>,
    /// Most attempts in flight at once, each host
    #[arg(long, value_name = "N", value_parser = values::limit)]
    pub per_host: Option<u32>,
    /// Most starts a second: `100/s`, `30/m`
    #[arg(long, value_name = "RATE", value_parser = values::rate)]
    pub rate: Option<Duration>,
    /// Find each host's limit or pace by itself, from what it refuses
    #[arg(long)]
    pub adaptive: bool,
    /// Longest time for one attempt: `10s`, `1m30s`, `5x median`
    #[arg(long, value_name = "TIME", value_parser = values::patience)]
    pub timeout: Option<Patience>,
    /// Tries for each job, the first included
    #[arg(long, value_name = "N", value_parser = values::limit)]
    pub tries: Option<u32>,
    /// Stop at the first job that fails
    #[arg(long)]
    pub fail_fast: bool,
    /// How it is sent: `auto`, `direct`, past any proxy, or `reqwest`
    #[arg(long, value_name = "WIRE", value_parser = values::via)]
    pub wire: Option<Via>,
    /// In which order: `as-given`, or `slow-first`, with what took long in an earlier run
    #[arg(long, value_name = "ORDER", value_parser = values::order)]
    pub order: Option<Word>,
    /// Where that run was recorded, by `--events`
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Repeat the batch, from start to start: `60s`
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub every: Option<Duration>,
    /// How many rounds; 0, without an end
    #[arg(long, value_name = "N", value_parser = values::rounds)]
    pub rounds: Option<u32>,
}

impl Dials {
    /// Whether any of them was given.
    pub fn is_said(&self) -> bool {
        let Self { concurrency, per_host, rate, adaptive, timeout, tries, fail_fast, order, from, .. } = self;
        let Self { every, rounds, wire, .. } = self;
        concurrency.is_some()
            || per_host.is_some()
            || rate.is_some()
            || *adaptive
            || timeout.is_some()
            || tries.is_some()
            || *fail_fast
            || order.is_some()
            || from.is_some()
            || every.is_some()
            || rounds.is_some()
            || wire.is_some()
    }
}

/// What is sent.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Request")]
pub struct RequestArgs {
    /// HTTP method
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub method: Option<String>,
    /// A header, as `name: value`; may be given several times
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// Body to send
    #[arg(short = 'd', long, value_name = "TEXT")]
    pub body: Option<String>,
}

/// Where results go.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Results")]
pub struct Results {
    /// Print one JSON summary on standard output
    #[arg(long)]
    pub json: bool,
    /// Compile every job's data and every failure into one JSON file
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Save every body under this folder
    #[arg(long, value_name = "DIR")]
    pub bodies: Option<PathBuf>,
    /// Record every event as a line of JSON; `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
}

/// What to do with themes.
#[derive(Debug, Args)]
pub struct ThemeArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ThemeCommand,
}

/// What to do with themes.
#[derive(Debug, Subcommand)]
pub enum ThemeCommand {
    /// List the bundled themes and your own
    List,
    /// Show every role of a theme in this terminal
    Show(ShowArgs),
    /// Tell everything that is wrong with a theme, and measure its contrast
    Check {
        /// A theme's name, or a file of your own
        #[arg(value_name = "NAME|FILE")]
        theme: String,
    },
}

/// Which theme to show, and how.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A theme's name, or a file of your own; without it, the one in force
    #[arg(value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// In which colours and marks.
    #[command(flatten)]
    pub paint: PaintArgs,
}

/// Which file to explain.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which file
    pub what: SchemaOf,
    /// As a file with every key, commented out
    #[arg(long, required = true)]
    pub template: bool,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Your settings
    Config,
}

/// The practice upstream.
#[derive(Debug, Args)]
pub struct UpstreamArgs {
    /// Where to listen; other than loopback only if said so here
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Makes its random choices repeatable
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
