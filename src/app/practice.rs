//! Finds out, before anything is started, whether a plan's practice upstream can do what the plan asks of it.
//!
//! A plan does not know what the upstream can do, and the upstream knows no lines of a plan. Start at [`check`].

use crate::plan::Plan;
use crate::plan::error::PlanError;
use crate::text::sanitize::sanitize;
use crate::upstream::behaviour;

/// Reads the path of every host rule as the upstream would.
pub fn check(plan: &Plan) -> Result<(), PlanError> {
    let rules = plan.practice.iter().flat_map(|practice| &practice.hosts);
    let mistakes: Vec<_> = rules
        .filter_map(|(host, path)| {
            let refused = behaviour::parse(path).err()?;
            let key = format!("upstream.hosts.{host}");
            // What was filled in from outside is not repeated: it may be a secret.
            let is_given = plan.written.iter().any(|written| written.key == key && !written.variables.is_empty());
            let (why, help) = if is_given {
                ("it is no behaviour once `${…}` is filled in".to_owned(), "`GET /` of the upstream lists them all")
            } else {
                (refused.why, refused.hint.as_str())
            };
            Some(plan.mistake_at(&key, format!("host rule `{}`: {}", sanitize(host), sanitize(&why)), sanitize(help)))
        })
        .collect();
    if mistakes.is_empty() { Ok(()) } else { Err(PlanError::new(mistakes)) }
}
