//! Node programs that are watched, from outside.
//!
//! They need a Node. `INFLIGHT_NODES` names others than the `node` of the path, separated by colons; where there is none,
//! each test says so and passes, unless the variable requires them. Start at [`each`].

mod clients;
mod hazards;
mod mistakes;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::run::program::Folder;
use crate::run::upstream;
use crate::watch::watch;

/// The Nodes to test with.
fn nodes() -> Vec<PathBuf> {
    let named = std::env::var("INFLIGHT_NODES").ok();
    let mut found = Vec::new();
    for name in named.as_deref().unwrap_or("node").split(':') {
        let ask = "console.log(parseInt(process.versions.node) >= 18 ? process.execPath : '')";
        let answer = Command::new(name).args(["-e", ask]).stderr(Stdio::null()).output();
        match answer.map(|answer| String::from_utf8(answer.stdout).unwrap()) {
            Ok(path) if !path.trim().is_empty() => found.push(PathBuf::from(path.trim())),
            Ok(_) | Err(_) => {
                assert!(named.is_none(), "`{name}` is no Node 18 or newer");
                println!("left out: there is no `{name}` of version 18 or newer");
            }
        }
    }
    found
}

/// Watches a script with every Node, and hands its summary to the check, with what the upstream counted as its peak.
fn each(script: &Path, code: i32, check: impl Fn(&Value, u64)) {
    for node in nodes() {
        println!("{}", node.display());
        let (folder, upstream) = (Folder::new(), upstream());
        let ended = watch(&folder, &upstream, &node, script).start().wait().exits(code);
        let summary = ended.summary();
        assert_eq!(summary["anomalies"], json!({"double_starts": 0, "orphan_ends": 0, "strangers": 0}));
        assert_eq!(summary["warnings"]["count"], 0, "{summary:#}");
        let tally = upstream.tally();
        assert_eq!(summary["attempts"]["started"], tally.requests);
        check(&summary, tally.peak.into());
    }
}

/// The same for the text of a script, an ES module.
fn each_text(text: &str, code: i32, check: impl Fn(&Value, u64)) {
    let folder = Folder::new().with("app.mjs", &format!("const BASE = process.env.BASE;\n{text}"));
    each(&folder.path("app.mjs"), code, check);
}
