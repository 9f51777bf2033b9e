//! `check`: the values in force, and the source of each.

use serde_json::json;

use crate::run::program::Folder;

/// A plan that sets some keys.
const PLAN: &str = r#"order = "slow-first"
from = "last.jsonl"
[limits]
rate = "7777/s"
[[endpoint]]
url = "https://ann:s3cret@a.example/"
headers = { a = "plain", "a.b" = "${TOKEN}" }
[[endpoint]]
url = "https://ann:s3cret@b.example/"
headers = { authorization = "mine", accept = "text/plain" }
"#;

#[test]
fn a_value_that_a_flag_disables_has_no_line_as_its_source() {
    let folder = Folder::new().with("plan.toml", PLAN);
    let check = folder.inflight("check plan.toml --order as-given --json").var("TOKEN", "s3cret");
    let document = check.run().exits(0).summary();
    assert_eq!(document["run"]["from"], json!({"value": null, "from": {"kind": "value", "key": "order"}}));
}

#[test]
fn a_rate_is_shown_as_it_was_written() {
    let folder = Folder::new();
    for (rate, per_second) in [("7777/s", 7777.0), ("100/m", 1.666_667), ("5/h", 0.001_389)] {
        let check = |words: &str| folder.inflight(&format!("check {words} --rate {rate} http://127.0.0.1:1/"));
        let text = check("").run().exits(0);
        assert!(text.out().contains(&format!(" {rate} ")), "{}", text.out());
        assert_eq!(check("--json").run().exits(0).summary()["limits"]["rate"]["value"], per_second);
    }
}

#[test]
fn default_headers_are_shown() {
    let folder = Folder::new().with("plan.toml", PLAN);
    let ended = folder.inflight("check plan.toml --order as-given --json").var("TOKEN", "s3cret").run().exits(0);
    assert!(!ended.out().contains("s3cret") && !ended.out().contains("c2VjcmV0"), "{}", ended.out());
    let document = ended.summary();
    let header = |endpoint: usize, name: &str| {
        let headers = document["endpoints"][endpoint]["headers"].as_array().unwrap();
        let mut of_name = headers.iter().filter(|header| header["name"] == name);
        let header = of_name.next().unwrap_or_else(|| panic!("{name} of {endpoint}"));
        assert!(of_name.next().is_none(), "{name} of {endpoint}");
        (header["value"].as_str().unwrap().to_owned(), header["from"].clone())
    };
    let default = json!({"kind": "default"});
    assert_eq!(header(0, "accept"), ("*/*".to_owned(), default.clone()));
    assert_eq!(header(0, "authorization"), ("***".to_owned(), json!({"kind": "value", "key": "url"})));
    assert_eq!(header(0, "a").1["given"], json!([]));
    assert_eq!(header(0, "a.b").1["given"], json!(["${TOKEN}"]));
    assert_eq!(header(1, "user-agent"), (concat!("inflight/", env!("CARGO_PKG_VERSION")).to_owned(), default));
    assert_eq!(
        (header(1, "accept").0.as_str(), header(1, "authorization").1["line"].as_u64()),
        ("text/plain", Some(10))
    );
}

#[test]
fn a_value_that_rows_can_override_is_marked() {
    let folder = Folder::new().with("jobs.jsonl", "{\"url\": \"http://127.0.0.1:1/\", \"name\": \"mine\"}\n");
    let check = |words: &str| folder.inflight(&format!("check jobs.jsonl -X PUT -d hello -H a:b {words}"));
    let text = check("").run().exits(0);
    for expected in [
        "  jobs  each name or host an endpoint, 1 job\n",
        "PUT unless a row overrides it",
        "5 B unless a row overrides",
    ] {
        assert!(text.out().contains(expected), "{expected}: {}", text.out());
    }
    let document = check("--json").run().exits(0).summary();
    let endpoint = &document["endpoints"][0];
    let flag = |flag: &str| json!({"kind": "flag", "flag": flag});
    assert_eq!(endpoint["method"], json!({"value": "PUT", "from": flag("--method"), "unless_row": true}));
    assert_eq!(endpoint["body"], json!({"value": 5, "unit": "B", "from": flag("--data"), "unless_row": true}));
    assert_eq!(endpoint["headers"][0]["unless_row"], true);
    assert_eq!((&endpoint["has_names"], &endpoint["timeout"]["unless_row"]), (&json!(true), &json!(null)));
}

#[test]
fn two_rules_for_the_same_hosts_are_a_mistake() {
    let plan = "[host.\"A.example\"]\nconcurrency = 2\n[host.\"a.EXAMPLE\"]\ngap = \"1s\"\n[[endpoint]]\nurl = \"https://a.example/\"\n";
    let folder = Folder::new().with("plan.toml", plan);
    let ended = folder.inflight("check plan.toml --json").run().exits(3);
    let mistakes = ended.summary()["mistakes"].clone();
    assert_eq!(mistakes[0]["message"], "two rules have the pattern `a.example`");
    assert_eq!((&mistakes[0]["line"], &mistakes[0]["label"]), (&json!(3), &json!("the other one is in line 1")));
}

#[test]
fn filled_in_values_are_masked_in_names_and_in_header_urls() {
    let endpoint = |name: &str| format!("[[endpoint]]\nname = \"n-${{{name}}}\"\nurl = \"http://127.0.0.1:1/\"\n");
    let plan = format!("name = \"${{A}}\"\n{}{}", endpoint("A"), endpoint("B"));
    let folder = Folder::new().with("plan.toml", &plan);
    let folder = folder.with(
        "header.toml",
        "[defaults]\nheaders = { referer = \"http://u:s3cret@x/y\" }\n[[endpoint]]\nurl = \"http://127.0.0.1:1/\"\n",
    );
    let document = folder.inflight("check plan.toml --json").var("A", "first").var("B", "second").run().exits(0);
    let document = document.summary();
    assert_eq!(document["name"], "***");
    // Two names that differ only in a masked value are no mistake.
    assert_eq!(
        (&document["endpoints"][0]["name"], &document["endpoints"][1]["name"]),
        (&json!("n-***"), &json!("n-*** (2)"))
    );
    let ended = folder.inflight("check plan.toml").var("A", "same").var("B", "same").run().exits(3);
    assert!(ended.err().contains("two endpoints are called `n-***`"), "{}", ended.err());
    let header =
        folder.inflight("check header.toml --json").run().exits(0).summary()["endpoints"][0]["headers"][0].clone();
    assert_eq!((&header["name"], &header["value"]), (&json!("referer"), &json!("http://x/y")));
}
