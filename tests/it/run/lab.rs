//! A scenario of the lab without a terminal: a table for people, a document for scripts.

use serde_json::Value;

use crate::run::program::Folder;

#[test]
fn every_scenario_is_listed_and_a_typo_gets_a_suggestion() {
    let list = Folder::new().inflight("demo --list").run().exits(0);
    for name in
        ["race", "sleep", "forgotten-await", "rotten-task", "swallowed", "flood", "unbounded", "offload", "convoy"]
    {
        assert!(list.out().lines().any(|line| line.split_whitespace().next() == Some(name)), "{name}");
    }
    let coloured = Folder::new().inflight("demo --list --color always --ascii").run().exits(0);
    assert_eq!(coloured.out(), list.out());
    assert!(Folder::new().inflight("demo slep").run().exits(2).err().contains("did you mean `sleep`?"));
}

#[test]
fn a_comparison_is_printed_as_a_table() {
    let ended = Folder::new().inflight("demo rotten-task --requests 5 --delay 600ms").run().exits(0);
    let table = ended.out();
    for text in
        ["5 requests", "A × try_join_all", "B ✓ join_all", "was read for #3–#5", "lost silently", "keep every outcome"]
    {
        assert!(table.contains(text), "{text}: {table}");
    }
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    assert!(!table.contains('\x1b'));
}

#[test]
fn a_comparison_is_a_document_as_well() {
    let ended =
        Folder::new().inflight("demo race --requests 4 --delay 400ms --limit 2 --speed 8 --json").run().exits(0);
    let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((document["scenario"].as_str(), document["speed"].as_f64()), (Some("race"), Some(8.0)));
    assert_eq!(document["result"]["is_predicted"], false);
    let peaks: Vec<_> = (0..4).map(|i| document["lanes"][i]["upstream"]["peak_in_flight"].as_u64().unwrap()).collect();
    assert_eq!(peaks, [1, 4, 1, 2]);
    assert!(document["lanes"][0]["elapsed_s"].as_f64().unwrap() >= 0.2);
    assert_eq!(document["lanes"][3]["limit"], 2);
}

#[test]
fn flags_of_a_batch_are_refused() {
    for arguments in [
        "demo race -c 4",
        "demo race --report x.json",
        "demo --requests 5",
        "demo --delay 1s",
        "demo --list race",
        "demo --list -c 4",
        "demo --list --json",
    ] {
        assert!(!Folder::new().inflight(arguments).run().exits(2).err().is_empty(), "{arguments}");
    }
    for arguments in
        ["demo race --requests 0", "demo race --requests 9999", "demo race --delay 1h", "demo race --speed 0"]
    {
        Folder::new().inflight(arguments).run().exits(2);
    }
}
