//! The state that a connection of the upstream and its requests share.
//!
//! It neither reads nor writes the socket; `driver` does. Start at [`ServerConnection`].

use std::cell::Cell;
use std::rc::Rc;

use crate::upstream::behaviour::RawReply;
use crate::upstream::ledger::OpenRequest;
use crate::upstream::received::ReceivedBytes;
use crate::upstream::reply::UnflushedReplies;

/// The state that a connection and its requests share.
#[derive(Default)]
pub struct ServerConnection {
    /// Responses that are not flushed yet.
    pub unflushed: Rc<UnflushedReplies>,
    /// What the socket has received lately.
    pub received: ReceivedBytes,
    raw_reply: Cell<Option<(RawReply, OpenRequest)>>,
}

impl ServerConnection {
    /// Sends a raw reply on the socket of the connection. Never returns, because the connection ends.
    pub async fn hand_over<T>(&self, raw_reply: RawReply, open_request: OpenRequest) -> T {
        self.raw_reply.set(Some((raw_reply, open_request)));
        std::future::pending().await
    }

    /// Takes the raw reply that a request handed over, if any.
    pub fn take_raw_reply(&self) -> Option<(RawReply, OpenRequest)> {
        self.raw_reply.take()
    }
}
