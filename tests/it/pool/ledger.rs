//! The ledger of a run: it checks the events against the invariants of every run.
//!
//! Start at [`Ledger::read`].

use std::collections::{BTreeMap, HashMap, HashSet};

use inflight::event::outcome::{JobEnd, Outcome};
use inflight::event::reasons::RunEnd;
use inflight::event::waits::WaitTimes;
use inflight::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset, Scope};
use inflight::model::Model;
use inflight::model::totals::Anomalies;

/// The sums of a run's events.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The starts of attempts, in order.
    pub starts: Vec<Start>,
    /// How each job ended.
    pub ends: BTreeMap<JobId, JobEnd>,
    /// Attempts that were cancelled.
    pub n_cancelled: usize,
    /// The most attempts in flight at once.
    pub peak: usize,
    /// Jobs in the plan, once all are drawn.
    pub drawn: Option<u64>,
    /// The starts of rounds, in order, with their endpoints.
    pub started_rounds: Vec<(Offset, Option<EndpointId>)>,
    /// The total wait of each job, and the total duration of its attempts.
    pub waited: HashMap<JobId, WaitTimes>,
    pub served: HashMap<JobId, Micros>,
    profiles: HashMap<EndpointId, bool>,
    /// Jobs that repeat others.
    pub repeats: HashMap<JobId, JobId>,
    up: HashMap<EndpointId, bool>,
    skipped: HashSet<EndpointId>,
    open: HashMap<Attempt, (Offset, u32, HostId)>,
    last_attempt: HashMap<JobId, u32>,
    until: HashMap<JobId, Offset>,
    endpoints: HashSet<EndpointId>,
    hosts: HashMap<HostId, HostState>,
    limit: usize,
    is_paused: bool,
    is_closed: bool,
    how: Option<RunEnd>,
}

/// The start of an attempt.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub at: Offset,
    pub attempt: Attempt,
}

#[derive(Debug, Default)]
struct HostState {
    limit: Option<u32>,
    in_flight: u32,
    cooldown: Offset,
    is_quarantined: bool,
    is_down: bool,
    is_given_up: bool,
    /// The attempt that tries it while it is down.
    tried: Option<Attempt>,
}

impl Ledger {
    /// Reads a whole run, and panics at the first event that breaks an invariant.
    #[track_caller]
    pub fn read(events: &[Event]) -> Self {
        let mut ledger = Self::default();
        let (mut model, mut last) = (Model::default(), Offset::ZERO);
        assert!(matches!(events[0].fact, Fact::RunStarted { .. }), "the first event is the run's start");
        for event in events {
            assert!(event.at >= last, "time goes forward: {event:?} after {last:?}");
            let goes_on = matches!(event.fact, Fact::RunReopened);
            assert!(ledger.how.is_none() || goes_on, "nothing follows the end: {event:?}");
            last = event.at;
            ledger.take(event);
            model.apply(event);
        }
        let how = ledger.how.expect("the last event is the run's end");
        assert!(ledger.open.is_empty(), "what started has ended: {:?}", ledger.open);
        for job in ledger.last_attempt.keys() {
            assert!(ledger.ends.contains_key(job), "what started has settled: {job:?}");
        }
        if how == RunEnd::Finished {
            assert_eq!(ledger.drawn, Some(ledger.ends.len() as u64), "every job of the plan has settled");
        }
        ledger.agrees_with(&model);
        ledger
    }

    #[track_caller]
    fn agrees_with(&self, model: &Model) {
        assert_eq!(model.anomalies, Anomalies::default());
        assert_eq!(model.in_flight(), 0);
        let totals = model.totals;
        assert_eq!((totals.started, totals.ended), (self.starts.len() as u64, self.starts.len() as u64));
        let n = |is: fn(&JobEnd) -> bool| self.ends.values().filter(|&end| is(end)).count() as u64;
        assert_eq!(totals.jobs_done, n(|end| matches!(end, JobEnd::Done)));
        assert_eq!(totals.jobs_failed, n(|end| matches!(end, JobEnd::Failed { .. })));
        assert_eq!(totals.jobs_cancelled, n(|end| matches!(end, JobEnd::Cancelled)));
        assert_eq!(model.level.peak() as usize, self.peak);
    }

    fn take(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::RunStarted { limit, .. } => self.limit = limit.unwrap() as usize,
            Fact::EndpointAnnounced { endpoint, .. } => assert!(self.endpoints.insert(*endpoint), "{event:?} again"),
            Fact::EndpointProfile { endpoint, varies, .. } => {
                let is_new = self.profiles.insert(*endpoint, *varies) != Some(*varies);
                assert!(is_new && self.endpoints.contains(endpoint), "{event:?}");
            }
            Fact::HostAnnounced { host, limit, .. } => {
                let state = HostState { limit: *limit, ..HostState::default() };
                assert!(self.hosts.insert(*host, state).is_none(), "{event:?} again");
            }
            Fact::JobsReordered { jobs, of } => assert!(self.starts.is_empty() && jobs <= of, "{event:?}"),
            Fact::PlanDrawn { jobs } => assert_eq!(self.drawn.replace(*jobs), None, "emitted once"),
            Fact::AttemptStarted { attempt, endpoint, host, slot, waited, .. } => {
                self.start(event, *attempt, (*endpoint, *host), *slot, *waited);
            }
            Fact::AttemptEnded { attempt, outcome, .. } => self.end(at, *attempt, outcome),
            Fact::AttemptProgressed { attempt, .. } | Fact::FailureSampled { attempt, .. } => {
                assert!(self.open.contains_key(attempt), "in flight: {event:?}");
            }
            Fact::RetryScheduled { attempt, until, .. } => {
                assert!(*until >= at && self.until.insert(attempt.job, *until).is_none(), "{event:?}");
            }
            Fact::RedirectFollowed { .. }
            | Fact::Warned { .. }
            | Fact::SlotsIdle { .. }
            | Fact::Adapted { .. }
            | Fact::LimitLearned { .. }
            | Fact::RefusalRecognized { .. }
            | Fact::RefusalDismissed { .. }
            | Fact::RetryExcluded { .. }
            | Fact::HostWaits { .. }
            | Fact::Stopped { .. }
            | Fact::TimersLate { .. }
            | Fact::Marked
            | Fact::AdaptiveSet { .. } => {}
            Fact::HostDown { .. } | Fact::HostUp { .. } | Fact::HostGivenUp { .. } => self.change_outage(event),
            Fact::RoundStarted { endpoint, .. } => self.started_rounds.push((at, *endpoint)),
            Fact::EndpointStateChanged { endpoint, up } => {
                assert_ne!(self.up.insert(*endpoint, *up), Some(*up), "it was otherwise before: {event:?}");
            }
            Fact::EndpointSkipped { endpoint } => assert!(self.skipped.insert(*endpoint), "{event:?} again"),
            Fact::HostQuarantined { host } => self.set_quarantine(*host, true),
            Fact::HostReleased { host } => self.set_quarantine(*host, false),
            Fact::JobSettled { job, endpoint, end, total, waited, .. } => {
                assert!(self.endpoints.contains(endpoint), "announced before: {event:?}");
                assert!(self.open.keys().all(|open| open.job != *job), "its attempt has ended: {event:?}");
                let served = self.served.get(job).copied().unwrap_or_default();
                assert_eq!(*total, waited.total() + served, "the total is what it waited and took: {event:?}");
                let before = self.waited.insert(*job, *waited).unwrap_or_default();
                assert!(waited.total() >= before.total(), "no less than before its attempts: {event:?}");
                assert!(self.ends.insert(*job, end.clone()).is_none(), "settled once: {event:?}");
            }
            Fact::JobRepeated { .. } => self.repeat(event),
            Fact::RunReopened => {
                assert_eq!(self.how.take(), Some(RunEnd::Finished), "it was over: {event:?}");
                (self.is_closed, self.is_paused) = (false, false);
            }
            Fact::LimitChanged { scope: Scope::Run, limit, .. } => self.limit = *limit as usize,
            Fact::LimitChanged { scope: Scope::Host(host), limit, .. } => {
                self.hosts.get_mut(host).unwrap().limit = Some(*limit);
            }
            Fact::CooldownSet { host, until } => {
                let state = self.hosts.get_mut(host).unwrap();
                assert!(*until > state.cooldown, "a cooldown is never shortened: {event:?}");
                state.cooldown = *until;
            }
            Fact::Paused => assert!(!std::mem::replace(&mut self.is_paused, true)),
            Fact::Resumed => assert!(std::mem::take(&mut self.is_paused)),
            Fact::Draining | Fact::Cancelling => self.is_closed = true,
            Fact::OriginJoined { .. } | Fact::LevelReported { .. } | Fact::Stalled { .. } | Fact::Program(_) => {
                panic!("a pool emits no {event:?}")
            }
            Fact::RunEnded { how } => self.how = Some(*how),
        }
    }

    fn end(&mut self, at: Offset, attempt: Attempt, outcome: &Outcome) {
        self.n_cancelled += usize::from(*outcome == Outcome::Cancelled);
        let (started, _, host) = self.open.remove(&attempt).expect("it had started");
        *self.served.entry(attempt.job).or_default() += at.since(started);
        let host = self.hosts.get_mut(&host).unwrap();
        host.in_flight -= 1;
        host.tried = host.tried.filter(|tried| *tried != attempt);
    }

    fn change_outage(&mut self, event: &Event) {
        if let Fact::HostDown { host, next_try, .. } = &event.fact {
            assert!(*next_try > event.at, "later: {event:?}");
            self.hosts.get_mut(host).unwrap().is_down = true;
        }
        if let Fact::HostUp { host } | Fact::HostGivenUp { host, .. } = &event.fact {
            let is_up = matches!(event.fact, Fact::HostUp { .. });
            let state = self.hosts.get_mut(host).unwrap();
            // A host that refuses everything is given up without having been down.
            assert!(!is_up || state.is_down || state.is_given_up, "it was down: {event:?}");
            (state.is_down, state.is_given_up) = (false, !is_up);
            state.tried = None;
        }
    }

    fn repeat(&mut self, event: &Event) {
        let Fact::JobRepeated { job, of, endpoint, after } = &event.fact else { return };
        assert!(self.endpoints.contains(endpoint), "announced before: {event:?}");
        assert_eq!(self.ends.get(of), Some(&JobEnd::Failed { last: after.clone() }), "it failed: {event:?}");
        assert!(self.repeats.insert(*job, *of).is_none(), "{event:?} again");
        assert!(self.repeats.values().filter(|it| *it == of).count() == 1, "sent again once: {event:?}");
        self.drawn = self.drawn.map(|jobs| jobs + 1);
    }

    fn start(
        &mut self,
        event: &Event,
        attempt: Attempt,
        (endpoint, host): (EndpointId, HostId),
        slot: u32,
        waited: WaitTimes,
    ) {
        let at = event.at;
        assert!(self.endpoints.contains(&endpoint), "announced before: {event:?}");
        assert!(self.open.len() < self.limit, "within the limit of {}: {event:?}", self.limit);
        assert!(!self.is_paused && !self.is_closed, "the gate is open: {event:?}");
        assert!(self.open.values().all(|(_, held, _)| *held != slot), "a slot is held once: {event:?}");
        assert!(self.open.keys().all(|open| open.job != attempt.job), "one at a time: {event:?}");
        assert!(!self.ends.contains_key(&attempt.job), "not settled before: {event:?}");
        let n = self.last_attempt.entry(attempt.job).or_default();
        *n += 1;
        assert_eq!(attempt.n, *n, "attempts are counted: {event:?}");
        if let Some(until) = self.until.remove(&attempt.job) {
            assert!(at >= until, "not before {until:?}: {event:?}");
        }
        let state = self.hosts.get_mut(&host).expect("announced before");
        assert!(at >= state.cooldown, "not within the cooldown {:?}: {event:?}", state.cooldown);
        assert!(state.limit.is_none_or(|limit| state.in_flight < limit), "the host's limit: {event:?}");
        state.in_flight += 1;
        if state.is_down {
            assert_eq!(state.tried.replace(attempt), None, "one try at a time: {event:?}");
        }
        assert!(!state.is_quarantined, "not put aside: {event:?}");
        assert!(!self.skipped.contains(&endpoint), "not skipped: {event:?}");
        *self.waited.entry(attempt.job).or_default() += waited;
        self.open.insert(attempt, (at, slot, host));
        self.peak = self.peak.max(self.open.len());
        self.starts.push(Start { at, attempt });
    }

    fn set_quarantine(&mut self, host: HostId, is_quarantined: bool) {
        let state = self.hosts.get_mut(&host).expect("announced before");
        assert_ne!(std::mem::replace(&mut state.is_quarantined, is_quarantined), is_quarantined);
    }
}
