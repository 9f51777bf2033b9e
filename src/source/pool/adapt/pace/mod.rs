//! The rate that a host accepts, and the search for it.
//!
//! Between two refusals limiter and controller agree: what was accepted in that time, divided by it, is the rate. So
//! each refusal measures it, with an error that shrinks as they become rare. Start at [`Pace::accepted`].

mod growth;

use std::collections::VecDeque;

use crate::source::pool::adapt::refusal_context::RefusalContext;
use crate::source::pool::adapt::seconds::Seconds;
use crate::source::pool::adapt::tuning::{
    AGREEMENT, BLIND_CUTS, BLIND_SHARE, CREEP_HOLD, CREEP_HOLD_MAX, DEEP_CUT, FAR_MEASURE, GENTLE_CUT, LOST_PAUSE,
    LOST_PAUSE_ATTEMPTS, LOST_PAUSE_MAX, LOST_SHARE, MAX_RATE, MEASURE_ATTEMPTS, MEASURE_SPAN, MEASURE_STARTS,
    MEASURED_AGREEMENT, MIN_RATE, MOST_OF_TEN, RATE_SHARE, REFUSED_OF_TEN, SATURATION_TTL, UNKNOWN_CUT,
};

/// The rate at which attempts start.
#[derive(Debug)]
pub struct Pace {
    /// Starts per second.
    rate: f64,
    /// When the next one may start.
    next: Seconds,
    /// The lowest rate that was refused since the search began.
    refused: Option<f64>,
    /// The highest rate that was accepted since the last refusal.
    proved: Option<f64>,
    /// The search is over: the rate only creeps upwards.
    is_found: bool,
    /// Attempts accepted since the rate last changed.
    quiet: u32,
    /// When the rate last changed.
    since: Seconds,
    /// Quiet stretches since the last refusal.
    stretches: u32,
    /// Steps of the search since the last refusal.
    steps: i32,
    /// How many were accepted when the rate was first measured.
    sample: u32,
    /// When the host was seen saturated: refusals, from which rates are measured.
    saturations: VecDeque<Seconds>,
    /// The window from which this pace was derived; zero if none.
    memory: Seconds,
    /// That window slides: room that is not used in time is lost.
    is_sliding: bool,
    /// The rate after the last refusal.
    after_refusal: Option<f64>,
    /// Whether two refusals agreed on the rate, and what was accepted between them.
    is_confirmed: bool,
    last_refused: Seconds,
    /// A higher rate that was right before, and how long to wait before the next try to reach it.
    lost: Option<(f64, Seconds)>,
    /// How long a quiet stretch lasts.
    hold: Seconds,
    /// The rate before the last cuts, and how many there were: none of the lower rates was quiet.
    fallen: Option<(f64, u32)>,
    /// The rate is not cut below this: it was, and as much was refused.
    floor: f64,
}

impl Pace {
    /// A pace at a share of this rate, which was measured on so many accepted attempts.
    pub fn measured(rate: f64, sample: u32, now: Seconds) -> Self {
        let mut pace = Self {
            rate: 0.0,
            next: 0.0,
            refused: None,
            proved: None,
            is_found: false,
            quiet: 0,
            since: now,
            stretches: 0,
            steps: 0,
            sample: sample.max(1),
            saturations: VecDeque::new(),
            memory: 0.0,
            is_sliding: false,
            after_refusal: None,
            is_confirmed: false,
            last_refused: -1e9,
            lost: None,
            hold: CREEP_HOLD,
            fallen: None,
            floor: 0.0,
        };
        pace.set(rate * RATE_SHARE);
        pace.next = now + 1.0 / pace.rate;
        pace
    }

    /// A pace that the server or a window gives.
    pub fn given(rate: f64, now: Seconds) -> Self {
        let mut pace = Self::measured(1.0, 1, now);
        pace.set(rate);
        (pace.is_found, pace.next) = (true, now);
        pace
    }

    /// The same pace with this rate, known for certain.
    pub fn set_given(&mut self, rate: f64) {
        self.set(rate);
        self.is_found = true;
    }

    /// Keeps what an earlier pace at this host had found out.
    #[must_use]
    pub fn after(mut self, earlier: Option<Self>) -> Self {
        if let Some(earlier) = earlier {
            (self.memory, self.is_sliding) = (earlier.memory, earlier.is_sliding);
            self.after_refusal = earlier.after_refusal;
            (self.is_confirmed, self.last_refused, self.hold) =
                (earlier.is_confirmed, earlier.last_refused, earlier.hold);
            self.lost = earlier.lost;
            (self.fallen, self.floor) = (earlier.fallen, earlier.floor);
            self.note_loss(earlier.is_found.then_some(earlier.rate));
        }
        self
    }

    /// Also knows that it replaces a sliding window.
    #[must_use]
    pub fn sliding(mut self, window: Seconds) -> Self {
        (self.memory, self.is_sliding) = (window, true);
        self
    }

    /// Also remembers the window from which it was derived.
    #[must_use]
    pub fn with_memory(mut self, window: Seconds) -> Self {
        self.memory = window;
        self
    }

    /// Also knows when the host was saturated.
    #[must_use]
    pub fn with_saturations(mut self, moments: impl IntoIterator<Item = Seconds>) -> Self {
        self.saturations.extend(moments);
        self
    }

    /// Starts again at this moment.
    #[must_use]
    pub fn resuming(mut self, at: Seconds) -> Self {
        self.next = at;
        self
    }

    /// Starts per second.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// The time between two starts.
    pub fn gap(&self) -> Seconds {
        1.0 / self.rate
    }

    /// The moment before which nothing starts.
    pub fn opens_at(&self) -> Seconds {
        self.next
    }

    /// The rate, once two refusals agree on it.
    pub fn learned(&self) -> Option<f64> {
        (self.is_found && self.is_confirmed && self.stretches < 6 && self.lost.is_none())
            .then_some(self.rate / RATE_SHARE)
    }

    /// Counts a start.
    pub fn start(&mut self, now: Seconds) {
        self.next = self.next.max(now) + 1.0 / self.rate;
    }

    /// Lowers the rate after a refusal.
    pub fn refused(&mut self, context: RefusalContext<'_>) {
        let RefusalContext { started, now, history, wait, is_strict, .. } = context;
        let before = self.is_found.then_some(self.rate);
        let (rate, has_accepted) = (self.rate, self.quiet > 0);
        if let Some((_, pause)) = self.lost.as_mut() {
            // The rate has not come back yet.
            let most = (LOST_PAUSE_ATTEMPTS / self.rate).clamp(LOST_PAUSE, LOST_PAUSE_MAX);
            *pause = (*pause * 1.5).min(most);
        }
        let span = MEASURE_SPAN.max(MEASURE_STARTS / self.rate);
        let is_lone = started - self.last_refused > span + wait;
        self.last_refused = started;
        let n_refused = history.ends().refused_flights_of_last(10, 0.5 * history.settle_time());
        if n_refused >= MOST_OF_TEN {
            // Almost nothing is accepted: there is a limit after all.
            (self.fallen, self.floor) = (None, 0.0);
        }
        if n_refused >= REFUSED_OF_TEN && !is_lone {
            // The ceiling has come down.
            self.saturations.clear();
            self.set(self.rate * DEEP_CUT);
        }
        let measured = self.measure(span, context);
        self.saturations.push_back(started);
        if is_strict || f64::from(self.quiet) >= 0.4 * self.rate {
            // Not while what came before may still count.
            self.refused = Some(self.rate);
        }
        // Without a burst, room that was not used at once is lost, so a measurement is too low. But a rate that was
        // accepted for a while is proved.
        if self.is_sliding && !is_lone {
            // Two refusals soon after each other: the search is near its end.
            self.sample = self.sample.saturating_mul(2);
        }
        match (is_lone || is_strict, self.proved, measured) {
            (true, Some(proved), _) if proved < self.rate => self.set(proved),
            (true, ..) => self.set(self.rate * GENTLE_CUT),
            // Far below the refused rate, the measurement missed room that was lost.
            (false, _, Some(measured))
                if self.is_sliding && wait <= 0.0 && !self.is_found && measured < FAR_MEASURE * self.rate =>
            {
                self.set(self.rate * FAR_MEASURE);
            }
            (false, _, Some(measured)) => {
                self.set((measured * RATE_SHARE).min(self.rate * GENTLE_CUT).max(self.rate * 0.5));
                self.is_found = true;
            }
            (false, _, None) => self.set(self.rate * UNKNOWN_CUT),
        }
        self.count_cut(rate, has_accepted);
        self.note_loss(before);
        // A rate that only fell agrees with itself. It must have held for a while, and be what was accepted meanwhile.
        let is_near = |other: f64, share: f64| (self.rate / other - 1.0).abs() <= share;
        let is_measured = measured.is_some_and(|measured| is_near(measured, MEASURED_AGREEMENT));
        let agrees = self.after_refusal.is_some_and(|before| is_near(before, AGREEMENT));
        let is_settled_before = before.is_some() || !self.is_sliding;
        self.is_confirmed = agrees && is_measured && is_settled_before && self.proved.is_some();
        self.after_refusal = Some(self.rate);
        let is_settled = agrees && self.is_found;
        self.hold = if is_settled { (self.hold * 2.0).min(CREEP_HOLD_MAX) } else { CREEP_HOLD };
        (self.proved, self.quiet, self.since, self.stretches, self.steps) = (None, 0, now, 0, 0);
        self.next = self.next.max(now + 1.0 / self.rate);
    }

    /// The rate that was accepted between an earlier saturation and this one.
    fn measure(&mut self, span: Seconds, context: RefusalContext<'_>) -> Option<f64> {
        let RefusalContext { started, history, wait, depth, .. } = context;
        while self.saturations.front().is_some_and(|&at| at <= started - SATURATION_TTL) {
            self.saturations.pop_front();
        }
        let measured = self.saturations.iter().rev().find_map(|&at| {
            let n = history.count(at, started - 1e-9);
            let is_enough = started - at >= span && f64::from(n) >= MEASURE_ATTEMPTS;
            is_enough.then(|| f64::from(n) / (started - at))
        });
        // Full again after the stated wait: a burst, then so many per second.
        let last = *self.saturations.back()?;
        let paced = started - last - wait;
        let after_wait = depth
            .filter(|_| wait > 0.0 && paced > 0.3)
            .map(|depth| (f64::from(history.count(last, started - 1e-9)) - f64::from(depth)) / paced);
        match (measured, after_wait.filter(|&rate| rate > 0.0)) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        }
    }

    /// Counts a cut. A limit on the rate refuses less at a lower one. So if cut after cut is answered by one accepted
    /// attempt and the next refusal, the refusals do not depend on the rate, and a low one only costs time.
    fn count_cut(&mut self, before: f64, has_accepted: bool) {
        if !has_accepted || self.rate >= before {
            self.fallen = None;
            return;
        }
        let (first, cuts) = self.fallen.map_or((before, 1), |(first, cuts)| (first, cuts + 1));
        self.fallen = Some((first, cuts));
        if cuts >= BLIND_CUTS && self.rate < first * BLIND_SHARE {
            (self.fallen, self.floor) = (None, first);
            self.set(first);
        }
    }

    /// Remembers a found rate from which this one has come down far.
    fn note_loss(&mut self, before: Option<f64>) {
        if let Some(before) = before.filter(|before| self.lost.is_none() && self.rate < before * LOST_SHARE) {
            self.lost = Some((before, LOST_PAUSE));
        }
    }

    fn set(&mut self, rate: f64) {
        self.rate = rate.max(self.floor).clamp(MIN_RATE, MAX_RATE);
    }
}
