//! One endpoint's phases, outcomes and slowest attempts.
//!
//! Start at [`draw`].

use crate::event::Micros;
use crate::event::waits::WaitReason;
use crate::model::anatomy::Ending;
use crate::model::endpoint::EndpointStats;
use crate::text::units;
use crate::tui::rows::request::ending_text;
use crate::tui::text_fit::cut_end;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::card::phases::wait_name;
use crate::tui::view::pen::Pen;
use crate::tui::view::widgets::charts::smooth_bar;

/// The width of the labels.
const LABELS: u16 = 12;
/// The width of the numbers: `59m 59 s`, `1,234,567`.
const NUMBERS: u16 = 9;

/// Draws the mean time of each phase, and the outcomes below.
pub(super) fn draw(pen: &mut Pen<'_>, endpoint: &EndpointStats) {
    let (width, height) = (pen.width(), pen.height());
    let parts = parts(endpoint);
    let rows = u16::try_from(parts.len().max(1)).unwrap_or(u16::MAX);
    // If there is room for both, the outcomes have at least a title and two rows.
    let above = (1 + rows).min(height.saturating_sub(if height >= 9 { 4 } else { 0 }));
    draw_phases(&mut pen.part(0, 0, width, above), endpoint, &parts);
    let gap = u16::from(height > above + 4);
    let rest = height.saturating_sub(above + gap);
    draw_outcomes(&mut pen.part(0, above + gap, width, rest), endpoint);
}

/// The phases of an attempt in order, with their mean times. Unknown phases are left out.
fn parts(endpoint: &EndpointStats) -> Vec<(&'static str, Option<Micros>)> {
    let anatomy = &endpoint.anatomy;
    let waited = |why| anatomy.waited.get(why).0.checked_div(anatomy.started).map(Micros);
    let mut parts: Vec<(&'static str, Option<Micros>)> = WaitReason::ALL
        .into_iter()
        .filter_map(|why| waited(why).filter(|mean| mean.0 > 0).map(|mean| (wait_name(why), Some(mean))))
        .collect();
    // A cached name takes no time to resolve.
    if let Some(resolve) = anatomy.resolve.value().filter(|mean| mean.0 > 0) {
        parts.push(("resolve", Some(resolve)));
    }
    if anatomy.connect.n() + anatomy.reused > 0 {
        // If most attempts reused a connection, the mean would mislead.
        parts.push(("connect", anatomy.connect.value().filter(|_| anatomy.connect.n() >= anatomy.reused)));
    }
    if anatomy.tls.n() > 0 && anatomy.tls.n() >= anatomy.reused {
        parts.push(("TLS", anatomy.tls.value()));
    }
    for (name, mean) in [("first byte", anatomy.first_byte), ("body", anatomy.body)] {
        if mean.n() > 0 {
            parts.push((name, mean.value()));
        }
    }
    parts
}

fn draw_phases(pen: &mut Pen<'_>, endpoint: &EndpointStats, parts: &[(&'static str, Option<Micros>)]) {
    if pen.height() == 0 {
        return;
    }
    pen.section(0, "Where the time goes", "mean");
    if parts.is_empty() {
        let text =
            if endpoint.anatomy.started == 0 { "no attempt has started" } else { "this source does not report phases" };
        pen.text(0, 1, text, Role::TextFaint);
    }
    let most = parts.iter().filter_map(|(_, mean)| *mean).max().unwrap_or_default();
    for (y, (name, mean)) in (1..pen.height()).zip(parts) {
        // Time before the request is sent is spent by inflight, not by the server.
        let is_ours = WaitReason::ALL.into_iter().any(|why| wait_name(why) == *name);
        pen.text(0, y, name, Role::TextDim);
        let (width, share) = (pen.width(), mean.map_or(0.0, |mean| mean.0 as f64 / most.0.max(1) as f64));
        let bar = width.saturating_sub(LABELS + NUMBERS);
        smooth_bar(pen, LABELS, y, bar, share, if is_ours { Role::BarRest } else { Role::Bar });
        match mean {
            Some(mean) => pen.right(width, y, &units::length(*mean), Role::Text),
            None => pen.right(width, y, "reused", Role::TextDim),
        }
    }
}

/// Draws how attempts ended, most frequent first.
fn draw_outcomes(pen: &mut Pen<'_>, endpoint: &EndpointStats) {
    if pen.height() < 2 {
        return;
    }
    let endings = endpoint.anatomy.endings();
    let rows = usize::from(pen.height() - 1);
    let hidden: u64 = endings.iter().skip(rows).map(|(_, n)| n).sum::<u64>() + endpoint.anatomy.other_endings();
    let remark = if hidden > 0 { format!("{} more", units::count(hidden)) } else { String::new() };
    pen.section(0, "Outcomes", &remark);
    if endings.is_empty() {
        pen.text(0, 1, "no attempt has ended", Role::TextFaint);
    }
    let most = endings.first().map_or(1, |&(_, n)| n.max(1));
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let width = pen.width();
    // Outcomes have longer names than phases, so they get half of the line.
    let bar_at = width.saturating_sub(NUMBERS + 6).clamp(LABELS, 28);
    let bar = width.saturating_sub(bar_at + NUMBERS);
    for (y, (ending, n)) in (1..pen.height()).zip(&endings) {
        let status = status_of(*ending);
        let glyph = pen.theme.glyph(status).to_owned();
        pen.text(0, y, &glyph, status);
        let text = ending_text(*ending);
        pen.text(2, y, &cut_end(&text, usize::from(bar_at.saturating_sub(3)), &ellipsis), Role::Text);
        let role = if matches!(status, Status::Ok | Status::Cancelled) { Role::Bar } else { status.into() };
        smooth_bar(pen, bar_at, y, bar, *n as f64 / most as f64, role);
        pen.right(width, y, &units::count(*n), Role::Text);
    }
}

fn status_of(ending: Ending) -> Status {
    match ending {
        Ending::Expected(_) | Ending::Redirected(_) => Status::Ok,
        Ending::Unexpected(_) | Ending::Failed(_) => Status::Failed,
        Ending::Throttled(_) => Status::Limited,
        Ending::TimedOut(_) => Status::Timeout,
        Ending::Cancelled => Status::Cancelled,
    }
}
