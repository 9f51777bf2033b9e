//! What happened last, and what was done about it?

use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::event::{ChangedBy, Micros, Offset, RunEnd};
use crate::model::Model;
use crate::model::news::{self, Item, Story, Then};
use crate::text::units;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::Scene;
use crate::tui::view::paint::{Pen, cut_end, short_host, width_of};

/// What is said where there is nothing to tell.
pub const NOTHING: &str = "nothing to tell: every answer was a good one";

/// The head, and the newest first.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    if pen.height() == 0 {
        return;
    }
    pen.section(0, "Events", "");
    let told = scene.model.news.told();
    if told == 0 {
        pen.text(0, 1, NOTHING, Role::TextFaint);
    }
    let height = pen.height();
    for (y, item) in (1..height).zip(scene.model.news.newest_first()) {
        line(pen, y, item, scene);
    }
}

/// One event: when, what sort, where, and what.
pub fn line(pen: &mut Pen<'_>, y: u16, item: &Item, scene: &Scene<'_>) {
    let told = tell(item, scene.model);
    let clock = units::clock(item.at);
    pen.text(0, y, &clock, Role::TextFaint);
    let glyph = pen.theme.glyph(told.status).to_owned();
    pen.text(9, y, &glyph, told.status);
    let end = match &told.number {
        Some(number) => {
            pen.right(pen.width(), y, number, Role::TextFaint);
            pen.width().saturating_sub(width_of(number) + 2)
        }
        None => pen.width(),
    };
    // By the panel's width alone, so that the texts of all rows begin in one column.
    let place_width = (pen.width().saturating_sub(18) * 3 / 10).clamp(12, 40);
    let style = pen.theme.style(Role::TextDim);
    pen.foreign(12, y, &told.place, place_width, style);
    let at = 12 + place_width + 2;
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let text = cut_end(&told.text, usize::from(end.saturating_sub(at)), &ellipsis).into_owned();
    pen.text(at, y, &text, Role::Text);
}

/// An event in words.
#[derive(Clone, Debug)]
pub struct Told {
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
pub fn tell(item: &Item, model: &Model) -> Told {
    let ours = |status, place: &str, text: String| Told { status, place: place.to_owned(), text, number: None };
    let endpoint = |i: usize| model.endpoints.get(i).map_or_else(String::new, |endpoint| endpoint.name.to_string());
    match &item.story {
        Story::Trouble { attempt, endpoint: i, outcome, took, then, .. } => Told {
            status: status_of(outcome),
            place: endpoint(*i),
            text: format!("{}{}", happened(outcome, *took), followed(*then, item.at)),
            number: Some(format!("#{}", attempt.job.0)),
        },
        Story::GivenUp { endpoint: i, last } => Told {
            status: status_of(last),
            place: endpoint(*i),
            text: format!("{}, given up", happened(last, Micros::ZERO)),
            number: None,
        },
        Story::Limit { host, from, to, by } => {
            let whose = host.as_deref().map_or("limit", short_host);
            let who = match by {
                ChangedBy::Operator => "",
                ChangedBy::Adaptive => ", by itself",
                ChangedBy::Machine => ", this machine has no room for more",
            };
            let from = from.map_or_else(String::new, |from| format!("{} → ", units::count(from.into())));
            ours(Status::Slow, whose, format!("{from}{}{who}", units::count((*to).into())))
        }
        Story::Adaptive(true) => ours(Status::Slow, "adaptive", "each host's limit is found by itself".into()),
        Story::Adaptive(false) => ours(Status::Slow, "adaptive", "off: limits are as set".into()),
        Story::Adapted { host, why } => {
            ours(Status::Slow, short_host(host), crate::text::sanitize::sanitize(why).into_owned())
        }
        Story::Turned { endpoint: i, is_up, after } => {
            let (status, word) = if *is_up { (Status::Ok, "up") } else { (Status::Failed, "down") };
            let after = after.map_or_else(String::new, |after| format!(" after {}", units::length(after)));
            ours(status, &endpoint(*i), format!("{word}{after}"))
        }
        Story::Skipped(i) => ours(Status::Cancelled, &endpoint(*i), "skipped: no job of it starts any more".into()),
        Story::PutFirst { jobs, of } => ours(Status::Running, "slow first", news::put_first(*jobs, *of)),
        Story::Repeated { cause, jobs } => {
            ours(Status::Running, "sent again", format!("{} after {cause}", units::plural(*jobs, "job")))
        }
        Story::Quarantine { host, is_aside: true } => {
            ours(Status::Paused, short_host(host), "put aside: nothing starts there until released".into())
        }
        Story::Quarantine { host, is_aside: false } => ours(Status::Running, short_host(host), "released".into()),
        Story::Paused => ours(Status::Paused, "paused", "nothing starts until resumed".into()),
        Story::Resumed => ours(Status::Running, "resumed", String::new()),
        Story::Draining => ours(Status::Limited, "draining", "nothing starts any more".into()),
        Story::Cancelling => ours(Status::Cancelled, "cancelling", "everything in flight is ended".into()),
        Story::Stalled(lasted) => {
            ours(Status::Slow, "stalled", format!("an event loop stood still for {}", units::length(*lasted)))
        }
        Story::Warned(_, message) => {
            ours(Status::Slow, "warning", crate::text::sanitize::sanitize(message).into_owned())
        }
        Story::Ended(how) => {
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
            Cause::of(outcome).map_or_else(|| "cancelled".to_owned(), |cause| format!("{cause}{after}"))
        }
    }
}

fn followed(then: Then, at: Offset) -> String {
    match then {
        Then::Open => String::new(),
        Then::Retry(until) => format!(", retry in {}", units::length(until.since(at))),
        Then::GivenUp(1) => ", given up".to_owned(),
        Then::GivenUp(tries) => format!(", given up after {tries} tries"),
    }
}
