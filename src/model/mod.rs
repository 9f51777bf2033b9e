//! The state of a run, computed from its events.
//!
//! The model is a fold over events. [`Model::apply`] never panics or fails, and counts contradictory events as
//! anomalies. It reads no clock, and its memory is bounded by the endpoints, the attempts in flight and the jobs that
//! wait for a host. Start at [`Model::apply`].

pub mod anatomy;
mod bins;
mod controls;
pub mod endpoint;
pub mod event_log;
pub mod expectation;
pub mod figures;
pub mod histogram;
pub mod history;
pub mod host;
pub mod incidents;
pub mod level;
mod lifecycle;
mod lookup;
pub mod loop_use;
pub mod marks;
pub mod moment;
pub mod open;
mod origins;
pub mod outage;
pub mod program_facts;
pub mod race;
pub mod round_history;
pub mod since_due;
pub mod timeline;
pub mod totals;
pub mod verdict;
pub mod window;

use std::collections::HashSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::event::adaptive::AdaptiveMode;
use crate::event::idle::Idle;
use crate::event::origin::Origin;
use crate::event::reasons::{RetryReason, RunEnd};
use crate::event::waits::WaitTimes;
use crate::event::{EndpointId, Event, Fact, JobId, Offset};
use crate::model::anatomy::Anatomy;
use crate::model::endpoint::addresses::AddressTable;
use crate::model::endpoint::{EndpointProfile, EndpointStats};
use crate::model::event_log::{EventLog, FollowUp, LogEvent};
use crate::model::histogram::Histogram;
use crate::model::history::RunHistory;
use crate::model::host::adapted::AdaptedLimit;
use crate::model::host::table::Hosts;
use crate::model::incidents::Incidents;
use crate::model::level::Level;
use crate::model::lifecycle::Settled;
use crate::model::loop_use::LoopUse;
use crate::model::marks::{Mark, Marks};
use crate::model::moment::MarkedMoments;
use crate::model::open::{AttemptProgress, OpenAttempts};
use crate::model::origins::{OriginPart, Origins};
use crate::model::round_history::RoundClock;
use crate::model::since_due::SinceDue;
use crate::model::timeline::{Bar, Timeline};
use crate::model::totals::{Anomalies, Totals};
use crate::model::verdict::evidence::Evidence;
use crate::model::window::recent::RecentLatencies;
use crate::model::window::{IdlePause, RecentCounts};

/// Everything that the screen, the summary and the plain lines show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// The name of the run; foreign text.
    pub name: Arc<str>,
    /// Whether the TLS certificates of some host are not checked.
    pub is_insecure: bool,
    /// The stage of the run.
    pub stage: Stage,
    /// Whether the run is paused. It may be draining or cancelling at the same time.
    pub is_paused: bool,
    /// When limits adapt, as reported.
    pub adaptive: AdaptiveMode,
    /// The limit of attempts in flight, if there is one.
    pub limit: Option<u32>,
    /// The limit at the start of the run.
    pub first_limit: Option<u32>,
    /// The limit at the end of the ramp, while the limit rises to it.
    pub ramp_target: Option<u32>,
    /// Number of jobs, if known.
    pub jobs: Option<u64>,
    /// When the last job is drawn, if the batch is repeated for a time.
    pub until: Option<Offset>,
    /// The end of the warm-up.
    pub warm: Option<Offset>,
    /// Whether the batch repeats in rounds.
    pub is_polled: bool,
    /// Its current round, and when the next one is due.
    pub rounds: RoundClock,
    /// Counts over the whole run.
    pub totals: Totals,
    /// The largest number of jobs of one endpoint.
    pub most_jobs: u64,
    /// Endpoints, in the order in which they were announced.
    pub endpoints: Vec<EndpointStats>,
    /// The addresses of lists.
    pub addresses: AddressTable,
    /// The breakdown of all attempts.
    pub anatomy: Anatomy,
    /// Hosts; if there are too many, those that were idle longest are counted together.
    pub hosts: Hosts,
    /// Attempts in flight.
    pub open: OpenAttempts,
    /// The last attempts, for the waterfall.
    pub timeline: Timeline,
    /// Number of attempts in flight over time.
    pub level: Level,
    /// Service times of answered attempts over the whole run.
    pub latency: Histogram,
    /// Those of the expected answers alone: errors are often faster.
    pub good_latency: Histogram,
    /// Latencies since due, if the run has a rate.
    pub since_due: Option<SinceDue>,
    /// The limit in force over time; 0 without one.
    pub limit_over_time: Level,
    /// What the event loops of a watched program did over time.
    pub loops: LoopUse,
    /// How attempts ended, and how long answers took, over time.
    pub history: RunHistory,
    /// Counts of the last minute.
    pub recent_counts: RecentCounts,
    /// Failures by cause.
    pub incidents: Incidents,
    /// The last notable events.
    pub event_log: EventLog,
    /// Marks under the in-flight chart: why the level changed.
    pub marks: Marks,
    /// The figures at the moments that the user has marked.
    pub marked: MarkedMoments,
    /// Contradictory events.
    pub anomalies: Anomalies,
    /// When the last event happened.
    pub last: Offset,
    /// When the run ended.
    pub ended: Option<Offset>,
    /// Idle slots × time, by reason.
    pub idle: Idle,
    /// The time that attempts waited before they started, by reason.
    pub waits: WaitTimes,
    /// The data for the verdict.
    pub evidence: Evidence,
    /// Attempts in flight that sources only report as a level.
    level_reported: u32,
    origins: Origins,
    recent: RecentLatencies,
    idle_pause: IdlePause,
    /// Repeated jobs that have not settled.
    repeated: HashSet<(Origin, JobId)>,
    /// Jobs with an attempt that failed and was not refused, until they settle.
    failed_before: FxHashSet<(Origin, JobId)>,
    /// Jobs that follow a redirect, until their next attempt starts.
    redirected: FxHashSet<(Origin, JobId)>,
    /// The host that each parked job waits for.
    parked: FxHashMap<(Origin, JobId), usize>,
    endpoint_index: FxHashMap<(Origin, EndpointId), usize>,
}

/// The stage of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// The run has not started.
    #[default]
    Ready,
    /// Attempts start as the limits allow.
    Running,
    /// No attempt starts any more; those in flight finish.
    Draining,
    /// Everything in flight is being cancelled.
    Cancelling,
    /// The run is over.
    Ended(RunEnd),
}

impl Model {
    /// Updates the model with one event.
    #[expect(clippy::too_many_lines, reason = "one short arm for each kind of fact")]
    pub fn apply(&mut self, event: &Event) {
        let origin = event.origin;
        let at = self.origins.journal_time(origin, event.at);
        self.last = self.last.max(at);
        match &event.fact {
            Fact::OriginJoined { name, zero } => {
                self.origins.join(origin, name, *zero);
            }
            Fact::RunStarted { name, limit, jobs, insecure, times } => {
                let times = times.unwrap_or_default();
                self.until = times.until.map(|until| self.origins.journal_time(origin, until)).or(self.until);
                self.warm = times.warm.map(|warm| self.origins.journal_time(origin, warm)).or(self.warm);
                self.rounds.every = times.every.or(self.rounds.every);
                self.rounds.of = times.rounds.or(self.rounds.of);
                if times.gap.is_some() {
                    self.since_due.get_or_insert_default();
                }
                self.name = Arc::clone(name);
                self.is_insecure |= *insecure;
                self.change_part(origin, |part| {
                    (part.limit, part.first_limit, part.jobs) = (*limit, *limit, *jobs);
                    (part.stage, part.ended) = (Stage::Running, None);
                });
                self.record_limit(at);
            }
            Fact::EndpointAnnounced { endpoint, name, jobs } => {
                let i = self.endpoint(origin, *endpoint);
                (self.endpoints[i].name, self.endpoints[i].jobs) = (Arc::clone(name), *jobs);
                self.most_jobs = self.most_jobs.max(jobs.unwrap_or(0));
            }
            Fact::EndpointProfile { endpoint, headers, body, varies } => {
                let i = self.known_endpoint(origin, *endpoint);
                let profile = EndpointProfile { headers: headers.clone().into(), body: *body, varies: *varies };
                self.endpoints[i].profile = Some(profile);
            }
            Fact::HostAnnounced { host, name, limit } => {
                let number = self.hosts.announce(origin, *host, name, self.last);
                let host = self.hosts.at(number);
                (host.limit, host.first_limit) = (*limit, *limit);
            }
            Fact::JobsReordered { jobs, of } => {
                self.event_log.add(at, LogEvent::JobsReordered { jobs: *jobs, of: *of });
            }
            Fact::PlanDrawn { jobs } => self.change_part(origin, |part| part.jobs = Some(*jobs)),
            Fact::AttemptStarted { attempt, endpoint, host, row, page, slot, target, waited, until, due } => {
                let endpoint = self.known_endpoint(origin, *endpoint);
                let host = self.known_host(origin, *host);
                self.waits += *waited;
                self.unpark(origin, attempt.job);
                let is_redirect = self.redirected.remove(&(origin, attempt.job));
                self.totals.retries += u64::from(attempt.n > 1 && !is_redirect);
                self.totals.start_page(*page, attempt.n);
                let until = until.map(|until| self.origins.journal_time(origin, until));
                let bar = Bar {
                    origin,
                    attempt: *attempt,
                    endpoint,
                    host,
                    slot: *slot,
                    row: *row,
                    target: Arc::clone(target),
                    waited: *waited,
                    started: at,
                    progress: None,
                    end: None,
                    retry: None,
                };
                let due = due.map(|due| self.origins.journal_due(origin, due));
                self.start_attempt(bar, until, due);
            }
            Fact::AttemptEnded { attempt, outcome, spent, malformed, decoded } => match self.open.end(origin, *attempt)
            {
                Some(flight) => {
                    self.totals.malformed = self.totals.malformed.saturating_add(*malformed);
                    self.totals.count_decoded(outcome, *decoded);
                    self.end_attempt(at, (origin, *attempt), flight, (outcome, *spent));
                }
                None => self.anomalies.orphan_ends += 1,
            },
            Fact::AttemptProgressed { attempt, phase, bytes, received } => {
                let received = received.map(|received| self.origins.journal_time(origin, received));
                let progress = AttemptProgress { phase: *phase, bytes: *bytes, received };
                if let Some(number) = self.open.record_progress(origin, *attempt, progress) {
                    self.timeline.record_progress(number, progress);
                }
            }
            Fact::FailureSampled { attempt, answer } => self.open.record_answer(origin, *attempt, answer),
            Fact::RetryScheduled { attempt, until, why } => {
                self.evidence.record_retry(*why);
                let until = self.origins.journal_time(origin, *until);
                let waits_for_host = *why == RetryReason::Host;
                if let Some(&Bar { endpoint, host, .. }) = self.timeline.record_retry(origin, *attempt, until) {
                    self.endpoints[endpoint].kept.record_retry(origin, *attempt, until);
                    if waits_for_host {
                        self.park(origin, *attempt, host);
                    }
                }
                let then = if waits_for_host { FollowUp::Parked } else { FollowUp::Retry(until) };
                self.event_log.follow_up(origin, |other| other == attempt, then);
            }
            Fact::RetryExcluded { after, why } => self.incidents.exclude_retry(after, *why),
            Fact::RedirectFollowed { attempt, .. } => {
                self.redirected.insert((origin, attempt.job));
            }
            Fact::JobSettled { job, endpoint, end, tries, total, waited, target } => {
                self.evidence.record_settled(end, *total, waited);
                let endpoint = self.known_endpoint(origin, *endpoint);
                self.unpark(origin, *job);
                self.redirected.remove(&(origin, *job));
                let (job, tries, target) = (*job, *tries, target.as_ref());
                self.settle_job(at, origin, &Settled { job, endpoint, end, tries, target });
            }
            Fact::JobRepeated { job, endpoint, after, .. } => {
                let endpoint = self.known_endpoint(origin, *endpoint);
                self.repeat_job(at, (origin, *job), endpoint, after);
            }
            Fact::LimitChanged { scope, limit, by } => self.change_limit(at, origin, *scope, *limit, *by),
            Fact::AdaptiveSet { on, mode } => {
                let older = if *on { AdaptiveMode::On } else { AdaptiveMode::Off };
                self.set_adaptive(at, mode.unwrap_or(older));
            }
            Fact::Adapted { host, limit, gap, window, why } => {
                let host = self.known_host(origin, *host);
                self.adapt(at, host, AdaptedLimit { limit: *limit, gap: *gap, window: *window }, why);
            }
            Fact::LimitLearned { host, learned } => {
                let i = self.known_host(origin, *host);
                self.hosts.at(i).learned = *learned;
            }
            Fact::RefusalRecognized { host, status, why } => {
                self.recognize_refusal(at, (origin, *host), *status, why);
            }
            Fact::RefusalDismissed { host, status, why } => {
                self.dismiss_refusal(at, (origin, *host), *status, why);
            }
            Fact::HostDown { host, why, next_try } => {
                let next_try = self.origins.journal_time(origin, *next_try);
                self.set_down(at, (origin, *host), why, next_try);
            }
            Fact::HostUp { host } => self.end_outage(at, (origin, *host), None),
            Fact::HostGivenUp { host, why } => self.end_outage(at, (origin, *host), Some(why)),
            Fact::CooldownSet { host, until } => {
                let i = self.known_host(origin, *host);
                let until = self.origins.journal_time(origin, *until);
                self.cool(at, i, until);
            }
            Fact::HostWaits { host, until } => {
                let i = self.known_host(origin, *host);
                self.hosts.at(i).next_start = Some(self.origins.journal_time(origin, *until));
            }
            Fact::RoundStarted { endpoint, round, late } => {
                self.evidence.interventions += 1;
                self.is_polled = true;
                self.rounds.begin(*round, Offset(at.0.saturating_sub(late.0)));
                self.totals.late_rounds += u64::from(!late.is_zero());
                if let Some(endpoint) = endpoint {
                    let i = self.known_endpoint(origin, *endpoint);
                    self.endpoints[i].round = *round;
                    self.endpoints[i].rounds.begin();
                }
            }
            Fact::EndpointStateChanged { endpoint, up } => {
                let endpoint = self.known_endpoint(origin, *endpoint);
                let after = self.endpoints[endpoint].set_health(*up, at);
                self.event_log.add(at, LogEvent::EndpointStateChanged { endpoint, is_up: *up, after });
            }
            Fact::EndpointSkipped { endpoint } => {
                let i = self.known_endpoint(origin, *endpoint);
                self.endpoints[i].is_skipped = true;
                self.event_log.add(at, LogEvent::Skipped(i));
            }
            Fact::HostQuarantined { host } => self.set_quarantine(at, (origin, *host), true),
            Fact::HostReleased { host } => self.set_quarantine(at, (origin, *host), false),
            Fact::Paused => {
                self.evidence.interventions += 1;
                self.change_part(origin, |part| part.is_paused = true);
                self.mark_pause(at, Mark::Paused);
                self.event_log.add(at, LogEvent::Paused);
            }
            Fact::Resumed => {
                self.change_part(origin, |part| part.is_paused = false);
                self.mark_pause(at, Mark::Resumed);
                self.event_log.add(at, LogEvent::Resumed);
            }
            Fact::Marked => self.mark_moment(at),
            Fact::Draining => {
                self.change_part(origin, |part| part.stage = Stage::Draining);
                self.marks.set(at, Mark::Draining);
                self.event_log.add(at, LogEvent::Draining);
            }
            Fact::Cancelling => {
                self.change_part(origin, |part| part.stage = Stage::Cancelling);
                self.event_log.add(at, LogEvent::Cancelling);
            }
            Fact::LevelReported { in_flight } => {
                self.change_part(origin, |part| part.level = *in_flight);
                self.timeline.mark_incomplete();
                self.level.set(at, self.in_flight());
                self.evidence.record_level(at, self.level_reported);
            }
            Fact::Stalled { lasted, place, details } => self.record_stall(at, *lasted, place.as_ref(), details),
            Fact::Program(fact) => self.record_program_fact(at, fact),
            Fact::Stopped { lasted } => self.stop_clock(at, origin, *lasted),
            Fact::TimersLate { observed, mean, worst } => {
                self.evidence.record_late_timers(at, (*observed, *mean, *worst));
            }
            Fact::SlotsIdle { idle } => self.change_part(origin, |part| part.idle = *idle),
            Fact::Warned { about, message } => {
                self.totals.warnings += 1;
                self.event_log.add(at, LogEvent::Warned(*about, Arc::clone(message)));
            }
            Fact::RunReopened => {
                self.evidence.interventions += 1;
                self.change_part(origin, |part| {
                    (part.stage, part.ended, part.is_paused) = (Stage::Running, None, false);
                });
            }
            Fact::RunEnded { how } => {
                self.change_part(origin, |part| (part.stage, part.ended) = (Stage::Ended(*how), Some(at)));
                self.event_log.add(at, LogEvent::Ended(*how));
            }
        }
    }

    /// Changes one machine's part of the run, and updates the sums over all machines.
    fn change_part(&mut self, origin: Origin, change: impl FnOnce(&mut OriginPart)) {
        change(self.origins.part(origin));
        let whole = self.origins.sum();
        (self.limit, self.first_limit, self.jobs) = (whole.limit, whole.first_limit, whole.jobs);
        (self.stage, self.is_paused, self.ended) = (whole.stage, whole.is_paused, whole.ended);
        (self.level_reported, self.idle) = (whole.level, whole.idle);
    }
}
