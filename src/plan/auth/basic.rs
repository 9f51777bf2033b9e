//! Basic credentials: a name and a password in a header.
//!
//! Start at [`basic`].

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;

/// Returns the basic credentials (RFC 7617) of a user.
pub(in crate::plan) fn basic(user: &str, password: &str) -> HeaderValue {
    let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
