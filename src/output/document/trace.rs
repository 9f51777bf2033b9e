//! The attempts of a recording on a time axis, in the trace event format of Chrome, which Perfetto reads.
//!
//! Each slot is a thread, each attempt a slice with its phases, and the number in flight and the limit are counters.
//! The format: <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>. Start at [`write()`].

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::event::cause::Cause;
use crate::event::{Event, Fact, Micros, Scope};
use crate::output::document::job_log::{RecordedAttempt, RecordedJob, status};
use crate::output::document::{RecordedRun, RecordedStep};
use crate::text::{safe_json, units};

/// The only process.
const PROCESS: u32 = 1;

/// Writes the events as one JSON object, a line for each.
pub(super) fn write(run: &RecordedRun<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut trace = Trace { to, is_first: true, in_flight: 0, slots: BTreeSet::new() };
    trace.to.write_all(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")?;
    trace.push(&json!({"ph": "M", "pid": PROCESS, "name": "process_name", "args": {"name": &*run.model().name}}))?;
    run.for_each(|step| match step {
        RecordedStep::Event(event) => trace.event(event),
        RecordedStep::Job(job) => trace.job(job),
    })?;
    for slot in std::mem::take(&mut trace.slots) {
        let name = format!("slot {}", slot + 1);
        trace.push(
            &json!({"ph": "M", "pid": PROCESS, "tid": thread(slot), "name": "thread_name", "args": {"name": name}}),
        )?;
    }
    trace.to.write_all(b"\n]}\n")
}

struct Trace<'a> {
    to: &'a mut dyn Write,
    is_first: bool,
    in_flight: u64,
    slots: BTreeSet<u32>,
}

impl Trace<'_> {
    fn push(&mut self, event: &Value) -> io::Result<()> {
        if !std::mem::take(&mut self.is_first) {
            self.to.write_all(b",\n")?;
        }
        safe_json::write(&mut self.to, event)
    }

    /// Counters, and what concerns the whole run.
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let at = event.at.0;
        let counter =
            |name: &str, value: u64| json!({"ph": "C", "pid": PROCESS, "ts": at, "name": name, "args": {name: value}});
        match &event.fact {
            Fact::RunStarted { limit: Some(limit), .. } | Fact::LimitChanged { scope: Scope::Run, limit, .. } => {
                self.push(&counter("limit", u64::from(*limit)))
            }
            Fact::AttemptStarted { .. } => {
                self.in_flight += 1;
                self.push(&counter("in flight", self.in_flight))
            }
            Fact::AttemptEnded { .. } => {
                self.in_flight = self.in_flight.saturating_sub(1);
                self.push(&counter("in flight", self.in_flight))
            }
            fact => match moment(fact) {
                Some(name) => {
                    self.push(&json!({"ph": "i", "s": "g", "pid": PROCESS, "tid": 0, "ts": at, "name": name}))
                }
                None => Ok(()),
            },
        }
    }

    fn job(&mut self, job: &RecordedJob) -> io::Result<()> {
        for attempt in &job.attempts {
            self.slots.insert(attempt.slot);
            self.push(&slice(job, attempt))?;
            for (name, at, took) in phases(attempt) {
                self.push(&json!({
                    "ph": "X", "pid": PROCESS, "tid": thread(attempt.slot), "ts": at, "dur": took.0,
                    "name": name, "cat": "phase",
                }))?;
            }
        }
        Ok(())
    }
}

/// What concerns the whole run at one moment.
fn moment(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::Paused => "paused".to_owned(),
        Fact::Resumed => "resumed".to_owned(),
        Fact::Draining => "draining".to_owned(),
        Fact::Cancelling => "cancelling".to_owned(),
        Fact::HostDown { why, .. } => format!("host down: {why}"),
        Fact::HostUp { .. } => "host up".to_owned(),
        Fact::HostGivenUp { why, .. } => format!("host given up: {why}"),
        Fact::Adapted { why, .. } => format!("adapted: {why}"),
        Fact::Stopped { lasted } => format!("this machine stood still for {}", units::length(*lasted)),
        _ => return None,
    })
}

fn slice(job: &RecordedJob, attempt: &RecordedAttempt) -> Value {
    let outcome = attempt.outcome.as_ref();
    let cause = outcome.and_then(Cause::from_outcome).map(|cause| cause.to_string());
    json!({
        "ph": "X", "pid": PROCESS, "tid": thread(attempt.slot),
        "ts": attempt.started.0, "dur": attempt.ended.since(attempt.started).0,
        "name": &*job.endpoint, "cat": if cause.is_some() { "failed" } else { "answered" },
        "args": {
            "request": &*attempt.target, "host": &*attempt.host, "attempt": attempt.n,
            "row": job.row.map(|row| row + 1), "status": outcome.and_then(status), "cause": cause,
        },
    })
}

/// The phases of an attempt in order, with the start and the length of each.
pub(super) fn phases(attempt: &RecordedAttempt) -> Vec<(&'static str, u64, Micros)> {
    let spent = attempt.spent;
    let all = [
        ("lost connection", spent.stale),
        ("look-up", spent.resolve),
        ("connect", spent.connect),
        ("TLS", spent.tls),
        ("first byte", spent.first_byte),
        ("body", spent.body),
    ];
    let mut at = attempt.started.0;
    let mut phases = Vec::new();
    for (name, took) in all {
        let Some(took) = took else { continue };
        // Rounding must not make a phase end after its attempt.
        let took = took.min(Micros(attempt.ended.0.saturating_sub(at)));
        phases.push((name, at, took));
        at += took.0;
    }
    phases
}

/// Threads count from 1, as slots do on the screen: 0 is for the whole run.
fn thread(slot: u32) -> u32 {
    slot.saturating_add(1)
}
