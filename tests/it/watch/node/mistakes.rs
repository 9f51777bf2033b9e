//! Each mistake is found with its line, and what is right stays without a finding.

use serde_json::Value;

use crate::watch::node::{each, each_text};
use crate::watch::{assert_line, example, finding, findings};

#[test]
fn a_synchronous_call_between_requests_is_found_with_its_line() {
    each(&example("exec_sync.mjs"), 0, |summary, _| {
        let found = finding(summary, "loop-stalled");
        assert_line(found, "exec_sync.mjs", "execSync('sleep 0.2')");
        assert_eq!(found["code"]["text"], "execSync('sleep 0.2');");
        assert!(found["place"].as_str().unwrap().ends_with("`, blocked"), "{found:#}");
        assert!(found["remedy"].as_str().unwrap().contains("without `Sync`"), "{found:#}");
    });
}

#[test]
fn work_that_computes_in_a_callback_is_found_with_its_line() {
    let text = "const http = await import('node:http');
function crunch(ms) {
  const until = Date.now() + ms;
  while (Date.now() < until);
}
const all = [];
for (let i = 0; i < 20; i += 1)
  all.push(new Promise((done) => http.get(`${BASE}/delay/${40 + 20 * i}ms`, (answer) => answer.resume().on('end', () => {
    crunch(40);
    done();
  }))));
await Promise.all(all);
";
    each_text(text, 0, |summary, _| {
        let found = finding(summary, "loop-stalled");
        assert_line(found, "app.mjs", "while (Date.now() < until);");
    });
}

#[test]
fn one_request_after_the_other_is_a_note_with_its_line() {
    each(&example("pages.mjs"), 0, |summary, _| {
        let all = findings(summary);
        assert!(all.iter().all(|finding| finding["is_note"] == true), "{all:#?}");
        let serial = finding(summary, "serial");
        assert_line(serial, "pages.mjs", "await fetch(");
        let how = ": one task awaits each request before the next";
        assert!(serial["place"].as_str().unwrap().ends_with(how), "{serial:#}");
    });
}

#[test]
fn one_request_after_the_other_is_a_mistake_if_many_were_meant() {
    let text = "let last = Promise.resolve();
const one = (i) => (last = last.then(() => fetch(`${BASE}/delay/300ms?id=${i}`)).then((answer) => answer.text()));
await Promise.all(
  Array.from({ length: 9 }, (_, i) => one(i)),
);
";
    each_text(text, 0, |summary, _| {
        let serial = finding(summary, "serial");
        assert_eq!(serial["number"], "1 in flight while 9 were gathered");
        assert_line(serial, "app.mjs", "await Promise.all(");
    });
}

#[test]
fn a_rejection_that_nothing_handles_is_found_with_its_line() {
    let text = "async function push() {
  const answer = await fetch(`${BASE}/status/503`);
  if (!answer.ok) throw new RangeError('no');
}
push();
";
    each_text(text, 1, |summary, _| {
        let lost = finding(summary, "error-lost");
        assert_eq!(lost["number"], "1 × RangeError never retrieved");
        assert_line(lost, "app.mjs", "throw new RangeError('no')");
        assert!(lost["remedy"].as_str().unwrap().contains("await the promise"), "{lost:#}");
    });
}

#[test]
fn requests_that_are_left_in_flight_by_an_exit_are_found() {
    each(&example("process_exit.mjs"), 0, |summary, _| {
        let found = finding(summary, "unfinished-tasks");
        assert_eq!(found["number"], "3 × `push` still running at the end");
        assert_line(found, "process_exit.mjs", "await fetch(");
        assert_eq!(found["is_note"], false);
        assert_eq!(summary["attempts"]["cancelled"], 3);
    });
}

#[test]
fn a_bounded_client_has_no_finding() {
    each(&example("bounded.mjs"), 0, |summary, peak| {
        assert_eq!(summary["verdict"], Value::Null);
        assert_eq!(summary["in_flight"]["peak"], 8);
        assert_eq!(peak, 8);
    });
}

#[test]
fn a_flood_of_refusals_is_found() {
    let text = "async function one(i) {
  for (let n = 0; n < 3; n += 1) {
    const answer = await fetch(`${BASE}/limit?concurrent=8&delay=60ms&id=${i}`);
    await answer.text();
    if (answer.ok) return;
  }
}
await Promise.all(Array.from({ length: 80 }, (_, i) => one(i)));
";
    each_text(text, 0, |summary, _| {
        assert_eq!(summary["verdict"]["kind"], "limited-by-upstream", "{:#}", summary["verdict"]);
        assert!(summary["attempts"]["throttled"].as_u64().unwrap() > 50);
    });
}
