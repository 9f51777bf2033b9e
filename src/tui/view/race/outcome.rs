//! The result of a race: large once all lanes have ended, and before that a prediction.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::model::race::RaceResult;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::{Pen, cells};
use crate::tui::view::race::scene::LabScene;
use crate::tui::view::widgets::digits;

/// Draws the result on the left, and each lane's time on the right.
pub(super) fn draw(pen: &mut Pen<'_>, scene: &LabScene<'_>) {
    if pen.height() == 0 || pen.width() == 0 {
        return;
    }
    let result = scene.race.result();
    if pen.height() <= digits::HEIGHT {
        if let Some(result) = &result {
            let role = if result.is_predicted { Role::Text } else { Role::Accent };
            pen.text(0, 0, &sentence(result), role);
        }
        return;
    }
    let from = pen.height() - digits::HEIGHT - u16::from(pen.height() > digits::HEIGHT + 1);
    let measured = result.as_ref().filter(|result| !result.is_predicted);
    let left = match (measured, &result) {
        (Some(result), _) => large(pen, from, result, scene),
        (None, Some(result)) => pen.text(0, from, &sentence(result), Role::Text),
        (None, None) => pen.text(0, from, "no result yet", Role::TextFaint),
    };
    bars(pen, from, left.max(pen.width() * 3 / 10) + 4, scene);
}

/// Draws the result in large digits: `10.0× faster`. Returns the column after it.
fn large(pen: &mut Pen<'_>, y: u16, result: &RaceResult, scene: &LabScene<'_>) -> u16 {
    let number = &result.large;
    let after = if scene.charset == Charset::Ascii {
        pen.text(0, y + 1, &number.replace('×', "x"), Role::Accent)
    } else {
        let style = pen.theme.style(Role::Accent);
        digits::text(pen, 0, y, number, style);
        digits::width_of(number)
    };
    let unit = match result.meaning.strip_prefix("times ") {
        Some(rest) => rest,
        None => result.meaning,
    };
    let middle = pen.text(after + 2, y + 1, unit, Role::Title);
    let other = if number.contains(':') { "A : B" } else { "B against A" };
    pen.text(after + 2, y + 2, other, Role::TextDim).max(middle)
}

/// The result as a sentence: `B is 10.0 times faster (predicted)`.
fn sentence(result: &RaceResult) -> String {
    let number = result.large.trim_end_matches('×');
    let suffix = if result.is_predicted { " (predicted)" } else { "" };
    if number.contains(':') {
        format!("A : B   {number} {}{suffix}", result.meaning)
    } else if result.meaning.contains("sockets") {
        format!("B holds {number} {}{suffix}", result.meaning)
    } else {
        format!("B is {number} {}{suffix}", result.meaning)
    }
}

/// Draws the time that each lane took, or will take at its current pace.
fn bars(pen: &mut Pen<'_>, from: u16, x: u16, scene: &LabScene<'_>) {
    let width = pen.width();
    let totals: Vec<_> = scene.race.lettered().map(|(letter, lane)| (letter, lane.total())).collect();
    let longest = totals.iter().filter_map(|(_, total)| *total).map(|(total, _)| total).max().unwrap_or_default();
    let room = width.saturating_sub(x + 2 + LABEL);
    let height = pen.height();
    // Four lanes need one more line than the digits.
    let from = if totals.len() > 3 { (height.saturating_sub(4)).min(from) } else { from };
    for (y, (letter, total)) in (from..height).zip(totals) {
        let after = pen.text(x, y, &letter.to_string(), Role::TextDim) + 1;
        let Some((total, is_predicted)) = total else {
            pen.text(after, y, units::NOTHING, Role::TextFaint);
            continue;
        };
        let n = if room >= 6 { cells(share(total, longest), room).max(1) } else { 0 };
        let (full, rest) = (pen.theme.glyphs.bar_full.clone(), pen.theme.glyphs.bar_live.clone());
        let (glyph, role) = if is_predicted { (rest, Role::Running) } else { (full, Role::Bar) };
        pen.fill(after, y, n, &glyph, role);
        let suffix = if is_predicted { " predicted" } else { "" };
        let label = format!("{}{suffix}", units::length(total));
        let at = after + n + u16::from(n > 0);
        if at + width_of(&label) <= width {
            pen.text(at, y, &label, Role::Text);
        } else {
            pen.text(at, y, &units::length(total), Role::Text);
        }
    }
}

/// The width of a time and whether it is predicted.
const LABEL: u16 = 18;

fn share(total: Micros, longest: Micros) -> f64 {
    if longest.is_zero() { 0.0 } else { total.0 as f64 / longest.0 as f64 }
}
