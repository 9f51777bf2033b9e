//! The keys of `check --json`, compared with those that the documentation lists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::program::Folder;

const PLAN: &str = "[[endpoint]]\nname = \"a\"\nurl = \"http://127.0.0.1:1/\"\nrepeat = 2\n[upstream]\nseed = 1\n";

/// What `check` adds to the keys of a plan: facts about the machine and the rows.
const ADDED: [&str; 9] = ["connections", "interface", "theme", "route", "host", "jobs", "events", "rows", "is_list"];

/// Adds the keys of all settings: objects with a value and its source.
fn settings(json: &Value, found: &mut BTreeSet<String>) {
    for (key, value) in json.as_object().into_iter().flatten() {
        if value.get("value").is_some() && value.get("from").is_some() {
            // `retry.on` is a key of a table.
            found.insert(key.rsplit('.').next().unwrap_or_default().to_owned());
        } else {
            settings(value, found);
        }
    }
    json.as_array().into_iter().flatten().for_each(|item| settings(item, found));
}

/// The keys in the first column of the tables of a page, below these headings or all.
fn documented(page: &str, headings: Option<&[&str]>) -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page)).unwrap();
    let is_wanted = |section: &&str| headings.is_none_or(|all| all.iter().any(|heading| section.starts_with(heading)));
    let sections = text.split("\n## ").filter(is_wanted).flat_map(str::lines);
    let cells = sections.filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.flat_map(|cell| cell.split(", ")).map(|cell| cell.trim_matches('`').to_owned()).collect()
}

#[test]
fn check_and_the_documentation_name_the_same_keys() {
    let folder = Folder::new().with("plan.toml", PLAN);
    let json = folder.inflight("check plan.toml --json").run().exits(0).summary();
    let mut shown = BTreeSet::new();
    settings(&json, &mut shown);
    assert!(shown.len() > 40, "{shown:?}");
    let known: BTreeSet<String> = documented("plan.md", None).union(&documented("network.md", None)).cloned().collect();
    let unknown: Vec<_> = shown.iter().filter(|key| !known.contains(*key) && !ADDED.contains(&&***key)).collect();
    assert!(unknown.is_empty(), "not documented: {unknown:?}");
    let of_run = ["`[limits]`", "`[defaults]`", "`[retry]`", "`[expect]`", "`[output]`", "`expect` of an endpoint"];
    let listed = documented("plan.md", Some(&of_run));
    // Headers have a list of their own, and credentials are one of them.
    let apart = ["headers", "auth", "expect", "key", "---"];
    let absent: Vec<_> = listed.iter().filter(|key| !shown.contains(*key) && !apart.contains(&&***key)).collect();
    assert!(absent.is_empty(), "not shown by `check`: {absent:?}");
}
