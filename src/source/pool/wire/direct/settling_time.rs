//! How long a connection must have been idle before it is used for a request that must not be sent twice.
//!
//! Some servers close each connection after its response, without saying so. That takes a moment to be visible. Start at
//! [`SettlingTime`].

use std::cell::Cell;
use std::time::Duration;

use http::HeaderMap;
use http::header::CONNECTION;

/// For a host that has not served a second request over a connection yet. A host that keeps connections costs this wait
/// only once.
const UNKNOWN: Duration = Duration::from_millis(50);

/// For a host whose connection was found closed. It costs little: a close ends the wait.
const CLOSES: Duration = Duration::from_millis(250);

/// The settling time of a host.
#[derive(Debug)]
pub(in crate::source::pool) struct SettlingTime(Cell<Duration>);

impl SettlingTime {
    /// Returns the least idle time.
    pub(in crate::source::pool) fn time(&self) -> Duration {
        self.0.get()
    }

    /// Notes the head of a response, which may announce that the host keeps connections.
    pub(in crate::source::pool) fn note_head(&self, headers: &HeaderMap) {
        // A host that broke such a promise is not trusted again.
        if self.time() == UNKNOWN
            && headers.get(CONNECTION).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"keep-alive"))
        {
            self.note_kept();
        }
    }

    /// Notes that a connection has served a second request.
    pub(in crate::source::pool) fn note_kept(&self) {
        self.0.set(Duration::ZERO);
    }

    /// Notes that an idle connection was closed.
    pub(in crate::source::pool) fn note_closed(&self) {
        self.0.set(CLOSES);
    }
}

impl Default for SettlingTime {
    fn default() -> Self {
        Self(Cell::new(UNKNOWN))
    }
}
