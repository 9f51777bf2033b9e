//! Finds endpoints and hosts by the number that a machine gave them, known before or not.

use crate::event::{EndpointId, HostId, Origin};
use crate::model::Model;
use crate::model::endpoint::Endpoint;
use crate::model::host::Host;

impl Model {
    /// The index of an endpoint that should have been announced.
    pub(super) fn known_endpoint(&mut self, origin: Origin, id: EndpointId) -> usize {
        let n = self.endpoints.len();
        let i = self.endpoint(origin, id);
        if i == n {
            self.anomalies.strangers += 1;
            self.endpoints[i].name = format!("endpoint {}", id.0).into();
        }
        i
    }

    /// The index of a host that should have been announced.
    pub(super) fn known_host(&mut self, origin: Origin, id: HostId) -> usize {
        let n = self.hosts.len();
        let i = self.host(origin, id);
        if i == n {
            self.anomalies.strangers += 1;
            self.hosts[i].name = format!("host {}", id.0).into();
        }
        i
    }

    pub(super) fn endpoint(&mut self, origin: Origin, id: EndpointId) -> usize {
        let endpoints = &mut self.endpoints;
        *self.endpoint_index.entry((origin, id)).or_insert_with(|| {
            endpoints.push(Endpoint::default());
            endpoints.len() - 1
        })
    }

    pub(super) fn host(&mut self, origin: Origin, id: HostId) -> usize {
        let hosts = &mut self.hosts;
        *self.host_index.entry((origin, id)).or_insert_with(|| {
            hosts.push(Host::default());
            hosts.len() - 1
        })
    }
}
