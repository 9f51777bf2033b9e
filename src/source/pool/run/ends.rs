//! Applies the end of an attempt, of a job and of the run to the shared state.
//!
//! Start at [`SharedRun::end`].

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::event::cause::Cause;
use crate::event::failure_sample::FailureSample;
use crate::event::outcome::{JobEnd, Outcome};
use crate::event::reasons::{RetryReason, RunEnd, WarningSource};
use crate::event::{EndpointId, Fact, Micros, Offset};
use crate::job_result::{Answer, JobResult};
use crate::plan::job::{Job, Place};
use crate::source::pool::cookies::CookieJar;
use crate::source::pool::outage::health_state::is_of_gateway;
use crate::source::pool::outcome::failure_sample;
use crate::source::pool::outcome::judge::Disposition;
use crate::source::pool::outcome::next_step::{self, JudgedAttempt, NextStep};
use crate::source::pool::retry;
use crate::source::pool::run::next_steps::EndedAttempt;
use crate::source::pool::run::shared_run::SharedRun;
use crate::source::pool::run::state::RunState;
use crate::source::pool::run::stops;
use crate::source::pool::schedule::adaptive_lane::{Acceptance, AttemptEvidence};
use crate::source::pool::schedule::failed_jobs::Failed;
use crate::source::pool::schedule::pending_job::{PendingJob, Ticket};
use crate::source::pool::schedule::refusal::HostResponse;
use crate::source::pool::schedule::refusal::backoff::Pause;
use crate::source::pool::schedule::settling::SettlingJob;
use crate::source::pool::wire::{Exchange, Reply};

/// The warning when there is no room to keep another failed job. Emitted once.
const TOO_MANY_LOST: &str = "more jobs have failed than are kept: only the first 10,000 can be sent again";

/// A sample of a bad answer. A bug in reading the server's text costs only the sample.
fn sample_of(job: &Job, exchange: &Exchange) -> Option<FailureSample> {
    panic::catch_unwind(AssertUnwindSafe(|| failure_sample::sample(job, exchange))).ok().flatten()
}

/// A job that is over.
#[derive(Debug)]
pub struct SettledJob {
    /// Its place in the plan.
    pub place: Place,
    /// Its endpoint.
    pub endpoint: EndpointId,
    /// Whether it went well; nothing if it was cancelled.
    pub is_good: Option<bool>,
    /// The fact that it is over.
    pub fact: Fact,
    /// What sending it again takes, if it failed.
    pub failed: Option<Failed>,
    /// The page after it, if it went well and has one, and the cookies for it.
    pub next_page: Option<(Box<Job>, Option<Arc<CookieJar>>)>,
}

impl SettledJob {
    /// A job that has ended.
    pub fn new(ready: Box<PendingJob>, end: JobEnd) -> Self {
        let total = ready.total();
        let PendingJob { job, original, id, tries, waited, next_page, cookies, .. } = *ready;
        let (place, endpoint) = (job.place, job.endpoint);
        let (is_good, target, failed) = match &end {
            JobEnd::Done => (Some(true), None, None),
            JobEnd::Failed { last } => {
                let target = Arc::clone(&job.target);
                (Some(false), Some(target), Some(Failed { job: original.unwrap_or(job), id, last: last.clone() }))
            }
            JobEnd::Cancelled => (None, None, None),
        };
        let fact = Fact::JobSettled { job: id, endpoint, end, tries, total, waited, target };
        let next_page = next_page.filter(|_| is_good == Some(true)).map(|next| (next, cookies));
        Self { place, endpoint, is_good, fact, failed, next_page }
    }
}

impl SharedRun {
    /// Applies an attempt's end, of which `exchange` is the evidence. Returns the job if it is over and its result
    /// must be delivered before it is settled.
    pub async fn end(&self, ticket: Ticket, disposition: Disposition, mut exchange: Exchange) -> Option<SettlingJob> {
        let Ticket { mut ready, slot } = ticket;
        let Disposition { mut outcome, hop, throttle, chance } = disposition;
        let attempt = ready.attempt();
        self.with_state(|state, now| {
            state.schedule.budget.count();
            let command = state.running.end(slot);
            let cooldown = throttle.cooldown.filter(|&until| until > now);
            let is_timed = cooldown.is_some();
            let mut response = state.schedule.classify(&mut ready, &mut outcome, is_timed);
            // The cooldown is the stated wait, but no longer than the plan allows.
            let evidence = AttemptEvidence {
                end: acceptance(response, cooldown.map(|until| until.since(now))),
                stated: throttle.stated,
            };
            let spans_stop = self.time.has_stopped_since(ready.started);
            if !spans_stop {
                let took = now.since(ready.started);
                state.schedule.medians.count(ready.job.endpoint, &ready.job.policy.timeouts, &outcome, took);
            }
            if Cause::from_outcome(&outcome).is_some_and(|cause| state.failure_samples.wants(cause))
                && let Some(answer) = sample_of(&ready.masked_job(), &exchange).map(Arc::new)
            {
                state.emit(now, Fact::FailureSampled { attempt, answer });
            }
            let (spent, malformed, decoded) = (exchange.phase_times, throttle.malformed.into(), exchange.decoded);
            state.emit(now, Fact::AttemptEnded { attempt, outcome: outcome.clone(), spent, malformed, decoded });
            if let Some(text) = &throttle.unreadable {
                state.warn_of_unreadable_wait(now, ready.host, text);
            }
            // The controller learns before anything asks it again.
            state.schedule.give_back(slot, &mut ready, &evidence);
            if response == HostResponse::Refused
                && let Some(until) = throttle.beyond
            {
                state.schedule.close_beyond(&ready, until);
            }
            let mut cooled = cooldown.filter(|&until| state.schedule.cool(ready.host, until));
            if response == HostResponse::Refused && !is_timed {
                match state.schedule.refuse(&ready, &outcome, chance) {
                    Pause::Begins(until) => cooled = Some(until),
                    Pause::Known => {}
                    Pause::Stray => response = HostResponse::RefusedAlone,
                }
            }
            if let Some(until) = cooled {
                state.emit(now, Fact::CooldownSet { host: ready.host, until });
            }
            if response == HostResponse::Refused && state.schedule.give_up_refusing(&ready) {
                response = HostResponse::RefusedForGood;
            }
            state.note_next_page(now, &mut ready, exchange.next_page.take());
            ready.end(now);
            ready.last = Some(outcome.clone());
            let is_of_stop = spans_stop && stops::may_be_of_stop(&outcome);
            // Such an end is no evidence that the host is down. But a 403 of the job's own shows that the host is up.
            let is_no_sign = response == HostResponse::OwnAnswer && is_of_gateway(&outcome) || is_of_stop;
            let sign = if is_no_sign { &Outcome::Cancelled } else { &outcome };
            let fate = state.schedule.observe_host(&ready, sign, fastrand::f64());
            let judged = JudgedAttempt { outcome: &outcome, response, hop, wait: throttle.wait, is_timed, chance };
            let next_step = next_step::decide(&mut state.schedule, now, &ready, judged);
            if matches!(next_step, NextStep::Settle(_) | NextStep::Hold(_)) {
                state.emit_excluded_retry(now, &ready.job, &outcome);
            }
            let shortage = state.schedule.observe_machine(&outcome).map(|until| (until, RetryReason::Backoff));
            let is_repeated = is_of_stop && retry::may_repeat(&outcome, &ready.job.policy.retry, &ready.job.method);
            let free_retry = shortage.or(is_repeated.then_some((now, RetryReason::Asked)));
            let answer = self.collects().then(|| answer_of(exchange)).flatten();
            let ended = EndedAttempt { ready, outcome, fate, free_retry, command, answer };
            let settling = state.continue_job(now, ended, next_step)?;
            if self.collects() {
                return Some(settling);
            }
            self.apply_settled(state, now, SettledJob::new(settling.ready, settling.end));
            None
        })
        .await
    }

    /// Settles a job. A failed one is kept, and ends the run if the plan says so.
    pub async fn settle(&self, settled: SettledJob) {
        self.with_state(|state, now| self.apply_settled(state, now, settled)).await;
    }

    fn apply_settled(&self, state: &mut RunState, now: Offset, settled: SettledJob) {
        let SettledJob { place, endpoint, is_good, fact, failed, next_page } = settled;
        state.emit(now, fact);
        if failed.is_some_and(|failed| !state.failed_jobs.keep(failed))
            && !std::mem::replace(&mut state.has_warned_of_lost_jobs, true)
        {
            state.emit(now, Fact::Warned { about: WarningSource::Retries, message: TOO_MANY_LOST.into() });
        }
        if let Some((next, cookies)) = next_page {
            state.schedule.follow(next, cookies);
        }
        state.schedule.settle(place, endpoint, is_good);
        if is_good == Some(false) && self.fails_fast && !self.has_failed_fast.swap(true, Ordering::Relaxed) {
            state.cancel();
        }
        self.end_if_done(state);
        // The end of a round may make the next one due.
        self.wake_next(state);
    }

    /// Settles every job that was drawn and will not start any more, and emits how the run ended.
    pub async fn conclude(&self) {
        let (rest, is_cut_short, is_cancelled, is_given_up) = self
            .with_state(|state, _| {
                let rest = state.schedule.close();
                let sources = state.schedule.sources();
                let is_cut_short = !rest.is_empty() || !sources.is_over();
                (rest, is_cut_short, state.is_cancelled, sources.has_given_up())
            })
            .await;
        for SettlingJob { ready, end, answer } in rest {
            settle(self, ready, end, answer).await;
        }
        let how = if self.has_failed_fast.load(Ordering::Relaxed) {
            RunEnd::FailedFast
        } else if is_cancelled {
            RunEnd::Cancelled
        } else if is_cut_short {
            RunEnd::Drained
        } else if is_given_up {
            RunEnd::GivenUp
        } else {
            RunEnd::Finished
        };
        self.with_state(|state, now| {
            state.count_idle(now);
            if let Some(idle) = state.idle_slots.take_last_report(now) {
                state.emit(now, Fact::SlotsIdle { idle });
            }
            state.ended = matches!(how, RunEnd::Finished | RunEnd::GivenUp).then_some(now);
            state.emit(now, Fact::RunEnded { how });
        })
        .await;
    }
}

/// What an adaptive controller learns from an attempt's end. Time-outs and failures teach it nothing.
fn acceptance(response: HostResponse, wait: Option<Micros>) -> Acceptance {
    match response {
        HostResponse::Accepted => Acceptance::Accepted,
        HostResponse::Refused => Acceptance::Refused(wait),
        HostResponse::Nothing
        | HostResponse::OwnAnswer
        | HostResponse::Undecided
        | HostResponse::RefusedAlone
        | HostResponse::RefusedForGood => Acceptance::Unknown,
    }
}

/// Ends a job: delivers its result, emits its end and settles it.
pub async fn settle(shared: &SharedRun, ready: Box<PendingJob>, end: JobEnd, answer: Option<Answer>) {
    shared
        .deliver(
            |endpoint| JobResult {
                place: ready.job.place,
                job: ready.id,
                endpoint,
                target: Arc::clone(&ready.original.as_ref().unwrap_or(&ready.job).target),
                final_target: ready.original.as_ref().map(|_| Arc::clone(&ready.job.target)),
                row_values: ready.job.row_values.clone(),
                page: ready.job.page.as_ref().map(|page| page.n),
                started: (ready.attempts > 0).then(|| shared.time.elapsed_at(ready.begun)),
                end: end.clone(),
                tries: ready.tries,
                total: ready.total(),
                waited: ready.waited.total(),
                since_due: ready.since_due(),
                answer,
            },
            ready.job.endpoint,
        )
        .await;
    shared.settle(SettledJob::new(ready, end)).await;
}

fn answer_of(exchange: Exchange) -> Option<Answer> {
    let Exchange { reply, file, is_encoded, .. } = exchange;
    match reply {
        Reply::Answer { head, body, bytes } => {
            let content_type = head.headers.get(http::header::CONTENT_TYPE);
            let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            let file = file.map(|file| Arc::new(*file));
            Some(Answer { status: head.status, content_type, bytes, body, file, is_encoded })
        }
        Reply::TimedOut(_) | Reply::Failed(..) | Reply::Cancelled => None,
    }
}
