//! A request in words: its name, how it ended, and where its time went.

use std::borrow::Cow;

use crate::event::outcome::{Outcome, Phase, Reason};
use crate::event::waits::WaitWhy;
use crate::model::endpoint::Endpoint;
use crate::model::timeline::Bar;
use crate::text::units;
use crate::tui::theme::role::Role;
use crate::tui::view::Scene;
use crate::tui::view::paint::{Pen, width_of};

/// Its job's number, as the log writes it.
pub(super) fn job(bar: &Bar) -> String {
    format!("#{}", bar.attempt.job.0)
}

/// `#3071`, and `#3071.2` for the second exchange of a job.
pub(super) fn name(bar: &Bar) -> String {
    if bar.attempt.n > 1 { format!("{}.{}", job(bar), bar.attempt.n) } else { job(bar) }
}

/// Method and path; the endpoint's name where that is its own, or where the path would have to be cut.
/// Foreign still.
pub(super) fn short<'b>(bar: &'b Bar, endpoint: &'b Endpoint, room: u16) -> Cow<'b, str> {
    let named = Cow::Borrowed(&*endpoint.name);
    if endpoint.jobs == Some(1) {
        return named;
    }
    match path(&bar.target) {
        Some(path) if endpoint.jobs.is_none() || width_of(&path) <= room => Cow::Owned(path),
        Some(_) | None => named,
    }
}

/// `GET /v1/items` of `GET https://a.example/v1/items`; none where the host is all there is.
fn path(target: &str) -> Option<String> {
    let (method, rest) = target.split_once("://")?;
    let (method, _) = method.rsplit_once(' ')?;
    let path = rest.get(rest.find('/')?..)?;
    (path.len() > 1).then(|| format!("{method} {path}"))
}

/// The status it was answered with.
pub(super) fn code(bar: &Bar) -> Option<u16> {
    match bar.end.as_ref()?.outcome.as_ref()? {
        Outcome::Answered { status, .. } | Outcome::Redirected { status } | Outcome::Throttled { status, .. } => {
            Some(*status)
        }
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => None,
    }
}

/// How it ended or what it is doing, in seven letters.
pub(super) fn words(bar: &Bar) -> Cow<'static, str> {
    if let Some(code) = code(bar) {
        return Cow::Owned(code.to_string());
    }
    Cow::Borrowed(match bar.end.as_ref().map(|end| end.outcome.as_ref()) {
        None => match bar.seen.map(|seen| seen.phase) {
            None => "",
            Some(Phase::Resolve) => "resolve",
            Some(Phase::Connect) => "connect",
            Some(Phase::Tls) => "TLS",
            Some(Phase::FirstByte | Phase::Job) => "waiting",
            Some(Phase::Body) => "body",
        },
        Some(Some(Outcome::TimedOut { .. })) => "timeout",
        Some(Some(Outcome::Failed { reason, .. })) => match reason {
            Reason::Dns => "no name",
            Reason::Refused => "refused",
            Reason::Unreachable => "no way",
            Reason::Tls => "TLS",
            Reason::Reset => "reset",
            Reason::ClosedEarly => "closed",
            Reason::BadResponse => "broken",
            Reason::TooLarge => "too big",
            Reason::Redirect => "hop",
            Reason::BadRow => "bad row",
            Reason::Local => "no room",
            Reason::Panicked => "our bug",
        },
        Some(_) => "ended",
    })
}

/// The selected one in numbers: as many as fit, the first ones first.
pub(super) fn line(pen: &mut Pen<'_>, y: u16, bar: &Bar, scene: &Scene<'_>) {
    let took = bar.took(scene.now);
    let mut facts = vec![(name(bar), format!("at {}", units::clock(bar.started)))];
    let mut tell = |label: &str, text: String| facts.push((label.to_owned(), text));
    if !bar.waited.is_none() {
        tell("waited", waited(bar));
    }
    match &bar.end {
        Some(end) if !end.spent.is_empty() => {
            if let Some(stale) = end.spent.stale {
                tell("stale", units::length(stale));
            }
            if let Some(resolve) = end.spent.resolve {
                tell("resolve", units::length(resolve));
            }
            tell("connect", end.spent.connect.map_or_else(|| "reused".to_owned(), units::length));
            if let Some(tls) = end.spent.tls {
                tell("TLS", units::length(tls));
            }
            if let Some(first_byte) = end.spent.first_byte {
                tell("first byte", units::length(first_byte));
            }
            if let Some(body) = end.spent.body {
                tell("body", units::length(body));
            }
        }
        Some(_) => tell("in flight", units::length(took)),
        None => tell("in flight", units::countdown(took)),
    }
    match bar.end.as_ref().and_then(|end| end.outcome.as_ref()) {
        Some(Outcome::Answered { bytes, .. }) => tell("read", units::bytes(*bytes)),
        None => {
            if let Some(seen) = bar.seen.filter(|seen| seen.bytes > 0) {
                tell("read", units::bytes(seen.bytes));
            }
        }
        Some(_) => {}
    }
    tell("slot", units::count(bar.slot.into()));
    let mut x = 2;
    for (label, text) in facts {
        if x + width_of(&label) + 1 + width_of(&text) > pen.width() {
            break;
        }
        x = pen.text(x, y, &label, Role::TextDim);
        x = pen.text(x + 1, y, &text, Role::Text) + 3;
    }
}

/// How long it waited, and for what most of all.
fn waited(bar: &Bar) -> String {
    let most = WaitWhy::ALL.into_iter().max_by_key(|&why| bar.waited.of(why));
    let total = units::length(bar.waited.total());
    most.map_or_else(|| total.clone(), |why| format!("{total} ({})", why.words()))
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_request_is_told_by_what_is_its_own() {
        assert_eq!(path("GET https://a.example/v1/items?q=x").as_deref(), Some("GET /v1/items?q=x"));
        assert_eq!(["GET https://a.example/", "GET https://a.example", "checkout"].map(path), [None, None, None]);
    }
}
