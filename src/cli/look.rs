//! The flags for the appearance: colours, marks, frame rate, title and progress.
//!
//! Start at [`LookArgs`].

use std::ffi::OsString;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::cli::values;
use crate::text::console::ColorChoice;
use crate::tui::notice::Notify;
use crate::tui::theme::color::Depth;

/// The flags for the appearance.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Look")]
pub struct LookArgs {
    /// Print lines of text instead of the screen
    #[arg(long)]
    pub plain: bool,
    /// Theme name, or a file of your own
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// The flags for colours and marks.
    #[command(flatten)]
    pub paint: PaintArgs,
    /// Update at most once a second, unless a key is pressed
    #[arg(long, hide_short_help = true)]
    pub no_motion: bool,
    /// Maximum frames per second, from 1 to 60 [default: 20, or 8 over ssh]
    #[arg(long, value_name = "N", value_parser = values::fps, hide_short_help = true)]
    pub fps: Option<u32>,
    /// Do not set the window's title
    #[arg(long, hide_short_help = true)]
    pub no_title: bool,
    /// Show no progress in the terminal's tab or the task bar
    #[arg(long, hide_short_help = true)]
    pub no_progress: bool,
    /// Close the screen when the run is over; its last frame stays above the prompt
    #[arg(long)]
    pub exit: bool,
    /// Notify when the run ends or something goes down or up: `bell`, `desktop`, `both`, `off`
    #[arg(long, value_name = "HOW", hide_short_help = true)]
    pub notify: Option<Notify>,
}

/// The flags for colours and marks.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Look")]
pub struct PaintArgs {
    /// Number of colours: `1`, `16`, `256`, `true`
    #[arg(long, value_name = "DEPTH", value_parser = values::depth)]
    pub color_depth: Option<Depth>,
    /// Use ASCII characters only
    #[arg(long)]
    pub ascii: bool,
}

impl ValueEnum for Notify {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(match self {
            Self::Off => "Do not notify",
            Self::Bell => "Ring the terminal's bell",
            Self::Desktop => "Ask the terminal for a desktop notification",
            Self::Both => "Do both",
        }))
    }
}

impl ValueEnum for ColorChoice {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Auto => PossibleValue::new("auto").help("Where a terminal shows it"),
            Self::Always => PossibleValue::new("always").help("Everywhere, files and pipes included"),
            Self::Never => PossibleValue::new("never").help("Nowhere"),
        })
    }
}

/// The value of `--color` in arguments that could not be parsed, so that the error message obeys it.
pub fn color_in(arguments: impl IntoIterator<Item = OsString>) -> ColorChoice {
    let mut arguments = arguments.into_iter().take_while(|argument| argument != "--");
    let mut color = ColorChoice::default();
    while let Some(argument) = arguments.next() {
        let value = match argument.to_str().and_then(|argument| argument.strip_prefix("--color")) {
            Some("") => arguments.next().and_then(|value| value.into_string().ok()),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        color = value.and_then(|value| ColorChoice::from_str(&value, false).ok()).unwrap_or(color);
    }
    color
}

#[cfg(test)]
mod tests {
    use super::color_in;
    use crate::text::console::ColorChoice;

    #[test]
    fn the_choice_of_colour_is_found_in_arguments_that_do_not_parse() {
        let find = |line: &str| color_in(line.split(' ').map(Into::into));
        assert_eq!(find("inflight run --nonsense --color always"), ColorChoice::Always);
        assert_eq!(find("inflight --color=never --nonsense"), ColorChoice::Never);
        for nothing in
            ["inflight run --color", "inflight --color-depth 16", "inflight --color so", "a -- --color never"]
        {
            assert_eq!(find(nothing), ColorChoice::Auto, "{nothing}");
        }
    }
}
