//! Incomplete recordings: every complete line of one can be read.

use std::io::BufReader;

use inflight::event::{Event, Fact};
use inflight::journal::{ReadError, Reader};
use rustix::process::Signal;

use crate::run::program::Folder;
use crate::run::{at, upstream};
use crate::upstream::client;

/// Every event of a recording, how many lines were skipped, and whether the last one was cut.
fn read(bytes: &[u8]) -> Result<(Vec<Event>, u64, bool), ReadError> {
    let mut reader = Reader::new(bytes)?;
    let events = reader.by_ref().collect::<Result<_, _>>()?;
    Ok((events, reader.skipped(), reader.is_cut()))
}

#[test]
fn a_killed_run_leaves_a_recording_of_whole_lines() {
    for after in [1, 300, 3_000] {
        let (folder, upstream) = (Folder::new(), upstream());
        let arguments = "run -n 1000000 -c 50 --events run.jsonl";
        let running = folder.inflight(arguments).arg(at(&upstream, "/delay/1ms")).start();
        client::until(&upstream, |tally| tally.requests >= after);
        running.signal(Signal::KILL);
        running.wait().exits(128 + 9);
        let tally = client::until(&upstream, |tally| tally.in_flight == 0);

        let bytes = folder.bytes("run.jsonl");
        let (events, skipped, _) = read(&bytes).unwrap();
        assert_eq!(skipped, 0);
        let started = events.iter().filter(|event| matches!(event.fact, Fact::AttemptStarted { .. })).count() as u64;
        // Events on their way to the file are lost: one batch, and those that waited behind it.
        assert!(started + 6_000 > tally.requests, "{started} of {}", tally.requests);
    }
}

#[test]
fn a_run_that_cannot_start_keeps_an_older_recording() {
    let (folder, upstream) = (Folder::new().with("run.jsonl", "older").with("file", ""), upstream());
    for arguments in ["--report file/report.json", "--bodies file"] {
        let arguments = format!("run --events run.jsonl {arguments}");
        folder.inflight(&arguments).arg(at(&upstream, "/status/200")).run().exits(74);
        assert_eq!(folder.bytes("run.jsonl"), b"older");
    }
    assert_eq!(upstream.tally().requests, 0);
}

#[test]
fn a_recording_is_read_up_to_its_last_complete_line_wherever_it_is_cut() {
    let (folder, upstream) = (Folder::new(), upstream());
    let arguments = "run --tries 2 -n 4 -c 2 --events run.jsonl";
    folder.inflight(arguments).arg(at(&upstream, "/flaky?fail=0.7&with=cut")).run();
    let bytes = folder.bytes("run.jsonl");
    let (whole, skipped, is_cut) = read(&bytes).unwrap();
    assert_eq!((skipped, is_cut), (0, false));
    assert!(whole.len() > 15 && matches!(whole.last().unwrap().fact, Fact::RunEnded { .. }));
    let mut n_lines = 0_usize;
    for cut in 0..bytes.len() {
        n_lines += usize::from(cut > 0 && bytes[cut - 1] == b'\n');
        match read(&bytes[..cut]) {
            Ok((events, skipped, is_cut)) => {
                assert_eq!(events, whole[..n_lines.saturating_sub(1)], "cut at {cut}");
                assert_eq!((skipped, is_cut), (0, n_lines > 0 && bytes[cut - 1] != b'\n'), "cut at {cut}");
            }
            Err(error) => assert!(matches!(error, ReadError::NotAJournal) && n_lines == 0, "cut at {cut}: {error}"),
        }
    }
}

#[test]
fn a_recording_on_standard_output_is_the_same_as_in_a_file() {
    let (folder, upstream) = (Folder::new(), upstream());
    let ended = folder.inflight("run -n 20 --events -").arg(at(&upstream, "/status/200")).run().exits(0);
    let mut reader = Reader::new(BufReader::new(&*ended.stdout)).unwrap();
    let n_settled = reader.by_ref().filter(|event| matches!(event.as_ref().unwrap().fact, Fact::JobSettled { .. }));
    assert_eq!(n_settled.count(), 20);
    assert_eq!((reader.skipped(), reader.is_cut()), (0, false));
}
