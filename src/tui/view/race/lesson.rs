//! The popup of the lesson: the rule, the lines that differ, other places of the mistake, and the verdict.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::race::paragraph::{Paragraph, Tone};
use crate::tui::view::race::scene::LabScene;

/// The maximum width of a line.
const WIDEST: u16 = 92;

/// A line of the popup.
enum LessonLine {
    Heading(&'static str),
    Prose(String),
    Code(String, Status),
    Blank,
}

/// Draws the popup. It scrolls if it does not fit, and the footer stays visible.
pub fn draw(screen: &mut Pen<'_>, scene: &LabScene<'_>) {
    let popup_layout = LessonPopup::new(screen.area, scene.lesson);
    let Rect { x, y, width, height } = popup_layout.area;
    let mut popup = screen.part(x - screen.area.x, y - screen.area.y, width, height);
    popup.clear(Role::Surface);
    let last = popup_layout.last_row();
    let from = scene.ui.lesson.unwrap_or(0).min(last);
    let remark = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    let (left, above) = popup_layout.margins;
    let mut inner = popup.part(left, above, width.saturating_sub(2 * left), height);
    let surface = inner.theme.style(Role::Surface);
    inner.section(0, "Why", &remark);
    for (y, line) in (1..=popup_layout.rows).zip(popup_layout.lines.iter().skip(from)) {
        match line {
            LessonLine::Heading(text) => {
                inner.text(0, y, text, Role::Title);
            }
            LessonLine::Prose(text) => {
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
    // Text is drawn with the screen's background, so the popup's own is set last.
    if let Some(background) = surface.bg {
        popup.fill_background(background);
    }
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, lesson: &[Paragraph]) -> usize {
    LessonPopup::new(area, lesson).last_row()
}

/// The popup's lines and its position.
struct LessonPopup {
    area: Rect,
    margins: (u16, u16),
    rows: u16,
    lines: Vec<LessonLine>,
}

impl LessonPopup {
    fn new(screen: Rect, lesson: &[Paragraph]) -> Self {
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
            Tone::Prose => lines.extend(wrapped(&paragraph.text, width).into_iter().map(LessonLine::Prose)),
            Tone::Wrong => {
                lines.extend(paragraph.text.lines().map(|line| LessonLine::Code(line.to_owned(), Status::Failed)));
            }
            Tone::Right => {
                lines.extend(paragraph.text.lines().map(|line| LessonLine::Code(line.to_owned(), Status::Ok)));
            }
        }
    }
    lines
}

/// Wraps a text between words.
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
