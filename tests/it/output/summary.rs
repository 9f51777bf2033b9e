//! The summary of small runs, for people and for scripts.

use std::time::Duration;

use inflight::event::origin::Origin;
use inflight::event::outcome::{Outcome, Reason};
use inflight::event::reasons::RunEnd;
use inflight::event::{Event, Fact, HostId, Offset};
use inflight::model::Model;
use inflight::model::expectation::check;
use inflight::output::plain::{Plain, PlainPace};
use inflight::output::summary::extras::Extras;
use inflight::output::summary::json::summary_json;
use inflight::output::summary::text::summary_text;
use inflight::plan::Expect;
use inflight::text::console::StreamStyle;
use inflight::text::sanitize;
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use crate::output::run::{Run, status};
use crate::scenario::notation::scenario;

const TERMINAL: StreamStyle = StreamStyle { colour: false, width: Some(100) };
const COLOURED: StreamStyle = StreamStyle { colour: true, ..TERMINAL };

/// Ten jobs in two seconds: six succeed, three fail for two causes, one never starts.
fn small() -> Run {
    let mut run = Run::new(10, &["orders", "users"]);
    for i in 0..6 {
        run.done(0, (i * 100, i * 100 + 100));
    }
    run.throttled(1, (600, 700));
    run.failed(1, (700, 800), "GET http://a.b/users/1", status(503));
    run.failed(0, (800, 900), "GET http://a.b/orders/7", status(503));
    let lost = Outcome::Failed { reason: Reason::Tls, detail: Some("certificate expired".into()), expected: None };
    run.failed(1, (900, 1_000), "GET http://a.b/users/2", lost);
    run.end(2_000, RunEnd::Drained);
    run
}

fn expect() -> Expect {
    Expect { failed_below: Some(0.01), p95_below: Some(Duration::from_secs(1)) }
}

/// The summary of a run with `n` hosts.
fn summary_of_hosts(n: u32) -> String {
    let mut model = Model::default();
    for id in 0..n {
        let name = format!("https://{id}.example:443").into();
        let fact = Fact::HostAnnounced { host: HostId(id), name, limit: None };
        model.apply(&Event { at: Offset(id.into()), origin: Origin::HERE, fact });
    }
    summary_text(&model, model.last, &Extras::default(), TERMINAL)
}

#[test]
fn the_summary_reports_stops_of_the_process() {
    let model = scenario(
        "0ms run limit 2 jobs 2 | 0ms start a#1 | 0ms start a#2 | 50ms answer a#2 | 90ms stopped 2500ms \
         | 100ms answer a#1 | 100ms done a#1 | 100ms done a#2 | 100ms end",
    )
    .fold();
    let summary = summary_text(&model, model.last, &Extras::default(), TERMINAL);
    let stops =
        "  stopped   once, for 2.50 s: no time-out and no figure includes it, nor 1 answer in flight meanwhile\n";
    assert!(summary.contains(stops), "{summary}");
    assert!(summary.contains("finished in 100 ms"), "{summary}");
    let summary = summary_json(&model, model.last, &Extras::default());
    assert_eq!(summary["stopped"], json!({"count": 1, "seconds": 2.5, "attempts": 1}));
    let lines = Plain::new(PlainPace::Log).poll(&model, model.last);
    let line = "00:00.1  inflight was stopped for 2.50 s; no time-out and no figure includes it";
    assert!(lines.iter().any(|written| written == line), "{lines:?}");
}

#[test]
fn the_summary_reports_how_many_hosts_are_counted_together() {
    let summary = summary_of_hosts(5_000);
    assert!(summary.contains("  hosts     5,000, the 1,024 that were idle longest are counted together"), "{summary}");
    assert!(!summary_of_hosts(4_096).contains("counted together"));
}

#[test]
fn a_wait_that_the_plan_cut_short_is_in_the_summary_with_the_setting() {
    let mut run = Run::new(4, &["orders"]);
    run.asks_for_an_hour(0, (0, 1_000));
    run.end(2_000, RunEnd::Drained);
    let text = summary_text(&run.model, Offset::ZERO, &Extras::default(), TERMINAL);
    let line = text.lines().find(|line| line.starts_with("  waits"));
    assert_eq!(
        line,
        Some("  waits     a.b:80 asked for a wait of 1h 00m: its jobs fail after 10m 00 s (`retry.longest_wait`)"),
        "{text}"
    );
    run = small();
    let text = summary_text(&run.model, Offset::ZERO, &Extras::default(), TERMINAL);
    assert!(!text.contains("  waits"), "{text}");
}

#[test]
fn the_summary_shows_failures_with_their_place_and_an_example() {
    let run = small();
    let checked = check(&run.model, &expect());
    let text = summary_text(&run.model, Offset::ZERO, &Extras { checked: &checked, ..Extras::default() }, TERMINAL);
    insta::assert_snapshot!(text, @r"
    inflight  nightly.toml                                    drained after 2.00 s
      10 jobs   6 ok   3 failed (33 %)   1 not started
      10 attempts   1 rate limited
      3.00 good req/s of 5.00   in flight mean 0.50, max 1 of 4   6.02 kB received
      latency   p50 100 ms   p95 100 ms   p99 100 ms   max 100 ms   without 2 unexpected answers

      verdict   in flight 1.0 of 4 on average: each attempt started after the previous one ended; if
                they are independent, start several at once
      failures  2  orders, users   503 Service Unavailable
                   such as GET http://a.b/users/1
                1  GET http://a.b/users/2   TLS failed: certificate expired
      expectation  failed < 1 %          FAILED (33.3 %)
      expectation  p95 < 1.00 s          ok     (100 ms)
    ");
}

#[test]
fn a_flawless_run_has_nothing_to_explain() {
    let mut run = Run::new(2, &["orders"]);
    run.done(0, (0, 100));
    run.done(0, (0, 300));
    run.end(400, RunEnd::Finished);
    insta::assert_snapshot!(summary_text(&run.model, Offset::ZERO, &Extras::default(), TERMINAL), @r"
    inflight  nightly.toml                                      finished in 400 ms
      2 jobs   2 ok
      5.00 req/s   in flight mean 0.75, max 1 of 4   2.00 kB received
      latency   p50 100 ms   p95 299 ms   p99 299 ms   max 300 ms

      verdict   One at a time: no two attempts ran at once
    ");
}

#[test]
fn colour_adds_colour_and_nothing_else() {
    let run = small();
    let extras = Extras::default();
    let plain = summary_text(&run.model, Offset::ZERO, &extras, TERMINAL);
    let coloured = summary_text(&run.model, Offset::ZERO, &extras, COLOURED);
    assert!(!plain.contains('\x1b'));
    let mut bare = coloured.clone();
    for code in ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m"] {
        assert!(coloured.contains(code), "{code:?}");
        bare = bare.replace(code, "");
    }
    assert_eq!(bare, plain);
}

#[test]
fn long_and_hostile_targets_are_cut_and_sanitized() {
    let mut run = Run::new(2, &["\x1b[2J\u{202e}endpoint"]);
    let target = format!("GET http://a.b/{}/\x1b[31m/größe世界", "long/".repeat(60));
    let lost =
        Outcome::Failed { reason: Reason::BadResponse, detail: Some("\u{9b}x ".repeat(50).into()), expected: None };
    run.failed(0, (0, 10), &target, lost);
    run.failed(0, (0, 10), &target, status(500));
    run.failed(0, (0, 10), &target, status(500));
    run.end(10, RunEnd::Finished);
    let text = summary_text(&run.model, Offset::ZERO, &Extras::default(), TERMINAL);
    assert!(!text.chars().any(|c| c != '\n' && sanitize::is_unsafe(c)));
    for line in text.lines() {
        assert!(line.width() <= 100, "{} {line}", line.width());
    }
    // A file gets them whole, and sanitized too.
    let text = summary_text(&run.model, Offset::ZERO, &Extras::default(), StreamStyle::default());
    assert!(!text.chars().any(|c| c != '\n' && sanitize::is_unsafe(c)));
    assert!(text.contains(&*sanitize::sanitize(&target)) && !text.contains('…'), "{text}");
}

/// The summary of a run in the notation, as text and as a document.
fn summaries(text: &str) -> (String, serde_json::Value) {
    let model = scenario(text).fold();
    let extras = Extras::default();
    (summary_text(&model, model.last, &extras, TERMINAL), summary_json(&model, model.last, &extras))
}

#[test]
fn only_what_was_learned_is_offered_as_a_setting() {
    let run = "0ms run limit 20 jobs 9 | 1ms start a#1 | 2ms refuse a#1 | 3ms adapt a 4 gap 9ms";
    let (text, document) = summaries(&format!("{run} | 9s end"));
    assert!(!text.contains("learned"), "a step of the controller is a guess: {text}");
    assert_eq!(document["hosts"][0]["learned"], json!(null));
    let learned = |what: &str| summaries(&format!("{run} | 4ms learn a {what} | 9s end"));
    let (text, document) = learned("5");
    assert!(text.contains("  learned   [host.\"a.example\"]  concurrency = 5\n"), "{text}");
    let at_once = json!({"at_once": 5, "per_second": null, "quota": null, "window_s": null});
    assert_eq!(document["hosts"][0]["learned"], at_once);
    let (text, document) = learned("window 30/5s");
    assert!(text.contains("[host.\"a.example\"]  gap = \"166667us\"   # 30 per 5 s\n"), "{text}");
    let quota = json!({"at_once": null, "per_second": 6.0, "quota": 30, "window_s": 5.0});
    assert_eq!(document["hosts"][0]["learned"], quota);
    let (text, _) = learned("gap 50ms | 5ms learn a nothing");
    assert!(!text.contains("learned"), "no longer certain: {text}");
}

#[test]
fn outages_and_recognized_refusals_are_in_both_summaries() {
    let (text, document) = summaries(
        "0ms run limit 4 jobs 9 | 0ms mode when-refused | 1s down a 2s | 31s up a | 40s down a 41s | 45s up a | \
         50s recognize a 503 | 60s end",
    );
    assert!(text.contains("  down      a.example for 35.0 s in 2 outages: connection refused\n"), "{text}");
    let refusals = "  refusals  503 counts as a refusal at a.example: others are answered meanwhile\n            \
                    `throttled = [429]` in a plan turns this off\n";
    assert!(text.contains(refusals), "{text}");
    let host = &document["hosts"][0];
    assert_eq!(host["outages"], json!({"count": 2, "seconds": 35.0, "given_up": false}));
    let why = "others are answered meanwhile";
    assert_eq!(host["refusals_recognized"], json!([{"status": 503, "why": why}]));
    assert_eq!(document["in_flight"]["adaptive"], json!("when-refused"));
}

#[test]
fn the_document_for_scripts_has_every_figure() {
    let run = small();
    let checked = check(&run.model, &expect());
    let document = summary_json(&run.model, Offset::ZERO, &Extras { checked: &checked, ..Extras::default() });
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["name"], "nightly.toml");
    assert_eq!(document["ended"], "drained");
    assert_eq!(document["elapsed_s"], 2.0);
    assert_eq!(
        document["jobs"],
        json!({
            "planned": 10, "done": 6, "done_after_retry": 0, "done_after_refusal": 0, "done_when_sent_again": 0, "sent_again": 0, "failed": 3, "cancelled": 0, "settled": 9,
            "not_started": 1,
        })
    );
    assert_eq!(
        document["attempts"],
        json!({
            "started": 10, "ended": 10, "answered_expected": 6, "answered_unexpected": 2, "throttled": 1,
            "timed_out": 0, "broken": 1, "redirected": 0, "cancelled": 0,
        })
    );
    assert_eq!(document["retries"], 0);
    assert_eq!(
        document["in_flight"],
        json!({"mean": 0.5, "peak": 1, "limit": 4, "first_limit": 4, "adaptive": "off", "idle": {}})
    );
    assert_eq!((&document["throughput_per_s"], &document["goodput_per_s"]), (&json!(5.0), &json!(3.0)));
    assert_eq!((&document["latency_ms"]["n"], &document["latency_ms"]["max"]), (&json!(8), &json!(100.0)));
    assert_eq!(
        document["failures"][0],
        json!({
            "cause": "503 Service Unavailable", "kind": "status", "expected": null, "count": 2, "first_s": 0.8, "last_s": 0.9,
            "not_retried": null,
            "example": {"request": "GET http://a.b/users/1", "detail": null},
            "endpoints": [{"name": "orders", "count": 1}, {"name": "users", "count": 1}],
        })
    );
    assert_eq!(document["failures"][1]["example"]["detail"], "certificate expired");
    assert_eq!(document["endpoints"][1]["throttled"], 1);
    assert_eq!(document["expectations"][0]["met"], false);
    assert_eq!(document["expectations"][1]["limit"], 1_000.0);
}

#[test]
fn a_run_that_never_started_has_a_summary() {
    let model = Model::default();
    assert!(!summary_text(&model, Offset::ZERO, &Extras::default(), COLOURED).is_empty());
    assert_eq!(summary_json(&model, Offset::ZERO, &Extras::default())["throughput_per_s"], 0.0);
}

#[test]
fn the_verdict_is_the_same_sentence_everywhere() {
    let mut run = Run::new(12, &["orders"]);
    for i in 0..12 {
        run.done(0, (i * 101, i * 101 + 100));
    }
    run.end(1_300, RunEnd::Finished);
    let sentence = "in flight 1.0 of 4 on average: each attempt started after the previous one ended; \
                    if they are independent, start several at once";
    let document = summary_json(&run.model, Offset::ZERO, &Extras::default());
    assert_eq!((&document["verdict"]["kind"], &document["verdict"]["sentence"]), (&json!("serial"), &json!(sentence)));
    assert_eq!(document["verdict"]["others"], json!([]));
    let text = summary_text(&run.model, Offset::ZERO, &Extras::default(), TERMINAL);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    assert!(words(&text).contains(&format!("verdict {sentence}")), "{text}");
    let printed = Plain::new(PlainPace::Log).poll(&run.model, Offset(1_300_000));
    assert!(printed.iter().any(|line| line.ends_with(sentence)), "{printed:?}");
    let none = summary_json(&Model::default(), Offset::ZERO, &Extras::default());
    assert_eq!(
        (&none["verdict"], &none["headline"]),
        (&json!(null), &json!("Nothing in flight: nothing has started yet"))
    );
}
