//! What all workers of a run share: the state behind one lock, and the ways out for facts and results.
//!
//! The lock is never held across a wait. A worker that finds nothing to do leaves its handle among the idle
//! ones. Each start wakes one more worker while more can start; otherwise it sets the clock for the moment when
//! more can. Start at [`SharedRun::next`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::event::cause::Cause;
use crate::event::reasons::WarningSource;
use crate::event::{EndpointId, Event, Fact, Micros, Offset};
use crate::job_result::JobResult;
use crate::job_result::sink::ResultSink;
use crate::plan::job::Place;
use crate::source::pool::run::outbox::OutboxMark;
use crate::source::pool::run::state::RunState;
use crate::source::pool::run::step_values::BeforeSteps;
use crate::source::pool::run::timers::TimerWatch;
use crate::source::pool::run::worker_handle::WorkerHandle;
use crate::source::pool::run_time::RunTime;
use crate::source::pool::schedule::failed_jobs::FailedJobs;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::pending_job::Ticket;
use crate::source::pool::schedule::{Dispatch, Schedule};
use crate::source::pool::wire::dns_prefetch::DnsPrefetch;

/// What all workers of a run share.
#[derive(Debug)]
pub struct SharedRun {
    state: Mutex<RunState>,
    /// The run's clock.
    pub(in crate::source::pool) time: RunTime,
    pub(in crate::source::pool) events: mpsc::Sender<Event>,
    results: Option<ResultSink>,
    pub(in crate::source::pool) fails_fast: bool,
    /// The most connections that this machine allows.
    pub(in crate::source::pool) most: Option<u32>,
    /// Notified when the clock's alarm was set to an earlier moment.
    clock: Notify,
    input: Arc<InputSignal>,
    /// Notified after every command.
    pub(in crate::source::pool) command_applied: Notify,
    /// Cancelled when nothing will ever start again and nothing is in flight.
    pub(in crate::source::pool) over: CancellationToken,
    /// Cancelled when a bug stopped the run half-way: every thread drops its workers and ends.
    pub(in crate::source::pool) broken: CancellationToken,
    pub(in crate::source::pool) limit: watch::Sender<u32>,
    pub(in crate::source::pool) has_failed_fast: AtomicBool,
    /// How late the threads' timers are.
    pub(in crate::source::pool) timers: TimerWatch,
    /// The steps before the batch, if the plan has any.
    pub(in crate::source::pool) steps: Option<BeforeSteps>,
}

/// How a reader thread reports that a source has something again. It never waits for the run's lock.
#[derive(Debug)]
struct InputSignal {
    has_arrived: AtomicBool,
    arrival: Notify,
}

impl SharedRun {
    /// Shares a schedule.
    pub fn new(
        mut schedule: Schedule,
        time: RunTime,
        most: Option<u32>,
        events: mpsc::Sender<Event>,
        results: Option<ResultSink>,
        fails_fast: bool,
    ) -> Arc<Self> {
        let limit = watch::Sender::new(schedule.gate.limit());
        // A source may have had something before the waker was set.
        let input = Arc::new(InputSignal { has_arrived: AtomicBool::new(true), arrival: Notify::new() });
        let steps = BeforeSteps::new(schedule.sources().take_steps(), Arc::clone(&schedule.step_secrets));
        schedule.sources().set_waker(waker(Arc::clone(&input)));
        Arc::new(Self {
            state: Mutex::new(RunState::new(schedule, events.clone())),
            time,
            events,
            results,
            fails_fast,
            most,
            clock: Notify::new(),
            input,
            command_applied: Notify::new(),
            over: CancellationToken::new(),
            broken: CancellationToken::new(),
            limit,
            has_failed_fast: AtomicBool::new(false),
            timers: TimerWatch::default(),
            steps,
        })
    }

    /// A run that is over, made ready to continue. Its time continues from where it ended.
    pub fn reopened(self) -> Arc<Self> {
        let now = self.now();
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.schedule.gate.reopen();
        state.is_cancelled = false;
        let idle = state.ended.take().map_or(Micros::ZERO, |ended| now.since(ended));
        self.time.skip(idle);
        Arc::new(Self { state: Mutex::new(state), clock: Notify::new(), over: CancellationToken::new(), ..self })
    }

    /// Time since the run started.
    pub fn now(&self) -> Offset {
        self.time.now()
    }

    /// What a worker should do now. On [`Dispatch::Wait`] its handle is among the idle ones, and will be woken.
    pub async fn next(&self, me: &Arc<WorkerHandle>) -> Dispatch {
        self.with_state(|state, now| {
            let next = state.schedule.decide();
            match &next {
                Dispatch::Wait(until) => {
                    state.idle_workers.push(Arc::clone(me));
                    state.has_found_nothing = true;
                    self.set_alarm(state, *until);
                }
                Dispatch::Over => self.end_if_done(state),
                Dispatch::Start(ticket) => {
                    if ticket.ready.attempts == 1
                        && let Some(profile) = state.request_profiles.update(&ticket.ready.job)
                    {
                        state.emit(now, profile);
                    }
                    state.running.start(ticket.slot, ticket.ready.attempt(), now, me);
                    state.emit(now, started(ticket));
                    self.wake_next(state);
                }
                Dispatch::BadRow(..) | Dispatch::GiveUp(..) | Dispatch::Settle(_) => self.wake_next(state),
                Dispatch::Again => {}
            }
            next
        })
        .await
    }

    /// Emits a fact. It waits while the channel is full; no fact is ever dropped.
    pub async fn emit(&self, fact: Fact) {
        self.with_state(|state, now| state.emit(now, fact)).await;
    }

    /// Emits a warning that something in inflight itself went wrong.
    pub async fn warn(&self, about: WarningSource, message: &str) {
        self.emit(Fact::Warned { about, message: message.into() }).await;
    }

    /// Emits the first fact of the run, and what the plan has to announce.
    pub async fn open(&self, name: &str, insecure: bool) {
        self.with_state(|state, now| {
            let (limit, jobs) = (Some(state.schedule.gate.limit()), state.schedule.sources().jobs());
            let times = state.schedule.times();
            state.emit_first(now, Fact::RunStarted { name: name.into(), limit, jobs, insecure, times });
            let mode = state.schedule.adaptive();
            if mode.is_active() {
                state.emit(now, Fact::AdaptiveSet { on: true, mode: Some(mode) });
            }
        })
        .await;
    }

    /// Begins the ramp of the limit, if the plan sets one. Call it after the limit is set, and before anything starts.
    pub async fn begin_ramp(&self) {
        self.with_state(|state, _| state.schedule.begin_ramp()).await;
    }

    /// Whether results are collected.
    pub(in crate::source::pool) fn collects(&self) -> bool {
        self.results.is_some()
    }

    /// Hands over a job's result, if results are collected.
    pub async fn deliver(&self, result: impl FnOnce(Arc<str>) -> JobResult, endpoint: EndpointId) {
        let Some(results) = &self.results else { return };
        let name = self.lock().schedule.sources().endpoint_name(endpoint);
        if let Err(TrySendError::Full(result)) = results.to.try_send(result(name)) {
            // A slow disk delays this worker. Another one may start what is ready meanwhile.
            self.wake_worker();
            // It fails only after the report has given up, which the report has already warned of.
            let _ = results.to.send(result).await;
        }
    }

    /// Notes that a job is about to start, if a later run may have to know.
    pub async fn note_start(&self, place: Place) {
        let log = self.results.as_ref().and_then(|results| results.started.as_ref());
        if log.is_some_and(|log| log.note(place).is_err()) {
            let message = "cannot note which jobs have started; if the run is killed, resuming it cannot name them";
            self.warn(WarningSource::Recorder, message).await;
        }
    }

    /// Resolves when nothing is in flight and nothing will ever start again.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }

    /// The run's limit, and its changes.
    pub fn limit(&self) -> watch::Receiver<u32> {
        self.limit.subscribe()
    }

    /// How many jobs the plan holds, where that is known.
    pub fn jobs(&self) -> Option<u64> {
        self.lock().schedule.sources().jobs()
    }

    /// Wakes one idle worker, if there is one.
    pub(in crate::source::pool) fn wake_worker(&self) {
        self.lock().wake_one();
    }

    /// Wakes a worker when time lets a job start or a source has input again, until the run is over.
    pub async fn run_clock(&self) {
        while !self.over.is_cancelled() {
            let alarm = self.lock().alarm;
            let is_due = async {
                match alarm {
                    Some(at) => self.time.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = is_due => {
                    let mut state = self.lock();
                    state.alarm = None;
                    state.wake_one();
                }
                () = self.clock.notified() => {}
                () = self.input.arrival.notified() => self.wake_worker(),
                () = self.over.cancelled() => {}
            }
        }
    }

    /// Reports once a second how far the long-running attempts are, until the run is over.
    ///
    /// While the run is paused and nothing is in flight it sleeps until the next command: nothing moves.
    pub async fn report_progress(&self) {
        let mut interval = tokio::time::interval(Duration::from_secs(1));
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let command = self.command_applied.notified();
            tokio::select! {
                _ = interval.tick() => {}
                () = self.over.cancelled() => return,
            }
            let is_at_rest = self
                .with_state(|state, now| {
                    for fact in state.running.take_report(now) {
                        state.emit(now, fact);
                    }
                    state.is_at_rest()
                })
                .await;
            if is_at_rest {
                tokio::select! {
                    () = command => {}
                    () = self.over.cancelled() => return,
                }
            }
        }
    }

    /// Takes one step under the lock, and emits its facts in the same step.
    ///
    /// It waits only afterwards, and only while the channel of events is full.
    pub(in crate::source::pool) async fn with_state<T>(&self, step: impl FnOnce(&mut RunState, Offset) -> T) -> T {
        let (done, upcoming, mark) = {
            let mut state = self.lock();
            let now = self.now();
            state.emit_stop(now, &self.time);
            state.schedule.tick(now);
            if self.input.has_arrived.load(Ordering::Relaxed) && self.input.has_arrived.swap(false, Ordering::SeqCst) {
                state.schedule.input_arrived();
            }
            let done = step(&mut state, now);
            state.count_idle(now);
            state.announce(now);
            (done, state.take_upcoming_hosts(), state.outbox.mark())
        };
        // A look-up may start a thread, so it begins after the lock was released.
        if let Some((prefetch, hosts)) = upcoming {
            prefetch.prefetch(&hosts);
        }
        if let Some(mark) = mark {
            self.send_up_to(mark).await;
        }
        done
    }

    /// Waits until every fact before a mark has left.
    async fn send_up_to(&self, mark: OutboxMark) {
        loop {
            let room = self.events.reserve().await;
            let mut state = self.lock();
            // The receiver is gone, so the rest of the facts has no destination.
            let Ok(room) = room else { return state.outbox.clear() };
            // The room goes to the first fact, no matter which worker got it. Giving room back would pass it to the next
            // waiter, and with enough waiters no fact would ever leave.
            if let Some(event) = state.outbox.take() {
                room.send(event);
            }
            if state.outbox.is_past(mark) {
                return;
            }
        }
    }

    /// Wakes one more worker if something may start, or sets the clock for when it may.
    pub(in crate::source::pool) fn wake_next(&self, state: &mut RunState) {
        if state.idle_workers.is_empty() {
            // A worker that becomes idle asks by itself.
        } else if state.schedule.may_start() {
            state.wake_one();
        } else {
            self.set_alarm(state, state.schedule.soonest());
        }
    }

    /// Has the clock wake a worker at `until`, unless it does so earlier.
    fn set_alarm(&self, state: &mut RunState, until: Option<Offset>) {
        if let Some(until) = until
            && state.alarm.is_none_or(|alarm| until < alarm)
        {
            state.alarm = Some(until);
            self.clock.notify_one();
        }
    }

    /// Ends the run once nothing is in flight and nothing will start. Until then commands still apply:
    /// a drain may become a cancel.
    pub(in crate::source::pool) fn end_if_done(&self, state: &mut RunState) {
        let is_closed = state.schedule.gate.state() == GateState::Closed && state.schedule.gate.in_flight() == 0;
        if is_closed || state.schedule.sources().is_over() {
            self.over.cancel();
            state.wake_all();
        }
    }

    /// Has names looked up before their jobs start.
    pub fn set_dns_prefetch(&self, prefetch: DnsPrefetch) {
        self.lock().dns_prefetch = Some(Arc::new(prefetch));
    }

    /// Keeps no failed jobs, in a run that never sends them again.
    pub(in crate::source::pool) fn keep_no_failed_jobs(&self) {
        self.lock().failed_jobs = FailedJobs::off();
    }

    /// Whether the run has finished, and a job that can be sent again failed for this cause.
    pub(in crate::source::pool) fn has_failed(&self, cause: Cause) -> bool {
        let state = self.lock();
        state.ended.is_some() && state.failed_jobs.has(cause, &state.schedule)
    }

    pub(in crate::source::pool) fn lock(&self) -> MutexGuard<'_, RunState> {
        // A panic elsewhere cannot leave the state half changed: it has no invariant across steps.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a reader thread calls when a source that had nothing has something again.
fn waker(input: Arc<InputSignal>) -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(move || {
        input.has_arrived.store(true, Ordering::SeqCst);
        input.arrival.notify_one();
    })
}

fn started(ticket: &Ticket) -> Fact {
    let Ticket { ready, slot } = ticket;
    Fact::AttemptStarted {
        attempt: ready.attempt(),
        endpoint: ready.job.endpoint,
        host: ready.host,
        row: ready.job.place.row,
        page: ready.job.page.as_ref().map(|page| page.n),
        slot: *slot,
        target: Arc::clone(&ready.job.target),
        waited: ready.wait,
        until: Some(ready.until()),
        due: ready.due,
    }
}
