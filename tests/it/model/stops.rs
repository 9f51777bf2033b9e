//! A stop of the process in the model: a mark, an entry of the log, and figures without it.

use inflight::event::Micros;
use inflight::model::event_log::LogEvent;
use inflight::model::marks::Mark;

use crate::model::ms;
use crate::scenario::notation::scenario;

const RUN: &str = "0ms start a#1 | 0ms start a#2 | 0ms @1 start a#9 | 100ms answer a#1 | 110ms start a#3 \
                   | 150ms stopped 2500ms | 190ms answer a#2 200 connect 9ms | 200ms @1 answer a#9 | 210ms timeout a#3 \
                   | 210ms start a#4 | 310ms answer a#4";

#[test]
fn an_attempt_across_a_stop_counts_in_no_percentile() {
    let model = scenario(RUN).fold();
    assert_eq!((model.latency.n(), model.latency.max()), (3, Some(Micros(200_000))), "not a#2");
    let totals = model.totals;
    assert_eq!((totals.stops, totals.stopped, totals.across_stops), (1, Micros(2_500_000), 1));
    assert_eq!((totals.expected, totals.timed_out), (4, 1), "but as an answer");
    assert_eq!(model.endpoints[0].anatomy.connect.value(), None);
    assert_eq!(model.evidence.service_times.n, 5);
}

#[test]
fn a_stop_is_marked_and_logged() {
    let model = scenario(RUN).fold();
    assert!(model.marks.iter().eq([(ms(150), Mark::Stopped(Micros(2_500_000)))]));
    let logged = model.event_log.newest_first().find(|item| item.event == LogEvent::Stopped(Micros(2_500_000)));
    assert_eq!(logged.map(|item| item.at), Some(ms(150)));
}
