//! Decides how lively the screen is, and what the terminal shows beside it.
//!
//! Start at [`Environment::frames_per_second`].

use std::ops::RangeInclusive;

use crate::tui::detect::{Decision, Environment, Face, decided};

/// Pictures a second that somebody may ask for.
pub const FPS: RangeInclusive<u32> = 1..=60;

const HERE: u32 = 20;
const REMOTE: u32 = 8;

impl Environment {
    /// Most pictures a second: a remote line lags when more are sent.
    pub fn frames_per_second(&self) -> Decision<u32> {
        let remote = ["SSH_CONNECTION", "SSH_TTY"].into_iter().find(|name| self.var(name).is_some());
        match (self.fps, self.usual.fps, remote) {
            (Some(fps), ..) => decided(fps, "`--fps` is given".into()),
            (None, Some(fps), _) => decided(fps, self.usual.reason("fps")),
            (None, None, Some(name)) => decided(REMOTE, format!("`{name}` is set").into()),
            (None, None, None) => decided(HERE, "the terminal is here".into()),
        }
    }

    /// Whether things move as they happen; if not, once a second.
    pub fn motion(&self) -> Decision<bool> {
        match self.usual.motion {
            _ if self.no_motion => decided(false, "`--no-motion` is given".into()),
            Some(motion) => decided(motion, self.usual.reason("motion")),
            None => decided(true, "nobody says otherwise".into()),
        }
    }

    /// Whether the mouse is ours from the beginning.
    pub fn mouse(&self) -> Decision<bool> {
        match self.usual.mouse {
            Some(mouse) => decided(mouse, self.usual.reason("mouse")),
            None => decided(false, "text is selected more often; a key turns it on".into()),
        }
    }

    /// Whether the window gets a title.
    pub fn title(&self) -> Decision<bool> {
        match self.usual.title {
            _ if self.no_title => decided(false, "`--no-title` is given".into()),
            Some(false) => decided(false, self.usual.reason("title")),
            _ if self.face().value == Face::Plain => decided(false, "there is no screen".into()),
            _ if self.var("TERM") == Some("linux") => decided(false, "the Linux console has no title".into()),
            Some(true) => decided(true, self.usual.reason("title")),
            None => decided(true, "it is put back at the end".into()),
        }
    }

    /// Whether the terminal's tab shows progress; lines of text have that as well.
    pub fn progress(&self) -> Decision<bool> {
        match (self.usual.progress, self.var("TERM")) {
            _ if self.no_progress => decided(false, "`--no-progress` is given".into()),
            (Some(false), _) => decided(false, self.usual.reason("progress")),
            _ if !self.draws_on_terminal => decided(false, "the interface's stream is not a terminal".into()),
            (_, Some("dumb")) => decided(false, "`TERM` is `dumb`".into()),
            (_, None) => decided(false, "`TERM` is not set".into()),
            (Some(true), _) => decided(true, self.usual.reason("progress")),
            (None, _) if self.shows_progress => decided(true, "this terminal shows it".into()),
            (None, _) => decided(false, "this terminal does not say that it shows it".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::detect::{Environment, Usual};

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
    fn a_flag_comes_before_settings_and_those_before_the_line() {
        let here = terminal(&[("TERM", "xterm")]);
        let fps = |surroundings: &Environment| surroundings.frames_per_second().value;
        assert_eq!(fps(&here), 20);
        let away = terminal(&[("SSH_TTY", "pts/3")]);
        assert_eq!((fps(&away), away.frames_per_second().why.as_ref()), (8, "`SSH_TTY` is set"));
        let usual = Usual { fps: Some(30), motion: Some(false), mouse: Some(true), ..Usual::default() };
        let usual = Environment { usual, ..away };
        assert_eq!((fps(&usual), usual.motion().value, usual.mouse().value), (30, false, true));
        assert_eq!(fps(&Environment { fps: Some(1), ..usual }), 1);
        assert!(here.motion().value && !here.mouse().value);
        assert!(!Environment { no_motion: true, ..here }.motion().value);
    }

    #[test]
    fn nothing_stands_beside_the_picture_where_there_is_no_terminal() {
        let known = Environment { shows_progress: true, ..terminal(&[("TERM", "xterm")]) };
        assert!(known.title().value && known.progress().value);
        let plain = Environment { plain: true, ..known.clone() };
        assert!(!plain.title().value && plain.progress().value);
        let usual = Usual { title: Some(true), progress: Some(true), ..Usual::default() };
        let unusual = Usual { title: Some(false), progress: Some(false), ..Usual::default() };
        for wrong in [
            Environment { draws_on_terminal: false, usual: usual.clone(), ..known.clone() },
            Environment { shows_progress: true, usual: usual.clone(), ..terminal(&[("TERM", "dumb")]) },
            Environment { shows_progress: true, usual: usual.clone(), ..terminal(&[]) },
            Environment { no_title: true, no_progress: true, usual: usual.clone(), ..known.clone() },
            Environment { usual: unusual, ..known.clone() },
        ] {
            assert!(!wrong.title().value && !wrong.progress().value, "{wrong:?}");
        }
        assert!(!terminal(&[("TERM", "linux")]).title().value);
        let silent = terminal(&[("TERM", "xterm")]);
        assert!(!silent.progress().value && Environment { usual, ..silent }.progress().value);
    }
}
