//! A picture of the screen outside of it: as lines of text, and as SVG.
//!
//! Start at [`lines`] and [`save`].

pub mod svg;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use ratatui::buffer::Buffer;

use crate::tui::picture::svg::svg;
use crate::tui::theme::Theme;

/// One picture of the screen, cell by cell.
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

/// Saves the picture in the current folder, under a name that nothing has there yet.
pub fn save(buffer: &Picture, theme: &Theme) -> io::Result<PathBuf> {
    let picture = svg(buffer, theme);
    for n in 1..1000 {
        let path = PathBuf::from(format!("inflight-{n}.svg"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(picture.as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("there are a thousand pictures already"))
}
