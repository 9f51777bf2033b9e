//! The lanes of a run: one for each host, the rotation in which they are asked, and the moments when they open.
//!
//! Pure: the schedule sets its time. At most [`MAX_LANES`] stay in memory when their hosts have nothing to do; a
//! lane whose state matters is never evicted. Start at [`Lanes::enqueue`].

pub mod rotation;
#[cfg(test)]
mod tests;
mod weighted_turns;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::event::adaptive::AdaptiveMode;
use crate::event::waits::WaitTimes;
use crate::event::{Fact, HostId, Offset};
use crate::plan::Limits;
use crate::source::pool::outage::evidence::OutageBounds;
use crate::source::pool::schedule::adaptive_lane::controller;
use crate::source::pool::schedule::lane::Lane;
use crate::source::pool::schedule::lane::position::LanePosition;
use crate::source::pool::schedule::lanes::rotation::{LaneTurn, Rotation};

/// Above this many lanes, cold ones are evicted.
pub const MAX_LANES: usize = 10_000;

/// Lanes that are examined for each one that is added. It bounds the work of a step. The number of lanes can
/// exceed [`MAX_LANES`] by a part of this, and further only while that many lanes are in use.
const EXAMINED_PER_LANE: usize = 8;

/// The lanes of a run, by number.
///
/// A lane's number is that of its [`HostId`], and no number is used twice. A host that is needed again after its
/// lane was evicted is a new host: it gets the next number and is announced again. So each event names a host
/// that was announced before it, and a recording needs no event for evictions.
#[derive(Debug)]
pub struct Lanes {
    pub(in crate::source::pool::schedule) all: FxHashMap<usize, Box<Lane>>,
    by_name: HashMap<Arc<str>, usize>,
    next_number: usize,
    /// Every lane once, in the order in which they are examined for eviction.
    candidates: VecDeque<usize>,
    rotation: Rotation,
    timed: BinaryHeap<Reverse<(Offset, usize)>>,
    /// What adaptive controllers have found, as facts that were not taken yet.
    findings: Vec<Fact>,
    limits: Limits,
    now: Offset,
    /// The reading of the run's clock at `now`.
    run_clock: WaitTimes,
}

impl Lanes {
    /// No lanes yet. Each new lane gets the limits of its host.
    pub fn new(limits: &Limits) -> Self {
        Self {
            all: FxHashMap::default(),
            by_name: HashMap::new(),
            next_number: 0,
            candidates: VecDeque::new(),
            rotation: Rotation::default(),
            timed: BinaryHeap::new(),
            findings: Vec::new(),
            limits: limits.clone(),
            now: Offset::ZERO,
            run_clock: WaitTimes::NONE,
        }
    }

    /// Sets the time, and the reading of the run's clock at that time.
    pub fn set_time(&mut self, now: Offset, run_clock: WaitTimes) {
        (self.now, self.run_clock) = (now, run_clock);
    }

    /// The present reading of the run's clock.
    pub fn run_clock(&self) -> WaitTimes {
        self.run_clock
    }

    /// A lane with its clock at the present, so that it may be changed.
    pub fn lane(&mut self, i: usize) -> &mut Lane {
        let lane = self.all.entry(i).or_insert_with(|| unreachable!("a lane that is in use is never evicted"));
        lane.wind(self.now, self.run_clock);
        lane.is_recent = true;
        lane
    }

    /// The lane of a host, if it has one.
    pub fn get(&mut self, host: HostId) -> Option<&mut Lane> {
        let i = host.0 as usize;
        self.all.contains_key(&i).then(|| self.lane(i))
    }

    /// The lane of the host with this name, to read it.
    pub fn lane_of(&self, name: &str) -> Option<&Lane> {
        self.all.get(self.by_name.get(name)?).map(|lane| &**lane)
    }

    /// All lanes, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Lane> {
        self.all.values().map(|lane| &**lane)
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.all.len()
    }

    /// The numbers of all lanes, in their order.
    pub fn numbers(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = self.all.keys().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    /// The lane of the host with this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Adds a lane for the host with this name. `cap` is its limit if the plan has none for it.
    pub fn add(&mut self, name: &Arc<str>, cap: u32) -> usize {
        self.evict_cold();
        let (limit, gap) = self.limits.limits_for_host(name);
        let limit = limit.map(NonZeroU32::get);
        let adapt = controller(self.limits.adaptive, limit.unwrap_or(cap));
        let i = self.next_number;
        self.next_number += 1;
        let bounds = OutageBounds { outage: self.limits.outage.into(), unreachable: self.limits.unreachable.into() };
        let mut lane = Lane::new(Arc::clone(name), limit, gap.into(), adapt, bounds);
        lane.is_for_time = self.limits.duration.is_some();
        self.all.insert(i, Box::new(lane));
        self.by_name.insert(Arc::clone(name), i);
        self.candidates.push_back(i);
        i
    }

    /// Keeps a lane for the whole run.
    pub fn pin(&mut self, i: usize) {
        self.lane(i).is_pinned = true;
    }

    /// Evicts the least recently used of the cold lanes, if there are too many.
    fn evict_cold(&mut self) {
        for _ in 0..EXAMINED_PER_LANE {
            if self.all.len() < MAX_LANES {
                return;
            }
            let Some(i) = self.candidates.pop_front() else { return };
            let Some(lane) = self.all.get_mut(&i) else { continue };
            if !std::mem::take(&mut lane.is_recent) && lane.is_cold(self.now) {
                self.by_name.remove(lane.name());
                self.all.remove(&i);
            } else {
                self.candidates.push_back(i);
            }
        }
    }

    /// When limits adapt.
    pub fn adaptive(&self) -> AdaptiveMode {
        self.limits.adaptive
    }

    /// Sets when limits adapt, for present and future lanes. `cap` bounds hosts without a limit of their own.
    /// Returns whether that changed anything.
    pub fn set_adaptive(&mut self, mode: AdaptiveMode, cap: u32) -> bool {
        let changes = std::mem::replace(&mut self.limits.adaptive, mode) != mode;
        if changes {
            for lane in self.all.values_mut() {
                lane.wind(self.now, self.run_clock);
                let adapt = controller(mode, lane.limit.unwrap_or(cap));
                lane.set_adaptive(adapt);
            }
        }
        changes
    }

    /// Takes back that a status is a refusal at a host. `cap` is its limit if the plan has none for it.
    pub fn forget_refusals(&mut self, host: HostId, status: u16, cap: u32) {
        let mode = self.limits.adaptive;
        let Some(lane) = self.get(host) else { return };
        lane.health.dismiss(status);
        let adapt = controller(mode, lane.limit.unwrap_or(cap));
        // A new controller would otherwise take over what was learned from the refusals.
        lane.set_adaptive(None);
        lane.set_adaptive(adapt);
    }

    /// Enqueues a lane that has work: in the rotation if it is open, else at the moment when it opens. It does
    /// nothing if only the end of an attempt or a command can open it.
    pub fn enqueue(&mut self, i: usize) {
        let Some(lane) = self.all.get_mut(&i) else { return };
        let host = HostId(u32::try_from(i).unwrap_or(u32::MAX));
        if lane.is_adaptive() {
            lane.wind(self.now, self.run_clock);
            lane.ask_controller(self.now);
            self.findings.extend(lane.take_findings(host));
        }
        if lane.is_shut() || !lane.has_work() {
            return;
        }
        self.findings.extend(lane.take_wait(self.now).map(|until| Fact::HostWaits { host, until }));
        let opens_at = lane.opens_at();
        if opens_at <= self.now {
            let in_flight = lane.in_flight();
            lane.position = LanePosition::Rotation(match lane.position {
                LanePosition::Rotation(key) if key.in_flight == in_flight => key,
                LanePosition::Rotation(key) => self.rotation.move_lane(key, in_flight),
                _ => self.rotation.add_lane(i, in_flight, !lane.is_prefetched()),
            });
        } else if !matches!(lane.position, LanePosition::Timed(at) if at <= opens_at) {
            if let LanePosition::Rotation(key) = lane.position {
                self.rotation.remove_lane(key);
            }
            lane.position = LanePosition::Timed(opens_at);
            self.timed.push(Reverse((opens_at, i)));
        }
    }

    /// Takes what the adaptive controllers have found.
    pub fn take_findings(&mut self) -> impl Iterator<Item = Fact> {
        self.findings.drain(..)
    }

    /// When the next lane opens without a command or the end of an attempt.
    pub fn next_opening(&self) -> Option<Offset> {
        self.timed.peek().map(|Reverse((at, _))| *at)
    }

    /// Moves the lane that opens now into the rotation.
    pub fn open_next(&mut self) {
        let Some(Reverse((at, i))) = self.timed.pop() else { return };
        // An entry without such a lane is outdated.
        if self.all.get(&i).is_some_and(|lane| lane.position == LanePosition::Timed(at)) {
            self.lane(i).position = LanePosition::None;
            self.enqueue(i);
        }
    }

    /// Whether the rotation may have a turn.
    pub fn has_turns(&self) -> bool {
        !self.rotation.is_empty()
    }

    /// The next turn of the rotation.
    pub fn next_turn(&mut self) -> Option<LaneTurn> {
        let turn = self.rotation.take_next()?;
        Some(self.begin_turn(turn))
    }

    /// Takes a lane whose turn it is out of the rotation.
    fn begin_turn(&mut self, turn: LaneTurn) -> LaneTurn {
        if let LaneTurn::Lane(i, _) = turn
            && let Some(lane) = self.all.get_mut(&i)
        {
            lane.position = LanePosition::None;
        }
        turn
    }

    /// The next turn that the DNS prefetch has not looked at, if it is one of the next `n`.
    pub fn peek_turn(&mut self, n: usize) -> Option<LaneTurn> {
        self.rotation.peek(n)
    }

    /// The name of a lane's host, for the DNS prefetch: each name only once.
    pub fn take_name(&mut self, i: usize) -> Option<Arc<str>> {
        self.all.get_mut(&i)?.take_name_to_prefetch()
    }

    /// Enqueues a source of many hosts.
    pub fn enqueue_mixed(&mut self, source: usize) {
        self.rotation.add_mixed(source);
    }
}
