//! The demo batch: real requests to a real server, both in this process.
//!
//! Start at [`plan`].

use std::path::Path;

use crate::error::Error;
use crate::plan::Plan;

/// The plan of the demo: slow, fast, failing and rate-limiting endpoints.
const PLAN: &str = include_str!("../../../examples/demo.toml");

/// The plan that `inflight demo` runs.
pub fn plan() -> Result<Plan, Error> {
    Ok(Plan::from_toml(PLAN, "demo.toml", Path::new(""), &|_| None)?)
}
