//! Updates of the model for outages and recognized refusals of a host.

use std::sync::Arc;

use crate::event::{HostId, Offset, Origin};
use crate::model::Model;
use crate::model::event_log::LogEvent;
use crate::model::host::outage::{HostNotice, HostOutage};

impl Model {
    /// Records that a host does not answer. Only the start of an outage is logged.
    pub(super) fn set_down(&mut self, at: Offset, host: (Origin, HostId), why: &Arc<str>, next_try: Offset) {
        let i = self.known_host(host.0, host.1);
        let stats = self.hosts.at(i);
        if let Some(outage) = &mut stats.outage {
            (outage.next_try, outage.why) = (next_try, Arc::clone(why));
            return;
        }
        stats.outage = Some(HostOutage { since: at, next_try, why: Arc::clone(why) });
        self.log_host(at, host, HostNotice::Down, why);
    }

    /// Records that a host answers again, or that its jobs are given up.
    pub(super) fn end_outage(
        &mut self,
        at: Offset,
        host: (Origin, HostId),
        notice: HostNotice,
        why: Option<&Arc<str>>,
    ) {
        let i = self.known_host(host.0, host.1);
        let outage = self.hosts.at(i).outage.take();
        let lasted = outage.map(|outage| crate::text::units::length(at.since(outage.since)));
        let default = || lasted.map_or_else(|| "up".into(), |lasted| format!("up after {lasted}").into());
        let why = why.map_or_else(default, Arc::clone);
        self.log_host(at, host, notice, &why);
    }

    /// Logs what happens to a host as a whole.
    pub(super) fn log_host(
        &mut self,
        at: Offset,
        (origin, host): (Origin, HostId),
        notice: HostNotice,
        why: &Arc<str>,
    ) {
        let i = self.known_host(origin, host);
        let name = Arc::clone(&self.hosts.at(i).name);
        self.event_log.add(at, LogEvent::Host(name, notice, Arc::clone(why)));
    }
}
