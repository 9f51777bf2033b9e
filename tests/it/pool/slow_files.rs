//! A file of rows that is slow: a named pipe whose writer pauses. Nothing but its own jobs waits for it.
//!
//! A pipe knows no paused clock, so times are real, and only wide bounds are asserted.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::thread;
use std::time::Duration;

use inflight::control::Command;
use inflight::event::Offset;
use inflight::event::reasons::RunEnd;
use tempfile::TempDir;

use crate::pool::rig::{Rig, ok};

/// A plan with one endpoint that is always ready, and one whose rows come through a named pipe.
fn rig(pipe: &Path) -> Rig {
    let plan = format!(
        "[limits]\nconcurrency = 2\n[[endpoint]]\nurl = \"http://ready.test/\"\nrepeat = 20\n\
         [[endpoint]]\nurl = \"http://piped.test/{{id}}\"\nrows = \"{}\"\n",
        pipe.display()
    );
    Rig::new(&plan, |_| ok(20)).in_real_time()
}

#[track_caller]
fn pipe() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("rows.csv");
    assert!(Program::new("mkfifo").arg(&pipe).status().unwrap().success());
    (folder, pipe)
}

fn open(pipe: &Path) -> File {
    OpenOptions::new().write(true).open(pipe).unwrap()
}

#[tokio::test]
async fn a_slow_file_delays_no_other_source_and_no_figure() {
    let (_folder, pipe) = pipe();
    let rig = rig(&pipe);
    let writer = thread::spawn(move || {
        let mut pipe = open(&pipe);
        pipe.write_all(b"id\n1\n").unwrap();
        thread::sleep(Duration::from_millis(1_500));
        pipe.write_all(b"2\n").unwrap();
    });
    let run = rig.run().await;
    writer.join().unwrap();

    let ledger = run.ledger();
    assert_eq!((run.end().0, ledger.starts.len()), (RunEnd::Finished, 22));
    let arrivals = run.arrivals_at("ready.test");
    assert!(arrivals[19] < Offset(1_200_000), "{arrivals:?}");
    assert!(run.arrivals_at("piped.test")[1] >= Offset(1_500_000));
    for (start, arrival) in ledger.starts.iter().zip(&run.arrivals) {
        assert!(arrival.at.since(start.at).0 < 300_000, "{start:?} begins at {:?}", arrival.at);
    }
    assert!(ledger.served.values().all(|service| service.0 < 500_000));
}

#[tokio::test]
async fn a_run_ends_at_once_while_a_file_gives_nothing() {
    for (command, how) in [(Command::Drain, RunEnd::Drained), (Command::Cancel, RunEnd::Cancelled)] {
        let (_folder, pipe) = pipe();
        let rig = rig(&pipe).command(700, command);
        let silent = thread::spawn(move || open(&pipe));
        let run = rig.run().await;
        let (ended, at) = run.end();
        assert_eq!(ended, how);
        assert!(at < Offset(2_000_000), "{at:?}");
        // The reader thread is still blocked, and the run did not wait for it.
        drop(silent.join().unwrap());
    }
}
