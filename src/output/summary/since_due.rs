//! The line of the summary with the latencies since due.
//!
//! Start at [`line()`].

use crate::model::Model;
use crate::model::since_due::SinceDue;
use crate::text::units;

/// The line of the summary, if any attempt started later than it was due.
pub(super) fn line(model: &Model) -> Option<String> {
    let SinceDue { latency, late, missed } = model.since_due.as_ref().filter(|since_due| since_due.late > 0)?;
    let mut parts = vec!["since due".to_owned()];
    for (name, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        parts.push(format!("{name} {}", units::length(latency.quantile(q)?)));
    }
    parts.push(format!("max {}", units::length(latency.max()?)));
    let missed = if *missed > 0 { format!(", {} missed", units::count(*missed)) } else { String::new() };
    parts.push(format!("{} late{missed}", units::plural(*late, "start")));
    Some(format!("  {}", parts.join("   ")))
}
