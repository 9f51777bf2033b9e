//! How a verdict was found, in plain words.
//!
//! Start at [`Explanation`].

/// What was seen, the formula with its figures, what would refute it, usual causes, and what to press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What was seen.
    pub observed: String,
    /// The formula, with its figures.
    pub formula: String,
    /// What would refute the finding.
    pub refuted: &'static str,
    /// The usual causes.
    pub causes: &'static [&'static str],
    /// Which action of the screen helps, if one does.
    pub press: Option<Press>,
}

/// An action of the screen that helps with a finding. The screen knows its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Allow half as many in flight.
    HalveLimit,
    /// Allow twice as many in flight.
    DoubleLimit,
    /// Adapt limits to each host.
    Adapt,
    /// Show the failures.
    Failures,
    /// Show the hosts.
    Hosts,
    /// Show what is in flight, the oldest first.
    InFlight,
}
