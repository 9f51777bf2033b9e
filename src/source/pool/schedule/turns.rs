//! Takes the next job: from a lane, from a source of many hosts, or from the priority jobs.
//!
//! Start at [`Schedule::take_from_lane`].

use std::sync::Arc;

use crate::event::waits::WaitTimes;
use crate::event::{HostId, Micros};
use crate::plan::cursor::Draw;
use crate::plan::job::Job;
use crate::source::pool::schedule::lanes::rotation::LaneTurn;
use crate::source::pool::schedule::pending_job::PendingJob;
use crate::source::pool::schedule::sources::{DrawnRow, QueueHead};
use crate::source::pool::schedule::{Dispatch, PARKED_AT_ONCE, PARKED_MAX, Schedule, id_of};

/// The time between two starts of a host that begins gently.
const SOON: Micros = Micros(2_000);

impl Schedule {
    /// Queues a source that may have jobs: with its host's lane, or by itself if it has many hosts.
    pub(in crate::source::pool) fn enqueue_source(&mut self, source: usize) {
        if !self.sources.open_source(source) {
            self.awaiting_input.push(source);
            return;
        }
        let lane = self.lane_of_source(source);
        let mark = self.mark_of(lane);
        self.sources.set_head(source, QueueHead { since: self.now, mark });
        if !self.sources.has_more(source) {
            return;
        }
        match lane {
            Some(lane) => {
                self.lanes.lane(lane).sources.push_back(source);
                self.lanes.enqueue(lane);
            }
            None => self.lanes.enqueue_mixed(source),
        }
    }

    /// The lane of a source whose jobs all go to one host.
    fn lane_of_source(&mut self, source: usize) -> Option<usize> {
        let host = self.sources.host_of(source).map(Arc::from)?;
        let lane = self.lane_of(&host);
        self.lanes.pin(lane);
        Some(lane)
    }

    /// The reading of the clock that measures a source's next wait.
    fn mark_of(&mut self, lane: Option<usize>) -> WaitTimes {
        match lane {
            Some(lane) => self.lanes.lane(lane).clock(),
            None => self.lanes.run_clock(),
        }
    }

    /// Takes a priority job. Jobs whose lane is closed are parked there on the way.
    pub(in crate::source::pool) fn take_priority_job(&mut self) -> Option<Dispatch> {
        let full = self.parked + PARKED_AT_ONCE;
        while let Some(source) = self.sources.next_priority() {
            if self.parked >= full {
                return Some(Dispatch::Again);
            }
            let lane = self.lane_of_source(source);
            let (since, mark) = (self.now, self.mark_of(lane));
            let (job, id, head) = self.sources.draw_priority(QueueHead { since, mark }, &mut self.announcements)?;
            let host = self.host_of(&job);
            let ready = PendingJob::new(job, id, host, since, head.since, mark - head.mark);
            if let Some(next) = self.start_or_park(ready) {
                return Some(next);
            }
        }
        None
    }

    /// Starts a job, or parks it if its lane is closed. A job that is already parked in that lane goes first.
    fn start_or_park(&mut self, ready: Box<PendingJob>) -> Option<Dispatch> {
        let i = ready.host.0 as usize;
        let lane = self.lanes.lane(i);
        if lane.is_shut() || lane.opens_at() > self.now {
            self.park(ready);
            return None;
        }
        let first = match self.unpark(i, true) {
            Some(first) => {
                self.park(ready);
                first
            }
            None => ready,
        };
        Some(self.start(first))
    }

    /// The next turn: in the order of the rotation, or by the weights of the sources.
    pub(in crate::source::pool) fn next_turn(&mut self) -> Option<LaneTurn> {
        if !self.sources.is_mixed() {
            return self.lanes.next_turn();
        }
        self.lanes.next_turn_by(|sources| self.sources.next_by_weight(sources).map(|(_, tag)| tag))
    }

    /// Takes the source of a lane whose turn it is.
    fn take_source(&mut self, lane: usize) -> Option<usize> {
        let sources = &mut self.lanes.lane(lane).sources;
        let Some((next, _)) = self.sources.next_by_weight(sources.iter().copied()) else { return sources.pop_front() };
        let at = sources.iter().position(|source| *source == next)?;
        sources.remove(at)
    }

    /// Whether a host has enough parked jobs, and starts the next one so soon that no more need to be drawn ahead.
    fn opens_soon(&mut self, host: HostId) -> bool {
        let now = self.now;
        let lane = self.lanes.lane(host.0 as usize);
        !lane.is_shut() && lane.n_parked() >= PARKED_AT_ONCE && lane.opens_at().since(now) <= SOON
    }

    /// Takes a job from this lane, if it has one and may start it.
    pub(in crate::source::pool) fn take_from_lane(&mut self, i: usize) -> Option<Dispatch> {
        let now = self.now;
        self.give_up_beyond(id_of(i));
        let lane = self.lanes.lane(i);
        if lane.is_shut() || !lane.has_work() || lane.opens_at() > now {
            self.lanes.enqueue(i);
            return None;
        }
        let has_more = !lane.sources.is_empty();
        if let Some(ready) = self.unpark(i, has_more) {
            return Some(self.start(ready));
        }
        let lane = self.lanes.lane(i);
        let mark = lane.clock();
        let source = self.take_source(i)?;
        let drawn = self.sources.draw(source, QueueHead { since: now, mark }, &mut self.announcements, |_| false);
        if matches!(drawn, Draw::Pending) {
            self.awaiting_input.push(source);
        } else if self.sources.has_more(source) {
            self.lanes.lane(i).sources.push_back(source);
        }
        let next = match drawn {
            Draw::Row(Some(DrawnRow { job: Ok(job), id, head })) => {
                // All jobs of such a source go to this lane's host.
                Some(self.start(PendingJob::new(job, id, id_of(i), now, head.since, mark - head.mark)))
            }
            Draw::Row(Some(DrawnRow { job: Err(bad), id, .. })) => Some(Dispatch::BadRow(id, bad)),
            Draw::Row(None) | Draw::Pending | Draw::End => None,
        };
        self.lanes.enqueue(i);
        next
    }

    /// Takes a job from a source of many hosts. Jobs whose lane is closed are parked there on the way.
    pub(in crate::source::pool) fn take_from_mixed(&mut self, source: usize) -> Option<Dispatch> {
        let (now, mark) = (self.now, self.lanes.run_clock());
        let full = self.parked + PARKED_AT_ONCE;
        let mut n_left_out = 0;
        while self.sources.has_more(source) {
            if self.parked >= PARKED_MAX {
                self.held_back.push(source);
                return None;
            }
            if self.parked >= full || n_left_out >= PARKED_AT_ONCE {
                self.lanes.enqueue_mixed(source);
                return Some(Dispatch::Again);
            }
            let next = match self.draw_mixed(source, QueueHead { since: now, mark }) {
                Draw::Row(None) => {
                    n_left_out += 1;
                    continue;
                }
                Draw::Row(Some(DrawnRow { job: Ok(job), id, head })) => {
                    let host = self.host_of(&job);
                    let is_crowded = self.opens_soon(host);
                    match self.start_or_park(PendingJob::new(job, id, host, now, head.since, mark - head.mark)) {
                        Some(next) => next,
                        None if is_crowded => {
                            // It goes on when the next job of this host has started.
                            self.held_back.push(source);
                            return None;
                        }
                        None => continue,
                    }
                }
                Draw::Row(Some(DrawnRow { job: Err(bad), id, .. })) => Dispatch::BadRow(id, bad),
                Draw::Pending => {
                    self.awaiting_input.push(source);
                    return None;
                }
                Draw::End => break,
            };
            if self.sources.has_more(source) {
                self.lanes.enqueue_mixed(source);
            }
            return Some(next);
        }
        self.end_if_given_up();
        None
    }

    /// Draws the next row of a source of many hosts. A run for a time has no number of jobs to reach, so those are left
    /// out whose host was given up.
    fn draw_mixed(&mut self, source: usize, head: QueueHead) -> Draw<Option<DrawnRow>> {
        let (now, lanes, is_for_time) = (self.now, &self.lanes, self.sources.is_for_time());
        let is_hopeless = |job: &Job| lanes.lane_of(&job.url.host_key()).is_some_and(|lane| lane.is_hopeless(now));
        self.sources.draw(source, head, &mut self.announcements, |job| is_for_time && is_hopeless(job))
    }
}
