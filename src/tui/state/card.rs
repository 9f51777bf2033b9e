//! The open card of a request: which one it shows, and its scroll position.
//!
//! The card holds a copy of its request, so that it stays the same while the model forgets old ones. Start at
//! [`UiState::open_card`].

use crate::event::Attempt;
use crate::event::Offset;
use crate::event::cause::Cause;
use crate::event::origin::Origin;
use crate::model::Model;
use crate::model::incidents::example::Example;
use crate::model::timeline::Bar;
use crate::tui::keymap::entry::Context;
use crate::tui::rows::card::{CardContent, CardSet, events_filter};
use crate::tui::state::UiState;
use crate::tui::views::View;

/// An open card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The requests among which it can go to the next one.
    pub set: CardSet,
    /// What it shows.
    pub content: CardContent,
    /// The first visible line.
    pub scroll: usize,
    /// The maximum scroll position in the last picture.
    end: usize,
}

impl Card {
    /// A card that shows a request from its first line on.
    fn new(set: CardSet, content: CardContent) -> Self {
        Self { set, content, scroll: 0, end: 0 }
    }

    /// The request.
    pub fn request(&self) -> &Example {
        &self.content.request
    }

    /// A filter of the log that matches its events.
    pub(super) fn events_filter(&self, model: &Model) -> String {
        events_filter(self.set, &self.content, model)
    }

    /// Scrolls by some lines.
    pub(super) fn scroll_by(&mut self, by: isize) {
        self.scroll = self.scroll.saturating_add_signed(by).min(self.end);
    }

    /// Updates a request that was in flight in the last picture, or whose job was not yet known to be retried.
    fn refresh(&mut self, model: &Model, now: Offset) {
        let Some(bar) = &self.content.request.bar else { return };
        if !bar.is_open() && bar.retry.is_some() {
            return;
        }
        let number = model.timeline.number_of(bar.origin, bar.attempt);
        let newer = number.and_then(|number| model.timeline.nth(number)).filter(|newer| *newer != bar);
        if let Some(newer) = newer {
            let place = (self.content.nth, self.content.of);
            self.content = CardContent::of_bar(newer, model, now, place);
        }
    }
}

impl UiState {
    /// Opens the card of a row. Returns whether the row has a request.
    pub(super) fn open_card(&mut self, set: CardSet, row: usize, model: &Model, now: Offset) -> bool {
        let slow = self.selected_slow(model).map(|bar| CardContent::of_bar(bar, model, now, (0, 0)));
        let content = match (set, slow) {
            (CardSet::Endpoint(_), Some(slow)) => set.step(&slow, 0, (self.list(), self.view), model, now),
            _ => set.first(self.list(), self.view, row, model, now),
        };
        self.card = content.map(|content| Card::new(set, content));
        self.card.is_some()
    }

    /// Records the maximum scroll position, and updates what is shown.
    pub(super) fn fit_card(&mut self, end: usize, model: &Model, now: Offset) {
        if let Some(card) = &mut self.card {
            card.end = end;
            card.scroll = card.scroll.min(end);
            card.refresh(model, now);
        }
    }

    /// Shows another request of the same set.
    pub(super) fn step_card(&mut self, by: isize, model: &Model, now: Offset) {
        let Some(card) = &self.card else { return };
        let next = card.set.step(&card.content, by, (self.list(), self.view), model, now);
        if let Some(content) = next {
            self.card = Some(Card::new(card.set, content));
        }
    }

    /// The cause of the selected failure: that of the card, or of the row.
    pub fn selected_cause(&self, model: &Model) -> Option<Cause> {
        if let Some(card) = &self.card {
            return card.content.cause;
        }
        let row = self.list().selected_row().filter(|_| self.view == View::Failures)?;
        model.incidents.nth(row).map(|(cause, _)| cause)
    }

    /// The selected one of an endpoint's slowest attempts.
    pub fn selected_slow<'m>(&self, model: &'m Model) -> Option<&'m Bar> {
        let row = self.list().selected_row().filter(|_| self.view == View::Endpoint)?;
        let slowest = model.endpoints.get(row)?.kept.slowest();
        slowest.iter().find(|bar| self.slow == Some((bar.origin, bar.attempt))).or(slowest.first())
    }

    /// Whether the keys for rows move among an endpoint's slowest attempts.
    pub(super) fn moves_among_slow(&self) -> bool {
        self.context() == Context::At(View::Endpoint) && self.slow_rows > 0
    }

    /// Selects another one of the endpoint's slowest attempts. The selection follows its attempt.
    pub(super) fn step_slow(&mut self, by: isize, model: &Model) {
        let Some(row) = self.list().selected_row() else { return };
        let slowest = model.endpoints.get(row).map_or(&[][..], |endpoint| endpoint.kept.slowest());
        let at = slowest.iter().position(|bar| self.slow == Some((bar.origin, bar.attempt))).unwrap_or(0);
        let to = at.saturating_add_signed(by).min(slowest.len().saturating_sub(1));
        self.slow = slowest.get(to).map(|bar| (bar.origin, bar.attempt));
    }
}

/// The identity of one of an endpoint's slowest attempts.
pub(super) type SlowAttempt = (Origin, Attempt);
