//! Text fitted to terminal cells: its width, and the text cut at its middle or its end.
//!
//! Start at [`cut_middle`].

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of a text in columns.
pub fn width_of(text: &str) -> u16 {
    // Fast paths: ten thousand names may be measured for one picture, and most are ASCII.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return u16::try_from(text.len()).unwrap_or(u16::MAX);
    }
    let width = if text.chars().all(is_plain) { text.chars().count() } else { text.width() };
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// Whether a character takes one column and never joins its neighbours: ASCII, Latin letters, arrows, and the lines and
/// blocks that charts are made of. Such text needs no tables.
pub fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '¡'..='¬' | '®'..='ʯ' | '‐'..='‧' | '←'..='⇿' | '─'..='◼')
}

/// The text, cut in its middle if it is too wide, because both ends of a URL identify it.
pub fn cut_middle<'t>(text: &'t str, room: usize, ellipsis: &str) -> Cow<'t, str> {
    if usize::from(width_of(text)) <= room {
        return Cow::Borrowed(text);
    }
    let keep = room.saturating_sub(ellipsis.width());
    // The end of a URL is more specific than its start: it gets the larger half.
    let (head_room, tail_room) = (keep / 2, keep - keep / 2);
    let head = prefix(text.chars(), head_room);
    let tail: Vec<char> = prefix(text.chars().rev(), tail_room).chars().collect();
    let tail: String = tail.into_iter().rev().collect();
    Cow::Owned(if room == 0 { String::new() } else { format!("{head}{ellipsis}{tail}") })
}

/// The text, cut at its end if it is too wide.
pub fn cut_end<'t>(text: &'t str, room: usize, ellipsis: &str) -> Cow<'t, str> {
    if usize::from(width_of(text)) <= room {
        return Cow::Borrowed(text);
    }
    let head = prefix(text.chars(), room.saturating_sub(ellipsis.width()));
    Cow::Owned(if room == 0 { String::new() } else { format!("{head}{ellipsis}") })
}

/// The longest prefix that fits.
fn prefix(characters: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    characters
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

    use super::{cut_end, cut_middle, is_plain};

    #[test]
    fn plain_characters_take_one_column_in_any_text() {
        for c in ('\0'..=char::MAX).filter(|c| is_plain(*c)) {
            assert_eq!(c.width(), Some(1), "{c:?}");
            assert_eq!(format!("a{c}─{c}…").width(), 5, "{c:?}");
        }
    }

    #[test]
    fn long_names_are_cut_in_the_middle() {
        assert_eq!(cut_middle("GET /v1/users/{id}/orders", 16, "…"), "GET /v1…}/orders");
        assert_eq!(cut_middle("short", 5, "…"), "short");
        assert_eq!(cut_middle("anything", 0, "…"), "");
        assert_eq!(cut_middle("anything", 1, "…"), "…");
    }

    #[test]
    fn wide_characters_count_as_two() {
        assert_eq!(cut_end("日本語テキスト", 7, "…"), "日本語…");
        assert_eq!(cut_end("日本語テキスト", 6, "…"), "日本…");
    }
}
