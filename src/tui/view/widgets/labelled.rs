//! A popup of labelled text that scrolls.
//!
//! Start at [`draw`].

use std::borrow::Cow;

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthChar;

use crate::tui::privacy::Privacy;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::{Pen, cells};
use crate::tui::view::widgets::charts::smooth_bar;
use crate::tui::view::widgets::popup::Popup;

/// The width of the labels, gap included.
const LABELS: u16 = 11;
/// The width of the text after a bar, gap included: ` 59m 59 s`.
const LENGTHS: u16 = 10;
/// The maximum width of a bar.
const WIDEST_BAR: u16 = 60;
/// The maximum width of text, for readability.
const WIDEST: u16 = 100;

/// A label and its text, which may be foreign. Long text wraps.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledRow {
    label: &'static str,
    text: String,
    role: Role,
    bar: Option<SpanBar>,
}

/// A bar that covers a part of a span of time; both are shares of the whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpanBar {
    /// Where it starts.
    pub from: f64,
    /// How long it is.
    pub length: f64,
    /// Its colour.
    pub role: Role,
}

impl LabelledRow {
    /// A row of text. With an empty label it continues the row before.
    pub fn new(label: &'static str, text: impl Into<String>) -> Self {
        Self { label, text: text.into(), role: Role::Text, bar: None }
    }

    /// The same row in another role.
    #[must_use]
    pub fn in_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// The same row with a bar before its text.
    #[must_use]
    pub fn with_bar(self, bar: SpanBar) -> Self {
        Self { bar: Some(bar), ..self }
    }
}

/// Draws the rows in a popup, scrolled to this row; `remark` is shown next to the title.
pub fn draw(screen: &mut Pen<'_>, (title, remark): (&str, &str), rows: Vec<LabelledRow>, from: usize) {
    let lines = wrapped(screen.area, rows, |text| screen.safe(text));
    let popup = Popup::new(screen.area, WIDEST + LABELS, lines.len());
    let last = popup.last_row(lines.len());
    let from = from.min(last);
    let scrolled = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    let remarks: Vec<&str> = [remark, &scrolled].into_iter().filter(|remark| !remark.is_empty()).collect();
    popup.write(screen, |pen| {
        pen.section(0, &pen.safe(title), &remarks.join("   "));
        for (y, row) in (1..=popup.rows).zip(lines.iter().skip(from)) {
            pen.text(0, y, row.label, Role::TextDim);
            match row.bar {
                Some(bar) => draw_bar(pen, y, bar, row),
                None => drop(pen.text(LABELS, y, &row.text, row.role)),
            }
        }
        None
    });
}

/// Draws a bar, and the row's text to its right.
fn draw_bar(pen: &mut Pen<'_>, y: u16, bar: SpanBar, row: &LabelledRow) {
    let width = pen.width().saturating_sub(LABELS + LENGTHS).min(WIDEST_BAR);
    pen.right(LABELS + width + LENGTHS, y, &row.text, row.role);
    if width > 0 && bar.length > 0.0 {
        // Even the shortest bar is visible, also at the end of the span.
        let from = cells(bar.from, width).min(width - 1);
        let room = width - from;
        let share = (bar.length * f64::from(width) / f64::from(room)).min(1.0);
        smooth_bar(pen, LABELS + from, y, room, share, bar.role);
    }
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, rows: Vec<LabelledRow>, privacy: &Privacy) -> usize {
    let lines = wrapped(area, rows, |text| privacy.safe(text)).len();
    Popup::new(area, WIDEST + LABELS, lines).last_row(lines)
}

/// The rows as lines that fit the popup, made safe.
fn wrapped(screen: Rect, rows: Vec<LabelledRow>, safe: impl Fn(&str) -> Cow<'_, str>) -> Vec<LabelledRow> {
    let room = usize::from(Popup::text_width(screen, WIDEST + LABELS).saturating_sub(LABELS).max(10));
    let lines_of = |row: LabelledRow| {
        let mut label = row.label;
        // Line breaks are kept; all other control characters are made visible.
        let texts: Vec<String> =
            row.text.split('\n').flat_map(|line| wrap(&safe(line.trim_end_matches('\r')), room)).collect();
        texts.into_iter().map(move |text| LabelledRow {
            label: std::mem::take(&mut label),
            text,
            role: row.role,
            bar: row.bar,
        })
    };
    rows.into_iter().flat_map(lines_of).collect()
}

/// Wraps a line to a width, between words if possible.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for (i, word) in text.split(' ').enumerate() {
        let width = usize::from(width_of(word));
        // A word that is longer than a line starts on the current line.
        if !line.is_empty() && width <= room && usize::from(width_of(&line)) + 1 + width > room {
            lines.push(std::mem::take(&mut line));
        } else if i > 0 {
            line.push(' ');
        }
        line.push_str(word);
        while usize::from(width_of(&line)) > room {
            let rest = line.split_off(prefix_end(&line, room));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    lines.push(line);
    lines
}

/// The end of the longest prefix that fits; it has at least one character.
fn prefix_end(text: &str, room: usize) -> usize {
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
    fn lines_wrap_between_words_and_within_words_that_are_too_long() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("a bcdefg", 4), ["a bc", "defg"]);
        assert_eq!(wrap("日本語テ", 4), ["日本", "語テ"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("  indented", 20), ["  indented"]);
    }
}
