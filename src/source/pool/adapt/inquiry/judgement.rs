//! The judgement of a flight of refusals: a stray, too many at once, or too many in some time.
//!
//! Start at [`Inquiry::judge`].

use crate::source::pool::adapt::at_once::AtOnce;
use crate::source::pool::adapt::flight::Flight;
use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::inquiry::{Back, Inquiry, InquiryPhase, InquiryView};
use crate::source::pool::adapt::seconds::NEVER;
use crate::source::pool::adapt::step::AdaptReason;
use crate::source::pool::adapt::tuning::{
    FEW_KNOWN, MAX_AT_ONCE_FALLS, SEEN_BEFORE, STATED_REACH, STRAY_ENDS, STRAY_IN_FLIGHT, STRAY_LONG, STRAY_RECENT,
    STRAY_SHARE,
};
use crate::source::pool::adapt::window::{Window, WindowVerdict};

impl Inquiry {
    /// Judges a flight of refusals that is over.
    pub(super) fn judge(&mut self, view: InquiryView<'_>, back: Back) {
        let InquiryView { now, history, cap } = view;
        let is_windowed = back == Back::Law && self.window.is_some();
        let is_concerned = |window: &Window| window.is_concerned(&self.flight, history);
        if is_windowed && self.window.as_ref().is_some_and(is_concerned) {
            self.judge_window(view);
        } else if back != Back::Search && self.is_stray(view) {
            self.phase = if back == Back::Law { InquiryPhase::Law } else { InquiryPhase::Free };
        } else if is_windowed {
            self.judge_window(view);
        } else if self.quota.is_stated() {
            self.phase = InquiryPhase::Law;
        } else if let Some(held) = self.held(history, cap) {
            self.at_once = Some(AtOnce::new(held, now));
            self.reason = AdaptReason::Crowded { held };
            self.phase = InquiryPhase::Law;
        } else {
            self.begin_cool(view);
        }
    }

    /// Whether the refusals are rare exceptions.
    pub(super) fn is_stray(&self, view: InquiryView<'_>) -> bool {
        let InquiryView { now, history, .. } = view;
        let Flight { first, refused, streak, .. } = self.flight;
        if self.waits.until > first {
            return false;
        }
        let settle = history.settle_time();
        let since = first - STRAY_RECENT.max(2.0 * history.answer_latency());
        let recent = history.ends().iter().filter(|end| end.started >= since).count();
        let unrefused = history.in_flight().filter(|attempt| attempt.started < now - settle).count();
        let known = recent + unrefused;
        let (long, refused_long) = history.ends().refused_of_last(STRAY_LONG);
        let (_, refused_lately) = history.ends().refused_of_last(STRAY_ENDS);
        let is_rare = streak < 2 || long >= 50 && refused_long as f64 <= self.tolerance * long as f64;
        let is_known = known >= FEW_KNOWN || long >= STRAY_ENDS;
        let is_small = f64::from(refused) <= (STRAY_SHARE * known as f64).max(1.0);
        let is_usual = refused_lately as f64 <= (3.0 * self.tolerance * STRAY_ENDS as f64).max(STRAY_IN_FLIGHT as f64);
        is_small && is_usual && is_known && is_rare
    }

    /// How many the host held while it refused, if that may be its limit.
    pub(super) fn held(&self, history: &History, cap: u32) -> Option<u32> {
        if self.at_once.is_some() || self.pace.is_some() || self.falls >= MAX_AT_ONCE_FALLS {
            return None;
        }
        let first = self.flight.first;
        // Of those that it seemed to hold, some were on their way. So the least number is the nearest.
        let refused = history.ends().iter().filter(|end| !end.is_accepted && end.started >= first);
        let held = refused.map(|end| history.held_at(end.started)).min()?;
        let accepted = history.ends().iter().filter(|end| end.is_accepted && end.ended < first);
        let before = accepted.map(|end| end.others + 1).max().unwrap_or(0);
        let is_new = f64::from(before) <= SEEN_BEFORE * f64::from(held) + 1.0;
        // All but one accepted: rather a quota that ended.
        (held > 0 && held + 1 < cap && is_new).then_some(held)
    }

    pub(super) fn judge_window(&mut self, view: InquiryView<'_>) {
        self.phase = InquiryPhase::Law;
        let Some(window) = &mut self.window else { return };
        // A server that says when to come back knows its window better than a guess.
        let longest = if self.waits.longest > 0.0 { STATED_REACH * self.waits.longest } else { NEVER };
        match window.judge(view.now, view.history, longest) {
            WindowVerdict::Stays | WindowVerdict::Repeats => self.reason = AdaptReason::Burst,
            WindowVerdict::Waits(until) => self.pause = self.pause.max(until),
            WindowVerdict::Smooth(rate) => self.smooth(rate, view.now),
            WindowVerdict::Falls => self.begin_cool(view),
        }
    }
}
