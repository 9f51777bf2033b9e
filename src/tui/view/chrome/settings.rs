//! The settings menu: each setting with its value, and what it does.
//!
//! Start at [`draw`].

use crate::tui::click_targets::ClickTarget;
use crate::tui::state::settings_menu::SettingsMenu;
use crate::tui::text_fit::{cut_middle, width_of};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::widgets::popup::Popup;
use crate::tui::view::widgets::table;

/// The width of the selection mark and a space.
const LEAD: u16 = 2;
/// The space between two columns.
const GAP: u16 = 2;
/// The widest value that is shown whole: longer than the name of any bundled theme.
const VALUE: u16 = 20;

/// Draws a popup with the settings. It leaves the rest of the screen visible, as a preview.
pub fn draw(screen: &mut Pen<'_>, menu: &SettingsMenu) {
    let keys = menu.rows.iter().map(|row| width_of(row.setting.key())).max().unwrap_or(0);
    let help = menu.rows.iter().map(|row| width_of(row.setting.help())).max().unwrap_or(0);
    let popup = Popup::new(screen.area, LEAD + keys + GAP + VALUE + GAP + help, menu.rows.len() + 1);
    popup.write(screen, |pen| {
        let n = menu.changed.len();
        pen.section(0, "Settings", &if n == 0 { String::new() } else { format!("{n} changed, not saved") });
        let mut selected = None;
        for ((y, row), i) in (1..popup.rows).zip(&menu.rows).zip(0..) {
            let is_changed = menu.changed.contains(&row.setting);
            pen.text(LEAD, y, row.setting.key(), Role::TextDim);
            let x = LEAD + keys + GAP;
            let value = pen.safe(&row.value.to_string()).into_owned();
            let value = cut_middle(&value, VALUE.into(), &pen.theme.glyphs.ellipsis).into_owned();
            pen.text(x, y, &value, if is_changed { Role::Accent } else { Role::Text });
            let x = x + VALUE + GAP;
            if x + width_of(row.setting.help()) <= pen.width() {
                pen.text(x, y, row.setting.help(), Role::TextDim);
            }
            pen.target(0, y, u16::MAX, ClickTarget::Popup);
            if i == menu.selected {
                table::selection_mark(pen, y);
                selected = Some(y);
            }
        }
        if let Some(row) = menu.rows.get(menu.selected) {
            let style = pen.theme.style(Role::TextFaint);
            let (y, room) = (popup.rows, pen.width().saturating_sub(LEAD));
            pen.foreign(LEAD, y, &row.why, room, style);
        }
        selected
    });
}
