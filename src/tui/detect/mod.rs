//! Decides what the terminal can show, and says why.
//!
//! Pure: flags, variables and facts about the streams are handed in, nothing is read or asked here.
//! Every answer carries its reason, so that `doctor` can tell. Start at [`Environment`].

pub mod pace;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::text::console::ColorChoice;
use crate::tui::theme::bundled;
use crate::tui::theme::color::Depth;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Variant;

/// The variables that matter here; whoever may read the environment reads these.
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

/// Everything that decides how we look.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Values of [`VARIABLES`], as far as they are set.
    pub variables: BTreeMap<String, String>,
    /// The stream we would draw on is a terminal.
    pub draws_on_terminal: bool,
    /// There is a terminal that keys can come from.
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
    /// The terminal says that it shows progress in its tab.
    pub shows_progress: bool,
    /// What the user's settings say; unlike a flag they yield to `NO_COLOR`.
    pub usual: Usual,
}

/// What settings say about the look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usual {
    /// The theme for any background.
    pub any: Option<String>,
    /// The theme for a light background.
    pub light: Option<String>,
    /// The theme for a dark background.
    pub dark: Option<String>,
    /// ASCII alone; if not, what the terminal can show.
    pub ascii: Option<bool>,
    /// Things move as they happen; if not, once a second.
    pub motion: Option<bool>,
    /// Most pictures a second.
    pub fps: Option<u32>,
    /// The mouse is ours from the beginning.
    pub mouse: Option<bool>,
    /// The window has a title of ours.
    pub title: Option<bool>,
    /// The terminal's tab shows progress.
    pub progress: Option<bool>,
    /// Where each of them is said, by its key: a variable, or a file and its line.
    pub said: BTreeMap<String, String>,
}

impl Usual {
    /// Lays nearer settings over these. What the nearer ones say of any background also ends what
    /// these say of one kind.
    pub fn lay_over(&mut self, nearer: &Self) {
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
        self.said.extend(nearer.said.clone());
    }

    /// Why a setting holds: that they say so, and where.
    fn reason(&self, key: &str) -> Cow<'static, str> {
        self.said.get(key).map_or("the settings say so".into(), |place| format!("`{place}` says so").into())
    }

    /// The theme for this background, and whether it is meant for this background alone.
    pub fn theme(&self, ground: Variant) -> Option<(&str, bool)> {
        let exact = match ground {
            Variant::Light => &self.light,
            Variant::Dark => &self.dark,
        };
        exact.as_deref().map(|name| (name, true)).or(self.any.as_deref().map(|name| (name, false)))
    }
}

/// An answer and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<T> {
    /// The answer.
    pub value: T,
    /// The reason, as a clause: `COLORTERM is "truecolor"`.
    pub why: Cow<'static, str>,
}

impl<T> Decision<T> {
    /// The same with the answer in words.
    pub fn named(self, name: impl Fn(T) -> &'static str) -> Decision<String> {
        Decision { value: name(self.value).to_owned(), why: self.why }
    }
}

/// How we present ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The interface.
    Screen,
    /// Lines of text.
    Plain,
}

/// How we learn about the terminal's background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// We know it.
    Is(Variant),
    /// Nobody tells: dark is assumed, and nothing that was asked for is changed for it.
    Unknown,
    /// The terminal can be asked; until it answers, dark is assumed.
    Ask,
}

impl Environment {
    /// Whether there is an interface at all.
    pub fn face(&self) -> Decision<Face> {
        let plain = |why| decided(Face::Plain, why);
        match (self.var("TERM"), self.var("CI")) {
            _ if self.plain => plain("`--plain` is given".into()),
            _ if !self.draws_on_terminal => plain("the interface's stream is not a terminal".into()),
            _ if !self.has_keys => plain("there is no terminal to read keys from".into()),
            _ if self.var("ACCESSIBLE").is_some_and(|value| value != "0") => plain("`ACCESSIBLE` is set".into()),
            (Some("dumb"), _) => plain("`TERM` is `dumb`".into()),
            (None, _) if cfg!(unix) => plain("`TERM` is not set".into()),
            (_, Some(value)) if !matches!(value, "0" | "false") => plain("`CI` is set".into()),
            _ => decided(Face::Screen, "a terminal to draw on and keys to read".into()),
        }
    }

    /// How many colours.
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
        self.shown_depth()
    }

    /// How many colours the terminal shows, wishes aside.
    fn shown_depth(&self) -> Decision<Depth> {
        let term = self.var("TERM").unwrap_or_default();
        let program = self.var("TERM_PROGRAM").unwrap_or_default();
        let is_one_of = |names: &[&str]| names.iter().any(|name| term.contains(name) || program.contains(name));
        match self.var("COLORTERM") {
            Some(value @ ("truecolor" | "24bit")) => decided(Depth::True, said("COLORTERM", value)),
            _ if self.var("WT_SESSION").is_some() => decided(Depth::True, "`WT_SESSION` is set".into()),
            _ if term.ends_with("-direct") || term.ends_with("-truecolor") => decided(Depth::True, said("TERM", term)),
            _ if is_one_of(&["kitty", "WezTerm", "wezterm", "ghostty", "alacritty", "foot", "iTerm.app"]) => {
                let why = format!("`{}` shows all", if program.is_empty() { term } else { program });
                decided(Depth::True, why.into())
            }
            _ if program == "Apple_Terminal" => decided(Depth::Indexed256, said("TERM_PROGRAM", program)),
            _ if term.contains("256") => decided(Depth::Indexed256, said("TERM", term)),
            _ => decided(Depth::Ansi16, "nothing promises more than 16".into()),
        }
    }

    /// Which marks.
    pub fn charset(&self) -> Decision<Charset> {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| Some((name, self.var(name)?)));
        match locale {
            _ if self.ascii => decided(Charset::Ascii, "`--ascii` is given".into()),
            _ if self.usual.ascii == Some(true) => decided(Charset::Ascii, self.usual.reason("ascii")),
            _ if self.var("TERM") == Some("linux") => {
                decided(Charset::Ascii, "the Linux console has few glyphs".into())
            }
            _ if self.var("WT_SESSION").is_some() => decided(Charset::Unicode, "`WT_SESSION` is set".into()),
            Some((name, value)) => {
                let upper = value.to_ascii_uppercase();
                let is_utf8 = upper.contains("UTF-8") || upper.contains("UTF8");
                decided(if is_utf8 { Charset::Unicode } else { Charset::Ascii }, said(name, value))
            }
            // A bare container has no locale at all, and its terminal is a modern one.
            None => decided(Charset::Unicode, "no locale says otherwise".into()),
        }
    }

    /// Whether the background is dark or light.
    pub fn ground(&self) -> Decision<Ground> {
        let dark = |why| decided(Ground::Unknown, why);
        let term = self.var("TERM").unwrap_or_default();
        if let Some((value, variant)) = self.var("COLORFGBG").and_then(|value| Some((value, background(value)?))) {
            return decided(Ground::Is(variant), said("COLORFGBG", value));
        }
        if !self.draws_on_terminal || !self.has_keys {
            return dark("there is no terminal to ask, dark is assumed".into());
        }
        // A late answer over a slow line would be typed into the shell after us, and screen answers
        // out of order.
        for name in ["SSH_CONNECTION", "STY"] {
            if self.var(name).is_some() {
                return dark(format!("`{name}` is set, so the terminal is not asked, dark is assumed").into());
            }
        }
        let is_known_silent = matches!(term, "" | "dumb" | "linux" | "Eterm" | "screen") || term.starts_with("screen.");
        if is_known_silent {
            return dark(format!("`{term}` does not answer, dark is assumed").into());
        }
        decided(Ground::Ask, "the terminal is asked by OSC 11".into())
    }

    /// Which theme, once the background is known or assumed.
    pub fn theme(&self, depth: Depth, ground: Variant) -> Decision<String> {
        let theme = |name: &str, why: &'static str| decided(name.to_owned(), why.into());
        let key = |is_exact: bool| match ground {
            Variant::Dark | Variant::Light if !is_exact => "theme",
            Variant::Dark => "theme_dark",
            Variant::Light => "theme_light",
        };
        match (&self.theme, depth, self.usual.theme(ground), ground) {
            (Some(name), ..) => theme(name, "`--theme` is given"),
            (_, Depth::Mono, ..) => theme(bundled::MONO, "there is no colour"),
            (_, _, Some((name, is_exact)), _) => {
                let why = self.usual.reason(key(is_exact));
                let assumed = self.dark_is_assumed().filter(|_| is_exact && ground == Variant::Dark);
                decided(name.to_owned(), assumed.map_or_else(|| why.clone(), |how| format!("{why}, and {how}").into()))
            }
            (_, _, None, Variant::Dark) => {
                let why = self.dark_is_assumed().unwrap_or_else(|| "the background is dark".into());
                decided(bundled::DARK.to_owned(), why)
            }
            (_, _, None, Variant::Light) => theme(bundled::LIGHT, "the background is light"),
        }
    }

    /// Why a dark background is only assumed, unless somebody has told which it is.
    fn dark_is_assumed(&self) -> Option<Cow<'static, str>> {
        let Decision { value, why } = self.ground();
        match value {
            Ground::Is(_) => None,
            Ground::Unknown => Some(why),
            Ground::Ask => Some("dark is assumed until the terminal is asked".into()),
        }
    }

    /// A variable that is set and not empty.
    pub(super) fn var(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The background of a terminal that says `15;0` or `15;default;0`.
fn background(colorfgbg: &str) -> Option<Variant> {
    match colorfgbg.rsplit(';').next()?.parse::<u8>().ok()? {
        0..=6 | 8 => Some(Variant::Dark),
        7 | 9..=15 => Some(Variant::Light),
        _ => None,
    }
}

fn decided<T>(value: T, why: Cow<'static, str>) -> Decision<T> {
    Decision { value, why }
}

fn said(name: &str, value: &str) -> Cow<'static, str> {
    format!("`{name}` is `{value}`").into()
}

#[cfg(test)]
mod tests {
    use super::{Charset, ColorChoice, Depth, Environment, Face, Ground, Usual, Variant};

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
    fn depth_is_what_the_terminal_promises() {
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
    fn wishes_come_before_no_color_and_no_color_before_the_terminal() {
        let quiet = in_terminal(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
        assert_eq!(quiet.depth().value, Depth::Mono);
        assert_eq!(quiet.depth().why, "`NO_COLOR` is set");
        assert_eq!(quiet.theme(Depth::Mono, Variant::Light).value, "mono");
        let wanted = Environment { color: ColorChoice::Always, ..quiet.clone() };
        assert_eq!(wanted.depth().value, Depth::True);
        let chosen = Environment { theme: Some("ansi".into()), ..quiet.clone() };
        assert_eq!(chosen.depth().value, Depth::True);
        let settings = Usual { any: Some("ansi".into()), ..Usual::default() };
        let usual = Environment { usual: settings, ..quiet.clone() };
        assert_eq!(usual.theme(usual.depth().value, Variant::Dark).value, "mono");
        let deep = Environment { depth: Some(Depth::Ansi16), ..quiet };
        assert_eq!(deep.depth().value, Depth::Ansi16);
        let never = Environment { color: ColorChoice::Never, ..deep };
        assert_eq!(never.depth().value, Depth::Mono);
    }

    #[test]
    fn the_interface_needs_a_terminal_that_can_draw() {
        assert_eq!(in_terminal(&[("TERM", "xterm")]).face().value, Face::Screen);
        let plain: [&[(&str, &str)]; 4] =
            [&[("TERM", "dumb")], &[], &[("TERM", "xterm"), ("CI", "true")], &[("TERM", "xterm"), ("ACCESSIBLE", "1")]];
        for variables in plain {
            assert_eq!(in_terminal(variables).face().value, Face::Plain, "{variables:?}");
        }
        let piped = Environment { draws_on_terminal: false, ..in_terminal(&[("TERM", "xterm")]) };
        assert_eq!(piped.face().value, Face::Plain);
    }

    #[test]
    fn the_terminal_is_asked_only_where_it_answers_at_once() {
        let cases: [(&[(&str, &str)], Ground); 7] = [
            (&[("TERM", "xterm")], Ground::Ask),
            (&[("TERM", "xterm"), ("COLORFGBG", "0;15")], Ground::Is(Variant::Light)),
            (&[("TERM", "xterm"), ("COLORFGBG", "15;default;0")], Ground::Is(Variant::Dark)),
            (&[("TERM", "xterm"), ("COLORFGBG", "default;default")], Ground::Ask),
            (&[("TERM", "xterm"), ("SSH_CONNECTION", "a b")], Ground::Unknown),
            (&[("TERM", "screen.xterm"), ("STY", "1.a")], Ground::Unknown),
            (&[("TERM", "linux")], Ground::Unknown),
        ];
        for (variables, ground) in cases {
            assert_eq!(in_terminal(variables).ground().value, ground, "{variables:?}");
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
