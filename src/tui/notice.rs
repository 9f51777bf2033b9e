//! Notices to a user who looks elsewhere: the terminal's bell, and desktop notifications.
//!
//! Terminals do not say which kind of notification they take, so it is judged by the terminal's name.
//! Start at [`Notify::sequence`].

use crate::text::sanitize::sanitize;

/// How to notify.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    /// Not at all.
    #[default]
    Off,
    /// By the terminal's bell.
    Bell,
    /// By a desktop notification.
    Desktop,
    /// By both.
    Both,
}

/// The control sequence by which a terminal takes a desktop notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeProtocol {
    /// OSC 9, of iTerm2. Most terminals that know any know this one.
    Osc9,
    /// OSC 99, of kitty.
    Osc99,
    /// OSC 777, of rxvt.
    Osc777,
    /// OSC 9 through tmux, which passes it on if `allow-passthrough` is `on`.
    Tmux,
}

impl Notify {
    /// All ways, in the order of help.
    pub const ALL: [Self; 4] = [Self::Bell, Self::Desktop, Self::Both, Self::Off];

    /// Its name in flags and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Bell => "bell",
            Self::Desktop => "desktop",
            Self::Both => "both",
        }
    }

    /// The way with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notify| notify.name() == name)
    }

    /// The bytes that notify of a text, which may be foreign; none if nothing is to be sent.
    pub fn sequence(self, protocol: NoticeProtocol, text: &str) -> Vec<u8> {
        let bell = if matches!(self, Self::Bell | Self::Both) { "\x07" } else { "" };
        let notification = match self {
            Self::Desktop | Self::Both => protocol.notification(text),
            Self::Off | Self::Bell => String::new(),
        };
        [bell, &notification].concat().into_bytes()
    }
}

impl NoticeProtocol {
    fn notification(self, text: &str) -> String {
        // Without control characters nothing can end the sequence. A semicolon would start another field.
        let text = sanitize(text).replace(';', ",");
        match self {
            // A text that starts with a number would be another command of ConEmu and Windows Terminal.
            Self::Osc9 => format!("\x1b]9;inflight: {text}\x1b\\"),
            Self::Osc99 => format!("\x1b]99;;inflight: {text}\x1b\\"),
            Self::Osc777 => format!("\x1b]777;notify;inflight;{text}\x1b\\"),
            Self::Tmux => format!("\x1bPtmux;\x1b\x1b]9;inflight: {text}\x07\x1b\\"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NoticeProtocol, Notify};

    #[test]
    fn no_text_can_end_the_sequence_or_add_a_field() {
        let sent = Notify::Both.sequence(NoticeProtocol::Osc777, "a\x1b\\b\x07c;d");
        let text = String::from_utf8(sent).unwrap();
        let fields = text.strip_prefix("\x07\x1b]777;notify;inflight;").unwrap().strip_suffix("\x1b\\").unwrap();
        assert!(!fields.contains(['\x1b', '\x07', ';']), "{fields:?}");
    }

    #[test]
    fn each_way_sends_its_own_bytes() {
        let sent = |notify: Notify, protocol| String::from_utf8(notify.sequence(protocol, "finished")).unwrap();
        assert_eq!(sent(Notify::Off, NoticeProtocol::Osc9), "");
        assert_eq!(sent(Notify::Bell, NoticeProtocol::Osc9), "\x07");
        assert_eq!(sent(Notify::Desktop, NoticeProtocol::Osc9), "\x1b]9;inflight: finished\x1b\\");
        assert_eq!(sent(Notify::Desktop, NoticeProtocol::Osc99), "\x1b]99;;inflight: finished\x1b\\");
        assert_eq!(sent(Notify::Both, NoticeProtocol::Tmux), "\x07\x1bPtmux;\x1b\x1b]9;inflight: finished\x07\x1b\\");
        assert!(Notify::ALL.into_iter().all(|notify| Notify::from_name(notify.name()) == Some(notify)));
    }
}
