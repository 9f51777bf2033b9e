//! The steps of a search: cooling, single probes, the ramp, and what follows from it.
//!
//! Start at [`Inquiry::begin_cool`].

use crate::source::pool::adapt::inquiry::{Inquiry, InquiryPhase, InquiryView};
use crate::source::pool::adapt::pace::Pace;
use crate::source::pool::adapt::search::{Probe, Ramp, RampFacts, RampFinding};
use crate::source::pool::adapt::seconds::{NEVER, SAME, Seconds};
use crate::source::pool::adapt::step::AdaptReason;
use crate::source::pool::adapt::tuning::{
    BURST_PAUSE, CHANCE_FACTOR, CHANCE_SAMPLE, CHANCE_TOGETHER, MAX_CHANCE_SHARE, MIN_SAMPLE, SHORT_WINDOW, STRAY_LONG,
};
use crate::source::pool::adapt::window::Window;

impl Inquiry {
    pub(super) fn begin_cool(&mut self, view: InquiryView<'_>) {
        let short = self.window.take().filter(|window| window.length() <= SHORT_WINDOW);
        if let Some(window) = short {
            let rate = window.rate() * 0.985;
            match &mut self.pace {
                Some(pace) => pace.set_given(rate),
                None => self.pace = Some(Pace::given(rate, view.now)),
            }
        }
        self.origin.begin_search(self.flight.first, self.pace.is_some(), view.history);
        self.reason = AdaptReason::Refused;
        self.cool(view);
    }

    pub(super) fn cool(&mut self, view: InquiryView<'_>) {
        self.phase = InquiryPhase::Cool(None);
        // The scheduler may only ask once a stated wait is over. It is the moment to probe, nevertheless.
        let stated = self.waits.until;
        let is_stated = stated > self.flight.first;
        self.pause = if is_stated { stated } else { self.origin.next_probe(view.now, view.history) };
    }

    pub(super) fn ramp_up(&mut self, probe: Probe, view: InquiryView<'_>) {
        let is_known = self.pace.is_some() || self.window.is_some() || self.at_once.is_some() || self.quota.is_stated();
        if !is_known && view.history.count(-NEVER, probe.started - SAME) == 0 {
            (self.phase, self.began) = (InquiryPhase::Free, Some(probe.started));
            return;
        }
        self.origin.recount(probe.started, view.history);
        let ramp = Ramp::new(probe.started, &self.origin);
        self.phase = InquiryPhase::Ramp(ramp);
        if ramp.is_empty() {
            self.end_ramp(&ramp, view.now, view);
        }
    }

    /// Whether the refusals of a ramp are chance: at a limit, most attempts of its last batches would be refused.
    pub(super) fn is_chance(&self, ramp: &Ramp, view: InquiryView<'_>) -> bool {
        let back = view.history.count_since(ramp.from);
        let together = view.history.count_since(self.flight.first);
        let refused = self.flight.refused;
        self.waits.until <= self.flight.first && back >= CHANCE_SAMPLE && together >= CHANCE_TOGETHER * refused
    }

    /// Ends a ramp whose last attempt was refused at `until`, or was not refused by now.
    pub(super) fn end_ramp(&mut self, ramp: &Ramp, until: Seconds, view: InquiryView<'_>) {
        let InquiryView { now, history, cap } = view;
        if history.count_since(ramp.from) == 0 {
            // Even the probe was refused, only later than usual.
            self.flight.until = now;
            self.cool(view);
            return;
        }
        let facts = RampFacts { history, cap, refused: self.flight.refused, is_paced: self.pace.is_some() };
        let finding = self.origin.judge(ramp, until, now, facts);
        (self.phase, self.flight.streak, self.flight.until) = (InquiryPhase::Law, 0, now);
        match finding {
            RampFinding::NoLimit => self.set_free(view),
            // A scout would wait for so long that bursts are no longer seen: as many per second at an even pace.
            RampFinding::Window { quota, length, .. } if history.settle_time() >= BURST_PAUSE * length => {
                let pace = Pace::measured(f64::from(quota) / length, MIN_SAMPLE, now);
                self.pace = Some(pace.after(self.pace.take()).with_memory(length));
                self.reason = AdaptReason::Smooth;
            }
            RampFinding::Window { quota, length, shortest } => {
                let burst = (ramp.from, history.last_start().unwrap_or(now));
                self.window = Some(Window::new(quota, length, burst, shortest, self.waits()));
                self.flight.last = -1.0;
                self.reason = AdaptReason::Burst;
            }
            RampFinding::Rate { accepted, lasted, resumes } => {
                let was_refused = until < now - SAME;
                let saturations = [Some(self.origin.refused_at), was_refused.then_some(until)];
                let pace = Pace::measured(f64::from(accepted) / lasted, accepted, now)
                    .after(self.pace.take())
                    .with_saturations(saturations.into_iter().flatten());
                self.pace = Some(match resumes {
                    Some(at) => pace.resuming(at),
                    None => pace,
                });
                self.reason = AdaptReason::Accepting;
            }
        }
    }

    /// There is no limit.
    pub(super) fn set_free(&mut self, view: InquiryView<'_>) {
        let InquiryView { now, history, .. } = view;
        // What led here was chance, so as much of it is no reason for another search.
        let (ends, refused) = history.ends().refused_of_last(STRAY_LONG);
        let share = CHANCE_FACTOR * refused as f64 / (ends.max(STRAY_LONG / 4)) as f64;
        self.tolerance = self.tolerance.max(share).min(MAX_CHANCE_SHARE);
        (self.phase, self.origin.anchor, self.origin.outer) = (InquiryPhase::Free, Some(now), now);
        (self.pace, self.window) = (None, None);
        self.reason = AdaptReason::NoLimit;
    }

    /// A pace replaces a window: room comes back little by little.
    pub(super) fn smooth(&mut self, rate: f64, now: Seconds) {
        let Some(window) = self.window.take() else { return };
        let length = window.length();
        let pace = Pace::measured(rate, MIN_SAMPLE, now).after(self.pace.take());
        self.pace = Some(pace.sliding(length).resuming(now + 0.1 * length));
        self.reason = AdaptReason::Smooth;
    }
}
