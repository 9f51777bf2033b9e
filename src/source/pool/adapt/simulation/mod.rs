//! A simulation of a controller at an upstream: its goodput, and how often it is refused.
//!
//! It simulates discrete events without a clock or a network, so two minutes take milliseconds. Start at [`simulate`].

pub mod aimd;
mod tests;
pub mod upstream;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use fastrand::Rng;

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::simulation::upstream::{RunningUpstream, SimulatedUpstream};
use crate::source::pool::adapt::{Acceptance, Adapt, AttemptEvidence};

/// A controller that can be simulated.
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

/// The result of a simulation, without its first ten seconds.
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

/// Simulates two minutes of a controller at an upstream. There is always a next job.
pub fn simulate(limits: &SimulatedUpstream, controller: &mut impl Controller, seed: u64) -> Score {
    let mut client = Client::default();
    let mut rng = Rng::with_seed(seed);
    let mut upstream = RunningUpstream::new(limits, -rng.f64());
    loop {
        client.start_attempts(controller);
        let (now, event) = client.next(controller);
        if now >= LASTS {
            return client.score(limits);
        }
        client.now = now;
        match event {
            SimulatedEvent::MayStart => {}
            SimulatedEvent::Arrives(attempt) if upstream.admits(now) => {
                client.serving.push(Reverse((now + upstream::service_time(&mut rng), attempt)));
            }
            SimulatedEvent::Arrives(attempt) => client.refused.push_back((now + TO_REFUSE, attempt)),
            SimulatedEvent::Ends(attempt, end) => {
                if end == Acceptance::Accepted {
                    upstream.end_attempt();
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
    /// Every attempt takes equally long to arrive, and so does every refusal, so both queues are in order.
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
enum SimulatedEvent {
    MayStart,
    Arrives(SimulatedAttempt),
    Ends(SimulatedAttempt, Acceptance),
}

impl Client {
    /// A new gap counts from the last start.
    fn opens_at(&self, controller: &impl Controller) -> Offset {
        self.last_start.map_or(Offset::ZERO, |last| last + controller.gap())
    }

    fn start_attempts(&mut self, controller: &impl Controller) {
        while self.in_flight < controller.limit() && self.now >= self.opens_at(controller) {
            let attempt = SimulatedAttempt { started: self.now, others: self.in_flight };
            self.arriving.push_back((self.now + ON_ITS_WAY, attempt));
            self.last_start = Some(self.now);
            self.in_flight += 1;
        }
    }

    /// Takes the next event.
    fn next(&mut self, controller: &impl Controller) -> (Offset, SimulatedEvent) {
        let arrives = self.arriving.front().map_or(NEVER, |&(at, _)| at);
        let is_refused = self.refused.front().map_or(NEVER, |&(at, _)| at);
        let is_served = self.serving.peek().map_or(NEVER, |Reverse((at, _))| *at);
        let ends = is_served.min(is_refused);
        let opens = if self.in_flight < controller.limit() { self.opens_at(controller) } else { NEVER };
        if opens <= ends.min(arrives) {
            return (opens, SimulatedEvent::MayStart);
        }
        if arrives <= ends {
            return (arrives, SimulatedEvent::Arrives(self.arriving.pop_front().unwrap().1));
        }
        let (attempt, end) = if is_served <= is_refused {
            (self.serving.pop().unwrap().0.1, Acceptance::Accepted)
        } else {
            (self.refused.pop_front().unwrap().1, Acceptance::Refused)
        };
        (ends, SimulatedEvent::Ends(attempt, end))
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

    fn score(&self, upstream: &SimulatedUpstream) -> Score {
        let (accepted, refused) = (f64::from(self.n_accepted), f64::from(self.n_refused));
        let expected = upstream.capacity(WARM_UP, LASTS);
        Score { goodput: accepted / expected, refused: refused / (accepted + refused).max(1.0) }
    }
}
