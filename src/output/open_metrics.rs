//! What a run adds up to, as `OpenMetrics` text for Prometheus.
//!
//! Names and units are a promise: within one version of inflight's schema they are only added. Foreign text is only in
//! labels, sanitized and escaped. Start at [`text`].

use std::fmt::{Display, Write};

use crate::event::{Micros, Offset};
use crate::model::histogram::Histogram;
use crate::model::{Model, Stage};
use crate::text::sanitize::sanitize;

/// The media type of the text.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The most endpoints, and the most hosts, with a series of their own. A plan may have a hundred thousand.
const MOST_SERIES: usize = 200;

/// The upper bounds of the buckets of latency, in milliseconds.
const BOUNDS_MS: [u64; 14] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000];

/// The families so far.
#[derive(Default)]
struct Families(String);

/// Everything that a run adds up to at this moment.
pub fn text(model: &Model, now: Offset) -> String {
    let totals = &model.totals;
    let mut families = Families::default();
    families.family("inflight_run", "info", "", "The run.");
    families.sample("inflight_run_info", &[("name", &model.name)], 1);
    families.family("inflight_running", "gauge", "", "Whether the run has not ended yet.");
    families.sample("inflight_running", &[], u8::from(!matches!(model.stage, Stage::Ended(_))));
    families.family("inflight_elapsed_seconds", "gauge", "seconds", "Time since the run started.");
    let end = model.ended.unwrap_or(now);
    families.sample("inflight_elapsed_seconds", &[], end.since(Offset::ZERO).as_secs_f64());
    if let Some(jobs) = model.jobs {
        families.family("inflight_jobs_planned", "gauge", "", "Jobs of the plan, once their number is known.");
        families.sample("inflight_jobs_planned", &[], jobs);
    }
    families.family("inflight_jobs", "counter", "", "Jobs that have settled, by end.");
    let ends = [("done", totals.jobs_done), ("failed", totals.jobs_failed), ("cancelled", totals.jobs_cancelled)];
    families.samples("inflight_jobs_total", "end", &ends);
    families.family("inflight_attempts_started", "counter", "", "Attempts that have started.");
    families.sample("inflight_attempts_started_total", &[], totals.started);
    families.family("inflight_attempts", "counter", "", "Attempts that have ended, by outcome.");
    let outcomes = [
        ("answered_expected", totals.expected),
        ("answered_unexpected", totals.unexpected),
        ("throttled", totals.throttled),
        ("timed_out", totals.timed_out),
        ("broken", totals.broken),
        ("redirected", totals.redirected),
        ("cancelled", totals.cancelled),
    ];
    families.samples("inflight_attempts_total", "outcome", &outcomes);
    families.family("inflight_retries", "counter", "", "Attempts after the first one of a job.");
    families.sample("inflight_retries_total", &[], totals.retries);
    families.family("inflight_received_bytes", "counter", "bytes", "Body bytes received.");
    families.sample("inflight_received_bytes_total", &[], totals.bytes);
    families.family("inflight_in_flight", "gauge", "", "Attempts in flight.");
    families.sample("inflight_in_flight", &[], model.in_flight());
    if let Some(limit) = model.limit {
        families.family("inflight_limit", "gauge", "", "The most attempts that may be in flight.");
        families.sample("inflight_limit", &[], limit);
    }
    families.latency(&model.latency);
    failures(model, &mut families);
    endpoints(model, &mut families);
    hosts(model, &mut families);
    families.0.push_str("# EOF\n");
    families.0
}

fn failures(model: &Model, families: &mut Families) {
    families.family("inflight_failures", "counter", "", "Jobs that have failed, by cause.");
    for (cause, group) in model.incidents.by_size().into_iter().take(MOST_SERIES) {
        families.sample("inflight_failures_total", &[("cause", &cause.to_string())], group.jobs);
    }
}

fn endpoints(model: &Model, families: &mut Families) {
    families.family("inflight_endpoint_jobs", "counter", "", "Jobs that have settled, by endpoint and end.");
    for (i, endpoint) in model.endpoints.iter().enumerate().take(MOST_SERIES) {
        let ends = [("done", endpoint.done), ("failed", endpoint.failed), ("cancelled", endpoint.cancelled)];
        for (end, n) in ends {
            let labels = [("number", &*(i + 1).to_string()), ("endpoint", &*endpoint.name), ("end", end)];
            families.sample("inflight_endpoint_jobs_total", &labels, n);
        }
    }
}

fn hosts(model: &Model, families: &mut Families) {
    families.family("inflight_host_in_flight", "gauge", "", "Attempts in flight, by host.");
    for (i, host) in model.hosts.kept().enumerate().take(MOST_SERIES) {
        let labels = [("number", &*(i + 1).to_string()), ("host", &*host.name)];
        families.sample("inflight_host_in_flight", &labels, host.in_flight);
    }
}

impl Families {
    fn family(&mut self, name: &str, kind: &str, unit: &str, help: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.0, "# TYPE {name} {kind}");
        if !unit.is_empty() {
            let _ = writeln!(self.0, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.0, "# HELP {name} {help}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (i, (label, text)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"{}\"", if i == 0 { '{' } else { ',' }, escaped(text));
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn samples(&mut self, name: &str, label: &str, values: &[(&str, u64)]) {
        for (text, value) in values {
            self.sample(name, &[(label, text)], value);
        }
    }

    fn latency(&mut self, latency: &Histogram) {
        const NAME: &str = "inflight_latency_seconds";
        self.family(NAME, "histogram", "seconds", "Service times of answered attempts.");
        for bound in BOUNDS_MS {
            let within = latency.count_between(Micros::ZERO, Micros(bound * 1_000 + 1));
            self.sample(&format!("{NAME}_bucket"), &[("le", &format!("{:?}", bound as f64 / 1e3))], within);
        }
        self.sample(&format!("{NAME}_bucket"), &[("le", "+Inf")], latency.n());
        self.sample(&format!("{NAME}_count"), &[], latency.n());
        let sum = latency.mean().map_or(0.0, |mean| mean.as_secs_f64() * latency.n() as f64);
        self.sample(&format!("{NAME}_sum"), &[], sum);
    }
}

/// A text as the value of a label.
fn escaped(text: &str) -> String {
    sanitize(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{escaped, text};
    use crate::event::Offset;
    use crate::model::Model;

    #[test]
    fn a_label_cannot_end_its_line_or_its_quotes() {
        assert_eq!(escaped("a\"} 1\n\\"), format!("a\\\"}} 1{}\\\\", escaped("\n")));
        assert!(!escaped("a\nb").contains('\n'));
    }

    #[test]
    fn every_sample_belongs_to_the_family_before_it() {
        let text = text(&Model::default(), Offset(5));
        assert!(text.ends_with("# EOF\n"));
        let mut family = "";
        for line in text.lines().filter(|line| *line != "# EOF") {
            match line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                Some((name, _)) => family = name,
                None => assert!(line.starts_with('#') || line.starts_with(family), "{line} after {family}"),
            }
        }
    }
}
