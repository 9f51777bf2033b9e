//! What inflight's own client can send, and reqwest cannot.
//!
//! Start at [`unsupported`].

use url::Position;

use crate::plan::job::Job;

/// The longest URL of the `http` crate, which reqwest uses.
const MAX_URL: usize = 65_534;

/// What a request needs that reqwest cannot do.
pub(super) fn unsupported(job: &Job) -> Option<&'static str> {
    let url = &job.url;
    if url.as_str().len() > MAX_URL {
        Some("reqwest takes no URL beyond 64 KiB")
    } else if url.zone().is_some() {
        Some("reqwest connects to no address with a zone")
    } else if *url.target() != url[Position::BeforePath..] {
        Some("reqwest cannot send a path as it is")
    } else {
        None
    }
}
