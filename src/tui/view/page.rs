//! The views there are, and what each of them must be able to say.
//!
//! A new view is a file with a [`Page`], a name in [`View`] and a row in [`VIEWS`]; a test holds that
//! its key is in the table of keys. Start at [`VIEWS`].

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::tui::curl::CurlRequest;
use crate::tui::filter::Term;
use crate::tui::view::Scene;
use crate::tui::view::endpoint::EndpointDetail;
use crate::tui::view::failures::Failures;
use crate::tui::view::hosts::Hosts;
use crate::tui::view::in_flight::InFlight;
use crate::tui::view::log::Log;
use crate::tui::view::overview::Overview;
use crate::tui::view::paint::Pen;
use crate::tui::view::waterfall::Waterfall;

/// A view, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum View {
    /// How far is it, what is slow, is it full?
    #[default]
    Overview,
    /// Does it run at once, or one after the other?
    Waterfall,
    /// What is one endpoint like?
    Endpoint,
    /// What went wrong, where, and what can be done about it?
    Failures,
    /// What does each host allow, and what holds it back?
    Hosts,
    /// What happened, one thing after the other?
    Log,
    /// What is in flight, and for how long?
    InFlight,
}

/// All about one view.
pub struct Tab {
    /// Its name.
    pub view: View,
    /// The key that leads there, for good: views to come have theirs already.
    pub digit: char,
    /// What the line of tabs calls it.
    pub title: &'static str,
    /// … where the line is short: a word of its own, and not its beginning.
    pub short: &'static str,
    /// How many things there are to look at, where the tab says so.
    pub count: Option<fn(&Model) -> u64>,
    /// What it shows.
    pub page: &'static dyn Page,
}

/// Every view, in the order of the tabs and of [`View`].
pub static VIEWS: [Tab; View::ALL.len()] = [
    Tab { view: View::Overview, digit: '1', title: "Overview", short: "All", count: None, page: &Overview },
    Tab { view: View::Waterfall, digit: '2', title: "Waterfall", short: "Fall", count: None, page: &Waterfall },
    Tab { view: View::Endpoint, digit: '3', title: "Endpoint", short: "One", count: None, page: &EndpointDetail },
    Tab {
        view: View::Failures,
        digit: '4',
        title: "Failures",
        short: "Fail",
        count: Some(|model| model.totals.jobs_failed),
        page: &Failures,
    },
    Tab { view: View::Hosts, digit: '5', title: "Hosts", short: "Hosts", count: None, page: &Hosts },
    Tab { view: View::Log, digit: '6', title: "Log", short: "Log", count: None, page: &Log },
    Tab { view: View::InFlight, digit: '7', title: "In flight", short: "Live", count: None, page: &InFlight },
];

impl View {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 7] =
        [Self::Overview, Self::Waterfall, Self::Endpoint, Self::Failures, Self::Hosts, Self::Log, Self::InFlight];

    /// What it shows.
    pub fn page(self) -> &'static dyn Page {
        VIEWS[self as usize].page
    }

    /// The view so many tabs further, round and round.
    #[must_use]
    pub fn after(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps) % Self::ALL.len()]
    }
}

/// What a view shows: rows to choose from, and a picture of them.
///
/// A row is known by a number that stays its own: an index of the model, or an item's number.
pub trait Page: Sync {
    /// What one row is: `endpoint`, `host`.
    fn thing(&self) -> &'static str;

    /// All rows there are.
    fn rows(&self, model: &Model) -> Range<usize>;

    /// Adds the rows there are, in a table that is sorted by a column and perhaps narrowed down by a
    /// filter: those of [`Page::rows`], unless some in between are gone or rows stand for others.
    fn fill(&self, model: &Model, _column: usize, _is_narrowed: bool, rows: &mut Vec<usize>) {
        rows.extend(self.rows(model));
    }

    /// Who is on a row: another one than before, where rows are seats.
    fn occupant(&self, _model: &Model, row: usize) -> u64 {
        row as u64
    }

    /// How long a table that is sorted by a column keeps its order, so that rows do not jump while they
    /// are read.
    fn order_holds(&self, _column: usize) -> Micros {
        Micros(500_000)
    }

    /// What rows can be sorted by, in words; the first is how they are sorted unless asked.
    fn columns(&self) -> &'static [&'static str];

    /// Where a row stands by one of the columns.
    fn key(&self, model: &Model, row: usize, column: usize, now: Offset) -> Key;

    /// What a row answers to a filter.
    fn holds(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool;

    /// How many rows an area of this size shows.
    fn room(&self, area: Rect, model: &Model) -> usize;

    /// Draws everything between header and footer.
    fn draw(&self, pen: &mut Pen<'_>, scene: &Scene<'_>);

    /// The same in a few lines.
    fn compact(&self, pen: &mut Pen<'_>, scene: &Scene<'_>) {
        self.draw(pen, scene);
    }

    /// Rows that a small terminal shows.
    fn compact_room(&self, area: Rect, model: &Model) -> usize {
        self.room(area, model)
    }

    /// What is behind a row; none where nothing is.
    fn behind(&self, _model: &Model, _row: usize) -> Option<Behind> {
        None
    }

    /// The request that a row stands for, or the last of those that it stands for.
    fn asked<'m>(&self, _model: &'m Model, _row: usize) -> Option<CurlRequest<'m>> {
        None
    }

    /// Whether the selected row is told in full, so that only the person may change it.
    fn has_detail(&self) -> bool {
        false
    }

    /// Whether rows only ever come at one end, so that the newest can be followed.
    fn is_stream(&self) -> bool {
        false
    }
}

/// What is behind a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Its events: the filter that leaves only those of the log.
    Events(String),
    /// One of what it stands for, in full; behind that, its events.
    Example(String),
    /// The same row in a view of its own.
    Itself(View),
}

/// What rows are sorted by; the least comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The least first.
    Least(u64),
    /// The most first.
    Most(Reverse<u64>),
    /// By rank, and within it the most first.
    Ranked(u64, Reverse<u64>),
    /// By rank, and within it the least first.
    Within(u64, u64),
    /// From A on.
    Name(Arc<str>),
}

impl Key {
    /// The most first.
    pub fn most(n: impl Into<u64>) -> Self {
        Self::Most(Reverse(n.into()))
    }
}

impl std::fmt::Debug for Tab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tab").field("view", &self.view).field("digit", &self.digit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{VIEWS, View};
    use crate::tui::action::Action;
    use crate::tui::keymap::entry;

    #[test]
    fn every_view_has_its_place_and_its_key() {
        for (i, tab) in VIEWS.iter().enumerate() {
            assert_eq!((tab.view, tab.view as usize), (View::ALL[i], i));
            let entry = entry(Action::Show(tab.view)).unwrap_or_else(|| panic!("`{}` has no key", tab.title));
            assert_eq!((entry.id, entry.keys[0]), (&*format!("view_{}", tab.digit), &*tab.digit.to_string()));
            assert!(!tab.page.columns().is_empty() && !tab.page.thing().is_empty());
        }
        assert_eq!(View::Overview.after(View::ALL.len() - 1), View::InFlight);
    }
}
