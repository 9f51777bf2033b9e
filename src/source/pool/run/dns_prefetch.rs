//! Tells of the hosts that come soon to whoever looks their names up.
//!
//! Start at [`Inner::soon`].

use std::sync::Arc;

use crate::source::pool::run::shared_state::{Inner, Shared};
use crate::source::pool::wire::dns_prefetch::DnsPrefetch;

impl Shared {
    /// Has names looked up before their jobs start.
    pub fn set_dns_prefetch(&self, ahead: DnsPrefetch) {
        self.lock().ahead = Some(Arc::new(ahead));
    }
}

impl Inner {
    /// Hosts that come soon and of which nobody has heard yet, and who is to hear of them.
    pub(in crate::source::pool) fn soon(&mut self) -> Option<(Arc<DnsPrefetch>, Vec<Arc<str>>)> {
        let ahead = self.ahead.as_ref()?;
        let hosts = self.schedule.foresee();
        (!hosts.is_empty()).then(|| (Arc::clone(ahead), hosts))
    }
}
