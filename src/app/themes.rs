//! Lists, shows and checks themes.
//!
//! Start at [`obey`].

use std::fmt::Write;
use std::io::{self, IsTerminal};

use crate::app::look::{Appearance, wished};
use crate::app::print;
use crate::cli::look::{LookArgs, When};
use crate::cli::{ShowArgs, ThemeArgs, ThemeCommand};
use crate::config;
use crate::config::theme_catalog::ThemeCatalog;
use crate::error::Error;
use crate::text::sanitize::sanitize;
use crate::tui::detect::ColorChoice;
use crate::tui::theme::color::Depth;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::{Look, bundled, measure, preview};

/// Does what was asked about themes.
pub fn obey(args: &ThemeArgs) -> Result<u8, Error> {
    match &args.command {
        ThemeCommand::List => print("print the themes", &list()),
        ThemeCommand::Show(args) => print("show the theme", &show(args)?),
        ThemeCommand::Check { theme } => print("print the check", &check(theme)?),
    }
}

/// Everything that a theme can be measured by.
const WHOLE: Look = Look { depth: Depth::True, charset: Charset::Unicode };

/// A line for each theme: its name, its background, its other half, and what its file says of it.
fn list() -> String {
    let shelf = ThemeCatalog::open();
    let names = shelf.names();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for name in names {
        let (variant, about) = match (shelf.read(&name, WHOLE), bundled::text(&name)) {
            (Ok(theme), Some(text)) => (theme.variant().name(), preview::about(text).to_owned()),
            (Ok(theme), None) => {
                let path = shelf.path(&name).map(|path| path.to_string_lossy().into_owned());
                (theme.variant().name(), format!("yours: {}", sanitize(&path.unwrap_or_default())))
            }
            (Err(_), _) => ("?", format!("yours, not valid: run `inflight theme check {name}`")),
        };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{name:<width$}  {variant:<5}  {about}");
    }
    text
}

/// Every role of a theme, in its colours where the terminal shows them.
fn show(args: &ShowArgs) -> Result<String, Error> {
    let look = LookArgs { theme: args.theme.clone(), paint: args.paint.clone(), ..LookArgs::default() };
    let mut surroundings = wished(config::environment(), &look);
    let is_quiet = surroundings.variables.get("NO_COLOR").is_some_and(|value| !value.is_empty());
    // Nobody sees colours in a file, unless they were asked for.
    let paints = match args.paint.color {
        When::Always => true,
        When::Never => false,
        When::Auto => io::stdout().is_terminal() && !is_quiet,
    };
    if !paints {
        // Then they are told, all of them.
        surroundings.color = ColorChoice::Auto;
        surroundings.depth = Some(Depth::True);
    }
    surroundings.draws_on_terminal &= paints;
    let looks = Appearance::decide(&surroundings)?;
    Ok(preview::preview(&looks.theme, looks.look, paints))
}

/// What is wrong with a theme; if nothing is, how well it can be read.
fn check(name: &str) -> Result<String, Error> {
    let shelf = ThemeCatalog::open();
    let theme = shelf.read(name, WHOLE)?;
    Ok(format!("theme `{}` is valid\n\n{}", sanitize(name), measure::table(&theme)))
}
