//! What all workers share: the schedule, who is idle, and the ways out for events and data.
//!
//! The schedule is behind a lock that is never held across a wait. Whoever changes it puts the facts
//! of that into the outbox under the same lock, so facts leave in the order in which they became true.
//! A worker that finds nothing to do leaves its bell. There is always somebody on watch: whoever
//! starts a job rings one more worker if there is more to start, and else sets the one clock for the
//! moment when there will be. Start at [`Shared::next`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::event::cause::Cause;
use crate::event::{EndpointId, Event, Fact, Micros, Offset, Origin, WarningSource};
use crate::job_result::JobResult;
use crate::source::pool::dns::prefetch::DnsPrefetch;
use crate::source::pool::outcome::failure_sample::FailureSamples;
use crate::source::pool::outcome::request_profile::RequestProfiles;
use crate::source::pool::run::outbox::{Mark, Outbox};
use crate::source::pool::run::worker_handle::{Running, WorkerHandle};
use crate::source::pool::schedule::failed_jobs::FailedJobs;
use crate::source::pool::schedule::gate::GateState;
use crate::source::pool::schedule::idle_slots::IdleSlots;
use crate::source::pool::schedule::pending_job::Ticket;
use crate::source::pool::schedule::run_time::RunTime;
use crate::source::pool::schedule::{Next, Schedule};

/// What all workers of a run share.
#[derive(Debug)]
pub struct Shared {
    inner: Mutex<Inner>,
    start: Instant,
    events: mpsc::Sender<Event>,
    harvests: Option<mpsc::Sender<JobResult>>,
    pub(in crate::source::pool) fails_fast: bool,
    /// Most connections this machine lets us have.
    pub(in crate::source::pool) most: Option<u32>,
    /// Notified when the clock's moment has come nearer.
    clock: Notify,
    input: Arc<Input>,
    /// Rung when somebody has wished for something.
    pub(in crate::source::pool) stir: Notify,
    /// Nothing will ever start again, and nothing is in flight.
    pub(in crate::source::pool) over: CancellationToken,
    pub(in crate::source::pool) limit: watch::Sender<u32>,
    pub(in crate::source::pool) has_failed_fast: AtomicBool,
}

/// What a reader thread leaves when a source that had nothing has something: it never waits for the lock.
#[derive(Debug, Default)]
struct Input {
    has_arrived: AtomicBool,
    arrival: Notify,
}

/// What the lock is for.
#[derive(Debug)]
pub(in crate::source::pool) struct Inner {
    pub(in crate::source::pool) schedule: Schedule,
    outbox: Outbox,
    pub(in crate::source::pool) running: Running,
    /// Bells of workers that wait, the latest last: it is the warmest.
    idle: Vec<Arc<WorkerHandle>>,
    /// Unused slots by reason.
    pub(in crate::source::pool) books: IdleSlots,
    /// Bad answers that have been told.
    pub(in crate::source::pool) exhibits: FailureSamples,
    /// What requests carry, as far as it has been told.
    carries: RequestProfiles,
    /// Who looks names up ahead, if anybody does.
    pub(in crate::source::pool) ahead: Option<Arc<DnsPrefetch>>,
    /// Jobs that failed.
    pub(in crate::source::pool) lost: FailedJobs,
    /// Everything in flight has been told to end.
    pub(in crate::source::pool) is_cancelled: bool,
    /// When the run ended, if it has.
    pub(in crate::source::pool) ended: Option<Offset>,
    /// A worker has just found nothing to do: the reason should be looked for.
    has_found_nothing: bool,
    was_drawn: bool,
    pub(in crate::source::pool) has_told_of_budget: bool,
    pub(in crate::source::pool) has_told_of_loss: bool,
    /// The moment the clock should ring next.
    alarm: Option<Offset>,
}

impl Shared {
    /// Shares a schedule; the run's time starts at `start`.
    pub fn new(
        mut schedule: Schedule,
        start: Instant,
        most: Option<u32>,
        events: mpsc::Sender<Event>,
        harvests: Option<mpsc::Sender<JobResult>>,
        fails_fast: bool,
    ) -> Arc<Self> {
        let limit = watch::Sender::new(schedule.gate.limit());
        let input = Arc::new(Input::default());
        schedule.sources().set_waker(waker(Arc::clone(&input)));
        Arc::new(Self {
            inner: Mutex::new(Inner {
                schedule,
                outbox: Outbox::new(events.clone()),
                running: Running::default(),
                idle: Vec::new(),
                books: IdleSlots::default(),
                exhibits: FailureSamples::default(),
                carries: RequestProfiles::default(),
                ahead: None,
                lost: FailedJobs::default(),
                is_cancelled: false,
                ended: None,
                has_found_nothing: false,
                was_drawn: false,
                has_told_of_budget: false,
                has_told_of_loss: false,
                alarm: None,
            }),
            start,
            events,
            harvests,
            fails_fast,
            most,
            clock: Notify::new(),
            input,
            stir: Notify::new(),
            over: CancellationToken::new(),
            limit,
            has_failed_fast: AtomicBool::new(false),
        })
    }

    /// A run that is over, ready to go on: its time goes on where it ended.
    pub fn reopened(self, time: &RunTime) -> Arc<Self> {
        let now = self.now();
        let mut inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        inner.schedule.gate.reopen();
        inner.is_cancelled = false;
        let stood = inner.ended.take().map_or(Micros::ZERO, |ended| now.since(ended));
        time.stand(stood);
        Arc::new(Self {
            inner: Mutex::new(inner),
            start: self.start + Duration::from_micros(stood.0),
            clock: Notify::new(),
            over: CancellationToken::new(),
            ..self
        })
    }

    /// Time since the run started.
    pub fn now(&self) -> Offset {
        Offset(Micros::from(self.start.elapsed()).0)
    }

    /// The tokio clock at a moment of the run.
    pub fn instant(&self, at: Offset) -> Instant {
        self.start + Duration::from_micros(at.0)
    }

    /// What a worker should do now. On [`Next::Wait`] its bell has been left, and will ring.
    pub async fn next(&self, me: &Arc<WorkerHandle>) -> Next {
        self.book(|inner, now| {
            let next = inner.schedule.decide();
            match &next {
                Next::Wait(until) => {
                    inner.idle.push(Arc::clone(me));
                    inner.has_found_nothing = true;
                    self.set_clock(inner, *until);
                }
                Next::Over => self.end_if_done(inner),
                Next::Start(ticket) => {
                    if ticket.ready.attempts == 1
                        && let Some(carried) = inner.carries.news(&ticket.ready.job)
                    {
                        inner.tell(now, carried);
                    }
                    inner.running.start(ticket.slot, ticket.ready.attempt(), now, me);
                    inner.tell(now, started(ticket));
                    self.pass_on(inner);
                }
                Next::BadRow(..) | Next::GiveUp(..) => self.pass_on(inner),
                Next::Again => {}
            }
            next
        })
        .await
    }

    /// Tells a fact. A full channel is waited for; a fact is never dropped.
    pub async fn tell(&self, fact: Fact) {
        self.book(|inner, now| inner.tell(now, fact)).await;
    }

    /// Tells that something of our own went wrong.
    pub async fn warn(&self, about: WarningSource, message: &str) {
        self.tell(Fact::Warned { about, message: message.into() }).await;
    }

    /// Tells the first fact of the run, and what the plan has to announce.
    pub async fn open(&self, name: &str) {
        self.book(|inner, now| {
            let (limit, jobs) = (Some(inner.schedule.gate.limit()), inner.schedule.sources().jobs());
            inner.put(now, Fact::RunStarted { name: name.into(), limit, jobs });
            if inner.schedule.is_adaptive() {
                inner.tell(now, Fact::AdaptiveSet { on: true });
            }
        })
        .await;
    }

    /// Whether somebody wants jobs' data.
    pub(in crate::source::pool) fn collects(&self) -> bool {
        self.harvests.is_some()
    }

    /// Hands over a job's data, if anybody wants it.
    pub async fn harvest(&self, of: impl FnOnce(Arc<str>) -> JobResult, endpoint: EndpointId) {
        let Some(harvests) = &self.harvests else { return };
        let name = self.lock().schedule.sources().endpoint_name(endpoint);
        if let Err(TrySendError::Full(harvest)) = harvests.try_send(of(name)) {
            // A slow disk holds up this worker; what it left behind may start without it.
            self.ring();
            // It only fails when the report has given up, which it has said itself.
            let _ = harvests.send(harvest).await;
        }
    }

    /// Resolves when nothing is in flight and nothing will ever start again.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }

    /// The run's limit, as it is turned.
    pub fn limit(&self) -> watch::Receiver<u32> {
        self.limit.subscribe()
    }

    /// How many jobs the plan holds, where that is known.
    pub fn jobs(&self) -> Option<u64> {
        self.lock().schedule.sources().jobs()
    }

    /// Rings one idle worker, if there is one.
    pub(in crate::source::pool) fn ring(&self) {
        self.lock().ring_one();
    }

    /// Rings a worker at every moment that one waits for, until the run is over.
    pub async fn run_clock(&self) {
        while !self.over.is_cancelled() {
            let alarm = self.lock().alarm;
            let rings = async {
                match alarm {
                    Some(at) => tokio::time::sleep_until(self.instant(at)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = rings => {
                    let mut inner = self.lock();
                    inner.alarm = None;
                    inner.ring_one();
                }
                () = self.clock.notified() => {}
                () = self.input.arrival.notified() => self.ring(),
                () = self.over.cancelled() => {}
            }
        }
    }

    /// Tells once a second how far those attempts are that take long, until the run is over.
    ///
    /// While the run is paused and nothing is in flight it sleeps until the next wish: nothing moves.
    pub async fn run_watch(&self) {
        let mut look = tokio::time::interval(Duration::from_secs(1));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => {}
                () = self.over.cancelled() => return,
            }
            let rests = self
                .book(|inner, now| {
                    for seen in inner.running.news(now) {
                        inner.tell(now, seen);
                    }
                    let gate = &inner.schedule.gate;
                    gate.stance() == GateState::Paused && gate.in_flight() == 0
                })
                .await;
            if rests {
                tokio::select! {
                    () = self.stir.notified() => {}
                    () = self.over.cancelled() => return,
                }
            }
        }
    }

    /// Does something to the schedule, and tells the facts of it, in one step.
    ///
    /// It only waits afterwards, and only while the channel of events is full.
    pub(in crate::source::pool) async fn book<T>(&self, step: impl FnOnce(&mut Inner, Offset) -> T) -> T {
        let (done, soon, waits_for) = {
            let mut inner = self.lock();
            let now = self.now();
            inner.schedule.tick(now);
            if self.input.has_arrived.load(Ordering::Relaxed) && self.input.has_arrived.swap(false, Ordering::SeqCst) {
                inner.schedule.feed();
            }
            let done = step(&mut inner, now);
            inner.book_idle(now);
            inner.announce(now);
            (done, inner.soon(), inner.outbox.mark())
        };
        // It may take a thread more, so it is done when nobody has to wait for it.
        if let Some((ahead, hosts)) = soon {
            ahead.hosts(&hosts);
        }
        if let Some(mark) = waits_for {
            self.send_up_to(mark).await;
        }
        done
    }

    /// Waits until every fact before a mark has left.
    async fn send_up_to(&self, mark: Mark) {
        loop {
            let room = self.events.reserve().await;
            let mut inner = self.lock();
            // Nobody listens any more, and there is nobody to tell.
            let Ok(room) = room else { return inner.outbox.clear() };
            // The room is used for whoever is first: giving it up would pass it on to the next who
            // waits, and with enough of those nobody would ever get any.
            if let Some(event) = inner.outbox.take() {
                room.send(event);
            }
            if inner.outbox.is_past(mark) {
                return;
            }
        }
    }

    /// Keeps somebody on watch: one more worker if something may start, else the clock.
    pub(in crate::source::pool) fn pass_on(&self, inner: &mut Inner) {
        if inner.idle.is_empty() {
            // Whoever becomes idle asks first.
        } else if inner.schedule.may_start() {
            inner.ring_one();
        } else {
            self.set_clock(inner, inner.schedule.soonest());
        }
    }

    /// Has the clock ring at `until`, if it does not ring before.
    fn set_clock(&self, inner: &mut Inner, until: Option<Offset>) {
        if let Some(until) = until
            && inner.alarm.is_none_or(|alarm| until < alarm)
        {
            inner.alarm = Some(until);
            self.clock.notify_one();
        }
    }

    /// Lets everybody go once nothing is in flight and nothing will start. Until then wishes are still
    /// granted: a drain may yet become a cancel.
    pub(in crate::source::pool) fn end_if_done(&self, inner: &mut Inner) {
        let is_closed = inner.schedule.gate.stance() == GateState::Closed && inner.schedule.gate.in_flight() == 0;
        if is_closed || inner.schedule.sources().is_over() {
            self.over.cancel();
            inner.ring_all();
        }
    }

    /// Keeps no failed jobs: nobody can ask for them to be sent again.
    pub(in crate::source::pool) fn keep_no_failed(&self) {
        self.lock().lost = FailedJobs::off();
    }

    /// Whether the run has finished, and a job that can be sent again failed for this cause.
    pub(in crate::source::pool) fn has_lost(&self, cause: Cause) -> bool {
        let inner = self.lock();
        inner.ended.is_some() && inner.lost.has(cause, &inner.schedule)
    }

    pub(in crate::source::pool) fn lock(&self) -> MutexGuard<'_, Inner> {
        // The schedule holds no invariant that a panic elsewhere could have broken half-way.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Books unused slots, and tells of them now and then.
    pub(in crate::source::pool) fn book_idle(&mut self, now: Offset) {
        let has_begun = self.schedule.sources().has_begun();
        let is_drawn = self.schedule.sources().is_drawn();
        let gate = &self.schedule.gate;
        let unused = if has_begun { gate.limit().saturating_sub(gate.in_flight()) } else { 0 };
        // Only a worker that finds nothing knows that a slot stays unused. A wish may change why, and so
        // may the last job, after which nobody looks again.
        let is_last = is_drawn && !std::mem::replace(&mut self.was_drawn, is_drawn);
        let is_news = std::mem::take(&mut self.has_found_nothing) || is_last || gate.stance() != GateState::Open;
        let why = (is_news && unused > 0).then(|| self.schedule.idle_why());
        self.books.book(now, unused, why);
        if let Some(idle) = self.books.news(now) {
            self.tell(now, Fact::SlotsIdle { idle });
        }
    }

    /// Ends everything in flight; nothing starts any more.
    pub(in crate::source::pool) fn cancel(&mut self) {
        self.is_cancelled = true;
        self.schedule.gate.set_stance(GateState::Closed);
        self.running.end_all();
        self.ring_all();
    }

    /// Tells a fact, and before it what the schedule has to announce: nothing is named before.
    pub(in crate::source::pool) fn tell(&mut self, now: Offset, fact: Fact) {
        self.announce(now);
        self.put(now, fact);
    }

    /// Sends the jobs again that failed for a cause, if the plan does not do so by itself.
    pub(in crate::source::pool) fn repeat(&mut self, now: Offset, cause: Cause) {
        if self.schedule.sources().has_rounds() {
            return;
        }
        let repeated = self.lost.send_again(cause, &mut self.schedule);
        for fact in repeated {
            self.tell(now, fact);
        }
        self.ring_one();
    }

    pub(in crate::source::pool) fn ring_one(&mut self) {
        if let Some(worker) = self.idle.pop() {
            worker.bell.notify_one();
        }
    }

    pub(in crate::source::pool) fn ring_all(&mut self) {
        for worker in self.idle.drain(..) {
            worker.bell.notify_one();
        }
    }

    fn announce(&mut self, now: Offset) {
        while let Some(fact) = self.schedule.announcements.pop_front() {
            self.put(now, fact);
        }
    }

    fn put(&mut self, at: Offset, fact: Fact) {
        self.outbox.put(Event { at, origin: Origin::HERE, fact });
    }
}

/// What a reader thread calls when a source that had nothing has something again.
fn waker(input: Arc<Input>) -> Arc<dyn Fn() + Send + Sync> {
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
        slot: *slot,
        target: Arc::clone(&ready.job.target),
        waited: ready.wait,
        until: Some(ready.until()),
    }
}
