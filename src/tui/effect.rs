//! The effects of a key: what the live loop does after the screen's state has changed.
//!
//! The state performs none of them itself. Start at [`Effect`].

use crate::control::{Command, LabCommand, ReplayCommand};
use crate::tui::curl::CurlCommand;
use crate::tui::setting::{ScreenSetting, SettingStep};

/// One thing that the live loop does for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Sends a command to the source.
    Send(Command),
    /// Moves a replay in time.
    Travel(ReplayCommand),
    /// Changes the lab's lanes.
    ControlLab(LabCommand),
    /// Copies a text to the clipboard.
    Copy(CopiedText),
    /// Writes a file; a picture is saved once the next one has been drawn.
    SaveFile(FileContent),
    /// Switches to the next theme.
    NextTheme,
    /// Switches to this theme.
    SetTheme(String),
    /// Opens the list of themes.
    OpenThemes,
    /// Shows the screen in this theme for a while, or again in the one before.
    PreviewTheme(Option<String>),
    /// Opens the settings menu.
    OpenSettings,
    /// Steps a setting to another value.
    StepSetting(ScreenSetting, SettingStep),
    /// Saves these settings in the user's file.
    SaveSettings(Vec<ScreenSetting>),
    /// Draws every cell again.
    Redraw,
    /// Leaves the screen.
    Leave(Leave),
    /// Handles Ctrl-C: drain, then cancel, then leave at once.
    Interrupt,
    /// Stops the process, as Ctrl-Z does in a shell.
    Suspend,
}

/// What a saved file contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// The next picture, as SVG.
    PictureSvg,
    /// The next picture, as text.
    PictureText,
    /// What can also be copied.
    Text(CopiedText),
}

/// What can be copied to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopiedText {
    /// A request, as a shell command.
    Curl(CurlCommand),
    /// What a host takes, as lines of a plan.
    Setting(String),
    /// A line of code, as `file:line`.
    Place(String),
}

impl FileContent {
    /// Whether the content is the next picture.
    pub fn is_picture(&self) -> bool {
        matches!(self, Self::PictureSvg | Self::PictureText)
    }
}

/// How the user leaves the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Closes the screen now.
    Now,
    /// Closes it now and prints the last picture to the scrollback.
    KeepPicture,
    /// Closes it now and runs the whole batch again.
    Again,
    /// Closes it as soon as the run has ended.
    WhenEnded,
}
