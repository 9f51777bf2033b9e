//! The command line: its commands, arguments and flags.
//!
//! It parses and validates them; [`crate::app`] carries the command out. Start at [`Cli`].

pub mod arguments;
pub mod auth;
pub mod body;
pub mod demo;
pub mod diff;
pub mod given_flags;
pub mod import;
pub mod look;
pub mod network;
pub mod overlay;
pub mod replay;
pub mod report;
pub mod request;
pub mod results;
mod values;
pub mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::demo::DemoArgs;
use crate::cli::diff::DiffArgs;
use crate::cli::import::ImportArgs;
use crate::cli::look::{LookArgs, PaintArgs};
use crate::cli::network::NetworkArgs;
use crate::cli::replay::ReplayArgs;
use crate::cli::report::DocumentArgs;
use crate::cli::request::RequestArgs;
use crate::cli::results::{ResultArgs, ResumeArgs};
use crate::cli::watch::WatchArgs;
use crate::event::adaptive::AdaptiveMode;
use crate::plan::attempt_timeout::AttemptTimeout;
use crate::plan::http_client::HttpClient;
use crate::plan::order::OrderKeyword;
use crate::plan::retry_on::RetryOn;
use crate::plan::statuses::Throttled;
use crate::text::console::ColorChoice;

/// Runs a batch of HTTP requests and shows, live, what is in flight.
#[derive(Debug, Parser)]
#[command(name = "inflight", version, max_term_width = 100, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: CliCommand,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = "Look")]
    pub color: ColorChoice,
}

/// Commands for a first try.
pub const EXAMPLES: &str = "Examples:
  inflight demo                               a real batch on the built-in practice upstream
  inflight demo race                          blocking next to non-blocking; --list shows the others
  inflight run https://example.org -n 500 -c 20
  inflight run plan.toml                      everything that a plan can express";

/// A command of the program.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Run a batch: a plan, a list of URLs, or URLs
    Run(RunArgs),
    /// Show what `run` would do with the same arguments, and where each setting comes from (sends nothing)
    Check(RunArgs),
    /// Run a program of yours, and show what it has in flight and which line blocks it
    Watch(WatchArgs),
    /// Make a plan or a list of a file of another tool: HAR, Postman, OpenAPI, sitemap, curl
    Import(ImportArgs),
    /// Run a real batch on the built-in practice upstream, or show a common mistake next to its fix
    Demo(DemoArgs),
    /// Play a recorded run on the same screen, or print its summary
    Replay(ReplayArgs),
    /// Make a page, a table, or a file for another tool of a recorded run
    Report(DocumentArgs),
    /// Compare two recorded runs: what became slower or faster by more than chance
    Diff(DiffArgs),
    /// Run only the practice upstream, for any client
    Upstream(UpstreamArgs),
    /// Print the keys of the screen, as your settings bind them
    Keys,
    /// List, show and check themes
    Theme(ThemeArgs),
    /// Print what a file can contain
    Schema(SchemaArgs),
    /// Show what was detected about this terminal and your settings, and why
    Doctor(LookArgs),
    /// Print the manual page, with the keys as your settings bind them
    Man,
    /// Print the completion script of a shell
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
    /// Number of requests, spread over the URLs; the rows of a list or plan are repeated or cut: `500`, `10k`
    #[arg(short = 'n', long, value_name = "N", value_parser = values::count, conflicts_with = "duration")]
    pub requests: Option<u64>,
    /// Leave out rows of a list or file that repeat an earlier request
    #[arg(long)]
    pub unique: bool,
    /// Also take the variables of a plan from this file, as `NAME=value`
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// How the batch is run.
    #[command(flatten)]
    pub batch: BatchArgs,
    /// What each request contains.
    #[command(flatten)]
    pub request: RequestArgs,
    /// How TLS is verified, and where connections go.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Where results go.
    #[command(flatten)]
    pub results: ResultArgs,
    /// Which run to go on with.
    #[command(flatten)]
    pub resume: ResumeArgs,
    /// How the output looks.
    #[command(flatten)]
    pub look: LookArgs,
}

/// How a batch is run.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Batch")]
pub struct BatchArgs {
    /// Maximum attempts in flight
    #[arg(short = 'c', long, value_name = "N", value_parser = values::limit)]
    pub concurrency: Option<u32>,
    /// Maximum attempts in flight per host
    #[arg(long, value_name = "N", value_parser = values::limit)]
    pub per_host: Option<u32>,
    /// Maximum rate of attempts: `100/s`, `30/m`
    #[arg(long, value_name = "RATE", value_parser = values::rate)]
    pub rate: Option<Duration>,
    /// Find each host's limit or rate from what it refuses: `off`, `when-refused` or `on`
    #[arg(long, value_name = "MODE", num_args = 0..=1, require_equals = true, default_missing_value = "on",
        value_parser = values::adaptive_mode)]
    pub adaptive: Option<AdaptiveMode>,
    /// Timeout of one attempt: `10s`, `1m30s`, `5x median`
    #[arg(long, value_name = "TIME", value_parser = values::attempt_timeout)]
    pub timeout: Option<AttemptTimeout>,
    /// Maximum tries per job, including the first
    #[arg(long, value_name = "N", value_parser = values::limit)]
    pub tries: Option<u32>,
    /// Also retry these: `500,timeout,5xx`
    #[arg(long, value_name = "LIST", value_parser = values::retry_on)]
    pub retry_on: Option<RetryOn>,
    /// Statuses that count as refusals, instead of what each host's answers show: `429,503`
    #[arg(long, value_name = "LIST", value_parser = values::throttled)]
    pub throttled: Option<Throttled>,
    /// Stop the run when the first job fails
    #[arg(long)]
    pub fail_fast: bool,
    /// HTTP client: `auto`, `direct` (ignores proxies) or `reqwest`
    #[arg(long, value_name = "WIRE", value_parser = values::http_client)]
    pub wire: Option<HttpClient>,
    /// Order of jobs: `as-given`, or `slow-first` (starts the jobs that were slow in an earlier run)
    #[arg(long, value_name = "ORDER", value_parser = values::order)]
    pub order: Option<OrderKeyword>,
    /// Recording of that earlier run, made with `--events`
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Repeat all jobs for this long: `30s`
    #[arg(short = 'z', long = "for", visible_alias = "duration", value_name = "TIME", value_parser = values::length)]
    pub duration: Option<Duration>,
    /// Leave attempts of the first moments out of percentiles: `5s`
    #[arg(long, value_name = "TIME", value_parser = values::length)]
    pub warmup: Option<Duration>,
    /// Let the rate, or the limit if there is no rate, rise from 1 to its value over this time: `10s`
    #[arg(long, value_name = "TIME", value_parser = values::length)]
    pub ramp: Option<Duration>,
    /// Start the batch again at this interval: `60s`
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub every: Option<Duration>,
    /// Number of rounds; 0 repeats for ever
    #[arg(long, value_name = "N", value_parser = values::rounds)]
    pub rounds: Option<u32>,
}

impl BatchArgs {
    /// Whether any of these flags was given.
    pub fn is_any_set(&self) -> bool {
        let Self { concurrency, per_host, rate, adaptive, timeout, tries, fail_fast, order, from, .. } = self;
        let Self { duration, warmup, ramp, every, rounds, wire, retry_on, throttled, .. } = self;
        concurrency.is_some()
            || per_host.is_some()
            || rate.is_some()
            || adaptive.is_some()
            || timeout.is_some()
            || tries.is_some()
            || retry_on.is_some()
            || throttled.is_some()
            || *fail_fast
            || order.is_some()
            || from.is_some()
            || duration.is_some()
            || warmup.is_some()
            || ramp.is_some()
            || every.is_some()
            || rounds.is_some()
            || wire.is_some()
    }
}

/// The `theme` commands.
#[derive(Debug, Args)]
pub struct ThemeArgs {
    /// The command.
    #[command(subcommand)]
    pub command: ThemeCommand,
}

/// A `theme` command.
#[derive(Debug, Subcommand)]
pub enum ThemeCommand {
    /// List the bundled themes and your own
    List,
    /// Show every role of a theme in this terminal
    Show(ShowArgs),
    /// Report every mistake in a theme, and measure its contrast
    Check {
        /// Theme name, or a file of your own
        #[arg(value_name = "NAME|FILE")]
        theme: String,
    },
}

/// Which theme to show, and how.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Theme name, or a file of your own; by default the current theme
    #[arg(value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// Its colours and marks.
    #[command(flatten)]
    pub paint: PaintArgs,
}

/// Which file to describe.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Kind of file
    pub what: SchemaOf,
    /// Print a file with every key, commented out
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
    /// Address to listen on; the default is reachable from this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Seed of its random choices, to make them repeatable
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
