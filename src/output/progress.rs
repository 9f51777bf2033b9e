//! The progress of a run in one line.
//!
//! Start at [`log_line`].

use crate::event::Offset;
use crate::model::Model;
use crate::output::outlook::outlook;
use crate::text::units;

/// The progress as a line of a log.
pub(super) fn log_line(model: &Model, now: Offset) -> String {
    let totals = &model.totals;
    let settled = totals.settled();
    let mut parts = vec![match model.jobs {
        Some(jobs) => {
            format!("{}/{} jobs ({})", units::count(settled), units::count(jobs), units::percent(settled, jobs))
        }
        None => units::plural(settled, "job"),
    }];
    parts.push(format!("{} in flight", units::count(model.in_flight().into())));
    let pace = model.recent_counts.ended.per_second(model.working_time(now), 10);
    if pace > 0.0 {
        parts.push(format!("{} req/s", units::significant(pace)));
    }
    if let Some(p95) = model.latency.quantile(0.95) {
        parts.push(format!("p95 {}", units::length(p95)));
    }
    for (n, what) in [(totals.jobs_failed, "failed"), (totals.throttled, "rate limited")] {
        if n > 0 {
            parts.push(format!("{} {what}", units::count(n)));
        }
    }
    parts.extend(outlook(model, now));
    format!("{}  {}", units::clock(now), parts.join("  "))
}

/// The progress as a sentence for a screen reader.
pub(super) fn spoken_line(model: &Model, now: Offset) -> String {
    let totals = &model.totals;
    let settled = totals.settled();
    let mut parts = vec![match model.jobs {
        Some(jobs) => format!(
            "{} percent, {} of {} done",
            settled * 100 / jobs.max(1),
            units::count(settled),
            units::plural(jobs, "job")
        ),
        None => format!("{} done", units::plural(settled, "job")),
    }];
    parts.push(format!("{} in flight", units::count(model.in_flight().into())));
    if totals.jobs_failed > 0 {
        parts.push(format!("{} failed", units::count(totals.jobs_failed)));
    }
    parts.extend(outlook(model, now));
    format!("{}.", parts.join(", "))
}
