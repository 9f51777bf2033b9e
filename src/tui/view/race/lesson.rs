//! Why is that so? The rule, the lines that differ, where else the mistake is made, and the verdict.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::race::paragraph::{Paragraph, Tone};
use crate::tui::view::race::scene::LabScene;

/// The widest that a line is broken at.
const WIDEST: u16 = 92;

/// A line of the sheet.
enum LessonLine {
    Heading(&'static str),
    Words(String),
    Code(String, Status),
    Blank,
}

/// A sheet over the screen; scrolls where it does not fit, and leaves the footer in sight.
pub fn draw(screen: &mut Pen<'_>, stage: &LabScene<'_>) {
    let sheet = LessonPopup::of(screen.area, stage.lesson);
    let Rect { x, y, width, height } = sheet.area;
    let mut paper = screen.part(x - screen.area.x, y - screen.area.y, width, height);
    paper.clear(Role::Surface);
    let last = sheet.last_row();
    let from = stage.ui.lesson.unwrap_or(0).min(last);
    let remark = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    let (left, above) = sheet.margins;
    let mut inner = paper.part(left, above, width.saturating_sub(2 * left), height);
    let surface = inner.theme.style(Role::Surface);
    inner.section(0, "Why", &remark);
    for (y, line) in (1..=sheet.rows).zip(sheet.lines.iter().skip(from)) {
        match line {
            LessonLine::Heading(text) => {
                inner.text(0, y, text, Role::Title);
            }
            LessonLine::Words(text) => {
                inner.text(0, y, text, Role::Text);
            }
            LessonLine::Code(text, status) => {
                let glyph = inner.theme.glyph(*status).to_owned();
                inner.text(0, y, &glyph, *status);
                let (room, ellipsis) = (inner.width().saturating_sub(2), inner.theme.glyphs.ellipsis.clone());
                let cut = cut_end(text, room.into(), &ellipsis).into_owned();
                inner.text(2, y, &cut, Role::Text);
            }
            LessonLine::Blank => {}
        }
    }
    // Text brings the screen's ground along; the sheet has its own.
    if let Some(ground) = surface.bg {
        paper.ground(ground);
    }
}

/// The furthest that the sheet can be scrolled on a screen of this size.
pub fn last_row(area: Rect, lesson: &[Paragraph]) -> usize {
    LessonPopup::of(area, lesson).last_row()
}

/// What is on the sheet, and where it lies.
struct LessonPopup {
    area: Rect,
    margins: (u16, u16),
    rows: u16,
    lines: Vec<LessonLine>,
}

impl LessonPopup {
    fn of(screen: Rect, lesson: &[Paragraph]) -> Self {
        let left = if screen.width < 60 { 1 } else { 3 };
        let wanted = WIDEST + 2 * left;
        let width = if wanted + 8 > screen.width { screen.width } else { wanted };
        let lines = lines(lesson, width.saturating_sub(2 * left).max(1));
        let room = screen.height.saturating_sub(u16::from(screen.height > 4));
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(3).min(room);
        let above = u16::from(height >= 8);
        let area = Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (room - height) / 2, width, height };
        Self { area, margins: (left, above), rows: height.saturating_sub(1 + 2 * above), lines }
    }

    fn last_row(&self) -> usize {
        self.lines.len().saturating_sub(usize::from(self.rows))
    }
}

fn lines(lesson: &[Paragraph], width: u16) -> Vec<LessonLine> {
    let mut lines = Vec::new();
    let mut heading = "";
    for paragraph in lesson {
        if paragraph.heading != heading {
            if !lines.is_empty() {
                lines.push(LessonLine::Blank);
            }
            heading = paragraph.heading;
            lines.push(LessonLine::Heading(heading));
        }
        match paragraph.tone {
            Tone::Words => lines.extend(wrapped(&paragraph.text, width).into_iter().map(LessonLine::Words)),
            Tone::Wrong => {
                lines.extend(paragraph.text.lines().map(|line| LessonLine::Code(line.to_owned(), Status::Failed)))
            }
            Tone::Right => {
                lines.extend(paragraph.text.lines().map(|line| LessonLine::Code(line.to_owned(), Status::Ok)))
            }
        }
    }
    lines
}

/// The text in lines, broken between words.
fn wrapped(text: &str, width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width_of(line) + 1 + width_of(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
