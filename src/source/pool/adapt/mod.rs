//! The adaptive controller: it finds how much a host accepts, from the attempts it accepts and refuses.
//!
//! Until the first refusal the user's limit holds, and almost nothing is kept. From then on an [`Inquiry`] finds
//! out whether the host limits the attempts in flight, the rate, or the starts in a window. Pure: it reads no
//! clock, never waits, and draws no random numbers. Start at [`Adapt::next_start`].

pub mod at_once;
pub mod flight;
pub mod gentle;
pub mod history;
pub mod inquiry;
pub mod natural;
pub mod pace;
pub mod quota;
pub mod refusal_context;
pub mod search;
pub mod seconds;
#[cfg(test)]
mod simulation;
pub mod stated;
pub mod step;
#[cfg(test)]
mod tests;
pub mod tuning;
pub mod window;

use crate::event::adaptive::Learned;
use crate::event::{Micros, Offset};
use crate::source::pool::adapt::gentle::{AdaptiveStart, FirstStarts};
use crate::source::pool::adapt::history::{History, StartId};
use crate::source::pool::adapt::inquiry::{Inquiry, InquiryView};
use crate::source::pool::adapt::seconds::NEVER;
use crate::source::pool::adapt::step::{AdaptReason, AdaptStep, Setting};
use crate::source::pool::throttle::stated::Stated;

/// The adaptive controller of one host.
#[derive(Debug)]
pub struct Adapt {
    /// How many the user allows.
    cap: u32,
    first_starts: FirstStarts,
    history: History,
    /// From the first refusal or stated limit on.
    inquiry: Option<Box<Inquiry>>,
    /// The setting after the last step.
    shown: Setting,
}

/// When the next attempt may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStart {
    /// At this moment; if it lies ahead, ask again then.
    At(Offset),
    /// Not before another attempt has ended.
    AfterAnEnd,
}

impl Adapt {
    /// A controller that knows nothing yet and will never allow more than `cap` in flight.
    pub fn new(cap: u32, start: AdaptiveStart) -> Self {
        let cap = cap.max(1);
        let first_starts = FirstStarts::from(start);
        let shown = Setting { limit: first_starts.limit(cap), gap: Micros::ZERO, window: None };
        Self { cap, first_starts, history: History::default(), inquiry: None, shown }
    }

    /// When the next attempt may start, with so many in flight. It may take steps that only time brings.
    pub fn next_start(&mut self, now: Offset, in_flight: u32) -> NextStart {
        let limit = self.first_starts.limit(self.cap);
        if in_flight >= limit {
            return NextStart::AfterAnEnd;
        }
        let at = seconds::moment(now);
        let mut next = at;
        if let Some(inquiry) = &mut self.inquiry {
            next = inquiry.next_start(InquiryView { now: at, history: &self.history, cap: self.cap }, in_flight);
        }
        if self.begin_anew() {
            next = at;
        }
        if self.inquiry.as_ref().is_none_or(|inquiry| inquiry.is_free()) {
            next = next.max(self.first_starts.opens_at(in_flight, &self.history, self.cap));
        }
        if next < NEVER {
            // Rounding must not make a moment that lies ahead the present one.
            let later = seconds::offset_at(next).max(now + Micros(1));
            return NextStart::At(if seconds::has_come(next, at) { now } else { later });
        }
        // Nothing that could end is in flight: never wait for it.
        if in_flight == 0 {
            NextStart::At(seconds::offset_at(at + self.history.settle_time()))
        } else {
            NextStart::AfterAnEnd
        }
    }

    /// Counts a start while so many others are in flight. The attempt's end needs the returned proof.
    pub fn start(&mut self, now: Offset, in_flight: u32) -> StartId {
        let last = self.history.last_start();
        let id = self.history.start(now, in_flight);
        self.first_starts.start(in_flight, self.cap);
        if let Some(inquiry) = &mut self.inquiry {
            inquiry.start(id, last, InquiryView { now: seconds::moment(now), history: &self.history, cap: self.cap });
        }
        id
    }

    /// Learns from an attempt that the server answered.
    pub fn accepted(&mut self, id: StartId, now: Offset, stated: &Stated) {
        let Some(attempt) = self.history.take(id) else { return };
        let now = seconds::moment(now);
        self.history.add_accepted(attempt, now);
        self.first_starts.accepted(self.cap);
        if !stated.is_empty() {
            self.begin_inquiry();
        }
        if let Some(inquiry) = &mut self.inquiry {
            inquiry.accepted(attempt, stated, InquiryView { now, history: &self.history, cap: self.cap });
        }
        self.begin_anew();
    }

    /// Begins as with a new host, if this one has refused everything until now. Returns whether it did.
    fn begin_anew(&mut self) -> bool {
        let Some(began) = self.inquiry.as_ref().and_then(|inquiry| inquiry.began()) else { return false };
        self.history.begin_at(began);
        self.inquiry = Some(Box::new(Inquiry::anew(&self.history)));
        self.first_starts = FirstStarts::from(AdaptiveStart::AtLimit);
        true
    }

    /// Learns from an attempt that the server refused, and from the wait that it stated.
    pub fn refused(&mut self, id: StartId, now: Offset, wait: Option<Micros>, stated: &Stated) {
        let Some(attempt) = self.history.take(id) else { return };
        let now = seconds::moment(now);
        self.history.add_refused(attempt, now);
        self.begin_inquiry();
        if let Some(inquiry) = &mut self.inquiry {
            let view = InquiryView { now, history: &self.history, cap: self.cap };
            inquiry.refused(attempt, wait.map(seconds::lasting), stated, view);
        }
    }

    /// Forgets an attempt that ended without evidence: it timed out, broke, or was cancelled.
    pub fn forget(&mut self, id: StartId) {
        self.history.take(id);
    }

    fn begin_inquiry(&mut self) {
        self.inquiry.get_or_insert_with(|| Box::new(Inquiry::new(&self.history)));
    }

    /// Takes the step since the last call, if anything has changed.
    pub fn take_step(&mut self) -> Option<AdaptStep> {
        let to = self.setting();
        let from = std::mem::replace(&mut self.shown, to);
        let reason = self.inquiry.as_ref().map_or(AdaptReason::Untested, |inquiry| inquiry.reason());
        (from != to).then_some(AdaptStep { from, to, reason })
    }

    /// What is allowed now.
    pub fn setting(&self) -> Setting {
        let limit = self.first_starts.limit(self.cap);
        let Some(inquiry) = &self.inquiry else { return Setting { limit, gap: Micros::ZERO, window: None } };
        Setting { limit: inquiry.limit(limit), gap: inquiry.gap(), window: inquiry.window() }
    }

    /// What may be offered as a setting: only what was stated, or confirmed twice.
    pub fn learned(&self) -> Option<Learned> {
        self.inquiry.as_ref()?.learned()
    }

    /// Whether the server has refused something or stated a limit.
    pub fn has_findings(&self) -> bool {
        self.inquiry.is_some()
    }

    /// Whether the server is known to limit attempts in flight.
    pub fn is_crowded(&self) -> bool {
        self.inquiry.as_ref().is_some_and(|inquiry| inquiry.is_crowded())
    }

    /// Sets how many the user allows.
    pub fn set_cap(&mut self, cap: u32) {
        self.cap = cap.max(1);
    }
}
