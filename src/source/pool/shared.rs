//! What all workers share: the schedule, who is idle, and the ways out for events and data.
//!
//! The schedule is behind a lock that is never held across a wait. Whoever changes it puts the facts
//! of that into the outbox under the same lock, so facts leave in the order in which they became true.
//! A worker that finds nothing to do leaves its bell. There is always somebody on watch: whoever
//! starts a job rings one more worker if there is more to start, and else sets the one clock for the
//! moment when there will be. Start at [`Shared::next`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::event::outcome::{JobEnd, Outcome, Spent};
use crate::event::{Concern, EndpointId, Event, Fact, Micros, Offset, Origin, RunEnd};
use crate::harvest::Harvest;
use crate::source::pool::adapt::{Ended, Evidence};
use crate::source::pool::gate::Stance;
use crate::source::pool::idle::Books;
use crate::source::pool::judge::{self, Sequel, Verdict};
use crate::source::pool::outbox::{Mark, Outbox};
use crate::source::pool::ready::{Ready, Ticket};
use crate::source::pool::retry::Budget;
use crate::source::pool::schedule::{Next, Schedule};
use crate::source::pool::worker;

/// Said once, when failures become final for want of retries.
const OUT_OF_RETRIES: &str =
    "one attempt in five is a retry: failures are final while that is so, to spare the upstream";

/// What all workers of a run share.
#[derive(Debug)]
pub struct Shared {
    inner: Mutex<Inner>,
    start: Instant,
    events: mpsc::Sender<Event>,
    harvests: Option<mpsc::Sender<Harvest>>,
    fails_fast: bool,
    /// Most connections this machine lets us have.
    pub(super) most: Option<u32>,
    /// Rung when the clock's moment has come nearer.
    clock: Notify,
    /// Everything in flight ends when this is cancelled.
    pub(super) cancel: CancellationToken,
    /// Nothing will ever start again, and nothing is in flight.
    pub(super) over: CancellationToken,
    pub(super) limit: watch::Sender<u32>,
    has_failed_fast: AtomicBool,
}

/// What the lock is for.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) schedule: Schedule,
    outbox: Outbox,
    /// Bells of workers that wait, the latest last: it is the warmest.
    idle: Vec<Arc<Notify>>,
    /// Unused slots by reason.
    books: Books,
    /// A worker has just found nothing to do: the reason should be looked for.
    has_found_nothing: bool,
    was_drawn: bool,
    budget: Budget,
    has_told_of_budget: bool,
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
        harvests: Option<mpsc::Sender<Harvest>>,
        fails_fast: bool,
    ) -> Arc<Self> {
        let limit = watch::Sender::new(schedule.gate.limit());
        Arc::new_cyclic(|shared| {
            schedule.set_waker(waker(shared.clone()));
            Self {
                inner: Mutex::new(Inner {
                    schedule,
                    outbox: Outbox::default(),
                    idle: Vec::new(),
                    books: Books::default(),
                    has_found_nothing: false,
                    was_drawn: false,
                    budget: Budget::default(),
                    has_told_of_budget: false,
                    alarm: None,
                }),
                start,
                events,
                harvests,
                fails_fast,
                most,
                clock: Notify::new(),
                cancel: CancellationToken::new(),
                over: CancellationToken::new(),
                limit,
                has_failed_fast: AtomicBool::new(false),
            }
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
    pub async fn next(&self, bell: &Arc<Notify>) -> Next {
        self.book(|inner, now| {
            let next = inner.schedule.next(now);
            match &next {
                Next::Wait(until) => {
                    inner.idle.push(Arc::clone(bell));
                    inner.has_found_nothing = true;
                    self.set_clock(inner, *until);
                }
                Next::Over => self.end_if_done(inner),
                Next::Start(ticket) => {
                    inner.tell(now, started(ticket, now));
                    self.pass_on(inner, now);
                }
                Next::BadRow(..) | Next::Expired(_) => self.pass_on(inner, now),
            }
            next
        })
        .await
    }

    /// Books an attempt's end and what follows from it; gives the job back if it is over.
    pub async fn end(&self, ticket: Ticket, verdict: Verdict, spent: Spent) -> Option<(Ready, JobEnd)> {
        let Ticket { mut ready, slot } = ticket;
        let Verdict { outcome, mut sequel, cooldown } = verdict;
        let attempt = ready.attempt();
        self.book(|inner, now| {
            inner.budget.count();
            let is_asked = judge::is_refusal(&outcome);
            let evidence = evidence_of(&ready, &outcome, now);
            if matches!(sequel, Sequel::Retry(..)) && !is_asked && !inner.budget.spend() {
                sequel = Sequel::Settle(judge::end_of(&outcome));
                if !std::mem::replace(&mut inner.has_told_of_budget, true) {
                    inner.tell(now, Fact::Warned { about: Concern::Retries, message: OUT_OF_RETRIES.into() });
                }
            }
            inner.tell(now, Fact::AttemptEnded { attempt, outcome, spent });
            if let Some(until) = cooldown.filter(|&until| until > now)
                && inner.schedule.cool(ready.host, until)
            {
                inner.tell(now, Fact::CooldownSet { host: ready.host, until });
            }
            inner.schedule.give_back(slot, ready.host);
            if let Some(step) = evidence.and_then(|evidence| inner.schedule.observe(ready.host, evidence)) {
                let (limit, gap, why) = (step.to.limit, step.to.gap, step.to_string().into());
                inner.tell(now, Fact::Adapted { host: ready.host, limit, gap, why });
            }
            let is_closed = inner.schedule.gate.stance() == Stance::Closed;
            let until = match sequel {
                Sequel::Settle(end) => return Some((ready, end)),
                Sequel::Retry(..) | Sequel::Hop(_) if is_closed => return Some((ready, JobEnd::Cancelled)),
                Sequel::Retry(until, why) => {
                    // It was judged a moment ago.
                    let until = until.max(now);
                    inner.tell(now, Fact::RetryScheduled { attempt, until, why });
                    ready.tries += 1;
                    ready.refusals += u32::from(is_asked && ready.is_adaptive);
                    ready.hops = 0;
                    until
                }
                Sequel::Hop(next) => {
                    ready.job = next;
                    ready.hops += 1;
                    let target = Arc::clone(&ready.job.target);
                    inner.tell(now, Fact::RedirectFollowed { attempt, hop: ready.hops, target });
                    now
                }
            };
            inner.schedule.take_back(ready, until);
            None
        })
        .await
    }

    /// Books a job as settled; a failed one ends the run where the plan says so.
    pub async fn settle(&self, settled: Fact, has_failed: bool) {
        self.book(|inner, now| {
            inner.tell(now, settled);
            inner.schedule.settle();
            if has_failed && self.fails_fast && !self.has_failed_fast.swap(true, Ordering::Relaxed) {
                inner.schedule.gate.set_stance(Stance::Closed);
                self.cancel.cancel();
                inner.ring_all();
            }
            self.end_if_done(inner);
        })
        .await;
    }

    /// Tells a fact. A full channel is waited for; a fact is never dropped.
    pub async fn tell(&self, fact: Fact) {
        self.book(|inner, now| inner.tell(now, fact)).await;
    }

    /// Tells that something of our own went wrong.
    pub async fn warn(&self, about: Concern, message: &str) {
        self.tell(Fact::Warned { about, message: message.into() }).await;
    }

    /// Tells the first fact of the run, and what the plan has to announce.
    pub async fn open(&self, name: &str) {
        self.book(|inner, now| {
            let (limit, jobs) = (Some(inner.schedule.gate.limit()), inner.schedule.jobs());
            inner.put(now, Fact::RunStarted { name: name.into(), limit, jobs });
        })
        .await;
    }

    /// Settles every job that was drawn and will not start any more, and tells how the run ended.
    pub async fn conclude(&self) {
        let (rest, is_cut_short) = {
            let mut inner = self.lock();
            let rest = inner.schedule.close();
            let is_cut_short = !rest.is_empty() || !inner.schedule.is_over();
            (rest, is_cut_short)
        };
        for ready in rest {
            worker::settle(self, ready, JobEnd::Cancelled, None).await;
        }
        let how = if self.has_failed_fast.load(Ordering::Relaxed) {
            RunEnd::FailedFast
        } else if self.cancel.is_cancelled() {
            RunEnd::Cancelled
        } else if is_cut_short {
            RunEnd::Drained
        } else {
            RunEnd::Finished
        };
        self.book(|inner, now| {
            inner.book_idle(now);
            if let Some(idle) = inner.books.last_news(now) {
                inner.tell(now, Fact::SlotsIdle { idle });
            }
            inner.tell(now, Fact::RunEnded { how });
        })
        .await;
    }

    /// Hands over a job's data, if anybody wants it.
    pub async fn harvest(&self, of: impl FnOnce(Arc<str>) -> Harvest, endpoint: EndpointId) {
        let Some(harvests) = &self.harvests else { return };
        let name = self.lock().schedule.endpoint_name(endpoint);
        if let Err(TrySendError::Full(harvest)) = harvests.try_send(of(name)) {
            // A slow disk holds up this worker; what it left behind may start without it.
            self.ring();
            // It only fails when the report has given up, which it has said itself.
            let _ = harvests.send(harvest).await;
        }
    }

    /// Resolves when everything in flight should end.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
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
        self.lock().schedule.jobs()
    }

    /// Sources that had nothing may have something now.
    fn feed(&self) {
        let mut inner = self.lock();
        inner.schedule.feed();
        inner.ring_one();
    }

    /// Rings one idle worker, if there is one.
    pub(super) fn ring(&self) {
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
                () = self.over.cancelled() => {}
            }
        }
    }

    /// Does something to the schedule, and tells the facts of it, in one step.
    ///
    /// It only waits afterwards, and only while the channel of events is full.
    pub(super) async fn book<T>(&self, step: impl FnOnce(&mut Inner, Offset) -> T) -> T {
        let (done, waits_for) = {
            let mut inner = self.lock();
            let now = self.now();
            let done = step(&mut inner, now);
            inner.book_idle(now);
            inner.announce(now);
            (done, inner.outbox.send(&self.events))
        };
        if let Some(mark) = waits_for {
            self.send_up_to(mark).await;
        }
        done
    }

    /// Waits until every fact before a mark has left.
    async fn send_up_to(&self, mark: Mark) {
        while let Ok(room) = self.events.reserve().await {
            let mut inner = self.lock();
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
    fn pass_on(&self, inner: &mut Inner, now: Offset) {
        if inner.idle.is_empty() {
            // Whoever becomes idle asks first.
        } else if inner.schedule.may_start(now) {
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
    pub(super) fn end_if_done(&self, inner: &mut Inner) {
        let is_closed = inner.schedule.gate.stance() == Stance::Closed && inner.schedule.gate.in_flight() == 0;
        if is_closed || inner.schedule.is_over() {
            self.over.cancel();
            inner.ring_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The schedule holds no invariant that a panic elsewhere could have broken half-way.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Books unused slots, and tells of them now and then.
    fn book_idle(&mut self, now: Offset) {
        let gate = &self.schedule.gate;
        let unused = if self.schedule.has_begun() { gate.limit().saturating_sub(gate.in_flight()) } else { 0 };
        // Only a worker that finds nothing knows that a slot stays unused. A wish may change why, and so
        // may the last job, after which nobody looks again.
        let is_drawn = self.schedule.is_drawn();
        let is_last = is_drawn && !std::mem::replace(&mut self.was_drawn, is_drawn);
        let is_news = std::mem::take(&mut self.has_found_nothing) || is_last || gate.stance() != Stance::Open;
        let why = (is_news && unused > 0).then(|| self.schedule.idle_why(now));
        self.books.book(now, unused, why);
        if let Some(idle) = self.books.news(now) {
            self.tell(now, Fact::SlotsIdle { idle });
        }
    }

    /// Tells a fact, and before it what the schedule has to announce: nothing is named before.
    pub(super) fn tell(&mut self, now: Offset, fact: Fact) {
        self.announce(now);
        self.put(now, fact);
    }

    pub(super) fn ring_one(&mut self) {
        if let Some(bell) = self.idle.pop() {
            bell.notify_one();
        }
    }

    pub(super) fn ring_all(&mut self) {
        for bell in self.idle.drain(..) {
            bell.notify_one();
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

/// What calls us when a source that had nothing has something again.
fn waker(shared: Weak<Shared>) -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(move || {
        if let Some(shared) = shared.upgrade() {
            shared.feed();
        }
    })
}

fn started(ticket: &Ticket, now: Offset) -> Fact {
    let Ticket { ready, slot } = ticket;
    Fact::AttemptStarted {
        attempt: ready.attempt(),
        endpoint: ready.job.endpoint,
        host: ready.host,
        row: ready.job.place.row,
        slot: *slot,
        target: Arc::clone(&ready.job.target),
        waited: now.since(ready.since),
    }
}

/// What an attempt's end tells an adaptive controller; time-outs and failures tell it nothing.
fn evidence_of(ready: &Ready, outcome: &Outcome, now: Offset) -> Option<Evidence> {
    let end = match outcome {
        Outcome::Answered { .. } | Outcome::Redirected { .. } => Ended::Accepted,
        Outcome::Throttled { .. } => Ended::Refused,
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => return None,
    };
    Some(Evidence { at: now, started: ready.started, beside: ready.beside, end })
}
