//! The escaping of row values, so that a value cannot change the structure around it.
//!
//! In a URL, a value is percent-encoded and can neither change the host nor move up the path. In JSON, it
//! is escaped as part of a string. Start at [`write_escaped`].

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters except the unreserved ones of RFC 3986.
pub(in crate::plan) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a value is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Escaping {
    /// Not at all.
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

/// Escapes and writes a value.
pub(in crate::plan) fn write_escaped(value: &str, escaping: Escaping, out: &mut String) -> Result<(), String> {
    match escaping {
        Escaping::Raw => out.push_str(value),
        Escaping::Host => {
            let is_host = |c: char| !c.is_control() && !c.is_whitespace() && !"/?#@\\".contains(c);
            if value.is_empty() || !value.chars().all(is_host) {
                return Err("a value cannot be part of a host name".to_owned());
            }
            out.push_str(value);
        }
        // A URL parser moves up the path for these, even if they are percent-encoded.
        Escaping::Path if value == "." || value == ".." => {
            return Err(format!("the value `{value}` cannot be part of a path"));
        }
        Escaping::Path | Escaping::Query => out.extend(utf8_percent_encode(value, COMPONENT)),
        Escaping::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
    }
    Ok(())
}

/// Returns the escaping of a value after `text` in a URL, and how many bytes of `text` are scheme and host.
pub(in crate::plan) fn escaping_after(place: Escaping, text: &str) -> (Escaping, usize) {
    let authority = match place {
        Escaping::Query | Escaping::Json => return (place, 0),
        Escaping::Path => return (escaping_after_host(text), 0),
        Escaping::Host => 0,
        Escaping::Raw => match text.find("://") {
            Some(at) => at + 3,
            None => match text.find(['/', '?', '#']) {
                Some(at) => return (escaping_after_host(&text[at..]), at),
                None if text.is_empty() => return (Escaping::Raw, 0),
                None => return (Escaping::Host, text.len()),
            },
        },
    };
    match text[authority..].find(['/', '?', '#', '\\']) {
        Some(at) => (escaping_after_host(&text[authority + at..]), authority + at),
        None => (Escaping::Host, text.len()),
    }
}

/// Returns the escaping of a value after this part of a URL, which begins after the host.
fn escaping_after_host(text: &str) -> Escaping {
    if text.contains(['?', '#']) { Escaping::Query } else { Escaping::Path }
}
