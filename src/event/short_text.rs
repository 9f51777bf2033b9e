//! A short text that is copied like a number.
//!
//! It keeps the beginning of a longer text. Start at [`ShortText::new`].

use std::fmt;

/// The most bytes that it keeps.
const MAX_BYTES: usize = 95;

/// The end of a text that was cut.
const CUT: &str = "…";

/// A short text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShortText {
    /// Zero after the text.
    bytes: [u8; MAX_BYTES],
    len: u8,
}

impl ShortText {
    /// The text, or its beginning if it is long.
    pub fn new(text: &str) -> Self {
        let (kept, end) = if text.len() <= MAX_BYTES { (text, "") } else { (start_of(text), CUT) };
        let len = kept.len() + end.len();
        let mut bytes = [0; MAX_BYTES];
        bytes[..kept.len()].copy_from_slice(kept.as_bytes());
        bytes[kept.len()..len].copy_from_slice(end.as_bytes());
        Self { bytes, len: u8::try_from(len).unwrap_or(u8::MAX) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

/// The beginning of a text that leaves room for [`CUT`].
fn start_of(text: &str) -> &str {
    let mut end = MAX_BYTES - CUT.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl fmt::Display for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::ShortText;

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        for text in ["", "größe", &"x".repeat(95)] {
            assert_eq!(ShortText::new(text).as_str(), text);
        }
        assert_eq!(ShortText::new(&"ö".repeat(48)).as_str(), format!("{}…", "ö".repeat(46)));
        assert_ne!(ShortText::new("a"), ShortText::new("a\0"));
    }
}
