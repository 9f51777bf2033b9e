//! Plans that stream: the first job starts before the last line is known, and memory does not grow.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use rustix::process::Signal;
use serde_json::json;

use crate::run::program::Folder;
use crate::run::{at, upstream};
use crate::upstream::client;

#[test]
fn jobs_start_while_the_list_is_still_being_written() {
    let (folder, upstream) = (Folder::new(), upstream());
    for (language, quote) in [("list", ""), ("JSON Lines", "\"")] {
        upstream.reset_tally();
        let line = |n| {
            let url = at(&upstream, &format!("/status/200?id={n}"));
            if quote.is_empty() { format!("{url}\n") } else { format!("{{\"url\":\"{url}\"}}\n") }
        };
        let mut running = folder.inflight("run - --json").with_input().start();
        let mut input = running.input();
        for n in 1..=3 {
            input.write_all(line(n).as_bytes()).unwrap();
            client::until(&upstream, |tally| tally.answers.get(&200) == Some(&n));
        }
        // A last line without its end is a line all the same.
        input.write_all(line(4).trim_end().as_bytes()).unwrap();
        drop(input);
        let summary = running.wait().exits(0).summary();
        assert_eq!((&summary["jobs"]["done"], &summary["jobs"]["planned"]), (&json!(4), &json!(4)), "{language}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_of_a_million_starts_at_once_and_stays_small() {
    let (folder, upstream) = (Folder::new(), upstream());
    let mut list = String::new();
    for n in 0..1_000_000 {
        writeln!(list, "{}", at(&upstream, &format!("/delay/2ms?id={n}"))).unwrap();
    }
    let folder = folder.with("urls.txt", &list);
    let running = folder.inflight("run urls.txt --json -c 200 --events /dev/null").start();
    client::until(&upstream, |tally| tally.requests >= 5_000);
    let status = fs::read_to_string(running.proc("status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    running.signal(Signal::INT);
    let summary = running.wait().exits(130).summary();
    assert_eq!(summary["attempts"]["started"], upstream.tally().requests);
    assert_eq!(summary["jobs"]["planned"], 1_000_000);
    let peak: u64 = peak.unwrap();
    assert!(peak < 64 << 10, "{peak} KiB");
}
