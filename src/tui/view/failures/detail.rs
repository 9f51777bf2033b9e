//! The details of the selected cause, and advice.
//!
//! Start at [`details`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::event::Micros;
use crate::event::cause::{Cause, CauseKind};
use crate::event::outcome::Reason;
use crate::model::Model;
use crate::model::event_log::LogEntry;
use crate::model::incidents::FailureGroup;
use crate::text::units;
use crate::tui::rows::failures::{attempts, endpoints, example, first, last};
use crate::tui::view::widgets::facts::LabelledFact;

/// The selected cause in full.
pub(super) fn details(model: &Model, cause: Cause, group: &FailureGroup) -> Vec<LabelledFact> {
    let n = attempts(group);
    let jobs = match group.jobs {
        0 => "no job was lost".to_owned(),
        jobs => format!("{} failed for good", units::plural(jobs, "job")),
    };
    let again = match group.repeated {
        0 => String::new(),
        repeated => format!(", {} sent again", units::count(repeated)),
    };
    let longest = group.attempts.longest;
    let longest = if longest == Micros::ZERO { String::new() } else { format!(", {} at most", units::length(longest)) };
    let (from, to) = (units::clock(first(group)), units::clock(last(group)));
    let when = if from == to { format!("at {from}") } else { format!("from {from} to {to}") };
    let mut details = vec![
        LabelledFact::sentence("count", format!("{} ended so, {jobs}{again}", units::plural(n, "attempt"))),
        LabelledFact::sentence("when", format!("{when}{longest}")),
        LabelledFact::name("where", places(model, endpoints(group), 4)),
    ];
    let example = example(group);
    if let Some(target) = &example.target {
        details.push(LabelledFact::name("example", target.to_string()));
    }
    if let Some(detail) = &example.detail {
        details.push(LabelledFact::sentence("in full", detail.to_string()));
    }
    details.push(LabelledFact::sentence("try", advice(cause)));
    details
}

/// What the user can do about a cause.
fn advice(cause: Cause) -> &'static str {
    match (cause, cause.kind()) {
        (Cause::Throttled(_), _) => "a lower limit or a gap; `--adaptive` finds both",
        (Cause::Status(400..=499), _) => "another path, other credentials or another body",
        (Cause::Status(500..=599), _) => "fewer at once, and a look at the upstream's own log",
        (Cause::Status(_), _) => "if this answer is expected, add it to `expect` in the plan",
        (Cause::Failed(Reason::Dns), _) => "another name, or another resolver: this one has no address for it",
        (Cause::Failed(Reason::Refused), _) => "whether anything listens at that address and port",
        (Cause::Failed(Reason::Tls), _) => "the certificate, and whether that port speaks TLS",
        (Cause::Failed(Reason::BadRow), _) => "another row in the plan's input: this one makes no request",
        (Cause::Failed(Reason::Local), _) => "a lower limit, or more open files for this process",
        (Cause::Failed(Reason::Panicked), _) => "report this: it is a bug in inflight",
        (Cause::Failed(Reason::Redirect), _) => "the address that the redirect ends at, asked for by itself",
        (Cause::Failed(Reason::TooLarge), _) => "a larger limit for bodies in the plan, or less in one answer",
        (_, CauseKind::WasSlow) => "a longer timeout, or fewer at once",
        (_, CauseKind::NoConnection) => "fewer at once, and what lies between here and there",
        (_, CauseKind::Refused | CauseKind::GaveUp) => "more time for the whole job, or fewer tries",
    }
}

/// The names of the endpoints with most of it, and how many others there are.
pub(super) fn places(model: &Model, struck: &BTreeMap<usize, u64>, most: usize) -> String {
    let mut by_count: Vec<_> = struck.iter().map(|(&i, &n)| (Reverse(n), i)).collect();
    by_count.sort_unstable();
    let says_counts = most > 1 && by_count.len() > 1;
    let name = |&(Reverse(n), i): &(Reverse<u64>, usize)| {
        let name = model.endpoints.get(i).map(|endpoint| &*endpoint.name)?;
        Some(if says_counts { format!("{name} {}", units::count(n)) } else { name.to_owned() })
    };
    let names: Vec<String> = by_count.iter().take(most).filter_map(name).collect();
    match by_count.len().saturating_sub(names.len()) {
        0 => names.join(", "),
        more => format!("{} and {} more", names.join(", "), units::count(more as u64)),
    }
}

/// Whether an event has this cause.
pub(super) fn is_of(item: &LogEntry, cause: Cause) -> bool {
    item.event.subject().outcome.and_then(Cause::from_outcome) == Some(cause)
}

#[cfg(test)]
mod tests {
    use super::advice;
    use crate::event::cause::Cause;

    #[test]
    fn advice_depends_on_the_status() {
        assert_ne!(advice(Cause::Status(404)), advice(Cause::Status(503)));
        assert_ne!(advice(Cause::Status(304)), advice(Cause::Throttled(429)));
    }
}
