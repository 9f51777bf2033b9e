//! `check` leaves no trace: it sends and writes nothing, shows no secret, and its text never acts on a terminal.

use crate::run::program::Folder;
use crate::run::{at, upstream};

#[test]
fn nothing_is_sent_opened_or_written() {
    let upstream = upstream();
    let folder = Folder::new().with("old.jsonl", "old").with("urls.txt", &at(&upstream, "/status/200\n"));
    let words = "check urls.txt --report report.json --bodies a/b --events old.jsonl --every 1s";
    folder.inflight(words).run().exits(0);
    folder.inflight("check -n 500").arg(at(&upstream, "/status/200")).run().exits(0);
    let tally = upstream.tally();
    assert_eq!((tally.requests, tally.connections.accepted), (0, 0));
    assert_eq!(folder.names(), ["old.jsonl", "urls.txt"]);
    assert_eq!(folder.bytes("old.jsonl"), b"old");
}

#[test]
fn no_secret_is_shown() {
    let plan = r#"
        [defaults]
        headers = { x-api-key = "canary-key", cookie = "session=canary", accept = "a/${TOKEN}" }
        [[endpoint]]
        url = "http://canary-user:canary-password@127.0.0.1:1/${TOKEN}?token=canary,canary&id=${file:secret}"
        [[endpoint]]
        url = "http://{user}:canary@127.0.0.1:1/{user}?a=1&sig=canary#canary"
        each = { user = ["canary"] }
        body = "canary ${TOKEN}"
        [[endpoint]]
        url = "http://${TOKEN}:${TOKEN}@127.0.0.1:1/"
        json = { password = "canary" }
    "#;
    let folder = Folder::new().with("plan.toml", plan).with("secret", "canary-file\n");
    let url = "http://canary-user:canary-password@127.0.0.1:1/?token=canary";
    let folder = folder.with("urls.txt", url).with("urls.jsonl", &format!("{{\"url\":\"{url}\"}}\n"));
    for target in ["plan.toml", "urls.txt", "urls.jsonl", url] {
        for words in ["check -d canary", "check --json"] {
            let program = folder.inflight(words).arg("-H").arg("x-trace: canary").arg(target);
            let program = program.var("TOKEN", "canary-variable").var("HTTP_PROXY", "http://canary:canary@127.0.0.1:2");
            let ended = program.run().exits(0);
            let leak = [ended.out(), ended.err()].into_iter().flat_map(str::lines).find(|line| line.contains("canary"));
            // A placeholder is not its value, and a URL is shown without its secrets.
            assert_eq!(leak, None, "{words} {target}");
            assert!(ended.out().contains("HTTP_PROXY"), "{}", ended.out());
        }
    }
}

#[test]
fn foreign_text_does_not_act_on_a_terminal() {
    let plan = "name = \"a\\u001b[31mb\"\n[output]\nreport = \"r\\u001b[2J\"\n[[endpoint]]\nname = \"c\\u202e\"\n\
                url = \"http://127.0.0.1:1/\\u001b]0;x\"\nheaders = { accept = \"\u{9b}2J\" }\n\
                [host.\"\\u001b[1m\"]\nconcurrency = 99\n";
    let folder = Folder::new().with("plan\u{1b}[5m.toml", plan);
    for words in ["check", "check --json"] {
        let ended = folder.inflight(words).arg("plan\u{1b}[5m.toml").run();
        for text in [ended.out(), ended.err()] {
            let acts = text.chars().find(|&c| c != '\n' && inflight::text::sanitize::is_unsafe(c));
            assert_eq!(acts, None, "{text}");
        }
    }
}
