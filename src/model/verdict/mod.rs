//! The verdict: conclusions about what limits a run.
//!
//! A pure function of the model, so recordings can test it. There is no finding if the facts cannot show whether a
//! pattern is intended. Start at [`findings`].

pub mod evidence;
pub mod explanation;
pub mod figures;
pub mod headline;
mod levels;
pub mod rules;
pub mod sentence;
pub mod thresholds;
pub mod working;

use crate::event::{Micros, Offset};
use crate::model::verdict::explanation::Explanation;
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::rules::held_back::long_wait;
use crate::model::verdict::rules::watched::{
    gather_raised, loop_stalled, loop_waits, lost_tasks, never_awaited, pools, sockets,
};
use crate::model::verdict::rules::{
    change, churn, convoy, experiment, failures, held_back, hosts, look_ups, outage, own_machine, pauses, phase, place,
    queue, refusals, retries, serial, stragglers, timeouts, waves,
};
use crate::model::verdict::sentence::VerdictSentence;
use crate::model::{Model, Stage};

/// A conclusion, with its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name in JSON.
    pub kind: &'static str,
    /// What it means for the run.
    pub gravity: Gravity,
    /// What was found, where, and what to change.
    pub sentence: VerdictSentence,
    /// How it was found.
    pub explanation: Explanation,
}

/// What a finding means for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// A host is down.
    Down,
    /// A server or this machine limits the run.
    Limited,
    /// Jobs fail.
    Failed,
    /// The run takes longer than it needs to.
    Slow,
    /// Nothing is wrong, but the figures need a word.
    Note,
    /// There is no finding.
    Good,
}

/// What a rule finds.
type Conclusion = (Gravity, VerdictSentence, Explanation);

/// A rule: the name of its finding, and how it is found.
type Rule = (&'static str, fn(&RunFigures<'_>) -> Option<Conclusion>);

/// All rules, the most important first.
///
/// The order is fixed: first local problems and outages, which make other figures unreliable, then refusals and
/// failures, then how the upstream takes the load, then the shape of the run, then notes. What holds now, so that the
/// user can act on it, comes before an outage that is over. The mistakes of a watched program come before what follows
/// from them, as failures or one attempt after the other.
const RULES: [Rule; 40] = [
    ("own-machine", own_machine::lacks_resources),
    ("own-time-outs", own_machine::caused_failures),
    ("outage", outage::host_is_down),
    ("long-wait", long_wait::long_wait),
    ("forbidden", hosts::forbidden),
    ("limited-by-upstream", refusals::host_refuses),
    ("outage", outage::host_was_down),
    ("limited-by-upstream", refusals::host_refused),
    ("unknown-name", hosts::unknown_name),
    ("never-awaited", never_awaited::never_awaited),
    ("sync-client-in-loop", loop_waits::loop_waits),
    ("gather-raised", gather_raised::gather_raised),
    ("loop-stalled", loop_stalled::loop_stalled),
    ("error-lost", lost_tasks::errors_lost),
    ("unfinished-tasks", lost_tasks::unfinished),
    ("pool-starvation", pools::connections),
    ("failures-in-one-span", outage::failures_in_one_span),
    ("failures", failures::jobs_fail),
    ("retries", retries::retries),
    ("held-back", held_back::held_back),
    ("convoy", convoy::convoy),
    ("experiment", experiment::limit_was_changed),
    ("slower", change::became_slower),
    ("upstream-queues", queue::upstream_queues),
    ("one-host", place::slow_host),
    ("one-endpoint", place::slow_endpoint),
    ("serial", serial::serial),
    ("serial", sockets::serial),
    ("thread-ceiling", pools::threads),
    ("waves", waves::waves),
    ("waves", sockets::waves),
    ("stragglers", stragglers::stragglers),
    ("stragglers", sockets::stragglers),
    ("time-outs", timeouts::timeouts_take_slots),
    ("pauses", pauses::upstream_pauses),
    ("connections", churn::churn),
    ("look-ups", look_ups::queued_look_ups),
    ("one-phase", phase::slow_phase),
    ("busy-machine", own_machine::was_busy),
    ("stood-still", own_machine::stood_still),
];

/// The names of all findings in JSON, the most important first.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    let is_first = |&(i, (kind, _)): &(usize, Rule)| RULES.iter().position(|(first, _)| *first == kind) == Some(i);
    RULES.into_iter().enumerate().filter(is_first).map(|(_, (kind, _))| kind)
}

/// The place of a kind among all kinds, the most important first.
pub fn rank(kind: &str) -> Option<usize> {
    kinds().position(|known| known == kind)
}

/// All findings, the most important first. The screen shows the first one; the details list the others. `recording` is
/// the displayed path of the run's recording.
pub fn findings(model: &Model, recording: Option<&str>) -> Vec<Finding> {
    let figures = RunFigures::new(model, recording);
    let found = RULES.into_iter().filter_map(|(kind, rule)| Some((kind, rule(&figures)?)));
    found.map(|(kind, (gravity, sentence, explanation))| Finding { kind, gravity, sentence, explanation }).collect()
}

/// The text of the most important finding, if there is one.
pub fn finding_text(model: &Model) -> Option<String> {
    findings(model, None).first().map(|finding| finding.sentence.to_string())
}

/// The time from the first start to the last end, or to now while attempts are in flight.
pub fn span(model: &Model) -> Micros {
    let evidence = &model.evidence;
    let until = if model.open.n() > 0 { model.last.max(evidence.last) } else { evidence.last };
    until.since(evidence.first.unwrap_or(Offset::ZERO))
}

/// Whether nothing intervened in the run: no changed limit, no pause, no new round.
fn is_undisturbed(model: &Model) -> bool {
    let is_stopped = matches!(model.stage, Stage::Draining | Stage::Cancelling);
    model.evidence.interventions == 0 && !model.is_paused && !is_stopped
}
