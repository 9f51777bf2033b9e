//! One request in words: its name, its path, its status and how it ended.
//!
//! Start at [`words`].

use std::borrow::Cow;

use crate::event::outcome::{Outcome, Phase, Reason};
use crate::model::endpoint::EndpointStats;
use crate::model::timeline::Bar;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Status;

/// Its job's number, as the log writes it.
pub fn job(bar: &Bar) -> String {
    format!("#{}", bar.attempt.job.0)
}

/// `#3071`, and `#3071.2` for the second exchange of a job.
pub fn name(bar: &Bar) -> String {
    if bar.attempt.n > 1 { format!("{}.{}", job(bar), bar.attempt.n) } else { job(bar) }
}

/// Method and path; the endpoint's name where that is its own, or where the path would have to be cut.
/// Foreign still.
pub fn short<'b>(bar: &'b Bar, endpoint: &'b EndpointStats, room: u16) -> Cow<'b, str> {
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
pub fn code(bar: &Bar) -> Option<u16> {
    match bar.end.as_ref()?.outcome.as_ref()? {
        Outcome::Answered { status, .. } | Outcome::Redirected { status } | Outcome::Throttled { status, .. } => {
            Some(*status)
        }
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => None,
    }
}

/// How it ended or what it is doing, in seven letters.
pub fn words(bar: &Bar) -> Cow<'static, str> {
    if let Some(code) = code(bar) {
        return Cow::Owned(code.to_string());
    }
    Cow::Borrowed(match bar.end.as_ref().map(|end| end.outcome.as_ref()) {
        None => match bar.progress.map(|seen| seen.phase) {
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

/// What it is doing, or how it ended.
pub fn status(bar: &Bar) -> Status {
    match bar.end.as_ref().map(|end| end.outcome.as_ref()) {
        None => Status::Running,
        Some(Some(Outcome::Answered { expected: true, .. } | Outcome::Redirected { .. })) => Status::Ok,
        Some(Some(Outcome::Answered { .. } | Outcome::Failed { .. })) => Status::Failed,
        Some(Some(Outcome::Throttled { .. })) => Status::Limited,
        Some(Some(Outcome::TimedOut { .. })) => Status::Timeout,
        Some(Some(Outcome::Cancelled) | None) => Status::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn the_path_of_a_request_is_its_method_and_its_path() {
        assert_eq!(path("GET https://a.example/v1/items?q=x").as_deref(), Some("GET /v1/items?q=x"));
        assert_eq!(["GET https://a.example/", "GET https://a.example", "checkout"].map(path), [None, None, None]);
    }
}
