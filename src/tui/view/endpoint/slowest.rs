//! One endpoint's slowest attempts, one per line. One of them is selected.
//!
//! Start at [`draw`].

use crate::model::endpoint::EndpointStats;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::request::{attempt_number, result_text, status};
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::table::{LEAD, row_marks};

/// The end of the durations.
const TOOK: u16 = LEAD + 20;
/// The first column of the results, of at most seven letters.
const RESULT: u16 = TOOK + 2;
/// The first column of the URLs.
const URL: u16 = RESULT + 9;
/// From this width on, the time waited and the end are shown too.
const WIDE: u16 = 100;
/// The width of the time waited, and of the end.
const DETAILS: u16 = 32;

/// Draws the slowest attempts that have ended.
pub(super) fn draw(pen: &mut Pen<'_>, endpoint: &EndpointStats, scene: &ViewScene<'_>) {
    if pen.height() < 2 {
        return;
    }
    pen.section(0, "Slowest", "enter opens the request");
    let slowest = endpoint.kept.slowest();
    if slowest.is_empty() {
        pen.text(0, 1, "no attempt has ended", Role::TextFaint);
    }
    let width = pen.width();
    let details = if width >= WIDE { DETAILS } else { 0 };
    let selected = scene.ui.selected_slow(scene.model);
    for (y, bar) in (1..pen.height()).zip(slowest) {
        let is_selected = selected.is_some_and(|selected| selected.is(bar.origin, bar.attempt));
        pen.target(0, y, u16::MAX, ClickTarget::SlowAttempt(bar.origin, bar.attempt));
        row_marks(pen, y, status(bar), is_selected);
        pen.text(LEAD, y, &attempt_number(bar), Role::TextDim);
        pen.right(TOOK, y, &units::length(bar.took(scene.now)), Role::Text);
        pen.text(RESULT, y, &result_text(bar), Role::Text);
        let style = pen.theme.style(Role::Text);
        pen.foreign(URL, y, &bar.target, width.saturating_sub(URL + details), style);
        if details > 0 {
            let waited = bar.waited.total();
            if !waited.is_zero() {
                pen.text(width - details + 2, y, &format!("waited {}", units::length(waited)), Role::TextDim);
            }
            let at = format!("at {}", units::clock(bar.until(scene.now)));
            pen.text(width.saturating_sub(width_of(&at)), y, &at, Role::TextDim);
        }
        if is_selected {
            pen.highlight_row(y, Role::Selection);
        }
    }
}
