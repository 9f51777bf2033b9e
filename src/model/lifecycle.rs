//! Updates of the model for the start and the end of attempts and jobs.

use std::sync::Arc;

use crate::event::cause::Cause;
use crate::event::due_time::DueTime;
use crate::event::origin::Origin;
use crate::event::outcome::{JobEnd, Outcome, PhaseTimes, Reason};
use crate::event::{Attempt, JobId, Micros, Offset};
use crate::model::Model;
use crate::model::anatomy::Ending;
use crate::model::event_log::{FollowUp, LogEvent};
use crate::model::incidents::example::Example;
use crate::model::marks::Mark;
use crate::model::open::OpenAttempt;
use crate::model::timeline::{AttemptEnd, Bar};

/// How a job ended.
pub(super) struct Settled<'e> {
    pub(super) job: JobId,
    /// Index of its endpoint.
    pub(super) endpoint: usize,
    pub(super) end: &'e JobEnd,
    pub(super) tries: u32,
    pub(super) target: Option<&'e Arc<str>>,
}

impl Model {
    /// Records the start of an attempt.
    pub(super) fn start_attempt(&mut self, bar: Bar, until: Option<Offset>, due: Option<DueTime>) {
        let (at, origin, attempt) = (bar.started, bar.origin, bar.attempt);
        let &Bar { endpoint, host, slot, .. } = &bar;
        self.totals.started += 1;
        self.endpoints[endpoint].in_flight += 1;
        self.endpoints[endpoint].host = Some(host);
        self.endpoints[endpoint].anatomy.start(bar.waited);
        self.anatomy.start(bar.waited);
        if self.endpoints[endpoint].detect_list(&bar.target) {
            self.addresses.start(&bar);
        }
        if let Some(since_due) = &mut self.since_due {
            since_due.start(due);
            self.endpoints[endpoint].since_due.start(due);
        }
        let before = self.in_flight();
        let host_entry = self.hosts.at(host);
        host_entry.in_flight += 1;
        host_entry.started += 1;
        host_entry.active = at;
        host_entry.next_start = None;
        host_entry.usage.start(at, before.saturating_add(1), &bar.waited);
        let target = Arc::clone(&bar.target);
        let (number, left) = self.timeline.start(bar);
        if let Some(left) = left {
            let n_endpoints = self.endpoints.len();
            self.endpoints[left.endpoint].kept.leave_timeline(left, n_endpoints);
        }
        let flight = OpenAttempt {
            started: at,
            until,
            due,
            endpoint,
            host,
            slot,
            progress: None,
            answer: None,
            target,
            number,
            spans_stop: false,
        };
        self.evidence.record_start(attempt, &flight, before);
        if let Some(displaced) = self.open.start(origin, attempt, flight) {
            self.anomalies.double_starts += 1;
            self.timeline.end(displaced.number, AttemptEnd { at, outcome: None, spent: PhaseTimes::default() });
            self.release(&displaced);
        }
        self.level.set(at, self.in_flight());
        self.update_idle_pause(at);
    }

    /// Records the end of an attempt.
    pub(super) fn end_attempt(
        &mut self,
        at: Offset,
        (origin, attempt): (Origin, Attempt),
        flight: OpenAttempt,
        (outcome, spent): (&Outcome, PhaseTimes),
    ) {
        self.release(&flight);
        let bar = self.timeline.end(flight.number, AttemptEnd { at, outcome: Some(outcome.clone()), spent });
        if let Some(bar) = bar {
            let n_endpoints = self.endpoints.len();
            self.endpoints[flight.endpoint].kept.end(bar, n_endpoints);
        }
        self.level.set(at, self.in_flight());
        self.update_idle_pause(at);
        let (service, spent) = (at.since(flight.started), flight.known_phases(spent));
        self.totals.count(outcome, service);
        self.totals.stale += u64::from(spent.stale.is_some());
        self.recent_counts.ended.count(self.working_time(at));
        self.history.count(at, outcome);
        let levels = (self.in_flight(), self.level.peak());
        self.evidence.record_end(at, &flight, (outcome, &spent), levels, &self.idle);
        let endpoint = &mut self.endpoints[flight.endpoint];
        self.evidence.record_pause(at, (&flight, outcome), levels.1, &endpoint.latency, &self.open);
        let host = self.hosts.at(flight.host);
        host.active = at;
        host.usage.end(service, outcome, &spent);
        self.history.problems.count(at, outcome, &host.name);
        let is_bad = Cause::from_outcome(outcome).is_some();
        // That a host is still down is no news: the log has the start and the end of its outage.
        let is_probe = host.outage.as_ref().is_some_and(|outage| flight.started > outage.since);
        endpoint.used = (endpoint.used.0 + 1, endpoint.used.1 + service);
        self.evidence.record_use(flight.endpoint, endpoint.used.1);
        // During a stop, no phase has a known length.
        let took = (!flight.spans_stop).then_some(service);
        endpoint.anatomy.end(Ending::from(outcome), took, spent);
        self.anatomy.end(Ending::from(outcome), took, spent);
        self.addresses.end(at, (origin, attempt.job), service, Ending::from(outcome));
        let is_answer = matches!(outcome, Outcome::Answered { .. });
        host.answered += u64::from(is_answer);
        host.failed += u64::from(is_bad && is_answer);
        match outcome {
            Outcome::Answered { expected, .. } => self.record_answer(at, &flight, *expected),
            Outcome::Throttled { status, retry_after } => {
                host.throttled += 1;
                host.wait_asked = retry_after.map(|asked| (at, asked));
                (endpoint.throttled, endpoint.throttled_at) = (endpoint.throttled + 1, Some(at));
                self.recent_counts.throttled.count(self.working_time(at));
                self.marks.record_refusal(at, *status);
            }
            // Refusals, time-outs and redirects are not service times of answers.
            Outcome::TimedOut { .. } | Outcome::Failed { .. } => host.failed += 1,
            Outcome::Redirected { .. } | Outcome::Cancelled => {}
        }
        if is_bad {
            if !matches!(outcome, Outcome::Throttled { .. }) {
                self.failed_before.insert((origin, attempt.job));
            }
            let OpenAttempt { endpoint, target, answer, .. } = flight;
            let example = Example {
                endpoint,
                attempt: Some(attempt),
                at,
                took: service,
                answer,
                ..Example::from_outcome(outcome, Some(&target))
            };
            self.incidents.count_attempt(outcome, example, self.timeline.nth(flight.number));
            if is_probe {
                return;
            }
            let (outcome, took, then) = (outcome.clone(), service, FollowUp::Open);
            self.event_log.add(at, LogEvent::AttemptFailed { origin, attempt, endpoint, target, outcome, took, then });
        }
    }

    /// Records the service time of an answer.
    fn record_answer(&mut self, at: Offset, flight: &OpenAttempt, is_expected: bool) {
        let service = at.since(flight.started);
        let working = self.working_time(at);
        let endpoint = &mut self.endpoints[flight.endpoint];
        if is_expected {
            self.recent_counts.good.count(working);
        }
        if self.warm.is_some_and(|warm| flight.started < warm) {
            self.totals.warmup += 1;
        } else if flight.spans_stop {
            // The answer may have come at any moment of the stop.
            self.totals.across_stops += 1;
        } else {
            self.hosts.at(flight.host).latency.record(service);
            self.latency.record(service);
            if is_expected {
                self.good_latency.record(service);
            }
            endpoint.latency.record(service);
            if let Some(since_due) = &mut self.since_due {
                since_due.end(flight.started, flight.due, at);
                endpoint.since_due.end(flight.started, flight.due, at);
            }
        }
        if !flight.spans_stop {
            self.recent.record(working, service, is_expected);
            self.history.record(at, service);
            endpoint.trend.record(at, service);
        }
    }

    /// Records that the process of a machine was stopped until now.
    pub(super) fn stop_clock(&mut self, at: Offset, origin: Origin, lasted: Micros) {
        self.totals.stops += 1;
        self.totals.stopped += lasted;
        self.open.mark_stop(origin);
        self.evidence.record_stop(at, lasted);
        self.marks.set(at, Mark::Stopped(lasted));
        self.event_log.add(at, LogEvent::Stopped(lasted));
    }

    /// Marks the start or the end of a pause.
    pub(super) fn mark_pause(&mut self, at: Offset, mark: Mark) {
        self.update_idle_pause(at);
        self.marks.set(at, mark);
    }

    /// Records whether the run is paused with nothing in flight.
    fn update_idle_pause(&mut self, at: Offset) {
        self.idle_pause.update(at, self.is_paused && self.in_flight() == 0);
    }

    /// Records the end of a job.
    pub(super) fn settle_job(&mut self, at: Offset, origin: Origin, settled: &Settled<'_>) {
        let &Settled { job, endpoint, end, tries, target } = settled;
        self.recent_counts.settled.count(self.working_time(at));
        self.addresses.settle(at, (origin, job), end);
        let has_failed = self.failed_before.remove(&(origin, job));
        if self.repeated.remove(&(origin, job)) {
            self.totals.repeats_done += u64::from(*end == JobEnd::Done);
        }
        match end {
            JobEnd::Done => {
                self.totals.jobs_done += 1;
                let counter = if has_failed { &mut self.totals.jobs_saved } else { &mut self.totals.jobs_waited };
                *counter += u64::from(tries > 1);
                self.endpoints[endpoint].done += 1;
                self.endpoints[endpoint].rounds.settle(true);
                self.endpoints[endpoint].retried += u64::from(tries > 1);
            }
            JobEnd::Failed { last } => {
                self.totals.jobs_failed += 1;
                self.recent_counts.failed.count(self.working_time(at));
                self.endpoints[endpoint].failed += 1;
                self.endpoints[endpoint].rounds.settle(false);
                self.incidents.count(at, endpoint, last, target);
                if tries == 0 {
                    self.incidents.mark_unsent(last);
                }
                // That the host was given up is in the log already, and its jobs may be many.
                let is_logged = Cause::from_outcome(last) == Some(Cause::Failed(Reason::GivenUp))
                    || self.event_log.follow_up(origin, |other| other.job == job, FollowUp::GivenUp(tries));
                if !is_logged {
                    self.event_log.add(at, LogEvent::JobFailed { endpoint, last: last.clone() });
                }
            }
            JobEnd::Cancelled => {
                self.totals.jobs_cancelled += 1;
                self.endpoints[endpoint].cancelled += 1;
            }
        }
    }

    /// Records that a failed job is repeated as a new job.
    pub(super) fn repeat_job(&mut self, at: Offset, job: (Origin, JobId), endpoint: usize, after: &Outcome) {
        self.change_part(job.0, |part| part.jobs = part.jobs.map(|jobs| jobs.saturating_add(1)));
        let jobs = &mut self.endpoints[endpoint].jobs;
        *jobs = jobs.map(|jobs| jobs.saturating_add(1));
        self.totals.jobs_repeated += 1;
        self.repeated.insert(job);
        let Some(cause) = Cause::from_outcome(after) else { return };
        self.incidents.repeat(cause);
        let before = self.event_log.newest().and_then(|item| match item.event {
            LogEvent::Repeated { cause: last, jobs } if last == cause && item.at == at => Some(jobs),
            _ => None,
        });
        let event = LogEvent::Repeated { cause, jobs: before.unwrap_or(0) + 1 };
        self.event_log.replace_newest(at, event, |_| before.is_some());
    }

    /// Removes an attempt from the in-flight counts of its endpoint and host.
    fn release(&mut self, flight: &OpenAttempt) {
        let endpoint = &mut self.endpoints[flight.endpoint];
        endpoint.in_flight = endpoint.in_flight.saturating_sub(1);
        let host = self.hosts.at(flight.host);
        host.in_flight = host.in_flight.saturating_sub(1);
    }
}
