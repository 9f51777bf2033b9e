//! JSON that no terminal obeys, whatever foreign text is in it.
//!
//! What could act is escaped inside strings, raw fragments included; the escape means the same to
//! every reader. Start at [`write()`].

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::text::sanitize;

/// Writes a value as one line of inert JSON, without the line's end.
pub fn write(to: impl Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(to, SafeJson))?)
}

/// A value as one line of inert JSON.
pub fn text(value: &(impl Serialize + ?Sized)) -> io::Result<String> {
    let mut line = Vec::new();
    write(&mut line, value)?;
    String::from_utf8(line).map_err(io::Error::other)
}

/// Writes compact JSON in which nothing acts.
struct SafeJson;

impl Formatter for SafeJson {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        write_inert(to, fragment, Where::InString)
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        write_inert(to, fragment, Where::Between)
    }
}

/// Where in a JSON text a character stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Between,
    InString,
    Escaped,
}

/// Copies JSON, with characters that act as `\uXXXX` and without space between tokens.
///
/// Valid JSON holds such characters only inside strings, where the escape means the same.
fn write_inert<W: ?Sized + Write>(to: &mut W, json: &str, mut place: Where) -> io::Result<()> {
    // Nearly everything is plain, and a recording is written by the hundred thousand lines.
    if place == Where::InString && json.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return to.write_all(json.as_bytes());
    }
    let mut copied = 0;
    for (at, c) in json.char_indices() {
        let is_dropped = place == Where::Between && matches!(c, ' ' | '\t' | '\n' | '\r');
        place = match (place, c) {
            (Where::Between, '"') | (Where::Escaped, _) => Where::InString,
            (Where::InString, '\\') => Where::Escaped,
            // A fragment of a string holds no bare quote: serde hands those over as escapes.
            (Where::InString, '"') => Where::Between,
            (unchanged, _) => unchanged,
        };
        if !is_dropped && !sanitize::acts(c) {
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
        fn any_text_survives_and_nothing_in_it_acts(foreign in ".*") {
            let written = text(&foreign).unwrap();
            prop_assert!(!written.chars().any(sanitize::acts));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), foreign);
        }
    }
}
