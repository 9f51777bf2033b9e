//! The export menu: each format with its key.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// Draws a small popup above the footer, with one line for each format.
pub fn draw(screen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let rows = scene.keymap.menu();
    let label = |help: &'static str| help.split_once(": ").map_or(help, |(_, label)| label);
    let keys = rows.iter().map(|row| width_of(&row.keys)).max().unwrap_or(0);
    let text = rows.iter().map(|row| width_of(label(row.help))).max().unwrap_or(0);
    let screen_area = screen.area;
    // The header stays visible, as above other popups.
    let edge = u16::from(screen_area.height > 4);
    let room = screen_area.height.saturating_sub(1 + edge);
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(3).min(room);
    let width = (keys + text + 8).min(screen_area.width);
    let Rect { width: across, height: down, .. } = screen_area;
    let mut popup = screen.part((across - width) / 2, down.saturating_sub(height + 2).max(edge), width, height);
    popup.clear(Role::Surface);
    popup.target_all(ClickTarget::Popup);
    let mut inner = popup.part(3, 1, width.saturating_sub(6), height.saturating_sub(1));
    inner.section(0, "Export", "");
    for (y, row) in (1..).zip(&rows) {
        let is_available = row.action != Action::SaveCurl || scene.ui.can_copy(scene.model);
        let (key, word) = if is_available { (Role::Key, Role::Text) } else { (Role::TextFaint, Role::TextFaint) };
        inner.target(0, y, u16::MAX, ClickTarget::Hint(row.action));
        inner.right(keys, y, &row.keys, key);
        inner.text(keys + 2, y, label(row.help), word);
    }
    let surface = popup.theme.style(Role::Surface);
    if let Some(ground) = surface.bg {
        popup.fill_background(ground);
    }
}
