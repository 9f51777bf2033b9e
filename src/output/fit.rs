//! Fits text to a width in columns: cuts targets in the middle and sentences at the end.
//!
//! Start at [`middle`].

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::text::console::StreamStyle;

/// Replaces the text that was cut.
const ELLIPSIS: &str = "…";

/// The text in at most `width` columns; its start and its end are kept.
pub fn middle(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(1);
    let head = columns(text.chars(), room.div_ceil(2));
    let tail = columns(text.chars().rev(), room / 2);
    Cow::Owned(format!("{}{ELLIPSIS}{}", &text[..head], &text[text.len() - tail..]))
}

/// The text in at most `width` columns; its start is kept.
pub fn end(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let head = columns(text.chars(), width.saturating_sub(1));
    Cow::Owned(format!("{}{ELLIPSIS}", &text[..head]))
}

/// The text wrapped into lines that leave `indent` columns free.
///
/// A word longer than a line is cut for a terminal, but not for a file.
pub fn wrapped(text: &str, style: StreamStyle, indent: usize) -> Vec<String> {
    let width = style.line_width().saturating_sub(indent);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let word = middle(word, style.room(width));
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word.into_owned()),
        }
    }
    lines
}

/// The text padded with spaces to `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The number of bytes of the characters that fit into `room` columns.
fn columns(chars: impl Iterator<Item = char>, mut room: usize) -> usize {
    let mut bytes = 0;
    for c in chars {
        let width = c.width().unwrap_or(0);
        if width > room {
            break;
        }
        room -= width;
        bytes += c.len_utf8();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::{end, middle, padded, wrapped};
    use crate::text::console::StreamStyle;

    #[test]
    fn targets_keep_their_start_and_end() {
        assert_eq!(middle("GET /v1/customers/orders", 15), "GET /v1…/orders");
        assert_eq!(middle("short", 15), "short");
        assert_eq!(end("a long sentence", 8), "a long …");
        assert_eq!(padded("größe", 7), "größe  ");
    }

    #[test]
    fn a_file_gets_every_word_whole() {
        let url = format!("https://a.b/{}", "long/".repeat(60));
        let text = format!("first failure of {url} after 3 s");
        assert_eq!(wrapped(&text, StreamStyle::default(), 12), ["first failure of", &url, "after 3 s"]);
    }

    proptest! {
        #[test]
        fn no_text_is_wider_than_the_limit(text in "\\PC*", width in 1..40_usize) {
            let text = crate::text::sanitize::sanitize(&text);
            prop_assert!(middle(&text, width).width() <= width);
            prop_assert!(end(&text, width).width() <= width);
            let style = StreamStyle { colour: false, width: Some(40) };
            prop_assert!(wrapped(&text, style, 40 - width).iter().all(|line| line.width() <= width));
        }
    }
}
