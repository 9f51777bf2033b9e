//! Details of the selected row: a title, labelled facts, and its latest events.
//!
//! Start at [`draw`].

use crate::model::event_log::LogEntry;
use crate::tui::text_fit::cut_end;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::events;

/// The rows above a table's rows: title and column names.
pub const TABLE_HEAD: u16 = 2;
/// The minimum number of table rows, so that the details below do not move with every new row.
const TABLE_LEAST: u16 = 4;
/// The width of the labels, gap included.
const LABELS: u16 = 10;

/// The heights in a view with a table and details of the selected row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableLayout {
    /// Blank rows above the table.
    pub above: u16,
    /// The table.
    pub table: u16,
    /// Blank rows between table and details.
    pub gap: u16,
    /// The details; 0 if there is no room.
    pub detail: u16,
}

impl TableLayout {
    /// The layout for a height, a number of table rows, and a height of the details.
    pub fn new(height: u16, rows: usize, detail: u16) -> Self {
        let above = u16::from(height >= 17);
        let room = height.saturating_sub(above);
        if room < TABLE_HEAD + 7 {
            return Self { above, table: room, gap: 0, detail: 0 };
        }
        let gap = u16::from(room > TABLE_HEAD + TABLE_LEAST + detail);
        let detail = detail.min(room - TABLE_HEAD - 3);
        let wanted = TABLE_HEAD.saturating_add(u16::try_from(rows).unwrap_or(u16::MAX).max(TABLE_LEAST));
        Self { above, table: wanted.min(room - detail - gap), gap, detail }
    }
}

/// A label with its text.
#[derive(Clone, Debug)]
pub struct LabelledFact {
    label: &'static str,
    text: String,
    is_name: bool,
}

impl LabelledFact {
    /// A sentence: its end may be cut.
    pub fn sentence(label: &'static str, text: impl Into<String>) -> Self {
        Self { label, text: text.into(), is_name: false }
    }

    /// A name or an address: its middle may be cut.
    pub fn name(label: &'static str, text: impl Into<String>) -> Self {
        Self { is_name: true, ..Self::sentence(label, text) }
    }
}

/// Draws a title, which may be foreign, and one line for each fact. Returns the number of rows used.
pub fn draw(pen: &mut Pen<'_>, title: &str, remark: &str, all: &[LabelledFact]) -> u16 {
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let room = usize::from(pen.width().saturating_sub(4));
    let title = cut_end(&pen.safe(title), room, &ellipsis).into_owned();
    pen.section(0, &title, remark);
    let room = pen.width().saturating_sub(LABELS);
    let mut y = 1;
    for fact in all {
        if y >= pen.height() {
            break;
        }
        pen.text(0, y, fact.label, Role::TextDim);
        if fact.is_name {
            let style = pen.theme.style(Role::Text);
            pen.foreign(LABELS, y, &fact.text, room, style);
        } else {
            let text = cut_end(&pen.safe(&fact.text), usize::from(room), &ellipsis).into_owned();
            pen.text(LABELS, y, &text, Role::Text);
        }
        y += 1;
    }
    y
}

/// Draws the latest events that match, newest first.
pub fn latest_events(pen: &mut Pen<'_>, scene: &ViewScene<'_>, matches: impl Fn(&LogEntry) -> bool) {
    if pen.height() < 3 {
        return;
    }
    pen.section(0, "Latest", "");
    for (y, item) in (1..pen.height()).zip(scene.model.event_log.newest_first().filter(|item| matches(item))) {
        events::line(pen, y, item, scene);
    }
}

#[cfg(test)]
mod tests {
    use super::TableLayout;

    #[test]
    fn details_are_shown_if_there_is_room() {
        let heights = |height, rows| {
            let parts = TableLayout::new(height, rows, 8);
            (parts.table, parts.detail)
        };
        assert_eq!([heights(8, 3), heights(13, 3), heights(21, 3), heights(36, 3)], [(8, 0), (5, 8), (6, 8), (6, 8)]);
        assert_eq!([heights(36, 10_000), heights(0, 5)], [(26, 8), (0, 0)]);
    }
}
