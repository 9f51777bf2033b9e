//! What all workers share: the schedule, who is idle, and the ways out for events and data.
//!
//! The schedule is behind a lock that is never held across a wait. A worker that finds nothing to do
//! leaves its bell and is rung when something may start: one is rung, and rings the next if there is
//! more. One clock rings for moments that were waited for. Start at [`Shared::next`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::control::Command;
use crate::event::{Concern, EndpointId, Event, Fact, Hand, HostId, JobEnd, Offset, Origin, RunEnd, Scope};
use crate::harvest::Harvest;
use crate::source::pool::gate::Stance;
use crate::source::pool::schedule::{Next, Ready, Schedule};
use crate::source::pool::worker;

/// What all workers of a run share.
#[derive(Debug)]
pub struct Shared {
    inner: Mutex<Inner>,
    start: Instant,
    events: mpsc::Sender<Event>,
    harvests: Option<mpsc::Sender<Harvest>>,
    fails_fast: bool,
    /// Most connections this machine lets us have.
    most: Option<u32>,
    /// Rung when the clock's moment has come nearer, or the run is over.
    clock: Notify,
    /// Everything in flight ends when this is cancelled.
    cancel: CancellationToken,
    /// Nothing will ever start again.
    over: CancellationToken,
    limit: watch::Sender<u32>,
    has_failed_fast: AtomicBool,
}

#[derive(Debug)]
struct Inner {
    schedule: Schedule,
    /// Bells of workers that wait, the latest last: it is the warmest.
    idle: Vec<Arc<Notify>>,
    /// The moment the clock should ring next.
    alarm: Option<Offset>,
}

impl Shared {
    /// Shares a schedule; the run's time starts at `start`.
    pub fn new(
        schedule: Schedule,
        start: Instant,
        most: Option<u32>,
        events: mpsc::Sender<Event>,
        harvests: Option<mpsc::Sender<Harvest>>,
        fails_fast: bool,
    ) -> Self {
        let limit = watch::Sender::new(schedule.gate.limit());
        Self {
            inner: Mutex::new(Inner { schedule, idle: Vec::new(), alarm: None }),
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
    }

    /// Time since the run started.
    pub fn now(&self) -> Offset {
        Offset(crate::event::Micros::from(self.start.elapsed()).0)
    }

    /// What a worker should do now. On [`Next::Wait`] its bell has been left, and will ring.
    pub async fn next(&self, bell: &Arc<Notify>) -> Next {
        let next = {
            let mut inner = self.lock();
            let now = self.now();
            let next = inner.schedule.next(now);
            match &next {
                Next::Wait(until) => {
                    inner.idle.push(Arc::clone(bell));
                    self.ring_at(&mut inner, *until);
                }
                Next::Over => self.end_if_done(&mut inner),
                // This worker is busy from here on, so the next moment is another's to wait for.
                Next::Start(_) | Next::BadRow(..) | Next::Expired(_) => match inner.schedule.opens_at(now) {
                    Some(at) if at <= now => ring_one(&mut inner),
                    later => self.ring_at(&mut inner, later),
                },
            }
            if inner.schedule.announcements.is_empty() {
                return next;
            }
            next
        };
        // Whoever drew it, whoever starts first tells first that an endpoint or a host is new.
        self.announce().await;
        next
    }

    /// Tells every announcement, in order, before anything that refers to it can be told.
    pub async fn announce(&self) {
        loop {
            {
                let mut inner = self.lock();
                while let Some(fact) = inner.schedule.announcements.pop_front() {
                    if let Err(TrySendError::Full(event)) = self.events.try_send(self.event(fact)) {
                        inner.schedule.announcements.push_front(event.fact);
                        break;
                    }
                }
                if inner.schedule.announcements.is_empty() {
                    return;
                }
            }
            // Wait for room, give it up again, and send under the lock, or the order would be lost.
            if self.events.reserve().await.is_err() {
                return;
            }
        }
    }

    /// Tells a fact. A full channel is waited for; a fact is never dropped.
    pub async fn tell(&self, fact: Fact) {
        if let Err(TrySendError::Full(event)) = self.events.try_send(self.event(fact)) {
            // It only fails when nobody listens any more, and then there is nobody to tell.
            let _ = self.events.send(event).await;
        }
    }

    /// Tells that something of our own went wrong.
    pub async fn warn(&self, about: Concern, message: &str) {
        self.tell(Fact::Warned { about, message: message.into() }).await;
    }

    /// Hands over a job's data, if anybody wants it.
    pub async fn harvest(&self, of: impl FnOnce(Arc<str>) -> Harvest, endpoint: EndpointId) {
        if let Some(harvests) = &self.harvests {
            let name = self.lock().schedule.endpoint_name(endpoint);
            // It only fails when the report has given up, which it has said itself.
            let _ = harvests.send(of(name)).await;
        }
    }

    /// Gives a slot back.
    pub fn give_back(&self, slot: u32, host: HostId) {
        self.lock().schedule.give_back(slot, host);
    }

    /// Gives a job back that has to go on; gets it back itself if nothing starts any more.
    pub fn take_back(&self, ready: Ready, until: Offset) -> Option<Ready> {
        let mut inner = self.lock();
        if inner.schedule.gate.stance() == Stance::Closed {
            return Some(ready);
        }
        inner.schedule.take_back(ready, until);
        None
    }

    /// Extends a host's cooldown; tells whether the deadline moved.
    pub fn cool(&self, host: HostId, until: Offset) -> bool {
        self.lock().schedule.cool(host, until)
    }

    /// Books a job as settled; a failed one ends the run where the plan says so.
    pub fn settle(&self, has_failed: bool) {
        let mut inner = self.lock();
        inner.schedule.settle();
        self.end_if_done(&mut inner);
        if has_failed && self.fails_fast && !self.has_failed_fast.swap(true, Ordering::Relaxed) {
            inner.schedule.gate.set_stance(Stance::Closed);
            self.cancel.cancel();
            ring_all(&mut inner);
        }
    }

    /// Resolves when everything in flight should end.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    /// The run's limit, as it is turned.
    pub fn limit(&self) -> watch::Receiver<u32> {
        self.limit.subscribe()
    }

    /// How many jobs the plan holds, where that is known.
    pub fn jobs(&self) -> Option<u64> {
        self.lock().schedule.jobs()
    }

    /// Settles every job that was drawn and will not start any more, and says how the run ended.
    pub async fn wind_up(&self) -> RunEnd {
        let rest = self.lock().schedule.close();
        let is_cut_short = {
            let inner = self.lock();
            !rest.is_empty() || !inner.schedule.is_over()
        };
        for ready in rest {
            worker::settle(self, ready, JobEnd::Cancelled, None).await;
        }
        if self.has_failed_fast.load(Ordering::Relaxed) {
            RunEnd::FailedFast
        } else if self.cancel.is_cancelled() {
            RunEnd::Cancelled
        } else if is_cut_short {
            RunEnd::Drained
        } else {
            RunEnd::Finished
        }
    }

    /// Sources that had nothing may have something now.
    pub fn feed(&self) {
        let mut inner = self.lock();
        inner.schedule.feed();
        ring_one(&mut inner);
    }

    /// Rings a worker at every moment that one waits for, until the run is over.
    pub async fn run_clock(&self) {
        while !self.over.is_cancelled() {
            let alarm = self.lock().alarm;
            let rings = async {
                match alarm {
                    Some(at) => tokio::time::sleep_until(self.start + std::time::Duration::from_micros(at.0)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = rings => {
                    let mut inner = self.lock();
                    inner.alarm = None;
                    ring_one(&mut inner);
                }
                () = self.clock.notified() => {}
                () = self.over.cancelled() => {}
            }
        }
    }

    /// Grants wishes until the run is over.
    pub async fn run_commands(&self, commands: &mut mpsc::UnboundedReceiver<Command>) {
        loop {
            let command = tokio::select! {
                command = commands.recv() => command,
                () = self.over.cancelled() => return,
            };
            match command {
                Some(command) => self.grant(command).await,
                // Nobody will wish for anything any more; the run goes on.
                None => return self.over.cancelled().await,
            }
        }
    }

    /// Makes a wish come true, and tells so.
    async fn grant(&self, command: Command) {
        match command {
            Command::Pause => {
                if self.lock().schedule.gate.set_stance(Stance::Paused) {
                    self.tell(Fact::Paused).await;
                }
            }
            Command::Resume => {
                if self.lock().schedule.gate.set_stance(Stance::Open) {
                    self.tell(Fact::Resumed).await;
                    ring_one(&mut self.lock());
                }
            }
            Command::SetLimit { scope, limit } => self.set_limit(scope, limit.max(1), Hand::Operator).await,
            Command::Drain => {
                if self.lock().schedule.gate.set_stance(Stance::Closed) {
                    self.tell(Fact::Draining).await;
                    ring_all(&mut self.lock());
                }
            }
            Command::Cancel => {
                if !self.cancel.is_cancelled() {
                    self.tell(Fact::Cancelling).await;
                    self.lock().schedule.gate.set_stance(Stance::Closed);
                    self.cancel.cancel();
                    ring_all(&mut self.lock());
                }
            }
        }
    }

    /// Sets a limit, in the order in which a listener never counts more than the limit it knows.
    pub async fn set_limit(&self, scope: Scope, limit: u32, by: Hand) {
        let limit = limit.min(self.most.unwrap_or(limit));
        let told = Fact::LimitChanged { scope, limit, by };
        match scope {
            Scope::Run => {
                let before = self.lock().schedule.gate.limit();
                if limit > before {
                    self.tell(told).await;
                    self.lock().schedule.gate.set_limit(limit);
                } else {
                    self.lock().schedule.gate.set_limit(limit);
                    self.tell(told).await;
                }
                self.limit.send_replace(limit);
            }
            Scope::Host(host) => {
                self.tell(told).await;
                self.lock().schedule.set_host_limit(host, limit);
            }
        }
        ring_one(&mut self.lock());
    }

    /// Lets everybody go once nothing is in flight and nothing will start. Until then wishes are still
    /// granted: a drain may yet become a cancel.
    fn end_if_done(&self, inner: &mut Inner) {
        let is_closed = inner.schedule.gate.stance() == Stance::Closed && inner.schedule.gate.in_flight() == 0;
        if is_closed || inner.schedule.is_over() {
            self.over.cancel();
            ring_all(inner);
        }
    }

    /// Has the clock ring at this moment, unless it will ring sooner anyway.
    fn ring_at(&self, inner: &mut Inner, moment: Option<Offset>) {
        if let Some(moment) = moment
            && inner.alarm.is_none_or(|alarm| moment < alarm)
        {
            inner.alarm = Some(moment);
            self.clock.notify_one();
        }
    }

    fn event(&self, fact: Fact) -> Event {
        Event { at: self.now(), origin: Origin::HERE, fact }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The schedule holds no invariant that a panic elsewhere could have broken half-way.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ring_one(inner: &mut Inner) {
    if let Some(bell) = inner.idle.pop() {
        bell.notify_one();
    }
}

fn ring_all(inner: &mut Inner) {
    for bell in inner.idle.drain(..) {
        bell.notify_one();
    }
}
