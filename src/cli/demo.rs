//! The arguments of `demo`: a batch of all kinds of endpoints, or a scenario of the lab.
//!
//! Start at [`DemoArgs`].

use std::time::Duration;

use clap::Args;

use crate::cli::look::LookArgs;
use crate::cli::results::ResultArgs;
use crate::cli::{BatchArgs, values};
use crate::lab::scenario::Scenario;

/// The demo batch, or a scenario of the lab.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Lab scenario to run next to its fix; without a name, runs the demo batch
    #[arg(value_name = "NAME", value_parser = values::scenario)]
    pub scenario: Option<Scenario>,
    /// List the mistakes of the lab
    #[arg(long, conflicts_with_all = ["scenario", "LabArgs", "BatchArgs", "ResultArgs"])]
    pub list: bool,
    /// How the scenario is run.
    #[command(flatten)]
    pub lab: LabArgs,
    /// How the batch is run.
    #[command(flatten)]
    pub batch: BatchArgs,
    /// Where results go.
    #[command(flatten)]
    pub results: ResultArgs,
    /// How the output looks.
    #[command(flatten)]
    pub look: LookArgs,
}

/// How a scenario of the lab is run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Lab")]
#[group(requires = "scenario")]
pub struct LabArgs {
    /// Requests per lane, at most 1000
    #[arg(long, value_name = "N", value_parser = values::lab_requests)]
    pub requests: Option<u64>,
    /// Duration of each request or task: `1s`, `200ms`
    #[arg(long, value_name = "TIME", value_parser = values::lab_delay)]
    pub delay: Option<Duration>,
    /// Limit of the lanes that have one
    #[arg(long, value_name = "N", value_parser = values::limit)]
    pub limit: Option<u32>,
    /// Run delays this many times faster: `4`, `10`
    #[arg(long, value_name = "N", value_parser = values::speed)]
    pub speed: Option<f64>,
}
