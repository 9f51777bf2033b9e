//! A recording without a terminal: its summary, and errors about a broken one.

use std::process;

use serde_json::Value;

use crate::run::program::Folder;
use crate::run::{at, upstream};
use crate::scenario::fixtures;

/// A folder with a recording of a real storm in it.
fn storm() -> Folder {
    Folder::new().with("storm.jsonl", str::from_utf8(&fixtures::bytes("storm-429")).unwrap())
}

#[test]
fn a_recording_is_summed_up_as_the_run_was() {
    let (folder, upstream) = (Folder::new(), upstream());
    let run =
        folder.inflight("run -n 30 -c 3 --json --events run.jsonl").arg(at(&upstream, "/delay/5ms")).run().exits(0);
    let replayed = folder.inflight("replay run.jsonl --json").run().exits(0);
    let (mut was, mut is) = (run.summary(), replayed.summary());
    // The path of the recording is in the summary of the run only.
    was["output"] = Value::Null;
    is["output"] = Value::Null;
    assert_eq!(is, was);
    let text = folder.inflight("replay run.jsonl --plain").run().exits(0);
    assert!(text.out().contains("30 jobs   30 ok") && text.err().is_empty(), "{} {}", text.out(), text.err());
}

#[test]
fn a_recording_with_unknown_or_cut_lines_is_read_with_a_warning() {
    let folder = storm();
    let mut bytes = folder.bytes("storm.jsonl");
    bytes.extend(b"{\"at\":1,\"kind\":\"moon-rose\"}\nnot even json\n{\"at\":99999999,\"kind\":\"pau");
    let folder = folder.with("broken.jsonl", str::from_utf8(&bytes).unwrap());
    let (whole, broken) = (folder.inflight("replay storm.jsonl").run(), folder.inflight("replay broken.jsonl").run());
    assert_eq!(broken.out(), whole.out());
    assert_eq!(
        broken.exits(0).err(),
        "warning: skipped 2 lines of `broken.jsonl` that this version does not know\n\
         warning: the last line of `broken.jsonl` was cut off; everything before it was read\n"
    );
    let verdict = whole.exits(0);
    assert!(verdict.out().contains("verdict   29 of 96 refused: "), "{}", verdict.out());
}

#[test]
fn a_file_that_is_no_recording_is_an_error() {
    let later = r#"{"inflight":99,"name":"x","started":"y"}"#;
    let folder = Folder::new().with("plan.toml", "[[endpoint]]\n").with("later.jsonl", &format!("{later}\n"));
    let message = |words: &str, code| folder.inflight(words).run().exits(code).err().to_owned();
    assert_eq!(message("replay gone.jsonl", 3), "error: cannot read recording `gone.jsonl`: no such file or folder\n");
    assert_eq!(
        message("replay plan.toml", 3),
        "error: `plan.toml` is not a recording\nhint: a recording is made by `inflight run PLAN --events FILE`\n"
    );
    assert_eq!(
        message("replay later.jsonl", 3),
        "error: cannot read recording `later.jsonl`: the journal has schema 99, but this version reads only up to 1\n\
         hint: use the newer version that made it\n"
    );
    assert!(message("replay .", 3).contains("it is a folder"));
    assert!(message("replay", 2).contains("FILE"));
    assert!(message("replay plan.toml --speed 0", 2).contains("write a number from 0.125 to 64"));
}

#[cfg(unix)]
#[test]
fn a_recording_that_cannot_be_read_twice_is_refused() {
    let folder = Folder::new();
    assert!(process::Command::new("mkfifo").arg(folder.path("run.jsonl")).status().unwrap().success());
    for words in ["replay run.jsonl --plain", "replay run.jsonl --json"] {
        let ended = folder.inflight(words).run().exits(3);
        assert!(
            ended.err().starts_with("error: cannot read recording `run.jsonl`: it cannot be read twice\nhint: "),
            "{}",
            ended.err()
        );
    }
}
