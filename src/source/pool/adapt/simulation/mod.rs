//! A simulation of the controller at an upstream: a batch of jobs, each refused one of which is asked again.
//!
//! It simulates discrete events without a clock or a network, so a minute takes a millisecond. Start at [`simulate`].

mod eighteen;
mod kinds;
mod tests;
pub mod truth;
pub mod upstream;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fastrand::Rng;

use crate::event::Offset;
use crate::event::adaptive::Learned;
use crate::source::pool::adapt::gentle::AdaptiveStart;
use crate::source::pool::adapt::history::StartId;
use crate::source::pool::adapt::seconds::{self, Seconds};
use crate::source::pool::adapt::simulation::upstream::{Limiter, LimiterReply};
use crate::source::pool::adapt::{Adapt, NextStart};
use crate::source::pool::throttle::stated::Stated;

/// How a batch is run.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub jobs: u32,
    pub cap: u32,
    /// The median latency.
    pub latency: Seconds,
    /// The spread of the service times: the deviation of their logarithm.
    pub spread: f64,
    pub seed: u64,
    pub start: AdaptiveStart,
    /// How much longer than the network a refusal takes.
    pub refusal: Seconds,
    /// It ends here at the latest.
    pub most: Seconds,
}

impl Setup {
    /// A scheduler that knows a stated wait asks nothing until it is over. The controller must cope with both.
    fn is_held(&self, now: Seconds, wait_end: Seconds) -> bool {
        self.seed.is_multiple_of(2) && now < wait_end - 2e-6
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug)]
pub struct BatchResult {
    pub seconds: Seconds,
    pub accepted: u32,
    pub refused: u32,
    /// Starts before a stated moment.
    pub early: u32,
    /// The most in flight.
    pub in_flight: u32,
    pub learned: Option<Learned>,
}

#[derive(Clone, Copy, Debug)]
enum SimulatedEvent {
    MayStart,
    Arrives(StartId),
    Served(StartId, LimiterReply),
    Accepted(StartId, LimiterReply),
    Refused(StartId, LimiterReply),
}

/// Events in order of time, and of the same time in order of arrival.
#[derive(Default)]
struct Agenda {
    queue: BinaryHeap<Reverse<(Offset, usize)>>,
    events: Vec<SimulatedEvent>,
}

impl Agenda {
    fn add(&mut self, at: Seconds, event: SimulatedEvent) {
        self.queue.push(Reverse((seconds::offset_at(at), self.events.len())));
        self.events.push(event);
    }

    fn next(&mut self) -> Option<(Offset, SimulatedEvent)> {
        let Reverse((at, i)) = self.queue.pop()?;
        Some((at, self.events[i]))
    }
}

/// The network and the service times.
struct Latencies {
    rng: Rng,
    network: Seconds,
    service: Seconds,
    spread: f64,
}

impl Latencies {
    fn new(setup: &Setup) -> Self {
        let network = (0.06 * setup.latency).max(0.0002);
        let service = (setup.latency - 2.0 * network).max(0.0002);
        Self { rng: Rng::with_seed(setup.seed), network, service, spread: setup.spread }
    }

    fn network(&mut self) -> Seconds {
        self.network * (0.9 + 0.4 * self.rng.f64())
    }

    /// Log-normal, by Box and Muller.
    fn service(&mut self) -> Seconds {
        let normal = (-2.0 * self.rng.f64().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * self.rng.f64()).cos();
        self.service * (self.spread * normal).exp()
    }
}

/// Simulates a batch. `changes` are moments at which the limiter allows another share of what it allowed at first.
pub fn simulate(limiter: &Limiter, setup: &Setup, changes: &[(Seconds, f64)]) -> BatchResult {
    let (mut upstream, mut latencies) = (limiter.clone(), Latencies::new(setup));
    let mut adapt = Adapt::new(setup.cap, setup.start);
    let mut result =
        BatchResult { seconds: setup.most, accepted: 0, refused: 0, early: 0, in_flight: 0, learned: None };
    let mut agenda = Agenda::default();
    agenda.add(0.0, SimulatedEvent::MayStart);
    let (mut ready, mut in_flight, mut busy) = (setup.jobs, 0, 0);
    let (mut wait_end, mut wake, mut changes) = (0.0_f64, None, changes.iter().peekable());
    while result.accepted < setup.jobs
        && let Some((at, event)) = agenda.next()
    {
        let now = seconds::moment(at);
        if now > setup.most {
            break;
        }
        while let Some(&(_, share)) = changes.next_if(|&&(moment, _)| now >= moment) {
            upstream.scale(limiter, share);
        }
        match event {
            SimulatedEvent::MayStart => wake = None,
            SimulatedEvent::Arrives(id) => {
                let reply = upstream.ask(now, busy, 0.88 * setup.latency);
                if reply.is_accepted {
                    busy += 1;
                    agenda.add(now + reply.delay + latencies.service(), SimulatedEvent::Served(id, reply));
                } else {
                    agenda.add(now + latencies.network() + setup.refusal, SimulatedEvent::Refused(id, reply));
                }
                continue;
            }
            SimulatedEvent::Served(id, reply) => {
                busy -= 1;
                agenda.add(now + latencies.network(), SimulatedEvent::Accepted(id, reply));
                continue;
            }
            SimulatedEvent::Accepted(id, reply) => {
                (in_flight, result.accepted, result.seconds) = (in_flight - 1, result.accepted + 1, now);
                if let Some((0, reset)) = reply.level {
                    wait_end = wait_end.max(now + reset);
                }
                adapt.accepted(id, at, &stated(&reply));
            }
            SimulatedEvent::Refused(id, reply) => {
                (in_flight, ready, result.refused) = (in_flight - 1, ready + 1, result.refused + 1);
                wait_end = wait_end.max(reply.wait.map_or(0.0, |wait| now + wait));
                adapt.refused(id, at, reply.wait.map(seconds::duration_of), &stated(&reply));
            }
        }
        if setup.is_held(now, wait_end) {
            if wake.is_none() {
                wake = Some(seconds::offset_at(wait_end));
                agenda.add(wait_end, SimulatedEvent::MayStart);
            }
            continue;
        }
        while ready > 0 && in_flight < setup.cap {
            match adapt.next_start(at, in_flight) {
                NextStart::At(moment) if moment <= at => {
                    result.early += u32::from(now < wait_end - 2e-6);
                    let id = adapt.start(at, in_flight);
                    agenda.add(now + latencies.network(), SimulatedEvent::Arrives(id));
                    (ready, in_flight) = (ready - 1, in_flight + 1);
                    result.in_flight = result.in_flight.max(in_flight);
                }
                NextStart::At(moment) => {
                    if wake.is_none_or(|wake| moment < wake) {
                        wake = Some(moment);
                        agenda.add(seconds::moment(moment), SimulatedEvent::MayStart);
                    }
                    break;
                }
                NextStart::AfterAnEnd => break,
            }
        }
    }
    result.learned = adapt.learned();
    result
}

fn stated(reply: &LimiterReply) -> Stated {
    Stated {
        remaining: reply.level.map(|(remaining, _)| remaining.into()),
        resets: reply.level.map(|(_, reset)| seconds::duration_of(reset)),
        quota: reply.quota.map(u64::from),
        window: reply.window.map(seconds::duration_of),
        at_once: None,
    }
}

/// The least time in which a batch can end: the latency with all that may be in flight, or what the limiter allows.
pub fn least_time(limiter: &Limiter, setup: &Setup) -> Seconds {
    let cap = match limiter {
        Limiter::AtOnce { limit, .. } => setup.cap.min(*limit),
        _ => setup.cap,
    };
    let mut latencies = Latencies::new(setup);
    let mut slots: BinaryHeap<Reverse<Offset>> = (0..cap).map(|_| Reverse(Offset::ZERO)).collect();
    let mut end = 0.0_f64;
    for _ in 0..setup.jobs {
        let Some(Reverse(at)) = slots.pop() else { break };
        let took = latencies.network() + latencies.service() + latencies.network();
        end = end.max(seconds::moment(at) + took);
        slots.push(Reverse(seconds::offset_at(seconds::moment(at) + took)));
    }
    let least = limiter.least_time(f64::from(setup.jobs));
    if least > 0.0 { end.max(least + setup.latency) } else { end }
}
