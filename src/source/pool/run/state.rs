//! The state behind the run's lock: the schedule, the slots in use, the idle workers, and facts on their way out.
//!
//! Every method is one step under the lock; none waits or sends. Facts of a change go into the outbox in the
//! same step, so they leave in the order in which they became true. Start at [`RunState::emit`].

use std::collections::BTreeSet;
use std::mem;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::event::cause::Cause;
use crate::event::origin::Origin;
use crate::event::outcome::Outcome;
use crate::event::reasons::{NoRetry, WarningSource};
use crate::event::{Event, Fact, HostId, Micros, Offset};
use crate::plan::job::Job;
use crate::source::pool::outcome::failure_sample::FailureSamples;
use crate::source::pool::outcome::next_step;
use crate::source::pool::outcome::request_profile::RequestProfiles;
use crate::source::pool::run::outbox::Outbox;
use crate::source::pool::run::worker_handle::{RunningAttempts, WorkerHandle};
use crate::source::pool::schedule::Schedule;
use crate::source::pool::schedule::failed_jobs::FailedJobs;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::idle_slots::IdleSlots;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::wire::NextPage;
use crate::source::pool::wire::dns_prefetch::DnsPrefetch;
use crate::text::sanitize::sanitize;

/// The warning when failures become final because the retry budget is used up.
const OUT_OF_RETRIES: &str =
    "retries have used up their budget: each one waits for the longest backoff while that is so, to spare the upstream";

/// The warning when a row has more pages than are read.
fn more_pages(job: &Job) -> String {
    let most = job.policy.pages.as_ref().map_or(0, |pages| pages.most);
    format!("a row has more than {most} pages, and the rest is not read: `max_pages` allows more")
}

/// What the run's lock protects.
#[derive(Debug)]
pub(in crate::source::pool) struct RunState {
    pub(in crate::source::pool) schedule: Schedule,
    pub(in crate::source::pool) outbox: Outbox,
    pub(in crate::source::pool) running: RunningAttempts,
    /// Workers that wait for work. The last one is woken first: its caches are the warmest.
    pub(in crate::source::pool) idle_workers: Vec<Arc<WorkerHandle>>,
    /// Unused slots by reason.
    pub(in crate::source::pool) idle_slots: IdleSlots,
    /// Samples of bad answers that have been reported.
    pub(in crate::source::pool) failure_samples: FailureSamples,
    /// What has been reported of the requests' headers and bodies.
    pub(in crate::source::pool) request_profiles: RequestProfiles,
    /// Looks names up before their jobs start, where that is set.
    pub(in crate::source::pool) dns_prefetch: Option<Arc<DnsPrefetch>>,
    /// Jobs that failed and can be sent again.
    pub(in crate::source::pool) failed_jobs: FailedJobs,
    /// Everything in flight was asked to end.
    pub(in crate::source::pool) is_cancelled: bool,
    /// When the run ended, if it has.
    pub(in crate::source::pool) ended: Option<Offset>,
    /// A worker has just found nothing to do, so the reason for that is worth finding.
    pub(in crate::source::pool) has_found_nothing: bool,
    /// Causes that are not retried, and why, as reported.
    excluded_retries: BTreeSet<(Cause, NoRetry)>,
    /// How long the process was stopped, as reported.
    pub(in crate::source::pool) stopped: Micros,
    was_drawn: bool,
    has_warned_of_budget: bool,
    has_warned_of_unreadable_wait: bool,
    has_warned_of_pages: bool,
    pub(in crate::source::pool) has_warned_of_lost_jobs: bool,
    /// When the clock wakes a worker next.
    pub(in crate::source::pool) alarm: Option<Offset>,
}

impl RunState {
    /// The state before the first job.
    pub(in crate::source::pool) fn new(schedule: Schedule, events: mpsc::Sender<Event>) -> Self {
        Self {
            schedule,
            outbox: Outbox::new(events),
            running: RunningAttempts::default(),
            idle_workers: Vec::new(),
            idle_slots: IdleSlots::default(),
            failure_samples: FailureSamples::default(),
            request_profiles: RequestProfiles::default(),
            dns_prefetch: None,
            failed_jobs: FailedJobs::default(),
            is_cancelled: false,
            ended: None,
            has_found_nothing: false,
            excluded_retries: BTreeSet::new(),
            stopped: Micros::ZERO,
            was_drawn: false,
            has_warned_of_budget: false,
            has_warned_of_unreadable_wait: false,
            has_warned_of_pages: false,
            has_warned_of_lost_jobs: false,
            alarm: None,
        }
    }

    /// Emits the rules that make the failure of a job final. With a single try, no rule matters.
    pub(in crate::source::pool) fn emit_excluded_retry(&mut self, now: Offset, job: &Job, outcome: &Outcome) {
        let rules = &job.policy.retry;
        let Some(cause) = Cause::from_outcome(outcome).filter(|_| rules.attempts > 1) else { return };
        for why in next_step::excluding_rules(outcome, rules, &job.method) {
            if self.excluded_retries.insert((cause, why)) {
                self.emit(now, Fact::RetryExcluded { after: outcome.clone(), why });
            }
        }
    }

    /// Emits a fact, after everything that the schedule has to announce: a fact never names what is unknown.
    pub(in crate::source::pool) fn emit(&mut self, now: Offset, fact: Fact) {
        self.announce(now);
        self.emit_first(now, fact);
    }

    /// Emits a fact before what the schedule has to announce.
    pub(in crate::source::pool) fn emit_first(&mut self, at: Offset, fact: Fact) {
        self.outbox.push(Event { at, origin: Origin::HERE, fact });
    }

    /// Warns that failures become final because the retry budget is used up. Emitted once.
    pub(in crate::source::pool) fn warn_of_budget(&mut self, now: Offset) {
        if !mem::replace(&mut self.has_warned_of_budget, true) {
            self.emit(now, Fact::Warned { about: WarningSource::Retries, message: OUT_OF_RETRIES.into() });
        }
    }

    /// Warns that a server stated a wait that cannot be read, so that its refusals have none. Emitted once.
    pub(in crate::source::pool) fn warn_of_unreadable_wait(&mut self, now: Offset, host: HostId, text: &str) {
        if !mem::replace(&mut self.has_warned_of_unreadable_wait, true) {
            let host = self.schedule.host_name(host);
            let message = format!("{host} sent a `Retry-After` that cannot be read: `{}`", sanitize(text));
            self.emit(now, Fact::Warned { about: WarningSource::Retries, message: message.into() });
        }
    }

    /// Keeps the page after an answer for the end of its job. Warns once if a row has more pages than are read.
    pub(in crate::source::pool) fn note_next_page(
        &mut self,
        now: Offset,
        ready: &mut PendingJob,
        next: Option<NextPage>,
    ) {
        match next {
            Some(NextPage::Job(next)) => ready.next_page = Some(next),
            Some(NextPage::BeyondMost) if !mem::replace(&mut self.has_warned_of_pages, true) => {
                self.emit(now, Fact::Warned { about: WarningSource::Plan, message: more_pages(&ready.job).into() });
            }
            Some(NextPage::BeyondMost) | None => {}
        }
    }

    /// Emits what the schedule has to announce.
    pub(in crate::source::pool) fn announce(&mut self, now: Offset) {
        while let Some(fact) = self.schedule.announcements.pop_front() {
            self.emit_first(now, fact);
        }
    }

    /// Counts unused slots, and emits the sums now and then.
    pub(in crate::source::pool) fn count_idle(&mut self, now: Offset) {
        let has_begun = self.schedule.sources().has_begun();
        let is_drawn = self.schedule.sources().is_drawn();
        let gate = &self.schedule.gate;
        let unused = if has_begun { gate.limit().saturating_sub(gate.in_flight()) } else { 0 };
        // Only a worker that finds nothing knows that a slot stays unused. A command may change the reason, and
        // so may the last job: no worker asks after it.
        let is_last = is_drawn && !mem::replace(&mut self.was_drawn, is_drawn);
        let may_differ = mem::take(&mut self.has_found_nothing) || is_last || gate.state() != GateState::Open;
        let why = (may_differ && unused > 0).then(|| self.schedule.idle_why());
        self.idle_slots.count(now, unused, why);
        if let Some(idle) = self.idle_slots.take_report(now) {
            self.emit(now, Fact::SlotsIdle { idle });
        }
    }

    /// Whether the run is paused and nothing is in flight, so that nothing moves.
    pub(in crate::source::pool) fn is_at_rest(&self) -> bool {
        let gate = &self.schedule.gate;
        gate.state() == GateState::Paused && gate.in_flight() == 0
    }

    /// Ends everything in flight; nothing starts any more.
    pub(in crate::source::pool) fn cancel(&mut self) {
        self.is_cancelled = true;
        self.schedule.gate.set_state(GateState::Closed);
        self.running.end_all();
        self.wake_all();
    }

    /// Sends the jobs again that failed for a cause, unless the plan repeats every job by itself.
    pub(in crate::source::pool) fn repeat(&mut self, now: Offset, cause: Cause) {
        if self.schedule.sources().has_rounds() {
            return;
        }
        let repeated = self.failed_jobs.send_again(cause, &mut self.schedule);
        for fact in repeated {
            self.emit(now, fact);
        }
        self.wake_one();
    }

    /// Hosts whose jobs start soon and whose names are not looked up yet, and what looks them up.
    pub(in crate::source::pool) fn take_upcoming_hosts(&mut self) -> Option<(Arc<DnsPrefetch>, Vec<Arc<str>>)> {
        let prefetch = self.dns_prefetch.as_ref()?;
        let hosts = self.schedule.upcoming_hosts();
        (!hosts.is_empty()).then(|| (Arc::clone(prefetch), hosts))
    }

    /// Wakes one idle worker, if there is one.
    pub(in crate::source::pool) fn wake_one(&mut self) {
        if let Some(worker) = self.idle_workers.pop() {
            worker.wakeup.notify_one();
        }
    }

    /// Wakes every idle worker.
    pub(in crate::source::pool) fn wake_all(&mut self) {
        for worker in self.idle_workers.drain(..) {
            worker.wakeup.notify_one();
        }
    }
}
