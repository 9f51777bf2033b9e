//! What the screen looks like here: theme, colours and marks, by flags and surroundings.
//!
//! Start at [`Looks::decide`].

use std::path::Path;

use crate::cli::{LookArgs, When};
use crate::error::Error;
use crate::tui::detect::{ColorWish, Ground, Surroundings};
use crate::tui::theme::role::Variant;
use crate::tui::theme::{Look, Theme};

/// The looks that were decided.
#[derive(Debug)]
pub struct Looks {
    /// The theme to begin with.
    pub theme: Theme,
    /// What the terminal can show.
    pub look: Look,
    /// Ask the terminal for its background, and take the theme's other half if it is the other kind.
    pub asks_ground: bool,
    /// Most pictures a second.
    pub frames_per_second: u32,
    surroundings: Surroundings,
}

/// What flags say, laid over the surroundings.
pub fn wished(mut surroundings: Surroundings, args: &LookArgs) -> Surroundings {
    surroundings.plain = args.plain;
    surroundings.ascii = args.ascii;
    surroundings.color = match args.color {
        When::Auto => ColorWish::Auto,
        When::Always => ColorWish::Always,
        When::Never => ColorWish::Never,
    };
    surroundings.depth = args.color_depth;
    surroundings.theme.clone_from(&args.theme);
    surroundings
}

impl Looks {
    /// Decides from what is known before the terminal is asked.
    pub fn decide(surroundings: &Surroundings) -> Result<Self, Error> {
        let look = Look { depth: surroundings.depth().value, charset: surroundings.charset().value };
        let ground = surroundings.ground().value;
        let (variant, asks) = match ground {
            Ground::Is(variant) => (variant, false),
            Ground::Ask => (Variant::Dark, true),
        };
        let name = surroundings.theme(look.depth, variant).value;
        let theme = read(&name, look)?;
        Ok(Self {
            // A theme that was asked for by name is the theme, on any background.
            asks_ground: asks && surroundings.theme.is_none() && theme.pair().is_some(),
            theme,
            look,
            frames_per_second: surroundings.frames_per_second().value,
            surroundings: surroundings.clone(),
        })
    }

    /// The terminal has told its background.
    pub fn on_ground(&mut self, variant: Variant) {
        let name = self.surroundings.theme(self.look.depth, variant).value;
        if let Some(theme) = Theme::bundled(&name, self.look) {
            self.theme = theme;
        }
    }

    /// Goes on to the next bundled theme.
    pub fn next_theme(&mut self) {
        if let Some(theme) = Theme::bundled(Theme::after(self.theme.name()), self.look) {
            self.theme = theme;
        }
    }
}

/// A bundled theme by its name, or a file.
fn read(name: &str, look: Look) -> Result<Theme, Error> {
    if let Some(theme) = Theme::bundled(name, look) {
        return Ok(theme);
    }
    let path = Path::new(name);
    let unknown = || {
        let known: Vec<&str> = Theme::names().collect();
        Error::NoTheme { name: name.to_owned(), known: known.join(", ") }
    };
    let text = std::fs::read_to_string(path).map_err(|_| unknown())?;
    // A parent that is not bundled lies beside the file.
    let beside = |parent: &str| {
        let is_plain = parent.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let folder = path.parent().filter(|_| is_plain)?;
        std::fs::read_to_string(folder.join(format!("{parent}.toml"))).ok()
    };
    Ok(Theme::read(&text, name, look, &beside)?)
}
