//! What a connection of the upstream and the requests on it share.
//!
//! It neither reads nor writes the socket; `driver` does. Start at [`ServerConnection`].

use std::cell::Cell;
use std::rc::Rc;

use crate::upstream::behaviour::RawReply;
use crate::upstream::ledger::OpenRequest;
use crate::upstream::reply::UnflushedReplies;

/// What a connection and the requests on it share.
#[derive(Default)]
pub struct ServerConnection {
    /// Answers that have not reached the socket yet.
    pub unflushed: Rc<UnflushedReplies>,
    raw_reply: Cell<Option<(RawReply, OpenRequest)>>,
}

impl ServerConnection {
    /// Requests the socket, and never returns: the connection ends instead.
    pub async fn hand_over<T>(&self, raw_reply: RawReply, open_request: OpenRequest) -> T {
        self.raw_reply.set(Some((raw_reply, open_request)));
        std::future::pending().await
    }

    /// The raw reply that a request handed over, if one did.
    pub fn take_raw_reply(&self) -> Option<(RawReply, OpenRequest)> {
        self.raw_reply.take()
    }
}
