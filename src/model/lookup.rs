//! Look-up of endpoints and hosts by the ids that their machine assigned.

use crate::event::origin::Origin;
use crate::event::{EndpointId, HostId};
use crate::model::Model;
use crate::model::endpoint::EndpointStats;
use crate::model::host::HostStats;

impl Model {
    /// Whether it is a program that is watched by a probe.
    pub fn is_watched(&self) -> bool {
        self.evidence.program.probes > 0
    }

    /// The endpoint with this id on this machine.
    pub fn endpoint_by_id(&self, origin: Origin, id: EndpointId) -> Option<&EndpointStats> {
        self.endpoint_index.get(&(origin, id)).and_then(|&i| self.endpoints.get(i))
    }

    /// The host with this id on this machine.
    pub fn host_by_id(&self, origin: Origin, id: HostId) -> Option<&HostStats> {
        self.hosts.by_id(origin, id)
    }

    /// The index of an endpoint. An endpoint that was not announced is added, and counted as an anomaly.
    pub(super) fn known_endpoint(&mut self, origin: Origin, id: EndpointId) -> usize {
        let n = self.endpoints.len();
        let i = self.endpoint(origin, id);
        if i == n {
            self.anomalies.unannounced += 1;
            self.endpoints[i].name = format!("endpoint {}", id.0).into();
        }
        i
    }

    /// The number of a host. A host that was not announced is added, and counted as an anomaly.
    pub(super) fn known_host(&mut self, origin: Origin, id: HostId) -> usize {
        let (number, is_unannounced) = self.hosts.find(origin, id, self.last);
        self.anomalies.unannounced += u64::from(is_unannounced);
        number
    }

    pub(super) fn endpoint(&mut self, origin: Origin, id: EndpointId) -> usize {
        let endpoints = &mut self.endpoints;
        *self.endpoint_index.entry((origin, id)).or_insert_with(|| {
            endpoints.push(EndpointStats { origin, id, ..EndpointStats::default() });
            endpoints.len() - 1
        })
    }
}
