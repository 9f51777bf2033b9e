//! Descriptions of events: status, place, text and job number.
//!
//! Start at [`describe`].

use crate::event::adaptive::AdaptiveMode;
use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::event::program::ProgramFact;
use crate::event::reasons::{ChangedBy, RunEnd};
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::event_log::{self, FollowUp, LogEntry, LogEvent};
use crate::model::host::outage::HostNotice;
use crate::model::moment::mark_name;
use crate::model::program_facts::{self, ProgramFactText};
use crate::model::timeline::Bar;
use crate::text::host_name::short_host;
use crate::text::sanitize::sanitize;
use crate::text::units;
use crate::tui::rows::request::{place_of, status_of};
use crate::tui::theme::role::Status;

/// The description of an event.
#[derive(Clone, Debug)]
pub struct EventText {
    /// The kind of event, which decides mark and colour.
    pub status: Status,
    /// The endpoint or host; foreign text.
    pub place: String,
    /// What happened.
    pub text: String,
    /// The job's number, such as `#3071`.
    pub number: Option<String>,
}

/// What followed a failed attempt, if the log still has it: `, retry in 200 ms`, `, given up after 3 tries`.
pub fn follow_up_of(bar: &Bar, model: &Model) -> Option<String> {
    model.event_log.newest_first().find_map(|item| match &item.event {
        LogEvent::AttemptFailed { origin, attempt, then, .. } if bar.is(*origin, *attempt) => {
            Some(describe_follow_up(*then, item.at))
        }
        _ => None,
    })
}

/// Describes an event.
pub fn describe(item: &LogEntry, model: &Model) -> EventText {
    let event = |status, place: &str, text: String| EventText { status, place: place.to_owned(), text, number: None };
    let endpoint = |i: usize| model.endpoints.get(i).map_or_else(String::new, |endpoint| endpoint.name.to_string());
    match &item.event {
        LogEvent::AttemptFailed { attempt, endpoint: i, target, outcome, took, then, .. } => EventText {
            status: status_of(outcome),
            place: model.endpoints.get(*i).map_or_else(String::new, |endpoint| place_of(endpoint, target).to_owned()),
            text: format!("{}{}", describe_outcome(outcome, *took), describe_follow_up(*then, item.at)),
            number: Some(format!("#{}", attempt.job.0)),
        },
        LogEvent::JobFailed { endpoint: i, last } => EventText {
            status: status_of(last),
            place: endpoint(*i),
            text: format!("{}, given up", describe_outcome(last, Micros::ZERO)),
            number: None,
        },
        LogEvent::Limit { host, from, to, by } => {
            let place = host.as_deref().map_or("limit", short_host);
            let reason = match by {
                ChangedBy::Operator => "",
                ChangedBy::Adaptive => ", adaptive limit",
                ChangedBy::Machine => ", limited by this machine",
                ChangedBy::Ramp => ", ramp",
            };
            let from = from.map_or_else(String::new, |from| format!("{} → ", units::count(from.into())));
            event(Status::Slow, place, format!("{from}{}{reason}", units::count((*to).into())))
        }
        LogEvent::Adaptive(mode) => event(Status::Slow, "adaptive", describe_mode(*mode)),
        LogEvent::Host(host, notice, why) => {
            event(status_of_host(*notice), short_host(host), notice.sentence(&sanitize(why)))
        }
        LogEvent::Adapted { host, why } => event(Status::Slow, short_host(host), sanitize(why).into_owned()),
        LogEvent::EndpointStateChanged { endpoint: i, is_up, after } => {
            let (status, word) = if *is_up { (Status::Ok, "up") } else { (Status::Failed, "down") };
            let after = after.map_or_else(String::new, |after| format!(" after {}", units::length(after)));
            event(status, &endpoint(*i), format!("{word}{after}"))
        }
        LogEvent::Skipped(i) => {
            event(Status::Cancelled, &endpoint(*i), "skipped: its remaining jobs are cancelled".into())
        }
        LogEvent::JobsReordered { jobs, of } => {
            event(Status::Running, "slow first", event_log::reorder_summary(*jobs, *of))
        }
        LogEvent::Repeated { cause, jobs } => {
            event(Status::Running, "sent again", format!("{} after {cause}", units::plural(*jobs, "job")))
        }
        LogEvent::Quarantine { host, is_quarantined: true } => {
            event(Status::Paused, short_host(host), "set aside: no attempts start here until it is released".into())
        }
        LogEvent::Quarantine { host, is_quarantined: false } => {
            event(Status::Running, short_host(host), "released".into())
        }
        LogEvent::Paused => event(Status::Paused, "paused", "no attempts start until resumed".into()),
        LogEvent::Resumed => event(Status::Running, "resumed", String::new()),
        LogEvent::Marked(number) => event(Status::Running, &format!("mark {}", mark_name(*number)), String::new()),
        LogEvent::Draining => event(Status::Limited, "draining", "no new attempts start".into()),
        LogEvent::Cancelling => {
            event(Status::Cancelled, "cancelling", "all attempts in flight are being cancelled".into())
        }
        LogEvent::Stalled(lasted, code) => {
            let place = code.as_ref().map_or_else(|| "stalled".to_owned(), program_facts::place_of);
            event(Status::Slow, &place, format!("an event loop was blocked for {}", units::length(*lasted)))
        }
        LogEvent::Program(fact) => describe_program(fact),
        LogEvent::Stopped(lasted) => event(Status::Slow, "stopped", event_log::stop_text(*lasted)),
        LogEvent::Warned(_, message) => event(Status::Slow, "warning", sanitize(message).into_owned()),
        LogEvent::Ended(how) => {
            let (status, text) = match how {
                RunEnd::Finished => (Status::Ok, "every job has settled"),
                RunEnd::Drained => (Status::Cancelled, "stopped; all attempts in flight finished first"),
                RunEnd::Cancelled => (Status::Cancelled, "stopped; attempts in flight were cancelled"),
                RunEnd::FailedFast => (Status::Failed, "stopped at the first failure"),
                RunEnd::GivenUp => (Status::Failed, "ended early: every host was given up"),
            };
            event(status, "finished", text.into())
        }
    }
}

fn describe_program(fact: &ProgramFact) -> EventText {
    let ProgramFactText { place, text, is_mistake } = program_facts::describe(fact);
    let status = if is_mistake { Status::Failed } else { Status::Running };
    EventText { status, place, text: sanitize(&text).into_owned(), number: None }
}

fn describe_mode(mode: AdaptiveMode) -> String {
    let effect = match mode {
        AdaptiveMode::Off => "limits are fixed",
        AdaptiveMode::WhenRefused => "limits adapt to each host once it refuses",
        AdaptiveMode::On => "limits adapt to each host",
    };
    format!("{}: {effect}", mode.label())
}

fn status_of_host(notice: HostNotice) -> Status {
    match notice {
        HostNotice::Down => Status::Down,
        HostNotice::GivenUp => Status::Failed,
        HostNotice::Up => Status::Ok,
        HostNotice::Refuses(_) | HostNotice::NoLongerRefuses(_) | HostNotice::Waits | HostNotice::WaitCut => {
            Status::Limited
        }
    }
}

fn describe_outcome(outcome: &Outcome, took: Micros) -> String {
    let after = if took == Micros::ZERO { String::new() } else { format!(" after {}", units::length(took)) };
    match outcome {
        Outcome::Throttled { status, retry_after: Some(delay) } => {
            format!("{status}, Retry-After {}", units::length(*delay))
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

fn describe_follow_up(then: FollowUp, at: Offset) -> String {
    match then {
        FollowUp::Open => String::new(),
        FollowUp::Parked => ", waits for its host".to_owned(),
        FollowUp::Retry(until) => format!(", retry in {}", units::length(until.since(at))),
        FollowUp::GivenUp(1) => ", given up".to_owned(),
        FollowUp::GivenUp(tries) => format!(", given up after {tries} tries"),
    }
}
