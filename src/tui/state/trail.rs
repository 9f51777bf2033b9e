//! Navigation between views: into the details of a row, and back.
//!
//! Start at [`UiState::show`] and [`UiState::go_back`].

use crate::event::Offset;
use crate::model::Model;
use crate::tui::rows::list::List;
use crate::tui::rows::listing::DrillDown;
use crate::tui::rows::rows_of;
use crate::tui::state::UiState;
use crate::tui::state::example::OpenExample;
use crate::tui::views::View;

/// A step from a row into its details.
#[derive(Debug)]
pub(super) struct TrailStep {
    from: View,
    /// The filter that the step has set.
    filter: String,
    /// The list that the step has replaced.
    previous: List,
    /// The example that was open.
    example: Option<OpenExample>,
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
        } else if self.help.is_some() {
            self.help = None;
        } else if self.working.is_some() {
            self.working = None;
        } else if self.example.is_some() {
            self.example = None;
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

    pub(super) fn clear_filter(&mut self) {
        let list = self.list_mut();
        list.filter.reset();
        list.refilter();
    }

    /// Shows a view and clears the trail.
    pub(super) fn show(&mut self, view: View) {
        while !self.trail.is_empty() {
            self.step_back();
        }
        self.example = None;
        // The remark was about another view.
        self.remark = None;
        if view == View::Endpoint && self.view != view {
            // Show the endpoint that is selected in the overview.
            let all = &self.lists[View::Overview as usize];
            self.lists[view as usize] = all.with_selected(all.selected);
        }
        self.view = view;
    }

    /// Opens the details of the selected row.
    pub(super) fn open(&mut self, model: &Model, now: Offset) {
        let chosen = self.list().selected_row();
        let Some((row, target)) = chosen.and_then(|row| Some((row, rows_of(self.view).drill_down(model, row)?))) else {
            return self.show_remark("nothing is selected", now);
        };
        let (to, list) = match target {
            DrillDown::Example(_) if self.example.is_none() => return self.open_example(row),
            DrillDown::Example(filter) | DrillDown::Events(filter) => (View::Log, List::with_filter(filter)),
            DrillDown::SameRow(view) => (view, self.list().with_selected(self.list().selected)),
        };
        self.remark = None;
        let filter = list.filter.value().to_owned();
        let from = std::mem::replace(&mut self.view, to);
        let previous = std::mem::replace(self.list_mut(), list);
        let example = self.example.take();
        self.trail.push(TrailStep { from, filter, previous, example });
    }

    /// Goes back to the row where the last step started.
    pub(super) fn step_back(&mut self) {
        if let Some(step) = self.trail.pop() {
            self.remark = None;
            *self.list_mut() = step.previous;
            (self.view, self.example) = (step.from, step.example);
        }
    }
}
