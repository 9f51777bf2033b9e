//! Navigation between views: into the details of a row, and back.
//!
//! Start at [`UiState::show`] and [`UiState::go_back`].

use crate::event::Offset;
use crate::model::Model;
use crate::tui::rows::grouping::Grouping;
use crate::tui::rows::list::List;
use crate::tui::rows::listing::DrillDown;
use crate::tui::rows::statuses::requests_filter;
use crate::tui::state::UiState;
use crate::tui::state::card::Card;
use crate::tui::views::View;

/// A step from a row into its details.
#[derive(Debug)]
pub(super) struct TrailStep {
    from: View,
    /// The filter that the step has set.
    filter: String,
    /// The list that the step has replaced.
    previous: List,
    /// The card that was open.
    card: Option<Card>,
}

impl UiState {
    pub(super) fn go_back(&mut self) {
        if self.question.is_some() {
            self.question = None;
        } else if self.has_export_menu {
            self.has_export_menu = false;
        } else if self.settings.is_some() {
            self.settings = None;
        } else if self.palette.is_some() {
            self.palette = None;
        } else if let Some(list) = self.help.take() {
            self.help = list.after_back();
        } else if self.working.is_some() {
            self.working = None;
        } else if self.comparison.is_some() {
            self.comparison = None;
        } else if self.card.is_some() {
            self.card = None;
        } else if self.is_typing {
            self.is_typing = false;
            self.clear_filter();
        } else if self.trail.last().is_some_and(|step| step.filter == self.list().filter.value()) {
            self.step_back();
        } else if !self.list().filter.value().is_empty() {
            self.clear_filter();
        } else if !self.trail.is_empty() {
            self.step_back();
        } else if self.view != View::default() {
            self.view = View::default();
        } else {
            self.frozen = None;
        }
    }

    /// Starts typing a filter, or a search in the list of keys.
    pub(super) fn start_typing(&mut self, now: Offset) {
        match &mut self.help {
            Some(list) => list.is_typing = true,
            None if self.working.is_some() => self.show_remark("only the list of keys can be searched", now),
            None => self.is_typing = true,
        }
    }

    pub(super) fn clear_filter(&mut self) {
        let list = self.list_mut();
        list.filter.reset();
        list.refilter();
    }

    /// Whether a view has something to show. Only a watched program has findings, and only while it is watched output.
    pub fn has_view(&self, view: View, model: &Model) -> bool {
        match view {
            View::Output => self.output.is_there(),
            View::Findings => model.is_watched(),
            View::Overview
            | View::Waterfall
            | View::Endpoint
            | View::Failures
            | View::Hosts
            | View::Log
            | View::InFlight => true,
        }
    }

    /// Shows a view, or says why it is not there.
    pub(super) fn show_if_there(&mut self, view: View, model: &Model, now: Offset) {
        if self.has_view(view, model) {
            return self.show(view);
        }
        let why = if view == View::Output && model.is_watched() {
            "a recording has no output of the program"
        } else {
            "only a watched program has it: `inflight watch -- PROGRAM`"
        };
        self.show_remark(why, now);
    }

    /// Shows the view so many tabs further that is there.
    pub(super) fn show_next(&mut self, steps: usize, model: &Model) {
        let mut view = self.view.after(steps);
        while !self.has_view(view, model) {
            view = view.after(steps);
        }
        self.show(view);
    }

    /// Shows a view and clears the trail.
    pub(super) fn show(&mut self, view: View) {
        while !self.trail.is_empty() {
            self.step_back();
        }
        (self.card, self.comparison) = (None, None);
        // The remark was about another view.
        self.remark = None;
        if view == View::Endpoint && self.view != view {
            // Show the endpoint that is selected in the overview.
            let all = &self.lists[View::Overview as usize];
            self.lists[view as usize] = match self.grouping {
                Grouping::Endpoint => all.with_selected(all.selected),
                Grouping::Address | Grouping::Host | Grouping::Status => List::default(),
            };
        }
        self.view = view;
    }

    /// Opens the details of the selected row.
    pub(super) fn open(&mut self, model: &Model, now: Offset) {
        let (to, list) = if let Some(card) = &self.card {
            (View::Log, List::with_filter(card.events_filter(model)))
        } else {
            let chosen = self.list().selected_row();
            let chosen = chosen.and_then(|row| Some((row, self.rows().drill_down(model, row)?)));
            match chosen {
                None if self.list().selected_row().is_some() => {
                    return self.show_remark("no request belongs to this row", now);
                }
                None => return self.show_remark("nothing is selected", now),
                Some((row, DrillDown::Card(set))) => {
                    if !self.open_card(set, row, model, now) {
                        self.show_remark("no request of it is known", now);
                    }
                    return;
                }
                Some((row, DrillDown::Requests(_))) => {
                    let filter = model.anatomy.nth_ending(row).map(|(ending, _)| requests_filter(ending));
                    (View::Waterfall, List::with_filter(filter.unwrap_or_default()))
                }
                Some((_, DrillDown::Events(text))) => (View::Log, List::with_filter(text)),
                Some((_, DrillDown::Other(view))) => (view, List::default()),
                Some((_, DrillDown::SameRow(view))) => (view, self.list().with_selected(self.list().selected)),
            }
        };
        self.go_to(to, list);
    }

    /// Shows a list in a view; going back returns to this row.
    pub(super) fn go_to(&mut self, to: View, list: List) {
        self.remark = None;
        let filter = list.filter.value().to_owned();
        let from = std::mem::replace(&mut self.view, to);
        let previous = std::mem::replace(self.list_mut(), list);
        let card = self.card.take();
        self.trail.push(TrailStep { from, filter, previous, card });
    }

    /// Goes back to the row where the last step started.
    pub(super) fn step_back(&mut self) {
        if let Some(step) = self.trail.pop() {
            self.remark = None;
            *self.list_mut() = step.previous;
            (self.view, self.card) = (step.from, step.card);
        }
    }
}
