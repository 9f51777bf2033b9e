//! A plan: endpoints, limits, retry rules and expectations.
//!
//! A plan is written in TOML, or is a list of URLs, JSON Lines or a command line. The
//! [`Cursor`](cursor::Cursor) draws its jobs one by one, so they are never all in memory. This module
//! sends no request and does not read the environment. Start at [`Plan`] and [`Plan::read`].

pub mod adaptive;
pub mod attempt_timeout;
pub mod auth;
pub mod before;
mod body_template;
pub mod content;
pub mod cursor;
pub mod defaults;
pub mod endpoints;
pub mod error;
pub mod exact;
pub mod expected;
pub mod extract;
pub mod http_client;
pub mod job;
pub mod late;
pub mod load;
pub mod network;
pub mod order;
pub mod pages;
pub mod priority_jobs;
pub mod provenance;
pub mod quantity;
mod read;
pub mod reader;
pub mod request;
pub mod resolved;
pub mod resume;
pub mod retry_on;
pub mod row_values;
pub mod rows;
pub mod rules;
pub mod source;
pub mod statuses;
pub mod template;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::event::adaptive::AdaptiveMode;
use crate::text::glob;
use crate::text::host_name::name_in_key;
use crate::text::toml_reader::WrittenKey;

/// A valid plan, with all defaults filled in.
#[derive(Debug)]
pub struct Plan {
    /// The name of the run.
    pub name: String,
    /// Its file, as the user named it.
    pub file: String,
    /// The keys that the file sets, with their lines. The keys of an endpoint are in its source.
    pub written: Vec<WrittenKey>,
    /// The limits of the run.
    pub limits: Limits,
    /// Whether and how often the batch is repeated.
    pub polling: Option<Polling>,
    /// The order of jobs.
    pub order: order::JobOrder,
    /// Whether the run stops at the first job that fails.
    pub fail_fast: bool,
    /// The HTTP client that sends requests.
    pub wire: http_client::HttpClient,
    /// How TLS is verified, and where connections go.
    pub network: network::Network,
    /// Conditions that decide the exit code, in addition to failed jobs.
    pub expect: Expect,
    /// The destination of results.
    pub output: Output,
    /// The practice upstream to start, if the plan uses one.
    pub practice: Option<Practice>,
    /// The requests before the batch, whose answers give values, in plan order.
    pub before: Vec<before::BeforeStep>,
    /// The sources of jobs, in plan order.
    pub sources: Vec<source::Source>,
}

/// The limits of the run and of its hosts.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// The most attempts in flight, in the whole run.
    pub concurrency: NonZeroU32,
    /// The most attempts in flight at each host; the run's limit if absent.
    pub per_host: Option<NonZeroU32>,
    /// The shortest time between two starts in the whole run: the inverse of `rate`.
    pub gap: Option<Duration>,
    /// The shortest time between two starts at one host.
    pub per_host_gap: Option<Duration>,
    /// When the limit of each host adapts. The limits above are its maximum.
    pub adaptive: AdaptiveMode,
    /// The share of all attempts that may be retries, from 0 to 1; a few are always allowed.
    pub retry_budget: f64,
    /// How long a host may be down before its jobs fail.
    pub outage: Duration,
    /// How long jobs wait for a host that has never answered.
    pub unreachable: Duration,
    /// The number of jobs, if a flag sets it: the rows are repeated or cut to it.
    pub jobs: Option<u64>,
    /// All jobs are repeated for this long; what has been drawn until then ends normally.
    pub duration: Option<Duration>,
    /// The length of the warm-up, whose attempts count in no percentile.
    pub warmup: Option<Duration>,
    /// How long the rate, or the limit if there is no rate, rises from 1 to its value.
    pub ramp: Option<Duration>,
    /// Rules for hosts by name; the first match applies.
    pub hosts: Vec<HostRule>,
}

/// The limits of the hosts that match a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct HostRule {
    /// The pattern of host names, in lower case; `*` matches any text.
    pub pattern: String,
    /// The most attempts in flight.
    pub limit: Option<NonZeroU32>,
    /// The shortest time between two starts.
    pub gap: Option<Duration>,
}

impl HostRule {
    /// Whether it applies to the host with this [key](exact::request_url::RequestUrl::host_key).
    pub fn matches(&self, key: &str) -> bool {
        glob::matches(&self.pattern, name_in_key(key))
    }
}

impl Limits {
    /// Returns the limit of a host, if it has its own, and the shortest time between two starts.
    ///
    /// `key` is the host's [key](exact::request_url::RequestUrl::host_key).
    pub fn limits_for_host(&self, key: &str) -> (Option<NonZeroU32>, Duration) {
        let rule = self.rule_for_host(key);
        let limit = rule.and_then(|rule| rule.limit).or(self.per_host);
        let gap = rule.and_then(|rule| rule.gap).or(self.per_host_gap);
        (limit, gap.unwrap_or_default())
    }

    /// Returns the rule that applies to a host.
    pub fn rule_for_host(&self, key: &str) -> Option<&HostRule> {
        self.hosts.iter().find(|rule| rule.matches(key))
    }
}

/// The repetition of a batch, to monitor endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// The time from the start of a round to the start of the next; never zero.
    pub every: Duration,
    /// The number of rounds; endless if absent.
    pub rounds: Option<NonZeroU32>,
}

/// The expectations of the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expect {
    /// The share of failed jobs must be below this, from 0 to 1. Without it no job may fail.
    pub failed_below: Option<f64>,
    /// The 95th percentile of service time must be below this.
    pub p95_below: Option<Duration>,
}

/// The destination of results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// A JSON file with the data of all jobs and failures, in plan order. Paths of results are relative to
    /// the current folder.
    pub report: Option<PathBuf>,
    /// A folder for response bodies, each under a safe file name.
    pub bodies: Option<PathBuf>,
    /// Whether bodies are kept as they came, not decoded.
    pub raw: bool,
}

/// The practice upstream, as set in the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Practice {
    /// The seed of its random choices.
    pub seed: u64,
    /// Behaviour by host name: a glob such as `d00*`, and the practice path that its hosts serve.
    pub hosts: Vec<(String, String)>,
}

impl Plan {
    /// What a report takes out of the answers of each source.
    pub fn extractions(&self) -> Vec<extract::Extractions> {
        self.sources.iter().map(|source| source.rules.extract.clone().unwrap_or_default()).collect()
    }

    /// Makes every value that a report takes out of an answer an expectation.
    pub fn require_extracted(&mut self) {
        for rules in self.sources.iter_mut().map(|source| &mut source.rules) {
            let paths = rules.extract.iter().flat_map(|all| all.iter()).map(|column| column.path.clone());
            rules.answer.present = paths.collect();
        }
    }

    /// Overrides the requests and rules of all sources with flags.
    pub fn override_requests(&mut self, overlay: &source::Overrides) {
        for source in &mut self.sources {
            source.override_requests(overlay);
        }
    }

    /// Whether every source sets this header.
    pub fn sets_header(&self, name: &http::HeaderName) -> bool {
        self.sources.iter().all(|source| source.headers.iter().any(|(own, _)| own == name))
    }

    /// Adds rules to all sources where the plan sets none.
    pub fn add_default_rules(&mut self, rules: &rules::Rules) {
        for source in &mut self.sources {
            source.add_default_rules(rules);
        }
    }

    /// Whether it is written in TOML, and not a list or URLs.
    pub fn is_written(&self) -> bool {
        self.sources.iter().any(|source| !source.written.is_empty())
    }

    /// Leaves out rows that repeat an earlier one of the same source. Returns whether any source has rows of a file.
    pub fn drop_repeats(&mut self) -> bool {
        let with_rows = self.sources.iter_mut().filter(|source| !source.rows.is_computed());
        with_rows.map(source::Source::drop_repeats).count() > 0
    }

    /// Finds repeats among more rows than usual, which takes more memory.
    pub fn compare_more_rows(&mut self) {
        self.sources.iter_mut().for_each(source::Source::compare_more_rows);
    }

    /// Whether all rows can be read more than once; those of a pipe cannot.
    pub fn is_repeatable(&self) -> bool {
        self.sources.iter().all(source::Source::is_repeatable)
    }

    /// The line of the first `rows` in the plan that can be read only once.
    pub fn line_of_unrepeatable_rows(&self) -> Option<usize> {
        self.sources.iter().find(|source| !source.is_repeatable())?.line_of_rows()
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
            adaptive: defaults::ADAPTIVE,
            retry_budget: defaults::RETRY_BUDGET,
            outage: defaults::OUTAGE,
            unreachable: defaults::UNREACHABLE,
            jobs: None,
            duration: None,
            warmup: None,
            ramp: None,
            hosts: Vec::new(),
        }
    }
}
