//! For any plan, script and commands, the events of a run add up.

use inflight::control::Command;
use inflight::event::adaptive::AdaptiveMode;
use inflight::event::cause::Cause;
use inflight::event::outcome::Reason;
use inflight::event::reasons::RunEnd;
use inflight::event::{EndpointId, HostId, JobId, Scope};
use proptest::prelude::*;

use crate::pool::rig::{Act, End, Rig, endpoint, ends};

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        8 => Just(End::Status(200)),
        2 => Just(End::Status(500)),
        4 => prop::sample::select(vec![503, 403, 408, 425, 502]).prop_map(End::Status),
        1 => prop::sample::select(vec![(403, "1"), (502, "1"), (503, "2"), (503, "0")])
            .prop_map(|(status, wait)| End::Asked(status, wait)),
        2 => prop_oneof![Just(""), Just("0"), Just("1"), Just("3"), Just("soon")].prop_map(End::Throttled),
        2 => prop_oneof![Just("http://h0.test/"), Just("http://other.test/"), Just("/again")].prop_map(End::To),
        2 => Just(End::Reset),
        1 => Just(End::Status(502)),
        1 => Just(End::Fails(Reason::Refused)),
        1 => Just(End::Fails(Reason::Local)),
        1 => Just(End::TimedOut),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let limit = |scope| (1..12_u32).prop_map(move |limit| Command::SetLimit { scope, limit });
    prop_oneof![
        4 => limit(Scope::Run),
        2 => limit(Scope::Host(HostId(0))),
        2 => Just(Command::Pause),
        3 => Just(Command::Resume),
        1 => Just(Command::Mark),
        2 => (1..20_u64).prop_map(|job| Command::CancelJob(JobId(job))),
        2 => (1..20_u64).prop_map(|job| Command::PostponeJob(JobId(job))),
        1 => (0..4_u32).prop_map(|endpoint| Command::SkipEndpoint(EndpointId(endpoint))),
        2 => (0..2_u32).prop_map(|host| Command::Quarantine(HostId(host))),
        2 => (0..2_u32).prop_map(|host| Command::Release(HostId(host))),
        1 => prop::sample::select(AdaptiveMode::ALL.to_vec()).prop_map(Command::SetAdaptive),
        1 => (0..2_u32).prop_map(|host| Command::TryHost(HostId(host))),
        2 => cause().prop_map(Command::Repeat),
    ]
}

fn cause() -> impl Strategy<Value = Cause> {
    prop_oneof![Just(Cause::Status(500)), Just(Cause::Throttled(429)), Just(Cause::Failed(Reason::Reset))]
}

#[derive(Clone, Debug)]
struct Any {
    limits: String,
    repeats: Vec<u32>,
    acts: Vec<Act>,
    commands: Vec<(u64, Command)>,
    stop: Option<(u64, Command)>,
    events_ahead: usize,
    listens_every: u64,
    fail_fast: bool,
    rounds: Option<u32>,
    again: Option<(u64, Cause)>,
}

fn any_run() -> impl Strategy<Value = Any> {
    let mode = prop::sample::select(AdaptiveMode::ALL.to_vec());
    let own = (prop::option::of(1..4_u32), prop::option::of(1..50_u32), prop::option::of(1..200_u32));
    let limits = (1..10_u32, mode, own).prop_map(|(all, mode, (host, rate, gap))| {
        let mut limits = format!("[limits]\nconcurrency = {all}\nadaptive = \"{}\"\n", mode.label());
        limits += &host.map_or_else(String::new, |n| format!("per_host = {n}\n"));
        limits += &rate.map_or_else(String::new, |n| format!("rate = \"{n}/s\"\n"));
        limits + &gap.map_or_else(String::new, |n| format!("per_host_gap = \"{n}ms\"\n"))
    });
    let act = (0..300_u64, end()).prop_map(|(ms, end)| ends(ms, end));
    let stop = prop_oneof![Just(Command::Drain), Just(Command::Cancel)];
    (
        limits,
        prop::collection::vec(1..15_u32, 1..4),
        prop::collection::vec(act, 1..40),
        prop::collection::vec((0..3000_u64, command()), 0..8),
        prop::option::weighted(0.3, (0..3000_u64, stop)),
        prop_oneof![Just(1_usize), Just(3), Just(10_000)],
        prop_oneof![4 => Just(0_u64), 1 => 1..5_u64],
        prop::bool::weighted(0.1),
        (prop::option::weighted(0.2, 1..4_u32), prop::option::weighted(0.3, (0..5_000_u64, cause()))),
    )
        .prop_map(
            |(limits, repeats, acts, commands, stop, events_ahead, listens_every, fail_fast, (rounds, again))| Any {
                limits,
                repeats,
                acts,
                commands,
                stop,
                events_ahead,
                listens_every,
                fail_fast,
                rounds,
                again,
            },
        )
}

async fn run(any: Any) -> (Option<u64>, usize, usize, RunEnd) {
    let rounds = any.rounds.map_or_else(String::new, |n| format!("every = \"700ms\"\nrounds = {n}\n"));
    let mut plan = format!(
        "fail_fast = {}\n{rounds}{}[retry]\nbackoff = \"50ms..200ms\"\noutage = \"2s\"\nunreachable = \"1s\"\n",
        any.fail_fast, any.limits
    );
    plan += "[defaults]\njob_timeout = \"5s\"\nredirects = 3\n";
    for (i, repeat) in any.repeats.iter().enumerate() {
        plan += &endpoint(&format!("h{i}.test"), *repeat);
    }
    let acts = any.acts;
    let pick = move |source: u32, row: u64, n: u32| {
        let i = u64::from(source) * 7 + row * 3 + u64::from(n) * 11;
        acts[usize::try_from(i).unwrap() % acts.len()].clone()
    };
    let mut rig = Rig::new(&plan, move |cue| pick(cue.place.source, cue.place.row, cue.n));
    let mut commands = any.commands;
    commands.extend(any.stop);
    commands.push((3001, Command::Resume));
    commands.extend((0..2).map(|host| (3001, Command::Release(HostId(host)))));
    commands.sort_by_key(|(at, _)| *at);
    for (at, command) in commands {
        rig = rig.command(at, command);
    }
    if let Some((ms, cause)) = any.again {
        rig = rig.again_after(ms, cause);
    }
    let run = rig.events_ahead(any.events_ahead).listens_every(any.listens_every).run().await;
    let ledger = run.ledger();
    (ledger.drawn, ledger.ends.len(), ledger.repeats.len(), run.end().0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn every_event_of_every_run_adds_up(any in any_run()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let n_jobs = u64::from(any.repeats.iter().sum::<u32>() * any.rounds.unwrap_or(1));
        let is_stopped = any.stop.is_some() || any.fail_fast;
        let (drawn, n_settled, n_repeats, how) = runtime.block_on(run(any));
        let n_jobs = n_jobs + n_repeats as u64;
        prop_assert!(drawn.is_none_or(|drawn| drawn == n_jobs));
        if !is_stopped {
            prop_assert_eq!((n_settled as u64, how), (n_jobs, RunEnd::Finished));
        }
    }
}
