//! How runs end.

use std::time::Duration;

use inflight::control::Command;
use inflight::event::Offset;
use inflight::event::outcome::{JobEnd, Outcome};
use inflight::event::reasons::RunEnd;
use inflight::plan::Plan;

use crate::pool::ledger::Ledger;
use crate::pool::rig::{End, Rig, ends, ok};

const FIFTY: &str = "
    [limits]
    concurrency = 10
    [retry]
    backoff = \"20s..20s\"
    [[endpoint]]
    url = \"http://a.test/{i}\"
    each = { i = \"1..=50\" }
";

/// Jobs that ended well, badly, and by our hand.
fn counts(ledger: &Ledger) -> [usize; 3] {
    let n = |is: fn(&JobEnd) -> bool| ledger.ends.values().filter(|&end| is(end)).count();
    [n(|end| *end == JobEnd::Done), n(|end| matches!(end, JobEnd::Failed { .. })), n(|end| *end == JobEnd::Cancelled)]
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_with_its_last_job_even_where_one_worker_does_it_all() {
    let plan = "[limits]\nconcurrency = 1\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 3\n";
    let run = Rig::new(plan, |_| ok(100)).run().await;
    run.ledger();
    assert_eq!(run.end(), (RunEnd::Finished, Offset(300_000)));
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_when_its_input_does_after_all_its_jobs() {
    let (typist, typed) = std::sync::mpsc::channel::<&'static [u8]>();
    typist.send(b"http://a.test/1\nhttp://b.test/2\n").unwrap();
    let plan = Plan::from_stdin(Box::new(Typed(typed)), &|_| None).unwrap();
    std::thread::spawn(move || {
        // Real time: the pipe is real. In every order the run has to end.
        std::thread::sleep(Duration::from_millis(20));
        typist.send(b"http://a.test/3\n").unwrap();
        std::thread::sleep(Duration::from_millis(20));
    });
    let run = Rig::from_plan(plan, |_| ok(1)).run().await;
    assert_eq!((run.ledger().drawn, run.end().0), (Some(3), RunEnd::Finished));
}

/// An input that is typed.
struct Typed(std::sync::mpsc::Receiver<&'static [u8]>);

impl std::io::Read for Typed {
    fn read(&mut self, mut buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.recv().map_or(Ok(0), |text| std::io::Write::write(&mut buffer, text))
    }
}

#[tokio::test(start_paused = true)]
async fn draining_settles_every_job_that_was_drawn() {
    // Ten wait for a retry when the drain begins, ten are in flight.
    let run = Rig::new(FIFTY, |cue| if cue.place.row < 10 { ends(100, End::TimedOut) } else { ok(1000) })
        .command(500, Command::Drain)
        .run()
        .await;
    let ledger = run.ledger();
    assert_eq!(run.end(), (RunEnd::Drained, Offset(1_100_000)));
    assert_eq!((counts(&ledger), ledger.drawn), ([10, 0, 10], None));
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_comes_up_while_draining_is_not_scheduled() {
    let run = Rig::new(FIFTY, |_| ends(1000, End::Reset)).command(500, Command::Drain).run().await;
    assert_eq!((counts(&run.ledger()), run.end()), ([0, 0, 10], (RunEnd::Drained, Offset(1_000_000))));
}

#[tokio::test(start_paused = true)]
async fn a_drain_may_become_a_cancel() {
    let run = Rig::new(FIFTY, |_| ends(0, End::Never))
        .command(500, Command::Drain)
        .command(700, Command::Cancel)
        .command(800, Command::Cancel)
        .run()
        .await;
    assert_eq!((counts(&run.ledger()), run.end()), ([0, 0, 10], (RunEnd::Cancelled, Offset(700_000))));
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_what_is_in_flight_parked_and_delayed() {
    let run = Rig::new(FIFTY, |cue| match cue.place.row {
        0..10 => ends(100, End::TimedOut),
        10..20 => ok(200),
        _ => ends(0, End::Never),
    })
    .command(500, Command::Cancel)
    .run()
    .await;
    assert_eq!((counts(&run.ledger()), run.end()), ([10, 0, 20], (RunEnd::Cancelled, Offset(500_000))));
}

#[tokio::test(start_paused = true)]
async fn a_paused_run_can_be_drained() {
    let run = Rig::new(FIFTY, |_| ok(1000)).command(500, Command::Pause).command(5000, Command::Drain).run().await;
    assert_eq!((counts(&run.ledger()), run.end()), ([10, 0, 0], (RunEnd::Drained, Offset(5_000_000))));
}

#[tokio::test(start_paused = true)]
async fn what_has_been_closed_does_not_open_again() {
    let rig = Rig::new(FIFTY, |_| ok(1000)).command(500, Command::Drain);
    let run = rig.command(600, Command::Resume).command(700, Command::Pause).command(800, Command::Drain).run().await;
    assert_eq!((counts(&run.ledger()), run.end().0), ([10, 0, 0], RunEnd::Drained));
}

#[tokio::test(start_paused = true)]
async fn failing_fast_ends_everything_at_the_first_failure() {
    let run = Rig::new(&format!("fail_fast = true\n{FIFTY}"), |cue| match cue.place.row {
        12 => ends(50, End::Status(500)),
        row => ok(100 + row),
    })
    .run()
    .await;
    let ledger = run.ledger();
    assert_eq!(run.end().0, RunEnd::FailedFast);
    assert_eq!(counts(&ledger)[1], 1);
    let failed = JobEnd::Failed { last: Outcome::Answered { status: 500, bytes: 0, expected: false } };
    assert!(ledger.ends.values().any(|end| *end == failed));
    assert!(run.end().1 < Offset(160_000), "{:?}", run.end());
}

#[tokio::test(start_paused = true)]
async fn rows_that_are_no_jobs_fail_like_jobs() {
    let lines: Vec<String> =
        (0..6000).map(|i| if i % 2 == 0 { format!("http://a.test/{i}") } else { "no URL".into() }).collect();
    let run = Rig::list(&lines, |_| ok(10)).run().await;
    let ledger = run.ledger();
    assert_eq!((counts(&ledger), ledger.drawn), ([3000, 3000, 0], Some(6000)));
    assert_eq!(run.end(), (RunEnd::Finished, Offset(3000 / 20 * 10_000)));
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_is_slow_loses_nothing() {
    for ahead in [1, 2, 7] {
        let rig = Rig::new(FIFTY, |cue| if cue.n == 1 { ends(1, End::Reset) } else { ok(1) });
        let run = rig
            .events_ahead(ahead)
            .listens_every(3)
            .command(40, Command::Pause)
            .command(90, Command::Resume)
            .run()
            .await;
        assert_eq!(counts(&run.ledger()), [50, 0, 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_events_nothing_receives_is_cancelled() {
    let start = tokio::time::Instant::now();
    // Every request hangs: nothing but a cancel ends this within a second.
    let run = Rig::new(FIFTY, |_| ends(1, End::Never)).deaf().run().await;
    assert!(run.arrivals.len() <= 10 && start.elapsed().as_secs() < 1, "{:?}", start.elapsed());
}
