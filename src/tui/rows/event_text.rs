//! Events in words: status, place, text and job number.
//!
//! Start at [`describe`].

use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::event::{ChangedBy, Micros, Offset, RunEnd};
use crate::model::Model;
use crate::model::event_log::{self, FollowUp, LogEntry, LogEvent};
use crate::text::units;
use crate::tui::rows::hosts::short_host;
use crate::tui::theme::role::Status;

/// An event in words.
#[derive(Clone, Debug)]
pub struct EventText {
    /// What sort of event.
    pub status: Status,
    /// Where it happened; foreign text.
    pub place: String,
    /// What happened.
    pub text: String,
    /// The job's number.
    pub number: Option<String>,
}

/// Puts an event into words.
pub fn describe(item: &LogEntry, model: &Model) -> EventText {
    let ours = |status, place: &str, text: String| EventText { status, place: place.to_owned(), text, number: None };
    let endpoint = |i: usize| model.endpoints.get(i).map_or_else(String::new, |endpoint| endpoint.name.to_string());
    match &item.event {
        LogEvent::AttemptFailed { attempt, endpoint: i, outcome, took, then, .. } => EventText {
            status: status_of(outcome),
            place: endpoint(*i),
            text: format!("{}{}", happened(outcome, *took), followed(*then, item.at)),
            number: Some(format!("#{}", attempt.job.0)),
        },
        LogEvent::JobFailed { endpoint: i, last } => EventText {
            status: status_of(last),
            place: endpoint(*i),
            text: format!("{}, given up", happened(last, Micros::ZERO)),
            number: None,
        },
        LogEvent::Limit { host, from, to, by } => {
            let whose = host.as_deref().map_or("limit", short_host);
            let who = match by {
                ChangedBy::Operator => "",
                ChangedBy::Adaptive => ", by itself",
                ChangedBy::Machine => ", this machine has no room for more",
            };
            let from = from.map_or_else(String::new, |from| format!("{} → ", units::count(from.into())));
            ours(Status::Slow, whose, format!("{from}{}{who}", units::count((*to).into())))
        }
        LogEvent::Adaptive(true) => ours(Status::Slow, "adaptive", "each host's limit is found by itself".into()),
        LogEvent::Adaptive(false) => ours(Status::Slow, "adaptive", "off: limits are as set".into()),
        LogEvent::Adapted { host, why } => {
            ours(Status::Slow, short_host(host), crate::text::sanitize::sanitize(why).into_owned())
        }
        LogEvent::EndpointStateChanged { endpoint: i, is_up, after } => {
            let (status, word) = if *is_up { (Status::Ok, "up") } else { (Status::Failed, "down") };
            let after = after.map_or_else(String::new, |after| format!(" after {}", units::length(after)));
            ours(status, &endpoint(*i), format!("{word}{after}"))
        }
        LogEvent::Skipped(i) => ours(Status::Cancelled, &endpoint(*i), "skipped: no job of it starts any more".into()),
        LogEvent::JobsReordered { jobs, of } => {
            ours(Status::Running, "slow first", event_log::reorder_summary(*jobs, *of))
        }
        LogEvent::Repeated { cause, jobs } => {
            ours(Status::Running, "sent again", format!("{} after {cause}", units::plural(*jobs, "job")))
        }
        LogEvent::Quarantine { host, is_quarantined: true } => {
            ours(Status::Paused, short_host(host), "put aside: nothing starts there until released".into())
        }
        LogEvent::Quarantine { host, is_quarantined: false } => {
            ours(Status::Running, short_host(host), "released".into())
        }
        LogEvent::Paused => ours(Status::Paused, "paused", "nothing starts until resumed".into()),
        LogEvent::Resumed => ours(Status::Running, "resumed", String::new()),
        LogEvent::Draining => ours(Status::Limited, "draining", "nothing starts any more".into()),
        LogEvent::Cancelling => ours(Status::Cancelled, "cancelling", "everything in flight is ended".into()),
        LogEvent::Stalled(lasted) => {
            ours(Status::Slow, "stalled", format!("an event loop stood still for {}", units::length(*lasted)))
        }
        LogEvent::Warned(_, message) => {
            ours(Status::Slow, "warning", crate::text::sanitize::sanitize(message).into_owned())
        }
        LogEvent::Ended(how) => {
            let (status, text) = match how {
                RunEnd::Finished => (Status::Ok, "every job has settled"),
                RunEnd::Drained => (Status::Cancelled, "stopped, what was in flight has ended"),
                RunEnd::Cancelled => (Status::Cancelled, "stopped, what was in flight was cancelled"),
                RunEnd::FailedFast => (Status::Failed, "stopped at the first failure"),
            };
            ours(status, "finished", text.into())
        }
    }
}

fn status_of(outcome: &Outcome) -> Status {
    match outcome {
        Outcome::Throttled { .. } => Status::Limited,
        Outcome::TimedOut { .. } => Status::Timeout,
        Outcome::Cancelled => Status::Cancelled,
        Outcome::Answered { expected: true, .. } | Outcome::Redirected { .. } => Status::Ok,
        Outcome::Answered { .. } | Outcome::Failed { .. } => Status::Failed,
    }
}

fn happened(outcome: &Outcome, took: Micros) -> String {
    let after = if took == Micros::ZERO { String::new() } else { format!(" after {}", units::length(took)) };
    match outcome {
        Outcome::Throttled { status, retry_after: Some(asked) } => {
            format!("{status}, Retry-After {}", units::length(*asked))
        }
        Outcome::Throttled { status, retry_after: None } | Outcome::Answered { status, .. } => {
            format!("{status}{after}")
        }
        Outcome::TimedOut { phase } => format!("timeout{after}, {phase}"),
        Outcome::Failed { .. } | Outcome::Redirected { .. } | Outcome::Cancelled => {
            Cause::from_outcome(outcome).map_or_else(|| "cancelled".to_owned(), |cause| format!("{cause}{after}"))
        }
    }
}

fn followed(then: FollowUp, at: Offset) -> String {
    match then {
        FollowUp::Open => String::new(),
        FollowUp::Retry(until) => format!(", retry in {}", units::length(until.since(at))),
        FollowUp::GivenUp(1) => ", given up".to_owned(),
        FollowUp::GivenUp(tries) => format!(", given up after {tries} tries"),
    }
}
