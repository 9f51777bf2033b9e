//! A mistake of the lab, shown on the screen, or told as a table where there is none.
//!
//! Start at [`run`].

pub mod headless;

use crate::app::look;
use crate::cli::demo::{DemoArgs, LabArgs};
use crate::cli::{Dials as PlanDials, Results};
use crate::config;
use crate::error::Error;
use crate::lab::scenario::Scenario;
use crate::lab::trial::Dials;

/// Shows a scenario; gives back the exit code.
pub fn run(scenario: Scenario, args: &DemoArgs) -> Result<u8, Error> {
    refuse(&args.dials, &args.results)?;
    let surroundings = look::wished(config::surroundings(), &args.look);
    headless::run(scenario, dials(scenario, &args.lab), args.results.json, &surroundings)
}

/// The dials that flags and the scenario say.
fn dials(scenario: Scenario, args: &LabArgs) -> Dials {
    let usual = Dials::usual(scenario);
    Dials {
        requests: args.requests.unwrap_or(usual.requests),
        delay: args.delay.unwrap_or(usual.delay),
        limit: args.limit.unwrap_or(usual.limit),
        speed: args.speed.unwrap_or(usual.speed),
    }
}

/// Flags of the batch that a scenario has no use for are not silently ignored.
fn refuse(dials: &PlanDials, results: &Results) -> Result<(), Error> {
    let flag = if dials.is_said() {
        Some("a dial of the batch")
    } else if results.report.is_some() || results.bodies.is_some() || results.events.is_some() {
        Some("a result of the batch")
    } else {
        None
    };
    let Some(flag) = flag else { return Ok(()) };
    Err(Error::Usage {
        message: format!("{flag} means nothing to a mistake of the lab"),
        hint: "a mistake of the lab takes `--requests`, `--delay`, `--limit`, `--speed` and `--json`".into(),
    })
}
