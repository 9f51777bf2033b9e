//! The action palette: the available actions with their keys.
//!
//! Start at [`draw`].

use crate::text::sanitize::sanitize;
use crate::text::units;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::ActionEntry;
use crate::tui::keymap::table::ENTRIES;
use crate::tui::state::palette::Palette;
use crate::tui::text_fit::{cut_end, cut_middle, width_of};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::widgets::popup::Popup;
use crate::tui::view::widgets::table;

/// The width of the selection mark and a space.
const LEAD: u16 = 2;
/// The space between two columns.
const GAP: u16 = 2;
/// From this width on, the actions' names in settings are shown too.
const NAMED: u16 = 72;

/// Draws a popup with every matching action. Unavailable actions are faint and show the reason.
pub fn draw(
    screen: &mut Pen<'_>,
    palette: &Palette,
    keymap: &Keymap,
    refusal: impl Fn(Action) -> Option<&'static str>,
) {
    let rows = palette.rows();
    let columns = PaletteColumns::new(palette, keymap);
    // As large as without a filter, so that it does not move while the user types.
    let popup = Popup::new(screen.area, columns.total(), columns.n);
    popup.write(screen, |pen| {
        head(pen, palette, rows.len());
        if let Some(at) = palette.moment() {
            pen.text(LEAD, 1, &format!("go to {}", units::clock(at)), Role::Text);
            table::selection_mark(pen, 1);
            return Some(1);
        }
        if rows.is_empty() {
            let text = format!("no action matches \"{}\"", palette.text());
            let (style, room) = (pen.theme.style(Role::TextDim), pen.width().saturating_sub(LEAD));
            pen.foreign(LEAD, 1, &text, room, style);
            return None;
        }
        // The selected row stays in the middle, so that its neighbours are visible on both sides.
        let at = palette.selected.min(rows.len() - 1);
        let from = at.saturating_sub(usize::from(popup.rows) / 2).min(popup.last_row(rows.len()));
        let mut selected = None;
        for (y, (i, entry)) in (1..=popup.rows).zip(rows.iter().enumerate().skip(from)) {
            row(pen, y, &columns, entry, keymap, refusal(entry.action));
            pen.target(0, y, u16::MAX, ClickTarget::PaletteRow(i));
            if i == at {
                table::selection_mark(pen, y);
                selected = Some(y);
            }
        }
        selected
    });
}

/// Draws the search text and the number of matching actions.
fn head(pen: &mut Pen<'_>, palette: &Palette, fit: usize) {
    let remark = units::plural(fit as u64, "action");
    let room = usize::from(pen.width().saturating_sub(width_of(&remark) + 6));
    let typed = cut_middle(&sanitize(palette.text()), room, &pen.theme.glyphs.ellipsis).into_owned();
    let cursor = pen.theme.glyphs.levels[7];
    pen.section(0, &format!(":{typed}{cursor}"), &remark);
    pen.text(0, 0, ":", Role::Key);
    pen.text(1 + width_of(&typed), 0, cursor, Role::Accent);
}

/// The widths of the columns.
struct PaletteColumns {
    keys: u16,
    name: u16,
    help: u16,
    /// The number of actions without a search text.
    n: usize,
}

impl PaletteColumns {
    fn new(palette: &Palette, keymap: &Keymap) -> Self {
        let all = || ENTRIES.iter();
        let keys = all().filter_map(|entry| keymap.key(entry.action)).map(|key| width_of(&key)).max();
        let widest = |text: fn(&ActionEntry) -> &str| all().map(|entry| width_of(text(entry))).max().unwrap_or(0);
        let n = palette.n_unfiltered();
        Self { keys: keys.unwrap_or(0), name: widest(|entry| entry.id), help: widest(|entry| entry.help), n }
    }

    fn total(&self) -> u16 {
        LEAD + self.keys + GAP + self.name + GAP + self.help
    }
}

/// Draws an action: its key, its name if there is room, and its help or why it is unavailable.
fn row(
    pen: &mut Pen<'_>,
    y: u16,
    columns: &PaletteColumns,
    entry: &ActionEntry,
    keymap: &Keymap,
    refusal: Option<&str>,
) {
    let (key_role, role) = if refusal.is_some() { (Role::TextFaint, Role::TextFaint) } else { (Role::Key, Role::Text) };
    let key = keymap.key(entry.action).unwrap_or_else(|| units::NOTHING.to_owned());
    pen.right(LEAD + columns.keys, y, &key, key_role);
    let mut x = LEAD + columns.keys + GAP;
    let is_named = pen.width() >= NAMED;
    if is_named {
        pen.text(x, y, entry.id, if refusal.is_some() { Role::TextFaint } else { Role::TextDim });
        x += columns.name + GAP;
    }
    let text = match refusal {
        None => entry.help.to_owned(),
        Some(why) if is_named => why.to_owned(),
        Some(why) => format!("{}: {why}", entry.id),
    };
    let room = usize::from(pen.width().saturating_sub(x));
    let text = cut_end(&text, room, &pen.theme.glyphs.ellipsis).into_owned();
    pen.text(x, y, &text, role);
}
