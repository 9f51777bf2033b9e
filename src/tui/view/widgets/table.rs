//! Parts of tables: column headers, selection marks and numbers.
//!
//! Start at [`heads`].

use crate::model::histogram::Histogram;
use crate::text::units;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::list::List;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::views::View;

/// The space between two columns.
pub const GAP: u16 = 2;
/// The width of selection mark and status mark, each with a space.
pub const LEAD: u16 = 4;

/// The header of a column.
#[derive(Clone, Copy, Debug)]
pub struct ColumnHead {
    label: &'static str,
    /// A column of width 0 is left out.
    width: u16,
    /// The number of the sortable column, if it is sortable.
    column: Option<usize>,
    is_left: bool,
}

impl ColumnHead {
    /// A header over text.
    pub fn left(label: &'static str, width: u16, column: Option<usize>) -> Self {
        Self { label, width, column, is_left: true }
    }

    /// A header over numbers.
    pub fn right(label: &'static str, width: u16, column: Option<usize>) -> Self {
        Self { is_left: false, ..Self::left(label, width, column) }
    }
}

/// Draws the column headers; the sorted column has an arrow.
pub fn heads(pen: &mut Pen<'_>, y: u16, from: u16, heads: &[ColumnHead], list: &List) {
    let mut x = from;
    for head in heads.iter().filter(|head| head.width > 0) {
        let is_sorted = head.column == Some(list.column);
        let role = if is_sorted { Role::Title } else { Role::TextDim };
        // The arrow is drawn in the gap, so that the label does not move.
        let end = if head.is_left {
            pen.text(x, y, head.label, role)
        } else {
            pen.right(x + head.width, y, head.label, role);
            x + head.width
        };
        if let Some(column) = head.column {
            pen.target(x, y, head.width, ClickTarget::ColumnHeader(column));
        }
        if is_sorted {
            let at = if head.is_left { end + 1 } else { end };
            arrow(pen, at, y, list);
        }
        x += head.width + GAP;
    }
}

/// Draws the arrow of the sort order.
pub fn arrow(pen: &mut Pen<'_>, x: u16, y: u16, list: &List) {
    let glyphs = &pen.theme.glyphs;
    let arrow = if list.is_reversed { glyphs.ascending.clone() } else { glyphs.descending.clone() };
    pen.text(x, y, &arrow, Role::Title);
}

/// Draws the selection mark and the status mark of a row.
pub fn row_marks(pen: &mut Pen<'_>, y: u16, status: Status, is_selected: bool) {
    if is_selected {
        selection_mark(pen, y);
    }
    let glyph = pen.theme.glyph(status).to_owned();
    pen.text(2, y, &glyph, status);
}

/// Draws the selection mark.
pub fn selection_mark(pen: &mut Pen<'_>, y: u16) {
    let mark = pen.theme.glyphs.selected.clone();
    pen.text(0, y, &mark, Role::BorderFocus);
}

/// Draws a count that ends before a column; zero is a dash.
pub fn number(pen: &mut Pen<'_>, end: u16, y: u16, n: u64, role: Role) {
    let role = if n == 0 { Role::TextFaint } else { role };
    let text = if n == 0 { pen.theme.glyphs.none.to_string() } else { units::count(n) };
    pen.right(end, y, &text, role);
}

/// Draws a quantile that ends before a column; an unknown one is a dash.
pub fn quantile(pen: &mut Pen<'_>, end: u16, y: u16, latency: &Histogram, q: f64, role: Role) {
    text_or_nothing(pen, end, y, latency.quantile(q).map(units::length).as_deref(), role);
}

/// Draws a text that ends before a column, or a dash.
pub fn text_or_nothing(pen: &mut Pen<'_>, end: u16, y: u16, text: Option<&str>, role: Role) {
    if let Some(text) = text {
        pen.right(end, y, text, role);
    } else {
        let nothing = pen.theme.glyphs.none.clone();
        pen.right(end, y, &nothing, Role::TextFaint);
    }
}

/// Draws the reason why the table is empty.
pub fn draw_empty(pen: &mut Pen<'_>, x: u16, y: u16, scene: &ViewScene<'_>) {
    let rows = scene.ui.rows();
    let filter = scene.ui.list().filter.value();
    let text = if rows.range(scene.model).is_empty() || filter.is_empty() {
        let yet = match scene.ui.view {
            _ if scene.model.ended.is_some() => "",
            View::InFlight if scene.model.totals.started > 0 => " now",
            _ => " yet",
        };
        format!("no {}{yet}", rows.noun())
    } else {
        let clears = scene.keymap.key(Action::Back).map(|key| format!(", {key} clears")).unwrap_or_default();
        format!("no {} matches \"{filter}\"{clears}", rows.noun())
    };
    let style = pen.theme.style(Role::TextDim);
    let room = pen.width().saturating_sub(x);
    pen.foreign(x, y, &text, room, style);
}

/// The range of visible rows, if not all are visible.
pub fn visible_range(scene: &ViewScene<'_>) -> Option<String> {
    let list = scene.ui.list();
    let n = list.order.len();
    let below = (list.scroll + list.page).min(n);
    let count = |n: usize| units::count(n as u64);
    (list.page > 0 && n > list.page).then(|| format!("{}–{} of {}", count(list.scroll + 1), count(below), count(n)))
}

/// The number of matching rows out of all, if a filter hides some.
pub fn n_matching(scene: &ViewScene<'_>) -> Option<String> {
    let rows = scene.ui.rows();
    let (shown, all) = (scene.ui.list().order.len(), rows.range(scene.model).len());
    (shown < all).then(|| format!("{} of {}", units::count(shown as u64), units::plural(all as u64, rows.noun())))
}

/// The width of all other columns, with their gaps.
pub fn total_width(columns: &[u16]) -> u16 {
    columns.iter().filter(|&&width| width > 0).map(|width| width + GAP).sum()
}

/// The width of a count, for columns that fit their largest possible number.
pub fn count_width(largest: u64) -> u16 {
    width_of(&units::count(largest))
}
