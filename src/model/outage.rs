//! Updates of the model for outages, recognized refusals and learned limits of a host, and the hosts that are down.

use std::sync::Arc;

use crate::event::origin::Origin;
use crate::event::reasons::RunEnd;
use crate::event::{Attempt, HostId, JobId, Micros, Offset};
use crate::model::endpoint::{EndpointState, EndpointStats};
use crate::model::event_log::LogEvent;
use crate::model::host::HostStats;
use crate::model::host::outage::{CutWait, GivenUpHost, HostNotice, HostOutage, RecognizedRefusal};
use crate::model::verdict::thresholds::LONG_WAIT;
use crate::model::{Model, Stage};
use crate::text::units;

/// Number of statuses that can be recognized as refusals at one host. There are three in practice.
const RECOGNIZED_MOST: usize = 8;
/// Number of jobs whose host is remembered while they wait for it. More are not counted.
const PARKED_MOST: usize = 100_000;

impl Model {
    /// Hosts of the same name that go down and up within this time share entries in the event log.
    const NOTICES_IN_A_ROW: Micros = Micros(1_000_000);

    /// How long a host counts as busy after its last attempt.
    const BUSY_FOR: Micros = Micros(2_000_000);

    /// A wait counts as cut short if the server asked for so much more.
    const CUT_LEAST: Micros = Micros(1_000_000);

    /// After this long without an attempt at its host, an endpoint of a list looks finished.
    const IDLE_FOR: Micros = Micros(1_000_000);

    /// The hosts that are down, in the order of announcement.
    pub fn hosts_down(&self) -> impl Iterator<Item = (&HostStats, &HostOutage)> {
        let is_over = self.ended.is_some();
        self.hosts.kept().filter(move |_| !is_over).filter_map(|host| Some((host, host.outage.as_ref()?)))
    }

    /// The hosts that were given up, in the order of announcement.
    pub fn hosts_given_up(&self) -> impl Iterator<Item = (&HostStats, &GivenUpHost)> {
        self.hosts.kept().filter_map(|host| Some((host, host.given_up.as_ref()?)))
    }

    /// Whether no host has work but those that are down.
    ///
    /// Not every endpoint has a known number of jobs, so a host counts as busy for a moment after its last attempt.
    pub fn is_down(&self, now: Offset) -> bool {
        let has_work = |host: &HostStats| {
            let is_busy = host.in_flight > 0 || host.waits_until(now).is_some() || host.is_quarantined;
            let was_busy = host.started > 0 && now.since(host.active) < Self::BUSY_FOR;
            host.outage.is_none() && host.given_up.is_none() && (is_busy || was_busy || self.waiting_jobs(host) > 0)
        };
        self.hosts_down().next().is_some() && !self.hosts.all().any(has_work)
    }

    /// The state of an endpoint, which may be that of its host: down, or none may start there.
    pub fn endpoint_state(&self, endpoint: &EndpointStats, now: Offset) -> EndpointState {
        let state = endpoint.state(now);
        if !matches!(state, EndpointState::Limited | EndpointState::Running | EndpointState::Queued) {
            return state;
        }
        if let (Stage::Ended(how), None, 1..) = (self.stage, endpoint.jobs, endpoint.settled()) {
            let end = endpoint.end_state();
            return if how != RunEnd::Finished && end == EndpointState::Done { EndpointState::Cancelled } else { end };
        }
        let host = endpoint.host.filter(|_| self.ended.is_none()).and_then(|host| self.hosts.get(host));
        match host {
            Some(host) if host.given_up.is_some() && endpoint.in_flight == 0 => EndpointState::Failed,
            Some(host) if host.outage.is_some() => EndpointState::HostDown,
            Some(host) if endpoint.in_flight == 0 && host.is_limited(now) => EndpointState::Limited,
            Some(host) if state == EndpointState::Running && self.is_idle(endpoint, host, now) => endpoint.end_state(),
            _ => state,
        }
    }

    /// Whether an endpoint looks finished: it is one of a list, which does not say how many jobs are its, and nothing has
    /// happened at its host for a while.
    fn is_idle(&self, endpoint: &EndpointStats, host: &HostStats, now: Offset) -> bool {
        let is_of_list = endpoint.jobs.is_none() && self.jobs.is_some() && !self.is_polled;
        let has_none_open =
            endpoint.in_flight == 0 && endpoint.settled() > 0 && host.in_flight == 0 && host.parked == 0;
        is_of_list && has_none_open && now.since(host.active) >= Self::IDLE_FOR
    }

    /// How much of an endpoint is done, from 0 to 1. Without a known number of jobs, only its state shows that.
    pub fn progress(&self, endpoint: &EndpointStats, now: Offset) -> f64 {
        let is_over = |state| matches!(state, EndpointState::Done | EndpointState::Failed | EndpointState::Cancelled);
        match self.jobs_of(endpoint) {
            Some(jobs) => endpoint.settled() as f64 / jobs.max(1) as f64,
            None if endpoint.settled() > 0 && is_over(self.endpoint_state(endpoint, now)) => 1.0,
            None => 0.0,
        }
    }

    /// The number of an endpoint's jobs, if known: all jobs of the run are those of its only endpoint.
    pub fn jobs_of(&self, endpoint: &EndpointStats) -> Option<u64> {
        endpoint.jobs.or(if self.endpoints.len() == 1 { self.jobs } else { None })
    }

    /// Whether nothing more will come of an endpoint.
    pub fn is_settled(&self, endpoint: &EndpointStats) -> bool {
        self.ended.is_some() || self.jobs_of(endpoint).is_some_and(|jobs| endpoint.settled() >= jobs)
    }

    /// Records that a host does not answer. Only the start of an outage is logged.
    pub(super) fn set_down(&mut self, at: Offset, host: (Origin, HostId), why: &Arc<str>, next_try: Offset) {
        let i = self.known_host(host.0, host.1);
        let stats = self.hosts.at(i);
        if let Some(outage) = &mut stats.outage {
            (outage.next_try, outage.why) = (next_try, Arc::clone(why));
            return;
        }
        stats.outage = Some(HostOutage { since: at, next_try, why: Arc::clone(why) });
        self.log_host(at, i, HostNotice::Down, why);
    }

    /// Records that a host answers again, or that its jobs are given up.
    pub(super) fn end_outage(&mut self, at: Offset, host: (Origin, HostId), given_up: Option<&Arc<str>>) {
        let i = self.known_host(host.0, host.1);
        let stats = self.hosts.at(i);
        let lasted = stats.outage.take().map(|outage| {
            let lasted = at.since(outage.since);
            stats.past_outages.add(&outage, lasted);
            units::length(lasted)
        });
        stats.given_up =
            given_up.map(|why| GivenUpHost { since: at, why: Arc::clone(why), was_down: lasted.is_some() });
        stats.last_given_up = stats.given_up.clone().or_else(|| stats.last_given_up.take());
        if let Some(why) = given_up {
            self.log_host(at, i, HostNotice::GivenUp, why);
        } else {
            let text = lasted.map_or_else(|| "up".into(), |lasted| format!("up after {lasted}").into());
            self.log_host(at, i, HostNotice::Up, &text);
        }
    }

    /// Records that nothing starts at a host before `until`. A wait that the server asked for may be longer.
    pub(super) fn cool(&mut self, at: Offset, host: usize, until: Offset) {
        let stats = self.hosts.at(host);
        // Attempts that were in flight together are all refused.
        let is_known = stats.cooldown.is_some_and(|before| before > at && stats.is_wait_reported);
        (stats.cooldown, stats.cooled_at) = (Some(until), at);
        let waits = until.since(at);
        stats.wait_named = None;
        let Some((_, asked)) = stats.wait_asked.filter(|&(when, asked)| when == at && asked >= LONG_WAIT) else {
            stats.is_wait_reported &= is_known;
            return;
        };
        stats.is_wait_reported = true;
        let is_cut = asked > waits + Self::CUT_LEAST;
        if is_cut {
            stats.wait_named = Some(at + asked);
            stats.wait_cut = stats.wait_cut.max(Some((asked, waits)));
        }
        match (is_known, is_cut) {
            (true, _) => {}
            (false, true) => self.log_host(at, host, HostNotice::WaitCut, &wait_cut_text(asked, waits).into()),
            (false, false) => {
                let why = format!("asked for a wait of {}", units::length(asked));
                self.log_host(at, host, HostNotice::Waits, &why.into());
            }
        }
    }

    /// The jobs that wait for a host: those of its endpoints that have not started, or else those parked for it.
    ///
    /// An endpoint without a known number of jobs has no jobs that have not started.
    pub fn waiting_jobs(&self, host: &HostStats) -> u64 {
        let endpoints = self.endpoints.iter().filter(|it| it.host == Some(host.number) && !it.is_skipped);
        let left: u64 = endpoints.map(|endpoint| endpoint.left().unwrap_or(0)).sum();
        left.saturating_sub(host.in_flight.into()).max(host.parked)
    }

    /// Records that answers with a status count as refusals at a host.
    pub(super) fn recognize_refusal(&mut self, at: Offset, host: (Origin, HostId), status: u16, why: &Arc<str>) {
        let i = self.known_host(host.0, host.1);
        let recognized = &mut self.hosts.at(i).recognized;
        recognized.retain(|known| known.status != status);
        if recognized.len() < RECOGNIZED_MOST {
            recognized.push(RecognizedRefusal { status, why: Arc::clone(why) });
        }
        self.log_host(at, i, HostNotice::Refuses(status), why);
    }

    /// Records that answers with a status no longer count as refusals at a host.
    pub(super) fn dismiss_refusal(&mut self, at: Offset, host: (Origin, HostId), status: u16, why: &Arc<str>) {
        let i = self.known_host(host.0, host.1);
        self.hosts.at(i).recognized.retain(|known| known.status != status);
        self.log_host(at, i, HostNotice::NoLongerRefuses(status), why);
    }

    /// Logs what happens to a host as a whole. A host that goes down and up many times a second adds one entry.
    fn log_host(&mut self, at: Offset, host: usize, notice: HostNotice, why: &Arc<str>) {
        let name = Arc::clone(&self.hosts.at(host).name);
        let event = LogEvent::Host(Arc::clone(&name), notice, Arc::clone(why));
        self.event_log.replace_newest(at, event, |newest| {
            let LogEvent::Host(of, before, _) = &newest.event else { return false };
            let is_back = *before == HostNotice::Up && notice == HostNotice::Down;
            let is_same = *of == name && (*before == notice || is_back);
            is_same && at.since(newest.at) < Self::NOTICES_IN_A_ROW
        });
    }

    /// Records that a job waits for its host after this attempt.
    pub(super) fn park(&mut self, origin: Origin, attempt: Attempt, host: usize) {
        if self.parked.len() < PARKED_MOST && self.parked.insert((origin, attempt.job), host).is_none() {
            self.hosts.at(host).parked += 1;
        }
    }

    /// Records that a job no longer waits for its host.
    pub(super) fn unpark(&mut self, origin: Origin, job: JobId) {
        if let Some(host) = self.parked.remove(&(origin, job)) {
            let stats = self.hosts.at(host);
            stats.parked = stats.parked.saturating_sub(1);
        }
    }
}

/// That a server asked for a longer wait than the plan allows, and the setting that decides.
pub fn wait_cut_text(asked: Micros, waits: Micros) -> String {
    let (asked, waits) = (units::length(asked), units::length(waits));
    format!("asked for a wait of {asked}: its jobs fail after {waits} (`retry.longest_wait`)")
}

/// The moment that a server named, when its jobs fail before that, and the setting that decides.
pub fn cut_wait_text(wait: CutWait) -> String {
    let (until, fails_at) = (units::clock_seconds(wait.until), units::clock_seconds(wait.fails_at));
    format!("nothing starts before {until}, as it asked; its jobs fail at {fails_at} (`retry.longest_wait`)")
}
