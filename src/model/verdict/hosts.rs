//! Findings on hosts that were down, that have no address, or that refuse in a way that is not counted as a refusal.
//!
//! Start at [`outage`].

use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::model::Model;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Finding, OutageFinding, UnknownName};

/// A host is down, or was down for so long that its jobs waited.
pub(super) fn outage(model: &Model) -> Option<Finding> {
    let end = model.ended.unwrap_or(model.last);
    let is_notable = |(_, is_down, lasted): &(_, bool, _)| *is_down || *lasted >= t::OUTAGE_LEAST;
    let outages = model.hosts.kept().map(|host| {
        let is_down = host.outage.is_some() && model.ended.is_none();
        (host, is_down, host.outages(end).1)
    });
    let down: Vec<_> = outages.filter(is_notable).collect();
    // A host that is down now is more urgent than one that was.
    let (host, is_down, lasted) = down.iter().copied().max_by_key(|(_, is_down, lasted)| (*is_down, *lasted))?;
    let current = host.outage.as_ref();
    Some(Finding::Outage(OutageFinding {
        host: host.number,
        since: current.filter(|_| is_down).map(|outage| outage.since),
        lasted,
        n: host.outages(end).0,
        why: current.map(|outage| &outage.why).or(host.past_outages.why.as_ref())?.clone(),
        hosts: down.iter().filter(|(_, other, _)| *other == is_down).count() as u64,
        is_given_up: down.iter().any(|(host, ..)| host.past_outages.is_given_up),
    }))
}

/// Answers with status 403 that look like those of a limiter.
pub(super) fn forbidden(model: &Model) -> Option<Finding> {
    let (endpoint, answers) = model.evidence.forbidden.limiter()?;
    let host = model.endpoints.get(endpoint).and_then(|endpoint| endpoint.host);
    Some(Finding::Forbidden { host, n: answers.n, before: answers.before })
}

/// Jobs failed because a name has no address.
pub(super) fn unknown_name(model: &Model) -> Option<Finding> {
    let (_, group) = model.incidents.by_cause(Cause::Failed(Reason::Dns))?;
    let is_notable = group.jobs as f64 >= t::UNKNOWN_NAME_SHARE * model.totals.settled() as f64;
    let name = name_in_target(group.example.target.as_deref()?)?;
    let unknown = || UnknownName {
        name: name.to_owned(),
        n: group.jobs,
        is_only: group.endpoints.len() == 1,
        // The message of the system's resolver if no server answers.
        is_unanswered: group.example.detail.as_ref().is_some_and(|detail| detail.contains("emporary failure")),
    };
    (group.jobs > 0 && is_notable).then(|| Finding::UnknownName(unknown()))
}

/// The host's name in method and URL: `a.example` in `GET http://user@a.example:80/`.
fn name_in_target(target: &str) -> Option<&str> {
    let (_, rest) = target.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    host.split(':').next().filter(|name| !name.is_empty())
}
