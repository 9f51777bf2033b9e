//! The texts of one request: its number, path, status and result.
//!
//! Start at [`result_text`].

use std::borrow::Cow;

use crate::event::cause::Cause;
use crate::event::outcome::{Outcome, Phase, Reason};
use crate::model::anatomy::Ending;
use crate::model::endpoint::EndpointStats;
use crate::model::timeline::Bar;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Status;

/// The job's number, such as `#3071`.
pub fn job_number(bar: &Bar) -> String {
    format!("#{}", bar.attempt.job.0)
}

/// The attempt's number: `#3071`, or `#3071.2` for the second attempt of a job.
pub fn attempt_number(bar: &Bar) -> String {
    if bar.attempt.n > 1 { format!("{}.{}", job_number(bar), bar.attempt.n) } else { job_number(bar) }
}

/// The method and path; or the endpoint's name, if it has only this job or the path is too long.
/// It is still foreign text.
pub fn short_target<'b>(bar: &'b Bar, endpoint: &'b EndpointStats, room: u16) -> Cow<'b, str> {
    let named = Cow::Borrowed(&*endpoint.name);
    if endpoint.jobs == Some(1) {
        return named;
    }
    match path(&bar.target) {
        Some(path) if endpoint.jobs.is_none() || width_of(&path) <= room => Cow::Owned(path),
        Some(_) | None => named,
    }
}

/// Where a request went: its endpoint, or its address if the endpoint sums up the URLs of a list.
/// It is still foreign text.
pub fn place_of<'m>(endpoint: &'m EndpointStats, target: &'m str) -> &'m str {
    let address = target.split_once("://").map(|(_, address)| address);
    address.filter(|_| endpoint.is_list == Some(true)).unwrap_or(&endpoint.name)
}

/// As much of a request as fits into `room` columns: the host is left out first, then the query, because the path
/// differs between the requests of one endpoint. It is still foreign text.
pub fn target_within(target: &str, room: u16) -> Cow<'_, str> {
    if width_of(target) <= room {
        return Cow::Borrowed(target);
    }
    match path(target) {
        Some(path) if width_of(&path) > room => {
            let end = path.find(['?', '#']).unwrap_or(path.len());
            Cow::Owned(path[..end].to_owned())
        }
        Some(path) => Cow::Owned(path),
        None => Cow::Borrowed(target),
    }
}

/// `GET /v1/items` for `GET https://a.example/v1/items`; `None` if there is only a host.
fn path(target: &str) -> Option<String> {
    let (method, rest) = target.split_once("://")?;
    let (method, _) = method.rsplit_once(' ')?;
    let path = rest.get(rest.find('/')?..)?;
    (path.len() > 1).then(|| format!("{method} {path}"))
}

/// The HTTP status of the response.
pub fn http_status(bar: &Bar) -> Option<u16> {
    match bar.end.as_ref()?.outcome.as_ref()? {
        Outcome::Answered { status, .. } | Outcome::Redirected { status } | Outcome::Throttled { status, .. } => {
            Some(*status)
        }
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => None,
    }
}

/// The result or the current phase, in at most seven letters.
pub fn result_text(bar: &Bar) -> Cow<'static, str> {
    if let Some(code) = http_status(bar) {
        return Cow::Owned(code.to_string());
    }
    Cow::Borrowed(match bar.end.as_ref().map(|end| end.outcome.as_ref()) {
        None => match bar.progress.map(|progress| progress.phase) {
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
            Reason::Unreachable => "no route",
            Reason::Proxy => "proxy",
            Reason::Tls => "TLS",
            Reason::Reset => "reset",
            Reason::ClosedEarly => "closed",
            Reason::BadResponse => "broken",
            Reason::TooLarge => "too big",
            Reason::Redirect => "hops",
            Reason::Unexpected => "differs",
            Reason::BadRow => "bad row",
            Reason::GivenUp => "not sent",
            Reason::Local => "no room",
            Reason::Panicked => "our bug",
        },
        Some(_) => "ended",
    })
}

/// The status that decides mark and colour.
pub fn status(bar: &Bar) -> Status {
    match bar.end.as_ref().map(|end| end.outcome.as_ref()) {
        None => Status::Running,
        Some(Some(outcome)) => status_of(outcome),
        Some(None) => Status::Cancelled,
    }
}

/// The status that decides mark and colour of an outcome.
pub fn status_of(outcome: &Outcome) -> Status {
    match outcome {
        Outcome::Throttled { .. } => Status::Limited,
        Outcome::TimedOut { .. } => Status::Timeout,
        Outcome::Cancelled => Status::Cancelled,
        Outcome::Answered { expected: true, .. } | Outcome::Redirected { .. } => Status::Ok,
        Outcome::Answered { .. } | Outcome::Failed { .. } => Status::Failed,
    }
}

/// The text of an ending.
pub fn ending_text(ending: Ending) -> String {
    match ending {
        Ending::Expected(status) | Ending::Unexpected(status) | Ending::Redirected(status) => {
            Cause::Status(status).to_string()
        }
        Ending::Throttled(status) => Cause::Throttled(status).to_string(),
        Ending::TimedOut(phase) => Cause::TimedOut(phase).to_string(),
        Ending::Failed(reason) => Cause::Failed(reason).to_string(),
        Ending::Cancelled => "cancelled".to_owned(),
    }
}

/// The status that decides the mark and the colour of an ending.
pub fn ending_status(ending: Ending) -> Status {
    match ending {
        Ending::Expected(_) | Ending::Redirected(_) => Status::Ok,
        Ending::Unexpected(_) | Ending::Failed(_) => Status::Failed,
        Ending::Throttled(_) => Status::Limited,
        Ending::TimedOut(_) => Status::Timeout,
        Ending::Cancelled => Status::Cancelled,
    }
}

/// The HTTP status of an ending.
pub fn http_status_of(ending: Ending) -> Option<u16> {
    match ending {
        Ending::Expected(status)
        | Ending::Unexpected(status)
        | Ending::Redirected(status)
        | Ending::Throttled(status) => Some(status),
        Ending::TimedOut(_) | Ending::Failed(_) | Ending::Cancelled => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{path, target_within};

    #[test]
    fn a_narrow_column_shows_the_path_of_a_request() {
        let target = "GET https://a.example/v1/items/7?delay=300ms";
        let within = |room| target_within(target, room).into_owned();
        assert_eq!(within(60), target);
        assert_eq!(within(30), "GET /v1/items/7?delay=300ms");
        // What is still too long is cut by the pen.
        assert_eq!([within(26), within(4)], ["GET /v1/items/7"; 2]);
        assert_eq!(target_within("GET https://a.example/", 4), "GET https://a.example/");
    }

    #[test]
    fn the_path_of_a_request_is_its_method_and_its_path() {
        assert_eq!(path("GET https://a.example/v1/items?q=x").as_deref(), Some("GET /v1/items?q=x"));
        assert_eq!(["GET https://a.example/", "GET https://a.example", "checkout"].map(path), [None, None, None]);
    }
}
