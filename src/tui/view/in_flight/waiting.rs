//! The hosts that are down, below the attempts in flight: their jobs wait and hold no slot.
//!
//! Start at [`draw`].

use crate::model::{Model, Stage};
use crate::text::host_name::short_host;
use crate::text::units;
use crate::tui::rows::hosts::{down_text, state};
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::table::{GAP, LEAD};

/// The most hosts that are listed.
const MOST: usize = 3;
/// The height of a view from which on hosts are listed.
const TALL: u16 = 9;

/// The rows for the hosts that are down, with a blank row and a title; 0 if there are none.
pub(super) fn height(of_view: u16, model: &Model) -> u16 {
    let n = model.hosts_down().take(MOST).count();
    if n == 0 || of_view < TALL { 0 } else { u16::try_from(n).unwrap_or(0) + 2 }
}

/// Draws why nothing is in flight: a pause, or the first host that lets nothing start.
pub(super) fn draw_reason(pen: &mut Pen<'_>, x: u16, y: u16, scene: &ViewScene<'_>) {
    let (model, now) = (scene.model, scene.now);
    if model.open.n() > 0 || model.stage != Stage::Running {
        return;
    }
    let limited = || model.hosts.kept().filter(|host| host.is_limited(now));
    // A host that is tried again within a second has no moment, and comes first.
    let next = limited().min_by_key(|host| host.waits_until(now));
    let text = match next {
        _ if model.is_paused => "paused".to_owned(),
        Some(host) => {
            let more = limited().count() as u64 - 1;
            let others =
                if more > 0 { format!(" (limited as well: {})", units::plural(more, "host")) } else { String::new() };
            format!("{}: {}{others}", short_host(&host.name), state(host, now, model).1)
        }
        None => return,
    };
    let style = pen.theme.style(Role::Limited);
    let room = pen.width().saturating_sub(x);
    pen.foreign(x, y, &text, room, style);
}

/// Draws the hosts that are down, the longest outage first.
pub(super) fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    if pen.height() < 3 {
        return;
    }
    let mut down: Vec<_> = scene.model.hosts_down().collect();
    down.sort_by_key(|(host, outage)| (outage.since, host.number));
    let more = down.len().saturating_sub(MOST);
    let remark = if more > 0 { format!("{} more", units::count(more as u64)) } else { String::new() };
    pen.section(1, "Waiting for a host", &remark);
    let name_width = (pen.width() * 3 / 10).clamp(12, 40);
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    for (y, (host, outage)) in (2..pen.height()).zip(down) {
        let glyph = pen.theme.glyph(Status::Down).to_owned();
        pen.text(2, y, &glyph, Status::Down);
        let style = pen.theme.style(Role::Text);
        pen.foreign(LEAD, y, short_host(&host.name), name_width, style);
        let x = LEAD + name_width + GAP;
        let x = pen.text(x, y, &down_text(outage.since, outage.next_try, scene.now), Role::Down) + GAP;
        let jobs = match scene.model.waiting_jobs(host) {
            0 => String::new(),
            1 => "1 job waits".to_owned(),
            jobs => format!("{} wait", units::plural(jobs, "job")),
        };
        let room = pen.width().saturating_sub(x);
        let texts = [format!("{jobs}   {}", pen.safe(&outage.why)), jobs];
        let Some(text) = texts.iter().find(|text| width_of(text) <= room).or(texts.first()) else { continue };
        pen.text(x, y, &cut_end(text.trim_start(), room.into(), &ellipsis), Role::TextDim);
    }
}
