//! Stops under paused time.
use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};

use crate::event::{Micros, Offset};
use crate::source::pool::run_time::{RunTime, TICK};

const SECOND: Offset = Offset(1_000_000);

/// A clock under paused time, which is read until a stop of so many milliseconds begins after half a second.
async fn stopped_for(ms: u64) -> (RunTime, Instant) {
    let (time, start) = (RunTime::begin().noticing_stops(), Instant::now());
    time.start_noticing();
    for _ in 0..10 {
        sleep(TICK).await;
        time.now();
    }
    advance(Duration::from_millis(ms)).await;
    (time, start)
}

#[tokio::test(start_paused = true)]
async fn the_first_reading_after_a_stop_knows_of_it() {
    let (time, _) = stopped_for(2_500).await;
    assert_eq!(time.now(), Offset(520_000), "to where readings may not have been noted");
    assert_eq!(time.stopped(), Micros(2_480_000));
    assert!(time.has_stopped_since(Offset(519_999)) && !time.has_stopped_since(Offset(520_000)));
    assert_eq!(time.elapsed_at(Offset(530_000)), Micros(3_010_000));
    assert_eq!(time.elapsed_at(Offset(500_000)), Micros(500_000));
}

#[tokio::test(start_paused = true)]
async fn a_moment_before_a_stop_keeps_its_time() {
    let (time, start) = stopped_for(2_500).await;
    let before = start.into_std() + Duration::from_millis(400);
    assert_eq!(time.at(before), Offset(400_000));
    time.now();
    assert_eq!(time.at(before), Offset(400_000));
}

#[tokio::test(start_paused = true)]
async fn a_short_pause_is_no_stop_and_nothing_is_one_without_a_task_that_reads() {
    let (time, _) = stopped_for(200).await;
    assert_eq!((time.now(), time.stopped()), (Offset(700_000), Micros::ZERO));
    time.stop_noticing();
    advance(Duration::from_secs(60)).await;
    assert_eq!((time.now(), time.stopped()), (Offset(60_700_000), Micros::ZERO));
    time.start_noticing();
    assert_eq!((time.now(), time.stopped()), (Offset(60_700_000), Micros::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_stop_of_a_quarter_of_a_second_is_noticed() {
    let (time, _) = stopped_for(250).await;
    assert_eq!((time.now(), time.stopped()), (Offset(520_000), Micros(230_000)));
}

#[tokio::test(start_paused = true)]
async fn a_timer_that_fires_after_a_stop_is_set_again() {
    let (time, start) = (RunTime::begin().noticing_stops(), Instant::now());
    time.start_noticing();
    let stop = async {
        for _ in 0..10 {
            sleep(TICK).await;
            time.now();
        }
        advance(Duration::from_millis(2_500)).await;
        loop {
            sleep(TICK).await;
            time.now();
        }
    };
    let judged = time.in_time(SECOND, pending::<()>());
    let ended = tokio::select! {
        biased;
        ended = judged => ended,
        () = stop => unreachable!("it ticks without end"),
    };
    assert_eq!((ended, time.now()), (None, SECOND));
    assert_eq!(start.elapsed(), Duration::from_millis(3_480));
}

#[tokio::test(start_paused = true)]
async fn what_came_during_a_stop_is_not_late() {
    let (time, _) = stopped_for(2_500).await;
    // Its timer has fired as well.
    assert_eq!(time.in_time(SECOND, async { 7 }).await, Some(7));
    let slow = async {
        sleep(Duration::from_millis(200)).await;
        8
    };
    assert_eq!(time.in_time(SECOND, slow).await, Some(8), "the time-out has moved");
    let ticks = async {
        loop {
            sleep(TICK).await;
            time.now();
        }
    };
    tokio::select! {
        biased;
        ended = time.in_time(SECOND, sleep(Duration::from_secs(1))) => assert_eq!(ended, None),
        () = ticks => unreachable!("it ticks without end"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_between_two_parts_of_a_run_is_taken_away() {
    let time = RunTime::begin();
    sleep(Duration::from_secs(3)).await;
    let ended = time.now();
    sleep(Duration::from_secs(60)).await;
    time.skip(time.now().since(ended));
    assert_eq!((time.now(), time.stopped()), (ended, Micros::ZERO));
    time.sleep_until(ended + Micros(2_000_000)).await;
    assert_eq!(time.now(), Offset(5_000_000));
}
