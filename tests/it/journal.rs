//! Tests of recordings: they are read as written, and a damaged line affects no other line.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use inflight::control::ReplayCommand;
use inflight::event::reasons::RunEnd;
use inflight::event::{Event, Fact, Micros, Offset};
use inflight::journal::{JournalHeader, ReadError, Reader, SCHEMA, Writer};
use inflight::model::event_log::LogEvent;
use inflight::model::totals::Anomalies;
use inflight::model::{Model, Stage};
use inflight::pump::{Follow, Pump};
use inflight::source::replay::{EVENTS_AHEAD, Recording, Replay};
use proptest::prelude::*;
use tokio::sync::mpsc;

use crate::scenario::playback::run;
use crate::scenario::strategies::{KINDS, any_events, fact, kind_of};
use crate::scenario::{fixtures, fold, record, replay};

#[test]
fn a_run_with_refusals_a_pause_and_a_cut_adds_up() {
    let model = fold(&fixtures::read("refused-paused-and-cut"));
    let totals = model.totals;
    assert_eq!((totals.started, totals.ended, model.open.n()), (14, 14, 0));
    assert_eq!((totals.expected, totals.unexpected, totals.throttled), (7, 1, 2));
    assert_eq!((totals.timed_out, totals.broken, totals.redirected, totals.cancelled), (1, 1, 1, 1));
    assert_eq!((totals.jobs_done, totals.jobs_saved, totals.jobs_failed, totals.jobs_cancelled), (7, 1, 2, 1));
    assert_eq!((totals.retries, totals.warnings, totals.bytes, totals.jobs_waited), (3, 1, 14_456, 2));
    assert_eq!((model.jobs, model.first_limit, model.limit, model.level.peak()), (Some(10), Some(4), Some(2), 4));
    assert_eq!(model.hosts.get(1).unwrap().limit, Some(1));
    assert_eq!((model.stage, model.ended), (Stage::Ended(RunEnd::Cancelled), Some(Offset(2_000_000))));
    assert_eq!(totals.service, Micros(3_340_000));
    assert!((model.effective_concurrency(model.last) - 1.67).abs() < 1e-9);
    assert_eq!(model.anomalies, Anomalies::default());
}

#[test]
fn a_run_is_known_at_every_moment_of_its_recording() {
    let until = |at: u64| {
        let events = fixtures::read("refused-paused-and-cut");
        fold(events.iter().filter(|event| event.at <= Offset(at * 1_000)))
    };
    let refused = until(310);
    assert_eq!((refused.in_flight(), refused.cooldown(Offset(310_000))), (3, Some((1, Offset(1_151_000)))));
    let paused = until(460);
    assert!(paused.is_paused && paused.stage == Stage::Running);
    assert_eq!(paused.in_flight(), 4);
    let drained = until(1_200);
    assert_eq!((drained.in_flight(), drained.limit, drained.is_paused), (1, Some(2), false));
    assert_eq!((until(1_525).stage, until(1_531).stage), (Stage::Draining, Stage::Cancelling));
}

#[test]
fn a_watched_program_that_is_serial_shows_one_in_flight() {
    let model = fold(&fixtures::read("watched-serial"));
    assert_eq!((model.totals.started, model.level.peak(), model.limit, model.jobs), (13, 1, None, None));
    assert_eq!((model.totals.jobs_done, model.totals.jobs_failed), (12, 1));
    assert_eq!(model.totals.service, Micros(6_930_000));
    assert!((model.effective_concurrency(model.last) - 6.93 / 7.354).abs() < 1e-9);
    let names: Vec<&str> = model.endpoints.iter().map(|endpoint| &*endpoint.name).collect();
    assert_eq!(names, ["GET crm.example/v1/profile/{}", "PUT files.example/reports/{}"]);
    let stalls = model.event_log.newest_first().filter(|item| matches!(item.event, LogEvent::Stalled(..)));
    assert_eq!(stalls.count(), 1);
    assert_eq!(model.anomalies, Anomalies::default());
}

#[test]
fn a_watched_program_may_report_only_its_level() {
    let events = fixtures::read("watched-level-only");
    let halfway = fold(events.iter().filter(|event| event.at <= Offset(1_000_000)));
    assert_eq!((halfway.in_flight(), halfway.open.n()), (2, 0));
    let model = fold(&events);
    assert_eq!((model.in_flight(), model.level.peak(), model.totals.started), (0, 6, 0));
    assert!((model.effective_concurrency(model.last) - 2.15).abs() < 1e-9);
}

#[test]
fn two_workers_add_up_although_their_numbers_collide_and_their_clocks_differ() {
    let model = fold(&fixtures::read("two-workers"));
    let names: Vec<&str> = model.endpoints.iter().map(|endpoint| &*endpoint.name).collect();
    assert_eq!(names, ["GET /eu/orders", "GET /us/orders"]);
    assert_eq!((model.totals.started, model.totals.ended, model.open.n()), (9, 9, 0));
    assert_eq!((model.totals.jobs_done, model.totals.jobs_failed, model.jobs), (6, 1, Some(7)));
    // The first worker has a limit of 2. The second had 3, and cut its limit to 1.
    assert_eq!((model.first_limit, model.limit), (Some(5), Some(3)));
    assert_eq!(model.totals.service, Micros(4_000_000));
    // The second worker started a second later and took a second.
    assert_eq!((model.stage, model.ended), (Stage::Ended(RunEnd::Drained), Some(Offset(2_000_000))));
    assert_eq!(model.anomalies, Anomalies::default());
}

#[test]
fn a_real_storm_adds_up() {
    let events = fixtures::read("storm-429");
    let model = fold(&events);
    let starts = events.iter().filter(|event| matches!(event.fact, Fact::AttemptStarted { .. })).count() as u64;
    assert_eq!((model.totals.started, model.open.n(), model.level.peak()), (starts, 0, 16));
    assert_eq!(model.jobs, Some(model.totals.settled()));
    assert!(model.totals.throttled > 10 && model.totals.jobs_failed > 0);
    assert_eq!(model.anomalies, Anomalies::default());
}

#[test]
fn the_first_schema_is_still_read_whole() {
    let events = fixtures::read("schema-1");
    let kinds: BTreeSet<usize> = events.iter().map(|event| kind_of(&event.fact)).collect();
    assert_eq!((kinds, fold(&events).totals.started), ((0..34).collect(), 7), "one of each kind at its beginning");
}

#[test]
fn the_first_schema_is_still_written_the_same() {
    // A changed name or number here is a new schema: raise `SCHEMA`, keep the fixture, add another.
    let written = String::from_utf8(record(&fixtures::read("schema-1"))).unwrap();
    let held = String::from_utf8(fixtures::bytes("schema-1")).unwrap();
    for (written, held) in written.lines().zip(held.lines()).skip(1) {
        assert_eq!(written, held);
    }
    assert_eq!(SCHEMA, 1);
}

#[test]
fn a_journal_of_a_later_schema_is_refused_with_its_number() {
    let later = format!("{{\"inflight\":{},\"name\":\"x\",\"started\":\"y\"}}\n", SCHEMA + 1);
    let error = Reader::new(later.as_bytes()).unwrap_err();
    assert!(matches!(error, ReadError::TooNew { found } if found == SCHEMA + 1), "{error}");
}

#[test]
fn a_file_that_is_not_a_journal_is_refused() {
    for text in ["", "\n", "hello\n", "{\"at\":0,\"kind\":\"paused\"}\n", "[1]\n", "\u{0}\u{0}\n"] {
        assert!(matches!(Reader::new(text.as_bytes()), Err(ReadError::NotAJournal)), "{text:?}");
    }
}

#[test]
fn unknown_header_fields_are_ignored() {
    let text =
        b"{\"inflight\":1,\"name\":\"x\",\"started\":\"y\",\"digest\":\"abc\"}\n{\"at\":7,\"kind\":\"paused\"}\n";
    let (events, skipped) = replay(text);
    assert_eq!((events.len(), skipped), (1, 0));
}

#[test]
fn unknown_lines_are_skipped_and_counted() {
    let unknown = [
        r#"{"at":1,"kind":"moon-rose","phase":"full"}"#,
        r#"{"at":2,"kind":"attempt-ended","job":1,"n":1,"outcome":"teleported"}"#,
        r#"{"at":-3,"kind":"paused"}"#,
        r#"{"kind":"paused"}"#,
        "not even json",
        "",
    ];
    let known = fixtures::read("two-workers");
    let mut journal = record(&[]);
    for (i, event) in known.iter().enumerate() {
        journal.extend(unknown[i % unknown.len()].as_bytes());
        journal.push(b'\n');
        journal.extend(&record(std::slice::from_ref(event))[record(&[]).len()..]);
    }
    let (events, skipped) = replay(&journal);
    assert_eq!((events, skipped), (known.clone(), known.len() as u64));
}

#[test]
fn unknown_fields_of_a_known_fact_are_ignored() {
    let line = r#"{"at":5,"kind":"cooldown-set","host":0,"until":9,"why":"retry-after"}"#;
    let (events, skipped) = replay(format!("{}{line}\n", String::from_utf8(record(&[])).unwrap()).as_bytes());
    assert_eq!((events.len(), skipped), (1, 0));
}

#[test]
fn a_journal_cut_at_any_byte_gives_every_whole_line_before_the_cut() {
    let journal = fixtures::bytes("two-workers");
    let whole = fixtures::read("two-workers");
    let header = journal.iter().position(|&byte| byte == b'\n').unwrap();
    for cut in 0..journal.len() {
        let kept = &journal[..cut];
        let Ok(mut reader) = Reader::new(kept) else {
            assert!(cut < header, "the header is whole from byte {header} on, and is refused at {cut}");
            continue;
        };
        assert!(cut >= header);
        let events: Vec<Event> = reader.by_ref().map(Result::unwrap).collect();
        let n_lines = kept.split(|&byte| byte == b'\n').count().saturating_sub(2);
        assert_eq!(events, whole[..n_lines], "cut at {cut}");
        assert_eq!(reader.skipped(), 0);
        assert_eq!(reader.is_cut(), cut > header && kept.last() != Some(&b'\n'), "cut at {cut}");
    }
}

#[test]
fn every_kind_of_fact_has_a_strategy() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for kind in 0..KINDS {
        let value = fact(kind).new_tree(&mut runner).unwrap().current();
        assert_eq!(kind_of(&value), kind, "{value:?}");
    }
}

/// A recording that stays readable after the pump has taken the writer.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The model and the recording that the pump makes of the events; `at_once` is the size of the channel.
fn pumped(events: &[Event], at_once: usize) -> (Model, Vec<u8>) {
    let kept = Kept::default();
    let header = JournalHeader { inflight: SCHEMA, name: "pumped".into(), started: String::new(), results: None };
    let to: Box<dyn Write + Send> = Box::new(kept.clone());
    let (sender, receiver) = mpsc::channel(at_once);
    let pump = Pump::start(receiver, Some(Writer::new(to, &header).unwrap())).unwrap();
    for event in events {
        sender.blocking_send(event.clone()).unwrap();
    }
    drop(sender);
    let follow = pump.follow();
    pump.join().unwrap();
    let model = follow.model().clone();
    let journal = kept.0.lock().unwrap().clone();
    (model, journal)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read_again(events in any_events(60)) {
        let (read, skipped) = replay(&record(&events));
        prop_assert_eq!(skipped, 0);
        prop_assert_eq!(read, events);
    }

    #[test]
    fn a_replay_is_the_run(events in run()) {
        let (read, _) = replay(&record(&events));
        prop_assert_eq!(fold(&read), fold(&events));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn batching_changes_nothing(events in run(), at_once in 1..2_000_usize) {
        let (model, journal) = pumped(&events, at_once);
        prop_assert_eq!(&model, &fold(&events));
        prop_assert_eq!(replay(&journal).0, events);
    }
}

/// Waits until the model contains all of these events.
#[track_caller]
fn await_model(follow: &Follow, events: &[Event]) {
    let (expected, deadline) = (fold(events), Instant::now() + Duration::from_secs(10));
    while *follow.model() != expected {
        assert!(Instant::now() < deadline, "the replay never becomes the run");
        std::thread::yield_now();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_recording_that_is_played_to_its_end_is_the_run_however_often(events in run()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        std::fs::write(&path, record(&events)).unwrap();
        let recording = Recording::open(&path).unwrap();
        prop_assert_eq!((recording.n, recording.skipped, recording.is_cut), (events.len() as u64, 0, false));
        let (sender, receiver) = mpsc::channel(EVENTS_AHEAD);
        let pump = Pump::start(receiver, None).unwrap();
        let (follow, back) = (pump.follow(), pump.follow());
        let replay = Replay::start(recording, 1.0, sender, move |sent| back.start_anew(sent)).unwrap();
        let position = replay.position();
        position.travel(ReplayCommand::TogglePause);
        for _ in 0..2 {
            position.travel(ReplayCommand::End);
            await_model(&follow, &events);
            position.travel(ReplayCommand::Start);
            let begun: Vec<Event> = events.iter().filter(|event| event.at <= position.now()).cloned().collect();
            await_model(&follow, &begun);
        }
        prop_assert!(replay.stop().is_ok());
        prop_assert!(pump.join().is_ok());
    }
}
