//! The evidence of attempts that ended: accepted, refused, and what the server stated.
//!
//! Start at [`Inquiry::refused`].

use crate::source::pool::adapt::at_once::AtOnceVerdict;
use crate::source::pool::adapt::history::InFlight;
use crate::source::pool::adapt::inquiry::{Back, Inquiry, InquiryPhase, InquiryView};
use crate::source::pool::adapt::pace::Pace;
use crate::source::pool::adapt::refusal_context::RefusalContext;
use crate::source::pool::adapt::seconds::Seconds;
use crate::source::pool::adapt::step::AdaptReason;
use crate::source::pool::adapt::tuning::{MAX_AT_ONCE_FALLS, MAX_PAUSE, MAX_STREAK, MIN_SAMPLE, MIN_SETTLE};
use crate::source::pool::adapt::window::Window;
use crate::source::pool::throttle::stated::Stated;

impl Inquiry {
    /// Learns from an accepted attempt, which the history has already.
    pub fn accepted(&mut self, attempt: InFlight, stated: &Stated, view: InquiryView<'_>) {
        let InquiryView { now, history, cap } = view;
        let InFlight { id, started, others } = attempt;
        self.flight.note_accepted(started);
        if let Some(window) = &mut self.window {
            window.note_accepted(started);
        }
        self.hear(stated, started, view);
        match self.phase {
            InquiryPhase::Cool(Some(probe)) if probe.id == id => self.ramp_up(probe, view),
            InquiryPhase::Law if started > self.flight.until => {
                let (latency, wait) = (history.answer_latency(), self.waits.longest);
                let at_once = self.at_once.as_mut().map(|at_once| at_once.accepted(others, now, latency, wait, cap));
                match at_once {
                    Some(AtOnceVerdict::Moves) => self.reason = AdaptReason::Quiet,
                    Some(AtOnceVerdict::Falls) => {
                        // One at a time, over and over, was accepted: at least this rate.
                        (self.at_once, self.falls, self.origin.burst) = (None, MAX_AT_ONCE_FALLS, Some(1));
                        self.pace = Some(Pace::measured(1.0 / latency.max(MIN_SETTLE), MIN_SAMPLE, now));
                        self.reason = AdaptReason::Accepting;
                    }
                    Some(AtOnceVerdict::Keeps) | None => {}
                }
                let is_searched = !self.quota.has_window();
                if let Some(pace) = self.pace.as_mut().filter(|_| is_searched)
                    && pace.accepted(now, wait)
                {
                    self.reason = AdaptReason::Quiet;
                }
            }
            _ => {}
        }
    }

    /// Learns from a refused attempt, which the history has already.
    pub fn refused(&mut self, attempt: InFlight, wait: Option<Seconds>, stated: &Stated, view: InquiryView<'_>) {
        let InquiryView { now, history, .. } = view;
        let InFlight { started, others, .. } = attempt;
        if let Some(wait) = wait {
            self.waits.until = self.waits.until.max(now + wait);
            self.waits.shortest = if self.waits.longest > 0.0 { self.waits.shortest.min(wait) } else { wait };
            self.waits.longest = self.waits.longest.max(wait);
        }
        self.hear(stated, started, view);
        self.origin.refuse(started);
        let settle = history.settle_time();
        if !self.flight.add(started, now) {
            let refused = self.flight.refused;
            if self.at_once.as_ref().is_some_and(|at_once| at_once.is_refuted_by(refused)) {
                (self.at_once, self.falls) = (None, MAX_AT_ONCE_FALLS);
                self.hold(Back::Search, now + settle);
            }
            return;
        }
        match self.phase {
            InquiryPhase::Free => self.hold(Back::Free, now + settle),
            InquiryPhase::Hold { back, .. } => self.hold(back, now + settle),
            InquiryPhase::Cool(_) => self.cool(view),
            InquiryPhase::Ramp(ramp) | InquiryPhase::Overrun { ramp, .. } => {
                self.phase = InquiryPhase::Overrun { until: now + settle, ramp };
            }
            InquiryPhase::Law if self.at_once.is_some() => {
                // Those that started together may have overtaken each other.
                let others = others.max(history.held_at(started));
                self.refused_at_once(others, view);
            }
            InquiryPhase::Law => {
                let explains = |window: &Window| self.pace.is_none() || window.explains(started, history);
                if self.window.as_ref().is_some_and(explains) || self.pace.is_none() {
                    self.hold(Back::Law, now + settle);
                } else {
                    self.refused_paced(started, view);
                }
            }
        }
    }

    pub(super) fn hold(&mut self, back: Back, until: Seconds) {
        self.phase = InquiryPhase::Hold { until, back };
    }

    pub(super) fn refused_at_once(&mut self, others: u32, view: InquiryView<'_>) {
        let InquiryView { now, history, .. } = view;
        let (wait, settle) = (self.waits.longest, history.settle_time());
        let on_their_way = history.refusal_latency() / history.answer_latency().max(history.refusal_latency());
        let Some(at_once) = &mut self.at_once else { return };
        match at_once.refused(others, now, wait, on_their_way) {
            AtOnceVerdict::Keeps => {}
            AtOnceVerdict::Moves => {
                self.pause = self.pause.max(now + settle);
                self.reason = AdaptReason::Crowded { held: at_once.limit() };
            }
            AtOnceVerdict::Falls => {
                (self.at_once, self.falls) = (None, MAX_AT_ONCE_FALLS);
                self.hold(Back::Search, now + settle);
            }
        }
    }

    pub(super) fn refused_paced(&mut self, started: Seconds, view: InquiryView<'_>) {
        let InquiryView { now, history, .. } = view;
        let streak = self.flight.streak;
        if streak >= MAX_STREAK {
            self.begin_cool(view);
            return;
        }
        let Some(pace) = &mut self.pace else { return };
        let pause = (f64::from(1_u32 << streak.min(8)) / pace.rate()).min(MAX_PAUSE);
        self.pause = self.pause.max(now + pause);
        let (wait, depth, is_strict) = (self.waits.longest, self.origin.depth, self.origin.burst == Some(1));
        pace.refused(RefusalContext { started, now, history, wait, depth, is_strict });
        self.reason = AdaptReason::Fast;
    }

    pub(super) fn hear(&mut self, stated: &Stated, at: Seconds, view: InquiryView<'_>) {
        if stated.is_empty() {
            return;
        }
        if let Some(limit) = stated.at_once {
            self.stated_at_once = Some(limit.max(1));
            self.reason = AdaptReason::Stated;
        }
        let InquiryView { now, history, cap } = view;
        let had_window = self.quota.has_window();
        let anchor = self.origin.anchor.unwrap_or(at);
        let pace = self.quota.hear(&stated.into(), at, now, anchor, history, cap);
        if let Some(given) = pace {
            match &mut self.pace {
                Some(pace) => pace.set_given(given.rate),
                None => self.pace = Some(Pace::given(given.rate, now)),
            }
            if given.is_new {
                self.phase = InquiryPhase::Law;
            }
        }
        if self.quota.has_window() {
            if !had_window {
                self.reason = AdaptReason::Stated;
            }
            if !matches!(self.phase, InquiryPhase::Free | InquiryPhase::Law) {
                self.phase = InquiryPhase::Law;
            }
        }
    }
}
