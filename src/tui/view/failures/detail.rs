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
use crate::tui::rows::failures::{endpoints, example, first, last};
use crate::tui::view::widgets::facts::LabelledFact;

/// The facts about a cause.
pub(super) fn details(model: &Model, cause: Cause, group: &FailureGroup) -> Vec<LabelledFact> {
    let jobs = match group.jobs {
        0 => "no job failed".to_owned(),
        jobs => format!("{} failed", units::plural(jobs, "job")),
    };
    let count = match group.attempts.n {
        0 => jobs,
        n => format!("{}, {jobs}", units::plural(n, "attempt")),
    };
    let unsent = match group.unsent {
        0 => String::new(),
        n if n == group.jobs => ", never sent".to_owned(),
        n => format!(", {} never sent", units::count(n)),
    };
    let again = match group.repeated {
        0 => String::new(),
        repeated => format!(", {} resent", units::count(repeated)),
    };
    let longest = group.attempts.longest;
    let longest =
        if longest == Micros::ZERO { String::new() } else { format!(", up to {} each", units::length(longest)) };
    let (from, to) = (units::clock(first(group)), units::clock(last(group)));
    let when = if from == to { format!("at {from}") } else { format!("from {from} to {to}") };
    let mut details = vec![
        LabelledFact::sentence("count", format!("{count}{unsent}{again}")),
        LabelledFact::sentence("when", format!("{when}{longest}")),
        LabelledFact::name("where", endpoint_names(model, endpoints(group), 4)),
    ];
    let example = example(group);
    if let Some(target) = &example.target {
        details.push(LabelledFact::name("example", target.to_string()));
    }
    if let Some(detail) = &example.detail {
        details.push(LabelledFact::sentence("detail", detail.to_string()));
    }
    if let Some(sentence) = group.no_retry.sentence(cause).filter(|_| group.jobs > 0) {
        details.push(LabelledFact::sentence("retry", sentence));
    }
    let has_named_long_wait = model.hosts.kept().any(|host| host.wait_cut.is_some());
    details.push(LabelledFact::sentence("advice", advice(cause, has_named_long_wait)));
    details
}

/// What the user can do about a cause. A server may have asked for a longer wait than the plan allows.
fn advice(cause: Cause, has_named_long_wait: bool) -> &'static str {
    match (cause, cause.kind()) {
        (Cause::Failed(Reason::GivenUp), _) => "allow more time: the setting in the detail bounds how long jobs wait",
        (Cause::Throttled(_), _) if has_named_long_wait => {
            "send them again after the moment that the server named, or raise `retry.longest_wait`"
        }
        (Cause::Throttled(_), _) => "lower the limit or add a gap; `--adaptive` finds both",
        (Cause::Status(400..=499), _) => "check path, credentials and body",
        (Cause::Status(500..=599), _) => "lower the limit, and check the server's log",
        (Cause::Status(_), _) => "if this answer is expected, add it to `expect` in the plan",
        (Cause::Failed(Reason::Dns), _) => "check the host name and the resolver: it has no address",
        (Cause::Failed(Reason::Refused), _) => "check that a server listens at this address and port",
        (Cause::Failed(Reason::Proxy), _) => "check the proxy, or go without it: `--wire direct`, `NO_PROXY`",
        (Cause::Failed(Reason::Tls), _) => "check the certificate, and that this port uses TLS",
        (Cause::Failed(Reason::BadRow), _) => "correct the row in the plan's input: it makes no request",
        (Cause::Failed(Reason::Local), _) => "lower the limit, or allow this process more open files",
        (Cause::Failed(Reason::Panicked), _) => "report this: it is a bug in inflight",
        (Cause::Failed(Reason::Redirect), _) => "raise `redirects`, allow `--downgrade`, or request the final address",
        (Cause::Failed(Reason::Unexpected) | Cause::Unexpected(_), _) => "compare the answer with `expect` in the plan",
        (Cause::Failed(Reason::TooLarge), _) => "raise `max_body` or `--max-body`, or request less per response",
        (_, CauseKind::WasSlow) => "set a longer timeout, or lower the limit",
        (_, CauseKind::NoConnection) => "lower the limit, and check the network and any proxy",
        (_, CauseKind::Refused | CauseKind::GaveUp) => "allow more time for the whole job, or fewer tries",
    }
}

/// The names of the endpoints with most failures, and the number of the others.
pub(super) fn endpoint_names(model: &Model, affected: &BTreeMap<usize, u64>, most: usize) -> String {
    let mut by_count: Vec<_> = affected.iter().map(|(&i, &n)| (Reverse(n), i)).collect();
    by_count.sort_unstable();
    let shows_counts = most > 1 && by_count.len() > 1;
    let name = |&(Reverse(n), i): &(Reverse<u64>, usize)| {
        let name = model.endpoints.get(i).map(|endpoint| &*endpoint.name)?;
        Some(if shows_counts { format!("{name} {}", units::count(n)) } else { name.to_owned() })
    };
    let names: Vec<String> = by_count.iter().take(most).filter_map(name).collect();
    match by_count.len().saturating_sub(names.len()) {
        0 => names.join(", "),
        more => format!("{} and {} more", names.join(", "), units::count(more as u64)),
    }
}

/// Whether an event has this cause.
pub(super) fn has_cause(item: &LogEntry, cause: Cause) -> bool {
    item.event.subject().outcome.and_then(Cause::from_outcome) == Some(cause)
}

#[cfg(test)]
mod tests {
    use super::{advice, details};
    use crate::event::cause::Cause;
    use crate::event::origin::Origin;
    use crate::event::outcome::{JobEnd, Outcome};
    use crate::event::reasons::NoRetry;
    use crate::event::waits::WaitTimes;
    use crate::event::{EndpointId, Event, Fact, JobId, Micros, Offset};
    use crate::model::Model;

    #[test]
    fn the_setting_that_retries_is_shown_once_a_job_has_failed() {
        let mut model = Model::default();
        let mut apply = |fact| {
            model.apply(&Event { at: Offset(1), origin: Origin::HERE, fact });
            let (cause, group) = model.incidents.by_cause(Cause::Status(500))?;
            Some(format!("{:?}", details(&model, cause, group)))
        };
        let last = Outcome::Answered { status: 500, bytes: 0, expected: false };
        let held = apply(Fact::RetryExcluded { after: last.clone(), why: NoRetry::Outcome });
        assert!(!held.unwrap().contains("not retried"), "it may still count as a refusal");
        let (job, endpoint, end) = (JobId(1), EndpointId(0), JobEnd::Failed { last });
        let (total, waited) = (Micros(1), WaitTimes::NONE);
        let failed = apply(Fact::JobSettled { job, endpoint, end, tries: 1, total, waited, target: None });
        assert!(failed.unwrap().contains("not retried; `--retry-on 500` changes that"));
    }

    #[test]
    fn advice_depends_on_the_cause_and_on_a_long_wait() {
        let usual = |cause| advice(cause, false);
        assert_ne!(usual(Cause::Status(404)), usual(Cause::Status(503)));
        assert_ne!(usual(Cause::Status(304)), usual(Cause::Throttled(429)));
        let advice = advice(Cause::Throttled(429), true);
        assert!(!advice.contains("lower the limit") && advice.contains("`retry.longest_wait`"), "{advice}");
    }
}
