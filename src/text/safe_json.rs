//! A JSON writer whose output cannot control a terminal, even with foreign text in it.
//!
//! It escapes control characters in all strings, also in those of raw fragments. The value stays the same
//! for a JSON reader. Start at [`write()`].

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::text::sanitize;

/// Writes a value as one line of safe JSON, without a line break.
pub fn write(to: impl Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(to, SafeJson))?)
}

/// Returns a value as one line of safe JSON.
pub fn text(value: &(impl Serialize + ?Sized)) -> io::Result<String> {
    let mut line = Vec::new();
    write(&mut line, value)?;
    String::from_utf8(line).map_err(io::Error::other)
}

/// Writes compact JSON without control characters.
struct SafeJson;

impl Formatter for SafeJson {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        write_safe(to, fragment, JsonPosition::InString)
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        write_safe(to, fragment, JsonPosition::Between)
    }
}

/// The position of a character in JSON text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JsonPosition {
    Between,
    InString,
    Escaped,
}

/// Copies JSON, with control characters as `\uXXXX` and without blanks between tokens.
///
/// In valid JSON, such characters occur only in strings, where the escape has the same meaning.
fn write_safe<W: ?Sized + Write>(to: &mut W, json: &str, mut place: JsonPosition) -> io::Result<()> {
    // Fast path: nearly all text is plain, and a recording has many lines.
    if place == JsonPosition::InString && json.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return to.write_all(json.as_bytes());
    }
    let mut copied = 0;
    for (at, c) in json.char_indices() {
        let is_dropped = place == JsonPosition::Between && matches!(c, ' ' | '\t' | '\n' | '\r');
        place = match (place, c) {
            (JsonPosition::Between, '"') | (JsonPosition::Escaped, _) => JsonPosition::InString,
            (JsonPosition::InString, '\\') => JsonPosition::Escaped,
            // serde has escaped the quotes inside a string, so this one ends it.
            (JsonPosition::InString, '"') => JsonPosition::Between,
            (unchanged, _) => unchanged,
        };
        if !is_dropped && !sanitize::is_unsafe(c) {
            continue;
        }
        to.write_all(&json.as_bytes()[copied..at])?;
        copied = at + c.len_utf8();
        if !is_dropped {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(to, "\\u{unit:04x}")?;
            }
        }
    }
    to.write_all(&json.as_bytes()[copied..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::text;
    use crate::text::sanitize;

    proptest! {
        #[test]
        fn any_text_survives_without_control_characters(foreign in ".*") {
            let written = text(&foreign).unwrap();
            prop_assert!(!written.chars().any(sanitize::is_unsafe));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), foreign);
        }
    }
}
