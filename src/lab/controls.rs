//! A scenario under way: all its lanes, started together, with the dials that they share.
//!
//! Start at [`Controls::start`] and [`Controls::race`].

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::event::{Micros, Offset};
use crate::lab::lane::{Lane, Ready};
use crate::lab::pause_gate::Hold;
use crate::lab::scenario::{Cap, Scenario};
use crate::lab::workload::Order;
use crate::model::race::Race;
use crate::source::pool::wire::descriptors;

/// What lanes' upstreams are called.
const HOSTS: [&str; 4] = ["a", "b", "c", "d"];

/// The dials of a scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dials {
    /// Requests of each lane.
    pub requests: u64,
    /// The length of time that the scenario turns on.
    pub delay: Duration,
    /// The limit of the lanes that have one.
    pub limit: u32,
    /// How many times faster all delays run.
    pub speed: f64,
}

/// A scenario under way. Dropping it ends it.
#[derive(Debug)]
pub struct Controls {
    scenario: Scenario,
    dials: Dials,
    hold: Arc<Hold>,
    lanes: Vec<Lane>,
}

impl Dials {
    /// The most requests that a lane may have.
    pub const MOST_REQUESTS: u64 = 1_000;
    /// The shortest and the longest delay.
    pub const DELAYS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(10));

    /// The dials of a scenario unless said otherwise.
    pub fn usual(scenario: Scenario) -> Self {
        let usual = scenario.about().usual;
        Self { requests: usual.requests, delay: usual.delay, limit: usual.limit, speed: 1.0 }
    }
}

impl Controls {
    /// Starts every lane.
    ///
    /// # Errors
    /// There is no room for another thread or socket.
    pub fn start(scenario: Scenario, dials: Dials) -> io::Result<Self> {
        descriptors::raise_limit();
        let about = scenario.about();
        let delay = dials.delay.div_f64(dials.speed);
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let order = |host| Order { requests: dials.requests, delay, address: nowhere, host, path: about.path };
        let ready = about.ways.iter().zip(HOSTS).map(|(way, host)| Ready::new(way, &order(host)));
        let ready: Vec<_> = ready.collect::<io::Result<_>>()?;
        let start = Instant::now();
        let hold = Arc::new(Hold::new(start, CancellationToken::new()));
        let lanes = ready.into_iter().map(|ready| Lane::start(ready, dials.limit, start, &hold)).collect();
        match lanes {
            Ok(lanes) => Ok(Self { scenario, dials, hold, lanes }),
            Err(error) => {
                hold.end();
                Err(error)
            }
        }
    }

    /// Which scenario it is.
    pub fn scenario(&self) -> Scenario {
        self.scenario
    }

    /// The lanes, in their order.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Time since it started.
    pub fn now(&self) -> Offset {
        self.hold.now()
    }

    /// Whether every lane has ended.
    pub fn is_over(&self) -> bool {
        self.lanes.iter().all(Lane::is_over)
    }

    /// Whether nothing starts.
    pub fn is_paused(&self) -> bool {
        self.hold.is_on()
    }

    /// Holds all lanes back, or no longer.
    pub fn pause(&self, is_paused: bool) {
        self.hold.set(is_paused);
        for lane in &self.lanes {
            lane.pause(is_paused);
        }
    }

    /// Turns the limit of the lanes that have one.
    pub fn set_limit(&mut self, limit: u32) {
        self.dials.limit = limit;
        for lane in &self.lanes {
            lane.set_limit(limit);
        }
    }

    /// What all lanes have come to.
    pub fn race(&self) -> Race {
        let about = self.scenario.about();
        Race {
            name: about.name,
            sentence: about.sentence,
            rule: about.lesson.rule,
            measure: about.measure,
            requests: self.dials.requests,
            delay: Micros::from(self.dials.delay),
            delay_is: about.delay_is,
            limit: about.ways.iter().any(|way| way.cap == Cap::Limit).then_some(self.dials.limit),
            speed: self.dials.speed,
            lanes: self.lanes.iter().map(Lane::figures).collect(),
        }
    }
}

impl Drop for Controls {
    fn drop(&mut self) {
        self.hold.end();
    }
}
