//! Writes text as one word of a POSIX shell, so that a command that is shown can be pasted.
//!
//! Start at [`word`].

/// The text as one word; as it is where that is one already.
pub fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    if !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// The text as one word, in quotes.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{quoted, word};

    #[test]
    fn a_shell_takes_every_word_as_it_is() {
        assert_eq!(quoted("it's $HOME `x` \"y\" \\"), r#"'it'\''s $HOME `x` "y" \'"#);
    }

    #[test]
    fn a_plain_name_needs_no_quotes() {
        let words = ["runs/last-2.jsonl", "my run;x.jsonl", "-x", "", "a'b"].map(word);
        assert_eq!(words, ["runs/last-2.jsonl", "'my run;x.jsonl'", "'-x'", "''", r"'a'\''b'"]);
    }
}
