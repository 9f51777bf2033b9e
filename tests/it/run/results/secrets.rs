//! Secrets: they reach the server that they are for, and nothing else.

use crate::run::program::Folder;
use crate::run::{at, upstream};

/// Every secret of these tests contains this, and nothing else does.
const CANARY: &str = "canary";

#[test]
fn no_secret_is_shown_recorded_or_reported() {
    let upstream = upstream();
    let address = upstream.local_addr();
    let plan = format!(
        r#"
        name = "secrets of ${{TOKEN}}"
        [defaults]
        headers = {{ x-api-key = "${{TOKEN}}", cookie = "session=canary-cookie" }}
        [retry]
        attempts = 2
        backoff = "1ms..2ms"
        on = ["5xx", "connect"]
        unreachable = "100ms"
        [[endpoint]]
        name = "user"
        url = "http://canary-user:canary-password@{address}/status/500"
        [[endpoint]]
        url = "http://{address}/headers?x-access_token=canary-query"
        [[endpoint]]
        url = "http://{address}/status/404?bytes=10&id=${{TOKEN}}"
        [[endpoint]]
        name = "body"
        method = "POST"
        url = "http://{address}/status/503"
        body = "canary-body"
        [[endpoint]]
        url = "http://{address}/reset?id=${{TOKEN}}"
        [[endpoint]]
        url = "http://canary-user:canary-password@{address}/redirect/2?bytes=10&id=${{TOKEN}}"
        [[endpoint]]
        url = "http://canary-user:canary-password@127.0.0.1:1/${{TOKEN}}?token=canary-query"
        [[endpoint]]
        url = "http://{{host}}.invalid/?sig=canary-query"
        each = {{ host = ["a b", "ok"] }}
        [[endpoint]]
        name = "n-${{TOKEN}}"
        url = "http://{address}/status/404?bytes=10&id={{id}}"
        each = {{ id = ["${{TOKEN}}", "a/ü-${{TOKEN}}", "seen"] }}
        "#
    );
    for words in ["--json --events run.jsonl --report report.json --bodies bodies", "--events -", "--plain"] {
        let folder = Folder::new().with("secret.toml", &plan);
        let program = folder.inflight("run -H").arg("authorization: Bearer canary-header").arg("secret.toml");
        let ended = program.args(words.split_whitespace()).var("TOKEN", "canary-variable").run().exits(1);
        assert!(upstream.tally().answers[&500] >= 2 && upstream.tally().resets >= 2, "they were used");
        let outputs = [("standard output", ended.stdout.clone()), ("standard error", ended.stderr.clone())];
        let files = ["run.jsonl", "report.json"].into_iter().filter(|name| folder.path(name).exists());
        for (name, bytes) in outputs.into_iter().chain(files.map(|name| (name, folder.bytes(name)))) {
            let text = String::from_utf8(bytes).unwrap();
            let leak = text.lines().find(|line| line.contains(CANARY));
            assert_eq!(leak, None, "in {name}");
        }
    }
}

#[test]
fn secrets_of_the_command_line_and_of_lists_are_masked_as_well() {
    let (folder, upstream) = (Folder::new(), upstream());
    let address = upstream.local_addr();
    let secret = format!("http://canary-user:canary-password@{address}/status/500?token=canary-query");
    let folder = folder.with("urls.txt", &format!("{secret}\nhttp://canary-user:canary-password@ /\n"));
    let json = format!(
        "{{\"url\":\"{secret}\",\"header\":{{\"authorization\":\"canary-header\"}},\"body\":\"canary-body\"}}\n\
         {{\"url\":\"{secret}\",\"header\":{{\"authorization\":[\"canary-header\\n\"]}}}}\n\
         {{\"url\":\"{secret}\",\"haeder\":\"canary-header\"}}\n"
    );
    let folder = folder.with("urls.jsonl", &json);
    for target in [secret.as_str(), "urls.txt", "urls.jsonl"] {
        let program = folder.inflight("run --tries 1 --events run.jsonl --report report.json -d canary-body -H");
        let ended = program.arg("x-token: canary-header").arg(target).run().exits(1);
        for bytes in [ended.stdout, ended.stderr, folder.bytes("run.jsonl"), folder.bytes("report.json")] {
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(text.lines().find(|line| line.contains(CANARY)), None, "{target}");
        }
    }
    for words in ["run -H canary-header", "run -X canary\u{7f}header", "run http://canary-user:canary-password@"] {
        let ended = folder.inflight(words).arg(at(&upstream, "/")).run();
        assert_ne!(ended.code, 0);
        // A method is no secret.
        assert!(words.contains("-X") || !ended.err().contains(CANARY), "{}", ended.err());
    }
}
