//! Decides which job starts next, and when.
//!
//! Pure: `now` is an input, nothing waits or sends here. Slots are taken only for jobs that can
//! start this instant; whoever waits for a lane, a gap, a cooldown or a backoff holds none. Lanes
//! take turns, so a throttled or hung host never starves the others. Start at [`Schedule::next`].

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use crate::event::{EndpointId, Fact, HostId, JobId, Micros, Offset};
use crate::plan::Limits;
use crate::plan::cursor::{BadRow, Cursor, Draw};
use crate::plan::job::Job;
use crate::source::pool::gate::{Gate, Stance};
use crate::source::pool::lane::{Lane, Place};

/// Jobs that may be drawn ahead because their lane is not open. Beyond it, a list of mixed hosts
/// is not read any further until some have started.
const PARKED_MAX: usize = 10_000;

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

/// A slot, and the job that holds it.
#[derive(Debug)]
pub struct Ticket {
    /// The job.
    pub ready: Ready,
    /// The slot it holds.
    pub slot: u32,
}

/// A job that has been drawn and has not settled.
#[derive(Debug)]
pub struct Ready {
    /// What to do; after a redirect, where it pointed.
    pub job: Box<Job>,
    /// Its number in this run.
    pub id: JobId,
    /// Its lane.
    pub host: HostId,
    /// When it was drawn.
    pub drawn: Offset,
    /// Since when it could start, but for slots and lanes.
    pub since: Offset,
    /// Tries so far.
    pub tries: u32,
    /// Attempts so far, redirects included.
    pub attempts: u32,
    /// Redirects followed in this try.
    pub hops: u32,
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
    sources_left: usize,
    /// Mixed sources that have nothing yet, or must wait until fewer jobs are parked.
    starved: Vec<usize>,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Lane(usize),
    /// A source whose jobs go to many hosts.
    Mixed(usize),
}

/// A job that waits for its backoff.
#[derive(Debug)]
struct Delayed {
    until: Offset,
    ready: Ready,
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
            sources_left: cursor.sources(),
            starved: Vec::new(),
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
        if self.pace.opens_at(now) > now {
            return Next::Wait(Some(self.pace.opens_at(now)));
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
        if self.is_over() {
            return Next::Over;
        }
        let soonest_lane = self.timed.peek().map(|Reverse((at, _))| *at);
        let soonest_job = self.delayed.peek().map(|Reverse(delayed)| delayed.until);
        Next::Wait([soonest_lane, soonest_job].into_iter().flatten().min())
    }

    /// Whether another worker should be woken: something may start this instant.
    pub fn may_start(&self, now: Offset) -> bool {
        self.gate.admits() && !self.rotation.is_empty() && self.pace.opens_at(now) <= now
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

    /// Whether every job has been drawn and has settled.
    pub fn is_over(&self) -> bool {
        self.sources_left == 0 && self.settled == self.drawn
    }

    /// Nothing starts in this lane before `until`. Tells whether the deadline moved.
    pub fn cool(&mut self, host: HostId, until: Offset) -> bool {
        self.lanes[host.0 as usize].cool_until(until)
    }

    /// Sets a host's own limit.
    pub fn set_host_limit(&mut self, host: HostId, limit: u32) {
        let lane = host.0 as usize;
        if lane < self.lanes.len() {
            self.lanes[lane].limit = Some(limit);
            self.enqueue(lane);
        }
    }

    /// Closes the gate for ever, and hands out the jobs that have been drawn and not started.
    pub fn close(&mut self) -> Vec<Ready> {
        self.gate.set_stance(Stance::Closed);
        self.parked = 0;
        let parked = self.lanes.iter_mut().flat_map(|lane| lane.parked.drain(..));
        parked.chain(self.delayed.drain().map(|Reverse(delayed)| delayed.ready)).collect()
    }

    /// Sources that had nothing, or had to wait, are asked again.
    pub fn feed(&mut self) {
        self.rotation.extend(self.starved.drain(..).map(Turn::Mixed));
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
            // Ahead of fresh jobs of the same lane: it has waited once already.
            self.park(ready, true);
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
        if let Some(ready) = lane.parked.pop_front() {
            self.parked -= 1;
            if self.parked < PARKED_MAX / 2 {
                self.feed();
            }
            return Some(self.start(ready, now));
        }
        let source = lane.sources.pop_front()?;
        let drawn = self.draw(source, now);
        if !matches!(drawn, Drawn::End) {
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
        loop {
            if self.parked >= PARKED_MAX {
                self.starved.push(source);
                return None;
            }
            match self.draw(source, now) {
                Drawn::Ready(ready) => {
                    let lane = &self.lanes[ready.host.0 as usize];
                    if lane.is_full() || lane.opens_at() > now || !lane.parked.is_empty() {
                        self.park(ready, false);
                        continue;
                    }
                    self.rotation.push_back(Turn::Mixed(source));
                    return Some(self.start(ready, now));
                }
                Drawn::BadRow(id, bad) => {
                    self.rotation.push_back(Turn::Mixed(source));
                    return Some(Next::BadRow(id, bad));
                }
                Drawn::Pending => {
                    self.starved.push(source);
                    return None;
                }
                Drawn::End => return None,
            }
        }
    }

    fn start(&mut self, ready: Ready, now: Offset) -> Next {
        if now > ready.drawn + Micros::from(ready.job.policy.timeouts.job) {
            self.enqueue(ready.host.0 as usize);
            return Next::Expired(ready);
        }
        self.pace.start(now);
        let lane = ready.host.0 as usize;
        self.lanes[lane].start(now);
        self.enqueue(lane);
        Next::Start(Ticket { ready, slot: self.gate.take() })
    }

    fn park(&mut self, ready: Ready, ahead: bool) {
        let lane = ready.host.0 as usize;
        self.parked += 1;
        let parked = &mut self.lanes[lane].parked;
        if ahead {
            parked.push_front(ready);
        } else {
            parked.push_back(ready);
        }
        self.enqueue(lane);
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
                Drawn::Ready(Ready { job, id, host, drawn: now, since: now, tries: 1, attempts: 0, hops: 0 })
            }
            Draw::BadRow(bad) => Drawn::BadRow(self.next_id(), bad),
            Draw::Pending => Drawn::Pending,
            Draw::End => {
                self.sources_left -= 1;
                self.tell_if_drawn();
                Drawn::End
            }
        };
        self.announce_endpoints();
        drawn
    }

    fn next_id(&mut self) -> JobId {
        self.drawn += 1;
        JobId(self.drawn)
    }

    fn host_of(&mut self, job: &Job) -> HostId {
        let url = &job.url;
        let name = url.origin().ascii_serialization();
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
        let limit = self.limits.per_host.map(std::num::NonZeroU32::get);
        let gap = self.limits.per_host_gap.unwrap_or_default().into();
        let lane = self.lanes.len();
        self.lanes.push(Lane::new(Arc::clone(name), limit, gap));
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

/// Spaces the run's starts.
#[derive(Debug)]
struct Pace {
    gap: Micros,
    next: Offset,
}

impl Pace {
    /// A timer may be this late without the pace falling behind: the next starts come closer.
    const SLACK: Micros = Micros(10_000);

    fn new(gap: Micros) -> Self {
        Self { gap, next: Offset::ZERO }
    }

    fn opens_at(&self, now: Offset) -> Offset {
        if self.gap == Micros::ZERO { now } else { self.next }
    }

    fn start(&mut self, now: Offset) {
        let earliest = Offset(now.0.saturating_sub(Self::SLACK.0));
        self.next = self.next.max(earliest) + self.gap;
    }
}

impl PartialEq for Delayed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Delayed {}

impl PartialOrd for Delayed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Delayed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.until, self.ready.id).cmp(&(other.until, other.ready.id))
    }
}
