//! The list of keys.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::tui::keymap::{KeyRow, Keymap};
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::popup::Popup;

/// Notes that belong to no single key.
const NOTE: &str = "Pause stops new attempts; freeze stops only the screen. While the mouse is on, select text \
                    with shift held down, on macOS with option.";

/// Draws a popup with every action, by heading. It scrolls if it does not fit.
///
/// The footer stays visible: it shows how to scroll and how to close the list.
pub fn draw(screen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    draw_rows(screen, &scene.keymap.rows_of_run(scene.ui.playback.is_some()), scene.ui.help.unwrap_or(0));
}

/// Draws a popup with these actions from a scroll position on.
pub fn draw_rows(screen: &mut Pen<'_>, rows: &[KeyRow], from: usize) {
    let (popup, lines, keys_width) = layout(screen.area, rows);
    let last = popup.last_row(lines.len());
    let from = from.min(last);
    let remark = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    popup.write(screen, |pen| {
        pen.section(0, "Keys", &remark);
        for (y, line) in (1..=popup.rows).zip(lines.iter().skip(from)) {
            match line {
                HelpLine::Heading(text) => {
                    pen.text(0, y, text, Role::Title);
                }
                HelpLine::Key(keys, help) => {
                    pen.right(keys_width, y, keys, Role::Key);
                    pen.text(keys_width + 2, y, help, Role::Text);
                }
                HelpLine::Note(text) => {
                    pen.text(0, y, text, Role::TextDim);
                }
                HelpLine::Blank => {}
            }
        }
        None
    });
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, keymap: &Keymap, is_replay: bool) -> usize {
    last_row_of(area, &keymap.rows_of_run(is_replay))
}

/// The maximum scroll position of a popup with these actions.
pub fn last_row_of(area: Rect, rows: &[KeyRow]) -> usize {
    let (popup, lines, _) = layout(area, rows);
    popup.last_row(lines.len())
}

enum HelpLine<'a> {
    Heading(&'a str),
    Key(&'a str, &'a str),
    Note(&'a str),
    Blank,
}

/// The popup, its lines, and the width of the keys.
fn layout(screen: Rect, rows: &[KeyRow]) -> (Popup, Vec<HelpLine<'_>>, u16) {
    let keys_width = rows.iter().map(|row| width_of(&row.keys)).max().unwrap_or(0);
    let help_width = rows.iter().map(|row| width_of(row.help)).max().unwrap_or(0);
    let wanted = keys_width + 2 + help_width;
    let lines = lines(rows, keys_width, Popup::text_width(screen, wanted));
    (Popup::new(screen, wanted, lines.len()), lines, keys_width)
}

fn lines(rows: &[KeyRow], keys_width: u16, width: u16) -> Vec<HelpLine<'_>> {
    let mut lines = vec![];
    let mut group = None;
    for row in rows {
        if group != Some(row.group) {
            if group.is_some() {
                lines.push(HelpLine::Blank);
            }
            lines.push(HelpLine::Heading(row.group.title()));
            group = Some(row.group);
        }
        let mut keys = row.keys.as_str();
        for help in wrap(row.help, width.saturating_sub(keys_width + 2)) {
            lines.push(HelpLine::Key(std::mem::take(&mut keys), help));
        }
    }
    lines.push(HelpLine::Blank);
    lines.extend(wrap(NOTE, width).into_iter().map(HelpLine::Note));
    lines
}

/// Wraps a text between words into lines of at most `width` columns.
fn wrap(text: &str, width: u16) -> Vec<&str> {
    let width = usize::from(width.max(1));
    let mut lines = Vec::new();
    let mut rest = text;
    // Help texts are ASCII, so a byte is a column.
    while rest.len() > width {
        let at = rest.get(..=width).and_then(|head| head.rfind(' ')).or_else(|| rest.find(' ')).unwrap_or(rest.len());
        lines.push(&rest[..at]);
        rest = rest[at..].trim_start();
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn long_texts_wrap_between_words() {
        assert_eq!(wrap("Leave, and let it stay", 12), ["Leave, and", "let it stay"]);
        assert_eq!(wrap("short", 5), ["short"]);
        assert_eq!(wrap("inseparable words", 3), ["inseparable", "words"]);
    }
}
