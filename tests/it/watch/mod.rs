//! Programs that are watched, from outside: what is found, and that nothing else changes.
//!
//! They need a Python. `INFLIGHT_PYTHONS` names others than the `python3` of the path, separated by colons; where there
//! is none, each test says so and passes, unless the variable requires them. Start at [`watch`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "a test reports what it leaves out")]

mod faces;
mod hazards;
mod mistakes;
mod monitor;
mod node;
mod packages;
#[cfg(target_os = "linux")]
mod passive;
mod screen;
mod steering;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use inflight::upstream::Upstream;
use serde_json::Value;

use crate::run::program::{Folder, Program};

/// The interpreters to test with, none of which is a wrapper.
pub fn pythons() -> Vec<PathBuf> {
    let named = std::env::var("INFLIGHT_PYTHONS").ok();
    let list = named.as_deref().unwrap_or("python3");
    let mut found = Vec::new();
    for name in list.split(':') {
        let ask = "import sys; print(sys.executable if sys.version_info >= (3, 8) else '')";
        let answer = Command::new(name).args(["-c", ask]).stderr(Stdio::null()).output();
        match answer.map(|answer| String::from_utf8(answer.stdout).unwrap()) {
            Ok(path) if !path.trim().is_empty() => found.push(PathBuf::from(path.trim())),
            Ok(_) | Err(_) => {
                assert!(named.is_none(), "`{name}` is no Python 3.8 or newer");
                println!("left out: there is no `{name}` of version 3.8 or newer");
            }
        }
    }
    found
}

/// Whether a Python has these packages. Where they are required, they must be there; elsewhere it is reported.
fn has_packages(python: &Path, names: &[&str]) -> bool {
    let script = names.iter().map(|name| format!("import {name}\n")).collect::<String>();
    let has_them = Command::new(python).args(["-c", &script]).output().unwrap().status.success();
    if !has_them {
        assert!(std::env::var_os("INFLIGHT_PACKAGES").is_none(), "{} lacks one of {names:?}", python.display());
        println!("left out: {} lacks one of {names:?}", python.display());
    }
    has_them
}

/// An example.
fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join("watch").join(name)
}

/// A watched program that prints JSON, with the address of the upstream in its environment.
fn watch(folder: &Folder, upstream: &Upstream, python: &Path, script: &Path) -> Program {
    let base = format!("http://{}", upstream.local_addr());
    folder.inflight("watch --json --").arg(python).arg(script).var("BASE", &base)
}

/// The findings of a summary, the main one first.
fn findings(summary: &Value) -> Vec<&Value> {
    let first = &summary["verdict"];
    if first.is_null() {
        return Vec::new();
    }
    let others = first["others"].as_array().unwrap();
    std::iter::once(first).chain(others).collect()
}

/// The finding of this kind.
#[track_caller]
fn finding<'s>(summary: &'s Value, kind: &str) -> &'s Value {
    let found = findings(summary).into_iter().find(|finding| finding["kind"] == kind);
    found.unwrap_or_else(|| panic!("no `{kind}`: {:#}", summary["verdict"]))
}

/// A finding names this line of this file.
#[track_caller]
fn assert_line(finding: &Value, file: &str, text: &str) {
    let code = &finding["code"];
    assert!(code["file"].as_str().unwrap().ends_with(file), "{finding:#}");
    assert!(code["text"].as_str().unwrap().contains(text), "{finding:#}");
    let path = example(file);
    if let Ok(source) = std::fs::read_to_string(path) {
        let n = usize::try_from(code["line"].as_u64().unwrap()).unwrap();
        assert!(source.lines().nth(n - 1).unwrap().contains(text), "{finding:#}");
    }
}

/// The text, with addresses of objects masked, which differ from run to run.
fn masked_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split("0x");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("0x…");
        masked.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    masked
}
