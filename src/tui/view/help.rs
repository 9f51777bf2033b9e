//! What does each key do?

use crate::tui::theme::role::Role;
use crate::tui::view::Scene;
use crate::tui::view::paint::{Pen, width_of};

/// A sheet over the screen with every action, by heading; scrolls where it does not fit.
pub fn draw(screen: &mut Pen<'_>, scene: &Scene<'_>) {
    let rows = scene.keymap.rows();
    let keys_width = rows.iter().map(|row| width_of(&row.keys)).max().unwrap_or(0);
    let help_width = rows.iter().map(|row| width_of(row.help)).max().unwrap_or(0);
    let mut lines = vec![];
    let mut group = None;
    for row in &rows {
        if group != Some(row.group) {
            if group.is_some() {
                lines.push(Line::Blank);
            }
            lines.push(Line::Heading(row.group.title()));
            group = Some(row.group);
        }
        lines.push(Line::Key(&row.keys, row.help));
    }
    lines.push(Line::Blank);
    lines.push(Line::Note(
        "Pause holds work back; freeze holds the picture still. To select text, use the mouse as always.",
    ));

    let (frame_x, frame_y) = (3, 1);
    let width = (keys_width + help_width + 2 + 2 * frame_x).min(screen.width());
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2 * frame_y + 1).min(screen.height());
    let (x, y) = ((screen.width() - width) / 2, (screen.height() - height) / 2);
    let mut sheet = screen.part(x, y, width, height);
    sheet.clear(Role::Surface);
    let room = height.saturating_sub(2 * frame_y + 1);
    let last = lines.len().saturating_sub(usize::from(room));
    let from = scene.ui.help.unwrap_or(0).min(last);
    let remark = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    let mut inner = sheet.part(frame_x, frame_y, width.saturating_sub(2 * frame_x), height.saturating_sub(frame_y));
    let surface = inner.theme.style(Role::Surface);
    inner.section(0, "Keys", &remark);
    for (y, line) in (1..=room).zip(lines.iter().skip(from)) {
        match line {
            Line::Heading(text) => {
                inner.text(0, y, text, Role::Title);
            }
            Line::Key(keys, help) => {
                inner.right(keys_width, y, keys, Role::Key);
                inner.text(keys_width + 2, y, help, Role::Text);
            }
            Line::Note(text) => {
                inner.text(0, y, text, Role::TextDim);
            }
            Line::Blank => {}
        }
    }
    // Text brings the screen's ground along; the sheet has its own.
    if let Some(ground) = surface.bg {
        sheet.ground(ground);
    }
}

enum Line<'a> {
    Heading(&'a str),
    Key(&'a str, &'a str),
    Note(&'a str),
    Blank,
}
