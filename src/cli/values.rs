//! Parsers of flag values; their errors say what to write instead.
//!
//! Start at [`count`].

use std::time::Duration;

use crate::event::adaptive::AdaptiveMode;
use crate::import::ImportFormat;
use crate::import::write::WrittenFormat;
use crate::lab::controls;
use crate::lab::scenario::Scenario;
use crate::plan::adaptive::parse_adaptive_mode;
use crate::plan::attempt_timeout::{self, AttemptTimeout};
use crate::plan::http_client::{self, HttpClient};
use crate::plan::network::cookies::{CookieMode, parse_cookie_mode};
use crate::plan::order::{self, OrderKeyword};
use crate::plan::quantity;
use crate::plan::retry_on::{RetryOn, parse_retry_on};
use crate::plan::statuses::{Throttled, parse_throttled};
use crate::tui::detect::pace::FPS;
use crate::tui::theme::color::Depth;

pub(super) fn count(text: &str) -> Result<u64, String> {
    quantity::parse_count(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn limit(text: &str) -> Result<u32, String> {
    quantity::parse_limit(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    let size = quantity::parse_size(text).map_err(|wrong| wrong.to_string())?;
    if size == 0 { Err("write a size such as 64MiB".to_owned()) } else { Ok(size) }
}

pub(super) fn rate(text: &str) -> Result<Duration, String> {
    quantity::parse_rate(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn attempt_timeout(text: &str) -> Result<AttemptTimeout, String> {
    attempt_timeout::parse_attempt_timeout(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn http_client(text: &str) -> Result<HttpClient, String> {
    http_client::parse_http_client(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn cookie_mode(text: &str) -> Result<CookieMode, String> {
    parse_cookie_mode(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn order(text: &str) -> Result<OrderKeyword, String> {
    order::parse_order(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn adaptive_mode(text: &str) -> Result<AdaptiveMode, String> {
    // On a command line, a hyphen replaces the space.
    parse_adaptive_mode(text).map_err(|wrong| wrong.to_string().replace("when refused", "when-refused"))
}

pub(super) fn retry_on(text: &str) -> Result<RetryOn, String> {
    // A message about a flag needs no quotation marks of a plan.
    parse_retry_on(text)
        .map_err(|_| "write some of throttled, timeout, connect, 5xx and statuses such as 500".to_owned())
}

pub(super) fn throttled(text: &str) -> Result<Throttled, String> {
    parse_throttled(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn rounds(text: &str) -> Result<u32, String> {
    text.trim().parse().map_err(|_| "write a whole number, or 0 for no end".to_owned())
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    quantity::parse_duration(text).map_err(|wrong| wrong.to_string())
}

pub(super) fn length(text: &str) -> Result<Duration, String> {
    Some(time(text)?).filter(|length| !length.is_zero()).ok_or_else(|| "write a time above zero".to_owned())
}

pub(super) fn speed(text: &str) -> Result<f64, String> {
    let speed = text.trim().trim_end_matches(['x', '×']).parse::<f64>().ok();
    speed.filter(|speed| (0.125..=64.0).contains(speed)).ok_or_else(|| "write a number from 0.125 to 64".to_owned())
}

pub(super) fn fps(text: &str) -> Result<u32, String> {
    let fps = text.trim().parse().ok();
    fps.filter(|fps| FPS.contains(fps)).ok_or_else(|| "write a whole number from 1 to 60".to_owned())
}

pub(super) fn import_format(text: &str) -> Result<ImportFormat, String> {
    named(text, &ImportFormat::NAMES)
}

pub(super) fn written_format(text: &str) -> Result<WrittenFormat, String> {
    named(text, &WrittenFormat::NAMES)
}

fn named<T: Copy>(text: &str, names: &[(&str, T)]) -> Result<T, String> {
    let found = names.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
    let all = || names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("write one of {}", all()))
}

pub(super) fn scenario(text: &str) -> Result<Scenario, String> {
    Scenario::named(text).map_err(|near| match near {
        Some(near) => format!("did you mean `{near}`? `inflight demo --list` shows all of them"),
        None => "`inflight demo --list` shows all of them".to_owned(),
    })
}

pub(super) fn lab_requests(text: &str) -> Result<u64, String> {
    let requests = count(text)?;
    let most = controls::Controls::MOST_REQUESTS;
    if (1..=most).contains(&requests) { Ok(requests) } else { Err(format!("write a number from 1 to {most}")) }
}

pub(super) fn lab_delay(text: &str) -> Result<Duration, String> {
    let (least, most) = controls::Controls::DELAYS;
    let delay = time(text)?;
    if (least..=most).contains(&delay) { Ok(delay) } else { Err("write a time from 1ms to 10s".to_owned()) }
}

pub(super) fn depth(text: &str) -> Result<Depth, String> {
    match text {
        "1" => Ok(Depth::Mono),
        "16" => Ok(Depth::Ansi16),
        "256" => Ok(Depth::Indexed256),
        "true" => Ok(Depth::True),
        _ => Err("write 1, 16, 256 or true".to_owned()),
    }
}
