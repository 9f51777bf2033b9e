//! Foreign bytes from a plan or a server: they are shown and never act, and they choose no path of a result.

use inflight::upstream::Upstream;

use crate::run::program::{Ended, Folder};
use crate::run::{at, upstream};

/// The styles of a coloured result: bold, dim, red and green.
const STYLES: [&str; 4] = ["1", "2", "31", "32"];

/// A plan that is as hostile as its upstream.
fn hostile(upstream: &Upstream) -> String {
    let url = |path: &str| at(upstream, path);
    let name = r"x\u001b[31m\u009b2J\u202e\u2066\u200f\u0007\u007f";
    format!(
        r#"
        name = "plan {name}"
        [retry]
        attempts = 1
        [[endpoint]]
        name = "hostile {name}"
        url = "{}"
        [[endpoint]]
        name = "missing {name}"
        url = "{}"
        [[endpoint]]
        url = "{}"
        [[endpoint]]
        name = "noise {name}"
        url = "{}"
        [[endpoint]]
        name = "nearly {name}"
        url = "{}"
        [[endpoint]]
        name = "headers {name}"
        url = "{}"
        [[endpoint]]
        name = "elsewhere {name}"
        url = "{}"
        [[endpoint]]
        name = "nowhere {name}"
        url = "{}"
        [[endpoint]]
        url = "http://{{host}}.invalid/"
        each = {{ host = ["a\u001bb", "a\u202eb", "ok\u009b"] }}
        "#,
        url("/hostile"),
        url("/%1b%5B31m/%C2%9B2J/%E2%80%AE?x=%1b[2J"),
        url("/status/404?id=%1b[2J%C2%9B%E2%80%AE"),
        url("/garbage?as=noise"),
        url("/garbage?as=status"),
        url("/headers?content-type=text/plain;%9b31m&x-note=%C2%9B2J"),
        url("/redirect-to?url=javascript:%9b31m"),
        url("/redirect-to?url=http://%C2%9B.invalid/%E2%80%AE"),
    )
}

/// The text without the program's own styles, each of which it also ends. Foreign text would end none.
fn without_own_styles(text: &str) -> String {
    let own = |text: String, code: &str| text.replace(&format!("\x1b[{code}m"), "");
    let n_begun: usize = STYLES.iter().map(|code| text.matches(&format!("\x1b[{code}m")).count()).sum();
    assert_eq!(n_begun, text.matches("\x1b[0m").count(), "every style ends");
    STYLES.iter().chain(&["0"]).fold(text.to_owned(), |text, code| own(text, code))
}

#[track_caller]
fn assert_harmless(what: &str, bytes: &[u8]) {
    let text = str::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    let text = &without_own_styles(text);
    let acts = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
    };
    if let Some(at) = text.find(acts) {
        let around: String = text[..at].chars().rev().take(60).collect::<String>().chars().rev().collect();
        panic!("{what} holds {:?} after {around:?}", text[at..].chars().next());
    }
}

#[track_caller]
fn assert_all_harmless(folder: &Folder, ended: &Ended) {
    assert!(!ended.stdout.is_empty() || !ended.stderr.is_empty());
    assert_harmless("standard output", &ended.stdout);
    assert_harmless("standard error", &ended.stderr);
    for name in folder.names().iter().filter(|name| *name != "plan.toml") {
        assert_harmless(name, &folder.bytes(name));
    }
}

#[test]
fn no_text_of_a_server_or_a_plan_acts_on_a_terminal() {
    let upstream = upstream();
    for words in ["--json --events run.jsonl --report report.json", "--color always", "--events -"] {
        let folder = Folder::new().with("plan.toml", &hostile(&upstream));
        let ended = folder.inflight("run plan.toml --plain").args(words.split_whitespace()).run().exits(1);
        assert_all_harmless(&folder, &ended);
    }
}

#[test]
fn nothing_foreign_acts_in_a_message_about_a_mistake() {
    let folder = Folder::new().with(
        "plan.toml",
        "na\u{9b}me = 1\n\"li\\u001bmits\" = { x\u{202e} = 1 }\n[[endpoint]]\nurl = \"ht\\u001b\\u009btp://\u{202e}a\"\n",
    );
    let evil = "e\u{1b}[31m\u{9b}2J\u{202e}";
    for words in [
        vec!["run", "plan.toml"],
        vec!["run", evil],
        vec!["run", &format!("http://a/{evil}\u{0}").replace('\0', "")],
        vec!["run", &format!("http://{evil}/")],
        vec!["run", "http://127.0.0.1:1/", "--report", &format!("{evil}/x.json")],
        vec!["run", "http://127.0.0.1:1/", "--events", &format!("{evil}/x.jsonl")],
        vec!["run", "http://127.0.0.1:1/", "-X", evil],
        vec!["run", "http://127.0.0.1:1/", "-H", evil],
        vec!["run", "http://127.0.0.1:1/", "--theme", evil],
        vec!["run", "http://127.0.0.1:1/", "--timeout", evil],
        vec![evil],
    ] {
        let ended = folder.inflight("").args(&words).run();
        assert_ne!(ended.code, 0, "{words:?}");
        assert_harmless(&format!("{words:?}"), &ended.stderr);
        assert_harmless(&format!("{words:?}"), &ended.stdout);
    }
}

#[test]
fn results_stay_in_their_folders_for_any_endpoint_name() {
    let (folder, upstream) = (Folder::new(), upstream());
    let names = ["../../x", "/etc/x", "..", "a\\\\..\\\\b", "CON", "a\\u0000b", "~/x", "-rf", ".hidden", "a/b/c"];
    let endpoints =
        names.map(|name| format!("[[endpoint]]\nname = \"{name}\"\nurl = \"{}\"\n", at(&upstream, "/bytes/10")));
    let folder = folder.with("plan.toml", &endpoints.concat());
    std::fs::create_dir(folder.path("deep")).unwrap();
    folder.inflight("run plan.toml --bodies deep/bodies --report deep/report.json").run().exits(0);
    assert_eq!(folder.names(), ["deep", "plan.toml"]);
    let report = folder.json("deep/report.json");
    let results = report["results"].as_array().unwrap();
    assert_eq!(results.len(), names.len());
    for result in results {
        let file = result["file"].as_str().unwrap();
        assert!(file.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)), "{file}");
        assert_eq!(folder.bytes(&format!("deep/bodies/{file}")).len(), 10);
    }
    assert_eq!(std::fs::read_dir(folder.path("deep/bodies")).unwrap().count(), names.len());
    assert_eq!(std::fs::read_dir(folder.path("deep")).unwrap().count(), 2);
}
