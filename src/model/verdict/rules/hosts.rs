//! Hosts that have no address, or that refuse in a way that is not counted as a refusal.
//!
//! Start at [`forbidden`].

use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, by_tense, host_name};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Answers with status 403 that look like those of a limiter.
pub fn forbidden(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let (endpoint, answers) = model.evidence.forbidden.limiter()?;
    let host = model.endpoints.get(endpoint).and_then(|endpoint| endpoint.host);
    let at = host.map(|host| format!(" at {}", host_name(model, host))).unwrap_or_default();
    let before = units::plural(answers.before, "good answer");
    let sentence = VerdictSentence::new(
        format!("{} answered with 403", units::plural(answers.n, "attempt")),
        format!(
            "{}{at}: the first came after {before}",
            by_tense(model, "this looks like a limiter", "this looked like a limiter")
        ),
        "if it is one, `throttled = [429, 503, 403]` waits and tries again".to_owned(),
    )
    .or_number(format!("{} got 403", units::plural(answers.n, "attempt")))
    .or_brief(format!("a limiter{at}?"), "`throttled` can list 403");
    let explanation = Explanation {
        observed: format!("{before}, then {} with 403", units::count(answers.n)),
        formula: "(1 − share of 403 after the first) ^ good answers before it, at most 0.001".to_owned(),
        refuted: "the same addresses refused when they are sent alone",
        causes: &["a limiter that answers 403", "a permission that expired", "requests that are forbidden"],
        press: Some(Press::Failures),
    };
    Some((Gravity::Limited, sentence, explanation))
}

/// Jobs failed because a name has no address.
pub fn unknown_name(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let model = figures.model;
    let (_, group) = model.incidents.by_cause(Cause::Failed(Reason::Dns))?;
    let settled = model.totals.settled();
    let is_notable = group.jobs as f64 >= t::UNKNOWN_NAME_SHARE * settled as f64;
    let of_attempt = || group.attempts.examples.first().and_then(|example| example.target.as_deref());
    let name = sanitize(name_in_target(group.example.target.as_deref().or_else(of_attempt)?)?);
    let such_as = if group.endpoints.len() == 1 { "" } else { "such as " };
    // The message of the system's resolver if no server answers.
    let is_unanswered = group.example.detail.as_ref().is_some_and(|detail| detail.contains("emporary failure"));
    let (place, remedy) = if is_unanswered {
        (format!("no DNS server answered for {such_as}`{name}`"), "check this machine's network and its DNS settings")
    } else {
        (
            format!("{such_as}`{name}` {} no address", by_tense(model, "has", "had")),
            "check the spelling of the name, and whether it needs a VPN or an entry in the hosts file",
        )
    };
    let brief = if is_unanswered { "check the network" } else { "check the name" };
    let sentence =
        VerdictSentence::new(format!("{} failed", units::plural(group.jobs, "job")), place, remedy.to_owned());
    let explanation = Explanation {
        observed: format!("{} of {}", units::count(group.jobs), units::plural(settled, "settled job")),
        formula: "jobs that failed because a name was not found ÷ all settled jobs, at least 0.05".to_owned(),
        refuted: "another machine that finds the name",
        causes: &["a misspelt name", "a VPN that is not connected", "a DNS server that is down"],
        press: Some(Press::Failures),
    };
    (group.jobs > 0 && is_notable).then(|| (Gravity::Failed, sentence.or_remedy(brief), explanation))
}

/// The host's name in method and URL: `a.example` in `GET http://user@a.example:80/`.
fn name_in_target(target: &str) -> Option<&str> {
    let (_, rest) = target.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    host.split(':').next().filter(|name| !name.is_empty())
}
