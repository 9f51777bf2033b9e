//! Updates of the model for changed limits, quarantines and adaptive steps.

use std::sync::Arc;

use crate::event::adaptive::AdaptiveMode;
use crate::event::origin::Origin;
use crate::event::reasons::ChangedBy;
use crate::event::{HostId, Micros, Offset, Scope};
use crate::model::Model;
use crate::model::event_log::LogEvent;
use crate::model::host::adapted::AdaptedLimit;
use crate::model::marks::Mark;

impl Model {
    /// Adaptive steps of one host within this time share one entry in the event log.
    const STEPS_IN_A_ROW: Micros = Micros(1_000_000);

    /// Records the limit that is in force from now on.
    pub(super) fn record_limit(&mut self, at: Offset) {
        self.limit_over_time.set(at, self.limit_in_force().unwrap_or(0));
    }

    /// Records that a limit has changed.
    pub(super) fn change_limit(&mut self, at: Offset, origin: Origin, scope: Scope, limit: u32, by: ChangedBy) {
        match scope {
            Scope::Run => {
                let from = self.limit;
                self.change_part(origin, |part| part.limit = Some(limit));
                let to = self.limit.unwrap_or(limit);
                self.record_limit(at);
                self.evidence.record_limit(at, (from, to), by);
                if by == ChangedBy::Ramp {
                    return self.climb_ramp(at, from, to);
                }
                self.ramp_target = None;
                self.marks.set(at, Mark::Limit(from.unwrap_or(to), to));
                self.event_log.add(at, LogEvent::Limit { host: None, from, to, by });
            }
            Scope::Host(id) => {
                let i = self.known_host(origin, id);
                let host = self.hosts.at(i);
                let from = host.limit.replace(limit);
                host.limit_changed = Some((by, at));
                let host = Some(Arc::clone(&host.name));
                self.event_log.add(at, LogEvent::Limit { host, from, to: limit, by });
            }
        }
    }

    /// Records a step of the ramp. Its first one lowers the limit, and all of them share a mark and an entry.
    fn climb_ramp(&mut self, at: Offset, from: Option<u32>, to: u32) {
        let target = *self.ramp_target.get_or_insert(from.unwrap_or(to));
        if to >= target {
            self.ramp_target = None;
            self.marks.set(at, Mark::Limit(1, to));
        }
        let from = (to > 1).then_some(1);
        let event = LogEvent::Limit { host: None, from, to, by: ChangedBy::Ramp };
        self.event_log.replace_newest(at, event, |newest| {
            matches!(newest.event, LogEvent::Limit { host: None, by: ChangedBy::Ramp, .. })
        });
    }

    /// Records that a host is quarantined or released.
    pub(super) fn set_quarantine(&mut self, at: Offset, (origin, host): (Origin, HostId), is_quarantined: bool) {
        let i = self.known_host(origin, host);
        let host = self.hosts.at(i);
        host.is_quarantined = is_quarantined;
        let host = Arc::clone(&host.name);
        self.event_log.add(at, LogEvent::Quarantine { host, is_quarantined });
    }

    /// Records a step of the adaptive controller for a host.
    pub(super) fn adapt(&mut self, at: Offset, host: usize, adapted: AdaptedLimit, why: &Arc<str>) {
        if !self.adaptive.is_active() {
            self.adaptive = AdaptiveMode::On;
        }
        let found = self.hosts.at(host);
        found.adapted = Some(adapted);
        (found.limit_changed, found.why) = (Some((ChangedBy::Adaptive, at)), Some(Arc::clone(why)));
        let host = Arc::clone(&found.name);
        self.record_limit(at);
        // The controller takes many small steps; the last one of a series is enough for the log.
        let event = LogEvent::Adapted { host: Arc::clone(&host), why: Arc::clone(why) };
        self.event_log.replace_newest(at, event, |newest| {
            let is_same = matches!(&newest.event, LogEvent::Adapted { host: of, .. } if **of == *host);
            is_same && at.since(newest.at) < Self::STEPS_IN_A_ROW
        });
    }

    /// Records when limits adapt.
    pub(super) fn set_adaptive(&mut self, at: Offset, mode: AdaptiveMode) {
        self.adaptive = mode;
        for host in self.hosts.kept_mut().filter(|_| !mode.is_active()) {
            (host.adapted, host.why) = (None, None);
        }
        self.record_limit(at);
        // Every run begins with its mode. Only a changed one, or one that is not the default, is worth a line.
        if self.totals.started > 0 || mode != AdaptiveMode::WhenRefused {
            self.event_log.add(at, LogEvent::Adaptive(mode));
        }
    }
}
