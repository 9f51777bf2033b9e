//! Rates and gaps.

mod due;
mod ramp;

use inflight::event::Offset;
use inflight::source::pool::schedule::pace::StartPace;

use crate::pool::rig::{Rig, ok};

#[tokio::test(start_paused = true)]
async fn a_rate_is_kept_to_the_start_and_never_bursts() {
    for took in [1, 35, 3000] {
        let plan =
            "[limits]\nconcurrency = 1000\nrate = \"100/s\"\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 1500\n";
        let run = Rig::new(plan, move |_| ok(took)).run().await;
        let starts: Vec<u64> = run.ledger().starts.iter().map(|start| start.at.0).collect();
        let n = starts.iter().filter(|&&at| at < 10_000_000).count();
        assert!((990..=1010).contains(&n), "{n} in ten seconds");
        for pair in starts.windows(2) {
            assert!(pair[1] - pair[0] + StartPace::SLACK.0 >= 10_000);
        }
        let busiest = starts.windows(101).map(|starts| starts[100] - starts[0]).min().unwrap();
        assert!(busiest + StartPace::SLACK.0 >= 1_000_000, "a hundred and one in {busiest} µs");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_gives_no_right_to_catch_up() {
    let plan = "[limits]\nconcurrency = 50\nrate = \"100/s\"\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 300\n";
    let run = Rig::new(plan, |_| ok(1))
        .command(500, inflight::control::Command::Pause)
        .command(5500, inflight::control::Command::Resume)
        .run()
        .await;
    let starts = run.ledger().starts;
    let n = starts.iter().filter(|start| (5_500_000..5_600_000).contains(&start.at.0)).count();
    assert!((9..=12).contains(&n), "{n} in the first tenth of a second");
}

#[tokio::test(start_paused = true)]
async fn a_hosts_gap_is_never_undercut_and_does_not_slow_others() {
    let plan = "
        [limits]
        concurrency = 50
        per_host_gap = \"250ms\"
        [[endpoint]]
        url = \"http://a.test/\"
        repeat = 20
        [[endpoint]]
        url = \"http://b.test/\"
        repeat = 20
    ";
    let run = Rig::new(plan, |cue| ok(if cue.place.row % 3 == 0 { 2000 } else { 1 })).run().await;
    run.ledger();
    for host in ["a.test", "b.test"] {
        let arrivals = run.arrivals_at(host);
        assert!(arrivals.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 250_000), "{arrivals:?}");
        assert_eq!(arrivals.last(), Some(&Offset(19 * 250_000)));
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_job_is_not_followed_by_an_empty_wait() {
    let plan = "[limits]\nrate = \"1/m\"\nper_host_gap = \"5m\"\n[[endpoint]]\nurl = \"http://a.test/\"\n";
    let run = Rig::new(plan, |_| ok(100)).run().await;
    assert_eq!(run.end().1, Offset(100_000));
}

#[tokio::test(start_paused = true)]
async fn idle_workers_are_woken_for_every_start_however_long_the_others_take() {
    // Only the clock can wake a worker for the next start.
    let plan = "[limits]\nconcurrency = 10\nrate = \"10/s\"\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 10\n";
    let run = Rig::new(plan, |_| ok(60_000)).run().await;
    let starts: Vec<u64> = run.ledger().starts.iter().map(|start| start.at.0 / 1000).collect();
    assert_eq!(starts, (0..10).map(|i| i * 100).collect::<Vec<_>>());
}
