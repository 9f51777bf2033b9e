//! What one row of the overview is.
//!
//! Start at [`Grouping`].

use crate::model::Model;
use crate::tui::rows::addresses::AddressRows;
use crate::tui::rows::endpoints::OverviewRows;
use crate::tui::rows::hosts::HostRows;
use crate::tui::rows::listing::Listing;
use crate::tui::rows::statuses::StatusRows;

/// What one row of the overview is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// An endpoint.
    #[default]
    Endpoint,
    /// An address of a list.
    Address,
    /// A host.
    Host,
    /// A status or another end of attempts.
    Status,
}

impl Grouping {
    const ALL: [Self; 4] = [Self::Endpoint, Self::Address, Self::Host, Self::Status];

    /// The grouping until the user chooses one: by address if a list has more addresses than endpoints.
    pub fn usual(model: &Model) -> Self {
        if model.addresses.all().len() > model.endpoints.len() { Self::Address } else { Self::Endpoint }
    }

    /// The next grouping. Only lists have addresses.
    #[must_use]
    pub fn next(self, model: &Model) -> Self {
        let next = Self::ALL[(self as usize + 1) % Self::ALL.len()];
        if next == Self::Address && model.addresses.all().is_empty() { next.next(model) } else { next }
    }

    /// Its rows.
    pub fn rows(self) -> &'static dyn Listing {
        match self {
            Self::Endpoint => &OverviewRows,
            Self::Address => &AddressRows,
            Self::Host => &HostRows,
            Self::Status => &StatusRows,
        }
    }

    /// The title of the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Endpoint => "Endpoints",
            Self::Address => "Addresses",
            Self::Host => "Hosts",
            Self::Status => "Statuses",
        }
    }
}
