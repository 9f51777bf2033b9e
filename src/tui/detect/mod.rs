//! Detection of the terminal's capabilities, with the reason for each decision.
//!
//! Pure: it gets flags, variables and facts about the streams, and reads nothing itself. `doctor` prints the
//! reasons. Start at [`Environment`].

pub mod pace;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::window::TimeWindow;
use crate::text::console::ColorChoice;
use crate::tui::notice::Notify;
use crate::tui::theme::bundled;
use crate::tui::theme::color::Depth;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Variant;

/// The environment variables that decide; `config` reads them.
pub const VARIABLES: [&str; 14] = [
    "ACCESSIBLE",
    "CI",
    "COLORFGBG",
    "COLORTERM",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "NO_COLOR",
    "SSH_CONNECTION",
    "SSH_TTY",
    "STY",
    "TERM",
    "TERM_PROGRAM",
    "WT_SESSION",
];

/// Everything that decides the appearance of the interface.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The values of those [`VARIABLES`] that are set.
    pub variables: BTreeMap<String, String>,
    /// The stream to draw on is a terminal.
    pub draws_on_terminal: bool,
    /// There is a terminal to read keys from.
    pub has_keys: bool,
    /// `--plain`
    pub plain: bool,
    /// `--ascii`
    pub ascii: bool,
    /// `--color`
    pub color: ColorChoice,
    /// `--color-depth`
    pub depth: Option<Depth>,
    /// `--theme`
    pub theme: Option<String>,
    /// `--no-motion`
    pub no_motion: bool,
    /// `--fps`
    pub fps: Option<u32>,
    /// `--no-title`
    pub no_title: bool,
    /// `--no-progress`
    pub no_progress: bool,
    /// `--exit`
    pub exit: bool,
    /// `--notify`
    pub notify: Option<Notify>,
    /// The terminal is known to show progress in its tab.
    pub shows_progress: bool,
    /// The user's settings; unlike a flag they yield to `NO_COLOR`.
    pub preferences: Preferences,
}

/// The user's settings for the appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The theme for any background.
    pub any: Option<String>,
    /// The theme for a light background.
    pub light: Option<String>,
    /// The theme for a dark background.
    pub dark: Option<String>,
    /// Use ASCII only.
    pub ascii: Option<bool>,
    /// Update at once; if false, once a second.
    pub motion: Option<bool>,
    /// The maximum frame rate.
    pub fps: Option<u32>,
    /// Use the mouse from the start.
    pub mouse: Option<bool>,
    /// Set the window's title.
    pub title: Option<bool>,
    /// Show progress in the terminal's tab.
    pub progress: Option<bool>,
    /// Close the screen when the run is over.
    pub exit: Option<bool>,
    /// How to notify.
    pub notify: Option<Notify>,
    /// Hide hosts and paths from the start.
    pub privacy: Option<bool>,
    /// The time that the key figures cover at the start.
    pub window: Option<TimeWindow>,
    /// The source of each setting, by its key: a variable, or a file and a line.
    pub sources: BTreeMap<String, String>,
}

impl Preferences {
    /// Overrides these settings by nearer ones. A nearer theme for any background also replaces these
    /// themes for one kind of background.
    pub fn override_with(&mut self, nearer: &Self) {
        if nearer.any.is_some() {
            *self = Self { any: nearer.any.clone(), light: None, dark: None, ..std::mem::take(self) };
        }
        self.light = nearer.light.clone().or(self.light.take());
        self.dark = nearer.dark.clone().or(self.dark.take());
        self.ascii = nearer.ascii.or(self.ascii);
        self.motion = nearer.motion.or(self.motion);
        self.fps = nearer.fps.or(self.fps);
        self.mouse = nearer.mouse.or(self.mouse);
        self.title = nearer.title.or(self.title);
        self.progress = nearer.progress.or(self.progress);
        self.exit = nearer.exit.or(self.exit);
        self.notify = nearer.notify.or(self.notify);
        self.privacy = nearer.privacy.or(self.privacy);
        self.window = nearer.window.or(self.window);
        self.sources.extend(nearer.sources.clone());
    }

    /// The reason for a setting: where it is set.
    fn reason(&self, key: &str) -> Cow<'static, str> {
        self.sources.get(key).map_or("set in the settings".into(), |place| format!("set by `{place}`").into())
    }

    /// The theme for this background, and whether it is set for this background only.
    pub fn theme(&self, background: Variant) -> Option<(&str, bool)> {
        let exact = match background {
            Variant::Light => &self.light,
            Variant::Dark => &self.dark,
        };
        exact.as_deref().map(|name| (name, true)).or(self.any.as_deref().map(|name| (name, false)))
    }
}

/// A decision and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<T> {
    /// The decided value.
    pub value: T,
    /// The reason, as a clause: `COLORTERM is "truecolor"`.
    pub why: Cow<'static, str>,
}

impl<T> Decision<T> {
    /// The same decision with its value in words.
    pub fn named(self, name: impl Fn(T) -> &'static str) -> Decision<String> {
        Decision { value: name(self.value).to_owned(), why: self.why }
    }
}

/// The kind of interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// The full-screen interface.
    Screen,
    /// Lines of text.
    Plain,
}

/// What is known about the terminal's background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// It is known.
    Is(Variant),
    /// It is unknown: assume dark, and keep a theme that the user chose.
    Unknown,
    /// The terminal can be queried; assume dark until it answers.
    Query,
}

impl Environment {
    /// Which interface to use.
    pub fn interface(&self) -> Decision<Interface> {
        let plain = |why| decided(Interface::Plain, why);
        match (self.var("TERM"), self.var("CI")) {
            _ if self.plain => plain("`--plain` is given".into()),
            _ if !self.draws_on_terminal => plain("the interface's stream is not a terminal".into()),
            _ if !self.has_keys => plain("there is no terminal to read keys from".into()),
            _ if self.var("ACCESSIBLE").is_some_and(|value| value != "0") => plain("`ACCESSIBLE` is set".into()),
            (Some("dumb"), _) => plain("`TERM` is `dumb`".into()),
            (None, _) if cfg!(unix) => plain("`TERM` is not set".into()),
            (_, Some(value)) if !matches!(value, "0" | "false") => plain("`CI` is set".into()),
            _ => decided(Interface::Screen, "a terminal to draw on and keys to read".into()),
        }
    }

    /// How many colours to use.
    pub fn depth(&self) -> Decision<Depth> {
        match self.color {
            ColorChoice::Never => return decided(Depth::Mono, "`--color never` is given".into()),
            ColorChoice::Always | ColorChoice::Auto => {}
        }
        if let Some(depth) = self.depth {
            return decided(depth, "`--color-depth` is given".into());
        }
        if self.color == ColorChoice::Auto && self.theme.is_none() && self.var("NO_COLOR").is_some() {
            return decided(Depth::Mono, "`NO_COLOR` is set".into());
        }
        self.terminal_depth()
    }

    /// How many colours the terminal shows.
    fn terminal_depth(&self) -> Decision<Depth> {
        let term = self.var("TERM").unwrap_or_default();
        let program = self.var("TERM_PROGRAM").unwrap_or_default();
        let is_one_of = |names: &[&str]| names.iter().any(|name| term.contains(name) || program.contains(name));
        match self.var("COLORTERM") {
            Some(value @ ("truecolor" | "24bit")) => decided(Depth::True, variable_is("COLORTERM", value)),
            _ if self.var("WT_SESSION").is_some() => decided(Depth::True, "`WT_SESSION` is set".into()),
            _ if term.ends_with("-direct") || term.ends_with("-truecolor") => {
                decided(Depth::True, variable_is("TERM", term))
            }
            _ if is_one_of(&["kitty", "WezTerm", "wezterm", "ghostty", "alacritty", "foot", "iTerm.app"]) => {
                let why = format!("`{}` shows all colours", if program.is_empty() { term } else { program });
                decided(Depth::True, why.into())
            }
            _ if program == "Apple_Terminal" => decided(Depth::Indexed256, variable_is("TERM_PROGRAM", program)),
            _ if term.contains("256") => decided(Depth::Indexed256, variable_is("TERM", term)),
            _ => decided(Depth::Ansi16, "no variable promises more than 16".into()),
        }
    }

    /// Which character set to use for marks.
    pub fn charset(&self) -> Decision<Charset> {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| Some((name, self.var(name)?)));
        match locale {
            _ if self.ascii => decided(Charset::Ascii, "`--ascii` is given".into()),
            _ if self.preferences.ascii == Some(true) => decided(Charset::Ascii, self.preferences.reason("ascii")),
            _ if self.var("TERM") == Some("linux") => {
                decided(Charset::Ascii, "the Linux console has few glyphs".into())
            }
            _ if self.var("WT_SESSION").is_some() => decided(Charset::Unicode, "`WT_SESSION` is set".into()),
            Some((name, value)) => {
                let upper = value.to_ascii_uppercase();
                let is_utf8 = upper.contains("UTF-8") || upper.contains("UTF8");
                decided(if is_utf8 { Charset::Unicode } else { Charset::Ascii }, variable_is(name, value))
            }
            // A bare container has no locale, but its terminal is usually a modern one.
            None => decided(Charset::Unicode, "no locale is set".into()),
        }
    }

    /// Whether the background is dark or light.
    pub fn background(&self) -> Decision<Background> {
        let dark = |why| decided(Background::Unknown, why);
        let term = self.var("TERM").unwrap_or_default();
        if let Some((value, variant)) = self.var("COLORFGBG").and_then(|value| Some((value, parse_background(value)?)))
        {
            return decided(Background::Is(variant), variable_is("COLORFGBG", value));
        }
        if !self.draws_on_terminal || !self.has_keys {
            return dark("there is no terminal to query, dark is assumed".into());
        }
        // Over a slow line, the answer could arrive after the program has ended and be typed into the shell.
        // GNU screen answers out of order.
        for name in ["SSH_CONNECTION", "STY"] {
            if self.var(name).is_some() {
                return dark(format!("`{name}` is set, so the terminal is not queried, dark is assumed").into());
            }
        }
        let is_known_silent = matches!(term, "" | "dumb" | "linux" | "Eterm" | "screen") || term.starts_with("screen.");
        if is_known_silent {
            return dark(format!("`{term}` does not answer, dark is assumed").into());
        }
        decided(Background::Query, "the terminal is queried by OSC 11".into())
    }

    /// Which theme to use for a background that is known or assumed.
    pub fn theme(&self, depth: Depth, background: Variant) -> Decision<String> {
        let theme = |name: &str, why: &'static str| decided(name.to_owned(), why.into());
        let key = |is_exact: bool| match background {
            Variant::Dark | Variant::Light if !is_exact => "theme",
            Variant::Dark => "theme_dark",
            Variant::Light => "theme_light",
        };
        match (&self.theme, depth, self.preferences.theme(background), background) {
            (Some(name), ..) => theme(name, "`--theme` is given"),
            (_, Depth::Mono, ..) => theme(bundled::MONO, "there is no colour"),
            (_, _, Some((name, is_exact)), _) => {
                let why = self.preferences.reason(key(is_exact));
                let assumed = self.dark_is_assumed().filter(|_| is_exact && background == Variant::Dark);
                decided(name.to_owned(), assumed.map_or_else(|| why.clone(), |how| format!("{why}, and {how}").into()))
            }
            (_, _, None, Variant::Dark) => {
                let why = self.dark_is_assumed().unwrap_or_else(|| "the background is dark".into());
                decided(bundled::DARK.to_owned(), why)
            }
            (_, _, None, Variant::Light) => theme(bundled::LIGHT, "the background is light"),
        }
    }

    /// Why a dark background is only assumed; `None` if it is known.
    fn dark_is_assumed(&self) -> Option<Cow<'static, str>> {
        let Decision { value, why } = self.background();
        match value {
            Background::Is(_) => None,
            Background::Unknown => Some(why),
            Background::Query => Some("dark is assumed until the terminal answers".into()),
        }
    }

    /// A variable that is set and not empty.
    pub(super) fn var(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The background in `COLORFGBG`, such as `15;0` or `15;default;0`.
fn parse_background(colorfgbg: &str) -> Option<Variant> {
    match colorfgbg.rsplit(';').next()?.parse::<u8>().ok()? {
        0..=6 | 8 => Some(Variant::Dark),
        7 | 9..=15 => Some(Variant::Light),
        _ => None,
    }
}

fn decided<T>(value: T, why: Cow<'static, str>) -> Decision<T> {
    Decision { value, why }
}

fn variable_is(name: &str, value: &str) -> Cow<'static, str> {
    format!("`{name}` is `{value}`").into()
}

#[cfg(test)]
mod tests {
    use super::{Background, Charset, ColorChoice, Depth, Environment, Interface, Preferences, Variant};

    fn in_terminal(variables: &[(&str, &str)]) -> Environment {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Environment {
            variables: variables.iter().map(owned).collect(),
            draws_on_terminal: true,
            has_keys: true,
            ..Environment::default()
        }
    }

    #[test]
    fn the_depth_is_what_the_terminal_promises() {
        let cases: [(&[(&str, &str)], Depth); 9] = [
            (&[("COLORTERM", "truecolor"), ("TERM", "xterm")], Depth::True),
            (&[("WT_SESSION", "1")], Depth::True),
            (&[("TERM", "xterm-direct")], Depth::True),
            (&[("TERM", "xterm-kitty")], Depth::True),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "ghostty")], Depth::True),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")], Depth::Indexed256),
            (&[("TERM", "tmux-256color")], Depth::Indexed256),
            (&[("TERM", "xterm"), ("COLORTERM", "1")], Depth::Ansi16),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Depth::Indexed256),
        ];
        for (variables, depth) in cases {
            assert_eq!(in_terminal(variables).depth().value, depth, "{variables:?}");
        }
    }

    #[test]
    fn flags_come_before_no_color_and_no_color_before_the_terminal() {
        let quiet = in_terminal(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
        assert_eq!(quiet.depth().value, Depth::Mono);
        assert_eq!(quiet.depth().why, "`NO_COLOR` is set");
        assert_eq!(quiet.theme(Depth::Mono, Variant::Light).value, "mono");
        let wanted = Environment { color: ColorChoice::Always, ..quiet.clone() };
        assert_eq!(wanted.depth().value, Depth::True);
        let chosen = Environment { theme: Some("ansi".into()), ..quiet.clone() };
        assert_eq!(chosen.depth().value, Depth::True);
        let settings = Preferences { any: Some("ansi".into()), ..Preferences::default() };
        let configured = Environment { preferences: settings, ..quiet.clone() };
        assert_eq!(configured.theme(configured.depth().value, Variant::Dark).value, "mono");
        let deep = Environment { depth: Some(Depth::Ansi16), ..quiet };
        assert_eq!(deep.depth().value, Depth::Ansi16);
        let never = Environment { color: ColorChoice::Never, ..deep };
        assert_eq!(never.depth().value, Depth::Mono);
    }

    #[test]
    fn the_interface_needs_a_terminal_that_can_draw() {
        assert_eq!(in_terminal(&[("TERM", "xterm")]).interface().value, Interface::Screen);
        let plain: [&[(&str, &str)]; 4] =
            [&[("TERM", "dumb")], &[], &[("TERM", "xterm"), ("CI", "true")], &[("TERM", "xterm"), ("ACCESSIBLE", "1")]];
        for variables in plain {
            assert_eq!(in_terminal(variables).interface().value, Interface::Plain, "{variables:?}");
        }
        let piped = Environment { draws_on_terminal: false, ..in_terminal(&[("TERM", "xterm")]) };
        assert_eq!(piped.interface().value, Interface::Plain);
    }

    #[test]
    fn the_terminal_is_queried_only_if_it_answers_at_once() {
        let cases: [(&[(&str, &str)], Background); 7] = [
            (&[("TERM", "xterm")], Background::Query),
            (&[("TERM", "xterm"), ("COLORFGBG", "0;15")], Background::Is(Variant::Light)),
            (&[("TERM", "xterm"), ("COLORFGBG", "15;default;0")], Background::Is(Variant::Dark)),
            (&[("TERM", "xterm"), ("COLORFGBG", "default;default")], Background::Query),
            (&[("TERM", "xterm"), ("SSH_CONNECTION", "a b")], Background::Unknown),
            (&[("TERM", "screen.xterm"), ("STY", "1.a")], Background::Unknown),
            (&[("TERM", "linux")], Background::Unknown),
        ];
        for (variables, background) in cases {
            assert_eq!(in_terminal(variables).background().value, background, "{variables:?}");
        }
    }

    #[test]
    fn glyphs_follow_the_locale() {
        assert_eq!(in_terminal(&[("LANG", "de_AT.UTF-8")]).charset().value, Charset::Unicode);
        assert_eq!(in_terminal(&[("LC_ALL", "C"), ("LANG", "de_AT.utf8")]).charset().value, Charset::Ascii);
        assert_eq!(in_terminal(&[]).charset().value, Charset::Unicode);
        assert_eq!(in_terminal(&[("LANG", "C.utf8"), ("TERM", "linux")]).charset().value, Charset::Ascii);
    }
}
