//! The waterfall by slot: one row for each slot, with all attempts that used it.
//!
//! A gap between two bars means that the slot was idle. Start at [`draw`].

use std::collections::HashMap;
use std::ops::Range;

use crate::event::Micros;
use crate::model::timeline::Bar;
use crate::text::units;
use crate::tui::rows::waterfall::slot_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::waterfall::bar::{self, Track};
use crate::tui::view::waterfall::columns::{self, WaterfallColumns};

/// The row of one slot.
struct SlotRow<'b> {
    y: u16,
    latest: Option<&'b Bar>,
    /// The time in flight within the visible time.
    busy: Micros,
}

/// Draws the visible slots.
pub(super) fn draw(
    pen: &mut Pen<'_>,
    rows: Range<u16>,
    columns: WaterfallColumns,
    track: &Track<'_>,
    scene: &ViewScene<'_>,
) {
    let visible = rows.zip(scene.ui.list().visible_rows());
    let mut slots: HashMap<u32, SlotRow<'_>> = visible
        .filter_map(|(y, (row, _))| Some((slot_of(row)?, SlotRow { y, latest: None, busy: Micros::ZERO })))
        .collect();
    // Attempts before this time are unknown, and there are none after now.
    let from = track.axis.from.max(scene.model.timeline.complete_since());
    let to = track.axis.to().min(scene.model.ended.unwrap_or(track.now));
    for bar in scene.model.timeline.bars() {
        let Some(slot) = slots.get_mut(&bar.slot) else { continue };
        bar::draw_between(pen, slot.y, bar, track);
        slot.busy += bar.until(track.now).min(to).since(bar.started.max(from));
        slot.latest = Some(bar);
    }
    let shown = to.since(from);
    for slot in slots.into_values() {
        let Some(latest) = slot.latest else { continue };
        columns::row(pen, slot.y, columns, latest, true, scene);
        let width = pen.width();
        if !shown.is_zero() {
            pen.right(width, slot.y, &units::percent(slot.busy.0.min(shown.0), shown.0), Role::Text);
        }
    }
}
