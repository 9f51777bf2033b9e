//! `check`: every value of a plan, with its source.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::run::program::{Folder, Program};

/// A plan that sets many keys.
const RICH: &str = r#"name = "morning report"
every = "5m"

[defaults]
timeout = "${PATIENCE:-10s}"
headers = { accept = "application/json", Authorization = "Bearer ${REPORT_TOKEN}" }

[limits]
concurrency = 20
per_host = 10
rate = "100/s"

[host."*.partner.example"]
concurrency = 2
gap = "250ms"

[retry]
attempts = 3
on = ["throttled", "connect", "5xx"]

[[endpoint]]
name = "orders"
url = "https://ann:s3cret@${SHOP}/orders/{id}?page=2&api_key=s3cret"
each = { id = "1..=1200" }
expect = { status = [200, 204] }

[[endpoint]]
name = "customers"
url = "https://shop.internal/customers/{id}"
rows = "ids.csv"

[[endpoint]]
url = "https://api.partner.example/v1/invoices"
method = "POST"
json = { since = "yesterday", key = "${REPORT_TOKEN}" }
headers = { x-trace = "on" }
timeout = "4s"
retry = { unsafe = true }

[expect]
failed = "< 1%"
p95 = "< 1s"

[output]
report = "morning.json"
"#;

fn rich() -> Folder {
    Folder::new().with("shop.toml", RICH).with("ids.csv", "id,name\n7,ann\n8,bob\n")
}

fn with_secrets(program: Program) -> Program {
    program.var("REPORT_TOKEN", "s3cret-token").var("SHOP", "shop.internal").with_files(256)
}

#[test]
fn every_value_of_a_plan_is_shown_with_its_source() {
    let folder = rich();
    let ended =
        with_secrets(folder.inflight("check shop.toml -c 40 --tries 5 --bodies bodies -H").arg("x-trace: s3cret"));
    let ended = ended.run().exits(0);
    insta::assert_snapshot!(ended.out().replace(env!("CARGO_PKG_VERSION"), "0.1.0"));
    assert!(ended.out().ends_with('\n') && ended.err().is_empty());
    assert_eq!(folder.names(), ["ids.csv", "shop.toml"]);
}

#[test]
fn every_example_is_valid() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let is_plan = |path: &Path| path.extension().is_some_and(|end| end == "toml");
    let paths = fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path());
    let plans: Vec<_> = paths.filter(|path| is_plan(path)).collect();
    assert!(plans.len() >= 6);
    for plan in plans {
        let folder = Folder::new();
        let ended = folder.inflight("check").arg(&plan).run().exits(0);
        assert_eq!(ended.err(), "", "{}", plan.display());
        assert_eq!(folder.names(), Vec::<String>::new());
        for title in ["\nlimits\n", "\nhere\n", "\n  retry.attempts "] {
            assert!(ended.out().contains(title), "{}: {}", plan.display(), ended.out());
        }
        let document = folder.inflight("check --json").arg(&plan).run().exits(0).summary();
        assert_eq!((&document["schema_version"], &document["is_valid"]), (&json!(1), &json!(true)));
        assert_eq!(document["warnings"], json!([]), "{}", plan.display());
    }
}

#[test]
fn the_document_holds_every_value_with_its_source() {
    let folder = rich();
    let document =
        with_secrets(folder.inflight("check shop.toml --json --timeout 6s -d")).arg("12345").run().exits(0).summary();
    let line = |line: u32| json!({"kind": "plan", "file": "shop.toml", "line": line, "given": []});
    assert_eq!(document["jobs"], 1203);
    assert_eq!(document["run"]["every"], json!({"value": 300.0, "unit": "s", "from": line(2)}));
    assert_eq!(document["limits"]["rate"], json!({"value": 100.0, "unit": "1/s", "from": line(11)}));
    assert_eq!(document["limits"]["adaptive"], json!({"value": "when refused", "from": {"kind": "default"}}));
    assert_eq!(document["output"]["bodies"], json!({"value": null, "from": {"kind": "default"}}));
    let [orders, customers, invoices] = [0, 1, 2].map(|i| &document["endpoints"][i]);
    let url = &orders["url"];
    assert_eq!(url["value"], "https://shop.internal/orders/{id}?page=2&api_key=***");
    assert_eq!(url["from"]["given"], json!(["${SHOP}"]));
    assert_eq!(customers["jobs"], json!({"value": 2, "from": line(30)}));
    let flag = |flag: &str| json!({"kind": "flag", "flag": flag});
    for endpoint in [orders, customers, invoices] {
        assert_eq!(endpoint["timeout"], json!({"value": 6.0, "unit": "s", "from": flag("--timeout")}));
        assert_eq!(endpoint["body"], json!({"value": 5, "unit": "B", "from": flag("--data")}));
    }
    assert_eq!(invoices["retry.unsafe"], json!({"value": true, "from": line(38)}));
    assert_eq!(invoices["connect_timeout"]["from"], json!({"kind": "value", "key": "timeout"}));
    let hosts = document["hosts"].as_array().unwrap();
    let limits: Vec<_> = hosts.iter().map(|host| (&host["host"], &host["concurrency"]["value"])).collect();
    let partner = json!("https://api.partner.example");
    assert_eq!(limits, [(&json!("https://shop.internal"), &json!(10)), (&partner, &json!(2))]);
}

#[test]
fn lists_and_urls_are_checked_like_plans() {
    let folder = Folder::new().with("urls.txt", "https://a.example/\nhttps://b.example/\n");
    let listed = |words: &str| folder.inflight(words).run().exits(0);
    let list = listed("check urls.txt");
    assert!(list.out().starts_with("inflight check  urls  each host an endpoint, 2 jobs\n"), "{}", list.out());
    assert!(list.out().contains("\n`urls.txt`, each host an endpoint\n"), "{}", list.out());
    let urls = listed("check https://a.example/x https://b.example/y -n 5 --json").summary();
    assert_eq!(urls["jobs"], 5);
    assert_eq!(urls["endpoints"][0]["jobs"]["from"], json!({"kind": "flag", "flag": "-n"}));
    assert_eq!(urls["endpoints"][1]["url"], json!({"value": "https://b.example/y", "from": {"kind": "command-line"}}));

    let mut piped = folder.inflight("check - --json").with_input().start();
    std::io::Write::write_all(&mut piped.input(), b"https://a.example/\n").unwrap();
    let piped = piped.wait().exits(0).summary();
    assert_eq!((&piped["jobs"], &piped["endpoints"][0]["is_list"]), (&json!(1), &json!(true)));
}

#[test]
fn each_host_is_shown_with_its_http_client() {
    let folder = Folder::new();
    let wires = |words: &str| -> Vec<Value> {
        let check = folder.inflight("check http://a.example/ https://b.example/ --json");
        let check = check.args(words.split_whitespace()).var("HTTP_PROXY", "http://127.0.0.1:1");
        let document = check.run().exits(0).summary();
        document["hosts"].as_array().unwrap().iter().map(|host| host["wire"].clone()).collect()
    };
    let found = |wire: &str, why: &str| json!({"value": wire, "from": {"kind": "found", "why": why}});
    let own = found("direct", "inflight's own client");
    assert_eq!(wires(""), [own.clone(), own]);
    let asked = json!({"value": "direct", "from": {"kind": "value", "key": "wire"}});
    assert_eq!(wires("--wire direct"), [asked.clone(), asked]);
}

#[test]
fn the_theme_is_shown_with_the_file_or_the_variable_that_names_it() {
    let folder = Folder::new().with("urls.txt", "http://127.0.0.1:1/\n");
    for (path, text) in [("conf/inflight/config.toml", "\ntheme = \"nord\"\n"), (".config/inflight.toml", "")] {
        fs::create_dir_all(folder.path(path).parent().unwrap()).unwrap();
        fs::write(folder.path(path), text).unwrap();
    }
    let conf = folder.path("conf").to_str().unwrap().to_owned();
    let theme = |words: &str, variables: &[(&str, &str)]| {
        let check = folder.inflight("check urls.txt --color always --json").args(words.split_whitespace());
        let check = check.var("XDG_CONFIG_HOME", &conf);
        let check = variables.iter().fold(check, |check, (name, value)| check.var(name, value));
        let theme = check.run().exits(0).summary()["here"]["theme"].clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&theme["value"]), text(&theme["from"]["why"]))
    };
    let (name, why) = theme("", &[]);
    assert!(name == "nord" && why.ends_with("/conf/inflight/config.toml:2`"), "{name} {why}");
    fs::write(folder.path(".config/inflight.toml"), "theme_dark = \"dracula\"\n").unwrap();
    let (name, why) = theme("", &[]);
    let end = "/.config/inflight.toml:1`, and there is no terminal to query, dark is assumed";
    assert!(name == "dracula" && why.ends_with(end), "{name} {why}");
    fs::write(folder.path(".config/inflight.toml"), "").unwrap();
    fs::write(folder.path("conf/inflight/config.toml"), "").unwrap();
    let assumed = ("inflight-dark".to_owned(), "there is no terminal to query, dark is assumed".to_owned());
    assert_eq!(theme("", &[]), assumed);
    let detected = ("inflight-dark".to_owned(), "the background is dark".to_owned());
    assert_eq!(theme("", &[("COLORFGBG", "15;0")]), detected);
    let variables = &[("INFLIGHT_THEME", "ansi")];
    assert_eq!(theme("", variables), ("ansi".to_owned(), "set by `INFLIGHT_THEME`".to_owned()));
    assert_eq!(theme("--theme nord", variables), ("nord".to_owned(), "`--theme` is given".to_owned()));
}

#[test]
fn a_setting_without_effect_is_a_warning_with_its_place() {
    let plan = r#"[limits]
concurrency = 500
per_host = 600
rate = "2/s"
[host."shp.*"]
gap = "1s"
[defaults]
timeout = "5s"
connect_timeout = "20s"
[[endpoint]]
url = "https://shop.internal/{id}"
rows = "none.csv"
[[endpoint]]
url = "https://shop.internal/"
job_timeout = "1s"
"#;
    let folder = Folder::new().with("plan.toml", plan).with("none.csv", "id\n");
    let ended = folder.inflight("check plan.toml").with_files(256).run().exits(0);
    let warnings = [
        ("`concurrency` is 500, and the limit on open files leaves room for 192 connections", 2),
        ("`per_host` is 600, and the run's limit is 500", 3),
        ("`rate` is 2/s, and no attempt takes longer than 5s: the limit of 500 is never reached", 4),
        ("`shp.*` matches no endpoint's host", 6),
        ("`none.csv` has no rows, so its endpoint has no jobs", 12),
        ("`connect_timeout` is 20s, and the whole attempt ends after 5s", 9),
        ("`job_timeout` is 1s, less than one attempt may take: 5s", 15),
    ];
    let expected = warnings.map(|(what, line)| format!("warning: {what}\n  plan.toml:{line}\n"));
    assert_eq!(ended.err(), expected.concat());
    let document = folder.inflight("check plan.toml --json").with_files(256).run().exits(0).summary();
    let listed = document["warnings"].as_array().unwrap();
    assert_eq!(listed.len(), warnings.len());
    assert_eq!(listed[1]["from"]["line"], 3);
    // A flag that overrides a setting removes the warning about it.
    let ended = folder.inflight("check plan.toml -c 700 --rate 1000/s --timeout 30s").run().exits(0);
    assert!(!ended.err().contains("per_host") && !ended.err().contains("rate"), "{}", ended.err());
    assert!(ended.err().contains("less than one attempt may take: 30s"), "{}", ended.err());
}
