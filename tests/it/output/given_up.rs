//! Hosts that were given up, in both summaries.

use inflight::output::summary::extras::Extras;
use inflight::output::summary::json::summary_json;
use inflight::output::summary::text::summary_text;
use inflight::text::console::StreamStyle;
use serde_json::{Value, json};

use crate::scenario::notation::scenario;

fn summaries(text: &str) -> (String, Value) {
    let model = scenario(text).fold();
    let extras = Extras::default();
    (
        summary_text(&model, model.last, &extras, StreamStyle { colour: false, width: None }),
        summary_json(&model, model.last, &extras),
    )
}

#[test]
fn a_host_that_was_given_up_is_in_both_summaries_with_the_reason() {
    let refuses = "0ms run limit 4 jobs 2 | 1s start a#1 | 1s refuse a#1 429 asked 3600s | 1s cool a 601s | \
                   601s giveup a | 601s fail a#1 | 601s unsent a#2";
    let (text, document) = summaries(&format!("{refuses} | 601s end"));
    assert!(text.contains("  given up  a.example at 10:01: connection refused for 5m\n"), "{text}");
    assert!(!text.contains("  waits  "), "the reason says how long it asked for: {text}");
    let host = &document["hosts"][0];
    assert_eq!(host["outages"], json!({"count": 0, "seconds": 0.0, "given_up": true}));
    assert_eq!(host["given_up"], json!({"at_s": 601.0, "why": "connection refused for 5m", "is_back": false}));
    let (text, document) = summaries(&format!("{refuses} | 606s up a | 607s end"));
    assert!(text.contains(" at 10:01: connection refused for 5m; it was back later\n"), "{text}");
    assert_eq!(document["hosts"][0]["given_up"]["is_back"], true);
    let (text, document) =
        summaries("0ms run limit 4 jobs 2 | 1s down a 2s | 301s giveup a | 301s unsent a#2 | 302s end");
    assert!(text.contains("  given up  a.example at 05:01: connection refused for 5m\n"), "{text}");
    assert!(!text.contains("  down  "), "{text}");
    assert_eq!(document["hosts"][0]["outages"], json!({"count": 1, "seconds": 300.0, "given_up": true}));
    let (text, document) =
        summaries("0ms run limit 4 jobs 2 | 1s start a#1 | 2s answer a#1 200 | 2s done a#1 | 3s end");
    assert!(!text.contains("given up"), "{text}");
    assert_eq!(document["hosts"][0]["given_up"], Value::Null);
}
