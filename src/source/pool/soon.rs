//! Tells of the hosts that come soon to whoever looks their names up.
//!
//! Start at [`Inner::soon`].

use std::sync::Arc;

use crate::source::pool::names::ahead::Ahead;
use crate::source::pool::shared::{Inner, Shared};

impl Shared {
    /// Has names looked up before their jobs start.
    pub fn look_up_ahead(&self, ahead: Ahead) {
        self.lock().ahead = Some(Arc::new(ahead));
    }
}

impl Inner {
    /// Hosts that come soon and of which nobody has heard yet, and who is to hear of them.
    pub(super) fn soon(&mut self) -> Option<(Arc<Ahead>, Vec<Arc<str>>)> {
        let ahead = self.ahead.as_ref()?;
        let hosts = self.schedule.foresee();
        (!hosts.is_empty()).then(|| (Arc::clone(ahead), hosts))
    }
}
