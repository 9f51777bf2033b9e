//! The sanitizing of foreign text, so that no server, file name or plan can control the terminal.
//!
//! ratatui filters control characters in spans, but no bidi overrides, and nothing filters titles, plain
//! lines, summaries and reports. Every foreign text must pass through [`sanitize()`].

use std::borrow::Cow;

/// Replaces every control character with a visible one.
///
/// C0 controls become their Unicode control pictures (`␛` for ESC); C1 controls, bidi overrides and
/// isolates, zero-width and other invisible format characters become `�`.
pub fn sanitize(foreign: &str) -> Cow<'_, str> {
    // Nearly every text is plain ASCII, and bytes are checked faster than characters.
    let is_plain = foreign.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || foreign.chars().all(|c| replacement(c).is_none()) {
        return Cow::Borrowed(foreign);
    }
    Cow::Owned(foreign.chars().map(|c| replacement(c).unwrap_or(c)).collect())
}

/// Whether a character could control a terminal or is invisible.
pub fn is_unsafe(c: char) -> bool {
    replacement(c).is_some()
}

/// Returns the replacement of a character that must not be shown.
fn replacement(c: char) -> Option<char> {
    match c {
        '\u{00}'..='\u{1f}' => char::from_u32(0x2400 + c as u32),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => Some('\u{fffd}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::sanitize;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(sanitize("GET /v1/größe?x=1"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn characters_that_control_a_terminal_are_replaced() {
        let text = sanitize("a\x1b[31mb\u{9b}2Jc\u{202e}d\u{200b}e\nf\u{7f}");
        assert_eq!(text, "a␛[31mb�2Jc�d�e␊f␡");
    }
}
