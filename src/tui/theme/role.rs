//! What a style may mean. Closed: a view asks for a meaning, never for a colour.
//!
//! Start at [`Role`], [`Status`] and [`Variant`].

/// A meaning that has a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The screen itself.
    Bg,
    /// What lies on the screen: help, questions.
    Surface,
    /// Words and numbers.
    Text,
    /// Units, labels, secondary numbers.
    TextDim,
    /// Rules, grids, what is switched off; never essential.
    TextFaint,
    /// Around what has no focus.
    Border,
    /// Around what has it.
    BorderFocus,
    /// Names of sections.
    Title,
    /// A key one may press.
    Key,
    /// Under the selected row: keeps the colours that lie on it.
    Selection,
    /// The one thing that is neither status nor text.
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
    /// Bars of charts and of progress.
    Bar,
    /// What is left of a bar.
    BarRest,
    /// Axes and their numbers.
    Axis,
    /// Ticks at p50, p95 and p99.
    Marker,
}

/// A state that has a colour and a glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Not started.
    Queued,
    /// In flight.
    Running,
    /// Ended well.
    Ok,
    /// Slower than it should be; a warning.
    Slow,
    /// Waits for its next attempt.
    Retrying,
    /// Held back by the server.
    Limited,
    /// Ended badly.
    Failed,
    /// Ended by a timeout.
    Timeout,
    /// Ended by us.
    Cancelled,
    /// Held back by the person at the screen.
    Paused,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 10] = [
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
    /// What theme files call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// A table of a theme file that holds roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Ui,
    Status,
    Chart,
}

impl Role {
    /// How many there are.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// All of them, in order of declaration.
    pub const ALL: [Self; 25] = [
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
        Self::Bar,
        Self::BarRest,
        Self::Axis,
        Self::Marker,
    ];

    /// What theme files call it.
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
            Self::Bar => "bar",
            Self::BarRest => "bar_rest",
            Self::Axis => "axis",
            Self::Marker => "marker",
        }
    }

    /// The table that holds it.
    pub(super) fn section(self) -> Section {
        if self < Self::Queued {
            Section::Ui
        } else if self < Self::Bar {
            Section::Status
        } else {
            Section::Chart
        }
    }

    /// The roles of one table.
    pub(super) fn of(section: Section) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| role.section() == section)
    }

    /// The role that stands in for one that a theme and its parents leave out.
    pub(super) fn fallback(self) -> Option<Self> {
        match self {
            Self::Surface => Some(Self::Bg),
            Self::Border | Self::Queued | Self::BarRest | Self::Axis => Some(Self::TextFaint),
            Self::BorderFocus | Self::Key => Some(Self::Accent),
            Self::Title | Self::Marker => Some(Self::Text),
            Self::Retrying => Some(Self::Limited),
            Self::Timeout => Some(Self::Failed),
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

    /// Whether it colours what is behind the text; a bare colour then means the background.
    pub(super) fn is_ground(self) -> bool {
        matches!(self, Self::Bg | Self::Surface | Self::Selection)
    }
}
