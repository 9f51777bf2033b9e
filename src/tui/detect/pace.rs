//! Decisions about frame rate, motion, mouse, window title and progress.
//!
//! Start at [`Environment::frames_per_second`].

use std::ops::RangeInclusive;

use crate::model::window::TimeWindow;
use crate::tui::detect::{Decision, Environment, Interface, decided};
use crate::tui::notice::{NoticeProtocol, Notify};

/// The frame rates that the user may choose.
pub const FPS: RangeInclusive<u32> = 1..=60;

const LOCAL: u32 = 20;
const REMOTE: u32 = 8;

impl Environment {
    /// The maximum frame rate: over ssh, a higher one would lag.
    pub fn frames_per_second(&self) -> Decision<u32> {
        let remote = ["SSH_CONNECTION", "SSH_TTY"].into_iter().find(|name| self.var(name).is_some());
        match (self.fps, self.preferences.fps, remote) {
            (Some(fps), ..) => decided(fps, "`--fps` is given".into()),
            (None, Some(fps), _) => decided(fps, self.preferences.reason("fps")),
            (None, None, Some(name)) => decided(REMOTE, format!("`{name}` is set").into()),
            (None, None, None) => decided(LOCAL, "the terminal is local".into()),
        }
    }

    /// Whether the screen updates at once, or once a second.
    pub fn motion(&self) -> Decision<bool> {
        match self.preferences.motion {
            _ if self.no_motion => decided(false, "`--no-motion` is given".into()),
            Some(motion) => decided(motion, self.preferences.reason("motion")),
            None => decided(true, "the default".into()),
        }
    }

    /// Whether the mouse is used from the start.
    pub fn mouse(&self) -> Decision<bool> {
        match self.preferences.mouse {
            Some(mouse) => decided(mouse, self.preferences.reason("mouse")),
            None => decided(false, "the default, so that text can be selected; a key turns it on".into()),
        }
    }

    /// Whether the screen closes when the run is over.
    pub fn exits(&self) -> Decision<bool> {
        match self.preferences.exit {
            _ if self.exit => decided(true, "`--exit` is given".into()),
            Some(exit) => decided(exit, self.preferences.reason("exit")),
            None => decided(false, "the default; `--exit` closes it".into()),
        }
    }

    /// How to notify a user who looks elsewhere.
    pub fn notify(&self) -> Decision<Notify> {
        match (self.notify, self.preferences.notify) {
            (Some(notify), _) => decided(notify, "`--notify` is given".into()),
            (None, Some(notify)) => decided(notify, self.preferences.reason("notify")),
            (None, None) => decided(Notify::Off, "the default".into()),
        }
    }

    /// Whether hosts and paths are hidden from the start.
    pub fn privacy(&self) -> Decision<bool> {
        match self.preferences.privacy {
            Some(privacy) => decided(privacy, self.preferences.reason("privacy")),
            None => decided(false, "the default; a key turns it on".into()),
        }
    }

    /// The time that the key figures cover at the start.
    pub fn window(&self) -> Decision<TimeWindow> {
        match self.preferences.window {
            Some(window) => decided(window, self.preferences.reason("window")),
            None => decided(TimeWindow::default(), "the default; a key changes it".into()),
        }
    }

    /// How the terminal takes desktop notifications.
    pub fn notice_protocol(&self) -> NoticeProtocol {
        let term = self.var("TERM").unwrap_or_default();
        let program = self.var("TERM_PROGRAM").unwrap_or_default();
        let is_one_of = |names: &[&str]| names.iter().any(|name| term.contains(name) || program.contains(name));
        if program == "tmux" || term.starts_with("tmux") {
            NoticeProtocol::Tmux
        } else if is_one_of(&["kitty"]) {
            NoticeProtocol::Osc99
        } else if is_one_of(&["foot", "rxvt", "vte"]) {
            NoticeProtocol::Osc777
        } else {
            NoticeProtocol::Osc9
        }
    }

    /// Whether to set the window's title.
    pub fn title(&self) -> Decision<bool> {
        match self.preferences.title {
            _ if self.no_title => decided(false, "`--no-title` is given".into()),
            Some(false) => decided(false, self.preferences.reason("title")),
            _ if self.interface().value == Interface::Plain => decided(false, "there is no screen".into()),
            _ if self.var("TERM") == Some("linux") => decided(false, "the Linux console has no title".into()),
            Some(true) => decided(true, self.preferences.reason("title")),
            None => decided(true, "the default; it is restored on exit".into()),
        }
    }

    /// Whether to show progress in the terminal's tab, with or without a screen.
    pub fn progress(&self) -> Decision<bool> {
        match (self.preferences.progress, self.var("TERM")) {
            _ if self.no_progress => decided(false, "`--no-progress` is given".into()),
            (Some(false), _) => decided(false, self.preferences.reason("progress")),
            _ if !self.draws_on_terminal => decided(false, "the interface's stream is not a terminal".into()),
            (_, Some("dumb")) => decided(false, "`TERM` is `dumb`".into()),
            (_, None) => decided(false, "`TERM` is not set".into()),
            (Some(true), _) => decided(true, self.preferences.reason("progress")),
            (None, _) if self.shows_progress => decided(true, "this terminal shows it".into()),
            (None, _) => decided(false, "this terminal is not known to show it".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::detect::{Environment, Preferences};
    use crate::tui::notice::NoticeProtocol;

    fn terminal(variables: &[(&str, &str)]) -> Environment {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let (draws_on_terminal, has_keys) = (true, true);
        Environment {
            variables: variables.iter().map(owned).collect(),
            draws_on_terminal,
            has_keys,
            ..Environment::default()
        }
    }

    #[test]
    fn a_flag_comes_before_settings_and_settings_before_the_connection() {
        let local = terminal(&[("TERM", "xterm")]);
        let fps = |environment: &Environment| environment.frames_per_second().value;
        assert_eq!(fps(&local), 20);
        let remote = terminal(&[("SSH_TTY", "pts/3")]);
        assert_eq!((fps(&remote), remote.frames_per_second().why.as_ref()), (8, "`SSH_TTY` is set"));
        let preferences =
            Preferences { fps: Some(30), motion: Some(false), mouse: Some(true), ..Preferences::default() };
        let configured = Environment { preferences, ..remote };
        assert_eq!((fps(&configured), configured.motion().value, configured.mouse().value), (30, false, true));
        assert_eq!(fps(&Environment { fps: Some(1), ..configured }), 1);
        assert!(local.motion().value && !local.mouse().value);
        assert!(!Environment { no_motion: true, ..local }.motion().value);
    }

    #[test]
    fn title_and_progress_need_a_terminal() {
        let known = Environment { shows_progress: true, ..terminal(&[("TERM", "xterm")]) };
        assert!(known.title().value && known.progress().value);
        let plain = Environment { plain: true, ..known.clone() };
        assert!(!plain.title().value && plain.progress().value);
        let preferences = Preferences { title: Some(true), progress: Some(true), ..Preferences::default() };
        let refusing = Preferences { title: Some(false), progress: Some(false), ..Preferences::default() };
        for wrong in [
            Environment { draws_on_terminal: false, preferences: preferences.clone(), ..known.clone() },
            Environment { shows_progress: true, preferences: preferences.clone(), ..terminal(&[("TERM", "dumb")]) },
            Environment { shows_progress: true, preferences: preferences.clone(), ..terminal(&[]) },
            Environment { no_title: true, no_progress: true, preferences: preferences.clone(), ..known.clone() },
            Environment { preferences: refusing, ..known.clone() },
        ] {
            assert!(!wrong.title().value && !wrong.progress().value, "{wrong:?}");
        }
        assert!(!terminal(&[("TERM", "linux")]).title().value);
        let silent = terminal(&[("TERM", "xterm")]);
        assert!(!silent.progress().value && Environment { preferences, ..silent }.progress().value);
    }

    #[test]
    fn the_protocol_follows_the_terminals_name() {
        let protocol = |name: &str, value: &str| {
            let variables = [(name.to_owned(), value.to_owned())].into();
            Environment { variables, ..Environment::default() }.notice_protocol()
        };
        assert_eq!(protocol("TERM", "xterm-kitty"), NoticeProtocol::Osc99);
        assert_eq!(protocol("TERM", "foot"), NoticeProtocol::Osc777);
        assert_eq!(protocol("TERM", "tmux-256color"), NoticeProtocol::Tmux);
        assert_eq!(protocol("TERM_PROGRAM", "iTerm.app"), NoticeProtocol::Osc9);
    }
}
