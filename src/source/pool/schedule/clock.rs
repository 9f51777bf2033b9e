//! Clocks that measure how long each reason has held jobs back, for the run and for each host.
//!
//! Pure. A waiting job keeps the reading of its lane's clock, and subtracts it when it starts. So the reasons of
//! its wait are exact, and a waiting job costs nothing. A clock must be wound to the present before anything changes
//! that it depends on. Start at [`LaneClock::wind`].

use crate::event::waits::WaitTimes;
use crate::event::{Micros, Offset};

/// The clock of the reasons that hold back the whole run.
#[derive(Debug, Default)]
pub struct RunClock {
    at: Offset,
    sums: WaitTimes,
}

/// The state of the run since the clock was last wound.
#[derive(Clone, Copy, Debug)]
pub struct RunHold {
    /// Nothing starts.
    pub is_paused: bool,
    /// Every slot is taken.
    pub is_full: bool,
    /// Nothing starts before this, because of the run's rate.
    pub paced_until: Offset,
}

impl RunClock {
    /// What the clock reads at `to`, if nothing has changed since it was last wound.
    pub fn read(&self, to: Offset, hold: RunHold) -> WaitTimes {
        let mut sums = self.sums;
        let passed = to.since(self.at);
        if hold.is_paused {
            sums.paused += passed;
        } else if hold.is_full {
            sums.slot += passed;
        } else {
            let paced = hold.paced_until.min(to).since(self.at);
            sums.rate += paced;
            sums.slot += passed - paced;
        }
        sums
    }

    /// Winds the clock to `to`.
    pub fn wind(&mut self, to: Offset, hold: RunHold) -> WaitTimes {
        self.sums = self.read(to, hold);
        self.at = self.at.max(to);
        self.sums
    }
}

/// The clock of the reasons that hold back one host's jobs: the host's own reasons, otherwise the run's.
#[derive(Debug, Default)]
pub struct LaneClock {
    at: Offset,
    run: WaitTimes,
    sums: WaitTimes,
}

/// The state of a host since its clock was last wound.
#[derive(Clone, Copy, Debug)]
pub struct LaneHold {
    /// The user has quarantined it.
    pub is_quarantined: bool,
    /// It does not answer.
    pub is_down: bool,
    /// It has as much in flight as it may.
    pub is_full: bool,
    /// Nothing starts before this, because of a cooldown.
    pub cooldown: Offset,
    /// Nothing starts before this, because of cooldown, gap or pace.
    pub opens_at: Offset,
}

impl LaneClock {
    /// Winds the clock to `to`, when the run's clock reads `run`.
    pub fn wind(&mut self, to: Offset, run: WaitTimes, hold: LaneHold) -> WaitTimes {
        let passed = to.since(self.at);
        let closed = hold.opens_at.min(to).since(self.at);
        if hold.is_quarantined {
            self.sums.paused += passed;
        } else if hold.is_down {
            self.sums.outage += passed;
        } else if hold.is_full {
            self.sums.host_limit += passed;
        } else if closed > Micros::ZERO {
            let cooled = hold.cooldown.min(to).since(self.at);
            self.sums.cooldown += cooled;
            self.sums.gap += closed - cooled;
            // This is zero if the clock was wound before every change.
            self.sums.slot += passed - closed;
        } else {
            self.sums += run - self.run;
        }
        (self.at, self.run) = (self.at.max(to), run);
        self.sums
    }

    /// Whether the clock has already been wound to this moment.
    pub fn is_at(&self, moment: Offset) -> bool {
        self.at == moment
    }

    /// What the clock read when it was last wound.
    pub fn sums(&self) -> WaitTimes {
        self.sums
    }
}

#[cfg(test)]
mod tests {
    use super::{LaneClock, LaneHold, RunClock, RunHold};
    use crate::event::waits::WaitTimes;
    use crate::event::{Micros, Offset};

    const FREE: RunHold = RunHold { is_paused: false, is_full: false, paced_until: Offset::ZERO };
    const OPEN: LaneHold = LaneHold {
        is_quarantined: false,
        is_down: false,
        is_full: false,
        cooldown: Offset::ZERO,
        opens_at: Offset::ZERO,
    };

    #[test]
    fn the_run_holds_for_one_reason_at_a_time() {
        let mut clock = RunClock::default();
        clock.wind(Offset(10), RunHold { is_full: true, paced_until: Offset(30), ..FREE });
        clock.wind(Offset(50), RunHold { paced_until: Offset(30), ..FREE });
        let sums = clock.wind(Offset(100), RunHold { is_paused: true, is_full: true, ..FREE });
        assert_eq!(sums, WaitTimes { slot: Micros(10 + 20), rate: Micros(20), paused: Micros(50), ..WaitTimes::NONE });
    }

    #[test]
    fn a_host_that_is_held_does_not_wait_for_the_run() {
        let (mut run, mut lane) = (RunClock::default(), LaneClock::default());
        let busy = RunHold { is_full: true, ..FREE };
        let held = LaneHold { cooldown: Offset(40), opens_at: Offset(60), ..OPEN };
        lane.wind(Offset(60), run.read(Offset(60), busy), held);
        let sums = lane.wind(Offset(100), run.wind(Offset(100), busy), held);
        assert_eq!(sums, WaitTimes { cooldown: Micros(40), gap: Micros(20), slot: Micros(40), ..WaitTimes::NONE });
    }

    #[test]
    fn the_sums_always_add_up_to_the_time_that_passed() {
        let (mut run, mut lane) = (RunClock::default(), LaneClock::default());
        let mut rng = fastrand::Rng::with_seed(1);
        let mut now = Offset::ZERO;
        for _ in 0..1_000 {
            now = now + Micros(rng.u64(..50));
            let hold = RunHold { is_paused: rng.bool(), is_full: rng.bool(), paced_until: Offset(rng.u64(..50_000)) };
            let reads = run.wind(now, hold);
            let cooldown = Offset(rng.u64(..40_000));
            let opens_at = cooldown + Micros(rng.u64(..200));
            lane.wind(
                now,
                reads,
                LaneHold {
                    is_quarantined: rng.u8(..9) == 0,
                    is_down: rng.u8(..9) == 0,
                    is_full: rng.bool(),
                    cooldown,
                    opens_at,
                },
            );
            assert_eq!((run.sums.total(), lane.sums().total()), (now.since(Offset::ZERO), now.since(Offset::ZERO)));
        }
    }
}
