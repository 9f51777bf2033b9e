//! Tests of folded hosts, returning hosts and exact totals.

use proptest::prelude::*;

use crate::event::origin::Origin;
use crate::event::outcome::{Outcome, Phase, PhaseTimes};
use crate::event::waits::WaitTimes;
use crate::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Micros, Offset};
use crate::model::Model;
use crate::model::host::HostStats;
use crate::model::host::table::Hosts;

const MOST: usize = 16;

/// A model that keeps few hosts individually.
fn small_model() -> Model {
    let mut model = Model::default();
    model.hosts.most = MOST;
    model
}

fn apply(model: &mut Model, at: u64, fact: Fact) {
    model.apply(&Event { at: Offset(at), origin: Origin::HERE, fact });
}

fn announce(model: &mut Model, at: u64, id: u32, name: u32) {
    let name = format!("https://{name}.example:443").into();
    apply(model, at, Fact::HostAnnounced { host: HostId(id), name, limit: None });
}

fn start(model: &mut Model, at: u64, job: u64, host: u32) {
    let attempt = Attempt { job: JobId(job), n: 1 };
    let (endpoint, host, target) = (EndpointId(0), HostId(host), "GET /".into());
    let waited = WaitTimes { slot: Micros(1), ..WaitTimes::NONE };
    apply(
        model,
        at,
        Fact::AttemptStarted {
            attempt,
            endpoint,
            host,
            row: 0,
            slot: 0,
            target,
            waited,
            page: None,
            until: None,
            due: None,
        },
    );
}

fn end(model: &mut Model, at: u64, job: u64, outcome: Outcome) {
    let (attempt, spent) = (Attempt { job: JobId(job), n: 1 }, PhaseTimes::default());
    apply(model, at, Fact::AttemptEnded { attempt, outcome, spent, malformed: 0, decoded: None });
}

fn answer(status: u16) -> Outcome {
    Outcome::Answered { status, bytes: 0, expected: status == 200 }
}

/// A run with `n` hosts and one attempt at each.
fn run_of(n: u32) -> Model {
    let mut model = small_model();
    for id in 0..n {
        let at = u64::from(id) * 10;
        announce(&mut model, at, id, id);
        start(&mut model, at, u64::from(id), id);
        end(&mut model, at + 5, u64::from(id), answer(200));
    }
    model
}

#[test]
fn many_hosts_take_no_more_room_than_those_kept_in_full() {
    let model = run_of(20_000);
    assert!(model.hosts.n_kept() <= MOST);
    assert_eq!(model.hosts.n_kept() as u64 + model.hosts.n_others(), 20_000);
    assert!(model.hosts.numbers.len() <= MOST && model.hosts.by_name.len() <= MOST);
    assert_eq!(model.hosts.kept().last().map(|host| &*host.name), Some("https://19999.example:443"));
    let others = model.hosts.others().unwrap();
    assert_eq!(others.answered + model.hosts.kept().map(|host| host.answered).sum::<u64>(), 20_000);
}

#[test]
fn a_host_in_use_in_cooldown_or_changed_by_the_operator_is_never_folded() {
    let mut model = small_model();
    for id in 0..4 {
        announce(&mut model, 0, id, id);
    }
    start(&mut model, 0, 0, 0);
    apply(&mut model, 0, Fact::CooldownSet { host: HostId(1), until: Offset(1_000_000) });
    apply(&mut model, 0, Fact::HostQuarantined { host: HostId(2) });
    for id in 4..200 {
        announce(&mut model, u64::from(id), id, id);
    }
    let is_kept = |id| model.host_by_id(Origin::HERE, HostId(id)).is_some();
    assert_eq!([0, 1, 2, 3].map(is_kept), [true, true, true, false]);
}

#[test]
fn a_host_that_returns_under_a_new_id_is_the_same_host() {
    let mut model = small_model();
    announce(&mut model, 0, 0, 7);
    start(&mut model, 0, 1, 0);
    end(&mut model, 1, 1, answer(200));
    announce(&mut model, 2, 1, 7);
    start(&mut model, 2, 2, 1);
    assert_eq!(
        (model.hosts.n_kept(), model.hosts.get(0).map(|host| (host.id, host.started))),
        (1, Some((HostId(1), 2)))
    );
}

#[test]
fn what_happens_at_a_folded_host_counts_for_the_others_and_is_no_anomaly() {
    let mut model = run_of(40);
    let before = model.hosts.others().map(|host| host.started).unwrap();
    start(&mut model, 1_000, 1_000, 0);
    let others = model.hosts.others().unwrap();
    assert_eq!((others.started, others.in_flight, model.anomalies.unannounced), (before + 1, 1, 1), "the endpoint");
    assert_eq!(model.open.all().next().map(|flight| flight.host), Some(Hosts::OTHERS));
}

proptest! {
    #[test]
    fn kept_hosts_and_the_others_add_up_to_the_run(steps in prop::collection::vec((0..6_u8, 0..60_u32, 0..40_u64), 0..400)) {
        let mut model = small_model();
        let mut next = 0;
        for (at, (step, host, job)) in (0..).zip(steps) {
            match step {
                0 => announce(&mut model, at, host, host),
                1 => {
                    next += 1;
                    announce(&mut model, at, 60 + next, host);
                }
                2 => start(&mut model, at, job, host),
                3 => end(&mut model, at, job, answer(200)),
                4 => end(&mut model, at, job, Outcome::Throttled { status: 429, retry_after: None }),
                _ => end(&mut model, at, job, Outcome::TimedOut { phase: Phase::Body }),
            }
        }
        let sum = |count: fn(&HostStats) -> u64| model.hosts.all().map(count).sum::<u64>();
        let totals = &model.totals;
        prop_assert_eq!(sum(|host| host.started), totals.started);
        prop_assert_eq!(sum(|host| host.in_flight.into()), model.open.n() as u64);
        prop_assert_eq!(sum(|host| host.answered), totals.expected + totals.unexpected);
        prop_assert_eq!(sum(|host| host.throttled), totals.throttled);
        prop_assert_eq!(sum(|host| host.failed), totals.timed_out + totals.broken + totals.unexpected);
        prop_assert_eq!(sum(|host| host.latency.n()), model.latency.n());
        prop_assert_eq!(sum(|host| host.usage.ended), totals.ended);
        prop_assert_eq!(sum(|host| host.usage.service.0), totals.service.0);
        prop_assert_eq!(sum(|host| host.usage.waits.slot.0), model.waits.slot.0);
        // Hosts with attempts in flight are never folded.
        prop_assert!(model.hosts.n_kept() <= MOST.max(model.open.n() + 2 + MOST));
    }
}
