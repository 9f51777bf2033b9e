//! Outages: a host was down, or failures fell into one span of the run.
//!
//! Start at [`host_was_down`].

use crate::event::cause::Cause;
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::{AttemptFigures, RunFigures};
use crate::model::verdict::host_sentences::host_name;
use crate::model::verdict::sentences::{VerdictSentence, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Finding, OutageFinding};
use crate::text::units;

/// Failures that fell into one span of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurstFinding {
    /// Index of the host.
    pub host: usize,
    /// The most frequent cause.
    pub cause: Cause,
    /// Failures within the span, and in all.
    pub failures: (u64, u64),
    /// Good answers within the span.
    pub good: u64,
    /// When the first and the last of them ended.
    pub span: (Offset, Offset),
    /// Whether good answers followed.
    pub is_over: bool,
}

/// A host is down, or was down for so long that its jobs waited.
pub fn host_was_down(figures: &RunFigures<'_>) -> Option<Finding> {
    let model = figures.model;
    let end = model.ended.unwrap_or(model.last);
    let is_notable = |(_, is_down, lasted): &(_, bool, _)| *is_down || *lasted >= t::OUTAGE_LEAST;
    let outages = model.hosts.kept().map(|host| {
        let is_down = host.outage.is_some() && model.ended.is_none();
        (host, is_down, host.outages(end).1)
    });
    let down: Vec<_> = outages.filter(is_notable).collect();
    // A host that is down now is more urgent than one that was.
    let (host, is_down, lasted) = down.iter().copied().max_by_key(|(_, is_down, lasted)| (*is_down, *lasted))?;
    let current = host.outage.as_ref();
    Some(Finding::Outage(OutageFinding {
        host: host.number,
        since: current.filter(|_| is_down).map(|outage| outage.since),
        lasted,
        n: host.outages(end).0,
        why: current.map(|outage| &outage.why).or(host.past_outages.why.as_ref())?.clone(),
        hosts: down.iter().filter(|(_, other, _)| *other == is_down).count() as u64,
        is_given_up: down.iter().any(|(host, ..)| host.past_outages.is_given_up),
    }))
}

/// Most failures of a host fell into one span of the run, in which hardly anything was answered.
pub fn failures_in_one_span(figures: &RunFigures<'_>) -> Option<BurstFinding> {
    if figures.model.is_polled {
        return None;
    }
    let hosts = figures.model.hosts.kept().filter(|host| host.failed >= t::BURST_LEAST);
    hosts.filter_map(|host| burst_at(figures, host.number)).max_by_key(|burst| burst.failures.0)
}

fn burst_at(figures: &RunFigures<'_>, host: usize) -> Option<BurstFinding> {
    let mut ends: Vec<_> =
        figures.attempts.iter().filter(|one| one.host == host && (one.is_failure() || one.is_answer())).collect();
    ends.sort_by_key(|attempt| attempt.ended);
    let (from, to) = densest(&ends)?;
    let burst = &ends[from..=to];
    let mut n = burst.iter().filter(|one| one.is_failure()).count() as u64;
    let mut all = ends.iter().filter(|one| one.is_failure()).count() as u64;
    let good = burst.len() as u64 - n;
    let mut span = (burst.first()?.ended, burst.last()?.ended);
    let causes = || burst.iter().filter_map(|one| one.cause.filter(|_| one.is_failure()));
    let cause = causes().max_by_key(|cause| causes().filter(|other| other == cause).count())?;
    // The timeline keeps the last attempts only; the causes count all of them.
    let attempts = figures.model.incidents.by_cause(cause).map(|(_, group)| &group.attempts);
    let is_cut = !figures.is_whole && from == 0;
    if let Some(attempts) = attempts.filter(|attempts| is_cut && attempts.first < span.0) {
        (n, all) = (n.max(attempts.n), all.max(attempts.n));
        span.0 = attempts.first;
    }
    let is_part = (span.1.since(span.0).0 as f64) < t::BURST_SPAN * figures.span.0 as f64;
    let is_most = n >= t::BURST_LEAST && n as f64 >= t::BURST_MOST * all as f64;
    let is_over = ends[to + 1..].iter().any(|one| !one.is_failure());
    let has_good = from > 0 || is_over;
    let finding = BurstFinding { host, cause, failures: (n, all), good, span, is_over };
    (is_part && is_most && has_good).then_some(finding)
}

/// The part with most failures and hardly any good answer: the largest sum, where a good answer costs as much as many
/// failures are worth.
fn densest(ends: &[&AttemptFigures]) -> Option<(usize, usize)> {
    let (mut sum, mut from) = (0, 0);
    let mut best: Option<(i64, usize, usize)> = None;
    for (i, attempt) in ends.iter().enumerate() {
        if sum <= 0 {
            (sum, from) = (0, i);
        }
        sum += if attempt.is_failure() { 1 } else { -t::BURST_GOOD };
        if sum > best.map_or(0, |(most, ..)| most) {
            best = Some((sum, from, i));
        }
    }
    best.map(|(_, from, to)| (from, to))
}

impl BurstFinding {
    /// The finding as a sentence.
    pub fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = host_name(model, self.host);
        let (n, all) = self.failures;
        let of = if n == all {
            units::plural(n, "failure")
        } else {
            format!("{} of {}", units::count(n), units::plural(all, "failure"))
        };
        let (from, to) = (units::clock(self.span.0), units::clock(self.span.1));
        let when = if self.is_over { format!("between {from} and {to}") } else { format!("since {from}") };
        let lost = model.totals.jobs_failed;
        let remedy = match lost {
            0 => "retries saved every job".to_owned(),
            lost => format!("{} lost: more tries or a longer backoff outlast it", units::plural(lost, "job")),
        };
        let brief = if lost == 0 { "no job lost".to_owned() } else { format!("{} lost", units::plural(lost, "job")) };
        VerdictSentence::new(format!("{of} {when}"), format!("{name}: {}", self.cause), remedy)
            .or_brief(self.cause.to_string(), brief)
    }

    /// How it was found.
    pub fn explanation(&self) -> Explanation {
        let (n, all) = self.failures;
        let lasted: Micros = self.span.1.since(self.span.0);
        Explanation {
            observed: format!(
                "{} of {} failures and {} good answers within {}",
                units::count(n),
                units::count(all),
                units::count(self.good),
                units::length(lasted)
            ),
            formula: format!(
                "the span with at least {} failures for each good answer; it is shorter than {} of the run",
                t::BURST_GOOD,
                percent(t::BURST_SPAN)
            ),
            refuted: "the same failures at another time",
            press: Some(Press::Failures),
        }
    }
}
