//! What the facts so far add up to.
//!
//! The model is a fold over events: [`Model::apply`] is total (it never panics and never fails;
//! what cannot be is counted as an anomaly), reads no clock, and keeps memory bounded by endpoints
//! and by what is in flight. Start at [`Model::apply`].

pub mod endpoint;
pub mod expectation;
pub mod histogram;
pub mod incidents;
pub mod level;
pub mod marks;
pub mod news;
pub mod open;
pub mod rate;
mod recent;
pub mod totals;

use std::collections::HashMap;
use std::sync::Arc;

use crate::event::{
    Attempt, EndpointId, Event, Fact, HostId, JobEnd, JobId, Micros, Offset, Origin, Outcome, RunEnd, Scope,
};
use crate::model::endpoint::{Endpoint, Host};
use crate::model::histogram::Histogram;
use crate::model::incidents::{Cause, Incidents};
use crate::model::level::Level;
use crate::model::marks::{Mark, Marks};
use crate::model::news::{News, Story, Then};
use crate::model::open::{Flight, Open};
use crate::model::rate::Rate;
use crate::model::recent::Recent;
use crate::model::totals::{Anomalies, Totals};

/// Everything the screen, the summary and the plain lines know.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// What the run is called; foreign text.
    pub name: Arc<str>,
    /// What the run is doing.
    pub stage: Stage,
    /// Whether new attempts are held back; a drain or a cancel may come on top.
    pub is_paused: bool,
    /// Attempts allowed in flight, where there is a limit.
    pub limit: Option<u32>,
    /// The limit the run began with.
    pub first_limit: Option<u32>,
    /// How many jobs there are, where that is known.
    pub jobs: Option<u64>,
    /// Counts over the whole run.
    pub totals: Totals,
    /// Endpoints in the order of first sight.
    pub endpoints: Vec<Endpoint>,
    /// Hosts in the order of first sight.
    pub hosts: Vec<Host>,
    /// What is in flight.
    pub open: Open,
    /// How many were in flight, over time.
    pub level: Level,
    /// Service times of answered attempts, whole run.
    pub latency: Histogram,
    /// Attempts ended, lately.
    pub throughput: Rate,
    /// Jobs settled, lately.
    pub settling: Rate,
    /// Failures by cause.
    pub incidents: Incidents,
    /// The last things worth telling.
    pub news: News,
    /// Why the level changed.
    pub marks: Marks,
    /// What could not be.
    pub anomalies: Anomalies,
    /// When the last event happened.
    pub last: Offset,
    /// When the run ended.
    pub ended: Option<Offset>,
    recent: Recent,
    endpoint_index: HashMap<(Origin, EndpointId), usize>,
    host_index: HashMap<(Origin, HostId), usize>,
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has happened yet.
    #[default]
    Ready,
    /// Attempts start as the limits allow.
    Running,
    /// No attempt starts any more.
    Draining,
    /// What is in flight is being cancelled.
    Cancelling,
    /// It is over.
    Ended(RunEnd),
}

impl Model {
    /// Takes in one fact.
    pub fn apply(&mut self, event: &Event) {
        let (at, origin) = (event.at, event.origin);
        self.last = self.last.max(at);
        match &event.fact {
            Fact::RunStarted { name, limit, jobs } => {
                self.name = Arc::clone(name);
                self.limit = *limit;
                self.first_limit = *limit;
                self.jobs = *jobs;
                self.stage = Stage::Running;
            }
            Fact::EndpointSeen { endpoint, name, jobs } => {
                let i = self.endpoint(origin, *endpoint);
                self.endpoints[i].name = Arc::clone(name);
                self.endpoints[i].jobs = *jobs;
            }
            Fact::HostSeen { host, name, limit } => {
                let i = self.host(origin, *host);
                self.hosts[i].name = Arc::clone(name);
                self.hosts[i].limit = *limit;
            }
            Fact::PlanDrawn { jobs } => self.jobs = Some(*jobs),
            Fact::AttemptStarted { attempt, endpoint, host, slot, target, .. } => {
                let endpoint = self.known_endpoint(origin, *endpoint);
                let host = self.known_host(origin, *host);
                let flight = Flight { started: at, endpoint, host, slot: *slot, target: Arc::clone(target) };
                self.take_off(event, *attempt, flight);
            }
            Fact::AttemptEnded { attempt, outcome, .. } => match self.open.end(origin, *attempt) {
                Some(flight) => self.count_end(at, *attempt, flight, outcome),
                None => self.anomalies.orphan_ends += 1,
            },
            Fact::RetryScheduled { attempt, until, .. } => {
                self.totals.retries += 1;
                self.news.follow_up(|told| told == attempt, Then::Retry(*until));
            }
            // The attempt before has been counted as redirected; the next one will start by itself.
            Fact::RedirectFollowed { .. } => {}
            Fact::JobSettled { job, endpoint, end, tries, target, .. } => {
                let endpoint = self.known_endpoint(origin, *endpoint);
                self.settle(at, *job, endpoint, end, *tries, target.as_ref());
            }
            Fact::LimitChanged { scope, limit, by } => {
                let (host, from) = match scope {
                    Scope::Run => {
                        let from = self.limit.replace(*limit);
                        self.marks.set(at, Mark::Limit(from.unwrap_or(*limit), *limit));
                        (None, from)
                    }
                    Scope::Host(id) => {
                        let i = self.known_host(origin, *id);
                        (Some(Arc::clone(&self.hosts[i].name)), self.hosts[i].limit.replace(*limit))
                    }
                };
                self.news.tell(at, Story::Limit { host, from, to: *limit, by: *by });
            }
            Fact::CooldownSet { host, until } => {
                let i = self.known_host(origin, *host);
                self.hosts[i].cooldown = Some(*until);
            }
            Fact::Paused => {
                self.is_paused = true;
                self.marks.set(at, Mark::Paused);
                self.news.tell(at, Story::Paused);
            }
            Fact::Resumed => {
                self.is_paused = false;
                self.marks.set(at, Mark::Resumed);
                self.news.tell(at, Story::Resumed);
            }
            Fact::Draining => {
                self.stage = Stage::Draining;
                self.marks.set(at, Mark::Draining);
                self.news.tell(at, Story::Draining);
            }
            Fact::Cancelling => {
                self.stage = Stage::Cancelling;
                self.news.tell(at, Story::Cancelling);
            }
            Fact::LevelSeen { in_flight } => self.level.set(at, *in_flight),
            Fact::Stalled { lasted, .. } => self.news.tell(at, Story::Stalled(*lasted)),
            Fact::Warned { about, message } => {
                self.totals.warnings += 1;
                self.news.tell(at, Story::Warned(*about, Arc::clone(message)));
            }
            Fact::RunEnded { how } => {
                self.stage = Stage::Ended(*how);
                self.ended = Some(at);
                self.news.tell(at, Story::Ended(*how));
            }
        }
    }

    /// Attempts in flight now.
    pub fn in_flight(&self) -> u32 {
        u32::try_from(self.open.n()).unwrap_or(u32::MAX)
    }

    /// Service times of answered attempts over the last `seconds` (at most 10) before `now`.
    pub fn latency_of_last(&self, now: Offset, seconds: u64) -> Histogram {
        self.recent.last(now, seconds)
    }

    /// The latest cooldown that is still running, with the index of its host.
    pub fn cooldown(&self, now: Offset) -> Option<(usize, Offset)> {
        let running = |(i, host): (usize, &Host)| host.cooldown.filter(|&until| until > now).map(|until| (i, until));
        self.hosts.iter().enumerate().filter_map(running).max_by_key(|&(_, until)| until)
    }

    /// Mean attempts in flight by Little's law: the sum of service times ÷ wall time.
    pub fn effective_concurrency(&self, now: Offset) -> f64 {
        self.level.mean(self.ended.unwrap_or(now))
    }

    /// About how long the rest takes at the pace of the last ten seconds.
    ///
    /// `None` while too little is known (before 3 s or 2 %), while paused, and when it is over.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of seconds")]
    pub fn time_left(&self, now: Offset) -> Option<Micros> {
        let jobs = self.jobs?;
        let settled = self.totals.settled();
        let too_early = now < Offset(3_000_000) || settled * 50 < jobs;
        if self.is_paused || self.stage != Stage::Running || too_early {
            return None;
        }
        let pace = self.settling.per_second(now, 10);
        (pace > 0.0).then(|| Micros((jobs.saturating_sub(settled) as f64 / pace * 1e6) as u64))
    }

    fn take_off(&mut self, event: &Event, attempt: Attempt, flight: Flight) {
        self.totals.started += 1;
        self.endpoints[flight.endpoint].in_flight += 1;
        self.hosts[flight.host].in_flight += 1;
        if let Some(displaced) = self.open.start(event.origin, attempt, flight) {
            self.anomalies.double_starts += 1;
            self.land(&displaced);
        }
        self.level.set(event.at, self.in_flight());
    }

    fn count_end(&mut self, at: Offset, attempt: Attempt, flight: Flight, outcome: &Outcome) {
        self.land(&flight);
        self.level.set(at, self.in_flight());
        let service = at.since(flight.started);
        self.totals.count(outcome, service);
        self.throughput.count(at);
        let endpoint = &mut self.endpoints[flight.endpoint];
        match outcome {
            Outcome::Answered { .. } => {
                self.latency.record(service);
                self.recent.record(at, service);
                endpoint.latency.record(service);
                endpoint.trend.record(at, service);
            }
            Outcome::Throttled { status, .. } => {
                endpoint.throttled += 1;
                endpoint.throttled_at = Some(at);
                self.marks.refused(at, *status);
            }
            // A refusal, a time-out or a hop is no measure of how slow answers are.
            Outcome::Redirected { .. } | Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => {}
        }
        if Cause::of(outcome).is_some() {
            let Flight { endpoint, target, .. } = flight;
            let outcome = outcome.clone();
            self.news.tell(at, Story::Trouble { attempt, endpoint, target, outcome, took: service, then: Then::Open });
        }
    }

    fn settle(&mut self, at: Offset, job: JobId, endpoint: usize, end: &JobEnd, tries: u32, target: Option<&Arc<str>>) {
        self.settling.count(at);
        match end {
            JobEnd::Done => {
                self.totals.jobs_done += 1;
                self.totals.jobs_saved += u64::from(tries > 1);
                self.endpoints[endpoint].done += 1;
            }
            JobEnd::Failed { last } => {
                self.totals.jobs_failed += 1;
                self.endpoints[endpoint].failed += 1;
                self.incidents.count(at, endpoint, last, target);
                if !self.news.follow_up(|told| told.job == job, Then::GivenUp(tries)) {
                    self.news.tell(at, Story::GivenUp { endpoint, last: last.clone() });
                }
            }
            JobEnd::Cancelled => {
                self.totals.jobs_cancelled += 1;
                self.endpoints[endpoint].cancelled += 1;
            }
        }
    }

    /// Books an attempt out of its endpoint and host.
    fn land(&mut self, flight: &Flight) {
        let endpoint = &mut self.endpoints[flight.endpoint];
        endpoint.in_flight = endpoint.in_flight.saturating_sub(1);
        let host = &mut self.hosts[flight.host];
        host.in_flight = host.in_flight.saturating_sub(1);
    }

    /// The index of an endpoint that should have been announced.
    fn known_endpoint(&mut self, origin: Origin, id: EndpointId) -> usize {
        let n = self.endpoints.len();
        let i = self.endpoint(origin, id);
        if i == n {
            self.anomalies.strangers += 1;
            self.endpoints[i].name = format!("endpoint {}", id.0).into();
        }
        i
    }

    /// The index of a host that should have been announced.
    fn known_host(&mut self, origin: Origin, id: HostId) -> usize {
        let n = self.hosts.len();
        let i = self.host(origin, id);
        if i == n {
            self.anomalies.strangers += 1;
            self.hosts[i].name = format!("host {}", id.0).into();
        }
        i
    }

    fn endpoint(&mut self, origin: Origin, id: EndpointId) -> usize {
        let endpoints = &mut self.endpoints;
        *self.endpoint_index.entry((origin, id)).or_insert_with(|| {
            endpoints.push(Endpoint::default());
            endpoints.len() - 1
        })
    }

    fn host(&mut self, origin: Origin, id: HostId) -> usize {
        let hosts = &mut self.hosts;
        *self.host_index.entry((origin, id)).or_insert_with(|| {
            hosts.push(Host::default());
            hosts.len() - 1
        })
    }
}
