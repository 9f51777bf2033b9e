//! Copies and saves: the selected request as a `curl` command, and the export menu.
//!
//! Start at [`UiState::copy`].

use crate::event::Offset;
use crate::model::Model;
use crate::tui::curl::{CurlCommand, CurlRequest};
use crate::tui::effect::{Effect, FileContent};
use crate::tui::rows::failures::{nth_example, request_of};
use crate::tui::rows::rows_of;
use crate::tui::state::UiState;

impl UiState {
    /// Copies the selected request.
    pub(super) fn copy(&mut self, model: &Model, now: Offset) -> Vec<Effect> {
        match self.selected_request(model) {
            Ok(line) => vec![Effect::Copy(line)],
            Err(why) => {
                self.show_remark(why, now);
                Vec::new()
            }
        }
    }

    /// Saves the chosen content and closes the menu.
    pub(super) fn save(&mut self, content: FileContent) -> Vec<Effect> {
        self.has_export_menu = false;
        vec![Effect::SaveFile(content)]
    }

    /// Saves the selected request and closes the menu.
    pub(super) fn save_command(&mut self, model: &Model, now: Offset) -> Vec<Effect> {
        self.has_export_menu = false;
        match self.selected_request(model) {
            Ok(line) => self.save(FileContent::Curl(line)),
            Err(why) => {
                self.show_remark(why, now);
                Vec::new()
            }
        }
    }

    /// Whether a request is selected that can be copied.
    pub fn has_request(&self, model: &Model) -> bool {
        self.selected_request(model).is_ok()
    }

    fn selected_request(&self, model: &Model) -> Result<CurlCommand, &'static str> {
        let request = self.request_at_cursor(model).ok_or("no request is selected here")?;
        CurlCommand::for_request(request, model).ok_or("its request is unknown")
    }

    fn request_at_cursor<'m>(&self, model: &'m Model) -> Option<CurlRequest<'m>> {
        if let Some(opened) = self.example {
            let (_, group) = model.incidents.nth(opened.row)?;
            return request_of(nth_example(group, opened.nth));
        }
        rows_of(self.view).request(model, self.list().selected_row()?)
    }
}
