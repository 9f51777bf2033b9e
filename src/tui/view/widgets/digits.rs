//! Large digits, three rows high, for the most important number.
//!
//! Start at [`draw`].

use ratatui::style::Style;

use crate::tui::view::pen::Pen;

/// The signs between digits, in the same format as [`DIGITS`].
const SIGNS: [(char, [u8; 5]); 4] =
    [('.', [0, 0, 0, 0, 4]), (',', [0, 0, 0, 4, 4]), (':', [0, 2, 0, 2, 0]), ('×', [0, 5, 2, 5, 0])];

/// The digits in three by five points: one number per row, with the leftmost point in the highest bit.
const DIGITS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 1, 1],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

/// The height of a number.
pub const HEIGHT: u16 = 3;

/// The width of a number.
pub fn width(n: u32) -> u16 {
    let digits = n.checked_ilog10().unwrap_or(0) + 1;
    u16::try_from(digits * 4 - 1).unwrap_or(u16::MAX)
}

/// The width of a text of digits and signs.
pub fn width_of(text: &str) -> u16 {
    text.chars().map(advance).sum::<u16>().saturating_sub(1)
}

/// Draws a number from (`x`, `y`) on.
pub fn draw(pen: &mut Pen<'_>, x: u16, y: u16, n: u32, style: Style) {
    text(pen, x, y, &n.to_string(), style);
}

/// Draws digits and signs from (`x`, `y`) on. Half blocks show two points per cell.
pub fn text(pen: &mut Pen<'_>, x: u16, y: u16, text: &str, style: Style) {
    let mut x = x;
    for (c, points) in text.chars().map(|c| (c, points(c))) {
        for (row, y) in (y..y + HEIGHT).enumerate() {
            let upper = points[row * 2];
            let lower = points.get(row * 2 + 1).copied().unwrap_or(0);
            for (column, bit) in [4_u8, 2, 1].into_iter().enumerate() {
                let glyph = match (upper & bit != 0, lower & bit != 0) {
                    (true, true) => "█",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (false, false) => continue,
                };
                pen.set_cell(x + u16::try_from(column).unwrap_or(0), y, glyph, style);
            }
        }
        x = x.saturating_add(advance(c));
    }
}

/// The columns from a character to the next one. A point is narrow and has no columns of its own at its left.
fn advance(c: char) -> u16 {
    if matches!(c, '.' | ',') { 2 } else { 4 }
}

/// A character's points; blank for an unknown character.
fn points(c: char) -> [u8; 5] {
    let digit = c.to_digit(10).and_then(|digit| DIGITS.get(digit as usize));
    let sign = || SIGNS.iter().find(|(sign, _)| *sign == c).map(|(_, points)| points);
    digit.or_else(sign).copied().unwrap_or_default()
}
