//! Plain progress lines for logs, pipes and screen readers.
//!
//! Each line reports something new: a change, the first failure of a kind, progress. Start at [`Plain::poll`].

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::event::cause::Cause;
use crate::event::reasons::ChangedBy;
use crate::event::{Micros, Offset};
use crate::model::event_log::{self, LogEvent};
use crate::model::incidents::FailureGroup;
use crate::model::verdict::headline::main_sentence;
use crate::model::{Model, Stage};
use crate::output::fit;
use crate::output::host_lines::HostLines;
use crate::output::progress::{log_line, spoken_line};
use crate::output::summary::text;
use crate::text::console::StreamStyle;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// The kind of reader, which decides how often progress is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainPace {
    /// A log: a line after at least 10 s and 10 % progress.
    Log,
    /// A screen reader: a sentence at regular intervals.
    Spoken {
        /// The time between two sentences of progress.
        every: Micros,
    },
}

impl PlainPace {
    /// The default interval for screen readers.
    pub const SPOKEN: Self = Self::Spoken { every: Micros(15_000_000) };
}

/// What has been printed so far.
#[derive(Clone, Debug)]
pub struct Plain {
    pace: PlainPace,
    style: StreamStyle,
    /// The displayed path of the recording.
    recording: Option<String>,
    has_begun: bool,
    has_ended: bool,
    stage: Stage,
    is_paused: bool,
    n_logged: u64,
    causes: BTreeSet<Cause>,
    hosts: HostLines,
    /// When progress was last printed, and how many jobs had settled.
    last_progress: Offset,
    settled: u64,
}

/// Minimum time between two progress lines in a log.
const LOG_EVERY: u64 = 10_000_000;
/// Maximum time between two progress lines in a log. CI systems kill a run that is silent for too long.
const LOG_SILENCE: u64 = 300_000_000;
/// Maximum number of failure lines; the summary has all kinds.
const CAUSES: usize = 20;

impl Plain {
    /// The state before the first line.
    pub fn new(pace: PlainPace) -> Self {
        Self {
            pace,
            style: StreamStyle::default(),
            recording: None,
            has_begun: false,
            has_ended: false,
            stage: Stage::Ready,
            is_paused: false,
            n_logged: 0,
            causes: BTreeSet::new(),
            hosts: HostLines::default(),
            last_progress: Offset::ZERO,
            settled: 0,
        }
    }

    /// Sets the displayed path of the recording, which the verdict may mention.
    #[must_use]
    pub fn recorded_in(self, recording: Option<&str>) -> Self {
        Self { recording: recording.map(str::to_owned), ..self }
    }

    /// Cuts names and URLs to the width of a terminal; a file gets them whole.
    #[must_use]
    pub fn fitted_to(self, style: StreamStyle) -> Self {
        Self { style, ..self }
    }

    /// Sanitized lines for everything new since the last call, without line ends.
    ///
    /// Call it a few times a second, and once more after the last event.
    pub fn poll(&mut self, model: &Model, now: Offset) -> Vec<String> {
        let mut lines = Vec::new();
        if self.has_ended || model.stage == Stage::Ready {
            return lines;
        }
        if !self.has_begun {
            self.has_begun = true;
            lines.push(beginning(model, self.style));
            if model.is_insecure {
                lines.push("INSECURE: TLS certificates are not checked (`--insecure`)".to_owned());
            }
        }
        self.failures(model, now, &mut lines);
        self.changes(model, now, &mut lines);
        if matches!(model.stage, Stage::Ended(_)) {
            self.has_ended = true;
            let verdict = main_sentence(model, self.recording.as_deref(), now).0.to_string();
            lines.push(self.stamped(now, &verdict));
            lines.push(ending(model, now));
        } else if self.is_due(model, now) {
            self.last_progress = now;
            self.settled = model.totals.settled();
            lines.push(self.status(model, now));
        }
        for line in &mut lines {
            *line = sanitize(line).into_owned();
        }
        lines
    }

    /// Writes the lines for what is new.
    pub fn write(&mut self, to: &mut impl Write, model: &Model, now: Offset) -> io::Result<()> {
        for line in self.poll(model, now) {
            writeln!(to, "{line}")?;
        }
        to.flush()
    }

    /// The current status, for a signal between two lines.
    pub fn status(&self, model: &Model, now: Offset) -> String {
        let line = match self.pace {
            PlainPace::Log => log_line(model, now),
            PlainPace::Spoken { .. } => spoken_line(model, now),
        };
        sanitize(&line).into_owned()
    }

    fn is_due(&self, model: &Model, now: Offset) -> bool {
        let since = now.since(self.last_progress).0;
        match self.pace {
            PlainPace::Spoken { every } => since >= every.0,
            PlainPace::Log => {
                let moved = model.totals.settled().saturating_sub(self.settled);
                let has_moved = model.jobs.is_none_or(|jobs| moved * 10 >= jobs);
                since >= LOG_SILENCE || (since >= LOG_EVERY && has_moved)
            }
        }
    }

    /// The first failure of each kind.
    fn failures(&mut self, model: &Model, now: Offset, lines: &mut Vec<String>) {
        for (cause, group) in model.incidents.by_size() {
            if self.causes.len() < CAUSES && self.causes.insert(cause) {
                let example = example(model, cause, group, self.style);
                lines.push(self.stamped(now, &format!("first failure of its kind, {example}")));
            }
        }
    }

    fn changes(&mut self, model: &Model, now: Offset, lines: &mut Vec<String>) {
        let in_flight = units::count(model.in_flight().into());
        if self.is_paused != model.is_paused {
            self.is_paused = model.is_paused;
            let change = if model.is_paused { format!("paused, {in_flight} in flight") } else { "resumed".to_owned() };
            lines.push(self.stamped(now, &change));
        }
        if self.stage != model.stage {
            self.stage = model.stage;
            match model.stage {
                Stage::Draining => lines.push(self.stamped(now, &format!("draining, {in_flight} in flight"))),
                Stage::Cancelling => lines.push(self.stamped(now, &format!("cancelling, {in_flight} in flight"))),
                Stage::Ready | Stage::Running | Stage::Ended(_) => {}
            }
        }
        // The log keeps the last events only; what matters most is compared field by field above.
        let n_new = usize::try_from(model.event_log.n_added() - self.n_logged.min(model.event_log.n_added()))
            .unwrap_or(usize::MAX);
        self.n_logged = model.event_log.n_added();
        let mut n_new: Vec<_> = model.event_log.newest_first().take(n_new).collect();
        n_new.reverse();
        let hosts = self.hosts.lines(&n_new);
        let changes = n_new.iter().filter_map(|item| change(&item.event, model));
        lines.extend(hosts.into_iter().chain(changes).map(|text| self.stamped(now, &text)));
    }

    /// Adds the time to a line of a log.
    fn stamped(&self, now: Offset, text: &str) -> String {
        match self.pace {
            PlainPace::Log => format!("{}  {text}", units::clock(now)),
            PlainPace::Spoken { .. } => format!("{text}."),
        }
    }
}

fn beginning(model: &Model, style: StreamStyle) -> String {
    let jobs = model.jobs.map(|jobs| format!(": {}", units::plural(jobs, "job"))).unwrap_or_default();
    let limit = model.limit.map(|limit| format!(", at most {} in flight", units::count(limit.into())));
    format!("inflight  {}{jobs}{}", fit::middle(&sanitize(&model.name), style.room(60)), limit.unwrap_or_default())
}

fn ending(model: &Model, now: Offset) -> String {
    let totals = &model.totals;
    let counts = [(totals.jobs_done, "ok"), (totals.jobs_failed, "failed"), (totals.jobs_cancelled, "cancelled")];
    let counts: Vec<_> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", units::count(*n))).collect();
    let counts = if counts.is_empty() { "no job done".to_owned() } else { counts.join(", ") };
    let took = units::length(model.ended.unwrap_or(now).since(Offset::ZERO));
    format!("{} {took}: {counts}", text::ending(model))
}

fn example(model: &Model, cause: Cause, group: &FailureGroup, style: StreamStyle) -> String {
    let endpoint = group.endpoints.keys().next().and_then(|&i| model.endpoints.get(i));
    let place = group.example.target.as_deref().or(endpoint.map(|endpoint| &*endpoint.name)).unwrap_or_default();
    let place = fit::middle(&sanitize(place), style.room(100)).into_owned();
    let detail = group.example.detail.as_deref();
    let detail = detail.map(|detail| format!(" ({})", fit::end(&sanitize(detail), style.room(100))));
    format!("{place}: {cause}{}", detail.unwrap_or_default())
}

/// The line for an event, if it gets one. Failures and the run's state are printed elsewhere.
fn change(story: &LogEvent, model: &Model) -> Option<String> {
    match story {
        LogEvent::Limit { host, from, to, by: by @ (ChangedBy::Operator | ChangedBy::Machine) } => {
            let whose = host.as_deref().map(|host| format!(" of {host}")).unwrap_or_default();
            let from = from.map(|from| format!(" from {from}")).unwrap_or_default();
            let why = if *by == ChangedBy::Machine { ", this machine cannot open more connections" } else { "" };
            Some(format!("limit{whose} changed{from} to {to}{why}"))
        }
        LogEvent::EndpointStateChanged { endpoint, is_up, after } => {
            let name = sanitize(model.endpoints.get(*endpoint).map_or("", |endpoint| &*endpoint.name));
            let after = after.map_or_else(String::new, |after| format!(" after {}", units::length(after)));
            Some(format!("{name} is {}{after}", if *is_up { "up" } else { "down" }))
        }
        LogEvent::Warned(_, message) => Some(format!("warning: {message}")),
        LogEvent::JobsReordered { jobs, of } => Some(format!("slow first: {}", event_log::reorder_summary(*jobs, *of))),
        LogEvent::Stopped(lasted) => Some(event_log::stop_text(*lasted)),
        LogEvent::Stalled(lasted, _) => Some(format!("the event loop was blocked for {}", units::length(*lasted))),
        LogEvent::Limit { by: ChangedBy::Adaptive | ChangedBy::Ramp, .. }
        | LogEvent::Adaptive(_)
        | LogEvent::Adapted { .. }
        | LogEvent::Host(..)
        | LogEvent::Skipped(_)
        | LogEvent::Repeated { .. }
        | LogEvent::Quarantine { .. }
        | LogEvent::Program(_)
        | LogEvent::AttemptFailed { .. }
        | LogEvent::JobFailed { .. }
        | LogEvent::Paused
        | LogEvent::Resumed
        | LogEvent::Marked(_)
        | LogEvent::Draining
        | LogEvent::Cancelling
        | LogEvent::Ended(_) => None,
    }
}
