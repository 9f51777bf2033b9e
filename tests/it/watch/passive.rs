//! Programs without a probe: what their sockets show, in any language.
//!
//! Start at [`watched`].

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::run::program::Folder;
use crate::run::upstream;
use crate::watch::{finding, findings, masked_text, pythons};

/// Watches a program that takes no probe: returns its summary, and what the upstream counted as its peak.
fn watched(words: &[&str]) -> (Value, u64) {
    let (folder, upstream) = (Folder::new(), upstream());
    let base = format!("http://{}", upstream.local_addr());
    let words: Vec<String> = words.iter().map(|word| word.replace("BASE", &base)).collect();
    let program = folder.inflight("watch --json --").args(&words).var("PATH", "/usr/local/bin:/usr/bin:/bin");
    let summary = program.start().wait().exits(0).summary();
    let warning = summary["warnings"]["last"][0].as_str().unwrap();
    assert!(warning.ends_with("watching its sockets only"), "{warning}");
    (summary, upstream.tally().peak)
}

/// Watches a Python script that takes no probe, if there is a Python.
fn watched_python(script: &str) -> Option<(Value, u64)> {
    let python = pythons().into_iter().next()?;
    let script = format!(
        "import time
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen
def get(path):
    with urlopen('BASE' + path) as answer:
        return answer.read()
{script}"
    );
    Some(watched(&[python.to_str().unwrap(), "-I", "-c", &script]))
}

fn has(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = asked.is_ok_and(|status| status.success());
    if !is_there {
        println!("left out: there is no `{program}`");
    }
    is_there
}

#[test]
fn the_peak_of_threads_is_exact() {
    let script = "with ThreadPoolExecutor(12) as pool: list(pool.map(get, ['/delay/600ms'] * 12))";
    let Some((summary, peak)) = watched_python(script) else { return };
    assert_eq!((&summary["in_flight"]["peak"], peak), (&json!(12), 12));
    assert_eq!(findings(&summary), Vec::<&Value>::new());
}

#[test]
fn the_peak_of_curl_is_exact() {
    if !has("curl") {
        return;
    }
    let urls: Vec<String> = (0..8).map(|i| format!("BASE/delay/600ms?id={i}")).collect();
    let words = ["curl", "-s", "-Z", "--parallel-immediate"].into_iter().map(str::to_owned);
    let words: Vec<String> =
        words.chain(urls.into_iter().flat_map(|url| ["-o".into(), "/dev/null".into(), url])).collect();
    let (summary, peak) = watched(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((&summary["in_flight"]["peak"], peak), (&json!(8), 8));
}

#[test]
fn the_peak_of_node_without_a_probe_is_exact() {
    if !has("node") {
        return;
    }
    let script =
        "Promise.all(Array.from({ length: 10 }, async (_, i) => (await fetch(`BASE/delay/900ms?id=${i}`)).text()))";
    let (summary, peak) = watched(&["env", "-u", "NODE_OPTIONS", "node", "-e", script]);
    assert_eq!((&summary["in_flight"]["peak"], peak), (&json!(10), 10));
}

#[test]
fn one_after_the_other_is_a_note_that_says_what_the_thread_does() {
    let Some((summary, _)) = watched_python("for i in range(9): get('/delay/200ms')") else { return };
    let serial = finding(&summary, "serial");
    assert_eq!(serial["is_note"], true);
    assert!(serial["number"].as_str().unwrap().starts_with("9 exchanges one after the other"), "{serial:#}");
    assert_eq!(serial["place"], "1 socket in flight at most; the main thread blocks in a read");
    assert_eq!(summary["in_flight"]["peak"], 1);
}

#[test]
fn waves_are_found_from_levels_alone() {
    let script = "for wave in range(4):
    with ThreadPoolExecutor(8) as pool: list(pool.map(get, ['/delay/200ms'] * 7 + ['/delay/800ms']))";
    let Some((summary, _)) = watched_python(script) else { return };
    let waves = finding(&summary, "waves");
    assert!(waves["number"].as_str().unwrap().starts_with("4 waves of 8"), "{waves:#}");
}

#[test]
fn stragglers_are_found_from_levels_alone() {
    let script = "with ThreadPoolExecutor(6) as pool: list(pool.map(get, [f'/delay/{110 + i * 53 % 97}ms' for i in range(22)] + ['/delay/1500ms'] * 2))";
    let Some((summary, _)) = watched_python(script) else { return };
    let late = finding(&summary, "stragglers");
    assert_eq!(late["place"], "waiting for 2 sockets");
    assert_eq!(late["is_note"], false);
}

#[test]
fn a_client_that_is_not_hooked_is_reported_next_to_the_probe() {
    let script = "import os, socket, threading
from urllib.request import urlopen
address = os.environ['BASE'].split('//')[1].split(':')
def get():
    with socket.create_connection((address[0], int(address[1]))) as connection:
        connection.sendall(b'GET /delay/1s HTTP/1.0\\r\\nHost: a\\r\\n\\r\\n')
        while connection.recv(4096): pass
threads = [threading.Thread(target=get) for _ in range(5)]
for thread in threads: thread.start()
urlopen(os.environ['BASE'] + '/delay/900ms').read()
for thread in threads: thread.join()
";
    let Some(python) = pythons().into_iter().next() else { return };
    let (folder, upstream) = (Folder::new().with("app.py", script), upstream());
    let base = format!("http://{}", upstream.local_addr());
    let program = folder.inflight("watch --json --").arg(python).arg("app.py").var("BASE", &base);
    let ended = program.start().wait().exits(0);
    let warnings = &ended.summary()["warnings"];
    assert_eq!(warnings["count"], 1, "{}", masked_text(&ended.stdout));
    let warning = warnings["last"][0].as_str().unwrap();
    assert!(warning.starts_with("a client that is not hooked is sending, too: "), "{warning}");
}
