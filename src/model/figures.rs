//! Figures of the model at a given moment: rates, means and the time left.

use crate::event::adaptive::{AdaptiveMode, QuotaWindow};
use crate::event::cause::Cause;
use crate::event::idle::IdleReason;
use crate::event::origin::Origin;
use crate::event::{Micros, Offset};
use crate::model::host::HostStats;
use crate::model::host::adapted::AdaptedLimit;
use crate::model::{Model, Stage};

/// Attempts that have been in flight far longer than usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stragglers {
    /// Their number.
    pub n: u64,
    /// When the last of them will time out, if known.
    pub until: Option<Offset>,
}

impl Model {
    /// Attempts in flight now, including those that a source only reports as a level.
    pub fn in_flight(&self) -> u32 {
        u32::try_from(self.open.n()).unwrap_or(u32::MAX).saturating_add(self.level_reported)
    }

    /// The host, if there is only one.
    pub fn only_host(&self) -> Option<&HostStats> {
        let mut kept = self.hosts.kept();
        let first = kept.next().filter(|_| self.hosts.n_others() == 0);
        if kept.next().is_some() { None } else { first }
    }

    /// The number of attempts that timed out, and the longest of them. No percentile contains them.
    pub fn timeouts(&self) -> Option<(u64, Micros)> {
        let causes = (0..self.incidents.n()).filter_map(|n| self.incidents.nth(n));
        let timeouts = causes.filter(|(cause, _)| matches!(cause, Cause::TimedOut(_)));
        let longest = timeouts.map(|(_, group)| group.attempts.longest).max()?;
        (self.totals.timed_out > 0).then_some((self.totals.timed_out, longest))
    }

    /// Whether the adaptive controller has changed the limit or the pace of a host.
    pub fn adaptive_has_acted(&self) -> bool {
        // Until a host refuses, the controller only follows the limit of the run.
        let follows = |host: &HostStats, adapted: AdaptedLimit| {
            let is_whole = self.limit.is_none_or(|limit| adapted.limit >= limit) && !adapted.is_paced();
            self.adaptive == AdaptiveMode::WhenRefused && is_whole && host.throttled == 0
        };
        self.hosts.kept().any(|host| host.adapted.is_some_and(|adapted| !follows(host, adapted)))
    }

    /// The limit in force: that of the run, or the lower one that the only host takes.
    pub fn limit_in_force(&self) -> Option<u32> {
        let adapted = self.only_host().and_then(|host| host.adapted).map(|adapted| adapted.limit);
        self.limit.map(|limit| adapted.map_or(limit, |adapted| adapted.min(limit)))
    }

    /// The name of a machine; `None` if there is only one.
    pub fn machine(&self, origin: Origin) -> Option<&str> {
        self.origins.name(origin)
    }

    /// The latest end of a cooldown, or of the wait for a window or a pace, with the number of its host.
    pub fn cooldown(&self, now: Offset) -> Option<(usize, Offset)> {
        let running = |host: &HostStats| Some((host.number, host.waits_until(now)?));
        self.hosts.all().filter_map(running).max_by_key(|&(_, until)| until)
    }

    /// The reasons for idle slots, each as a share of all slots × time, largest first.
    pub fn idle_shares(&self, now: Offset) -> Vec<(IdleReason, f64)> {
        let end = self.ended.unwrap_or(now);
        let busy = self.level.mean(end) * end.0 as f64;
        let all = busy + self.idle.total().0 as f64;
        let share = |why| (why, if all > 0.0 { self.idle.get(why).0 as f64 / all } else { 0.0 });
        let mut shares: Vec<_> = IdleReason::ALL.into_iter().map(share).filter(|(_, share)| *share > 0.0).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }

    /// The mean number of slots of the run so far, if it has a limit.
    pub fn mean_slots(&self, now: Offset) -> Option<f64> {
        let limit = f64::from(self.limit?);
        let end = self.ended.unwrap_or(now);
        let idle = self.idle.total().0 as f64;
        // Idle slots are reported once a second, and only if there are any.
        if !self.evidence.has_changed_limit || idle == 0.0 || end.0 == 0 {
            return Some(limit);
        }
        Some(self.level.mean(end) + idle / end.0 as f64)
    }

    /// A reason for idle slots as people read it. The controller's pace is no gap that the plan has set.
    pub fn idle_label(&self, why: IdleReason) -> &'static str {
        match why {
            IdleReason::Gap if self.has_adapted_pace() => "adapted pace",
            IdleReason::HostLimit if self.adaptive_has_acted() => "adapted limit",
            _ => why.label(),
        }
    }

    /// Whether the adaptive controller keeps a pace or a window at a host.
    pub fn has_adapted_pace(&self) -> bool {
        self.hosts.kept().any(|host| host.adapted.is_some_and(AdaptedLimit::is_paced))
    }

    /// Mean attempts in flight by Little's law: the sum of service times ÷ wall time without pauses.
    pub fn effective_concurrency(&self, now: Offset) -> f64 {
        let (end, working) = (self.ended.unwrap_or(now), self.working_time(now));
        let mean = self.level.mean(end);
        if working.0 == 0 { mean } else { mean * (end.0 as f64 / working.0 as f64) }
    }

    /// The estimated time left at the pace of the last ten seconds, without stragglers. The only host's window and a
    /// long cooldown count, too.
    ///
    /// `None` before 3 s or 2 % of the jobs, while paused or a host is down, and if only stragglers are left. A run
    /// for a time needs no estimate.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of seconds")]
    pub fn time_left(&self, now: Offset) -> Option<Micros> {
        if let Some(until) = self.until.filter(|_| !self.is_paused && self.stage == Stage::Running) {
            return (until > now).then(|| until.since(now));
        }
        let jobs = self.jobs?;
        let settled = self.totals.settled();
        let too_early = now < Offset(3_000_000) || settled * 50 < jobs;
        // The jobs of a host that is down may take any time.
        let is_waiting = self.hosts_down().next().is_some();
        // While the limit rises, no pace lasts; after a change, only what came since then counts.
        let settled_for = now.since(self.evidence.limit_changed).0 / 1_000_000;
        let is_changing = self.ramp_target.is_some() || self.evidence.has_changed_limit && settled_for < 2;
        if is_changing {
            return None;
        }
        let seconds = if self.evidence.has_changed_limit { settled_for.min(10) } else { 10 };
        if self.is_paused || self.stage != Stage::Running || too_early || is_waiting {
            return None;
        }
        let left = jobs.saturating_sub(settled).saturating_sub(self.stragglers(now).n);
        let time_for = |n: u64, pace: f64| (pace > 0.0 && n > 0).then(|| Micros((n as f64 / pace * 1e6) as u64));
        let recent = self.recent_counts.settled.per_second(self.working_time(now), seconds);
        // Ten seconds may show a burst without its window, or the opposite.
        let usual = time_for(left, self.window_pace().unwrap_or(recent));
        let usual = usual.and_then(|usual| self.time_of_work(now).or(Some(usual)));
        let Some((host, until)) = self.long_cooldown(now) else { return usual };
        let at_host = if self.only_host().is_some() { left } else { self.waiting_jobs(host).min(left) };
        // The pace of the last seconds is that of the other hosts.
        let before = settled as f64 / host.cooled_at.since(Offset::ZERO).as_secs_f64();
        let then = until.since(now) + time_for(at_host, before).unwrap_or_default();
        (left > 0).then(|| then.max(usual.filter(|_| self.only_host().is_none()).unwrap_or_default()))
    }

    /// The time that the remaining jobs of all endpoints take on the slots in use, if slots are what holds and each
    /// endpoint has shown what its jobs take. Their mixture changes during a run, so the recent pace may be misleading.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of seconds")]
    fn time_of_work(&self, now: Offset) -> Option<Micros> {
        const ENOUGH: u64 = 5;
        const FULL: f64 = 0.8;
        let from = Offset(now.0.saturating_sub(3_000_000));
        let level = self.level.mean_between(from, now, now)?;
        if self.endpoints.len() < 2 || level < FULL * f64::from(self.limit_in_force()?) {
            return None;
        }
        let mut work = 0.0;
        for endpoint in &self.endpoints {
            let (settled, (_, service)) = (endpoint.settled(), endpoint.used);
            let left = endpoint.jobs?.saturating_sub(settled);
            if left > 0 && settled < ENOUGH {
                return None;
            }
            work += left as f64 * service.0 as f64 / settled.max(1) as f64;
        }
        Some(Micros((work / level) as u64))
    }

    /// Starts per second that the only host's window allows.
    fn window_pace(&self) -> Option<f64> {
        let QuotaWindow { quota, length } = self.only_host()?.adapted?.window?;
        (quota > 0 && !length.is_zero()).then(|| quota as f64 / length.as_secs_f64())
    }

    /// The host whose cooldown ends last, if it is so long that the recent pace does not contain it.
    fn long_cooldown(&self, now: Offset) -> Option<(&HostStats, Offset)> {
        const LONG: Micros = Micros(10_000_000);
        let long = |host: &HostStats| {
            host.cooldown
                .filter(|&until| host.waits_until(now).is_some() && until > now && until.since(host.cooled_at) >= LONG)
        };
        let cooling = self.hosts.kept().filter_map(|host| Some((host, long(host)?)));
        cooling.max_by_key(|&(_, until)| until)
    }

    /// The attempts that have been in flight far longer than usual at their endpoint: four times its 95th percentile, or
    /// longer than any answer took if nothing is left to start.
    pub fn stragglers(&self, now: Offset) -> Stragglers {
        const ENOUGH: u64 = 20;
        const TIMES_P95: u64 = 4;
        const LEAST: Micros = Micros(1_000_000);
        // While jobs are left to start, the estimate of the time left has enough else to count.
        let is_tail = self.jobs.is_some_and(|jobs| self.totals.settled() + u64::from(self.in_flight()) >= jobs);
        let mut found = Stragglers::default();
        for flight in self.open.all().filter(|flight| now.since(flight.started) > LEAST) {
            let usual = self.endpoints.get(flight.endpoint).map(|endpoint| &endpoint.latency);
            let usual = usual.filter(|latency| latency.n() >= ENOUGH).unwrap_or(&self.latency);
            let Some(p95) = usual.quantile(0.95).filter(|_| usual.n() >= ENOUGH) else { continue };
            let far = Micros(p95.0.saturating_mul(TIMES_P95));
            let longest = usual.max().filter(|_| is_tail).map_or(far, |longest| longest.min(far));
            if now.since(flight.started) > longest {
                found.n += 1;
                found.until = found.until.max(flight.until);
            }
        }
        found
    }
}
