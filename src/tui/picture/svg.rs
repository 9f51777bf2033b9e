//! The screen as an SVG image.
//!
//! Blocks and rules become shapes, because fonts leave gaps between them. Text becomes runs of one style, each
//! as wide as its cells. Start at [`svg`].

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::color::{self, Depth};
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::{Role, Variant};
use crate::tui::theme::{Capabilities, Theme, bundled};

/// The size of a cell in user units.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
/// From the top of a cell to the baseline of its text.
const BASE: f64 = 13.4;
const MARGIN: f64 = 12.0;

/// The screen as one SVG document.
pub fn svg(buffer: &Buffer, theme: &Theme) -> String {
    let area = buffer.area;
    let (width, height) =
        (f64::from(area.width) * WIDTH + 2.0 * MARGIN, f64::from(area.height) * HEIGHT + 2.0 * MARGIN);
    let defaults = DefaultColors::from_theme(theme);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\" \
         shape-rendering=\"crispEdges\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        defaults.back
    );
    for y in 0..area.height {
        let row: Vec<&Cell> = (0..area.width).filter_map(|x| buffer.cell((area.x + x, area.y + y))).collect();
        draw_row(&mut out, f64::from(y) * HEIGHT + MARGIN, &row, &defaults);
    }
    out.push_str("</svg>\n");
    out
}

/// The colours of a cell without own colours.
struct DefaultColors {
    back: String,
    text: String,
}

impl DefaultColors {
    fn from_theme(theme: &Theme) -> Self {
        let name = match theme.variant() {
            Variant::Dark => bundled::DARK,
            Variant::Light => bundled::LIGHT,
        };
        // A theme that keeps the terminal's background borrows the one of the default theme.
        let look = Capabilities { depth: Depth::True, charset: Charset::Unicode };
        let default = Theme::bundled(name, look).unwrap_or_else(|| theme.clone());
        let color = |color_of: fn(&Style) -> Option<Color>, role: Role| {
            let own = color_of(&theme.style(role)).and_then(hex);
            own.or_else(|| color_of(&default.style(role)).and_then(hex)).unwrap_or_default()
        };
        Self { back: color(|style| style.bg, Role::Bg), text: color(|style| style.fg, Role::Text) }
    }

    /// The text colour of a cell, and its background if that differs from the screen's.
    fn cell_colors(&self, cell: &Cell) -> (String, Option<String>) {
        let text = hex(cell.fg).unwrap_or_else(|| self.text.clone());
        let back = hex(cell.bg).unwrap_or_else(|| self.back.clone());
        let (text, back) = if cell.modifier.contains(Modifier::REVERSED) { (back, text) } else { (text, back) };
        let is_own = back != self.back;
        (text, is_own.then_some(back))
    }
}

fn hex(color: Color) -> Option<String> {
    color::rgb(color).map(|[red, green, blue]| format!("#{red:02x}{green:02x}{blue:02x}"))
}

/// A run of cells with one style.
struct TextRun {
    x: f64,
    cells: f64,
    text: String,
    color: String,
    background: Option<String>,
    is_bold: bool,
}

fn draw_row(out: &mut String, y: f64, row: &[&Cell], defaults: &DefaultColors) {
    let runs = runs(row, defaults);
    for run in &runs {
        if let Some(back) = &run.background {
            rect(out, run.x, y, run.cells * WIDTH, HEIGHT, back);
        }
    }
    for run in &runs {
        if !run.text.trim().is_empty() {
            write_run(out, y, run);
        }
    }
    draw_shapes(out, y, row, defaults);
}

/// Draws blocks and rules; neighbours that continue each other become one rectangle.
fn draw_shapes(out: &mut String, y: f64, row: &[&Cell], defaults: &DefaultColors) {
    let mut last: Option<(CellPart, String)> = None;
    for (i, cell) in (0..).zip(row) {
        let here = shape(cell.symbol()).map(|[left, top, right, bottom]| {
            ([i * CELL + left, top, i * CELL + right, bottom], defaults.cell_colors(cell).0)
        });
        match (&mut last, here) {
            (Some((part, old)), Some((new, color)))
                if part[2] == new[0] && [part[1], part[3]] == [new[1], new[3]] && *old == color =>
            {
                part[2] = new[2];
            }
            (last, here) => {
                if let Some((part, color)) = std::mem::replace(last, here) {
                    draw_part(out, y, part, &color);
                }
            }
        }
    }
    if let Some((part, color)) = last {
        draw_part(out, y, part, &color);
    }
}

/// The row's text in runs of one style; shapes are replaced by blanks.
fn runs(row: &[&Cell], defaults: &DefaultColors) -> Vec<TextRun> {
    let mut runs: Vec<TextRun> = Vec::new();
    let mut i = 0;
    while let Some(cell) = row.get(i) {
        let (color, back) = defaults.cell_colors(cell);
        let is_bold = cell.modifier.contains(Modifier::BOLD);
        let columns = cell.symbol().width().max(1);
        let text = if shape(cell.symbol()).is_some() { " " } else { cell.symbol() };
        let alike = |run: &TextRun| run.color == color && run.background == back && run.is_bold == is_bold;
        match runs.last_mut().filter(|run| alike(run)) {
            Some(run) => {
                run.text.push_str(text);
                run.cells += columns as f64;
            }
            None => runs.push(TextRun {
                x: i as f64 * WIDTH + MARGIN,
                cells: columns as f64,
                text: text.to_owned(),
                color,
                background: back,
                is_bold,
            }),
        }
        i += columns;
    }
    runs
}

fn write_run(out: &mut String, y: f64, run: &TextRun) {
    let lead = run.text.len() - run.text.trim_start().len();
    let text = run.text.trim();
    let x = run.x + run.text[..lead].width() as f64 * WIDTH;
    let width = text.width() as f64 * WIDTH;
    let weight = if run.is_bold { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" fill=\"{}\"{weight} xml:space=\"preserve\">{}</text>",
        y + BASE,
        run.color,
        escaped(text)
    );
}

/// Escapes text for XML; characters that XML forbids are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// The steps of a cell, across and down.
const CELL: u32 = 80;

/// A rectangle in a row of cells: left, top, right and bottom, in steps of a cell.
type CellPart = [u32; 4];

/// The part of the cell that a block or a rule fills.
fn shape(symbol: &str) -> Option<CellPart> {
    const EIGHTH: u32 = CELL / 8;
    // Thicker than one unit, or `crispEdges` would drop it. A cell is higher than wide.
    const LEVEL: [u32; 2] = [CELL / 2 - 3, CELL / 2 + 3];
    const UPRIGHT: [u32; 2] = [CELL / 2 - 6, CELL / 2 + 6];
    let mut characters = symbol.chars();
    let c = characters.next().filter(|_| characters.next().is_none())?;
    let eighths = |from: char| (u32::from(c) - u32::from(from) + 1) * EIGHTH;
    Some(match c {
        '▁'..='█' => [0, CELL - eighths('▁'), CELL, CELL],
        '▉'..='▏' => [0, 0, CELL - eighths('▉'), CELL],
        '▀' => [0, 0, CELL, CELL / 2],
        '▐' => [CELL / 2, 0, CELL, CELL],
        '─' => [0, LEVEL[0], CELL, LEVEL[1]],
        '│' => [UPRIGHT[0], 0, UPRIGHT[1], CELL],
        _ => return None,
    })
}

fn draw_part(out: &mut String, y: f64, part: CellPart, color: &str) {
    let [left, top, right, bottom] = part.map(|step| f64::from(step) / f64::from(CELL));
    rect(out, MARGIN + left * WIDTH, y + top * HEIGHT, (right - left) * WIDTH, (bottom - top) * HEIGHT, color);
}

fn rect(out: &mut String, x: f64, y: f64, width: f64, height: f64, color: &str) {
    let _ =
        writeln!(out, "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"{color}\"/>");
}
