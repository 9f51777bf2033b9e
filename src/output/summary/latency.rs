//! The line of the summary with the percentiles of latency, and what they leave out.
//!
//! Start at [`line()`].

use crate::model::Model;
use crate::text::units;

/// The percentiles, and what they leave out.
pub(super) fn line(model: &Model) -> Option<String> {
    // Errors are often answered faster: they must not make the percentiles look better.
    let is_mixed = model.good_latency.n() > 0 && model.good_latency.n() < model.latency.n();
    let histogram = model.latency_of_answers();
    let max = histogram.max()?;
    let mut parts = vec!["latency".to_owned()];
    for (name, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        parts.push(format!("{name} {}", units::length(histogram.quantile(q)?)));
    }
    parts.push(format!("max {}", units::length(max)));
    if is_mixed {
        let errors = model.latency.n() - model.good_latency.n();
        parts.push(format!("without {}", units::plural(errors, "unexpected answer")));
    }
    if let Some((n, longest)) = model.timeouts() {
        parts.push(format!("and {} of {}", units::plural(n, "time-out"), units::length(longest)));
    }
    if model.totals.warmup > 0 {
        parts.push(format!("without {} of the warm-up", units::plural(model.totals.warmup, "attempt")));
    }
    Some(format!("  {}", parts.join("   ")))
}
