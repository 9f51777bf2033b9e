//! What flags say about the look: colours, marks, how lively, and what stands beside the screen.
//!
//! Start at [`LookArgs`].

use clap::{Args, ValueEnum};

use crate::cli::values;
use crate::tui::theme::color::Depth;

/// How it looks.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Look")]
pub struct LookArgs {
    /// Lines of text instead of the screen
    #[arg(long)]
    pub plain: bool,
    /// A theme's name, or a file of your own
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// In which colours and marks.
    #[command(flatten)]
    pub paint: PaintArgs,
    /// Nothing moves more than once a second, unless a key is pressed
    #[arg(long, hide_short_help = true)]
    pub no_motion: bool,
    /// Most pictures a second, from 1 to 60; 20 unless said otherwise, 8 over ssh
    #[arg(long, value_name = "N", value_parser = values::fps, hide_short_help = true)]
    pub fps: Option<u32>,
    /// Leave the window's title alone
    #[arg(long, hide_short_help = true)]
    pub no_title: bool,
    /// Show no progress in the terminal's tab or in the task bar
    #[arg(long, hide_short_help = true)]
    pub no_progress: bool,
}

/// In which colours and marks.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Look")]
pub struct PaintArgs {
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// How many colours: `1`, `16`, `256`, `true`
    #[arg(long, value_name = "DEPTH", value_parser = values::depth)]
    pub color_depth: Option<Depth>,
    /// Letters and signs of ASCII alone
    #[arg(long)]
    pub ascii: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// If the terminal shows it
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
