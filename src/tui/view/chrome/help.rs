//! What does each key do?

use ratatui::layout::Rect;

use crate::tui::keymap::{KeyRow, Keymap};
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::Scene;
use crate::tui::view::widgets::sheet::Sheet;

/// What cannot be said at a key.
const NOTE: &str = "Pause holds work back; freeze holds the picture still. While the mouse is on, text is still \
                    selected with shift held down, on macOS with option.";

/// A sheet over the screen with every action, by heading; scrolls where it does not fit.
///
/// It leaves the footer in sight, which says how to scroll and how to close it.
pub fn draw(screen: &mut Pen<'_>, scene: &Scene<'_>) {
    sheet(screen, &scene.keymap.rows(), scene.ui.help.unwrap_or(0));
}

/// A sheet with these actions, scrolled so far.
pub fn sheet(screen: &mut Pen<'_>, rows: &[KeyRow], from: usize) {
    let (sheet, lines, keys_width) = written(screen.area, rows);
    let last = sheet.last_row(lines.len());
    let from = from.min(last);
    let remark = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    sheet.write(screen, |pen| {
        pen.section(0, "Keys", &remark);
        for (y, line) in (1..=sheet.rows).zip(lines.iter().skip(from)) {
            match line {
                Line::Heading(text) => {
                    pen.text(0, y, text, Role::Title);
                }
                Line::Key(keys, help) => {
                    pen.right(keys_width, y, keys, Role::Key);
                    pen.text(keys_width + 2, y, help, Role::Text);
                }
                Line::Note(text) => {
                    pen.text(0, y, text, Role::TextDim);
                }
                Line::Blank => {}
            }
        }
        None
    });
}

/// The furthest that the sheet can be scrolled on a screen of this size.
pub fn last_row(area: Rect, keymap: &Keymap) -> usize {
    last_row_of(area, &keymap.rows())
}

/// The furthest that a sheet with these actions can be scrolled.
pub fn last_row_of(area: Rect, rows: &[KeyRow]) -> usize {
    let (sheet, lines, _) = written(area, rows);
    sheet.last_row(lines.len())
}

enum Line<'a> {
    Heading(&'a str),
    Key(&'a str, &'a str),
    Note(&'a str),
    Blank,
}

/// The sheet, what is on it, and how wide the keys are.
fn written(screen: Rect, rows: &[KeyRow]) -> (Sheet, Vec<Line<'_>>, u16) {
    let keys_width = rows.iter().map(|row| width_of(&row.keys)).max().unwrap_or(0);
    let help_width = rows.iter().map(|row| width_of(row.help)).max().unwrap_or(0);
    let wanted = keys_width + 2 + help_width;
    let lines = lines(rows, keys_width, Sheet::text_width(screen, wanted));
    (Sheet::of(screen, wanted, lines.len()), lines, keys_width)
}

fn lines(rows: &[KeyRow], keys_width: u16, width: u16) -> Vec<Line<'_>> {
    let mut lines = vec![];
    let mut group = None;
    for row in rows {
        if group != Some(row.group) {
            if group.is_some() {
                lines.push(Line::Blank);
            }
            lines.push(Line::Heading(row.group.title()));
            group = Some(row.group);
        }
        let mut keys = row.keys.as_str();
        for help in wrap(row.help, width.saturating_sub(keys_width + 2)) {
            lines.push(Line::Key(std::mem::take(&mut keys), help));
        }
    }
    lines.push(Line::Blank);
    lines.extend(wrap(NOTE, width).into_iter().map(Line::Note));
    lines
}

/// The text in lines of at most `width` columns, broken between words.
fn wrap(text: &str, width: u16) -> Vec<&str> {
    let width = usize::from(width.max(1));
    let mut lines = Vec::new();
    let mut rest = text;
    // Our own words are ASCII: a byte is a column.
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
    fn long_explanations_go_on_in_the_next_line() {
        assert_eq!(wrap("Leave, and let it stay", 12), ["Leave, and", "let it stay"]);
        assert_eq!(wrap("short", 5), ["short"]);
        assert_eq!(wrap("inseparable words", 3), ["inseparable", "words"]);
    }
}
