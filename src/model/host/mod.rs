//! The statistics and the state of one host.
//!
//! Start at [`HostStats::state`]; all hosts are in [`Hosts`](table::Hosts).

pub mod adapted;
pub mod offer;
pub mod outage;
pub mod table;
pub mod usage;

use std::sync::Arc;

use crate::event::adaptive::Learned;
use crate::event::origin::Origin;
use crate::event::reasons::ChangedBy;
use crate::event::{HostId, Micros, Offset};
use crate::model::histogram::Histogram;
use crate::model::host::adapted::AdaptedLimit;
use crate::model::host::outage::{CutWait, GivenUpHost, HostOutage, PastOutages, RecognizedRefusal};
use crate::model::host::usage::HostUsage;

/// The statistics of one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostStats {
    /// Its number in the model.
    pub number: usize,
    /// The machine that reported it.
    pub origin: Origin,
    /// The id that this machine assigned. Commands use this id, never the number in the model.
    pub id: HostId,
    /// Scheme, name and port; foreign text.
    pub name: Arc<str>,
    /// Its own limit, if it has one.
    pub limit: Option<u32>,
    /// Its own limit at the start.
    pub first_limit: Option<u32>,
    /// Who last changed its limit, and when; `None` while it is that of the plan.
    pub limit_changed: Option<(ChangedBy, Offset)>,
    /// Attempts in flight now.
    pub in_flight: u32,
    /// Attempts started.
    pub started: u64,
    /// Attempts answered, expected or not.
    pub answered: u64,
    /// Attempts refused with a request to slow down.
    pub throttled: u64,
    /// Attempts without a complete answer, or with an unexpected one.
    pub failed: u64,
    /// Service times of answered attempts.
    pub latency: Histogram,
    /// What the adaptive controller allows.
    pub adapted: Option<AdaptedLimit>,
    /// What its server stated, or refusals confirmed twice: it can be offered as a setting.
    pub learned: Option<Learned>,
    /// Statuses that count as refusals by evidence.
    pub recognized: Vec<RecognizedRefusal>,
    /// Its outage, while it lasts.
    pub outage: Option<HostOutage>,
    /// Its earlier outages.
    pub past_outages: PastOutages,
    /// Since when its jobs fail without being sent, while they do.
    pub given_up: Option<GivenUpHost>,
    /// When it was given up last. It may be back.
    pub last_given_up: Option<GivenUpHost>,
    /// Jobs that wait until it answers, or accepts more.
    pub parked: u64,
    /// The reason for the last adaptive step; foreign text.
    pub why: Option<Arc<str>>,
    /// Whether the user has quarantined it.
    pub is_quarantined: bool,
    /// When its cooldown ends.
    pub cooldown: Option<Offset>,
    /// When its cooldown began.
    pub cooled_at: Offset,
    /// The longest wait that its server asked for and that `retry.longest_wait` cut short, and what was left of it.
    pub wait_cut: Option<(Micros, Micros)>,
    /// The moment that its server named, if its jobs do not wait for so long.
    pub(in crate::model) wait_named: Option<Offset>,
    /// Whether its cooldown is reported as a long wait.
    pub(in crate::model) is_wait_reported: bool,
    /// The wait that the last refusal asked for, and when it came.
    pub(in crate::model) wait_asked: Option<(Offset, Micros)>,
    /// When its window opens or its pace allows the next start, if that is reported.
    pub next_start: Option<Offset>,
    /// When an attempt last started or ended.
    pub active: Offset,
    /// Its use of slots and connections, for the verdict.
    pub usage: HostUsage,
}

/// The state of a host: what prevents starts, if anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostState {
    /// The user has quarantined it.
    Quarantined,
    /// It does not answer since the first moment, and is tried at the second.
    Down(Offset, Offset),
    /// Its jobs fail without being sent, since this moment.
    GivenUp(Offset),
    /// It is in cooldown until this moment.
    Cooling(Offset),
    /// Its window opens at this moment, or its pace allows the next start then.
    Waiting(Offset),
    /// Its jobs wait because it refused them, and it is tried again within a second.
    Refused,
    /// It has reached its limit.
    Full,
    /// Attempts are in flight, below its limit.
    Busy,
    /// Nothing is in flight.
    Idle,
}

impl HostStats {
    /// Its current state.
    pub fn state(&self, now: Offset) -> HostState {
        if self.is_quarantined {
            return HostState::Quarantined;
        }
        if let Some(outage) = &self.outage {
            return HostState::Down(outage.since, outage.next_try);
        }
        if let Some(given_up) = &self.given_up {
            return HostState::GivenUp(given_up.since);
        }
        match (self.cooldown, self.next_start) {
            (Some(until), next) if until > now && next.is_none_or(|next| next <= until) => HostState::Cooling(until),
            (_, Some(next)) if next > now => HostState::Waiting(next),
            _ if self.in_flight == 0 && self.parked > 0 && self.throttled > 0 => HostState::Refused,
            _ if self.in_flight == 0 => HostState::Idle,
            _ if self.effective_limit().is_some_and(|most| self.in_flight >= most) => HostState::Full,
            _ => HostState::Busy,
        }
    }

    /// When attempts may start again, if its cooldown, its window or its pace prevents that now.
    pub fn waits_until(&self, now: Offset) -> Option<Offset> {
        self.cooldown.max(self.next_start).filter(|&until| until > now && self.given_up.is_none())
    }

    /// The wait that its server asked for, while its jobs wait and it is longer than the plan allows.
    pub fn cut_wait(&self, now: Offset) -> Option<CutWait> {
        let fails_at = self.cooldown.filter(|&until| until > now && self.given_up.is_none())?;
        Some(CutWait { until: self.wait_named.filter(|&named| named > fails_at)?, fails_at })
    }

    /// Whether nothing is in flight because its server refused, or because its window or pace allows none.
    pub fn is_limited(&self, now: Offset) -> bool {
        matches!(self.state(now), HostState::Cooling(_) | HostState::Waiting(_) | HostState::Refused)
    }

    /// The lower of its own limit and the adaptive one, if it has any.
    pub fn effective_limit(&self) -> Option<u32> {
        let adapted = self.adapted.map(|adapted| adapted.limit);
        [self.limit, adapted].into_iter().flatten().min()
    }

    /// The number of its outages, and how long they have lasted in all.
    pub fn outages(&self, now: Offset) -> (u64, Micros) {
        let current = self.outage.as_ref().map(|outage| now.since(outage.since));
        (self.past_outages.n + u64::from(current.is_some()), self.past_outages.lasted + current.unwrap_or_default())
    }

    /// Adds the totals of a host that is folded.
    fn merge(&mut self, other: &Self) {
        self.in_flight += other.in_flight;
        self.started += other.started;
        self.answered += other.answered;
        self.throttled += other.throttled;
        self.failed += other.failed;
        self.latency.merge(&other.latency);
        self.active = self.active.max(other.active);
        self.past_outages.merge(&other.past_outages);
        self.usage.merge(&other.usage);
    }

    /// The minimum time between two starts, if the adaptive controller sets one.
    pub fn gap(&self) -> Option<Micros> {
        self.adapted.and_then(|adapted| adapted.gap())
    }
}

#[cfg(test)]
mod tests {
    use crate::event::origin::Origin;
    use crate::event::outcome::{Outcome, Phase, PhaseTimes};
    use crate::event::reasons::ChangedBy;
    use crate::event::waits::WaitTimes;
    use crate::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset};
    use crate::model::Model;
    use crate::model::host::{HostState, HostStats};

    const HOST: HostId = HostId(0);

    /// A host after these facts, one each millisecond.
    fn host(limit: Option<u32>, facts: Vec<Fact>) -> HostStats {
        let announced = Fact::HostAnnounced { host: HOST, name: "https://a.example:443".into(), limit };
        let mut model = Model::default();
        for (at, fact) in (0..).map(|ms| Offset(ms * 1_000)).zip(std::iter::once(announced).chain(facts)) {
            model.apply(&Event { at, origin: Origin::HERE, fact });
        }
        model.hosts.get(0).unwrap().clone()
    }

    fn start(job: u64) -> Fact {
        let (attempt, endpoint) = (Attempt { job: JobId(job), n: 1 }, EndpointId(0));
        let (target, waited) = ("GET https://a.example/".into(), WaitTimes::NONE);
        Fact::AttemptStarted {
            attempt,
            endpoint,
            host: HOST,
            row: 0,
            slot: 0,
            target,
            waited,
            page: None,
            until: None,
            due: None,
        }
    }

    fn end(job: u64, outcome: Outcome) -> Fact {
        Fact::AttemptEnded {
            attempt: Attempt { job: JobId(job), n: 1 },
            outcome,
            spent: PhaseTimes::default(),
            malformed: 0,
            decoded: None,
        }
    }

    #[test]
    fn a_host_counts_what_it_answers_refuses_and_loses() {
        let answer = |status, expected| Outcome::Answered { status, bytes: 0, expected };
        let ends = [
            answer(200, true),
            answer(500, false),
            Outcome::Throttled { status: 429, retry_after: None },
            Outcome::TimedOut { phase: Phase::Body },
            Outcome::Cancelled,
        ];
        let facts = (1..).zip(ends).flat_map(|(job, outcome)| [start(job), end(job, outcome)]).collect();
        let host = host(None, facts);
        assert_eq!((host.started, host.answered, host.throttled, host.failed), (5, 2, 1, 2));
        assert_eq!((host.latency.n(), host.in_flight), (2, 0));
    }

    #[test]
    fn a_cooldown_takes_precedence_over_a_full_host() {
        let state = |host: &HostStats, ms: u64| host.state(Offset(ms * 1_000));
        let full = host(Some(1), vec![start(1), Fact::CooldownSet { host: HOST, until: Offset(9_000) }]);
        assert_eq!([state(&full, 8), state(&full, 9)], [HostState::Cooling(Offset(9_000)), HostState::Full]);
        assert_eq!(state(&host(Some(2), vec![start(1)]), 2), HostState::Busy);
        assert_eq!(state(&host(None, vec![]), 2), HostState::Idle);
    }

    #[test]
    fn an_adaptive_step_comes_with_its_reason() {
        let step = |limit, gap| Fact::Adapted {
            host: HOST,
            limit,
            gap: Micros(gap),
            window: None,
            why: format!("to {limit}").into(),
        };
        let host = host(Some(9), vec![step(4, 0), step(3, 50)]);
        assert_eq!(
            (host.effective_limit(), host.gap(), host.why.as_deref()),
            (Some(3), Some(Micros(50)), Some("to 3"))
        );
        assert_eq!(host.limit_changed, Some((ChangedBy::Adaptive, Offset(2_000))));
    }
}
