//! The command itself: streams, exit codes, signals, recordings.

use rustix::process::Signal;

use crate::run::program::Folder;
use crate::run::upstream;
use crate::watch::{example, finding, pythons, watch};

#[test]
fn the_exit_code_is_that_of_the_program() {
    for (command, code) in [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)] {
        let folder = Folder::new();
        folder.inflight("watch --plain -- sh -c").arg(command).var("PATH", "/usr/bin:/bin").start().wait().exits(code);
    }
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    let ended = Folder::new().inflight("watch -- nowhere-to-be-found").var("PATH", "/bin").start().wait().exits(127);
    assert!(ended.err().contains("cannot start `nowhere-to-be-found`"), "{}", ended.err());
}

#[test]
fn output_passes_untouched_and_input_only_on_request() {
    let folder = Folder::new();
    let program = folder.inflight("watch --plain --stdin -- cat").var("PATH", "/usr/bin:/bin").with_input();
    let mut running = program.start();
    std::io::Write::write_all(&mut running.input(), b"\x1b[31mone\0two\n").unwrap();
    assert_eq!(running.wait().exits(0).stdout, b"\x1b[31mone\0two\n");
    let ended = folder.inflight("watch --plain -- cat").var("PATH", "/usr/bin:/bin").with_input().start().wait();
    assert_eq!(ended.exits(0).stdout, b"");
}

#[test]
fn a_signal_reaches_the_program_once() {
    let script =
        "trap 'echo caught' INT; echo ready > ready; i=0; while [ $i -lt 300 ]; do sleep 0.01; i=$((i+1)); done";
    for (signal, code, caught) in [(Signal::INT, 0, 1), (Signal::TERM, 143, 0)] {
        let folder = Folder::new();
        let program = folder.inflight("watch --plain -- sh -c").arg(script).var("PATH", "/usr/bin:/bin");
        let running = program.start();
        while !folder.names().contains(&"ready".to_owned()) {
            std::thread::yield_now();
        }
        running.signal(signal);
        let ended = running.wait().exits(code);
        assert_eq!(ended.out().matches("caught").count(), caught);
    }
}

#[test]
fn a_recording_shows_the_same_findings_when_it_is_replayed() {
    let Some(python) = pythons().into_iter().next() else { return };
    let (folder, upstream) = (Folder::new(), upstream());
    let base = format!("http://{}", upstream.local_addr());
    let program = folder.inflight("watch --json --events run.jsonl --").arg(python);
    let live = program.arg(example("sync_client.py")).var("BASE", &base).start().wait().exits(0).summary();
    let replayed = folder.inflight("replay run.jsonl --json").start().wait().exits(0).summary();
    assert_eq!(live["verdict"], replayed["verdict"]);
    assert_eq!(live["attempts"], replayed["attempts"]);
    let text = folder.inflight("replay run.jsonl --plain").start().wait().exits(0);
    assert!(text.out().contains("12 synchronous requests in the event loop"), "{}", text.out());
}

#[test]
fn a_finding_fails_the_command_only_on_request() {
    let Some(python) = pythons().into_iter().next() else { return };
    let (folder, upstream) = (Folder::new(), upstream());
    let base = format!("http://{}", upstream.local_addr());
    for (list, code) in [("any", 1), ("never-awaited,loop-stalled", 1), ("waves", 0)] {
        let program = folder.inflight("watch --plain --fail-on").args([list, "--"]).arg(&python);
        let ended = program.arg(example("forgotten_await.py")).var("BASE", &base).start().wait().exits(code);
        assert!(ended.err().contains("`save` created 5 times, never awaited"), "{}", ended.err());
    }
    let wrong = folder.inflight("watch --fail-on never-waited -- true").start().wait().exits(2);
    assert!(wrong.err().contains("did you mean `never-awaited`?"), "{}", wrong.err());
}

#[test]
fn secrets_of_the_program_reach_neither_summary_nor_recording() {
    let script = "
import asyncio, os, urllib.request
async def main():
    for i in range(3):
        request = urllib.request.Request(os.environ['BASE'] + '/echo?token=tok3n', headers={'Authorization': 'Bearer s3cret'})
        try: urllib.request.urlopen(request).read()
        except OSError: pass
asyncio.run(main())
";
    let Some(python) = pythons().into_iter().next() else { return };
    let (folder, upstream) = (Folder::new().with("secret.py", script), upstream());
    let base = format!("http://{}", upstream.local_addr());
    let program = folder.inflight("watch --json --events run.jsonl --").arg(python).arg("secret.py");
    let ended = program.var("BASE", &base).start().wait().exits(0);
    finding(&ended.summary(), "sync-client-in-loop");
    let recording = String::from_utf8(folder.bytes("run.jsonl")).unwrap();
    for secret in ["tok3n", "s3cret"] {
        assert!(!recording.contains(secret) && !ended.out().contains(secret), "{secret}");
    }
}

#[test]
fn a_program_without_a_probe_is_reported() {
    let Some(python) = pythons().into_iter().next() else { return };
    let (folder, upstream) = (Folder::new(), upstream());
    let ended = folder.inflight("watch --json --").arg(&python).args(["-E", "-c", "print(1)"]).start().wait().exits(0);
    assert_eq!(ended.summary()["warnings"]["count"], 1);
    let warning = ended.summary()["warnings"]["last"][0].as_str().unwrap().to_owned();
    assert!(warning.starts_with("not a Python or Node that takes a probe"), "{warning}");
    let ended = watch(&folder, &upstream, &python, &example("pages.py")).start().wait().exits(0);
    assert_eq!(ended.summary()["warnings"]["count"], 0);
}
