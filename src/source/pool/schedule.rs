//! Decides which job starts next, and when.
//!
//! Pure: `now` is an input, nothing waits or sends here. Slots are taken only for jobs that can
//! start this instant; whoever waits for a lane, a gap, a cooldown or a backoff holds none. Lanes
//! take turns, so a throttled or hung host never starves the others. Start at [`Schedule::next`].

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::event::idle::IdleWhy;
use crate::event::{EndpointId, Fact, HostId, JobId, Offset};
use crate::plan::Limits;
use crate::plan::address::host_key;
use crate::plan::cursor::{BadRow, Cursor, Draw};
use crate::plan::job::Job;
use crate::source::pool::adapt::step::Step;
use crate::source::pool::adapt::{Adapt, Evidence};
use crate::source::pool::gate::{Gate, Stance};
use crate::source::pool::lane::{Lane, Place};
use crate::source::pool::pace::Pace;
use crate::source::pool::ready::{Delayed, Ready, Ticket};

/// Jobs that may be drawn ahead because their lane is not open. Beyond it, a list of mixed hosts
/// is not read any further until some have started.
pub const PARKED_MAX: usize = 10_000;

/// What a worker should do.
#[derive(Debug)]
pub enum Next {
    /// Start this.
    Start(Ticket),
    /// Settle this row as failed: it is no job.
    BadRow(JobId, BadRow),
    /// Settle this as timed out: its time ran out before it could start again.
    Expired(Ready),
    /// Wait to be woken, at this moment at the latest.
    Wait(Option<Offset>),
    /// Nothing will ever start again.
    Over,
}

/// The lanes, the gate and the position in the plan.
#[derive(Debug)]
pub struct Schedule {
    /// The run's limit.
    pub gate: Gate,
    /// Facts that must be told before anything that refers to them.
    pub announcements: VecDeque<Fact>,
    cursor: Cursor,
    lanes: Vec<Lane>,
    by_name: HashMap<Arc<str>, usize>,
    rotation: VecDeque<Turn>,
    timed: BinaryHeap<Reverse<(Offset, usize)>>,
    delayed: BinaryHeap<Reverse<Delayed>>,
    pace: Pace,
    limits: Limits,
    parked: usize,
    drawn: u64,
    settled: u64,
    announced: usize,
    /// Which sources may have more, and how many they are.
    has_more: Vec<bool>,
    sources_left: usize,
    /// Sources that had nothing when asked, with their lane where they have just one.
    starved: Vec<(usize, Option<usize>)>,
    /// Mixed sources that must wait until fewer jobs are parked.
    sated: Vec<usize>,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Lane(usize),
    /// A source whose jobs go to many hosts.
    Mixed(usize),
}

impl Schedule {
    /// The schedule of a plan.
    pub fn new(cursor: Cursor, limits: &Limits) -> Self {
        let mut schedule = Self {
            gate: Gate::new(limits.concurrency.get()),
            announcements: VecDeque::new(),
            lanes: Vec::new(),
            by_name: HashMap::new(),
            rotation: VecDeque::new(),
            timed: BinaryHeap::new(),
            delayed: BinaryHeap::new(),
            pace: Pace::new(limits.gap.unwrap_or_default().into()),
            limits: limits.clone(),
            parked: 0,
            drawn: 0,
            settled: 0,
            announced: 0,
            has_more: vec![true; cursor.sources()],
            sources_left: cursor.sources(),
            starved: Vec::new(),
            sated: Vec::new(),
            cursor,
        };
        schedule.announce_endpoints();
        for source in 0..schedule.cursor.sources() {
            match schedule.cursor.host_of(source).map(Arc::from) {
                Some(host) => {
                    let lane = schedule.lane_of(&host);
                    schedule.lanes[lane].sources.push_back(source);
                    schedule.enqueue(lane);
                }
                None => schedule.rotation.push_back(Turn::Mixed(source)),
            }
        }
        schedule.tell_if_drawn();
        schedule
    }

    /// What a worker that has nothing to do should do now.
    pub fn next(&mut self, now: Offset) -> Next {
        if self.gate.stance() == Stance::Closed || self.is_over() {
            return Next::Over;
        }
        if !self.gate.admits() {
            return Next::Wait(None);
        }
        self.wake_timed(now);
        if self.pace.opens_at() > now {
            return Next::Wait(self.soonest());
        }
        while let Some(turn) = self.rotation.pop_front() {
            let found = match turn {
                Turn::Lane(lane) => self.ask_lane(lane, now),
                Turn::Mixed(source) => self.ask_mixed(source, now),
            };
            if let Some(next) = found {
                return next;
            }
        }
        // The last source may only now have said that it has no more, after every job had settled.
        if self.is_over() { Next::Over } else { Next::Wait(self.soonest()) }
    }

    /// Whether another worker should be woken: something may start this instant.
    pub fn may_start(&self, now: Offset) -> bool {
        self.gate.admits() && self.pace.opens_at() <= now && !self.rotation.is_empty()
    }

    /// When time alone lets something start.
    pub fn soonest(&self) -> Option<Offset> {
        let lane = self.timed.peek().map(|Reverse((at, _))| *at);
        let job = self.delayed.peek().map(|Reverse(delayed)| delayed.until);
        let turn = (!self.rotation.is_empty()).then_some(Offset::ZERO);
        let soonest = [turn, lane, job].into_iter().flatten().min()?;
        self.gate.admits().then(|| soonest.max(self.pace.opens_at()))
    }

    /// Why a slot that is unused now is unused; looks at every lane.
    pub fn idle_why(&self, now: Offset) -> IdleWhy {
        match self.gate.stance() {
            Stance::Paused => return IdleWhy::Paused,
            Stance::Closed => return IdleWhy::Draining,
            Stance::Open => {}
        }
        let is_paced = self.pace.opens_at() > now;
        if is_paced && !self.rotation.is_empty() {
            return IdleWhy::Rate;
        }
        let with_work = || self.lanes.iter().filter(|lane| lane.has_work());
        let held = with_work().filter_map(|lane| lane.held_by(now));
        // The reason that a person can do something about comes first.
        match held.min_by_key(|why| *why as u8) {
            Some(why) => why,
            None if is_paced && with_work().next().is_some() => IdleWhy::Rate,
            None if !self.delayed.is_empty() => IdleWhy::Backoff,
            None if !self.starved.is_empty() => IdleWhy::Input,
            None => IdleWhy::NoWork,
        }
    }

    /// Gives a slot back.
    pub fn give_back(&mut self, slot: u32, host: HostId) {
        self.gate.give_back(slot);
        let lane = host.0 as usize;
        self.lanes[lane].end();
        self.enqueue(lane);
    }

    /// Takes back a job that has to go on: after a backoff, or at once at another host.
    pub fn take_back(&mut self, mut ready: Ready, until: Offset) {
        ready.since = until;
        ready.host = self.host_of(&ready.job);
        self.delayed.push(Reverse(Delayed { until, ready }));
    }

    /// Books a job as settled.
    pub fn settle(&mut self) {
        self.settled += 1;
    }

    /// Whether any job has been drawn.
    pub fn has_begun(&self) -> bool {
        self.drawn > 0
    }

    /// Whether every job has been drawn.
    pub fn is_drawn(&self) -> bool {
        self.sources_left == 0
    }

    /// Whether every job has been drawn and has settled.
    pub fn is_over(&self) -> bool {
        self.sources_left == 0 && self.settled == self.drawn
    }

    /// Nothing starts in this lane before `until`. Tells whether the deadline moved.
    pub fn cool(&mut self, host: HostId, until: Offset) -> bool {
        self.lanes[host.0 as usize].cool_until(until)
    }

    /// Lets a host's adaptive controller learn; gives back what that changed.
    pub fn observe(&mut self, host: HostId, evidence: Evidence) -> Option<Step> {
        let i = host.0 as usize;
        let step = self.lanes[i].observe(evidence)?;
        self.enqueue(i);
        Some(step)
    }

    /// Sets the run's limit, which also bounds what is found for hosts without one of their own.
    pub fn set_limit(&mut self, limit: u32) {
        self.gate.set_limit(limit);
        for lane in self.lanes.iter_mut().filter(|lane| lane.limit.is_none()) {
            lane.set_cap(limit);
        }
    }

    /// Sets a host's own limit, if there is such a host.
    pub fn set_host_limit(&mut self, host: HostId, limit: u32) -> bool {
        let i = host.0 as usize;
        let Some(lane) = self.lanes.get_mut(i) else { return false };
        lane.limit = Some(limit);
        lane.set_cap(limit);
        self.enqueue(i);
        true
    }

    /// Closes the gate for ever, and hands out the jobs that have been drawn and not started.
    pub fn close(&mut self) -> Vec<Ready> {
        self.gate.set_stance(Stance::Closed);
        self.parked = 0;
        let lanes = &mut self.lanes;
        let parked = lanes.iter_mut().flat_map(|lane| std::iter::from_fn(|| lane.unpark()));
        parked.chain(self.delayed.drain().map(|Reverse(delayed)| delayed.ready)).collect()
    }

    /// What to call, from another thread, when [`Self::feed`] is due.
    pub fn set_waker(&mut self, waker: Arc<dyn Fn() + Send + Sync>) {
        self.cursor.set_waker(waker);
    }

    /// Sources that had nothing are asked again.
    pub fn feed(&mut self) {
        for (source, lane) in std::mem::take(&mut self.starved) {
            match lane {
                Some(lane) => {
                    self.lanes[lane].sources.push_back(source);
                    self.enqueue(lane);
                }
                None => self.rotation.push_back(Turn::Mixed(source)),
            }
        }
    }

    /// Name of an endpoint.
    pub fn endpoint_name(&self, endpoint: EndpointId) -> Arc<str> {
        self.cursor.endpoints().get(endpoint.0 as usize).map_or_else(|| Arc::from(""), |e| Arc::clone(&e.name))
    }

    /// How many jobs the plan holds, where that is known.
    pub fn jobs(&self) -> Option<u64> {
        self.cursor.jobs()
    }

    /// Moves lanes and jobs whose moment has come back into the rotation.
    fn wake_timed(&mut self, now: Offset) {
        while self.delayed.peek().is_some_and(|Reverse(delayed)| delayed.until <= now) {
            let Some(Reverse(Delayed { ready, .. })) = self.delayed.pop() else { break };
            self.park(ready);
        }
        while self.timed.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            let Some(Reverse((_, lane))) = self.timed.pop() else { break };
            self.lanes[lane].place = Place::Aside;
            self.enqueue(lane);
        }
    }

    /// A job from this lane, if it has one and may start it.
    fn ask_lane(&mut self, i: usize, now: Offset) -> Option<Next> {
        let lane = &mut self.lanes[i];
        lane.place = Place::Aside;
        if lane.is_full() || !lane.has_work() {
            return None;
        }
        if lane.opens_at() > now {
            lane.place = Place::Timed;
            self.timed.push(Reverse((lane.opens_at(), i)));
            return None;
        }
        if let Some(ready) = self.unpark(i) {
            return Some(self.start(ready, now));
        }
        let source = self.lanes[i].sources.pop_front()?;
        let drawn = self.draw(source, now);
        if matches!(drawn, Drawn::Pending) {
            self.starved.push((source, Some(i)));
        } else if self.has_more[source] {
            self.lanes[i].sources.push_back(source);
        }
        let next = match drawn {
            Drawn::Ready(ready) => Some(self.start(ready, now)),
            Drawn::BadRow(id, bad) => Some(Next::BadRow(id, bad)),
            Drawn::Pending | Drawn::End => None,
        };
        self.enqueue(i);
        next
    }

    /// A job from a source of many hosts; jobs whose lane is not open are parked there on the way.
    fn ask_mixed(&mut self, source: usize, now: Offset) -> Option<Next> {
        while self.has_more[source] {
            if self.parked >= PARKED_MAX {
                self.sated.push(source);
                return None;
            }
            let next = match self.draw(source, now) {
                Drawn::Ready(ready) => {
                    let i = ready.host.0 as usize;
                    if self.lanes[i].is_full() || self.lanes[i].opens_at() > now {
                        self.park(ready);
                        continue;
                    }
                    let first = self.unpark(i);
                    match first {
                        // Whoever has waited in that lane goes first.
                        Some(first) => {
                            self.park(ready);
                            self.start(first, now)
                        }
                        None => self.start(ready, now),
                    }
                }
                Drawn::BadRow(id, bad) => Next::BadRow(id, bad),
                Drawn::Pending => {
                    self.starved.push((source, None));
                    return None;
                }
                Drawn::End => return None,
            };
            if self.has_more[source] {
                self.rotation.push_back(Turn::Mixed(source));
            }
            return Some(next);
        }
        None
    }

    fn start(&mut self, mut ready: Ready, now: Offset) -> Next {
        let lane = ready.host.0 as usize;
        if ready.attempts == 0 {
            ready.begun = now;
        } else if now >= ready.deadline() {
            self.enqueue(lane);
            return Next::Expired(ready);
        }
        ready.attempts += 1;
        ready.started = now;
        ready.beside = self.lanes[lane].in_flight();
        ready.is_adaptive = self.lanes[lane].is_adaptive();
        self.pace.start(now);
        self.lanes[lane].start(now);
        self.enqueue(lane);
        Next::Start(Ticket { ready, slot: self.gate.take() })
    }

    fn park(&mut self, ready: Ready) {
        let lane = ready.host.0 as usize;
        self.parked += 1;
        self.lanes[lane].park(ready);
        self.enqueue(lane);
    }

    fn unpark(&mut self, lane: usize) -> Option<Ready> {
        let ready = self.lanes[lane].unpark()?;
        self.parked -= 1;
        if self.parked < PARKED_MAX / 2 {
            self.rotation.extend(self.sated.drain(..).map(Turn::Mixed));
        }
        Some(ready)
    }

    /// Puts a lane into the rotation, if it may have something to start and is not there yet.
    fn enqueue(&mut self, i: usize) {
        let lane = &mut self.lanes[i];
        if lane.place == Place::Aside && lane.has_work() && !lane.is_full() {
            lane.place = Place::Rotation;
            self.rotation.push_back(Turn::Lane(i));
        }
    }

    fn draw(&mut self, source: usize, now: Offset) -> Drawn {
        let drawn = match self.cursor.draw(source) {
            Draw::Job(job) => {
                let id = self.next_id();
                let host = self.host_of(&job);
                Drawn::Ready(Ready::new(job, id, host, now))
            }
            Draw::BadRow(bad) => Drawn::BadRow(self.next_id(), bad),
            Draw::Pending => Drawn::Pending,
            Draw::End => Drawn::End,
        };
        self.announce_endpoints();
        // Where the count is known nobody has to come back and ask: that could be a cooldown later.
        if self.has_more[source] && (matches!(drawn, Drawn::End) || self.cursor.is_drawn(source)) {
            self.has_more[source] = false;
            self.sources_left -= 1;
            self.tell_if_drawn();
        }
        drawn
    }

    fn next_id(&mut self) -> JobId {
        self.drawn += 1;
        JobId(self.drawn)
    }

    fn host_of(&mut self, job: &Job) -> HostId {
        let name = host_key(&job.url);
        let lane = match self.by_name.get(name.as_str()) {
            Some(&lane) => lane,
            None => self.lane_of(&Arc::from(name)),
        };
        id_of(lane)
    }

    fn lane_of(&mut self, name: &Arc<str>) -> usize {
        if let Some(&lane) = self.by_name.get(name) {
            return lane;
        }
        let (limit, gap) = self.limits.of_host(name);
        let limit = limit.map(NonZeroU32::get);
        let lane = self.lanes.len();
        let cap = limit.unwrap_or(self.gate.limit());
        let adapt = self.limits.adaptive.then(|| Adapt::new(cap));
        self.lanes.push(Lane::new(limit, gap.into(), adapt));
        self.by_name.insert(Arc::clone(name), lane);
        self.announcements.push_back(Fact::HostSeen { host: id_of(lane), name: Arc::clone(name), limit });
        lane
    }

    fn announce_endpoints(&mut self) {
        for (i, endpoint) in self.cursor.endpoints().iter().enumerate().skip(self.announced) {
            self.announcements.push_back(Fact::EndpointSeen {
                endpoint: EndpointId(u32::try_from(i).unwrap_or(u32::MAX)),
                name: Arc::clone(&endpoint.name),
                jobs: endpoint.jobs,
            });
        }
        self.announced = self.cursor.endpoints().len();
    }

    fn tell_if_drawn(&mut self) {
        if self.sources_left == 0 {
            self.announcements.push_back(Fact::PlanDrawn { jobs: self.drawn });
        }
    }
}

/// What a source yielded.
enum Drawn {
    Ready(Ready),
    BadRow(JobId, BadRow),
    Pending,
    End,
}

fn id_of(lane: usize) -> HostId {
    HostId(u32::try_from(lane).unwrap_or(u32::MAX))
}
