//! Limits that processes share: exact with late messages, fair among many.

use proptest::prelude::*;

use crate::event::Offset;
use crate::watch::listener::Connection;
use crate::watch::steering::shares::{GateReport, NewShare, Shares};

/// The first report of a process.
const NOTHING: GateReport = GateReport { number: 0, held: 0, waiting: 0 };

/// A process as its gate behaves: it admits up to its share, and reports.
#[derive(Clone, Copy, Debug, Default)]
struct FakeGate {
    share: Option<u32>,
    number: u64,
    held: u32,
    wants: u32,
}

impl FakeGate {
    fn admit(&mut self) {
        let room = self.share.map_or(u32::MAX, |share| share.saturating_sub(self.held));
        let n = room.min(self.wants);
        (self.held, self.wants) = (self.held + n, self.wants - n);
    }

    fn report(&self) -> GateReport {
        GateReport { number: self.number, held: self.held, waiting: self.wants }
    }
}

fn plan(shares: &mut Shares, at: u64) -> Vec<(u32, Option<u32>)> {
    shares.plan(Offset(at)).into_iter().map(|new| (new.connection.0, new.share)).collect()
}

#[test]
fn a_single_process_has_the_whole_limit() {
    let mut shares = Shares::new(Some(10));
    shares.report(Offset(0), Connection(0), NOTHING);
    assert_eq!(plan(&mut shares, 0), [(0, Some(10))]);
    assert_eq!(plan(&mut shares, 1), []);
    shares.limit = Some(3);
    assert_eq!(plan(&mut shares, 2), [(0, Some(3))]);
    // It drains by itself, and gets more at once.
    shares.limit = Some(25);
    assert_eq!(plan(&mut shares, 3), [(0, Some(25))]);
    shares.is_paused = true;
    assert_eq!(plan(&mut shares, 4), [(0, Some(0))]);
    (shares.is_paused, shares.limit) = (false, None);
    assert_eq!(plan(&mut shares, 5), [(0, None)]);
}

#[test]
fn a_share_is_raised_only_into_room_that_another_has_left() {
    let mut shares = Shares::new(Some(10));
    shares.report(Offset(0), Connection(0), NOTHING);
    plan(&mut shares, 0);
    shares.report(Offset(1), Connection(0), GateReport { number: 1, held: 10, waiting: 50 });
    shares.report(Offset(1), Connection(1), GateReport { number: 0, held: 0, waiting: 50 });
    assert_eq!(plan(&mut shares, 300_000), [(0, Some(5))]);
    shares.report(Offset(2), Connection(0), GateReport { number: 2, held: 8, waiting: 50 });
    assert_eq!(plan(&mut shares, 300_001), [(1, Some(2))]);
    shares.report(Offset(3), Connection(0), GateReport { number: 2, held: 5, waiting: 50 });
    assert_eq!(plan(&mut shares, 300_002), [(1, Some(5))]);
}

#[test]
fn processes_take_turns_if_there_are_more_than_the_limit() {
    let mut shares = Shares::new(Some(1));
    let mut gates = [FakeGate { share: Some(0), wants: 1_000, ..FakeGate::default() }; 3];
    let mut served = [0; 3];
    for i in 0..3 {
        shares.report(Offset(0), Connection(i), NOTHING);
    }
    for step in 0..400_u64 {
        let now = Offset(step * 10_000);
        for (i, gate) in gates.iter_mut().enumerate() {
            served[i] += gate.held;
            gate.held = 0;
            gate.admit();
            shares.report(now, Connection(u32::try_from(i).unwrap()), gate.report());
        }
        assert!(gates.iter().map(|gate| gate.held).sum::<u32>() <= 1);
        for NewShare { connection, share, number } in shares.plan(now) {
            let gate = &mut gates[connection.0 as usize];
            (gate.share, gate.number) = (share, number);
        }
    }
    assert!(served.iter().all(|n| *n > 50), "{served:?}");
}

proptest! {
    /// Messages are delayed, limits turned and processes join and end; the sum never exceeds the limit but to drain.
    #[test]
    fn together_they_never_exceed_the_limit(steps in prop::collection::vec((0..7_u8, 0..4_u32, 0..20_u32), 1..300)) {
        let mut shares = Shares::new(Some(8));
        let mut gates: [Option<FakeGate>; 4] = [None; 4];
        let mut posts: Vec<NewShare> = Vec::new();
        let mut most = 8;
        let mut now = 0;
        for (what, who, n) in steps {
            now += 40_000;
            let gate = &mut gates[who as usize];
            match (what, gate.as_mut()) {
                (0, None) => {
                    *gate = Some(FakeGate { share: Some(0), wants: n * 3, ..FakeGate::default() });
                    shares.report(Offset(now), Connection(who), NOTHING);
                }
                (1, _) => {
                    shares.limit = Some(n);
                    most = most.max(n);
                }
                (2, Some(gate)) => gate.held = gate.held.saturating_sub(n),
                (3, Some(gate)) => gate.wants += n,
                (4, Some(gate)) => shares.report(Offset(now), Connection(who), gate.report()),
                (5, Some(_)) => {
                    // Messages arrive in order.
                    if let Some(at) = posts.iter().position(|post| post.connection == Connection(who)) {
                        let post = posts.remove(at);
                        let gate = gates[who as usize].as_mut().unwrap();
                        (gate.share, gate.number) = (post.share, post.number);
                    }
                }
                _ => {}
            }
            posts.extend(shares.plan(Offset(now)));
            let before: u32 = gates.iter().flatten().map(|gate| gate.held).sum();
            gates.iter_mut().flatten().for_each(FakeGate::admit);
            let held: u32 = gates.iter().flatten().map(|gate| gate.held).sum();
            // What is admitted anew is within the limit, as soon as everyone has heard of it.
            let limit = if posts.is_empty() { shares.limit.unwrap() } else { most };
            prop_assert!(held <= limit.max(before), "{held} of {limit}: {shares:?}");
            most = limit;
        }
    }
}
