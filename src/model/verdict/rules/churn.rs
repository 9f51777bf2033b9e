//! Connections churn: nearly every answer needs a new one.

use crate::event::Micros;
use crate::model::host::HostStats;
use crate::model::verdict::Finding;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::thresholds as t;

/// Nearly every answer needed a new connection.
pub fn churn(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
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
