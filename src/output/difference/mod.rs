//! Two recorded runs side by side: what became slower or faster by more than chance.
//!
//! Medians are compared by a bootstrap, whose random numbers have a fixed seed: the same recordings give the same result.
//! Start at [`Difference::between`].

mod median;

use std::collections::BTreeMap;
use std::fmt::Write;

use fastrand::Rng;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::output::difference::median::change_of_median;
use crate::output::fit;
use crate::text::console::StreamStyle;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// A smaller change is not worth a word, however certain it is.
const LEAST_CHANGE: f64 = 0.05;
/// Widest column of endpoint names.
const NAME: usize = 32;

/// What changed between two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The whole runs.
    runs: (ComparedRun, ComparedRun),
    /// The endpoints that both have, those that changed most first.
    endpoints: Vec<EndpointChange>,
    /// The names of endpoints that only one of them has; foreign text.
    only: (Vec<String>, Vec<String>),
}

/// A run as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ComparedRun {
    length: Micros,
    done: u64,
    failed: u64,
    refused: u64,
    per_second: f64,
    in_flight: f64,
}

/// An endpoint in both runs.
#[derive(Clone, Debug, PartialEq)]
struct EndpointChange {
    /// Foreign text.
    name: String,
    medians: (Option<Micros>, Option<Micros>),
    p95: (Option<Micros>, Option<Micros>),
    failed: (u64, u64),
    /// The change of the median: its lower bound, itself, and its upper bound; 0.1 is a tenth slower.
    change: Option<(f64, f64, f64)>,
}

/// What the answers of an endpoint show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ChangeVerdict {
    Slower,
    Faster,
    Same,
    TooFew,
}

impl Difference {
    /// Compares an earlier run with a later one.
    pub fn between(earlier: &Model, later: &Model) -> Self {
        let mut rng = Rng::with_seed(1);
        let mut before: BTreeMap<&str, _> = earlier.endpoints.iter().map(|it| (&*it.name, it)).collect();
        let (mut endpoints, mut new) = (Vec::new(), Vec::new());
        for after in &later.endpoints {
            // The only endpoint may have another address: a new port, a new version.
            let is_only = earlier.endpoints.len() == 1 && later.endpoints.len() == 1;
            let found = if is_only { before.pop_first().map(|(_, it)| it) } else { before.remove(&*after.name) };
            let Some(before) = found else {
                new.push(after.name.to_string());
                continue;
            };
            let quantile = |q| (before.latency.quantile(q), after.latency.quantile(q));
            endpoints.push(EndpointChange {
                name: after.name.to_string(),
                medians: quantile(0.5),
                p95: quantile(0.95),
                failed: (before.failed, after.failed),
                change: change_of_median(&before.latency, &after.latency, &mut rng),
            });
        }
        endpoints.sort_by(|a, b| {
            let size = |it: &EndpointChange| it.change.map_or(0.0, |(_, change, _)| change.abs());
            a.verdict().cmp(&b.verdict()).then(size(b).total_cmp(&size(a)))
        });
        let gone = before.into_keys().map(str::to_owned).collect();
        Self { runs: (ComparedRun::from_model(earlier), ComparedRun::from_model(later)), endpoints, only: (gone, new) }
    }

    /// The comparison for people, a line end after each line.
    pub fn text(&self, style: StreamStyle) -> String {
        let mut text = String::new();
        let (a, b) = (&self.runs.0, &self.runs.1);
        let rows = [
            ("time", units::length(a.length), units::length(b.length)),
            ("jobs done", units::count(a.done), units::count(b.done)),
            ("jobs failed", units::count(a.failed), units::count(b.failed)),
            ("refused", units::count(a.refused), units::count(b.refused)),
            ("good answers", per_second(a.per_second), per_second(b.per_second)),
            ("in flight, mean", units::significant(a.in_flight), units::significant(b.in_flight)),
        ];
        let _ = writeln!(text, "  {:<16} {:>10} {:>10}", "", "BEFORE", "AFTER");
        for (name, before, after) in rows {
            let _ = writeln!(text, "  {name:<16} {before:>10} {after:>10}");
        }
        if !self.endpoints.is_empty() {
            text.push('\n');
            text.push_str(&self.table(style));
        }
        for (names, what) in [(&self.only.0, "only before"), (&self.only.1, "only after")] {
            for name in names {
                let _ = writeln!(text, "  {what}: {}", sanitize(name));
            }
        }
        let n = self.endpoints.iter().filter(|it| it.verdict() == ChangeVerdict::Slower).count() as u64;
        let sentence = match n {
            0 => "no endpoint became slower by more than chance".to_owned(),
            n => format!("{} became slower by more than chance", units::plural(n, "endpoint")),
        };
        let _ = writeln!(text, "\n  {sentence}");
        text
    }

    fn table(&self, style: StreamStyle) -> String {
        let widest = self.endpoints.iter().map(|it| sanitize(&it.name).width()).max().unwrap_or(0);
        let width = widest.clamp("ENDPOINT".len(), NAME);
        let mut text = format!(
            "  {} {:>9} {:>9} {:>8}  {:<18} {:>9} {:>9}  FAILED\n",
            fit::padded("ENDPOINT", width),
            "p50",
            "then",
            "CHANGE",
            "95 % INTERVAL",
            "p95",
            "then",
        );
        for it in &self.endpoints {
            let name = fit::padded(&fit::middle(&sanitize(&it.name), width), width);
            let time = |time: Option<Micros>| time.map_or_else(|| units::NOTHING.to_owned(), units::length);
            let (change, interval) = match it.change {
                Some((low, change, high)) => (percent(change), format!("{} to {}", percent(low), percent(high))),
                None => (units::NOTHING.to_owned(), "too few answers".to_owned()),
            };
            let change = format!("{change:>8}");
            let change = match it.verdict() {
                ChangeVerdict::Slower => style.red(&change),
                ChangeVerdict::Faster => style.green(&change),
                ChangeVerdict::Same | ChangeVerdict::TooFew => style.dim(&change),
            };
            let (before, after) = it.failed;
            let failed = match (before, after) {
                (0, 0) => String::new(),
                _ => format!("{} then {}", units::count(before), units::count(after)),
            };
            let line = format!(
                "  {name} {:>9} {:>9} {change}  {interval:<18} {:>9} {:>9}  {failed}",
                time(it.medians.0),
                time(it.medians.1),
                time(it.p95.0),
                time(it.p95.1),
            );
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The comparison for scripts.
    pub fn json(&self) -> Value {
        let run = |run: &ComparedRun| {
            json!({
                "elapsed_s": run.length.as_secs_f64(), "done": run.done, "failed": run.failed, "refused": run.refused,
                "good_per_s": run.per_second, "in_flight": run.in_flight,
            })
        };
        let ms = |time: Option<Micros>| time.map(|time| time.0 as f64 / 1e3);
        let endpoints: Vec<Value> = self
            .endpoints
            .iter()
            .map(|it| {
                json!({
                    "endpoint": it.name,
                    "p50_ms": [ms(it.medians.0), ms(it.medians.1)],
                    "p95_ms": [ms(it.p95.0), ms(it.p95.1)],
                    "failed": [it.failed.0, it.failed.1],
                    "change": it.change.map(|(_, change, _)| change),
                    "interval": it.change.map(|(low, _, high)| [low, high]),
                    "verdict": it.verdict().word(),
                })
            })
            .collect();
        json!({
            "schema_version": 1, "before": run(&self.runs.0), "after": run(&self.runs.1), "endpoints": endpoints,
            "only_before": self.only.0, "only_after": self.only.1,
        })
    }

    /// Whether an endpoint became slower by more than chance, or fails more often.
    pub fn is_worse(&self) -> bool {
        let is_worse = |it: &EndpointChange| it.verdict() == ChangeVerdict::Slower || it.failed.1 > it.failed.0;
        self.endpoints.iter().any(is_worse)
    }
}

impl ComparedRun {
    fn from_model(model: &Model) -> Self {
        let end = model.ended.unwrap_or(model.last);
        let length = end.since(Offset::ZERO);
        Self {
            length,
            done: model.totals.jobs_done,
            failed: model.totals.jobs_failed,
            refused: model.totals.throttled,
            per_second: model.totals.expected as f64 / length.as_secs_f64().max(1e-6),
            in_flight: model.effective_concurrency(end),
        }
    }
}

impl EndpointChange {
    fn verdict(&self) -> ChangeVerdict {
        match self.change {
            None => ChangeVerdict::TooFew,
            Some((low, change, _)) if low > 0.0 && change >= LEAST_CHANGE => ChangeVerdict::Slower,
            Some((_, change, high)) if high < 0.0 && change <= -LEAST_CHANGE => ChangeVerdict::Faster,
            Some(_) => ChangeVerdict::Same,
        }
    }
}

impl ChangeVerdict {
    fn word(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::Same => "same",
            Self::TooFew => "too-few",
        }
    }
}

fn per_second(rate: f64) -> String {
    format!("{}/s", units::significant(rate))
}

/// `+12 %`, `−3 %`.
fn percent(change: f64) -> String {
    let sign = if change < 0.0 { '−' } else { '+' };
    format!("{sign}{:.0} %", change.abs() * 100.0)
}
