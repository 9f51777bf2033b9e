//! Copies text to the user's clipboard by OSC 52, and knows which terminals accept it.
//!
//! Terminals do not confirm a copy, so support is judged by the terminal's name alone.
//! Start at [`copy_sequence`].

use crate::tui::detect::{Decision, Environment};

/// Whether the terminal accepts copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipboardSupport {
    /// It is known to.
    Accepts,
    /// It may: copying may be switched off, or depend on an outer terminal.
    Unknown,
    /// It is known not to.
    Rejects,
}

/// The control sequence that copies a text to the clipboard.
pub fn copy_sequence(text: &str) -> Vec<u8> {
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, text);
    format!("\x1b]52;c;{encoded}\x07").into_bytes()
}

impl Environment {
    /// Whether the terminal accepts copies.
    pub fn clipboard(&self) -> Decision<ClipboardSupport> {
        let term = self.var("TERM").unwrap_or_default();
        let program = self.var("TERM_PROGRAM").unwrap_or_default();
        let is_one_of = |names: &[&str]| names.iter().any(|name| term.contains(name) || program.contains(name));
        let (value, why) = if term == "linux" {
            (ClipboardSupport::Rejects, "the Linux console has no clipboard".to_owned())
        } else if program == "Apple_Terminal" {
            (ClipboardSupport::Rejects, "`Apple_Terminal` does not accept copies".to_owned())
        } else if self.var("STY").is_some() {
            (ClipboardSupport::Rejects, "`screen` does not pass copies on".to_owned())
        } else if program == "tmux" || term.starts_with("tmux") || term.starts_with("screen") {
            (ClipboardSupport::Unknown, "tmux passes copies on if `set-clipboard` is `on`".to_owned())
        } else if self.var("WT_SESSION").is_some() {
            (ClipboardSupport::Accepts, "`WT_SESSION` is set".to_owned())
        } else if is_one_of(&["kitty", "WezTerm", "wezterm", "ghostty", "alacritty", "foot", "contour", "rio"]) {
            (ClipboardSupport::Accepts, format!("`{}` accepts copies", if program.is_empty() { term } else { program }))
        } else {
            (ClipboardSupport::Unknown, "unknown terminal, and many have copying switched off".to_owned())
        };
        Decision { value, why: why.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::{ClipboardSupport, copy_sequence};
    use crate::tui::detect::Environment;

    #[test]
    fn no_text_can_end_the_copy_sequence() {
        let bytes = copy_sequence("a\x07b\x1b]0;x\x07");
        assert_eq!(bytes, b"\x1b]52;c;YQdiG10wO3gH\x07");
    }

    #[test]
    fn support_is_judged_by_the_terminals_name() {
        let support = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
            Environment { variables, ..Environment::default() }.clipboard().value
        };
        assert_eq!(support(&[("TERM", "xterm-kitty")]), ClipboardSupport::Accepts);
        assert_eq!(support(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]), ClipboardSupport::Accepts);
        assert_eq!(support(&[("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux")]), ClipboardSupport::Unknown);
        assert_eq!(support(&[("TERM", "xterm-256color")]), ClipboardSupport::Unknown);
        assert_eq!(support(&[("TERM", "linux")]), ClipboardSupport::Rejects);
        assert_eq!(support(&[("TERM", "screen"), ("STY", "1.a")]), ClipboardSupport::Rejects);
    }
}
