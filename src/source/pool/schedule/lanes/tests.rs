//! Tests of eviction: the number of lanes is bounded, and no state that matters is lost.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use crate::event::waits::WaitTimes;
use crate::event::{HostId, Offset};
use crate::plan::Plan;
use crate::source::pool::schedule::lanes::{EXAMINED_PER_LANE, Lanes, MAX_LANES};

const CAP: u32 = 50;

/// The most lanes that there are when all of them can be evicted.
const MOST: usize = MAX_LANES + MAX_LANES / EXAMINED_PER_LANE + 1;

fn lanes(limits: &str) -> Lanes {
    let text = format!("[limits]\n{limits}\n[[endpoint]]\nurl = \"http://h.test/\"\n");
    Lanes::new(&Plan::from_toml(&text, "plan.toml", Path::new("."), &|_| None).unwrap().limits)
}

fn name(n: usize) -> Arc<str> {
    format!("http://h{n}.test").into()
}

/// The lane of the nth host, which is added if it has none.
fn lane(lanes: &mut Lanes, n: usize) -> usize {
    lanes.find(&name(n)).unwrap_or_else(|| lanes.add(&name(n), CAP))
}

/// Starts and ends one attempt at the nth host.
fn use_host(lanes: &mut Lanes, n: usize) -> HostId {
    let i = lane(lanes, n);
    let now = lanes.now;
    lanes.lane(i).start(now);
    lanes.lane(i).end();
    HostId(u32::try_from(i).unwrap())
}

#[test]
fn a_hundred_thousand_hosts_leave_no_more_lanes_than_the_cap() {
    let mut lanes = lanes("");
    for n in 0..100_000 {
        use_host(&mut lanes, n);
        assert!(lanes.all.len() <= MOST && lanes.by_name.len() == lanes.all.len());
        assert_eq!(lanes.candidates.len(), lanes.all.len());
    }
    assert!(lanes.all.len() <= MAX_LANES);
}

#[test]
fn a_host_in_use_keeps_its_lane_and_one_that_comes_back_is_a_new_host() {
    let mut lanes = lanes("");
    let (first, second) = (use_host(&mut lanes, 0), use_host(&mut lanes, 1));
    for n in 2..50_000 {
        assert_eq!(use_host(&mut lanes, 0), first);
        use_host(&mut lanes, n);
    }
    assert!(lanes.get(second).is_none());
    assert_ne!(use_host(&mut lanes, 1), second);
}

#[test]
fn a_lane_waits_for_its_gap_before_it_can_be_evicted() {
    let mut lanes = lanes("per_host_gap = \"1s\"");
    for n in 0..2 * MAX_LANES {
        use_host(&mut lanes, n);
    }
    assert_eq!(lanes.all.len(), 2 * MAX_LANES);
    lanes.set_time(Offset(1_000_000), WaitTimes::NONE);
    for n in 0..2 * MAX_LANES {
        use_host(&mut lanes, 2 * MAX_LANES + n);
    }
    assert!((0..2 * MAX_LANES).all(|n| lanes.find(&name(n)).is_none()));
}

/// A state that an eviction would lose.
#[derive(Clone, Copy, Debug)]
enum Kept {
    Cooldown,
    Quarantine,
    Limit,
    InFlight,
    Source,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]
    #[test]
    fn no_eviction_loses_a_cooldown_a_limit_a_quarantine_or_work(
        kept in prop::collection::vec(
            (0..3 * MAX_LANES, prop_oneof![
                Just(Kept::Cooldown), Just(Kept::Quarantine), Just(Kept::Limit), Just(Kept::InFlight),
                Just(Kept::Source),
            ]),
            1..50,
        ),
    ) {
        let mut lanes = lanes("");
        let mut hosts = Vec::new();
        for n in 0..3 * MAX_LANES {
            let host = use_host(&mut lanes, n);
            for (_, kept) in kept.iter().filter(|(of, _)| *of == n) {
                let lane = lanes.get(host).unwrap();
                match kept {
                    Kept::Cooldown => {
                        lane.cool_until(Offset(5_000_000));
                    }
                    Kept::Quarantine => lane.is_quarantined = true,
                    Kept::Limit => (lane.limit, lane.is_pinned) = (Some(3), true),
                    Kept::InFlight => drop(lane.start(Offset::ZERO)),
                    Kept::Source => lane.sources.push_back(0),
                }
                hosts.push((host, *kept));
            }
        }
        for n in 0..2 * MAX_LANES {
            use_host(&mut lanes, 3 * MAX_LANES + n);
        }
        for (host, kept) in hosts {
            let lane = lanes.get(host);
            prop_assert!(lane.is_some(), "{:?} of {:?}", kept, host);
            let lane = lane.unwrap();
            let is_kept = match kept {
                Kept::Cooldown => lane.opens_at() >= Offset(5_000_000),
                Kept::Quarantine => lane.is_quarantined,
                Kept::Limit => lane.limit == Some(3),
                Kept::InFlight => lane.in_flight() > 0,
                Kept::Source => lane.has_work(),
            };
            prop_assert!(is_kept);
        }
        prop_assert!(lanes.all.len() <= MOST + 50);
    }
}
