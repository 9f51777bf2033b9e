//! Connections churn: nearly every answer needs a new one.

use crate::event::Micros;
use crate::model::host::HostStats;
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, host_name, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// Nearly every answer needed a new connection.
pub fn churn(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    // The host needs as many connections as were in flight at once; further attempts could have reused them.
    let beyond = |host: &HostStats| {
        let first = u64::from(host.usage.peak);
        (host.usage.connected.saturating_sub(first), host.usage.measured.saturating_sub(first))
    };
    let churned = model.hosts.kept().max_by_key(|host| beyond(host).0)?;
    let (connected, measured) = beyond(churned);
    let share = connected as f64 / measured.max(1) as f64;
    let connecting = units::length(Micros(churned.usage.connecting.0 / churned.usage.connected.max(1)));
    let name = host_name(model, churned.number);
    // A run of our own always reuses what is kept. A watched program may not.
    let remedy = match model.limit {
        Some(_) => {
            let closes = by_tense(model, "closes", "closed");
            format!("the server {closes} each after its answer: keep connections alive there")
        }
        None => "share one client, and keep connections alive at both ends".to_owned(),
    };
    let sentence = VerdictSentence::new(
        format!("{} on new connections", percent(share)),
        format!("{name}, {connecting} each to connect"),
        remedy,
    );
    let explanation = Explanation {
        observed: format!("{}, reported from {} on", percent(share), percent(t::CHURN_SHARE)),
        formula: "(answers on new connections − peak in flight) ÷ (answers − peak in flight)".to_owned(),
        refuted: "the same figures when the connections are kept",
        causes: &[
            "a new client for each request",
            "an upstream that closes after each answer",
            "bodies that are not read to the end",
        ],
        press: None,
    };
    let is_pattern = measured >= t::CHURN_LEAST && share >= t::CHURN_SHARE;
    is_pattern.then(|| {
        (Gravity::Slow, sentence.or_brief(format!("{name}, {connecting} each"), "keep them alive"), explanation)
    })
}
