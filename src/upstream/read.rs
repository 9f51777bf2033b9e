//! The readers of behaviours: one function for each, which reads its path segments and keys.
//!
//! The table assigns a reader to each name. A reader reads all its keys before it checks them, so that the error
//! for an unknown key can list them. Start at [`with_body_keys`], which most readers call.

use std::ops::Range;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::upstream::arguments::{DelayRange, PathArguments, delay_range, number};
use crate::upstream::behaviour::{Act, Behaviour, Cut, Fault, Garbage, Limit, RawReply, RetryAfter};

type Read = Result<Behaviour, String>;

/// Reads the common keys and `bytes`, the length of the body.
pub fn with_body_keys(arguments: &mut PathArguments<'_>, act: Act) -> Read {
    let bytes = arguments.number("bytes", 0, "a number of bytes")?;
    Ok(Behaviour { bytes, ..with_common_keys(arguments, act)? })
}

/// Reads the common keys of all behaviours.
pub fn with_common_keys(arguments: &mut PathArguments<'_>, act: Act) -> Read {
    let delay = arguments.delay_range("delay")?.unwrap_or_default();
    let id = arguments.value("id")?;
    Ok(Behaviour { delay, bytes: None, id, act })
}

const OK_ANSWER: Act = Act::Answer { status: StatusCode::OK, retry_after: RetryAfter::Absent };

pub fn delay(arguments: &mut PathArguments<'_>) -> Read {
    let delay = delay_range(&arguments.require_segment("a duration, such as `250ms`")?)?;
    let bytes = arguments.number("bytes", 0, "a number of bytes")?;
    let id = arguments.value("id")?;
    Ok(Behaviour { delay, bytes, id, act: OK_ANSWER })
}

pub fn status(arguments: &mut PathArguments<'_>) -> Read {
    let status = status_from(&arguments.require_segment("a status, such as `503`")?, 200)?;
    let retry_after = retry_after(arguments)?.unwrap_or(RetryAfter::Absent);
    with_body_keys(arguments, Act::Answer { status, retry_after })
}

pub fn flaky(arguments: &mut PathArguments<'_>) -> Read {
    let fail = arguments.share("fail")?.unwrap_or(0.1);
    let with = match arguments.value("with")?.as_deref() {
        None => Fault::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Some("reset") => Fault::Reset,
        Some("hang") => Fault::Hang,
        Some("cut") => Fault::Cut,
        Some("mixed") => Fault::Mixed,
        Some(status) => status_from(status, 400)
            .map(Fault::Status)
            .map_err(|why| format!("{why}, nor `reset`, `hang`, `cut` or `mixed`"))?,
    };
    let retry_after = retry_after(arguments)?;
    with_body_keys(arguments, Act::Flaky { fail, with, retry_after })
}

pub fn limit(arguments: &mut PathArguments<'_>) -> Read {
    let rps = arguments.number("rps", f64::MIN_POSITIVE, "a number above 0")?;
    let burst = arguments.number("burst", 1, "a whole number from 1")?;
    let concurrent = arguments.number("concurrent", 1, "a whole number from 1")?;
    let per_window = arguments.number("per_window", 1, "a whole number from 1")?;
    let window = arguments.duration("window")?;
    let half = arguments.delay_range("half")?.map(|wait| wait.from..wait.to);
    let retry_after = retry_after(arguments)?.unwrap_or(RetryAfter::Seconds);
    if half.as_ref().is_some_and(Range::is_empty) {
        return Err("`half` must be a range of times, such as `40s..80s`".to_owned());
    }
    let behaviour = |limit| Act::Limit { limit, half: half.clone(), retry_after };

    match (rps, concurrent, per_window, burst, window) {
        (Some(rps), None, None, burst, None) => {
            if !(1e-6..=1e6).contains(&rps) {
                return Err("`rps` must be between 0.000001 and 1,000,000".to_owned());
            }
            let burst = burst.unwrap_or_else(|| burst_of_one_second(rps));
            with_body_keys(arguments, behaviour(Limit::Rate { rps, burst }))
        }
        (None, Some(n), None, None, None) => {
            // Without a delay, requests would never overlap.
            let is_timed = arguments.has("delay");
            let behaviour = with_body_keys(arguments, behaviour(Limit::Concurrent(n)))?;
            let delay = if is_timed { behaviour.delay } else { DelayRange::exactly(Duration::from_millis(100)) };
            Ok(Behaviour { delay, ..behaviour })
        }
        (None, None, Some(n), None, window) => {
            let window = window.unwrap_or(Duration::from_secs(1));
            if window.is_zero() {
                return Err("`window` must not be zero".to_owned());
            }
            with_body_keys(arguments, behaviour(Limit::Window { n, window }))
        }
        _ => {
            // These keys are read so that the error for an unknown key lists them as well.
            with_body_keys(arguments, behaviour(Limit::Concurrent(1)))?;
            arguments.finish()?;
            Err("it takes one of `rps` (with `burst`), `concurrent`, or `per_window` (with `window`)".to_owned())
        }
    }
}

/// Reads the arguments of `/reset` and `/close`: whether and where the body is cut.
pub fn cut(arguments: &mut PathArguments<'_>, raw_reply: fn(Option<Cut>) -> RawReply) -> Read {
    let after = arguments.number("after", 0_u64, "a number of bytes")?;
    let bytes = arguments.number("bytes", 1_u64, "a number of bytes from 1")?;
    let mut behaviour = |cut| with_common_keys(arguments, Act::Raw(raw_reply(cut)));
    match (after, bytes) {
        (None, None) => behaviour(None),
        (None, Some(_)) => Err("`bytes` is the announced length of the body, and needs `after`".to_owned()),
        (Some(after), None) => behaviour(Some(Cut { after, of: after.saturating_mul(2).max(1) })),
        (Some(after), Some(of)) if after < of => behaviour(Some(Cut { after, of })),
        (Some(after), Some(of)) => Err(format!("`after={after}` must be less than `bytes={of}`")),
    }
}

pub fn trickle(arguments: &mut PathArguments<'_>) -> Read {
    let bytes = arguments.number("bytes", 1, "a number of bytes from 1")?;
    let every = arguments.duration("every")?.unwrap_or(Duration::from_millis(100));
    let endless = match arguments.value("for")?.as_deref() {
        None => false,
        Some("ever") => true,
        Some(other) => return Err(format!("`for={other}` is not `for=ever`")),
    };
    if endless && bytes.is_some() {
        return Err("`bytes` and `for=ever` contradict each other".to_owned());
    }
    if every.is_zero() {
        return Err("`every` must not be zero".to_owned());
    }
    let bytes = if endless { None } else { bytes.or(Some(100)) };
    with_common_keys(arguments, Act::Trickle { bytes, every })
}

pub fn bytes(arguments: &mut PathArguments<'_>) -> Read {
    let bytes = number(&arguments.require_segment("a number of bytes, such as `4096`")?, 0, "a number of bytes")?;
    Ok(Behaviour { bytes: Some(bytes), ..with_common_keys(arguments, OK_ANSWER)? })
}

pub fn json(arguments: &mut PathArguments<'_>) -> Read {
    let kind = arguments.require_segment("a kind of record, such as `orders`")?;
    let id = arguments.require_segment("the record's id, such as `7`")?;
    with_common_keys(arguments, Act::Json { kind, id })
}

pub fn redirect(arguments: &mut PathArguments<'_>) -> Read {
    let hops = arguments.require_segment("a number of hops, such as `3`, or `ever`")?;
    let (query, to, status) = (arguments.query(), arguments.raw_value("to")?, redirect_status(arguments)?);
    let onward = |hops: &str| match query {
        "" => format!("/redirect/{hops}").into_bytes(),
        query => format!("/redirect/{hops}?{query}").into_bytes(),
    };
    let to = if hops == "ever" {
        onward("ever")
    } else {
        match (number(&hops, 0_u32, "a number of hops, nor `ever`")?, to) {
            (0, _) => return with_common_keys(arguments, OK_ANSWER),
            (1, Some(to)) => to,
            (hops, _) => onward(&(hops - 1).to_string()),
        }
    };
    with_common_keys(arguments, Act::Redirect { to: location(&to)?, status })
}

pub fn redirect_to(arguments: &mut PathArguments<'_>) -> Read {
    let to = arguments.raw_value("url")?.ok_or("it needs the key `url`")?;
    let status = redirect_status(arguments)?;
    with_common_keys(arguments, Act::Redirect { to: location(&to)?, status })
}

pub fn headers(arguments: &mut PathArguments<'_>) -> Read {
    let behaviour = with_body_keys(arguments, OK_ANSWER)?;
    let mut headers = HeaderMap::new();
    for (name, value) in arguments.rest() {
        let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is not a header name"))?;
        if field == CONTENT_LENGTH || field == TRANSFER_ENCODING {
            return Err(format!("`{name}` cannot be set; see `/close` and `/garbage`"));
        }
        let value = HeaderValue::from_bytes(&value).map_err(|_| format!("`{name}` contains a control character"))?;
        headers.append(field, value);
    }
    Ok(Behaviour { act: Act::Headers(headers), ..behaviour })
}

pub fn garbage(arguments: &mut PathArguments<'_>) -> Read {
    let garbage = match arguments.value("as")?.as_deref() {
        None | Some("noise") => Garbage::Noise,
        Some("status") => Garbage::Status,
        Some("line") => Garbage::Line,
        Some("headers") => Garbage::Headers,
        Some("lengths") => Garbage::Lengths,
        Some("chunk") => Garbage::Chunk,
        Some(other) => {
            return Err(format!("`{other}` is not `noise`, `status`, `line`, `headers`, `lengths` or `chunk`"));
        }
    };
    with_common_keys(arguments, Act::Raw(RawReply::Garbage(garbage)))
}

fn retry_after(arguments: &mut PathArguments<'_>) -> Result<Option<RetryAfter>, String> {
    let Some(value) = arguments.value("retry_after")? else { return Ok(None) };
    Ok(Some(match value.as_str() {
        "none" => RetryAfter::Absent,
        "date" => RetryAfter::Date,
        "garbage" => RetryAfter::Garbage,
        seconds => RetryAfter::Fixed(number(seconds, 0, "a number of seconds, nor `date`, `none` or `garbage`")?),
    }))
}

/// Parses the status of a final response. hyper would not send 1xx.
fn status_from(word: &str, least: u16) -> Result<StatusCode, String> {
    let what = format!("a status from {least} to 599");
    let status = number(word, least, &what)?;
    StatusCode::from_u16(status).ok().filter(|_| status < 600).ok_or_else(|| format!("`{word}` is not {what}"))
}

fn redirect_status(arguments: &mut PathArguments<'_>) -> Result<StatusCode, String> {
    match arguments.value("status")?.as_deref() {
        Some("301") => Ok(StatusCode::MOVED_PERMANENTLY),
        None | Some("302") => Ok(StatusCode::FOUND),
        Some("303") => Ok(StatusCode::SEE_OTHER),
        Some("307") => Ok(StatusCode::TEMPORARY_REDIRECT),
        Some("308") => Ok(StatusCode::PERMANENT_REDIRECT),
        Some(other) => Err(format!("`{other}` is not 301, 302, 303, 307 or 308")),
    }
}

fn location(to: &[u8]) -> Result<HeaderValue, String> {
    HeaderValue::from_bytes(to).map_err(|_| "the target contains a control character".to_owned())
}

/// Returns the number of requests in one second, rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and a million, by the caller")]
fn burst_of_one_second(rps: f64) -> u32 {
    rps.ceil() as u32
}
