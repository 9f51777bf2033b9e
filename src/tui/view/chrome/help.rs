//! The list of keys: those of the current view first, in two columns if there is room.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::keymap::sections::KeySection;
use crate::tui::state::key_list::KeyList;
use crate::tui::text_fit::{cut_middle, width_of};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::widgets::popup::Popup;

/// Notes that belong to no single key.
const NOTE: &str = "Pause stops new attempts; freeze stops only the screen. While the mouse is on, select text \
                    with shift held down, on macOS with option.";
/// From this width of the screen on, there are two columns.
const TWO_COLUMNS: u16 = 110;
/// The maximum width of the texts of a column, for readability.
const WIDEST: u16 = 72;
/// The space between two columns.
const GAP: u16 = 4;

/// What the list of keys depends on, apart from its own state.
#[derive(Clone, Copy, Debug)]
pub struct HelpScene<'a> {
    /// The keys in force.
    pub keymap: &'a Keymap,
    /// Where the list was opened.
    pub context: Context,
    /// Whether a replay is shown.
    pub is_replay: bool,
}

/// Draws a popup with the matching actions, by heading. It scrolls if it does not fit.
///
/// The footer stays visible: it shows how to scroll, to search and to close the list.
pub fn draw(screen: &mut Pen<'_>, scene: HelpScene<'_>, list: &KeyList) {
    let (popup, sections, keys_width) = layout(screen.area, scene, list);
    let columns = columns(&sections, keys_width, widths(screen.area, keys_width));
    let lowest = end(popup, &columns);
    let from = list.scroll.min(lowest);
    let remark = if lowest > 0 { format!("{} of {}", from + 1, lowest + 1) } else { String::new() };
    popup.write(screen, |pen| {
        let searched = searched(pen, list);
        pen.section(0, &format!("Keys{searched}"), &remark);
        if sections.is_empty() {
            pen.text(0, 1, "no key matches", Role::TextDim);
        }
        let mut x = 0;
        for column in &columns {
            for (y, line) in (1..=popup.rows).zip(column.lines.iter().skip(from)) {
                draw_line(&mut pen.part(x, y, column.width, 1), keys_width, line);
            }
            x += column.width + GAP;
        }
        None
    });
}

/// The search text for the title, with a cursor while it is typed.
fn searched(pen: &Pen<'_>, list: &KeyList) -> String {
    if list.text().is_empty() && !list.is_typing {
        return String::new();
    }
    let glyphs = &pen.theme.glyphs;
    let cursor = if list.is_typing { glyphs.levels[7] } else { "" };
    let room = usize::from(pen.width() / 2);
    format!(" /{}{cursor}", cut_middle(&pen.safe(list.text()), room, &glyphs.ellipsis))
}

fn draw_line(pen: &mut Pen<'_>, keys_width: u16, line: &HelpLine<'_>) {
    match *line {
        HelpLine::Heading(text) => {
            pen.text(0, 0, text, Role::Title);
        }
        HelpLine::Key { keys, help, is_here } => {
            let (key, word) = if is_here { (Role::Key, Role::Text) } else { (Role::TextDim, Role::TextDim) };
            pen.right(keys_width, 0, keys, key);
            pen.text(keys_width + 2, 0, help, word);
        }
        HelpLine::Note(text) => {
            pen.text(0, 0, text, Role::TextDim);
        }
        HelpLine::Blank => {}
    }
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, scene: HelpScene<'_>, list: &KeyList) -> usize {
    let (popup, sections, keys_width) = layout(area, scene, list);
    end(popup, &columns(&sections, keys_width, widths(area, keys_width)))
}

fn end(popup: Popup, columns: &[HelpColumn<'_>]) -> usize {
    popup.last_row(columns.iter().map(|column| column.lines.len()).max().unwrap_or(0))
}

#[derive(Clone, Copy, Debug)]
enum HelpLine<'a> {
    Heading(&'a str),
    Key { keys: &'a str, help: &'a str, is_here: bool },
    Note(&'a str),
    Blank,
}

struct HelpColumn<'a> {
    width: u16,
    lines: Vec<HelpLine<'a>>,
}

/// The popup, the sections to show, and the width of the keys. The popup is as large as without a search text.
fn layout(screen: Rect, scene: HelpScene<'_>, list: &KeyList) -> (Popup, Vec<KeySection>, u16) {
    let HelpScene { keymap, context, is_replay } = scene;
    let all = keymap.sections(context, is_replay, "");
    let rows = || all.iter().flat_map(|section| &section.rows);
    let keys_width = rows().map(|row| width_of(&row.keys)).max().unwrap_or(0);
    let help_width = rows().map(|row| width_of(row.help)).max().unwrap_or(0).min(WIDEST);
    let column = keys_width + 2 + help_width;
    let wanted = if screen.width >= TWO_COLUMNS { 2 * column + GAP } else { column };
    let columns = columns(&all, keys_width, widths(screen, keys_width));
    let popup = Popup::new(screen, wanted, columns.iter().map(|column| column.lines.len()).max().unwrap_or(0));
    let shown = if list.text().is_empty() { all } else { keymap.sections(context, is_replay, list.text()) };
    (popup, shown, keys_width)
}

/// The widths of the columns.
fn widths(screen: Rect, keys_width: u16) -> [u16; 2] {
    let column = keys_width + 2 + WIDEST;
    if screen.width >= TWO_COLUMNS {
        let width = Popup::text_width(screen, 2 * column + GAP);
        return [(width - GAP) / 2; 2];
    }
    [Popup::text_width(screen, column), 0]
}

/// The lines of the columns. A heading stays with its keys.
fn columns(sections: &[KeySection], keys_width: u16, widths: [u16; 2]) -> Vec<HelpColumn<'_>> {
    let blocks: Vec<Vec<HelpLine<'_>>> =
        sections.iter().map(|section| block(section, widths[0].saturating_sub(keys_width + 2))).collect();
    let all: usize = blocks.iter().map(|block| block.len() + 1).sum();
    let mut columns = vec![HelpColumn { width: widths[0], lines: Vec::new() }];
    let mut n = 0;
    for lines in blocks {
        // The middle of a section that lies in the second half is in the second column.
        if widths[1] > 0 && columns.len() == 1 && n > 0 && 2 * n + lines.len() > all {
            columns.push(HelpColumn { width: widths[1], lines: Vec::new() });
        }
        n += lines.len() + 1;
        if let Some(column) = columns.last_mut() {
            if !column.lines.is_empty() {
                column.lines.push(HelpLine::Blank);
            }
            column.lines.extend(lines);
        }
    }
    if let Some(column) = columns.last_mut().filter(|_| !sections.is_empty()) {
        column.lines.push(HelpLine::Blank);
        column.lines.extend(wrap(NOTE, column.width).into_iter().map(HelpLine::Note));
    }
    columns
}

/// A heading and its keys.
fn block(section: &KeySection, help_width: u16) -> Vec<HelpLine<'_>> {
    let mut lines = vec![HelpLine::Heading(section.title)];
    for row in &section.rows {
        let mut keys = row.keys.as_str();
        for help in wrap(row.help, help_width) {
            lines.push(HelpLine::Key { keys: std::mem::take(&mut keys), help, is_here: section.is_here });
        }
    }
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
