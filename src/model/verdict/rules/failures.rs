//! Jobs fail for one cause: which, how many, where, and from how many in flight on.
//!
//! Start at [`jobs_fail`].

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::event::outcome::{Phase, Reason};
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::levels::refused_above;
use crate::model::verdict::sentence::{VerdictSentence, host_name, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Jobs that failed, most of them for one cause.
#[derive(Clone, Debug, PartialEq)]
struct FailureFinding {
    /// The most frequent cause.
    cause: Cause,
    /// Number of jobs that failed for it.
    jobs: u64,
    /// Number of settled jobs.
    of: u64,
    /// Index of their endpoint, if they have only one and there are others.
    endpoint: Option<usize>,
    /// Number of jobs that failed for another cause.
    others: u64,
    /// When the first and the last job failed.
    span: (Offset, Offset),
    /// The most in flight without such failures, if more in flight bring them.
    at_once: Option<u32>,
    /// The setting that makes such failures be retried, if the plan's rules prevent that.
    retry: Option<String>,
}

/// A notable share of all jobs failed.
pub fn jobs_fail(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    Some((Gravity::Failed, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<FailureFinding> {
    let model = figures.model;
    let (failed, of) = (model.totals.jobs_failed, model.totals.settled());
    let is_notable = failed >= t::FAILED_LEAST && failed as f64 >= t::FAILED_SHARE * of as f64;
    if model.is_polled || !(is_notable || failed == of && failed >= t::FAILED_ALL) {
        return None;
    }
    let (cause, group) = model.incidents.by_size().into_iter().next()?;
    // Refusals have a rule of their own.
    if matches!(cause, Cause::Throttled(_)) {
        return None;
    }
    let only = group.endpoints.keys().next().filter(|_| group.endpoints.len() == 1 && model.endpoints.len() > 1);
    let breaks =
        matches!(cause, Cause::Failed(Reason::Reset | Reason::ClosedEarly | Reason::Refused) | Cause::Status(503));
    let at_once = if breaks { refused_above(figures, |one| one.cause == Some(cause)) } else { None };
    Some(FailureFinding {
        cause,
        jobs: group.jobs,
        of,
        endpoint: only.copied(),
        others: failed - group.jobs.min(failed),
        span: (group.first, group.last),
        at_once,
        retry: group.no_retry.sentence(cause).and_then(|_| group.no_retry.fix(cause)),
    })
}

impl FailureFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let Self { cause, jobs, of, others, .. } = self;
        let all = if jobs == of {
            format!("all {}", units::plural(*of, "job"))
        } else {
            format!("{} of {}", units::count(*jobs), units::plural(*of, "job"))
        };
        let number = format!("{all} failed: {cause}");
        let endpoint = self.endpoint.and_then(|endpoint| model.endpoints.get(endpoint));
        let host = model.only_host().map(|host| host_name(model, host.number));
        let place = match (endpoint, host) {
            (Some(endpoint), _) => format!("endpoint `{}`", sanitize(&endpoint.name)),
            (None, Some(host)) => host,
            (None, None) => format!("{} hosts", model.hosts.all().count()),
        };
        let more = self.at_once.map(|at_once| format!(", with more than {at_once} in flight")).unwrap_or_default();
        let rest =
            if *others > 0 { format!(", and {} for another cause", units::count(*others)) } else { String::new() };
        let remedy = match (self.at_once, &self.retry) {
            (Some(at_once), _) => format!("it takes {at_once} at once (`-c {at_once}`)"),
            (None, Some(fix)) => format!("not retried: {fix} changes that"),
            (None, None) => advice(*cause).to_owned(),
        };
        let brief = match (self.at_once, &self.retry) {
            (Some(at_once), _) => format!("use `-c {at_once}`"),
            (None, Some(_)) => "not retried".to_owned(),
            (None, None) => brief_advice(*cause).to_owned(),
        };
        VerdictSentence::new(number, format!("{place}{more}{rest}"), remedy)
            .or_number(format!("{all} failed"))
            .or_brief(format!("{cause}, {place}"), &brief)
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        let Self { cause, jobs, of, span, .. } = self;
        Explanation {
            observed: format!(
                "{} failed with {cause}, the first at {} and the last at {}",
                units::plural(*jobs, "job"),
                units::clock(span.0),
                units::clock(span.1)
            ),
            formula: format!(
                "failed jobs ÷ settled jobs = {} ÷ {} (at least {})",
                units::count(*jobs + self.others),
                units::count(*of),
                percent(t::FAILED_SHARE)
            ),
            refuted: "a plan that expects these answers (`expect`)",
            causes: &["a wrong address or credential", "a change of the server", "a broken upstream"],
            press: Some(Press::Failures),
        }
    }
}

/// What to check for a cause.
const UNEXPECTED: &str = "the answers were not what the plan expects: see one with the failures";

fn advice(cause: Cause) -> &'static str {
    match cause {
        Cause::Status(401 | 403 | 407) => "check the credentials",
        Cause::Status(404 | 410) => "check the addresses",
        Cause::Status(400..=499) => "check the requests",
        Cause::Status(_) => "the reason is in the server's log",
        Cause::Throttled(_) => "allow more tries, or send fewer at once",
        Cause::TimedOut(Phase::Resolve | Phase::Connect | Phase::Tls) => "check whether it can be reached from here",
        Cause::TimedOut(_) => "it did not answer in time: see its log, or allow more (`--timeout`)",
        Cause::Unexpected(_) => UNEXPECTED,
        Cause::Failed(reason) => match reason {
            Reason::Refused => "nothing listened there: check the address and the port",
            Reason::Unreachable | Reason::Dns | Reason::Proxy => "check this machine's network",
            Reason::Tls => "check its certificate",
            Reason::Reset | Reason::ClosedEarly => "the other end broke the connections: see its log",
            Reason::BadResponse => "what answered there did not speak HTTP correctly",
            Reason::TooLarge => "allow larger bodies",
            Reason::Redirect => "check the addresses",
            Reason::Unexpected => UNEXPECTED,
            Reason::BadRow => "check the rows of the plan",
            Reason::GivenUp => "the setting in their detail bounds how long jobs wait",
            Reason::Local => "lower the limit",
            Reason::Panicked => "this is a bug in inflight",
        },
    }
}

/// What to check, in a few words.
fn brief_advice(cause: Cause) -> &'static str {
    match cause {
        Cause::Status(500..)
        | Cause::TimedOut(Phase::FirstByte | Phase::Body | Phase::Job)
        | Cause::Failed(Reason::Reset | Reason::ClosedEarly) => "see the server's log",
        Cause::Failed(Reason::Refused) => "check the port",
        Cause::TimedOut(_) | Cause::Failed(Reason::Unreachable | Reason::Dns | Reason::Proxy) => "check the network",
        Cause::Throttled(_) => "send fewer at once",
        Cause::Status(_) => advice(cause),
        Cause::Failed(_) | Cause::Unexpected(_) => "see the failures",
    }
}
