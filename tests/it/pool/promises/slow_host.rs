//! A host that is far slower than the others.

use inflight::event::Offset;

use crate::pool::promises::Judged;
use crate::pool::rig::{Rig, endpoint, ok};

#[tokio::test(start_paused = true)]
async fn a_slow_host_holds_no_other_up_and_a_limit_of_its_own_is_named() {
    let run = |own: &str| {
        let hosts = format!("{}{}", endpoint("slow.test", 30), endpoint("a.test", 300));
        let plan = format!("[limits]\nconcurrency = 8\n{own}{hosts}");
        Judged::new(Rig::new(&plan, |cue| ok(if cue.host == "slow.test" { 1_500 } else { 20 })))
    };
    let last = |judged: &Judged| judged.run.arrivals_at("a.test").last().copied();
    let first = run("").await;
    let sentence = first.says("one-host");
    let remedy = "it decides when the run ends: find out why it is slow";
    assert!(sentence.contains("slow.test took it, 1.50 s against 20") && sentence.ends_with(remedy), "{sentence}");
    // 300 jobs of 20 ms with half of the slots.
    assert!(last(&first) <= Some(Offset(1_600_000)), "{:?}", last(&first));
    let limited = run("[host.\"slow.test\"]\nconcurrency = 4\n").await;
    let sentence = limited.says("one-host");
    let remedy = "its own limit of 4 decides when the run ends; raise it if the host has room";
    assert!(sentence.ends_with(remedy), "{sentence}");
    // To raise it is what the first run did.
    assert!(first.took() < limited.took(), "{:?} and {:?}", first.took(), limited.took());
}
