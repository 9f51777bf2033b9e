//! What `check` refuses: with the messages of a run, and as a document for scripts.

use serde_json::json;

use crate::run::program::Folder;

#[test]
fn check_refuses_what_a_run_refuses_with_the_same_message() {
    let folder = Folder::new().with("file", "").with("empty.txt", "# nothing\n").with("rows.csv", "id\n");
    let folder = folder.with("rows.toml", "[[endpoint]]\nurl = \"http://127.0.0.1:1/{id}\"\nrows = \"rows.csv\"\n");
    let folder = folder.with("column.toml", "[[endpoint]]\nurl = \"http://127.0.0.1:1/{ip}\"\nrows = \"rows.csv\"\n");
    let rules = "[upstream.hosts]\nfast = \"/delay/5x\"\n[[endpoint]]\nurl = \"practice://fast/\"\n";
    let folder = folder.with("rules.toml", rules);
    let folder = folder.with("slash.toml", "[[endpoint]]\nurl = \"http:/${CRED:-a:b}@127.0.0.1:1/x\"\n");
    let folder =
        folder.with("wrong.toml", "[limits]\nconcurency = 5\n[[endpoint]]\nurl = \"${NOPE}\"\ntimeout = 250\n");
    for (words, code) in [
        ("wrong.toml", 3),
        ("column.toml", 3),
        ("missing.toml", 3),
        ("rows.toml", 4),
        ("empty.txt", 4),
        ("-", 4),
        ("", 2),
        ("a.toml b.toml", 2),
        ("-n 0 rows.toml", 2),
        ("-H nonsense http://127.0.0.1:1/", 2),
        ("--rounds 3 http://127.0.0.1:1/", 2),
        ("--order slow-first http://127.0.0.1:1/", 2),
        ("--order slow-first --from missing.jsonl http://127.0.0.1:1/", 3),
        ("--theme nope http://127.0.0.1:1/", 3),
        ("--report missing/report.json http://127.0.0.1:1/", 74),
        ("--report file/report.json http://127.0.0.1:1/", 74),
        ("--report . http://127.0.0.1:1/", 74),
        ("--bodies file http://127.0.0.1:1/", 74),
        ("--bodies file/bodies http://127.0.0.1:1/", 74),
        ("--events missing/run.jsonl http://127.0.0.1:1/", 74),
        ("--events . http://127.0.0.1:1/", 74),
        ("--report new/ http://127.0.0.1:1/", 74),
        ("--events new/ http://127.0.0.1:1/", 74),
        ("--report x --bodies x http://127.0.0.1:1/", 74),
        ("--report ./x --events x http://127.0.0.1:1/", 74),
        ("rules.toml", 3),
        ("http:///ann:s3cret@127.0.0.1:1/x", 3),
        ("HTTP:/ann:s3cret@127.0.0.1:1/x", 3),
        ("slash.toml", 3),
    ] {
        let [run, check] = ["run", "check"].map(|command| folder.inflight(&format!("{command} {words}")).run());
        assert_eq!((run.code, check.code), (code, code), "{words}: {} {}", run.err(), check.err());
        assert_eq!(check.err().replace("inflight check", "inflight run"), run.err(), "{words}");
        assert_eq!(check.out(), "", "{words}");
        assert!(!check.err().contains("s3cret"), "{words}: {}", check.err());
        // clap parses the command line itself, and prints no document.
        if !words.is_empty() {
            let document = folder.inflight(&format!("check --json {words}")).run().exits(code).summary();
            assert_eq!(document["is_valid"], false, "{words}");
        }
    }
}

#[test]
fn a_host_rule_that_the_upstream_refuses_is_a_mistake_with_its_line() {
    let plan =
        "[upstream.hosts]\nfast = \"/delay/5x\"\nnone = \"/${WHAT}\"\n[[endpoint]]\nurl = \"practice://fast/\"\n";
    let folder = Folder::new().with("plan.toml", plan);
    let ended = folder.inflight("check plan.toml --json").var("WHAT", "s3cret").run().exits(3);
    let mistakes = ended.summary()["mistakes"].clone();
    assert_eq!((&mistakes[0]["line"], &mistakes[1]["line"]), (&json!(2), &json!(3)));
    assert!(mistakes[0]["message"].as_str().unwrap().starts_with("host rule `fast`: `/delay`: `5x`"), "{mistakes}");
    assert!(ended.err().contains("plan.toml:2\n") && !ended.err().contains("s3cret"), "{}", ended.err());
}

#[test]
fn the_document_gives_the_reason_of_every_refusal() {
    let folder = Folder::new();
    for (words, code, message) in [
        ("--report .", 74, "cannot write report `.`: it is a folder"),
        ("--rounds 2", 2, "`--rounds` has no effect without `--every`"),
        ("--order slow-first --from nope", 3, "there is no recording `nope`"),
    ] {
        let ended = folder.inflight(&format!("check --json {words} http://127.0.0.1:1/")).run().exits(code);
        let reason = ended.summary()["mistakes"][0]["message"].as_str().unwrap().to_owned();
        assert!(reason.starts_with(message) && ended.err().contains(&reason), "{reason}: {}", ended.err());
    }
}

#[test]
fn the_document_lists_every_mistake_with_its_place() {
    let folder = Folder::new().with("wrong.toml", "[limits]\nconcurency = 5\n[[endpoint]]\nurl = \"a b\"\n");
    let ended = folder.inflight("check wrong.toml --json").run().exits(3);
    let document = ended.summary();
    assert_eq!((&document["schema_version"], &document["is_valid"]), (&json!(1), &json!(false)));
    let mistakes = document["mistakes"].as_array().unwrap();
    let places: Vec<_> = mistakes.iter().map(|mistake| (&mistake["line"], &mistake["column"])).collect();
    assert_eq!(places, [(&json!(2), &json!(1)), (&json!(4), &json!(7))]);
    assert_eq!(mistakes[0]["label"], "did you mean `concurrency`?");
    assert!(ended.err().contains("wrong.toml:2:1"), "{}", ended.err());
}
