//! Whether a host is up, and when a host that is down is tried again.
//!
//! Pure: it reads no clock and draws no random numbers. A host goes down when nothing listens there, or when every
//! attempt breaks or gets no answer in time. Then single attempts find out when it is back, at intervals that grow with the length of the
//! outage: a batch waits at most a fifth longer than the outage lasts. With the first answer the host is up, and its
//! load doubles with each round trip. Start at [`Outage::observe`].

pub mod evidence;
pub mod health_state;
pub mod host_sign;
pub mod reasons;
pub mod suspicion;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::event::{Micros, Offset};
use crate::source::pool::outage::evidence::{HostEvidence, JobFate, OutageBounds, OutageStep};
use crate::source::pool::outage::health_state::{
    DownState, GivenUpState, HealthState, INTERVAL, interval, is_of_gateway,
};
use crate::source::pool::outage::host_sign::HostSign;
use crate::source::pool::outage::reasons::{bound_text, given_up_text, sentence};
use crate::source::pool::outage::suspicion::Suspicion;

/// The most attempts that must break at a host that has never answered.
const MOST_EXPECTED: u32 = 50;

/// How long a host that has never answered is waited for while thousands of jobs wait. A sweep over many hosts must not
/// stand still again and again for those that do not exist.
const UNREACHABLE_IN_CROWD: Micros = Micros(1_000_000);

/// Whether a host is up.
#[derive(Debug)]
pub struct Outage {
    bounds: OutageBounds,
    state: HealthState,
    /// Whether it has answered with anything but the status of a gateway.
    has_answered: bool,
    /// When its last answer came.
    last_answer: Offset,
    /// The longest time that it has taken for an answer.
    slowest_answer: Micros,
    /// Counts the outages. An attempt carries the number under which it started.
    generation: u32,
    /// Attempts in flight that started under the present number.
    n_fresh: u32,
    suspicion: Option<Suspicion>,
    /// While the load of a host that is back is restored: how many may be in flight.
    allowed: Option<u32>,
    /// How often a supposed outage was over at the first try. Each makes more evidence necessary.
    false_alarms: u32,
}

impl Outage {
    /// A host of which nothing is known.
    pub fn new(bounds: OutageBounds) -> Self {
        Self {
            bounds,
            state: HealthState::Up,
            has_answered: false,
            last_answer: Offset::ZERO,
            slowest_answer: Micros::ZERO,
            generation: 0,
            n_fresh: 0,
            suspicion: None,
            allowed: None,
            false_alarms: 0,
        }
    }

    /// Counts an attempt that starts. Returns the number that its end must carry.
    pub fn start(&mut self) -> u32 {
        self.n_fresh += 1;
        self.generation
    }

    /// Learns from the end of an attempt.
    pub fn observe(&mut self, evidence: &HostEvidence<'_>) -> (JobFate, Option<OutageStep>) {
        let n_fresh = self.n_fresh;
        let is_fresh = evidence.generation == self.generation;
        self.n_fresh -= u32::from(is_fresh);
        match HostSign::from_outcome(evidence.outcome, self.has_answered) {
            HostSign::Answered => (JobFate::Own, self.answered(evidence, is_fresh.then_some(n_fresh))),
            HostSign::Nothing => {
                self.postpone_try(evidence, is_fresh);
                (JobFate::Own, None)
            }
            sign => self.failed(evidence, sign, is_fresh),
        }
    }

    /// The host has answered. `n_fresh` counts the attempts of the present generation if this is one of them.
    fn answered(&mut self, evidence: &HostEvidence<'_>, n_fresh: Option<u32>) -> Option<OutageStep> {
        self.has_answered |= !is_of_gateway(evidence.outcome);
        self.last_answer = evidence.at;
        self.slowest_answer = self.slowest_answer.max(evidence.at.since(evidence.started));
        match (&self.state, n_fresh) {
            (HealthState::Up, Some(n_fresh)) => {
                // The limit of the restored load ends once something else limits the host more.
                self.allowed = self.allowed.filter(|&allowed| allowed < 4 || allowed <= 2 * n_fresh).map(|n| n + 1);
                let suspicion = self.suspicion.as_mut()?;
                let is_over = suspicion.is_refuted(evidence.started, evidence.at);
                if is_over {
                    self.suspicion = None;
                }
                is_over.then_some(OutageStep::Dismissed)
            }
            // An attempt that started before the outage may still end well.
            (HealthState::Up | HealthState::Down(_) | HealthState::GivenUp(_), None) => None,
            (HealthState::Down(down), Some(_)) => {
                let was_reported = down.is_reported;
                self.false_alarms = if down.n_tries == 0 { self.false_alarms + 1 } else { 0 };
                self.restore();
                Some(OutageStep::Up { was_reported })
            }
            (HealthState::GivenUp(_), Some(_)) => {
                self.restore();
                Some(OutageStep::Up { was_reported: true })
            }
        }
    }

    /// The host is up, and is loaded again step by step.
    fn restore(&mut self) {
        (self.state, self.allowed, self.suspicion) = (HealthState::Up, Some(2), None);
    }

    fn failed(&mut self, evidence: &HostEvidence<'_>, sign: HostSign, is_fresh: bool) -> (JobFate, Option<OutageStep>) {
        match &mut self.state {
            HealthState::Up | HealthState::Down(_) if !is_fresh => (JobFate::Excused, None),
            HealthState::Up => {
                let may_be_own = evidence.may_be_own && sign != HostSign::Absent;
                // It was answering others at the time, so it is only slow.
                let is_slow = sign == HostSign::Silent && evidence.started < self.last_answer;
                if may_be_own || is_slow || !evidence.waits {
                    let fate = if self.suspicion.is_some() { JobFate::Doubtful } else { JobFate::Own };
                    return (fate, None);
                }
                self.allowed = self.allowed.map(|allowed| (allowed / 2).max(1));
                let (at, job) = (evidence.at, evidence.job);
                let suspicion = self.suspicion.get_or_insert_with(|| Suspicion::new(at, job, evidence.in_flight));
                suspicion.add(evidence, sign);
                // A batch may begin with jobs that fail by themselves.
                let expected = if self.has_answered { 0 } else { evidence.startable.min(MOST_EXPECTED) };
                if suspicion.is_confirmed(self.false_alarms, expected) {
                    let since = suspicion.since();
                    (JobFate::Excused, Some(self.go_down(evidence, sign, since)))
                } else {
                    (JobFate::Doubtful, None)
                }
            }
            HealthState::Down(_) => (JobFate::Excused, Some(self.try_failed(evidence))),
            HealthState::GivenUp(_) => {
                self.postpone_try(evidence, is_fresh);
                (JobFate::Final, None)
            }
        }
    }

    fn go_down(&mut self, evidence: &HostEvidence<'_>, sign: HostSign, since: Offset) -> OutageStep {
        let is_reported = sign == HostSign::Absent;
        let next_try = evidence.at + interval(evidence.at.since(since), evidence.chance);
        let why = sentence(evidence.outcome);
        self.generation += 1;
        (self.n_fresh, self.suspicion) = (0, None);
        let down = DownState { since, next_try, n_tries: 0, is_reported, why: Arc::clone(&why) };
        self.state = HealthState::Down(down);
        if is_reported { OutageStep::Down { is_new: true, why, next_try } } else { OutageStep::Suspended }
    }

    fn try_failed(&mut self, evidence: &HostEvidence<'_>) -> OutageStep {
        let bound = self.bound(evidence.is_crowded);
        let HealthState::Down(down) = &mut self.state else { return OutageStep::Dismissed };
        let lasted = evidence.at.since(down.since);
        down.why = sentence(evidence.outcome);
        down.n_tries += 1;
        if lasted >= bound && down.is_reported {
            let length = bound_text(bound, self.has_answered, evidence.is_crowded);
            let why = given_up_text(evidence.outcome, &down.why, &length, self.has_answered);
            let next_try = evidence.at + INTERVAL.1;
            self.state = HealthState::GivenUp(GivenUpState { why: Arc::clone(&why), is_outage: true, next_try });
            return OutageStep::GivenUp { why };
        }
        // The last try is at the bound itself.
        let last = Offset(down.since.0.saturating_add(bound.0)).max(evidence.at + INTERVAL.0);
        down.next_try = (evidence.at + interval(lasted, evidence.chance)).min(last);
        let is_new = !std::mem::replace(&mut down.is_reported, true);
        OutageStep::Down { is_new, why: Arc::clone(&down.why), next_try: down.next_try }
    }

    /// Gives up a host that refuses everything. From now on its jobs fail for this reason.
    pub fn give_up_refusing(&mut self, why: Arc<str>, now: Offset) {
        let next_try = now + INTERVAL.1;
        self.generation += 1;
        (self.n_fresh, self.suspicion) = (0, None);
        self.state = HealthState::GivenUp(GivenUpState { why, is_outage: false, next_try });
    }

    /// A try has ended without evidence, or after the host was given up.
    fn postpone_try(&mut self, evidence: &HostEvidence<'_>, is_fresh: bool) {
        match &mut self.state {
            HealthState::Down(down) if is_fresh => {
                down.next_try = evidence.at + interval(evidence.at.since(down.since), evidence.chance);
            }
            HealthState::GivenUp(given_up) if is_fresh => given_up.next_try = evidence.at + INTERVAL.1,
            HealthState::Up | HealthState::Down(_) | HealthState::GivenUp(_) => {}
        }
    }

    /// Tries the host now if it is down. Returns whether that changed anything.
    pub fn try_now(&mut self, now: Offset) -> bool {
        let is_tried = self.n_fresh > 0;
        match &mut self.state {
            HealthState::Down(DownState { next_try, .. }) | HealthState::GivenUp(GivenUpState { next_try, .. }) => {
                let is_earlier = *next_try > now && !is_tried;
                *next_try = (*next_try).min(now);
                is_earlier
            }
            HealthState::Up => false,
        }
    }

    /// Whether the host's jobs wait for its return.
    pub fn is_down(&self) -> bool {
        matches!(self.state, HealthState::Down(_))
    }

    /// Whether it was up after all when it last seemed to be down.
    pub fn was_false_alarm(&self) -> bool {
        self.false_alarms > 0
    }

    /// Whether its jobs fail without being sent.
    pub fn is_given_up(&self) -> bool {
        matches!(self.state, HealthState::GivenUp(_))
    }

    /// When a host is tried next that was given up.
    pub fn tried_at(&self) -> Option<Offset> {
        match &self.state {
            HealthState::GivenUp(given_up) => Some(given_up.next_try),
            HealthState::Up | HealthState::Down(_) => None,
        }
    }

    /// How long a try of the host may take, if it has answered before and is down. An attempt to reach it may hang.
    pub fn try_timeout(&self) -> Option<Micros> {
        (self.is_down() && self.has_answered).then(|| Micros(3 * self.slowest_answer.0).max(INTERVAL.1))
    }

    /// The moment before which nothing starts here.
    pub fn opens_at(&self) -> Offset {
        match &self.state {
            HealthState::Down(down) => down.next_try,
            HealthState::Up | HealthState::GivenUp(_) => Offset::ZERO,
        }
    }

    /// Whether an attempt must end before the next one starts.
    pub fn is_full(&self) -> bool {
        match self.state {
            HealthState::Up => self.allowed.is_some_and(|allowed| self.n_fresh >= allowed),
            HealthState::Down(_) | HealthState::GivenUp(_) => self.n_fresh > 0,
        }
    }

    /// Why a job fails that would start now at a host that has been given up. From time to time one is tried, but not
    /// during a `cooldown` of the host.
    pub fn failure(&self, now: Offset, cooldown: Offset) -> Option<&GivenUpState> {
        match &self.state {
            HealthState::GivenUp(given_up) if now < given_up.next_try.max(cooldown) => Some(given_up),
            HealthState::Up | HealthState::Down(_) | HealthState::GivenUp(_) => None,
        }
    }

    /// Whether it holds nothing that would be missed.
    pub fn is_cold(&self, now: Offset) -> bool {
        match &self.state {
            HealthState::Up => self.suspicion.is_none() && self.allowed.is_none(),
            HealthState::Down(_) => false,
            HealthState::GivenUp(given_up) => given_up.next_try <= now,
        }
    }

    /// How long an outage may last.
    fn bound(&self, is_crowded: bool) -> Micros {
        match (self.has_answered, is_crowded) {
            (true, _) => self.bounds.outage,
            (false, true) => self.bounds.unreachable.min(UNREACHABLE_IN_CROWD),
            (false, false) => self.bounds.unreachable,
        }
    }
}
