//! How a row's value is written into a text, so that it stays in its place.
//!
//! In a URL it is percent-encoded and can neither change the host nor walk up the path; in JSON it is
//! escaped. Start at [`write_value`].

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a value is written into the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// As it is.
    Raw,
    /// As part of a URL's host and port.
    Host,
    /// As part of a URL's path: percent-encoded.
    Path,
    /// As part of a URL's query: percent-encoded.
    Query,
    /// As part of a JSON string.
    Json,
}

/// Writes a value.
pub(super) fn write_value(value: &str, put: Put, out: &mut String) -> Result<(), String> {
    match put {
        Put::Raw => out.push_str(value),
        Put::Host => {
            let is_host = |c: char| !c.is_control() && !c.is_whitespace() && !"/?#@\\".contains(c);
            if value.is_empty() || !value.chars().all(is_host) {
                return Err("a value cannot be part of a host name".to_owned());
            }
            out.push_str(value);
        }
        // A URL parser would walk up the path for these, even when they are percent-encoded.
        Put::Path if value == "." || value == ".." => {
            return Err(format!("the value `{value}` cannot be part of a path"));
        }
        Put::Path | Put::Query => out.extend(utf8_percent_encode(value, COMPONENT)),
        Put::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
    }
    Ok(())
}

/// Where in a URL one stands after `text`, and how much of it is scheme and host.
pub(super) fn place_after(place: Put, text: &str) -> (Put, usize) {
    let authority = match place {
        Put::Query | Put::Json => return (place, 0),
        Put::Path => return (from_here(text), 0),
        Put::Host => 0,
        Put::Raw => match text.find("://") {
            Some(at) => at + 3,
            None => match text.find(['/', '?', '#']) {
                Some(at) => return (from_here(&text[at..]), at),
                None if text.is_empty() => return (Put::Raw, 0),
                None => return (Put::Host, text.len()),
            },
        },
    };
    match text[authority..].find(['/', '?', '#', '\\']) {
        Some(at) => (from_here(&text[authority + at..]), authority + at),
        None => (Put::Host, text.len()),
    }
}

/// Where in a URL one stands after a text that begins behind the host.
fn from_here(text: &str) -> Put {
    if text.contains(['?', '#']) { Put::Query } else { Put::Path }
}
