//! The demonstration: a real batch against a real server, both in this process.
//!
//! Start at [`plan`].

use std::path::Path;

use crate::error::Error;
use crate::plan::Plan;

/// The plan that `inflight demo` runs: slow, fast, failing and rate-limiting endpoints side by side.
const PLAN: &str = include_str!("../../examples/demo.toml");

/// The demonstration's plan.
pub fn plan() -> Result<Plan, Error> {
    Ok(Plan::from_toml(PLAN, "demo.toml", Path::new(""), &|_| None)?)
}
