//! The written rules of jobs, each of which may be absent.
//!
//! Flags override the rules of an endpoint, which override the defaults of the plan. Rules that are absent
//! everywhere come from [`defaults`]. Start at [`Rules::over`].

use std::time::Duration;

use crate::plan::attempt_timeout::AttemptTimeout;
use crate::plan::defaults;
use crate::plan::expected::ExpectedAnswer;
use crate::plan::extract::Extractions;
use crate::plan::job::{Policy, Retry, Statuses, Timeouts};
use crate::plan::network::cookies::CookieMode;
use crate::plan::pages::WrittenPages;
use crate::plan::retry_on::RetryOn;
use crate::plan::statuses::Throttled;

/// The written rules. Any of them may be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// One attempt, from the slot to the last byte.
    pub timeout: Option<AttemptTimeout>,
    /// DNS, connection and TLS.
    pub connect_timeout: Option<Duration>,
    /// From the connection to the response head.
    pub first_byte_timeout: Option<Duration>,
    /// Between two chunks of the body.
    pub idle_timeout: Option<Duration>,
    /// The whole job.
    pub job_timeout: Option<Duration>,
    /// The most redirects to follow.
    pub redirects: Option<u32>,
    /// Whether to follow redirects from https to http.
    pub downgrade: Option<bool>,
    /// Whether cookies are kept, and for how long.
    pub cookies: Option<CookieMode>,
    /// Whether a row may leave a segment of the path empty.
    pub allow_empty: Option<bool>,
    /// Whether the path is sent as it is written.
    pub path_as_is: Option<bool>,
    /// The largest response body, in bytes.
    pub max_body: Option<u64>,
    /// The expected statuses.
    pub status: Option<Statuses>,
    /// What is expected of an answer with such a status.
    pub answer: ExpectedAnswer,
    /// The values that a report takes out of answers.
    pub extract: Option<Extractions>,
    /// The pages of a row.
    pub pages: WrittenPages,
    /// The statuses that count as refusals.
    pub throttled: Option<Throttled>,
    /// The most attempts, including the first.
    pub attempts: Option<u32>,
    /// The first and the longest wait between attempts.
    pub backoff: Option<(Duration, Duration)>,
    /// The outcomes that are retried.
    pub retry_on: Option<RetryOn>,
    /// Whether to retry methods that are not idempotent, too.
    pub retry_unsafe: Option<bool>,
    /// The longest wait that a server can request.
    pub longest_wait: Option<Duration>,
}

impl Rules {
    /// Returns these rules, completed by `lower` where they are absent.
    #[must_use]
    pub fn over(self, lower: &Self) -> Self {
        Self {
            timeout: self.timeout.or(lower.timeout),
            connect_timeout: self.connect_timeout.or(lower.connect_timeout),
            first_byte_timeout: self.first_byte_timeout.or(lower.first_byte_timeout),
            idle_timeout: self.idle_timeout.or(lower.idle_timeout),
            job_timeout: self.job_timeout.or(lower.job_timeout),
            redirects: self.redirects.or(lower.redirects),
            downgrade: self.downgrade.or(lower.downgrade),
            cookies: self.cookies.or(lower.cookies),
            allow_empty: self.allow_empty.or(lower.allow_empty),
            path_as_is: self.path_as_is.or(lower.path_as_is),
            max_body: self.max_body.or(lower.max_body),
            status: self.status.or(lower.status),
            answer: self.answer.over(&lower.answer),
            extract: self.extract.or_else(|| lower.extract.clone()),
            pages: self.pages.over(&lower.pages),
            throttled: self.throttled.or(lower.throttled),
            attempts: self.attempts.or(lower.attempts),
            backoff: self.backoff.or(lower.backoff),
            retry_on: self.retry_on.or(lower.retry_on),
            retry_unsafe: self.retry_unsafe.or(lower.retry_unsafe),
            longest_wait: self.longest_wait.or(lower.longest_wait),
        }
    }

    /// Returns the rules with every default filled in.
    ///
    /// No phase of an attempt may take longer than the attempt. By default, the time of a job is enough
    /// for the longest wait that a server can request, and for an attempt after it.
    pub fn policy(&self) -> Policy {
        let (attempt, times_median) = match self.timeout {
            Some(AttemptTimeout::Fixed(attempt)) => (attempt, None),
            Some(AttemptTimeout::TimesMedian(times)) => (defaults::ATTEMPT, Some(times)),
            None => (defaults::ATTEMPT, None),
        };
        let longest_wait = self.longest_wait.unwrap_or(defaults::LONGEST_WAIT);
        let phase = |own: Option<Duration>, default: Duration| own.unwrap_or(default).min(attempt);
        let (backoff_from, backoff_to) = self.backoff.unwrap_or((defaults::BACKOFF_FROM, defaults::BACKOFF_TO));
        Policy {
            timeouts: Timeouts {
                connect: phase(self.connect_timeout, defaults::CONNECT),
                first_byte: phase(self.first_byte_timeout, defaults::FIRST_BYTE),
                idle: phase(self.idle_timeout, defaults::IDLE),
                attempt,
                times_median,
                job: self.job_timeout.unwrap_or(defaults::JOB.max(longest_wait.saturating_add(attempt))),
            },
            redirects: self.redirects.unwrap_or(defaults::REDIRECTS),
            downgrade: self.downgrade.unwrap_or(false),
            cookies: self.cookies.unwrap_or_default(),
            allow_empty: self.allow_empty.unwrap_or(false),
            path_as_is: self.path_as_is.unwrap_or(false),
            retry: Retry {
                attempts: self.attempts.unwrap_or(defaults::RETRY_ATTEMPTS),
                backoff_from,
                backoff_to,
                on: self.retry_on.unwrap_or(defaults::RETRY_ON),
                non_idempotent: self.retry_unsafe.unwrap_or(false),
                longest_wait,
            },
            status: self.status.unwrap_or(Statuses::Success),
            answer: self.answer.clone(),
            pages: self.pages.rules(),
            is_step: false,
            throttled: self.throttled.unwrap_or_default(),
            max_body: self.max_body,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Rules;
    use crate::plan::attempt_timeout::AttemptTimeout;
    use crate::plan::defaults;

    #[test]
    fn a_rule_overrides_the_lower_one_which_fills_in_absent_rules() {
        let lower = Rules { redirects: Some(3), attempts: Some(5), ..Rules::default() };
        let upper = Rules { redirects: Some(0), ..Rules::default() };
        let rules = upper.over(&lower);
        assert_eq!((rules.redirects, rules.attempts, rules.timeout), (Some(0), Some(5), None));
    }

    #[test]
    fn no_phase_may_take_longer_than_the_attempt() {
        let policy =
            Rules { timeout: Some(AttemptTimeout::Fixed(Duration::from_secs(5))), ..Rules::default() }.policy();
        assert_eq!(policy.timeouts.connect, Duration::from_secs(5));
        assert_eq!(policy.timeouts.first_byte, Duration::from_secs(5));
        assert_eq!(policy.timeouts.job, defaults::JOB);
    }

    #[test]
    fn a_job_has_time_for_the_longest_wait_and_an_attempt_after_it() {
        let (hour, minute) = (Duration::from_secs(3600), Duration::from_secs(60));
        let long = Rules { timeout: Some(AttemptTimeout::Fixed(hour)), ..Rules::default() };
        assert_eq!(long.policy().timeouts.job, defaults::LONGEST_WAIT + hour);
        let patient = Rules { longest_wait: Some(hour), ..Rules::default() };
        assert_eq!(patient.policy().timeouts.job, hour + minute);
        let written = Rules { longest_wait: Some(hour), job_timeout: Some(minute), ..Rules::default() };
        assert_eq!(written.policy().timeouts.job, minute);
    }
}
