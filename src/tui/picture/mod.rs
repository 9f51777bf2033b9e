//! Exports of a screen: as lines of text, and as SVG.
//!
//! Start at [`lines`] and [`svg::svg`].

pub mod svg;

use ratatui::buffer::Buffer;

/// One screen, cell by cell.
pub type Picture = Buffer;

/// The rows as text, without trailing blanks.
pub fn lines(buffer: &Picture) -> Vec<String> {
    let row = |y: u16| {
        let cells = (buffer.area.left()..buffer.area.right()).filter_map(|x| buffer.cell((x, y)));
        let text: String = cells.map(ratatui::buffer::Cell::symbol).collect();
        text.trim_end().to_owned()
    };
    (buffer.area.top()..buffer.area.bottom()).map(row).collect()
}
