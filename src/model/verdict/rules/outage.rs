//! Outages: a host was down, or failures fell into one span of the run.
//!
//! Start at [`host_is_down`].

use crate::event::cause::Cause;
use crate::event::reasons::RunEnd;
use crate::event::{Micros, Offset};
use crate::model::host::HostStats;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::RunFigures;
use crate::model::verdict::sentence::{VerdictSentence, host_name, percent};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::model::{Model, Stage};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Failures that fell into one span of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
struct BurstFinding {
    /// Index of the host.
    host: usize,
    /// The most frequent cause.
    cause: Cause,
    /// Failures within the span, and in all.
    failures: (u64, u64),
    /// Good answers within the span.
    good: u64,
    /// When the first and the last of them ended.
    span: (Offset, Offset),
    /// Whether good answers followed.
    is_over: bool,
}

/// A host is down.
pub fn host_is_down(figures: &RunFigures<'_>) -> Option<Conclusion> {
    outage(figures).filter(|(gravity, ..)| *gravity == Gravity::Down)
}

/// A host was down for so long that its jobs waited, and none is now.
pub fn host_was_down(figures: &RunFigures<'_>) -> Option<Conclusion> {
    outage(figures).filter(|(gravity, ..)| *gravity != Gravity::Down)
}

fn outage(figures: &RunFigures<'_>) -> Option<Conclusion> {
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
    let since = current.filter(|_| is_down).map(|outage| outage.since);
    let n = host.outages(end).0;
    let why = sanitize(current.map(|outage| &outage.why).or(host.past_outages.why.as_ref())?);
    let n_hosts = down.iter().filter(|(_, other, _)| *other == is_down).count() as u64;
    let name = host_name(model, host.number);
    let others = if n_hosts > 1 { format!(" ({} in all)", units::plural(n_hosts, "host")) } else { String::new() };
    let times = if n > 1 { format!(" in {}", units::plural(n, "outage")) } else { String::new() };
    let (number, brief) = if let Some(since) = since {
        let since = units::clock_seconds(since);
        (format!("{name} has been down since {since}{others}"), format!("Down since {since}"))
    } else {
        let lasted = units::length(lasted);
        (format!("{name} was down for {lasted}{times}{others}"), format!("Was down {lasted}"))
    };
    let is_given_up =
        down.iter().any(|(host, ..)| host.last_given_up.as_ref().is_some_and(|given_up| given_up.was_down));
    let (remedy, brief_remedy) = fate_of_jobs(model, host, since.is_some(), is_given_up);
    let sentence = VerdictSentence::new(number, why.clone().into_owned(), remedy.to_owned())
        .or_number(brief)
        .or_brief(format!("{name}, {why}"), brief_remedy);
    let explanation = Explanation {
        observed: format!(
            "{}, {} in all; {} failed",
            units::plural(n, "outage"),
            units::length(lasted),
            units::plural(model.totals.jobs_failed, "job")
        ),
        formula: "the time from the first attempt that found it down to the first answer".to_owned(),
        refuted: "another machine that reaches the host at the same time",
        causes: &["a restart", "a network that is down", "an upstream that breaks under load"],
        press: Some(Press::Hosts),
    };
    let gravity = match (since, is_given_up) {
        (Some(_), _) => Gravity::Down,
        (None, true) => Gravity::Failed,
        (None, false) => Gravity::Slow,
    };
    Some((gravity, sentence, explanation))
}

/// What became of the jobs of a host that was down, in full and in a few words.
fn fate_of_jobs(model: &Model, host: &HostStats, is_down: bool, is_given_up: bool) -> (&'static str, &'static str) {
    let is_stopped = !matches!(model.stage, Stage::Running | Stage::Ended(RunEnd::Finished));
    let is_loss = is_stopped || model.totals.jobs_failed > 0 || model.totals.jobs_cancelled > 0;
    match (is_given_up, is_down) {
        (true, _) if host.answered == 0 => (
            "jobs that waited too long failed: `retry.unreachable` sets how long they wait",
            "`retry.unreachable` waits longer",
        ),
        (true, _) => {
            ("jobs that waited too long failed: `retry.outage` sets how long they wait", "`retry.outage` waits longer")
        }
        (false, true) => ("its jobs wait, and lose no try", "its jobs wait"),
        (false, false) if host.outage.is_some() => ("its jobs waited until the run was stopped", "its jobs waited"),
        (false, false) if is_loss => ("its jobs waited until it was back", "its jobs waited"),
        (false, false) => ("its jobs waited, and nothing was lost", "nothing was lost"),
    }
}

/// Most failures of a host fell into one span of the run, in which hardly anything was answered.
pub fn failures_in_one_span(figures: &RunFigures<'_>) -> Option<Conclusion> {
    if figures.model.is_polled {
        return None;
    }
    let hosts = figures.model.hosts.kept().filter(|host| host.failed >= t::BURST_LEAST);
    let burst = hosts.filter_map(|host| burst_at(figures, host.number)).max_by_key(|burst| burst.failures.0)?;
    Some((Gravity::Slow, burst.sentence(figures.model), burst.explanation()))
}

fn burst_at(figures: &RunFigures<'_>, host: usize) -> Option<BurstFinding> {
    let failures = figures.model.evidence.bursts.worst(host)?;
    let worst = failures.worst?;
    let (n, all) = (worst.failed, failures.failed);
    let is_part = (worst.span.1.since(worst.span.0).0 as f64) < t::BURST_SPAN * figures.span.0 as f64;
    let is_most = n >= t::BURST_LEAST && n as f64 >= t::BURST_MOST * all as f64;
    let is_over = failures.is_over();
    let (cause, good, span) = (worst.cause, worst.good, worst.span);
    let finding = BurstFinding { host, cause, failures: (n, all), good, span, is_over };
    (is_part && is_most && (failures.good_before > 0 || is_over)).then_some(finding)
}

impl BurstFinding {
    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
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
            .or_number(format!("{} at {}", units::plural(n, "failure"), units::clock_seconds(self.span.0)))
            .or_brief(self.cause.to_string(), &brief)
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
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
            causes: &["a restart", "a deployment", "an upstream that breaks under load"],
            press: Some(Press::Failures),
        }
    }
}
