//! A run in one line: `0ms start a#1 | 50ms timeout a#1 | 60ms answer a#1 200`.
//!
//! A step is a moment, a verb and an object: `a#1` is the first attempt of job 1 at endpoint `a`, and `a#1.2` the
//! second. Endpoints `a` to `z` have a host each and are announced; `A` to `Z` are not announced. `@1` after the
//! moment means that another machine reports the step.
//!
//! | step | |
//! | --- | --- |
//! | `run limit 4 jobs 10 gap 10ms` | the run starts; all of them may be left out |
//! | `start a#1` · `start a#1 slot 30ms` | an attempt starts, after waiting this long for: `slot`, `host`, `gap`, `rate`, `cooldown`, `backoff` |
//! | `start a#1 at b` | … at the host of endpoint `b` |
//! | `start a#1 due 5ms` · `start a#1 due 5ms missed 3 first 2ms` | … which was due earlier |
//! | `answer a#1 200` · `refuse a#1 429` · `timeout a#1` · `break a#1` · `hop a#1` · `drop a#1` | it ends |
//! | `unknown a#1` · `short a#1` | … because its name has no address, or this machine is out of resources |
//! | `answer a#1 200 reused` · `answer a#1 200 connect 30ms` · `answer a#1 200 resolve 30ms queued 20ms` | … on which connection, with the time of its phases |
//! | `retry a#1 500ms` · `retry a#1 500ms host` | its job is retried at this moment at the earliest; it waits for its host |
//! | `done a#1` · `fail a#1` · `skip a#1` | its job settles; `fail` uses the outcome of the last attempt |
//! | `unsent a#1` | a job fails without an attempt, since its host was given up |
//! | `limit 2` · `limit 2 machine` · `limit 2 ramp` · `own a 3` · `cool a 500ms` · `pause` · `resume` · `mark` · `drain` · `cancel` | the user changes something |
//! | `mode when-refused` | when limits adapt |
//! | `adapt a 12` · `adapt a 12 gap 50ms` · `adapt a 12 window 30/5s` | the controller allows this at a host |
//! | `waits a 5s` | the controller starts nothing at a host before this moment |
//! | `learn a 5` · `learn a gap 50ms` · `learn a window 30/5s` · `learn a nothing` | what can be offered as a setting |
//! | `recognize a 503` · `dismiss a 503` | answers with this status count as refusals, or no longer |
//! | `down a 500ms` · `up a` · `giveup a` | a host does not answer and is tried at this moment, answers again, is given up |
//! | `level 5` · `stall 250ms` · `program gathered 12` | a watched program |
//! | `late 5ms 20ms` · `stopped 2s` | timers were late in the last second, on average and at most; a stop |
//! | `idle cooldown 3s` | idle slots × time so far, for `cooldown`, `work` or `gap` |
//! | `clock 1s` | when this machine's clock started |
//! | `end` · `end drained` | the run is over |

use std::collections::{HashMap, HashSet};

use inflight::event::adaptive::{Learned, QuotaWindow};
use inflight::event::origin::Origin;
use inflight::event::outcome::{JobEnd, Outcome, Phase, Reason};
use inflight::event::reasons::{ChangedBy, RetryReason, RunEnd};
use inflight::event::waits::WaitTimes;
use inflight::event::{Attempt, EndpointId, Event, Fact, HostId, JobId, Offset, Scope};
use inflight::model::Model;
use inflight::plan::adaptive::parse_adaptive_mode;

use crate::scenario;
use crate::scenario::words::{
    due, limit_changed, machine_fact, micros, moment, number, outcome, phases, run_started, slots_idle, wait_times,
};

/// A run written in the notation.
pub struct Scenario {
    pub events: Vec<Event>,
    announced: HashSet<(Origin, u32)>,
    last: HashMap<(Origin, JobId), Outcome>,
    first: HashMap<(Origin, JobId), Offset>,
}

/// Parses the notation. Without a `run` step, a run without a limit and without known jobs starts first.
#[track_caller]
pub fn scenario(text: &str) -> Scenario {
    let mut scenario =
        Scenario { events: Vec::new(), announced: HashSet::new(), last: HashMap::new(), first: HashMap::new() };
    for step in text.split('|').map(str::trim).filter(|step| !step.is_empty()) {
        let mut words = step.split_whitespace().peekable();
        let at = Offset(micros(words.next().unwrap()).0);
        let origin =
            words.next_if(|word| word.starts_with('@')).map_or(Origin::HERE, |word| Origin(number(&word[1..])));
        let verb = words.next().unwrap_or_else(|| panic!("`{step}` has no verb"));
        scenario.step(at, origin, verb, &words.collect::<Vec<_>>());
    }
    scenario
}

impl Scenario {
    /// The model after all events.
    pub fn fold(&self) -> Model {
        scenario::fold(&self.events)
    }

    fn job_end(&self, verb: &str, job: (Origin, JobId)) -> JobEnd {
        match verb {
            "done" => JobEnd::Done,
            "skip" => JobEnd::Cancelled,
            "unsent" => {
                let why = "https://a.example: asked for a wait of 1h 00m, longer than 10m (`retry.longest_wait`)";
                let last = Outcome::Failed { reason: Reason::GivenUp, detail: Some(why.into()), expected: None };
                JobEnd::Failed { last }
            }
            _ => {
                let last = self.last.get(&job).cloned();
                JobEnd::Failed { last: last.unwrap_or(Outcome::TimedOut { phase: Phase::Job }) }
            }
        }
    }

    fn step(&mut self, at: Offset, origin: Origin, verb: &str, words: &[&str]) {
        let word = |i: usize| *words.get(i).unwrap_or_else(|| panic!("`{verb}` wants more words"));
        let named = |name: &str| words.iter().position(|word| *word == name).map(|i| words[i + 1]);
        let fact = match verb {
            "run" => run_started(named),
            "clock" => Fact::OriginJoined { name: format!("machine {}", origin.0).into(), zero: moment(word(0)) },
            "start" => {
                let (endpoint, attempt) = self.about(at, origin, word(0));
                let host = named("at").map_or(endpoint, |name| self.endpoint(at, origin, name));
                let host = HostId(host.0);
                self.first.entry((origin, attempt.job)).or_insert(at);
                let waited = wait_times(named);
                let (row, slot) = (attempt.job.0, 0);
                let target = format!("GET https://{}.example/{row}", word(0)).into();
                Fact::AttemptStarted {
                    attempt,
                    endpoint,
                    host,
                    row,
                    slot,
                    target,
                    waited,
                    until: None,
                    page: None,
                    due: due(named),
                }
            }
            "answer" | "refuse" | "timeout" | "break" | "unknown" | "short" | "hop" | "drop" => {
                let (_, attempt) = self.about(at, origin, word(0));
                let outcome = outcome(verb, words.get(1).copied(), named("asked"));
                self.last.insert((origin, attempt.job), outcome.clone());
                let spent = phases(words, named);
                Fact::AttemptEnded { attempt, outcome, spent, malformed: 0, decoded: None }
            }
            "retry" => {
                let (_, attempt) = self.about(at, origin, word(0));
                let why = if words.contains(&"host") { RetryReason::Host } else { RetryReason::Backoff };
                Fact::RetryScheduled { attempt, until: moment(word(1)), why }
            }
            "done" | "fail" | "skip" | "unsent" => {
                let (endpoint, Attempt { job, n }) = self.about(at, origin, word(0));
                let tries = if verb == "unsent" { 0 } else { n };
                let end = self.job_end(verb, (origin, job));
                let total = at.since(self.first.remove(&(origin, job)).unwrap_or(at));
                Fact::JobSettled { job, endpoint, end, tries, total, waited: WaitTimes::NONE, target: None }
            }
            "limit" => limit_changed(word(0), words.get(1).copied()),
            "own" => {
                let host = HostId(self.endpoint(at, origin, word(0)).0);
                Fact::LimitChanged { scope: Scope::Host(host), limit: number(word(1)), by: ChangedBy::Operator }
            }
            "cool" => {
                let host = HostId(self.endpoint(at, origin, word(0)).0);
                Fact::CooldownSet { host, until: moment(word(1)) }
            }
            "mode" => adaptive_set(word(0)),
            "pause" => Fact::Paused,
            "resume" => Fact::Resumed,
            "mark" => Fact::Marked,
            "drain" => Fact::Draining,
            "cancel" => Fact::Cancelling,
            "level" => Fact::LevelReported { in_flight: number(word(0)) },
            "stopped" | "stall" | "late" => machine_fact(verb, words),
            "program" => scenario::program::named_fact(words),
            "idle" => slots_idle(named),
            "end" => Fact::RunEnded {
                how: match words.first() {
                    None => RunEnd::Finished,
                    Some(&"drained") => RunEnd::Drained,
                    Some(&"cancelled") => RunEnd::Cancelled,
                    Some(how) => panic!("nothing ends `{how}`"),
                },
            },
            verb => {
                let host = words.first().map(|name| HostId(self.endpoint(at, origin, name).0));
                host_fact(verb, host.unwrap_or_default(), words.get(1..).unwrap_or_default())
            }
        };
        self.events.push(Event { at, origin, fact });
    }

    /// `a#1.2` as endpoint and attempt.
    fn about(&mut self, at: Offset, origin: Origin, text: &str) -> (EndpointId, Attempt) {
        let (endpoint, job) = text.split_once('#').unwrap_or_else(|| panic!("`{text}` is no attempt, as `a#1` is"));
        let (job, n) = job.split_once('.').unwrap_or((job, "1"));
        (self.endpoint(at, origin, endpoint), Attempt { job: JobId(number(job)), n: number(n) })
    }

    fn endpoint(&mut self, at: Offset, origin: Origin, name: &str) -> EndpointId {
        let letter = name.chars().next().unwrap();
        let id = letter as u32 - if letter.is_lowercase() { 'a' as u32 } else { 'A' as u32 };
        if letter.is_lowercase() && self.announced.insert((origin, id)) {
            let (endpoint, host) = (EndpointId(id), HostId(id));
            let name = name.into();
            self.events.push(Event { at, origin, fact: Fact::EndpointAnnounced { endpoint, name, jobs: None } });
            let name = format!("https://{letter}.example:443").into();
            self.events.push(Event { at, origin, fact: Fact::HostAnnounced { host, name, limit: None } });
        }
        EndpointId(id)
    }
}

fn adaptive_set(mode: &str) -> Fact {
    let mode = parse_adaptive_mode(mode).unwrap();
    Fact::AdaptiveSet { on: mode.is_active(), mode: Some(mode) }
}

/// A fact about a host as a whole.
fn host_fact(verb: &str, host: HostId, words: &[&str]) -> Fact {
    let word = |i: usize| *words.get(i).unwrap_or_else(|| panic!("`{verb}` wants more words"));
    let named = |name: &str| words.iter().position(|word| *word == name).map(|i| words[i + 1]);
    let window = || named("window").map(quota_window);
    let gap = || named("gap").map(micros);
    match verb {
        "adapt" => Fact::Adapted {
            host,
            limit: number(word(0)),
            gap: gap().unwrap_or_default(),
            window: window(),
            why: "it refuses more".into(),
        },
        "learn" => {
            let learned = match word(0) {
                "nothing" => None,
                "gap" => gap().map(Learned::Gap),
                "window" => window().map(Learned::PerWindow),
                limit => Some(Learned::AtOnce(number(limit))),
            };
            Fact::LimitLearned { host, learned }
        }
        "recognize" => {
            let why = "others are answered meanwhile".into();
            Fact::RefusalRecognized { host, status: number(word(0)), why }
        }
        "dismiss" => Fact::RefusalDismissed { host, status: number(word(0)), why: "nothing else is answered".into() },
        "down" => Fact::HostDown { host, why: "connection refused".into(), next_try: moment(word(0)) },
        "waits" => Fact::HostWaits { host, until: moment(word(0)) },
        "up" => Fact::HostUp { host },
        "giveup" => Fact::HostGivenUp { host, why: "connection refused for 5m".into() },
        verb => panic!("there is no verb `{verb}`"),
    }
}

/// `30/5s` as a quota.
fn quota_window(text: &str) -> QuotaWindow {
    let (quota, length) = text.split_once('/').unwrap_or_else(|| panic!("`{text}` is no quota, as `30/5s` is"));
    QuotaWindow { quota: number(quota), length: micros(length) }
}
