//! What the screen looks like here: theme, colours and marks, by flags and surroundings.
//!
//! Start at [`Appearance::decide`].

use crate::cli::look::{LookArgs, When};
use crate::config;
use crate::config::theme_catalog::{ThemeCatalog, ThemeError};
use crate::error::Error;
use crate::output::streams;
use crate::text::diagnostics::Mistakes;
use crate::tui::clipboard::Clipboard;
use crate::tui::detect::{ColorChoice, Decision, Environment, Ground};
use crate::tui::keymap::Keymap;
use crate::tui::theme::color::Depth;
use crate::tui::theme::role::Variant;
use crate::tui::theme::{Look, Theme};

/// The looks that were decided.
#[derive(Debug)]
pub struct Appearance {
    /// The theme to begin with.
    pub theme: Theme,
    /// What the terminal can show.
    pub look: Look,
    /// Ask the terminal for its background, and take the theme's other half if it is the other kind.
    pub asks_ground: bool,
    /// Most pictures a second.
    pub frames_per_second: u32,
    /// Things move as they happen, and not once a second.
    pub has_motion: bool,
    /// The mouse is ours from the beginning.
    pub has_mouse: bool,
    /// The window has a title of ours.
    pub has_title: bool,
    /// The terminal's tab shows progress.
    pub has_progress: bool,
    /// The keys in force.
    pub keymap: Keymap,
    /// The theme in force, as it is found on the shelf.
    at: String,
    shelf: ThemeCatalog,
    surroundings: Environment,
}

/// What flags say, laid over the surroundings.
pub fn wished(mut surroundings: Environment, args: &LookArgs) -> Environment {
    surroundings.plain = args.plain;
    surroundings.ascii = args.paint.ascii;
    surroundings.no_motion = args.no_motion;
    surroundings.fps = args.fps;
    surroundings.no_title = args.no_title;
    surroundings.no_progress = args.no_progress;
    surroundings.color = match args.paint.color {
        When::Auto => ColorChoice::Auto,
        When::Always => ColorChoice::Always,
        When::Never => ColorChoice::Never,
    };
    surroundings.depth = args.paint.color_depth;
    surroundings.theme.clone_from(&args.theme);
    surroundings
}

impl Appearance {
    /// Decides from what is known before the terminal is asked, settings included.
    pub fn decide(surroundings: &Environment) -> Result<Self, Error> {
        let settings = config::settings()?;
        if let Some(warnings) = &settings.warnings {
            streams::say(warnings.render_warnings(false, 100).trim_end());
        }
        let surroundings = Environment { usual: settings.usual, ..surroundings.clone() };
        let look = Look { depth: surroundings.depth().value, charset: surroundings.charset().value };
        let (ground, asks) = match surroundings.ground().value {
            Ground::Is(variant) => (Some(variant), false),
            Ground::Unknown => (None, false),
            Ground::Ask => (None, true),
        };
        let shelf = ThemeCatalog::open();
        let missing = settings.themes.iter().filter_map(|named| match shelf.find(&named.theme) {
            Err(ThemeError::Missing { suggestion, .. }) => Some(named.missing(suggestion)),
            Ok(_) | Err(_) => None,
        });
        Mistakes::check(missing.collect())?;
        let (at, theme) = pick(&shelf, &surroundings, look, ground)?;
        let usual = &surroundings.usual;
        let may_change = usual.light.is_some() || usual.dark.is_some() || theme.pair().is_some();
        Ok(Self {
            // A theme that was asked for by name is the theme, on any background.
            asks_ground: asks && surroundings.theme.is_none() && look.depth != Depth::Mono && may_change,
            theme,
            look,
            frames_per_second: surroundings.frames_per_second().value,
            has_motion: surroundings.motion().value,
            has_mouse: surroundings.mouse().value,
            has_title: surroundings.title().value,
            has_progress: surroundings.progress().value,
            keymap: settings.keymap,
            at,
            shelf,
            surroundings,
        })
    }

    /// What it was all decided from, settings included.
    pub fn surroundings(&self) -> &Environment {
        &self.surroundings
    }

    /// What the theme in force is called, and why it is this one.
    pub fn theme_decision(&self) -> Decision<String> {
        let Decision { value, why } = self.surroundings.theme(self.look.depth, self.theme.variant());
        let why = if value == self.at { why } else { format!("{why}, and this is its pair").into() };
        Decision { value: self.at.clone(), why }
    }

    /// Whether the terminal takes copies.
    pub fn clipboard(&self) -> Clipboard {
        self.surroundings.clipboard().value
    }

    /// The terminal has told its background.
    pub fn on_ground(&mut self, variant: Variant) {
        if let Ok((at, theme)) = pick(&self.shelf, &self.surroundings, self.look, Some(variant)) {
            (self.at, self.theme) = (at, theme);
        }
    }

    /// Goes on to the next theme that can be used, the user's own included.
    pub fn next_theme(&mut self) {
        let names = self.shelf.names();
        let here = names.iter().position(|name| *name == self.at);
        let from = here.map_or(0, |place| place + 1);
        let mut found = names.iter().cycle().skip(from).take(names.len());
        let usable = |name: &String| Some((name.clone(), self.shelf.read(name, self.look).ok()?));
        if let Some((at, theme)) = found.find_map(usable) {
            (self.at, self.theme) = (at, theme);
        }
    }
}

/// The theme for this background, and what it is called on the shelf.
///
/// Where nobody tells the background, a theme that was asked for is not changed for its pair.
fn pick(
    shelf: &ThemeCatalog,
    surroundings: &Environment,
    look: Look,
    ground: Option<Variant>,
) -> Result<(String, Theme), Error> {
    let assumed = ground.unwrap_or(Variant::Dark);
    let name = surroundings.theme(look.depth, assumed).value;
    let theme = shelf.read(&name, look)?;
    let is_meant = surroundings.theme.is_some() || surroundings.usual.theme(assumed).is_some_and(|(_, exact)| exact);
    let pair = ground.filter(|_| !is_meant).and_then(|ground| theme.instead_on(ground)).map(str::to_owned);
    match pair.and_then(|pair| Some((shelf.read(&pair, look).ok()?, pair))) {
        Some((theme, pair)) => Ok((pair, theme)),
        None => Ok((name, theme)),
    }
}
