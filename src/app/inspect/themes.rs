//! The `theme` commands: list, show and check.
//!
//! Start at [`run`].

use std::fmt::Write;

use crate::app::appearance::{Appearance, with_flags};
use crate::app::print;
use crate::cli::look::LookArgs;
use crate::cli::{ShowArgs, ThemeArgs, ThemeCommand};
use crate::config;
use crate::config::theme_catalog::ThemeCatalog;
use crate::error::Error;
use crate::text::console::{ColorChoice, Console};
use crate::text::sanitize::sanitize;
use crate::tui::theme::color::Depth;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::{Capabilities, bundled, measure, preview};

/// Runs a `theme` command; returns the exit code.
pub fn run(args: &ThemeArgs, console: Console) -> Result<u8, Error> {
    match &args.command {
        ThemeCommand::List => print("the themes", &list()),
        ThemeCommand::Show(args) => print("the theme", &show(args, console)?),
        ThemeCommand::Check { theme } => print("the result of the check", &check(theme)?),
    }
}

/// Full colour and every mark, so that a theme can be measured completely.
const WHOLE: Capabilities = Capabilities { depth: Depth::True, charset: Charset::Unicode };

/// A line for each theme: its name, its background, and the description in its file.
fn list() -> String {
    let catalog = ThemeCatalog::open();
    let names = catalog.names();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for name in names {
        let (variant, about) = match (catalog.read(&name, WHOLE), bundled::text(&name)) {
            (Ok(theme), Some(text)) => (theme.variant().name(), preview::description(text).to_owned()),
            (Ok(theme), None) => {
                let path = catalog.path(&name).map(|path| path.to_string_lossy().into_owned());
                (theme.variant().name(), format!("yours: {}", sanitize(&path.unwrap_or_default())))
            }
            (Err(_), _) => ("?", format!("yours, not valid; run `inflight theme check {name}`")),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<width$}  {variant:<5}  {about}");
    }
    text
}

/// Every role of a theme, in colour if standard output shows colour.
fn show(args: &ShowArgs, console: Console) -> Result<String, Error> {
    let look = LookArgs { theme: args.theme.clone(), paint: args.paint.clone(), ..LookArgs::default() };
    let mut environment = with_flags(config::environment(console), &look);
    let paints = console.stdout.colour;
    if !paints {
        // Where no colour can be shown, each is named, in full depth.
        environment.color = ColorChoice::Auto;
        environment.depth = Some(Depth::True);
    }
    environment.draws_on_terminal &= paints;
    let appearance = Appearance::decide(&environment, console)?;
    Ok(preview::preview(&appearance.theme, appearance.capabilities, paints))
}

/// Checks a theme; the result is a table of its contrasts.
fn check(name: &str) -> Result<String, Error> {
    let catalog = ThemeCatalog::open();
    let theme = catalog.read(name, WHOLE)?;
    Ok(format!("theme `{}` is valid\n\n{}", sanitize(name), measure::table(&theme)))
}
