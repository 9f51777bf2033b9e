//! The settings that the screen can change: their names, their values and what they mean.
//!
//! Start at [`ScreenSetting`].

/// A setting that the screen can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreenSetting {
    /// The theme.
    Theme,
    /// Whether the screen updates at once.
    Motion,
    /// The maximum frame rate.
    Fps,
    /// ASCII characters only.
    Ascii,
    /// Whether the mouse is used.
    Mouse,
    /// Whether the screen closes when the run is over.
    Exit,
    /// How to notify.
    Notify,
    /// Whether hosts and paths are hidden.
    Privacy,
    /// The time that the key figures cover.
    Window,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// A name.
    Name(String),
    /// On or off.
    Flag(bool),
    /// A number.
    Number(u32),
}

/// A setting with its value and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// The setting.
    pub setting: ScreenSetting,
    /// Its value now.
    pub value: SettingValue,
    /// Where the value comes from; foreign text.
    pub why: String,
}

/// The direction of a step through the values of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingStep {
    /// To the value before.
    Previous,
    /// To the value after.
    Next,
}

impl ScreenSetting {
    /// All settings, in the order of the menu.
    pub const ALL: [Self; 9] = [
        Self::Theme,
        Self::Motion,
        Self::Fps,
        Self::Ascii,
        Self::Mouse,
        Self::Exit,
        Self::Notify,
        Self::Privacy,
        Self::Window,
    ];

    /// The key in a settings file.
    pub fn key(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Motion => "motion",
            Self::Fps => "fps",
            Self::Ascii => "ascii",
            Self::Mouse => "mouse",
            Self::Exit => "exit",
            Self::Notify => "notify",
            Self::Privacy => "privacy",
            Self::Window => "window",
        }
    }

    /// What it does.
    pub fn help(self) -> &'static str {
        match self {
            Self::Theme => "Colours and marks",
            Self::Motion => "Update at once; otherwise once a second",
            Self::Fps => "Maximum frames per second",
            Self::Ascii => "ASCII characters only",
            Self::Mouse => "The wheel scrolls, a click selects",
            Self::Exit => "Close the screen when the run is over",
            Self::Notify => "At the end, and when something goes down or up",
            Self::Privacy => "Hide hosts and paths, for a shared screen",
            Self::Window => "Time that the key figures cover",
        }
    }
}

impl SettingStep {
    /// The value one step further in a list, wrapping around. An unknown value is followed by the first.
    pub fn through<T: Copy + PartialEq>(self, values: &[T], from: T) -> T {
        let n = values.len();
        let at = values.iter().position(|value| *value == from);
        let next = match (at, self) {
            (Some(at), Self::Next) => (at + 1) % n,
            (Some(at), Self::Previous) => (at + n - 1) % n,
            (None, _) => 0,
        };
        values.get(next).copied().unwrap_or(from)
    }
}

impl std::fmt::Display for SettingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Flag(true) => f.write_str("on"),
            Self::Flag(false) => f.write_str("off"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}
