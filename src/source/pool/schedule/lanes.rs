//! All lanes of a run: which host has which, whose turn it is, and which open at a known moment.
//!
//! Pure. Its present is set from outside, moment by moment. Start at [`Lanes::enqueue`].

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::event::waits::WaitTimes;
use crate::event::{HostId, Offset};
use crate::plan::Limits;
use crate::source::pool::adapt::Adapt;
use crate::source::pool::schedule::lane::{Lane, Place};

/// All lanes of a run.
#[derive(Debug)]
pub struct Lanes {
    all: Vec<Lane>,
    by_name: HashMap<Arc<str>, usize>,
    /// Whose turn it is, each with the number of its entry.
    rotation: VecDeque<(Turn, u64)>,
    entries: u64,
    /// Turns at its front that have been looked at.
    foreseen: usize,
    /// The name of each lane's host, until somebody is told that it comes soon.
    unforeseen: Vec<Option<Arc<str>>>,
    timed: BinaryHeap<Reverse<(Offset, usize)>>,
    limits: Limits,
    now: Offset,
    /// What the run's clock reads now.
    reads: WaitTimes,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A lane's.
    Lane(usize),
    /// A source's whose jobs go to many hosts.
    Mixed(usize),
}

impl Lanes {
    /// No lanes yet; each gets what the limits say of its host.
    pub fn new(limits: &Limits) -> Self {
        Self {
            all: Vec::new(),
            by_name: HashMap::new(),
            rotation: VecDeque::new(),
            entries: 0,
            foreseen: 0,
            unforeseen: Vec::new(),
            timed: BinaryHeap::new(),
            limits: limits.clone(),
            now: Offset::ZERO,
            reads: WaitTimes::NONE,
        }
    }

    /// From here on it is `now`, and the run's clock reads `reads`.
    pub fn turn_to(&mut self, now: Offset, reads: WaitTimes) {
        (self.now, self.reads) = (now, reads);
    }

    /// What the run's clock reads now.
    pub fn reads(&self) -> WaitTimes {
        self.reads
    }

    /// A lane, with its clock at the present: it may be changed.
    pub fn lane(&mut self, i: usize) -> &mut Lane {
        let lane = &mut self.all[i];
        lane.wind(self.now, self.reads);
        lane
    }

    /// The lane of a host, if there is such a host.
    pub fn of(&mut self, host: HostId) -> Option<&mut Lane> {
        let i = host.0 as usize;
        (i < self.all.len()).then(|| self.lane(i))
    }

    /// Every lane, to look at.
    pub fn all(&self) -> &[Lane] {
        &self.all
    }

    /// The number of lanes.
    pub fn n(&self) -> usize {
        self.all.len()
    }

    /// The lane with this host's name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// A new lane for a host with this name, whose limit is `cap` where it has none of its own.
    pub fn add(&mut self, name: &Arc<str>, cap: u32) -> usize {
        let (limit, gap) = self.limits.of_host(name);
        let limit = limit.map(NonZeroU32::get);
        let adapt = self.limits.adaptive.then(|| Adapt::new(limit.unwrap_or(cap)));
        let i = self.all.len();
        self.all.push(Lane::new(limit, gap.into(), adapt));
        self.by_name.insert(Arc::clone(name), i);
        self.unforeseen.push(Some(Arc::clone(name)));
        i
    }

    /// Whether the limit and pace of each lane is found by itself.
    pub fn is_adaptive(&self) -> bool {
        self.limits.adaptive
    }

    /// Has the limit and pace of each lane found by itself, those to come included, or no longer.
    /// `cap` bounds hosts without a limit of their own. Tells whether that changed anything.
    pub fn set_adaptive(&mut self, is_on: bool, cap: u32) -> bool {
        let changes = std::mem::replace(&mut self.limits.adaptive, is_on) != is_on;
        for i in (0..self.all.len()).filter(|_| changes) {
            let lane = self.lane(i);
            let adapt = is_on.then(|| Adapt::new(lane.limit.unwrap_or(cap)));
            lane.set_adaptive(adapt);
        }
        changes
    }

    /// Puts a lane where it will be asked in turn, or at the moment when it opens; nowhere if only an
    /// end or a wish can open it, or if it is in its place already.
    pub fn enqueue(&mut self, i: usize) {
        let lane = &mut self.all[i];
        if lane.is_shut() || !lane.has_work() {
            return;
        }
        let opens_at = lane.opens_at();
        if opens_at <= self.now {
            if !matches!(lane.place, Place::Rotation(_)) {
                self.entries += 1;
                lane.place = Place::Rotation(self.entries);
                self.rotation.push_back((Turn::Lane(i), self.entries));
            }
        } else if !matches!(lane.place, Place::Timed(at) if at <= opens_at) {
            lane.place = Place::Timed(opens_at);
            self.timed.push(Reverse((opens_at, i)));
        }
    }

    /// When the next lane opens by itself.
    pub fn soonest(&self) -> Option<Offset> {
        self.timed.peek().map(|Reverse((at, _))| *at)
    }

    /// Moves the lane that opens now into the rotation.
    pub fn open_next(&mut self) {
        let Some(Reverse((at, i))) = self.timed.pop() else { return };
        // Any other entry has been replaced since.
        if self.all[i].place == Place::Timed(at) {
            self.lane(i).place = Place::Aside;
            self.enqueue(i);
        }
    }

    /// Whether anybody's turn may have come.
    pub fn has_turns(&self) -> bool {
        !self.rotation.is_empty()
    }

    /// Whose turn it is.
    pub fn next_turn(&mut self) -> Option<Turn> {
        while let Some((turn, entry)) = self.rotation.pop_front() {
            self.foreseen = self.foreseen.saturating_sub(1);
            match turn {
                // It was closed after it had been put here.
                Turn::Lane(i) if self.all[i].place != Place::Rotation(entry) => {}
                Turn::Lane(i) => {
                    self.all[i].place = Place::Aside;
                    return Some(turn);
                }
                Turn::Mixed(_) => return Some(turn),
            }
        }
        None
    }

    /// The next turn to look at ahead, if it is one of the next `n`.
    pub fn foresee(&mut self, n: usize) -> Option<Turn> {
        let (turn, _) = self.rotation.get(self.foreseen).filter(|_| self.foreseen < n)?;
        self.foreseen += 1;
        Some(*turn)
    }

    /// The name of a lane's host, once.
    pub fn take_name(&mut self, i: usize) -> Option<Arc<str>> {
        self.unforeseen[i].take()
    }

    /// A source of many hosts will be asked in turn.
    pub fn enqueue_mixed(&mut self, source: usize) {
        self.rotation.push_back((Turn::Mixed(source), 0));
    }
}
