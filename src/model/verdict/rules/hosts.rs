//! Hosts that have no address, or that refuse in a way that is not counted as a refusal.
//!
//! Start at [`forbidden`].

use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Finding, UnknownName};

/// Answers with status 403 that look like those of a limiter.
pub fn forbidden(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
    let (endpoint, answers) = model.evidence.forbidden.limiter()?;
    let host = model.endpoints.get(endpoint).and_then(|endpoint| endpoint.host);
    Some(Finding::Forbidden { host, n: answers.n, before: answers.before })
}

/// Jobs failed because a name has no address.
pub fn unknown_name(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
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
