//! Findings on wasted effort: failing retries, new connections, stalls, missing local resources.
//!
//! Start at [`convoy`].

use crate::event::Micros;
use crate::model::Model;
use crate::model::host::HostStats;
use crate::model::verdict::Finding;
use crate::model::verdict::thresholds as t;

/// The limit was cut because of this machine, or attempts failed for lack of local resources.
pub(super) fn own_machine(model: &Model) -> Option<Finding> {
    let (cut, failed) = (model.evidence.machine, model.evidence.local);
    (cut.is_some() || failed >= t::LOCAL_LEAST).then_some(Finding::OwnMachine { cut, failed })
}

/// Jobs are retried often, and mostly fail again.
pub(super) fn retries(model: &Model) -> Option<Finding> {
    let (totals, jobs) = (&model.totals, model.evidence.jobs);
    let retries = model.evidence.judged_retries;
    let ratio = (jobs + retries) as f64 / jobs.max(1) as f64;
    let in_vain = retries.saturating_sub(totals.jobs_saved) as f64 / retries.max(1) as f64;
    let is_pattern = jobs >= t::RETRIES_LEAST && ratio >= t::RETRIES_RATIO && in_vain >= t::RETRIES_VAIN;
    (is_pattern && totals.jobs_failed > 0).then_some(Finding::Retries { ratio, retries, saved: totals.jobs_saved })
}

/// Several attempts ended together, just after the event loop was blocked.
pub(super) fn convoy(model: &Model) -> Option<Finding> {
    let stalls = &model.evidence.stalls;
    let worst = stalls.worst.as_ref().filter(|stall| stall.n >= t::CONVOY_LEAST)?;
    let p95 = (model.latency.quantile(0.95)?, stalls.without.quantile(0.95)?);
    Some(Finding::Convoy { n: worst.n, lasted: worst.lasted, place: worst.place.clone(), p95 })
}

/// Nearly every answer needed a new connection.
pub(super) fn churn(model: &Model) -> Option<Finding> {
    // The host needs as many connections as were in flight at once; further attempts could have reused them.
    let beyond = |host: &HostStats| {
        let first = u64::from(host.usage.peak);
        (host.usage.connected.saturating_sub(first), host.usage.measured.saturating_sub(first))
    };
    let churned = model.hosts.kept().max_by_key(|host| beyond(host).0)?;
    let (connected, measured) = beyond(churned);
    let share = connected as f64 / measured.max(1) as f64;
    let connecting = Micros(churned.usage.connecting.0 / churned.usage.connected.max(1));
    let is_pattern = measured >= t::CHURN_LEAST && share >= t::CHURN_SHARE;
    is_pattern.then_some(Finding::Churn { host: churned.number, share, connecting })
}
