//! The inquiry into what a host accepts: from its first refusal, or the first limit that it states.
//!
//! A flight of refusals holds the host until it is judged: as a stray, as too many at once, or as too many in some
//! time. The last is searched by single probes and a ramp. Start at [`Inquiry::next_start`].

mod evidence;
mod judgement;
mod steps;

use crate::event::Micros;
use crate::event::adaptive::{Learned, QuotaWindow};
use crate::source::pool::adapt::at_once::AtOnce;
use crate::source::pool::adapt::flight::Flight;
use crate::source::pool::adapt::history::{History, StartId};
use crate::source::pool::adapt::pace::Pace;
use crate::source::pool::adapt::quota::Quota;
use crate::source::pool::adapt::search::{Probe, Ramp, RampStep, SearchOrigin};
use crate::source::pool::adapt::seconds::{self, NEVER, Seconds, has_come};
use crate::source::pool::adapt::step::AdaptReason;
use crate::source::pool::adapt::tuning::{CHANCE_SHARE, CONSTANT_WAIT, LONG_PAUSE, MAX_TRANSITIONS};
use crate::source::pool::adapt::window::{WaitKind, Window, WindowVerdict};

/// The inquiry into what a host accepts.
#[derive(Debug)]
pub struct Inquiry {
    phase: InquiryPhase,
    flight: Flight,
    origin: SearchOrigin,
    /// The controller's own pause.
    pause: Seconds,
    waits: StatedWaits,
    at_once: Option<AtOnce>,
    /// How often a limit of attempts in flight was assumed in vain.
    falls: u32,
    /// The share of refusals that may be chance.
    tolerance: f64,
    pace: Option<Pace>,
    window: Option<Window>,
    quota: Quota,
    stated_at_once: Option<u32>,
    /// What led to the last change.
    reason: AdaptReason,
    /// The start of the first attempt that was not refused, if everything before it was.
    began: Option<Seconds>,
}

/// What is done at present.
#[derive(Clone, Copy, Debug)]
enum InquiryPhase {
    /// Nothing is known to be limited.
    Free,
    /// Refusals came, and their flight is awaited.
    Hold { until: Seconds, back: Back },
    /// The host is asked by a single attempt.
    Cool(Option<Probe>),
    /// It accepted that attempt, and is asked by more.
    Ramp(Ramp),
    /// The ramp was refused, and its flight is awaited.
    Overrun { until: Seconds, ramp: Ramp },
    /// What was found is obeyed.
    Law,
}

/// The phase to which a stray refusal returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Back {
    Free,
    Law,
    /// To none: what was obeyed is refuted, and without it everything would start at once.
    Search,
}

/// The waits that the server stated.
#[derive(Clone, Copy, Debug, Default)]
struct StatedWaits {
    until: Seconds,
    /// Zero if there are none, like the longest.
    shortest: Seconds,
    longest: Seconds,
}

/// The world of a step.
#[derive(Clone, Copy, Debug)]
pub struct InquiryView<'a> {
    /// Now.
    pub now: Seconds,
    /// The history of the host.
    pub history: &'a History,
    /// How many the user allows.
    pub cap: u32,
}

impl Inquiry {
    /// An inquiry that begins with a refusal, or with a stated limit.
    pub fn new(history: &History) -> Self {
        let anchor = history.first_start();
        Self {
            phase: InquiryPhase::Free,
            flight: Flight::default(),
            origin: SearchOrigin { anchor, outer: anchor.unwrap_or_default(), ..SearchOrigin::default() },
            pause: 0.0,
            waits: StatedWaits::default(),
            at_once: None,
            falls: 0,
            tolerance: CHANCE_SHARE,
            pace: None,
            window: None,
            quota: Quota::default(),
            stated_at_once: None,
            reason: AdaptReason::Untested,
            began: None,
        }
    }

    /// A new inquiry after one that has seen refusals only: nothing is known of the host but that it accepts now.
    pub fn anew(history: &History) -> Self {
        Self { reason: AdaptReason::NoLimit, ..Self::new(history) }
    }

    /// When the host accepted its first attempt, if it had refused everything before: a storm, or a quota that others
    /// had used up. What was refused until then says nothing about a limit.
    pub fn began(&self) -> Option<Seconds> {
        self.began
    }

    /// Whether nothing is known to be limited.
    pub fn is_free(&self) -> bool {
        matches!(self.phase, InquiryPhase::Free)
    }

    /// Whether the host is known to limit attempts in flight.
    pub fn is_crowded(&self) -> bool {
        self.at_once.is_some() || self.stated_at_once.is_some()
    }

    /// How many may be in flight.
    pub fn limit(&self, cap: u32) -> u32 {
        let found = self.at_once.as_ref().map_or(cap, AtOnce::limit);
        found.min(self.stated_at_once.unwrap_or(cap)).min(cap)
    }

    /// The pace, while it applies.
    pub fn pace(&self) -> Option<&Pace> {
        self.pace
            .as_ref()
            .filter(|_| matches!(self.phase, InquiryPhase::Free | InquiryPhase::Law | InquiryPhase::Hold { .. }))
    }

    /// The window, while it applies: the one that was found, or the one that is stated.
    pub fn window(&self) -> Option<QuotaWindow> {
        let found = self.window.as_ref().map(|window| (window.quota(), window.length()));
        found.or_else(|| self.quota.known()).map(quota_window)
    }

    /// What led to the last change.
    pub fn reason(&self) -> AdaptReason {
        self.reason
    }

    /// What may be offered as a setting. Nothing without evidence.
    pub fn learned(&self) -> Option<Learned> {
        if let Some(known) = self.quota.learned() {
            return Some(Learned::PerWindow(quota_window(known)));
        }
        if !matches!(self.phase, InquiryPhase::Free | InquiryPhase::Law) {
            return None;
        }
        if let Some(window) = &self.window {
            return window.learned(self.waits()).map(quota_window).map(Learned::PerWindow);
        }
        if let Some(pace) = &self.pace {
            return pace.learned().map(|rate| Learned::Gap(seconds::duration_of(1.0 / rate)));
        }
        let stated = self.stated_at_once.map(Learned::AtOnce);
        self.at_once.as_ref().and_then(AtOnce::learned).map(Learned::AtOnce).or(stated)
    }

    /// The moment at which the next attempt may start, or at which to ask again; [`NEVER`] if an attempt must end
    /// first. It may take steps that only time brings.
    pub fn next_start(&mut self, view: InquiryView<'_>, in_flight: u32) -> Seconds {
        let InquiryView { now, history, cap } = view;
        let settle = history.settle_time();
        for _ in 0..MAX_TRANSITIONS {
            if in_flight >= self.limit(cap) {
                return NEVER;
            }
            let x = now.max(self.waits.until).max(self.pause);
            match self.phase {
                InquiryPhase::Hold { until, back } => {
                    if !has_come(until, now) {
                        return until;
                    }
                    self.judge(view, back);
                }
                InquiryPhase::Cool(None) => return x,
                InquiryPhase::Cool(Some(probe)) => {
                    let accepted_at = probe.started + history.probe_time(probe.started - self.origin.anchor());
                    if !has_come(accepted_at, now) {
                        return x.max(accepted_at);
                    }
                    self.ramp_up(probe, view);
                }
                InquiryPhase::Overrun { until, ramp } => {
                    if !has_come(until, now) {
                        return until;
                    }
                    if self.is_chance(&ramp, view) {
                        self.phase = InquiryPhase::Ramp(ramp);
                    } else {
                        self.end_ramp(&ramp, self.flight.first, view);
                    }
                }
                InquiryPhase::Ramp(mut ramp) => {
                    let step = ramp.step(now, &self.origin, history, cap);
                    self.phase = InquiryPhase::Ramp(ramp);
                    match step {
                        RampStep::Starts => return x,
                        RampStep::Waits(until) => return x.max(until),
                        RampStep::IsFull => self.end_ramp(&ramp, now, view),
                        RampStep::IsUnlimited => self.set_free(view),
                    }
                }
                InquiryPhase::Free | InquiryPhase::Law => return self.lawful_start(x, view, settle),
            }
        }
        now + settle
    }

    /// The next start by everything that was found.
    fn lawful_start(&mut self, mut x: Seconds, view: InquiryView<'_>, settle: Seconds) -> Seconds {
        let InquiryView { now, history, .. } = view;
        if let Some(pace) = &self.pace {
            x = x.max(pace.opens_at());
        }
        if let (Some(at_once), Some(last)) = (&self.at_once, history.last_start()) {
            x = x.max(at_once.opens_at(last, settle, history.answer_latency()));
        }
        if let Some(window) = &self.window {
            x = window.opens_at(x, history);
        }
        self.quota.opens_at(x, now, history, self.pace.is_some())
    }

    /// Counts a start. `last` is when the attempt before it started.
    pub fn start(&mut self, id: StartId, last: Option<Seconds>, view: InquiryView<'_>) {
        let InquiryView { now, history, .. } = view;
        if let Some(pace) = &mut self.pace {
            pace.start(now);
        }
        match &mut self.phase {
            InquiryPhase::Cool(probe @ None) => *probe = Some(Probe { id, started: now }),
            InquiryPhase::Ramp(ramp) => ramp.start(now),
            InquiryPhase::Law => self.start_in_window(now, history),
            InquiryPhase::Free
            | InquiryPhase::Hold { .. }
            | InquiryPhase::Cool(Some(_))
            | InquiryPhase::Overrun { .. } => {}
        }
        let is_unproved = self.at_once.as_ref().is_some_and(AtOnce::is_new);
        if self.origin.anchor.is_none() {
            (self.origin.anchor, self.origin.outer) = (Some(now), now);
        } else if is_unproved && last.is_some_and(|last| now - last > LONG_PAUSE || last < self.waits.until) {
            // After a pause or a stated wait, a window may begin anew.
            self.origin.begin_anew(now);
        }
    }

    fn start_in_window(&mut self, now: Seconds, history: &History) {
        let waits = self.waits();
        let Some(window) = &mut self.window else { return };
        match window.start(now, &self.flight, history, waits) {
            WindowVerdict::Repeats => self.origin.anchor = Some(now),
            WindowVerdict::Smooth(rate) => self.smooth(rate, now),
            WindowVerdict::Stays | WindowVerdict::Waits(_) | WindowVerdict::Falls => {}
        }
    }

    fn waits(&self) -> WaitKind {
        let StatedWaits { shortest, longest, .. } = self.waits;
        match longest {
            0.0 => WaitKind::None,
            _ if shortest >= CONSTANT_WAIT * longest => WaitKind::Constant,
            _ => WaitKind::Varied,
        }
    }

    /// The time between two starts; zero if there is no pace.
    pub fn gap(&self) -> Micros {
        self.pace().map_or(Micros::ZERO, |pace| seconds::duration_of(pace.gap()))
    }
}

fn quota_window((quota, length): (u32, Seconds)) -> QuotaWindow {
    QuotaWindow { quota: quota.into(), length: seconds::duration_of(length) }
}
