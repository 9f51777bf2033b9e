//! What may be said after `demo`: a batch of all kinds, or one of the lab's mistakes and its dials.
//!
//! Start at [`DemoArgs`].

use std::time::Duration;

use clap::Args;

use crate::cli::{Dials, LookArgs, Results, values};
use crate::lab::scenario::Scenario;

/// The demonstration, or one of the lab's mistakes.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// One of the lab's mistakes, live, wrong beside right; without it, a batch of all kinds
    #[arg(value_name = "NAME", value_parser = values::scenario)]
    pub scenario: Option<Scenario>,
    /// List the lab's mistakes
    #[arg(long, exclusive = true)]
    pub list: bool,
    /// The lab's dials.
    #[command(flatten)]
    pub lab: LabArgs,
    /// How it is run.
    #[command(flatten)]
    pub dials: Dials,
    /// Where results go.
    #[command(flatten)]
    pub results: Results,
    /// How it looks.
    #[command(flatten)]
    pub look: LookArgs,
}

/// How a mistake of the lab is run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Lab")]
#[group(requires = "scenario")]
pub struct LabArgs {
    /// Requests of each lane, at most 1000
    #[arg(long, value_name = "N", value_parser = values::lab_requests)]
    pub requests: Option<u64>,
    /// How long each request takes, or each task sleeps: `1s`, `200ms`
    #[arg(long, value_name = "TIME", value_parser = values::lab_delay)]
    pub delay: Option<Duration>,
    /// Limit of the lanes that have one
    #[arg(long, value_name = "N", value_parser = values::limit)]
    pub limit: Option<u32>,
    /// Run delays so many times faster: `4`, `10`
    #[arg(long, value_name = "N", value_parser = values::speed)]
    pub speed: Option<f64>,
}
