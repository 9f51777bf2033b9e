//! What was asked: endpoints, limits, retry rules, expectations.
//!
//! A plan is read from TOML, a list of URLs, JSON Lines or the command line; whatever it came from,
//! it is a [`Plan`] from then on. Jobs are never all in memory: they are drawn one by one through
//! the [`Cursor`](cursor::Cursor). Nothing here sends, and nothing reads the environment: variables come
//! through a parameter. Start at [`Plan`] and [`Plan::read`].

pub mod address;
pub mod cursor;
pub mod defaults;
pub mod error;
pub mod found;
mod intake;
pub mod job;
pub mod order;
pub mod patience;
pub mod priority_jobs;
mod put;
pub mod quantity;
mod read;
pub mod reader;
mod request;
pub mod resolved;
mod rows;
pub mod rules;
pub mod said;
pub mod source;
mod template;
pub mod text;
pub mod via;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::text::glob;
use crate::text::toml_reader::WrittenKey;

/// Everything that was asked, checked, with every default filled in.
#[derive(Debug)]
pub struct Plan {
    /// What the run is called.
    pub name: String,
    /// Where it was read from, as the person named it.
    pub file: String,
    /// Which keys of the file were set, and in which line: everything else is a default. What an endpoint sets
    /// is known to its source.
    pub written: Vec<WrittenKey>,
    /// Run-wide dials.
    pub limits: Limits,
    /// Whether the batch is repeated, and how often.
    pub polling: Option<Polling>,
    /// In which order jobs are drawn.
    pub order: order::Order,
    /// Stop at the first job that fails.
    pub fail_fast: bool,
    /// By which wire attempts go.
    pub wire: via::Via,
    /// What decides the exit code beside failed jobs.
    pub expect: Expect,
    /// Where results go.
    pub output: Output,
    /// The practice upstream to start, where the plan asks for one.
    pub practice: Option<Practice>,
    /// Where jobs come from, in plan order.
    pub sources: Vec<source::Source>,
}

/// How much may happen at once, and how fast.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Attempts in flight, whole run.
    pub concurrency: NonZeroU32,
    /// Attempts in flight, each host; the run's own where absent.
    pub per_host: Option<NonZeroU32>,
    /// Shortest time between two starts, whole run: the inverse of `rate`.
    pub gap: Option<Duration>,
    /// Shortest time between two starts at one host.
    pub per_host_gap: Option<Duration>,
    /// Whether each host's limit or pace is found by itself, under the limits above.
    pub adaptive: bool,
    /// The share of all attempts that may be retries, from 0 to 1, beyond a few that any run has.
    pub retry_budget: f64,
    /// Rules for hosts by name; the first that matches holds.
    pub hosts: Vec<HostRule>,
}

/// Dials of some hosts.
#[derive(Clone, Debug, PartialEq)]
pub struct HostRule {
    /// What the host's name must match, in lower case; `*` stands for any text.
    pub pattern: String,
    /// Attempts in flight.
    pub limit: Option<NonZeroU32>,
    /// Shortest time between two starts.
    pub gap: Option<Duration>,
}

impl HostRule {
    /// Whether it is a rule for the host that `key` names as [`address::host_key`] does.
    pub fn matches(&self, key: &str) -> bool {
        glob::matches(&self.pattern, address::name_in_key(key))
    }
}

impl Limits {
    /// Attempts in flight at a host, where it has a limit of its own, and the shortest time between
    /// two starts. `key` names the host as [`address::host_key`] does.
    pub fn of_host(&self, key: &str) -> (Option<NonZeroU32>, Duration) {
        let rule = self.rule_of(key);
        let limit = rule.and_then(|rule| rule.limit).or(self.per_host);
        let gap = rule.and_then(|rule| rule.gap).or(self.per_host_gap);
        (limit, gap.unwrap_or_default())
    }

    /// The rule that holds at a host.
    pub fn rule_of(&self, key: &str) -> Option<&HostRule> {
        self.hosts.iter().find(|rule| rule.matches(key))
    }
}

/// How a batch is repeated, to see what is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// From the start of a round to the start of the next; never zero.
    pub every: Duration,
    /// How many rounds; without an end where absent.
    pub rounds: Option<NonZeroU32>,
}

/// What must hold of the whole run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// Largest share of jobs that may fail, from 0 to 1, exclusive. Without it no job may fail.
    pub failed_below: Option<f64>,
    /// The 95th percentile of service time must be below this.
    pub p95_below: Option<Duration>,
}

/// Where results go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// One JSON file with every job's data and every failure, in plan order; relative to the current
    /// folder, as are all results.
    pub report: Option<PathBuf>,
    /// A folder that receives each answer's body under a safe name.
    pub bodies: Option<PathBuf>,
}

/// The practice upstream, as a plan asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Practice {
    /// Makes its random choices repeatable.
    pub seed: u64,
    /// Behaviour by host name: a glob such as `d00*` and the path that it stands for.
    pub hosts: Vec<(String, String)>,
}

impl Plan {
    /// Lays a command line's flags over the rules of every source.
    pub fn lay_over(&mut self, overlay: &source::Overlay) {
        for source in &mut self.sources {
            source.lay_over(overlay);
        }
    }

    /// Puts a user's settings under the rules of every source: they hold where the plan is silent.
    pub fn lay_under(&mut self, rules: &rules::Rules) {
        for source in &mut self.sources {
            source.lay_under(rules);
        }
    }

    /// Whether all its rows can be read more than once: what comes through a pipe cannot.
    pub fn is_repeatable(&self) -> bool {
        self.sources.iter().all(source::Source::is_repeatable)
    }

    /// The line in which the plan sets a key such as `limits.concurrency`.
    pub fn line_of(&self, key: &str) -> Option<usize> {
        self.written.iter().find(|written| written.key == key).map(|written| written.line)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: NonZeroU32::new(defaults::CONCURRENCY).unwrap_or(NonZeroU32::MIN),
            per_host: None,
            gap: None,
            per_host_gap: None,
            adaptive: false,
            retry_budget: defaults::RETRY_BUDGET,
            hosts: Vec::new(),
        }
    }
}
