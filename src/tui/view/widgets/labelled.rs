//! A popup of labelled text that scrolls.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthChar;

use crate::text::sanitize::sanitize;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::widgets::popup::Popup;

/// Columns of the labels, with the gap behind them.
const LABELS: u16 = 11;
/// Widest text, for the eye.
const WIDEST: u16 = 100;

/// A label and its text. The text may be foreign; it wraps where it is too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledRow {
    label: &'static str,
    text: String,
    role: Role,
}

impl LabelledRow {
    /// A row of text; an empty label leaves the text below that of the row before.
    pub fn new(label: &'static str, text: impl Into<String>) -> Self {
        Self { label, text: text.into(), role: Role::Text }
    }

    /// The same in another role.
    #[must_use]
    pub fn in_role(self, role: Role) -> Self {
        Self { role, ..self }
    }
}

/// Draws the rows in a popup, scrolled to this row; `remark` is shown next to the title.
pub fn draw(screen: &mut Pen<'_>, (title, remark): (&str, &str), rows: Vec<LabelledRow>, from: usize) {
    let lines = wrapped(screen.area, rows);
    let sheet = Popup::of(screen.area, WIDEST + LABELS, lines.len());
    let last = sheet.last_row(lines.len());
    let from = from.min(last);
    let scrolled = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    let remarks: Vec<&str> = [remark, &scrolled].into_iter().filter(|remark| !remark.is_empty()).collect();
    sheet.write(screen, |pen| {
        pen.section(0, &sanitize(title), &remarks.join("   "));
        for (y, row) in (1..=sheet.rows).zip(lines.iter().skip(from)) {
            pen.text(0, y, row.label, Role::TextDim);
            pen.text(LABELS, y, &row.text, row.role);
        }
        None
    });
}

/// The furthest that these rows can be scrolled on a screen of this size.
pub fn last_row(area: Rect, rows: Vec<LabelledRow>) -> usize {
    let lines = wrapped(area, rows).len();
    Popup::of(area, WIDEST + LABELS, lines).last_row(lines)
}

/// The rows in lines that fit the sheet, safe to show.
fn wrapped(screen: Rect, rows: Vec<LabelledRow>) -> Vec<LabelledRow> {
    let room = usize::from(Popup::text_width(screen, WIDEST + LABELS).saturating_sub(LABELS).max(10));
    let lines_of = |row: LabelledRow| {
        let mut label = row.label;
        // Line breaks are kept; all other control characters are made visible.
        let texts: Vec<String> =
            row.text.split('\n').flat_map(|line| wrap(&sanitize(line.trim_end_matches('\r')), room)).collect();
        texts.into_iter().map(move |text| LabelledRow { label: std::mem::take(&mut label), text, role: row.role })
    };
    rows.into_iter().flat_map(lines_of).collect()
}

/// One line's text in lines of so many columns: between words where there are some.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for (i, word) in text.split(' ').enumerate() {
        let width = usize::from(width_of(word));
        // A word that fits no line begins where it is.
        if !line.is_empty() && width <= room && usize::from(width_of(&line)) + 1 + width > room {
            lines.push(std::mem::take(&mut line));
        } else if i > 0 {
            line.push(' ');
        }
        line.push_str(word);
        while usize::from(width_of(&line)) > room {
            let rest = line.split_off(fitting(&line, room));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    lines.push(line);
    lines
}

/// Where the part ends that fits; at least one character does.
fn fitting(text: &str, room: usize) -> usize {
    let mut used = 0;
    let beyond = text.char_indices().skip(1).find(|&(at, _)| {
        used += text[..at].chars().next_back().and_then(UnicodeWidthChar::width).unwrap_or(0);
        used + text[at..].chars().next().and_then(UnicodeWidthChar::width).unwrap_or(0) > room
    });
    beyond.map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_between_words_and_within_those_that_are_too_long() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("a bcdefg", 4), ["a bc", "defg"]);
        assert_eq!(wrap("日本語テ", 4), ["日本", "語テ"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("  indented", 20), ["  indented"]);
    }
}
