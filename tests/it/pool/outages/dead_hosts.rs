//! Hosts that never answer.

use inflight::event::outcome::{JobEnd, Outcome, Reason};
use inflight::event::{Fact, Offset};

use crate::pool::outages::{count, goes_away, n_done, plan};
use crate::pool::rig::{Cue, End, Rig, endpoint, ends, ok};
use crate::scenario::fold;

#[tokio::test(start_paused = true)]
async fn a_job_that_ends_while_it_waits_has_as_many_tries_as_attempts() {
    let run = Rig::new(&plan("a.test", 6, 6), |_| ends(0, End::Fails(Reason::Refused))).run().await;
    let mut n_retries = 0;
    for event in &run.events {
        if let Fact::JobSettled { job, tries, .. } = event.fact {
            let starts = count(&run, |fact| matches!(fact, Fact::AttemptStarted { attempt, .. } if attempt.job == job));
            assert_eq!(tries as usize, starts, "{job:?}");
            n_retries += starts as u64 - 1;
        }
    }
    assert_eq!(fold(&run.events).totals.retries, n_retries);
    assert_eq!(n_retries, run.arrivals.len() as u64 - 6);
}

#[tokio::test(start_paused = true)]
async fn thousands_of_hosts_that_do_not_exist_are_not_all_waited_for() {
    // A list of 11,000 hosts of which none answers, with one that does at its end.
    let hosts = (0..11_000).map(|i| format!("http://h{i}.test/"));
    let list: Vec<String> = hosts.chain(["http://up.test/".to_owned()]).collect();
    let script = |cue: Cue<'_>| if cue.host == "up.test" { ok(1) } else { ends(0, End::Fails(Reason::Refused)) };
    let run = Rig::list(&list, script).run().await;
    assert_eq!(n_done(&run), 1);
    let up = run.arrivals_at("up.test");
    assert!(up[0] < Offset(30_000_000), "it does not wait for those that do not exist: {up:?}");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_thousands_for_one_host_waits_until_it_is_up() {
    let list: Vec<String> = (0..8_000).map(|i| format!("http://late.test/{i}")).collect();
    let run = Rig::list(&list, goes_away(1, 0, 10_000)).run().await;
    assert_eq!(n_done(&run), 8_000);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_comes_up_and_forbids_everything_is_up() {
    for adaptive in ["off", "when refused"] {
        let plan = format!("[limits]\nconcurrency = 10\nadaptive = \"{adaptive}\"\n{}", endpoint("a.test", 200));
        let script = |cue: Cue<'_>| match cue.at.0 {
            ..1_000_000 => ends(0, End::Fails(Reason::Refused)),
            1_000_000.. => ends(10, End::Status(403)),
        };
        let run = Rig::new(&plan, script).run().await;
        let forbidden = |end: &&JobEnd| matches!(end, JobEnd::Failed { last: Outcome::Answered { status: 403, .. } });
        assert_eq!(run.ledger().ends.values().filter(forbidden).count(), 200, "{adaptive}");
        assert_eq!(count(&run, |fact| matches!(fact, Fact::HostUp { .. })), 1, "{adaptive}");
        assert!(run.end().1 < Offset(4_000_000), "{adaptive}: {:?}", run.end());
    }
}
