//! Roles: the meanings that have a style. A view asks for a role, never for a colour.
//!
//! Start at [`Role`], [`Status`] and [`Variant`].

/// The role of a screen element; each has a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The background of the screen.
    Bg,
    /// The background of popups.
    Surface,
    /// Text and numbers.
    Text,
    /// Units, labels, secondary numbers.
    TextDim,
    /// Rules, grids and disabled items; never essential.
    TextFaint,
    /// The border of an element without focus.
    Border,
    /// The border of the focused element.
    BorderFocus,
    /// Titles of sections.
    Title,
    /// A key of the keyboard.
    Key,
    /// The background of the selected row; the row keeps its text colours.
    Selection,
    /// Emphasis that is neither a status nor text.
    Accent,
    /// [`Status::Queued`]
    Queued,
    /// [`Status::Running`]
    Running,
    /// [`Status::Ok`]
    Ok,
    /// [`Status::Slow`]
    Slow,
    /// [`Status::Retrying`]
    Retrying,
    /// [`Status::Limited`]
    Limited,
    /// [`Status::Failed`]
    Failed,
    /// [`Status::Timeout`]
    Timeout,
    /// [`Status::Cancelled`]
    Cancelled,
    /// [`Status::Paused`]
    Paused,
    /// [`Status::Down`]
    Down,
    /// Bars of charts and progress.
    Bar,
    /// The empty part of a bar.
    BarRest,
    /// Axes and their labels.
    Axis,
    /// Ticks at p50, p95 and p99.
    Marker,
}

/// A status with a colour and a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Not started.
    Queued,
    /// In flight.
    Running,
    /// Succeeded.
    Ok,
    /// Slower than usual; a warning.
    Slow,
    /// Waiting for its next attempt.
    Retrying,
    /// Rate limited by the server.
    Limited,
    /// Failed.
    Failed,
    /// Timed out.
    Timeout,
    /// Cancelled.
    Cancelled,
    /// Paused by the user.
    Paused,
    /// A host that does not answer.
    Down,
}

impl Status {
    /// All statuses.
    pub const ALL: [Self; 11] = [
        Self::Queued,
        Self::Running,
        Self::Ok,
        Self::Slow,
        Self::Retrying,
        Self::Limited,
        Self::Failed,
        Self::Timeout,
        Self::Cancelled,
        Self::Paused,
        Self::Down,
    ];
}

impl From<Status> for Role {
    fn from(status: Status) -> Self {
        match status {
            Status::Queued => Self::Queued,
            Status::Running => Self::Running,
            Status::Ok => Self::Ok,
            Status::Slow => Self::Slow,
            Status::Retrying => Self::Retrying,
            Status::Limited => Self::Limited,
            Status::Failed => Self::Failed,
            Status::Timeout => Self::Timeout,
            Status::Cancelled => Self::Cancelled,
            Status::Paused => Self::Paused,
            Status::Down => Self::Down,
        }
    }
}

/// The background a theme is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
}

impl Variant {
    /// The name in theme files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// A table of a theme file that contains roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoleTable {
    Ui,
    Status,
    Chart,
}

impl Role {
    /// The number of roles.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// All roles, in order of declaration.
    pub const ALL: [Self; 26] = [
        Self::Bg,
        Self::Surface,
        Self::Text,
        Self::TextDim,
        Self::TextFaint,
        Self::Border,
        Self::BorderFocus,
        Self::Title,
        Self::Key,
        Self::Selection,
        Self::Accent,
        Self::Queued,
        Self::Running,
        Self::Ok,
        Self::Slow,
        Self::Retrying,
        Self::Limited,
        Self::Failed,
        Self::Timeout,
        Self::Cancelled,
        Self::Paused,
        Self::Down,
        Self::Bar,
        Self::BarRest,
        Self::Axis,
        Self::Marker,
    ];

    /// The name in theme files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bg => "bg",
            Self::Surface => "surface",
            Self::Text => "text",
            Self::TextDim => "text_dim",
            Self::TextFaint => "text_faint",
            Self::Border => "border",
            Self::BorderFocus => "border_focus",
            Self::Title => "title",
            Self::Key => "key",
            Self::Selection => "selection",
            Self::Accent => "accent",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Retrying => "retrying",
            Self::Limited => "limited",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::Paused => "paused",
            Self::Down => "down",
            Self::Bar => "bar",
            Self::BarRest => "bar_rest",
            Self::Axis => "axis",
            Self::Marker => "marker",
        }
    }

    /// The table that contains it.
    pub(super) fn section(self) -> RoleTable {
        if self < Self::Queued {
            RoleTable::Ui
        } else if self < Self::Bar {
            RoleTable::Status
        } else {
            RoleTable::Chart
        }
    }

    /// The roles of one table.
    pub(super) fn in_table(section: RoleTable) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| role.section() == section)
    }

    /// The role to use instead if a theme and its parents do not define this one.
    pub(super) fn fallback(self) -> Option<Self> {
        match self {
            Self::Surface => Some(Self::Bg),
            Self::Border | Self::Queued | Self::BarRest | Self::Axis => Some(Self::TextFaint),
            Self::BorderFocus | Self::Key => Some(Self::Accent),
            Self::Title | Self::Marker => Some(Self::Text),
            Self::Retrying => Some(Self::Limited),
            Self::Timeout | Self::Down => Some(Self::Failed),
            Self::Cancelled => Some(Self::TextDim),
            Self::Bar => Some(Self::Running),
            Self::Bg
            | Self::Text
            | Self::TextDim
            | Self::TextFaint
            | Self::Selection
            | Self::Accent
            | Self::Running
            | Self::Ok
            | Self::Slow
            | Self::Limited
            | Self::Failed
            | Self::Paused => None,
        }
    }

    /// Whether it is a background; a plain colour then sets the background.
    pub(super) fn is_background(self) -> bool {
        matches!(self, Self::Bg | Self::Surface | Self::Selection)
    }
}
