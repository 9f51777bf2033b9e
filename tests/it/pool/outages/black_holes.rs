//! Hosts that accept connections and never answer.

use inflight::event::outcome::JobEnd;
use inflight::event::{Fact, Offset};

use crate::pool::outages::{count, n_done, plan, reasons};
use crate::pool::rig::{Cue, End, Rig, endpoint, ends, ok};

#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_holds_up_its_neighbours_once() {
    let hosts: String = ["a.test", "b.test", "hole.test"].iter().map(|host| endpoint(host, 400)).collect();
    let plan = format!("[limits]\nconcurrency = 20\n[defaults]\ntimeout = \"10s\"\n{hosts}");
    let run = Rig::new(&plan, |cue| if cue.host == "hole.test" { ends(0, End::Never) } else { ok(20) }).run().await;
    assert_eq!(n_done(&run), 800);
    let last =
        run.arrivals.iter().filter(|arrival| arrival.host != "hole.test").map(|arrival| arrival.at).max().unwrap();
    assert!(last < Offset(12_000_000), "one time-out, and then they run: {last:?}");
    assert!(run.arrivals_at("hole.test").len() < 40);
    assert!(run.end().1 < Offset(60_000_000), "{:?}", run.end());
    assert!(reasons(&run).iter().any(|why| why.starts_with("http://hole.test: never answered for 30s")));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_hangs_for_a_while_loses_no_job() {
    let plan = format!("[defaults]\ntimeout = \"5s\"\n{}", plan("a.test", 500, 20));
    let script = |cue: Cue<'_>| match cue.at.0 / 1_000_000 {
        1..40 => ends(0, End::Never),
        _ => ok(100),
    };
    let run = Rig::new(&plan, script).run().await;
    assert_eq!(n_done(&run), 500);
    let held = run.arrivals.iter().filter(|arrival| (10_000_000..40_000_000).contains(&arrival.at.0)).count();
    assert!(held <= 10, "single attempts: {held}");
    assert!(run.end().1 < Offset(52_000_000), "{:?}", run.end());
}

#[tokio::test(start_paused = true)]
async fn a_slow_host_is_not_down() {
    // Most attempts take too long, but some are answered meanwhile.
    let plan = format!("[defaults]\ntimeout = \"2s\"\n{}", plan("a.test", 300, 20));
    let script = |cue: Cue<'_>| if cue.place.row.is_multiple_of(4) { ok(1_500) } else { ends(0, End::Never) };
    let run = Rig::new(&plan, script).run().await;
    assert_eq!(n_done(&run), 75);
    assert_eq!(count(&run, |fact| matches!(fact, Fact::HostDown { .. })), 0);
    // Each of the others has its three tries.
    assert_eq!(run.arrivals.len(), 75 + 225 * 3);
}

#[tokio::test(start_paused = true)]
async fn four_jobs_that_time_out_have_their_tries() {
    let plan = format!("[defaults]\ntimeout = \"10s\"\n{}", plan("a.test", 4, 4));
    let run = Rig::new(&plan, |_| ends(0, End::Never)).run().await;
    assert!(run.ledger().ends.values().all(|end| *end != JobEnd::Done));
    assert_eq!(run.arrivals.len(), 12);
}
