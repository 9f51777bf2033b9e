//! `import`: files of other tools become plans and lists that `check` accepts and `run` sends.
//!
//! Start at [`import_and_run`].

mod broken_parts;
mod collections;
mod descriptions;
mod recordings;
mod refusals;

use crate::run::program::Folder;
use crate::run::requests::{Recorder, Request};

/// Imports a file, checks what is written, and runs it with these variables. Returns what the server received, by line.
#[track_caller]
fn import_and_run(folder: &Folder, words: &str, recorder: &Recorder, variables: &[(&str, &str)]) -> Vec<Request> {
    folder.inflight(&format!("import {words}")).run().exits(0);
    let output = words.split_whitespace().last().unwrap();
    for command in ["check", "run --tries 1"] {
        let program = folder.inflight(command).arg(output);
        variables.iter().fold(program, |program, (name, value)| program.var(name, value)).run().exits(0);
    }
    let mut requests = recorder.requests();
    requests.sort_by(|a, b| a.line.cmp(&b.line));
    requests
}

/// Their methods and paths.
fn lines(requests: &[Request]) -> Vec<&str> {
    requests.iter().map(|request| request.line.as_str()).collect()
}
