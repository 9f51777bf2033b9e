//! The views of the screen: their names, their digits and their order.
//!
//! Start at [`View`].

/// A view, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum View {
    /// Progress, latency and load at a glance.
    #[default]
    Overview,
    /// Each request on one time axis.
    Waterfall,
    /// Everything about one endpoint.
    Endpoint,
    /// What failed, why, and what to do about it.
    Failures,
    /// What each host allows, and what limits it.
    Hosts,
    /// Events in order.
    Log,
    /// Running requests, oldest first.
    InFlight,
    /// What a watched program prints.
    Output,
    /// What a watched program does wrong, the worst first.
    Findings,
}

impl View {
    /// All views, in the order of the tabs.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Waterfall,
        Self::Endpoint,
        Self::Failures,
        Self::Hosts,
        Self::Log,
        Self::InFlight,
        Self::Output,
        Self::Findings,
    ];

    /// The view that is so many tabs further, wrapping around.
    #[must_use]
    pub fn after(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps) % Self::ALL.len()]
    }

    /// The digit key that shows it.
    pub fn digit(self) -> char {
        match self {
            Self::Overview => '1',
            Self::Waterfall => '2',
            Self::Endpoint => '3',
            Self::Failures => '4',
            Self::Hosts => '5',
            Self::Log => '6',
            Self::InFlight => '7',
            Self::Output => '8',
            Self::Findings => '9',
        }
    }

    /// The name on its tab.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Waterfall => "Waterfall",
            Self::Endpoint => "Endpoint",
            Self::Failures => "Failures",
            Self::Hosts => "Hosts",
            Self::Log => "Log",
            Self::InFlight => "In flight",
            Self::Output => "Output",
            Self::Findings => "Findings",
        }
    }

    /// The name on its tab where space is short: another word, not a truncated one.
    pub fn short_title(self) -> &'static str {
        match self {
            Self::Overview => "All",
            Self::Waterfall => "Fall",
            Self::Endpoint => "One",
            Self::Failures => "Fail",
            Self::Hosts => "Hosts",
            Self::Log => "Log",
            Self::InFlight => "Live",
            Self::Output => "Out",
            Self::Findings => "Find",
        }
    }
}
