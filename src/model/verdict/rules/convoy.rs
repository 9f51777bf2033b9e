//! The event loop was blocked: several attempts ended together, just after it was free again.

use crate::model::verdict::Finding;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::thresholds as t;

/// Several attempts ended together, just after the event loop was blocked.
pub fn convoy(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
    let stalls = &model.evidence.stalls;
    let worst = stalls.worst.as_ref().filter(|stall| stall.n >= t::CONVOY_LEAST)?;
    let p95 = (model.latency.quantile(0.95)?, stalls.without.quantile(0.95)?);
    Some(Finding::Convoy { n: worst.n, lasted: worst.lasted, place: worst.place.clone(), p95 })
}
