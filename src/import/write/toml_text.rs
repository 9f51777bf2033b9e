//! Strings of TOML.
//!
//! Start at [`quoted`].

/// Quotes a text, in the form that needs the fewest escapes.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| !c.is_control();
    if text.contains(['"', '\\']) && !text.contains('\'') && text.chars().all(is_plain) {
        return format!("'{text}'");
    }
    // A carriage return or a first line break would be lost or changed.
    let is_block = |c: char| !c.is_control() || c == '\n' || c == '\t';
    if text.contains('\n') && !text.contains("'''") && !text.ends_with('\'') && text.chars().all(is_block) {
        return format!("'''\n{text}'''");
    }
    // The escapes of JSON are escapes of TOML, which also wants one for DEL.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

/// Writes a key as it is if that is allowed, and quoted otherwise.
pub(super) fn key(text: &str) -> String {
    let is_bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_bare { text.to_owned() } else { serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F") }
}

#[cfg(test)]
mod tests {
    use super::{key, quoted};

    #[test]
    fn a_text_is_read_as_it_was_written() {
        for text in
            ["", "a", "\"", "'", "'\"", "\\", "a\nb", "\na\n", "a'''b\n", "a\n'", "\r\n", "\u{7f}\u{1}é", "\t\""]
        {
            let document = format!("{} = {}\n", key("a b"), quoted(text));
            let table: toml::Table = toml::from_str(&document).unwrap_or_else(|why| panic!("{document}: {why}"));
            assert_eq!(table["a b"].as_str(), Some(text), "{document}");
        }
        assert_eq!((key("x-a"), key("a.b")), ("x-a".to_owned(), "\"a.b\"".to_owned()));
    }
}
