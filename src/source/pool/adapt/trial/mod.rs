//! Tries a controller on simulated upstreams: what it gets through, and how often it is refused.
//!
//! Discrete events, no clock and no network: two minutes take milliseconds. Start at [`try_out`].

pub mod aimd;
pub mod scene;
mod tests;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use fastrand::Rng;

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::trial::scene::{RunningUpstream, SimulatedUpstream};
use crate::source::pool::adapt::{Acceptance, Adapt, AttemptEvidence};

/// What is tried.
pub trait Controller {
    fn learn(&mut self, evidence: AttemptEvidence);
    fn limit(&self) -> u32;
    fn gap(&self) -> Micros;
}

impl Controller for Adapt {
    fn learn(&mut self, evidence: AttemptEvidence) {
        self.observe(evidence);
    }
    fn limit(&self) -> u32 {
        self.limit()
    }
    fn gap(&self) -> Micros {
        self.gap()
    }
}

/// What came of it, after the first ten seconds.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// Accepted, as a share of what the upstream allows.
    pub goodput: f64,
    /// Refused, as a share of what was sent.
    pub refused: f64,
}

const LASTS: Offset = Offset(120_000_000);
const WARM_UP: Offset = Offset(10_000_000);
const ON_ITS_WAY: Micros = Micros(2_000);
const TO_REFUSE: Micros = Micros(5_000);
const NEVER: Offset = Offset(u64::MAX);

/// Two minutes of a controller at an upstream. There is always a next job.
pub fn try_out(scene: &SimulatedUpstream, controller: &mut impl Controller, seed: u64) -> Score {
    let mut client = Client::default();
    let mut rng = Rng::with_seed(seed);
    let mut upstream = RunningUpstream::new(scene, -rng.f64());
    loop {
        client.start_what_may(controller);
        let (now, what) = client.next(controller);
        if now >= LASTS {
            return client.score(scene);
        }
        client.now = now;
        match what {
            Happens::MayStart => {}
            Happens::Arrives(attempt) if upstream.admits(now) => {
                client.serving.push(Reverse((now + scene::service_time(&mut rng), attempt)));
            }
            Happens::Arrives(attempt) => client.refused.push_back((now + TO_REFUSE, attempt)),
            Happens::Ends(attempt, end) => {
                if end == Acceptance::Accepted {
                    upstream.is_done();
                }
                client.end(attempt, end, controller);
            }
        }
    }
}

/// The client, and what it has sent.
#[derive(Debug, Default)]
struct Client {
    now: Offset,
    in_flight: u32,
    /// The ways to the upstream take equally long, and so do refusals: they come in order.
    arriving: VecDeque<(Offset, SimulatedAttempt)>,
    refused: VecDeque<(Offset, SimulatedAttempt)>,
    serving: BinaryHeap<Reverse<(Offset, SimulatedAttempt)>>,
    last_start: Option<Offset>,
    n_accepted: u32,
    n_refused: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SimulatedAttempt {
    started: Offset,
    others: u32,
}

#[derive(Clone, Copy, Debug)]
enum Happens {
    MayStart,
    Arrives(SimulatedAttempt),
    Ends(SimulatedAttempt, Acceptance),
}

impl Client {
    /// A change of pace counts from the last start.
    fn opens_at(&self, controller: &impl Controller) -> Offset {
        self.last_start.map_or(Offset::ZERO, |last| last + controller.gap())
    }

    fn start_what_may(&mut self, controller: &impl Controller) {
        while self.in_flight < controller.limit() && self.now >= self.opens_at(controller) {
            let attempt = SimulatedAttempt { started: self.now, others: self.in_flight };
            self.arriving.push_back((self.now + ON_ITS_WAY, attempt));
            self.last_start = Some(self.now);
            self.in_flight += 1;
        }
    }

    /// Takes what happens next.
    fn next(&mut self, controller: &impl Controller) -> (Offset, Happens) {
        let arrives = self.arriving.front().map_or(NEVER, |&(at, _)| at);
        let is_refused = self.refused.front().map_or(NEVER, |&(at, _)| at);
        let is_served = self.serving.peek().map_or(NEVER, |Reverse((at, _))| *at);
        let ends = is_served.min(is_refused);
        let opens = if self.in_flight < controller.limit() { self.opens_at(controller) } else { NEVER };
        if opens <= ends.min(arrives) {
            return (opens, Happens::MayStart);
        }
        if arrives <= ends {
            return (arrives, Happens::Arrives(self.arriving.pop_front().unwrap().1));
        }
        let (attempt, end) = if is_served <= is_refused {
            (self.serving.pop().unwrap().0.1, Acceptance::Accepted)
        } else {
            (self.refused.pop_front().unwrap().1, Acceptance::Refused)
        };
        (ends, Happens::Ends(attempt, end))
    }

    fn end(&mut self, attempt: SimulatedAttempt, end: Acceptance, controller: &mut impl Controller) {
        let SimulatedAttempt { started, others } = attempt;
        self.in_flight -= 1;
        controller.learn(AttemptEvidence { at: self.now, started, others, end });
        if self.now >= WARM_UP {
            match end {
                Acceptance::Accepted => self.n_accepted += 1,
                Acceptance::Refused => self.n_refused += 1,
            }
        }
    }

    fn score(&self, scene: &SimulatedUpstream) -> Score {
        let (accepted, refused) = (f64::from(self.n_accepted), f64::from(self.n_refused));
        let expected = scene.capacity(WARM_UP, LASTS);
        Score { goodput: accepted / expected, refused: refused / (accepted + refused).max(1.0) }
    }
}
