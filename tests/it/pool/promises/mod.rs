//! What a verdict recommends is run, and must bring what was promised. The next verdict must not take it back.
//!
//! Start at [`Upstream`].

mod long_wait;
mod slow_host;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use inflight::control::Command;
use inflight::event::{Micros, Scope};
use inflight::model::Model;
use inflight::model::verdict::{Finding, findings};

use crate::pool::rig::{Act, Cue, End, FinishedRun, Rig, endpoint, ends, ok};
use crate::scenario::fold;

/// A server that works on a few requests at once; the others wait.
struct Upstream {
    /// When each of its workers is free, in microseconds.
    free: RefCell<Vec<u64>>,
    /// How long a request takes, in microseconds.
    takes: u64,
    /// Requests that have arrived and not ended, and how much longer each of them above `eight` makes all others.
    busy: RefCell<Vec<u64>>,
    slowed_above: usize,
}

impl Upstream {
    fn with_workers(workers: usize, ms: u64) -> Self {
        Self { free: vec![0; workers].into(), takes: ms * 1_000, busy: RefCell::default(), slowed_above: usize::MAX }
    }

    /// Works more slowly the more requests wait.
    fn slowed_above(self, slowed_above: usize) -> Self {
        Self { slowed_above, ..self }
    }

    fn answer(&self, cue: Cue<'_>) -> Act {
        let at = cue.at.0;
        let mut busy = self.busy.borrow_mut();
        busy.retain(|end| *end > at);
        let excess = (busy.len() + 1).saturating_sub(self.slowed_above) as u64;
        let takes = self.takes + self.takes * excess / 20;
        let mut free = self.free.borrow_mut();
        free.sort_unstable();
        let end = free[0].max(at) + takes;
        free[0] = end;
        busy.push(end);
        Act { after: Duration::from_micros(end - at), end: End::Status(200) }
    }
}

/// A finished run with its verdict.
struct Judged {
    model: Model,
    found: Vec<Finding>,
    run: FinishedRun,
}

impl Judged {
    async fn new(rig: Rig) -> Self {
        let run = rig.run().await;
        let model = fold(&run.events);
        let found = findings(&model, None);
        Self { model, found, run }
    }

    #[track_caller]
    fn says(&self, kind: &str) -> String {
        let found = self.found.iter().find(|finding| finding.kind == kind);
        found.unwrap_or_else(|| panic!("no {kind} in {:?}", self.all())).sentence.to_string()
    }

    fn all(&self) -> Vec<(&str, String)> {
        self.found.iter().map(|finding| (finding.kind, finding.sentence.to_string())).collect()
    }

    fn took(&self) -> Micros {
        self.model.evidence.span()
    }

    /// No finding of these kinds: the remedy is not taken back, and needs no other.
    #[track_caller]
    fn is_content(&self, kinds: &[&str]) {
        assert!(!self.found.iter().any(|finding| kinds.contains(&finding.kind)), "{:?}", self.all());
    }
}

fn within_ten_percent(promised: f64, measured: f64) -> bool {
    (measured / promised - 1.0).abs() <= 0.1
}

/// The number between two texts.
#[track_caller]
fn figure(sentence: &str, before: &str, after: &str) -> f64 {
    let (_, rest) = sentence.split_once(before).unwrap_or_else(|| panic!("no `{before}` in `{sentence}`"));
    let number = rest.split_once(after).unwrap_or_else(|| panic!("no `{after}` in `{sentence}`")).0;
    number.parse().unwrap_or_else(|_| panic!("`{number}` in `{sentence}`"))
}

fn plan(limits: &str, jobs: u32) -> String {
    format!("[limits]\n{limits}\n{}", endpoint("a.test", jobs))
}

const UPSTREAM: [&str; 3] = ["upstream-queues", "experiment", "limited-by-upstream"];

#[tokio::test(start_paused = true)]
async fn a_lower_limit_is_as_fast_as_promised() {
    for (workers, limit) in [(1, 16), (2, 16), (4, 16), (4, 50), (8, 32)] {
        let run = |limit: u32| {
            let upstream = Upstream::with_workers(workers, 20);
            Judged::new(Rig::new(&plan(&format!("concurrency = {limit}"), 400), move |cue| upstream.answer(cue)))
        };
        let first = run(limit).await;
        let sentence = first.says("upstream-queues");
        assert!(sentence.contains(&format!("about {workers} at once")), "{sentence}");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small limit")]
        let obeyed = run(figure(&sentence, "a limit of ", " is as fast") as u32).await;
        assert!(within_ten_percent(first.took().as_secs_f64(), obeyed.took().as_secs_f64()), "{sentence}");
        obeyed.is_content(&UPSTREAM);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lower_limit_is_faster_where_that_is_promised() {
    for cold in [0, 8] {
        // The first two take so many milliseconds longer.
        let run = |limit: u32| {
            let (upstream, n) = (Upstream::with_workers(8, 20).slowed_above(8), Cell::new(0));
            let script = move |cue: Cue<'_>| {
                n.set(n.get() + 1);
                let Act { after, end } = upstream.answer(cue);
                Act { after: after + Duration::from_millis(if n.get() <= 2 { cold } else { 0 }), end }
            };
            Judged::new(Rig::new(&plan(&format!("concurrency = {limit}"), 600), script))
        };
        let first = run(48).await;
        let sentence = first.says("upstream-queues");
        let limit = figure(&sentence, "a limit of ", " is faster");
        assert!((7.0..=10.0).contains(&limit), "{sentence}");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small limit")]
        let obeyed = run(limit as u32).await;
        assert!(obeyed.took().0 * 2 < first.took().0, "{:?} and {:?}", first.took(), obeyed.took());
        obeyed.is_content(&UPSTREAM);
    }
}

/// Refuses what is above so many at once.
fn refuses_above(most: usize) -> impl Fn(Cue<'_>) -> Act {
    let busy: RefCell<Vec<u64>> = RefCell::default();
    move |cue| {
        let mut busy = busy.borrow_mut();
        busy.retain(|end| *end > cue.at.0);
        if busy.len() >= most {
            return ends(1, End::Throttled(""));
        }
        busy.push(cue.at.0 + 50_000);
        ok(50)
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_level_that_a_host_takes_nothing_is_refused() {
    let run = |limit: u32| {
        let limits = format!("concurrency = {limit}\n[retry]\nattempts = 50\nbackoff = \"20ms..100ms\"");
        Judged::new(Rig::new(&plan(&limits, 400), refuses_above(8)))
    };
    let first = run(32).await;
    let sentence = first.says("limited-by-upstream");
    assert!(sentence.contains("send at most 8 at once"), "{sentence}");
    let obeyed = run(8).await;
    assert_eq!(obeyed.model.totals.throttled, 0);
    assert!(obeyed.took() <= first.took());
    obeyed.is_content(&UPSTREAM);
}

#[tokio::test(start_paused = true)]
async fn at_the_rate_that_a_host_accepts_hardly_anything_is_refused() {
    let run = |limits: &str| {
        // Twenty a second, and as many at once.
        let level = RefCell::new((20.0_f64, 0_u64));
        let script = move |cue: Cue<'_>| {
            let (tokens, at) = *level.borrow();
            let tokens = (tokens + (cue.at.0 - at) as f64 * 20e-6).min(20.0);
            let is_accepted = tokens >= 1.0;
            *level.borrow_mut() = (if is_accepted { tokens - 1.0 } else { tokens }, cue.at.0);
            if is_accepted { ok(20) } else { ends(1, End::Throttled("")) }
        };
        let limits = format!("{limits}\n[retry]\nattempts = 50\nbackoff = \"20ms..100ms\"");
        Judged::new(Rig::new(&plan(&limits, 300), script))
    };
    let first = run("concurrency = 16").await;
    let sentence = first.says("limited-by-upstream");
    let rate = figure(&sentence, "use `--rate ", "/s`");
    assert!((18.0..=22.0).contains(&rate), "{sentence}");
    let obeyed = run(&format!("concurrency = 16\nrate = \"{rate}/s\"")).await;
    assert!(obeyed.model.totals.throttled <= 6, "{:?}", obeyed.all());
    let promised = 300.0 / rate;
    assert!(within_ten_percent(promised, obeyed.took().as_secs_f64()), "{sentence}: {:?}", obeyed.took());
    obeyed.is_content(&UPSTREAM);
}

#[tokio::test(start_paused = true)]
async fn late_time_outs_end_as_early_as_promised_if_they_start_first() {
    let rig = || {
        let limits = "concurrency = 16\n[defaults]\ntimeout = \"2s\"\n[retry]\nattempts = 1";
        Rig::new(&plan(limits, 200), |cue| if cue.place.row >= 197 { ends(0, End::Never) } else { ok(100) })
    };
    let first = Judged::new(rig()).await;
    let sentence = first.says("stragglers");
    let promised = figure(&sentence, "about ", " s with these first");
    let obeyed = Judged::new(rig().after(&first.run)).await;
    assert!(within_ten_percent(promised, obeyed.took().as_secs_f64()), "{sentence}: {:?}", obeyed.took());
    // They are as early as they can be.
    assert!(obeyed.all().iter().all(|(_, sentence)| !sentence.contains("these first")), "{:?}", obeyed.all());
}

#[tokio::test(start_paused = true)]
async fn slow_jobs_that_start_first_are_no_stragglers() {
    let rig = || Rig::new(&plan("concurrency = 16", 400), |cue| ok(if cue.place.row >= 396 { 1_000 } else { 50 }));
    let first = Judged::new(rig()).await;
    assert!(first.says("stragglers").contains("start these first"));
    let obeyed = Judged::new(rig().after(&first.run)).await;
    assert!(obeyed.took() < first.took());
    obeyed.is_content(&["stragglers"]);
}

#[tokio::test(start_paused = true)]
async fn a_shorter_time_out_frees_the_slots_and_loses_no_answer() {
    let run =
        |timeout: &str| {
            let limits = format!("concurrency = 4\n[defaults]\ntimeout = \"{timeout}\"\n[retry]\nattempts = 1");
            Judged::new(Rig::new(&plan(&limits, 300), |cue| {
                if cue.place.row % 50 == 7 { ends(0, End::Never) } else { ok(40) }
            }))
        };
    let first = run("5s").await;
    let sentence = first.says("time-outs");
    let good = figure(&sentence, "good answers took at most ", " ms");
    // Three times as long as the longest good answer.
    let obeyed = run(&format!("{:.0}ms", good * 3.0)).await;
    assert_eq!(obeyed.model.totals.expected, first.model.totals.expected);
    assert!(obeyed.took().0 * 2 < first.took().0);
    obeyed.is_content(&["time-outs", "stragglers"]);
}

#[tokio::test(start_paused = true)]
async fn an_operator_who_obeys_is_not_sent_back() {
    let limit = |limit| Command::SetLimit { scope: Scope::Run, limit };
    for workers in [4, 16] {
        let rig = |jobs| {
            let upstream = Upstream::with_workers(workers, 50);
            Rig::new(&plan("concurrency = 8", jobs), move |cue| upstream.answer(cue))
        };
        let changed = Judged::new(rig(1_500).command(3_000, limit(16))).await;
        let sentence = changed.says("experiment");
        let is_kept = sentence.ends_with("keep it");
        assert_eq!(is_kept, workers == 16, "{sentence}");
        let obeyed = if is_kept { 16 } else { 8 };
        let again = Judged::new(rig(2_000).command(3_000, limit(16)).command(9_000, limit(obeyed))).await;
        let sentence = again.says("experiment");
        assert!(sentence.ends_with("keep it"), "{sentence}");
        // The rule on queues agrees.
        let queue = again.found.iter().find(|finding| finding.kind == "upstream-queues");
        assert!(queue.is_none_or(|queue| queue.sentence.remedy.contains("a limit of 4")), "{:?}", again.all());
    }
}

#[tokio::test(start_paused = true)]
async fn a_ramp_is_no_intervention_of_the_user() {
    let rig = |ramp: &str| {
        Rig::new(&plan(&format!("concurrency = 16\n{ramp}"), 400), |cue| {
            ok(if cue.place.row >= 396 { 3_000 } else { 50 })
        })
    };
    let judged = Judged::new(rig("ramp = \"1s\"")).await;
    assert_eq!(judged.model.evidence.interventions, 0);
    assert!(judged.says("stragglers").contains("start these first"));
    assert!(!judged.found.iter().any(|finding| finding.kind == "experiment"), "{:?}", judged.all());
}
