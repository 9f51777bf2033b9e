//! Copies and saves: the selected request as a `curl` command, the setting of a host, and the export menu.
//!
//! Start at [`UiState::copy`].

use crate::event::Offset;
use crate::model::Model;
use crate::model::host::offer::PlanOffer;
use crate::tui::curl::{CurlCommand, CurlRequest};
use crate::tui::effect::{CopiedText, Effect, FileContent};
use crate::tui::rows::failures::request_of;
use crate::tui::rows::findings;
use crate::tui::state::UiState;
use crate::tui::views::View;

impl UiState {
    /// Copies the selected request, or what the selected host takes.
    pub(super) fn copy(&mut self, model: &Model, now: Offset) -> Vec<Effect> {
        match self.copied_text(model) {
            Ok(text) => vec![Effect::Copy(text)],
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

    /// Saves the selected request, or what the selected host takes, and closes the menu.
    pub(super) fn save_command(&mut self, model: &Model, now: Offset) -> Vec<Effect> {
        self.has_export_menu = false;
        match self.copied_text(model) {
            Ok(text) => self.save(FileContent::Text(text)),
            Err(why) => {
                self.show_remark(why, now);
                Vec::new()
            }
        }
    }

    /// Whether something is selected that can be copied.
    pub fn can_copy(&self, model: &Model) -> bool {
        self.copied_text(model).is_ok()
    }

    fn copied_text(&self, model: &Model) -> Result<CopiedText, &'static str> {
        if self.view == View::Findings {
            let finding = self.list().selected_row().and_then(|row| findings::nth(model, row));
            let place = findings::place_of(&finding.ok_or("nothing is selected")?);
            return place.map(CopiedText::Place).ok_or("no line of the program is to blame for it");
        }
        if self.view != View::Hosts || self.card.is_some() {
            return self.selected_request(model).map(CopiedText::Curl);
        }
        let host = self.list().selected_row().and_then(|row| model.hosts.get(row)).ok_or("nothing is selected")?;
        let offer = PlanOffer::for_host(host).ok_or("what it takes is not known yet")?;
        Ok(CopiedText::Setting(offer.lines()))
    }

    fn selected_request(&self, model: &Model) -> Result<CurlCommand, &'static str> {
        let request = self.request_at_cursor(model).ok_or("no request is selected here")?;
        CurlCommand::for_request(request, model).ok_or("its request is unknown")
    }

    fn request_at_cursor<'m>(&'m self, model: &'m Model) -> Option<CurlRequest<'m>> {
        if let Some(card) = &self.card {
            return request_of(card.request());
        }
        if let Some(slow) = self.selected_slow(model) {
            return Some(CurlRequest::of_bar(slow));
        }
        self.rows().request(model, self.list().selected_row()?)
    }
}
