//! Many hosts in one run: none delays another.

use inflight::event::{Fact, Offset};

use crate::pool::rig::{End, Rig, endpoint, ends, ok};

/// Twenty hosts of fifty jobs each; five at once at each host.
fn twenty_hosts(which: impl Fn(usize) -> bool) -> String {
    let mut plan = "[limits]\nconcurrency = 100\nper_host = 5\n[retry]\nattempts = 2\n".to_owned();
    for i in (0..20).filter(|&i| which(i)) {
        plan += &endpoint(&format!("h{i}.test"), 50);
    }
    plan
}

#[tokio::test(start_paused = true)]
async fn a_host_that_throttles_and_one_that_hangs_cost_the_others_nothing() {
    let alone = Rig::new(&twenty_hosts(|i| i >= 2), |_| ok(100)).run().await.end().1;
    let run = Rig::new(&twenty_hosts(|_| true), |cue| match cue.host {
        "h0.test" => ends(10, End::Throttled("60")),
        "h1.test" => ends(30_000, End::TimedOut),
        _ => ok(100),
    })
    .run()
    .await;
    run.ledger();
    let last = |host: &str| run.arrivals_at(host).last().copied().unwrap();
    for i in 2..20 {
        let end = last(&format!("h{i}.test")).0 + 100_000;
        assert!(end as f64 <= alone.0 as f64 * 1.05, "host {i}: {end} against {alone:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_host_has_its_share_of_the_slots_and_all_of_them_at_the_end() {
    // Eight slots and ten hosts of thirty jobs each; one takes 1.5 s for a request, the others 20 ms.
    let mut plan = "[limits]\nconcurrency = 8\n".to_owned();
    (0..10).for_each(|i| plan += &endpoint(&format!("h{i}.test"), 30));
    let run = Rig::new(&plan, |cue| ok(if cue.host == "h3.test" { 1_500 } else { 20 })).run().await;
    assert_eq!(run.ledger().ends.len(), 300);
    for i in (0..10).filter(|i| *i != 3) {
        let last = run.arrivals_at(&format!("h{i}.test")).last().copied().unwrap();
        assert!(last < Offset(1_500_000), "h{i}: {last:?}");
    }
    // Its jobs alone take 30 × 1.5 s ÷ 8.
    assert!(run.end().1 <= Offset(7_600_000), "{:?}", run.end());
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_holds_no_more_slots_than_the_others() {
    let mut plan = "[limits]\nconcurrency = 20\n[defaults]\ntimeout = \"2s\"\n[retry]\nattempts = 1\n".to_owned();
    (0..20).for_each(|i| plan += &endpoint(&format!("h{i}.test"), 200));
    let alone = 200 * 50_000;
    let run =
        Rig::new(&plan, |cue| if cue.host == "h7.test" { ends(2_000, End::TimedOut) } else { ok(50) }).run().await;
    for i in (0..20).filter(|i| *i != 7) {
        let last = run.arrivals_at(&format!("h{i}.test")).last().copied().unwrap();
        assert!(last <= Offset(alone * 105 / 100), "h{i}: {last:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn hosts_of_one_list_do_not_wait_for_each_other_either() {
    // Six of seven lines lead to the slow host; nothing but its own lane may feel that.
    let urls: Vec<String> =
        (0..700).map(|i| format!("http://{}.test/{i}", if i % 7 == 0 { "quick" } else { "slow" })).collect();
    let four = std::num::NonZeroU32::new(4);
    let run = Rig::list(&urls, |cue| ok(if cue.host == "slow.test" { 1000 } else { 100 }))
        .with(|plan| plan.limits.per_host = four)
        .run()
        .await;
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), ledger.drawn), (700, Some(700)));
    let quick = run.arrivals_at("quick.test").last().copied().unwrap();
    assert!(quick <= Offset(100_000 * 100 / 4 + 500_000), "{quick:?}");
    assert_eq!(run.end().1, Offset(600 / 4 * 1_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_host_behind_a_thousand_lines_of_a_full_one_starts_at_once() {
    let urls = (0..1_001).map(|i| format!("http://{}.test/{i}", if i == 1_000 { "last" } else { "full" }));
    let urls: Vec<String> = urls.collect();
    let one = std::num::NonZeroU32::new(1);
    let run = Rig::list(&urls, |_| ok(100)).with(|plan| plan.limits.per_host = one).run().await;
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), ledger.drawn), (1_001, Some(1_001)));
    assert_eq!(run.arrivals_at("last.test"), [Offset::ZERO]);
    assert_eq!(run.end().1, Offset(1_000 * 100_000));
}

#[tokio::test(start_paused = true)]
async fn nothing_reaches_a_host_before_the_moment_it_named() {
    let run = Rig::new(&twenty_hosts(|i| i < 2), |cue| match (cue.host, cue.place.row, cue.n) {
        ("h0.test", 0, 1) => ends(50, End::Throttled("7")),
        _ => ok(100),
    })
    .run()
    .await;
    run.ledger();
    let asked_at = 50_000;
    let early =
        run.arrivals_at("h0.test").iter().filter(|at| (asked_at + 1..asked_at + 7_000_000).contains(&at.0)).count();
    assert_eq!(early, 0);
    assert_eq!(run.arrivals_at("h0.test").len(), 51);
    assert!(run.arrivals_at("h1.test").last().unwrap() < &Offset(1_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_cooldown_only_ever_grows() {
    // Five are in flight when the first answer asks for a minute; the others ask for less.
    let run = Rig::new(&twenty_hosts(|i| i == 0), |cue| match (cue.place.row, cue.n) {
        (0, 1) => ends(10, End::Throttled("60")),
        (1..5, 1) => ends(20 + cue.place.row, End::Throttled("1")),
        _ => ok(10),
    })
    .run()
    .await;
    run.ledger();
    let cooled: Vec<_> = run
        .events
        .iter()
        .filter(|event| matches!(event.fact, Fact::CooldownSet { .. }))
        .map(|event| event.at)
        .collect();
    assert_eq!(cooled, [Offset(10_000)]);
    assert_eq!(run.arrivals_at("h0.test")[5], Offset(60_010_000));
}

#[tokio::test(start_paused = true)]
async fn a_run_does_not_wait_for_the_cooldown_of_a_host_that_has_nothing_left() {
    let plan = "[retry]\nattempts = 1\n[[endpoint]]\nurl = \"http://a.test/\"\n";
    let run = Rig::new(plan, |_| ends(10, End::Throttled("60"))).run().await;
    assert_eq!((run.ledger().ends.len(), run.end().1), (1, Offset(10_000)));
}

#[tokio::test(start_paused = true)]
async fn a_redirect_joins_the_lane_it_leads_to() {
    let plan = "[limits]\nper_host = 1\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 10\n";
    let run = Rig::new(plan, |cue| match cue.host {
        "a.test" => ends(10, End::To("http://b.test/there")),
        _ => ok(100),
    })
    .run()
    .await;
    let ledger = run.ledger();
    assert_eq!((ledger.starts.len(), ledger.ends.len(), ledger.peak), (20, 10, 2));
    assert_eq!(run.end().1, Offset(10_000 + 10 * 100_000));
}

#[tokio::test(start_paused = true)]
async fn a_host_with_rules_of_its_own_keeps_to_them() {
    let plan = "
        [limits]
        concurrency = 100
        per_host = 10
        [host.\"slow*\"]
        concurrency = 2
        gap = \"300ms\"
        [[endpoint]]
        url = \"http://slow.test/\"
        repeat = 4
        [[endpoint]]
        url = \"http://quick.test/\"
        repeat = 20
    ";
    let run = Rig::new(plan, |_| ok(1000)).run().await;
    run.ledger();
    let slow: Vec<u64> = run.arrivals_at("slow.test").iter().map(|at| at.0 / 1000).collect();
    assert_eq!(slow, [0, 300, 1000, 1300]);
    assert_eq!(run.arrivals_at("quick.test")[9], Offset(0));
}
