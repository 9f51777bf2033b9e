//! Copies text to the clipboard of whoever sits at the terminal, by OSC 52, and knows who takes it.
//!
//! Nobody answers: whether it arrived cannot be known, only which terminals are made to take it.
//! Start at [`sequence`].

use crate::tui::detect::{Decision, Environment};

/// Whether the terminal takes copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clipboard {
    /// It is made to.
    Takes,
    /// Nobody knows: it may be switched off, or be another one's affair.
    Unknown,
    /// It has none.
    Refuses,
}

/// The bytes that put a text into the clipboard.
pub fn sequence(text: &str) -> Vec<u8> {
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, text);
    format!("\x1b]52;c;{encoded}\x07").into_bytes()
}

impl Environment {
    /// Whether the terminal takes copies.
    pub fn clipboard(&self) -> Decision<Clipboard> {
        let term = self.var("TERM").unwrap_or_default();
        let program = self.var("TERM_PROGRAM").unwrap_or_default();
        let is_one_of = |names: &[&str]| names.iter().any(|name| term.contains(name) || program.contains(name));
        let (value, why) = if term == "linux" {
            (Clipboard::Refuses, "the Linux console has no clipboard".to_owned())
        } else if program == "Apple_Terminal" {
            (Clipboard::Refuses, "`Apple_Terminal` takes none".to_owned())
        } else if self.var("STY").is_some() {
            (Clipboard::Refuses, "`screen` passes none on".to_owned())
        } else if program == "tmux" || term.starts_with("tmux") || term.starts_with("screen") {
            (Clipboard::Unknown, "tmux passes it on where `set-clipboard` is `on`".to_owned())
        } else if self.var("WT_SESSION").is_some() {
            (Clipboard::Takes, "`WT_SESSION` is set".to_owned())
        } else if is_one_of(&["kitty", "WezTerm", "wezterm", "ghostty", "alacritty", "foot", "contour", "rio"]) {
            (Clipboard::Takes, format!("`{}` takes copies", if program.is_empty() { term } else { program }))
        } else {
            (Clipboard::Unknown, "it does not say, and many have it switched off".to_owned())
        };
        Decision { value, why: why.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clipboard, sequence};
    use crate::tui::detect::Environment;

    #[test]
    fn a_copy_is_one_sequence_that_no_text_can_leave() {
        let bytes = sequence("a\x07b\x1b]0;x\x07");
        assert_eq!(bytes, b"\x1b]52;c;YQdiG10wO3gH\x07");
    }

    #[test]
    fn who_takes_copies_is_said_by_name() {
        let of = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
            Environment { variables, ..Environment::default() }.clipboard().value
        };
        assert_eq!(of(&[("TERM", "xterm-kitty")]), Clipboard::Takes);
        assert_eq!(of(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]), Clipboard::Takes);
        assert_eq!(of(&[("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux")]), Clipboard::Unknown);
        assert_eq!(of(&[("TERM", "xterm-256color")]), Clipboard::Unknown);
        assert_eq!(of(&[("TERM", "linux")]), Clipboard::Refuses);
        assert_eq!(of(&[("TERM", "screen"), ("STY", "1.a")]), Clipboard::Refuses);
    }
}
