//! Time in which the run was paused and nothing was in flight counts in no figure.

use inflight::event::{Micros, Offset};
use inflight::model::window::TimeWindow;

use crate::scenario::notation::scenario;

fn ms(n: u64) -> Offset {
    Offset(n * 1_000)
}

#[test]
fn a_pause_lowers_no_rate_and_no_mean() {
    let work = |from: u64, n: u64, job: u64| -> String {
        let steps = (0..n).map(|i| {
            let (start, end, job) = (from + i * 100, from + i * 100 + 100, job + i);
            format!("{start}ms start a#{job} | {end}ms answer a#{job} 200 | {end}ms done a#{job}")
        });
        steps.collect::<Vec<_>>().join(" | ")
    };
    // 10 answers a second, one at a time, around a pause of 30 s.
    let (before, after) = (work(0, 50, 0), work(35_000, 20, 100));
    let model = scenario(&format!("0ms run limit 4 jobs 900 | {before} | 5s pause | 35s resume | {after}")).fold();
    let now = ms(37_000);
    assert_eq!((model.working_time(now), model.paused_for(now)), (ms(7_000), Micros(30_000_000)));
    for window in [TimeWindow::Second, TimeWindow::TenSeconds, TimeWindow::Run] {
        let figures = model.figures_of(window, now);
        assert!((figures.per_second(figures.good) - 10.0).abs() < 1.1, "{window:?} {figures:?}");
    }
    assert!((model.effective_concurrency(now) - 1.0).abs() < 1e-9);
    let left = model.time_left(now).unwrap();
    assert!((left.as_secs_f64() - 83.0).abs() < 8.0, "{left:?}");
    // While something is in flight, the pause is still work.
    let draining = scenario("0ms run | 0ms start a#1 | 1s pause | 3s answer a#1 200").fold();
    assert_eq!((draining.working_time(ms(5_000)), draining.paused_for(ms(5_000))), (ms(3_000), Micros(2_000_000)));
}
