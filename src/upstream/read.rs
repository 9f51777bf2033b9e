//! The readers of the behaviours' arguments: the segments after the name in the path, and the keys.
//!
//! The table assigns a reader to each name. A reader reads every key that it knows before it checks any, so that
//! the error for an unknown key lists all of them. Start at [`plain`], which most readers call.

use std::ops::Range;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::upstream::arguments::{PathArguments, delay_range, number};
use crate::upstream::behaviour::{Act, Behaviour, Cut, DelayRange, Fault, Garbage, Limit, RawReply, RetryAfter};

type Read = Result<Behaviour, String>;

/// Adds the keys of behaviours with a body of free length.
pub fn plain(arguments: &mut PathArguments<'_>, act: Act) -> Read {
    let bytes = arguments.number("bytes", 0, "a number of bytes")?;
    Ok(Behaviour { bytes, ..bare(arguments, act)? })
}

/// Adds the keys of every behaviour.
pub fn bare(arguments: &mut PathArguments<'_>, act: Act) -> Read {
    let delay = arguments.delay_range("delay")?.unwrap_or_default();
    let id = arguments.value("id")?;
    Ok(Behaviour { delay, bytes: None, id, act })
}

const FINE: Act = Act::Answer { status: StatusCode::OK, retry_after: RetryAfter::Absent };

pub fn delay(arguments: &mut PathArguments<'_>) -> Read {
    let delay = delay_range(&arguments.need("a duration, such as `250ms`")?)?;
    let bytes = arguments.number("bytes", 0, "a number of bytes")?;
    let id = arguments.value("id")?;
    Ok(Behaviour { delay, bytes, id, act: FINE })
}

pub fn status(arguments: &mut PathArguments<'_>) -> Read {
    let status = status_from(&arguments.need("a status, such as `503`")?, 200)?;
    let retry_after = retry_after(arguments)?.unwrap_or(RetryAfter::Absent);
    plain(arguments, Act::Answer { status, retry_after })
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
    plain(arguments, Act::Flaky { fail, with, retry_after })
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
        return Err("`half` goes from one time to a later one, such as `40s..80s`".to_owned());
    }
    let behaviour = |limit| Act::Limit { limit, half: half.clone(), retry_after };

    match (rps, concurrent, per_window, burst, window) {
        (Some(rps), None, None, burst, None) => {
            if !(1e-6..=1e6).contains(&rps) {
                return Err("`rps` goes from one in a million seconds to a million".to_owned());
            }
            let burst = burst.unwrap_or_else(|| a_second_of(rps));
            plain(arguments, behaviour(Limit::Rate { rps, burst }))
        }
        (None, Some(n), None, None, None) => {
            // Without a time in service, no two requests would ever overlap.
            let is_timed = arguments.has("delay");
            let behaviour = plain(arguments, behaviour(Limit::Concurrent(n)))?;
            let delay = if is_timed { behaviour.delay } else { DelayRange::exactly(Duration::from_millis(100)) };
            Ok(Behaviour { delay, ..behaviour })
        }
        (None, None, Some(n), None, window) => {
            let window = window.unwrap_or(Duration::from_secs(1));
            if window.is_zero() {
                return Err("`window` is longer than nothing".to_owned());
            }
            plain(arguments, behaviour(Limit::Window { n, window }))
        }
        _ => {
            // These keys are read so that the error for an unknown key lists them as well.
            plain(arguments, behaviour(Limit::Concurrent(1)))?;
            arguments.finish()?;
            Err("it takes one of `rps` (with `burst`), `concurrent`, or `per_window` (with `window`)".to_owned())
        }
    }
}

/// The arguments of `/reset` and `/close`: where the body ends early, if it begins at all.
pub fn cut(arguments: &mut PathArguments<'_>, raw_reply: fn(Option<Cut>) -> RawReply) -> Read {
    let after = arguments.number("after", 0_u64, "a number of bytes")?;
    let bytes = arguments.number("bytes", 1_u64, "a number of bytes from 1")?;
    let mut behaviour = |cut| bare(arguments, Act::Raw(raw_reply(cut)));
    match (after, bytes) {
        (None, None) => behaviour(None),
        (None, Some(_)) => Err("`bytes` is what the answer promises, and needs `after`".to_owned()),
        (Some(after), None) => behaviour(Some(Cut { after, of: after.saturating_mul(2).max(1) })),
        (Some(after), Some(of)) if after < of => behaviour(Some(Cut { after, of })),
        (Some(after), Some(of)) => Err(format!("after {after} bytes of {of} nothing is left to cut")),
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
        return Err("`every` is longer than nothing".to_owned());
    }
    let bytes = if endless { None } else { bytes.or(Some(100)) };
    bare(arguments, Act::Trickle { bytes, every })
}

pub fn bytes(arguments: &mut PathArguments<'_>) -> Read {
    let bytes = number(&arguments.need("a number of bytes, such as `4096`")?, 0, "a number of bytes")?;
    Ok(Behaviour { bytes: Some(bytes), ..bare(arguments, FINE)? })
}

pub fn json(arguments: &mut PathArguments<'_>) -> Read {
    let kind = arguments.need("a kind of record, such as `orders`")?;
    let id = arguments.need("the record's id, such as `7`")?;
    bare(arguments, Act::Json { kind, id })
}

pub fn redirect(arguments: &mut PathArguments<'_>) -> Read {
    let hops = arguments.need("a number of hops, such as `3`, or `ever`")?;
    let (query, to, status) = (arguments.query(), arguments.bytes_of("to")?, redirect_status(arguments)?);
    let onward = |hops: &str| match query {
        "" => format!("/redirect/{hops}").into_bytes(),
        query => format!("/redirect/{hops}?{query}").into_bytes(),
    };
    let to = if hops == "ever" {
        onward("ever")
    } else {
        match (number(&hops, 0_u32, "a number of hops, nor `ever`")?, to) {
            (0, _) => return bare(arguments, FINE),
            (1, Some(to)) => to,
            (hops, _) => onward(&(hops - 1).to_string()),
        }
    };
    bare(arguments, Act::Redirect { to: location(&to)?, status })
}

pub fn redirect_to(arguments: &mut PathArguments<'_>) -> Read {
    let to = arguments.bytes_of("url")?.ok_or("it needs the key `url`")?;
    let status = redirect_status(arguments)?;
    bare(arguments, Act::Redirect { to: location(&to)?, status })
}

pub fn headers(arguments: &mut PathArguments<'_>) -> Read {
    let behaviour = plain(arguments, FINE)?;
    let mut headers = HeaderMap::new();
    for (name, value) in arguments.rest() {
        let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is no header name"))?;
        if field == CONTENT_LENGTH || field == TRANSFER_ENCODING {
            return Err(format!("`{name}` is the connection's own; see `/close` and `/garbage`"));
        }
        let value = HeaderValue::from_bytes(&value).map_err(|_| format!("`{name}` holds a control character"))?;
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
    bare(arguments, Act::Raw(RawReply::Garbage(garbage)))
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

/// A status that may end an exchange: 1xx cannot, and hyper would not send it.
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
    HeaderValue::from_bytes(to).map_err(|_| "a place to go holds no control characters".to_owned())
}

/// As many requests as one second brings, rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and a million, by the caller")]
fn a_second_of(rps: f64) -> u32 {
    rps.ceil() as u32
}
