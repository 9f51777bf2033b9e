//! The palette: the available actions with their keys, and what is found by name.
//!
//! Start at [`draw`].

use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::ActionEntry;
use crate::tui::keymap::table::ENTRIES;
use crate::tui::state::palette::{Palette, PaletteChoice};
use crate::tui::text_fit::{cut_end, cut_middle, width_of};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::widgets::popup::Popup;
use crate::tui::view::widgets::table;

/// The width of the selection mark and a space.
const LEAD: u16 = 2;
/// The space between two columns.
const GAP: u16 = 2;
/// The minimum width of the list of themes. It is narrow, because the rest of the screen is the preview.
const THEMES: u16 = 24;
/// The width of the longest kind: `endpoint`.
const KIND: u16 = 8;
/// From this width on, the actions' names in settings are shown too.
const NAMED: u16 = 72;

/// Draws a popup with every matching row. What cannot be chosen is faint and shows the reason.
pub fn draw(screen: &mut Pen<'_>, palette: &Palette, keymap: &Keymap) {
    let rows = palette.rows();
    let columns = PaletteColumns::new(palette, keymap);
    // As large as without a filter, so that it does not move while the user types.
    let popup = Popup::new(screen.area, columns.total(), columns.n);
    popup.write(screen, |pen| {
        head(pen, palette, if palette.moment().is_some() { 1 } else { rows.len() });
        if let Some(at) = palette.moment() {
            pen.text(LEAD, 1, &format!("go to {}", units::clock(at)), Role::Text);
            table::selection_mark(pen, 1);
            return Some(1);
        }
        if rows.is_empty() {
            let text = format!("nothing matches \"{}\"", palette.text());
            let (style, room) = (pen.theme.style(Role::TextDim), pen.width().saturating_sub(LEAD));
            pen.foreign(LEAD, 1, &text, room, style);
            return None;
        }
        // The selected row stays in the middle, so that its neighbours are visible on both sides.
        let at = palette.selected.min(rows.len() - 1);
        let from = at.saturating_sub(usize::from(popup.rows) / 2).min(popup.last_row(rows.len()));
        let mut selected = None;
        for (y, (i, row)) in (1..=popup.rows).zip(rows.iter().enumerate().skip(from)) {
            match row.choice {
                PaletteChoice::Act(entry) => action(pen, y, &columns, entry, keymap, row.refusal.as_deref()),
                choice => named(pen, y, &columns, choice.kind(), &row.name),
            }
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
    let noun = match palette.text() {
        _ if palette.is_of_themes => "theme",
        _ if palette.moment().is_some() => "moment",
        "" => "action",
        _ => "result",
    };
    let remark = units::plural(fit as u64, noun);
    let room = usize::from(pen.width().saturating_sub(width_of(&remark) + 6));
    let typed = cut_middle(&pen.safe(palette.text()), room, &pen.theme.glyphs.ellipsis).into_owned();
    let cursor = pen.theme.glyphs.levels[7];
    let lead = if palette.is_of_themes { "Themes " } else { ":" };
    pen.section(0, &format!("{lead}{typed}{cursor}"), &remark);
    if !palette.is_of_themes {
        pen.text(0, 0, lead, Role::Key);
    }
    pen.text(width_of(lead) + width_of(&typed), 0, cursor, Role::Accent);
}

/// The widths of the columns.
struct PaletteColumns {
    keys: u16,
    name: u16,
    help: u16,
    /// The number of rows without a search text.
    n: usize,
    /// The width of the names, if only themes are listed.
    themes: Option<u16>,
}

impl PaletteColumns {
    fn new(palette: &Palette, keymap: &Keymap) -> Self {
        let all = || ENTRIES.iter();
        let keys = all().filter_map(|entry| keymap.key(entry.action)).map(|key| width_of(&key)).max();
        let widest = |text: fn(&ActionEntry) -> &str| all().map(|entry| width_of(text(entry))).max().unwrap_or(0);
        let n = palette.n_unfiltered();
        let themes = palette.rows().iter().map(|row| width_of(&row.name)).max().unwrap_or(0).max(THEMES);
        let themes = palette.is_of_themes.then_some(themes);
        Self { themes, keys: keys.unwrap_or(0), name: widest(|entry| entry.id), help: widest(|entry| entry.help), n }
    }

    fn total(&self) -> u16 {
        if let Some(width) = self.themes {
            return LEAD + width;
        }
        LEAD + self.keys + GAP + self.name + GAP + self.help
    }
}

/// Draws an action: its key, its name if there is room, and its help or why it is unavailable.
fn action(
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

/// Draws what was found by name: its kind and its name.
fn named(pen: &mut Pen<'_>, y: u16, columns: &PaletteColumns, kind: &str, name: &str) {
    let style = pen.theme.style(Role::Text);
    let mut x = LEAD;
    if columns.themes.is_none() {
        x += columns.keys + GAP;
        pen.text(x, y, kind, Role::TextDim);
        x += if pen.width() >= NAMED { columns.name } else { KIND } + GAP;
    }
    let room = pen.width().saturating_sub(x);
    pen.foreign(x, y, name, room, style);
}
