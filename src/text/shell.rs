//! The quoting of text for a POSIX shell, so that the user can paste a shown command.
//!
//! Start at [`word`].

/// Returns the text as one word of a command line, in quotes if necessary.
pub fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    if !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Returns the text as one word, in quotes.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{quoted, word};

    #[test]
    fn quoted_text_is_literal() {
        assert_eq!(quoted("it's $HOME `x` \"y\" \\"), r#"'it'\''s $HOME `x` "y" \'"#);
    }

    #[test]
    fn a_plain_name_needs_no_quotes() {
        let words = ["runs/last-2.jsonl", "my run;x.jsonl", "-x", "", "a'b"].map(word);
        assert_eq!(words, ["runs/last-2.jsonl", "'my run;x.jsonl'", "'-x'", "''", r"'a'\''b'"]);
    }
}
