//! A running scenario: all its lanes, started at the same time.
//!
//! Start at [`LabRun::start`] and [`LabRun::race`].

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use crate::event::{Micros, Offset};
use crate::lab::controls::Controls;
use crate::lab::lane::{LabLane, PreparedLane};
use crate::lab::pause_gate::PauseGate;
use crate::lab::scenario::Scenario;
use crate::lab::spec::Cap;
use crate::lab::workload::WorkloadSpec;
use crate::model::race::Race;
use crate::source::pool::wire::descriptors;

/// The names of the lanes' upstreams.
const HOSTS: [&str; 4] = ["a", "b", "c", "d"];

/// A running scenario. Dropping it stops it.
#[derive(Debug)]
pub struct LabRun {
    scenario: Scenario,
    controls: Controls,
    gate: Arc<PauseGate>,
    lanes: Vec<LabLane>,
}

impl LabRun {
    /// Starts every lane.
    ///
    /// # Errors
    /// The system has no thread or socket left.
    pub fn start(scenario: Scenario, controls: Controls) -> io::Result<Self> {
        descriptors::raise_limit();
        let spec = scenario.spec();
        let delay = controls.delay.div_f64(controls.speed);
        // Each lane fills in the address of its own upstream.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let workload = |host| WorkloadSpec { requests: controls.requests, delay, address, host, path: spec.path };
        let lanes = spec.approaches.iter().zip(HOSTS);
        let lanes = lanes.map(|(approach, host)| PreparedLane::new(approach, &workload(host)));
        let lanes: Vec<_> = lanes.collect::<io::Result<_>>()?;
        let start = Instant::now();
        let gate = Arc::new(PauseGate::new(start, CancellationToken::new()));
        let lanes = lanes.into_iter().map(|lane| LabLane::start(lane, controls.limit, start, &gate)).collect();
        match lanes {
            Ok(lanes) => Ok(Self { scenario, controls, gate, lanes }),
            Err(error) => {
                gate.close();
                Err(error)
            }
        }
    }

    /// The scenario.
    pub fn scenario(&self) -> Scenario {
        self.scenario
    }

    /// The lanes, in their order.
    pub fn lanes(&self) -> &[LabLane] {
        &self.lanes
    }

    /// Time since the start.
    pub fn now(&self) -> Offset {
        self.gate.now()
    }

    /// Whether every lane has ended.
    pub fn is_over(&self) -> bool {
        self.lanes.iter().all(LabLane::is_over)
    }

    /// Whether no request may start.
    pub fn is_paused(&self) -> bool {
        self.gate.is_paused()
    }

    /// Pauses or resumes all lanes.
    pub fn pause(&self, is_paused: bool) {
        self.gate.set_paused(is_paused);
        for lane in &self.lanes {
            lane.pause(is_paused);
        }
    }

    /// Changes the limit of the lanes that have one.
    pub fn set_limit(&mut self, limit: u32) {
        self.controls.limit = limit;
        for lane in &self.lanes {
            lane.set_limit(limit);
        }
    }

    /// The figures of all lanes as of now.
    pub fn race(&self) -> Race {
        let spec = self.scenario.spec();
        let has_limit = spec.approaches.iter().any(|approach| approach.cap == Cap::Limit);
        Race {
            name: spec.name,
            sentence: spec.sentence,
            rule: spec.lesson.rule,
            measure: spec.measure,
            requests: self.controls.requests,
            delay: Micros::from(self.controls.delay),
            delay_is: spec.delay_label,
            limit: has_limit.then_some(self.controls.limit),
            speed: self.controls.speed,
            lanes: self.lanes.iter().map(LabLane::figures).collect(),
        }
    }
}

impl Drop for LabRun {
    fn drop(&mut self) {
        self.gate.close();
    }
}
