//! The check that the practice upstream supports every behaviour that a plan asks for, before anything starts.
//!
//! The plan does not know what the upstream can do, and the upstream does not know the lines of a plan. Start at
//! [`check`].

use crate::plan::Plan;
use crate::plan::error::PlanError;
use crate::text::sanitize::sanitize;
use crate::upstream::table;

/// Parses the path of every host rule as the upstream would.
pub fn check(plan: &Plan) -> Result<(), PlanError> {
    let rules = plan.practice.iter().flat_map(|practice| &practice.hosts);
    let mistakes: Vec<_> = rules
        .filter_map(|(host, path)| {
            let refused = table::parse(path).err()?;
            let key = format!("upstream.hosts.{host}");
            // The message does not repeat a filled-in value, which may be a secret.
            let is_given = plan.written.iter().any(|written| written.key == key && !written.variables.is_empty());
            let (why, help) = if is_given {
                (
                    "it is not a valid behaviour once `${…}` is filled in".to_owned(),
                    "`GET /` of the upstream lists them all",
                )
            } else {
                (refused.why, refused.hint.as_str())
            };
            Some(plan.mistake_at(&key, format!("host rule `{}`: {}", sanitize(host), sanitize(&why)), sanitize(help)))
        })
        .collect();
    if mistakes.is_empty() { Ok(()) } else { Err(PlanError::new(mistakes)) }
}
