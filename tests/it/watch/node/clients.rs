//! The clients of Node: `fetch`, `node:http`, and what is in flight with each.

use serde_json::{Value, json};

use crate::run::program::Folder;
use crate::watch::findings;
use crate::watch::node::{each, each_text};

#[test]
fn fetch_at_once_has_no_finding_and_the_peak_of_the_server() {
    let text = "await Promise.all(Array.from({ length: 20 }, async (_, i) => {
  const answer = await fetch(`${BASE}/delay/300ms?id=${i}`);
  return answer.text();
}));
";
    each_text(text, 0, |summary, peak| {
        assert_eq!(findings(summary), Vec::<&Value>::new());
        assert_eq!((&summary["in_flight"]["peak"], peak), (&json!(20), 20));
        assert_eq!(summary["attempts"]["answered_expected"], 20);
        assert_eq!(summary["endpoints"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn the_queue_of_an_agent_is_waiting_and_not_in_flight() {
    let text = "const http = require('http');
const agent = new http.Agent({ maxSockets: 4, keepAlive: true });
let left = 24;
for (let i = 0; i < 24; i += 1) {
  http.get(`${process.env.BASE}/delay/50ms?id=${i}`, { agent }, (answer) => {
    answer.resume().on('end', () => { if (--left === 0) agent.destroy(); });
  });
}
";
    let folder = Folder::new().with("app.cjs", text);
    each(&folder.path("app.cjs"), 0, |summary, peak| {
        assert_eq!((&summary["in_flight"]["peak"], peak), (&json!(4), 4));
        assert!(summary["waits_s"]["slot"].as_f64().unwrap() > 1.0, "{summary:#}");
        assert_eq!(summary["attempts"]["answered_expected"], 24);
    });
}

#[test]
fn requests_that_fail_or_are_cancelled_end_as_such() {
    let text = "import http from 'node:http';
const caught = async (promise) => { try { await promise; } catch {} };
await caught(fetch(`${BASE}/hang`, { signal: AbortSignal.timeout(100) }));
const abort = new AbortController();
setTimeout(() => abort.abort(), 100);
await caught(fetch(`${BASE}/hang`, { signal: abort.signal }));
await caught(fetch(`${BASE}/reset`));
await (await fetch(`${BASE}/status/404`)).text();
await new Promise((done) => http.get(`${BASE}/reset`).on('error', done));
await new Promise((done) => {
  const request = http.get(`${BASE}/hang`).on('error', () => {}).on('close', done);
  setTimeout(() => request.destroy(), 100);
});
";
    each_text(text, 0, |summary, _| {
        let attempts = &summary["attempts"];
        let counts = ["timed_out", "broken", "cancelled", "answered_unexpected"].map(|name| &attempts[name]);
        assert_eq!(counts.map(|count| count.as_u64().unwrap()), [1, 3, 1, 1], "{attempts:#}");
    });
}

#[test]
fn a_redirect_is_a_request_of_its_own_and_a_body_is_part_of_it() {
    let text = "await (await fetch(`${BASE}/redirect/2`)).text();
await (await fetch(`${BASE}/bytes/300000`)).text();
";
    each_text(text, 0, |summary, _| {
        assert_eq!(summary["attempts"]["answered_expected"], 2, "{summary:#}");
    });
}
