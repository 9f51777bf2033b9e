//! The pause of a lane after a refusal.

use crate::event::{JobId, Offset};
use crate::plan::job::Retry;
use crate::source::pool::outage::health_state::GivenUpState;
use crate::source::pool::schedule::lane::Lane;
use crate::source::pool::schedule::refusal::backoff::Pause;

impl Lane {
    /// When the time of a job is over that has started before and is parked here. `None` if there is no such job.
    pub fn deadline_of(&self, job: JobId) -> Option<Offset> {
        let ready = self.waiting.started().find(|ready| ready.id == job)?;
        Some(ready.deadline_after(self.clock.sums() - ready.mark))
    }

    /// Why a job fails that would start now, if the host was given up.
    pub fn failure(&self, now: Offset) -> Option<&GivenUpState> {
        self.outage.failure(now, self.cooldown)
    }

    /// Whether the host was given up, and no job may find out now whether it is back.
    pub fn is_hopeless(&self, now: Offset) -> bool {
        self.outage.is_given_up() && (self.outage.is_full() || self.failure(now).is_some())
    }

    /// Whether the host has as much in flight as it may after a pause.
    pub(in crate::source::pool) fn starts_gently(&self) -> bool {
        self.health.backoff.limit().is_some_and(|limit| self.in_flight() >= limit)
    }

    /// Pauses the host after a refusal that named no moment. An adaptive controller decides by itself how the host
    /// waits.
    pub fn refuse(&mut self, started: Offset, now: Offset, rules: &Retry, chance: f64) -> Pause {
        if self.is_adaptive() {
            return Pause::Known;
        }
        let pause = self.health.backoff.refuse(started, now, rules, chance);
        match pause {
            Pause::Begins(until) => {
                let until = self.health.tried_by.map_or(until, |by| until.min(by));
                if self.cool_until(until) { Pause::Begins(until) } else { Pause::Known }
            }
            Pause::Known | Pause::Stray => pause,
        }
    }
}
