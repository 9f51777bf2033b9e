//! Tests of the verdict: for each finding a run that has it, one just below the threshold, and healthy runs.

mod answers;
mod journals;
mod load;
mod order;
mod over_time;

use std::fmt::Write;

use inflight::model::Model;
use inflight::model::verdict::headline::main_sentence;
use inflight::model::verdict::working::working;
use inflight::model::verdict::{Gravity, findings};

use crate::scenario::notation::scenario;
use crate::scenario::{fixtures, fold};

/// A run that is built step by step; steps may come in any order.
#[derive(Default)]
struct Case(Vec<(u64, String)>);

impl Case {
    fn new(run: &str) -> Self {
        let mut case = Self::default();
        case.step(0, &format!("run {run}"));
        case
    }

    fn step(&mut self, ms: u64, step: &str) {
        self.0.push((ms, step.to_owned()));
    }

    /// A job with one attempt: its waiting, its start and end, and its outcome.
    fn job(&mut self, about: &str, waited: &str, (from, to): (u64, u64), end: &str) {
        self.step(from, &format!("start {about} {waited}"));
        self.step(
            to,
            &format!("{} {about} {}", end.split(' ').next().unwrap(), end.split_once(' ').map_or("", |(_, rest)| rest)),
        );
        let settled = if end.starts_with("answer 2") { "done" } else { "fail" };
        self.step(to, &format!("{settled} {about}"));
    }

    fn good(&mut self, about: &str, waited: &str, span: (u64, u64)) {
        self.job(about, waited, span, "answer 200");
    }

    fn model(mut self) -> Model {
        // At the same moment, ends come before starts.
        self.0.sort_by_key(|(ms, step)| (*ms, step.starts_with("start")));
        let mut text = String::new();
        for (ms, step) in &self.0 {
            write!(text, "{ms}ms {step} | ").unwrap();
        }
        scenario(&text).fold()
    }

    #[track_caller]
    fn finds(self, kinds: &[&str]) -> Model {
        let model = self.model();
        let found: Vec<_> = findings(&model, None).iter().map(|finding| finding.kind).collect();
        assert_eq!(found, kinds, "{:#?}", working(&model, None, model.last));
        model
    }
}

/// The main finding, or else the headline.
fn sentence(model: &Model) -> String {
    main_sentence(model, None, model.last).0.to_string()
}

#[test]
fn missing_local_resources_come_first() {
    let mut case = order::chain("limit 32", 8, 1);
    case.step(1, "limit 3 machine");
    let model = case.finds(&["own-machine", "serial"]);
    assert!(sentence(&model).starts_with("limit cut from 32 to 3: this machine cannot open"));
    let mut turned = order::chain("limit 32", 8, 40);
    turned.step(1, "limit 3");
    turned.finds(&[]);
}

/// Steady work on eight slots, with reused connections and no failures.
#[test]
fn healthy_runs_of_every_kind_stay_silent() {
    let mut steady = Case::new("limit 8 jobs 200");
    for i in 0..200 {
        let from = i * 12 + i % 5;
        steady.job(&format!("a#{i}"), "slot 5ms", (from, from + 60 + (i * 37) % 40), "answer 200 reused");
    }
    steady.step(2_600, "end");
    steady.finds(&[]);
    assert_eq!(findings(&Model::default(), None), []);
    assert_eq!(findings(&fold(&fixtures::read("watched-level-only")), None), []);
}

#[test]
fn recordings_of_real_runs_have_their_findings() {
    let kinds = |fixture: &str| -> Vec<_> {
        let model = fold(&fixtures::read(fixture));
        findings(&model, None).iter().map(|finding| (finding.kind, finding.sentence.to_string())).collect()
    };
    assert_eq!(kinds("watched-serial").iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["serial"]);
    assert_eq!(
        kinds("two-workers")[0].1.split(';').next(),
        Some("limit cut from 5 to 3: this machine could not open more connections")
    );
    assert!(
        kinds("late")[0].1.contains(": waiting for 2 time-outs, the latest GET practice://shop/hang?id=39 (1.00 s)")
    );
    assert_eq!(kinds("storm-429").first().map(|(kind, _)| *kind), Some("limited-by-upstream"));
}

#[test]
fn the_details_always_show_the_use_of_the_slots() {
    let mut case = Case::new("limit 9");
    for slot in 0..2 {
        for i in 0..10 {
            case.good(&format!("a#{}", slot * 10 + i), "", (i * 100 + slot, i * 100 + slot + 100));
        }
    }
    let model = case.finds(&[]);
    let lines = working(&model, None, model.last);
    assert!(lines.contains(&("verdict", "Concurrent: 2.0 of 9 in flight on average".to_owned())), "{lines:?}");
    assert!(lines.iter().any(|(label, text)| *label == "in flight" && text == "2.00 of 9, 22 % on average, 2 at most"));
}

#[test]
fn jobs_without_a_result_are_the_headline_once_the_run_is_over() {
    let end = |steps: &str| main_sentence_at_the_end(&format!("0ms run jobs 10 | {steps} | 900ms end"));
    let forgotten = ("None of 10 jobs started: nothing was ever in flight".to_owned(), Gravity::Failed);
    assert_eq!(end("1ms idle work 1ms"), forgotten);
    let cancelled =
        end("1ms start a#1 | 9ms answer a#1 200 | 9ms done a#1 | 9ms start a#2 | 20ms drop a#2 | 20ms skip a#2");
    assert_eq!(cancelled, ("1 of 2 jobs cancelled: they have no result".to_owned(), Gravity::Note));
}

fn main_sentence_at_the_end(run: &str) -> (String, Gravity) {
    let model = scenario(run).fold();
    let (sentence, gravity) = main_sentence(&model, None, model.last);
    (sentence.to_string(), gravity)
}
