//! Details of the selected row: a title, labelled facts, and its latest events.
//!
//! Start at [`draw`].

use crate::model::event_log::LogEntry;
use crate::text::sanitize::sanitize;
use crate::tui::text_fit::cut_end;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::events;

/// ColumnHead and column names above a table's rows.
pub const TABLE_HEAD: u16 = 2;
/// A table keeps so many rows free, so that what is below does not move with every new row.
const TABLE_LEAST: u16 = 4;
/// Columns of the labels, with the gap behind them.
const LABELS: u16 = 10;

/// How a view of a table and its selected row shares its height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableLayout {
    /// Blank rows above.
    pub above: u16,
    /// The table.
    pub table: u16,
    /// Blank rows between.
    pub gap: u16,
    /// The selected row in full; none where there is no room for it.
    pub detail: u16,
}

impl TableLayout {
    /// The parts of a view of this height: so many rows, and so much to say about one.
    pub fn of(height: u16, rows: usize, detail: u16) -> Self {
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

/// A label and what there is to say.
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

/// The title of foreign text, and a line for each thing; gives back how many rows it took.
pub fn draw(pen: &mut Pen<'_>, title: &str, remark: &str, all: &[LabelledFact]) -> u16 {
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let room = usize::from(pen.width().saturating_sub(4));
    let title = cut_end(&sanitize(title), room, &ellipsis).into_owned();
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
            let text = cut_end(&sanitize(&fact.text), usize::from(room), &ellipsis).into_owned();
            pen.text(LABELS, y, &text, Role::Text);
        }
        y += 1;
    }
    y
}

/// The last events of what is selected, newest first, as far down as there is room.
pub fn latest(pen: &mut Pen<'_>, scene: &ViewScene<'_>, is_of: impl Fn(&LogEntry) -> bool) {
    if pen.height() < 3 {
        return;
    }
    pen.section(0, "Latest", "");
    for (y, item) in (1..pen.height()).zip(scene.model.event_log.newest_first().filter(|item| is_of(item))) {
        events::line(pen, y, item, scene);
    }
}

#[cfg(test)]
mod tests {
    use super::TableLayout;

    #[test]
    fn the_selected_row_has_room_wherever_there_is_some() {
        let of = |height, rows| {
            let parts = TableLayout::of(height, rows, 8);
            (parts.table, parts.detail)
        };
        assert_eq!([of(8, 3), of(13, 3), of(21, 3), of(36, 3)], [(8, 0), (5, 8), (6, 8), (6, 8)]);
        assert_eq!([of(36, 10_000), of(0, 5)], [(26, 8), (0, 0)]);
    }
}
