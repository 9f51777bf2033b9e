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

/// A sheet over the screen with every action, by heading; scrolls where it does not fit.
///
/// The footer stays visible: it shows how to scroll and how to close the list.
pub fn draw(screen: &mut Pen<'_>, scene: &ViewScene<'_>) {
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

/// The furthest that the sheet can be scrolled on a screen of this size.
pub fn last_row(area: Rect, keymap: &Keymap) -> usize {
    last_row_of(area, &keymap.rows())
}

/// The furthest that a sheet with these actions can be scrolled.
pub fn last_row_of(area: Rect, rows: &[KeyRow]) -> usize {
    let (sheet, lines, _) = written(area, rows);
    sheet.last_row(lines.len())
}

enum HelpLine<'a> {
    Heading(&'a str),
    Key(&'a str, &'a str),
    Note(&'a str),
    Blank,
}

/// The sheet, what is on it, and how wide the keys are.
fn written(screen: Rect, rows: &[KeyRow]) -> (Popup, Vec<HelpLine<'_>>, u16) {
    let keys_width = rows.iter().map(|row| width_of(&row.keys)).max().unwrap_or(0);
    let help_width = rows.iter().map(|row| width_of(row.help)).max().unwrap_or(0);
    let wanted = keys_width + 2 + help_width;
    let lines = lines(rows, keys_width, Popup::text_width(screen, wanted));
    (Popup::of(screen, wanted, lines.len()), lines, keys_width)
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
