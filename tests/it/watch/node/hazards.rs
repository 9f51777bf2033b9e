//! The probe does no harm: output, exit code and behaviour of a program are those without it.
//!
//! Start at [`assert_unchanged`].

use std::io::Read;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use inflight::watch::probe_folder::{NODE_VARIABLE, ProbeFolder, UsualVariables};
use inflight::watch::program::exit_code;

use crate::run::program::Folder;
use crate::run::upstream;
use crate::watch::masked_text as text;
use crate::watch::node::nodes;

/// Runs a script with and without the probe, and compares standard output, standard error and the exit code.
#[track_caller]
fn assert_unchanged(name: &str, script: &str) {
    for node in nodes() {
        let (folder, upstream) = (Folder::new().with(name, script), upstream());
        let base = format!("http://{}", upstream.local_addr());
        // Both print to files: what a process holds open depends on that.
        let file = |name| std::fs::File::create(folder.path(name)).unwrap();
        let mut plain = Command::new(&node);
        plain.arg(name).current_dir(folder.path("")).env_clear().env("BASE", &base).stdin(Stdio::null());
        let plain = plain.stdout(file("plain-out")).stderr(file("plain-err")).status().unwrap();
        let shell = format!("exec \"$0\" {name} > out 2> err");
        let watched = folder.inflight("watch --plain --events run.jsonl -- /bin/sh -c").arg(shell).arg(&node);
        let watched = watched.var("BASE", &base).start().wait();
        let joined = String::from_utf8(folder.bytes("run.jsonl")).unwrap();
        assert!(joined.contains("probe-joined"), "the probe was there: {joined}");
        assert_eq!(text(&folder.bytes("err")), text(&folder.bytes("plain-err")), "{}", node.display());
        assert_eq!(text(&folder.bytes("out")), text(&folder.bytes("plain-out")), "{}", node.display());
        assert_eq!(watched.code, i32::from(exit_code(plain)), "{}", node.display());
        assert!(!joined.contains("the probe has a problem"), "{joined}");
    }
}

#[test]
fn messages_of_node_are_as_without_the_probe() {
    for end in [
        "throw new TypeError('here')",
        "Promise.reject(new RangeError('there'))",
        "Promise.reject('text')",
        "process.exit(7)",
        "process.exitCode = 3",
        "process.abort = null; process.kill(process.pid, 'SIGTERM')",
        "new Error('not thrown').stack; console.log(new Error('mine').stack)",
    ] {
        let script = format!(
            "async function main() {{
  const answer = await fetch(`${{process.env.BASE}}/status/200`);
  console.log(answer.status, await answer.text());
  fetch(`${{process.env.BASE}}/delay/300ms`).catch(() => {{}});
  await new Promise((done) => setTimeout(done, 150));
  {end};
}}
main();
"
        );
        assert_unchanged("script.cjs", &script);
        assert_unchanged("script.mjs", &script);
    }
}

#[test]
fn the_process_looks_as_without_the_probe() {
    let script = "const { createRequire } = require('module');
const all = async () => {
  await (await fetch(`${process.env.BASE}/status/200`)).text();
  console.log(Object.keys(require.cache).length, process.execArgv, process.argv.length, module.children.length);
  console.log(process.listenerCount('unhandledRejection'), process.listenerCount('uncaughtException'));
  console.log(process._getActiveHandles().length, process.getActiveResourcesInfo());
  console.log(Promise.all.name, Promise.all.length, Object.keys(Promise), 'prototype' in Promise.all);
  console.log(Object.getOwnPropertyNames(globalThis).length, Object.getOwnPropertySymbols(globalThis).length);
  console.log(Error.stackTraceLimit, Object.hasOwn(Error, 'prepareStackTrace'));
  class Mine extends Promise {}
  console.log(Mine.all([]) instanceof Mine, await Promise.all(new Set([1, Promise.resolve(2)])));
  try { Promise.all.call(1, []); } catch (error) { console.log(error.message); }
  await Promise.all([1, Promise.reject(new Error('one'))]).catch((error) => console.log(error.message));
};
setTimeout(all, 100);
";
    assert_unchanged("script.cjs", script);
}

#[test]
fn hooks_of_the_program_on_stacks_and_errors_still_apply() {
    let script = "Error.prepareStackTrace = (error, sites) => `${error.message} at ${sites[0].getLineNumber()}`;
Error.stackTraceLimit = 3;
process.on('unhandledRejection', (error) => console.log('handled', error.stack));
process.on('exit', (code) => console.log('exit', code));
fetch(`${process.env.BASE}/status/200`).then((answer) => answer.text()).then(() => { throw new Error('mine'); });
";
    assert_unchanged("script.cjs", script);
}

#[test]
fn a_program_with_threads_and_children_ends_as_without_the_probe() {
    let script = "const { Worker, isMainThread, parentPort } = require('worker_threads');
const { fork } = require('child_process');
const get = () => fetch(`${process.env.BASE}/delay/20ms`).then((answer) => answer.text());
if (!isMainThread) get().then((text) => parentPort.postMessage(text.length > 0));
else if (process.argv[2]) get().then((text) => process.send(text.length > 0, () => process.disconnect()));
else {
  const worker = new Worker(__filename).on('message', (is) => console.log('worker', is));
  worker.on('exit', (code) => {
    console.log('worker ended', code);
    const child = fork(__filename, ['child']).on('message', (is) => console.log('child', is));
    child.on('exit', (code) => console.log('child ended', code));
  });
}
";
    assert_unchanged("script.cjs", script);
}

#[test]
fn every_process_joins_with_its_parent() {
    let script = "const { execFileSync } = require('child_process');
if (!process.argv[2]) execFileSync(process.execPath, [__filename, 'child']);
";
    for node in nodes() {
        let folder = Folder::new().with("script.cjs", script);
        folder.inflight("watch --plain --events run.jsonl --").arg(&node).arg("script.cjs").start().wait().exits(0);
        let recording = String::from_utf8(folder.bytes("run.jsonl")).unwrap();
        let joined: Vec<serde_json::Value> = recording
            .lines()
            .filter(|line| line.contains("probe-joined"))
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(joined.len(), 2, "{recording}");
        assert_eq!(joined[1]["parent"], joined[0]["process"]);
        assert!(joined[0]["runtime"].as_str().unwrap().starts_with("Node "));
    }
}

#[test]
fn options_that_were_set_before_still_apply() {
    for node in nodes() {
        let folder = Folder::new().with("mine.cjs", "console.log('mine')\n");
        let program = folder.inflight("watch --plain --").arg(&node).args(["-e", "console.log(1)"]);
        let program = program.var(NODE_VARIABLE, &format!("--require {}", folder.path("mine.cjs").display()));
        assert_eq!(program.start().wait().exits(0).out(), "mine\n1\n");
    }
}

#[test]
fn a_process_that_is_left_behind_can_still_start_node() {
    for node in nodes() {
        let folder = Folder::new();
        let late = "(while [ ! -e go ]; do sleep 0.05; done; \"$0\" -e 'console.log(1)' > out 2>&1; : > done) > /dev/null 2>&1 & exit 0";
        let shell = folder.inflight("watch --plain -- /bin/sh -c").arg(late).arg(&node).var("PATH", "/usr/bin:/bin");
        shell.start().wait().exits(0);
        std::fs::write(folder.path("go"), "").unwrap();
        while !folder.names().contains(&"done".to_owned()) {
            std::thread::yield_now();
        }
        assert_eq!(folder.bytes("out"), b"1\n");
    }
}

/// Runs a script with the probe, which reports to the socket of this folder.
fn probed(node: &Path, folder: &ProbeFolder, script: &str) -> Output {
    let mut command = Command::new(node);
    command.args(["-e", script]).env_clear().envs(folder.variables(&UsualVariables::default())).stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn without_a_monitor_nothing_is_touched() {
    let script = "console.log(require('http').Agent.prototype.addRequest.name, Promise.all.toString())
console.log(process.listenerCount('exit'), process.listenerCount('uncaughtExceptionMonitor'))";
    for node in nodes() {
        let folder = ProbeFolder::create().unwrap();
        let ended = probed(&node, &folder, script);
        assert_eq!(text(&ended.stdout), "addRequest function all() { [native code] }\n0 0\n");
        assert_eq!((text(&ended.stderr), ended.status.code()), (String::new(), Some(0)));
    }
}

#[test]
fn a_monitor_that_does_not_read_or_is_gone_leaves_the_program_as_it_was() {
    let script = "const http = require('http');
const server = http.createServer((_, answer) => answer.end('x'.repeat(100))).listen(0, '127.0.0.1', async () => {
  for (let i = 0; i < 100; i += 1) await Promise.all(Array.from({ length: 12 }, async () => {
    await (await fetch(`http://127.0.0.1:${server.address().port}/${'long'.repeat(50)}`)).text();
  }));
  console.log('done');
  process.exit();
});";
    for node in nodes() {
        for reads in [None, Some(16)] {
            let folder = ProbeFolder::create().unwrap();
            let listener = UnixListener::bind(folder.socket()).unwrap();
            let monitor = reads.map(|n| {
                std::thread::spawn(move || {
                    let (mut stream, _) = listener.accept().unwrap();
                    // The first line, and no more.
                    stream.read_exact(&mut vec![0; n]).unwrap();
                })
            });
            let ended = probed(&node, &folder, script);
            assert_eq!((text(&ended.stdout), text(&ended.stderr)), ("done\n".to_owned(), String::new()));
            assert_eq!(ended.status.code(), Some(0));
            if let Some(monitor) = monitor {
                monitor.join().unwrap();
            }
        }
    }
}
