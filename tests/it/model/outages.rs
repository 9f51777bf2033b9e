//! Hosts that are down or refuse: what the model keeps, and what the verdict concludes.

use std::fmt::Write;

use inflight::event::outcome::{JobEnd, Outcome, Reason};
use inflight::event::{Fact, Micros, Offset};
use inflight::model::Model;
use inflight::model::endpoint::EndpointState;
use inflight::model::event_log::LogEvent;
use inflight::model::host::HostState;
use inflight::model::verdict::findings;

use crate::scenario::notation::scenario;

fn fold(text: &str) -> Model {
    scenario(text).fold()
}

#[test]
fn a_host_is_down_until_it_answers_and_its_jobs_are_parked() {
    let start = "0ms run limit 4 | 1ms start a#1 | 2ms start a#2 | 1s break a#1 | 1s retry a#1 3s host | 1s down a 2s";
    let state = |model: &Model| {
        let host = model.hosts.get(0).unwrap();
        (host.state(Offset(1_500_000)), host.parked, host.past_outages.n)
    };
    let down = fold(start);
    assert_eq!(state(&down), (HostState::Down(Offset(1_000_000), Offset(2_000_000)), 1, 0));
    let probed = fold(&format!("{start} | 2s start a#1.2 | 2s break a#1.2 | 2s retry a#1.2 6s host | 2s down a 6s"));
    assert_eq!(state(&probed), (HostState::Down(Offset(1_000_000), Offset(6_000_000)), 1, 0), "still the same outage");
    let up = fold(&format!("{start} | 2s start a#1.2 | 3s answer a#1.2 200 | 3s up a | 3s done a#1"));
    assert_eq!(state(&up), (HostState::Busy, 0, 1));
}

#[test]
fn a_parked_job_that_is_cancelled_no_longer_waits() {
    let model = fold("0ms run limit 4 | 1ms start a#1 | 1s break a#1 | 1s retry a#1 3s host | 2s skip a#1");
    assert_eq!(model.hosts.get(0).unwrap().parked, 0);
}

/// The main finding as a sentence.
fn verdict_of(model: &Model) -> String {
    findings(model, None)[0].sentence.to_string()
}

#[test]
fn a_run_that_waited_for_an_outage_says_so() {
    let model =
        fold("0ms run limit 4 | 1ms start a#1 | 1s down a 2s | 31s up a | 32s answer a#1 | 32s done a#1 | 33s end");
    assert_eq!(
        verdict_of(&model),
        "a.example was down for 30.0 s: connection refused; its jobs waited, and nothing was lost"
    );
    let remedy = |text: &str| verdict_of(&fold(text)).rsplit("; ").next().unwrap().to_owned();
    let over = "0ms run limit 4 | 1ms start a#1 | 1s down a 2s | 31s up a | 32s answer a#1 | 32s done a#1";
    assert_eq!(remedy(&format!("{over} | 33s skip a#2 | 33s end")), "its jobs waited until it was back");
    assert_eq!(remedy(&format!("{over} | 33s fail a#2 | 33s end")), "its jobs waited until it was back");
    assert_eq!(remedy(&format!("{over} | 33s end cancelled")), "its jobs waited until it was back");
    let stopped = "0ms run limit 4 | 1ms start a#1 | 1s down a 2s | 31s cancel | 31s skip a#1 | 31s end cancelled";
    assert_eq!(remedy(stopped), "its jobs waited until the run was stopped");
    let model = fold("0ms run limit 4 | 1ms start a#1 | 62s down a 63s | 63s stall 1ms");
    let verdict = verdict_of(&model);
    assert!(verdict.starts_with("a.example has been down since 01:02: connection refused;"), "{verdict}");
    let model = fold("0ms run limit 4 | 1ms start a#1 | 1s down a 2s | 31s giveup a | 31s fail a#1 | 33s end");
    let verdict = verdict_of(&model);
    assert!(verdict.contains("jobs that waited too long failed: `retry.unreachable`"), "{verdict}");
    let model =
        fold("0ms run limit 4 | 1ms start a#1 | 1s down a 2s | 1900ms up a | 3s answer a#1 | 3s done a#1 | 3s end");
    assert_eq!(findings(&model, None), [], "a short outage is no finding");
}

#[test]
fn several_outages_are_summed_up() {
    let model =
        fold("0ms run limit 4 | 1s down a 2s | 3s up a | 4s down a 5s | 6s up a | 6s down b 7s | 9s up b | 10s end");
    let verdict = verdict_of(&model);
    assert!(verdict.starts_with("a.example was down for 4.00 s in 2 outages (2 hosts in all):"), "{verdict}");
}

/// `good` answers one after the other, then `forbidden` answers with 403, then `after` good ones.
fn forbidden(good: u64, forbidden: u64, after: u64) -> Model {
    let mut text = "0ms run limit 4 | ".to_owned();
    for i in 0..good + forbidden + after {
        let status = if (good..good + forbidden).contains(&i) { 403 } else { 200 };
        let settled = if status == 200 { "done" } else { "fail" };
        write!(text, "{0}ms start a#{i} | {1}ms answer a#{i} {status} | {1}ms {settled} a#{i} | ", i * 10, i * 10 + 9)
            .unwrap();
    }
    fold(&text)
}

#[test]
fn a_late_flood_of_403_looks_like_a_limiter_and_names_the_setting() {
    assert_eq!(
        verdict_of(&forbidden(20, 40, 0)),
        "40 attempts answered with 403: this looks like a limiter at a.example: the first came after 20 good answers; \
         if it is one, `throttled = [429, 503, 403]` waits and tries again"
    );
    let is_limiter = |model: &Model| findings(model, None).iter().any(|finding| finding.kind == "forbidden");
    assert!(is_limiter(&forbidden(20, 40, 30)));
    assert!(!is_limiter(&forbidden(4, 40, 30)), "early, like a permission");
    assert!(!is_limiter(&forbidden(40, 9, 0)), "few");
}

/// Twenty attempts at once of which most are refused, after some facts.
fn refused(mode: &str, then: &str) -> Model {
    let mut text = format!("0ms run limit 20 | 0ms mode {mode} | ");
    for i in 0..20 {
        let end = if i < 5 { "answer" } else { "refuse" };
        write!(text, "{i}ms start a#{i} | {0}ms {end} a#{i} | ", 100 + i).unwrap();
    }
    fold(&format!("{text}200ms {then}"))
}

#[test]
fn the_remedy_for_refusals_is_what_the_host_takes() {
    let remedy = |model: &Model| verdict_of(model).rsplit("; ").next().unwrap().to_owned();
    assert!(remedy(&refused("off", "stall 1ms")).ends_with(", or `--adaptive when-refused`"));
    assert_eq!(remedy(&refused("when-refused", "stall 1ms")), "the limit is adapting");
    assert_eq!(remedy(&refused("when-refused", "adapt a 5")), "adapted to 5 at once");
    assert_eq!(remedy(&refused("when-refused", "adapt a 20 window 30/5s")), "adapted to 30 per 5 s");
    assert_eq!(remedy(&refused("when-refused", "learn a 5")), "it takes `[host.\"a.example\"] concurrency = 5`");
    assert_eq!(
        remedy(&refused("when-refused", "learn a window 30/5s")),
        "it takes `[host.\"a.example\"] gap = \"166667us\"` (30 per 5 s)"
    );
}

#[test]
fn only_the_start_and_the_end_of_an_outage_are_logged_and_not_each_attempt_in_between() {
    let start = "0ms run limit 4 | 1ms start a#1 | 1ms start a#2 | 1s break a#1 | 1s down a 2s | 1010ms break a#2";
    let probes = "2s start a#1.2 | 2s break a#1.2 | 2s down a 4s | 4s start a#1.3 | 4s break a#1.3 | 4s down a 8s";
    let log = |text: &str| fold(text).event_log.n_added();
    assert_eq!(log(start), 3, "two failures, and the outage");
    assert_eq!(log(&format!("{start} | {probes}")), 3);
    assert_eq!(log(&format!("{start} | {probes} | 8s start a#1.4 | 9s up a | 9s answer a#1.4")), 4);
}

#[test]
fn a_run_is_down_if_no_other_host_has_work() {
    let start = "0ms run limit 4 | 0ms start a#1 | 0ms start b#2 | 1s break a#1 | 1s retry a#1 2s host | 1s down a 2s";
    let is_down = |text: &str, ms: u64| fold(&format!("{start}{text}")).is_down(Offset(ms * 1_000));
    assert!(!is_down("", 9_000), "b has an attempt in flight");
    let done = " | 2s answer b#2 200 | 2s done b#2";
    assert!(!is_down(done, 3_999), "the next job of b may start in a moment");
    assert!(is_down(done, 4_000));
    assert!(!is_down(&format!("{done} | 3s cool b 20s"), 9_000), "b waits for its own reason");
    assert!(!is_down(&format!("{done} | 3s start a#1.2 | 3s up a"), 9_000), "nothing is down");
    assert!(is_down(&format!("{done} | 4s down b 5s"), 4_000), "both are down");
}

#[test]
fn a_retry_counts_when_it_starts() {
    let start = "0ms run limit 4 | 1ms start a#1 | 1s break a#1 | 1s retry a#1 2s";
    assert_eq!(fold(start).totals.retries, 0);
    assert_eq!(fold(&format!("{start} | 2s fail a#1")).totals.retries, 0, "it was given up before");
    assert_eq!(fold(&format!("{start} | 2s start a#1.2 | 3s break a#1.2 | 3s retry a#1.2 4s")).totals.retries, 1);
}

#[test]
fn a_host_that_waits_for_its_window_says_when_it_opens() {
    let start = "0ms run limit 4 | 1ms start a#1 | 9ms answer a#1 | 9ms done a#1 | 10ms waits a 5s";
    let state = |text: &str, ms: u64| fold(text).hosts.get(0).unwrap().state(Offset(ms * 1_000));
    assert_eq!(state(start, 20), HostState::Waiting(Offset(5_000_000)));
    assert_eq!(state(start, 5_000), HostState::Idle);
    assert_eq!(state(&format!("{start} | 15ms start a#2"), 20), HostState::Busy, "it started earlier than announced");
    assert_eq!(state(&format!("{start} | 15ms cool a 9s"), 20), HostState::Cooling(Offset(9_000_000)));
    assert_eq!(state(&format!("{start} | 15ms cool a 2s"), 20), HostState::Waiting(Offset(5_000_000)));
    assert_eq!(fold(start).cooldown(Offset(20_000)), Some((0, Offset(5_000_000))));
}

#[test]
fn a_host_whose_jobs_wait_to_be_tried_again_is_not_idle() {
    let start = "0ms run limit 4 | 1ms start a#1 | 9ms refuse a#1 429 | 9ms retry a#1 9ms host";
    let state = |text: &str| fold(text).hosts.get(0).unwrap().state(Offset(20_000));
    assert_eq!(state(start), HostState::Refused);
    assert_eq!(state(&format!("{start} | 10ms waits a 5s")), HostState::Waiting(Offset(5_000_000)));
    assert_eq!(state(&format!("{start} | 15ms start a#1.2")), HostState::Busy);
    assert_eq!(state(&format!("{start} | 15ms start a#1.2 | 19ms answer a#1.2 200 | 19ms done a#1")), HostState::Idle);
}

#[test]
fn an_endpoint_shows_what_holds_its_host_back_and_how_its_jobs_ended() {
    let state = |text: &str, ms: u64| {
        let model = fold(text);
        model.endpoint_state(&model.endpoints[0], Offset(ms * 1_000))
    };
    let start = "0ms run limit 4 | 1ms start a#1 | 9ms answer a#1 200 | 9ms done a#1";
    assert_eq!(state(start, 20), EndpointState::Running);
    assert_eq!(state(&format!("{start} | 10ms waits a 5s"), 20), EndpointState::Limited, "its window is used up");
    assert_eq!(state(&format!("{start} | 10ms waits a 5s | 11ms start a#2"), 20), EndpointState::Running);
    assert_eq!(state(&format!("{start} | 10ms end"), 20), EndpointState::Done, "its number of jobs was never known");
    let failed = "10ms start a#2 | 11ms answer a#2 500 | 11ms fail a#2";
    assert_eq!(state(&format!("{start} | {failed} | 12ms end"), 20), EndpointState::Failed);
    assert_eq!(state(&format!("{start} | 12ms end drained"), 20), EndpointState::Cancelled, "jobs may be left");
}

/// A host that asks for an hour at 1 s, once for each of some attempts, and whose cooldown ends at the given second.
fn asked_for_an_hour(until: u64, n: u64) -> Model {
    let mut text = "0ms run limit 20".to_owned();
    for i in 1..=n {
        write!(text, " | 1ms start a#{i}").unwrap();
    }
    for i in 1..=n {
        write!(text, " | 1s refuse a#{i} 429 | 1s cool a {until}s").unwrap();
    }
    let mut events = scenario(&text).events;
    for event in &mut events {
        if let Fact::AttemptEnded { outcome: Outcome::Throttled { retry_after, .. }, .. } = &mut event.fact {
            *retry_after = Some(Micros(3_600_000_000));
        }
    }
    crate::scenario::fold(&events)
}

#[test]
fn a_wait_that_the_plan_cuts_short_is_reported_with_the_setting() {
    let model = asked_for_an_hour(601, 1);
    let newest = model.event_log.newest().unwrap();
    let LogEvent::Host(host, notice, why) = &newest.event else { panic!("{newest:?}") };
    assert_eq!(
        (&**host, notice.sentence(why).as_str()),
        ("https://a.example:443", "asked for a wait of 1h 00m: its jobs fail after 10m 00 s (`retry.longest_wait`)")
    );
    assert_eq!(model.hosts.get(0).unwrap().wait_cut, Some((Micros(3_600_000_000), Micros(600_000_000))));
    let many = asked_for_an_hour(601, 12);
    assert_eq!(many.event_log.n_added() - 12, model.event_log.n_added() - 1, "attempts that were in flight together");
    let model = asked_for_an_hour(3_601, 1);
    assert_eq!((model.event_log.n_added(), model.hosts.get(0).unwrap().wait_cut), (2, None), "it waits as asked");
    let LogEvent::Host(_, notice, why) = &model.event_log.newest().unwrap().event else { panic!("{model:?}") };
    assert_eq!(notice.sentence(why), "asked for a wait of 1h 00m");
}

#[test]
fn what_holds_now_comes_before_an_outage_that_is_over() {
    let start = "0ms run limit 4 | 0ms start a#1 | 0ms start b#2 | 1s break a#1 | 1s down a 2s";
    let wait = "2s refuse b#2 429 asked 3600s | 2s cool b 3602s";
    assert!(verdict_of(&fold(&format!("{start} | {wait}"))).starts_with("a.example has been down since 00:01"));
    let is_back = format!("{start} | {wait} | 4s up a");
    let now = verdict_of(&fold(&is_back));
    assert!(now.starts_with("b.example asked for a wait of 1h 00m"), "{now}");
    assert!(verdict_of(&fold(&format!("{is_back} | 5s end"))).starts_with("a.example was down for 3.00 s"));
}

#[test]
fn a_host_that_was_given_up_counts_its_own_jobs() {
    let other = "0ms run limit 4 | 0ms start b#1 | 1ms answer b#1 500 | 1ms fail b#1";
    let refuses = "1s start a#2 | 1s refuse a#2 429 asked 3600s | 1s cool a 601s | 601s giveup a | 601s fail a#2";
    let verdict = verdict_of(&fold(&format!("{other} | {refuses} | 601s unsent a#3 | 601s unsent a#4 | 601s end")));
    assert!(verdict.ends_with("; 3 jobs failed, 2 without being sent"), "{verdict}");
}

#[test]
fn a_name_without_an_address_is_named_with_what_to_check() {
    let unknown = |detail: &str| {
        let mut events = scenario("0ms run limit 4 | 1ms start a#1 | 1s break a#1 | 1s fail a#1 | 2s end").events;
        for event in &mut events {
            let failed = Outcome::Failed { reason: Reason::Dns, detail: Some(detail.into()), expected: None };
            match &mut event.fact {
                Fact::AttemptEnded { outcome, .. } => *outcome = failed,
                Fact::JobSettled { end, target, .. } => {
                    *end = JobEnd::Failed { last: failed };
                    *target = Some("GET https://user@shop.exampel:8443/1?a=b".into());
                }
                _ => {}
            }
        }
        verdict_of(&crate::scenario::fold(&events))
    };
    assert_eq!(
        unknown("failed to lookup address information: Name or service not known"),
        "1 job failed: `shop.exampel` had no address; \
         check the spelling of the name, and whether it needs a VPN or an entry in the hosts file"
    );
    assert_eq!(
        unknown("failed to lookup address information: Temporary failure in name resolution"),
        "1 job failed: no DNS server answered for `shop.exampel`; check this machine's network and its DNS settings"
    );
}

#[test]
fn an_endpoint_of_a_list_looks_finished_when_nothing_happens_at_its_host() {
    let text =
        "0ms run limit 4 jobs 3 | 0ms start a#1 | 0ms start b#2 | 100ms answer a#1 200 | 100ms done a#1 | 3s start a#3";
    let state = |until: &str, ms: u64| {
        let model = scenario(&text[..text.find(until).unwrap()]).fold();
        let (a, now) = (&model.endpoints[0], Offset(ms * 1_000));
        (model.endpoint_state(a, now), model.progress(a, now))
    };
    assert_eq!(state(" | 3s", 200).0, EndpointState::Running, "more may come at once");
    assert_eq!(state(" | 3s", 2_000), (EndpointState::Done, 1.0));
    let model = scenario(text).fold();
    assert_eq!(model.endpoint_state(&model.endpoints[0], Offset(3_500_000)), EndpointState::Running, "more came");
    assert_eq!(model.endpoint_state(&model.endpoints[1], Offset(3_500_000)), EndpointState::Running, "it is in flight");
    let unknown = scenario(&text[..text.find(" | 3s").unwrap()].replace(" jobs 3", "")).fold();
    assert_eq!(
        unknown.endpoint_state(&unknown.endpoints[0], Offset(2_000_000)),
        EndpointState::Running,
        "it has no end"
    );
}
