//! The HTTP client that sends requests, as set by a plan or a flag.
//!
//! It only parses the name. Start at [`parse_http_client`].

use crate::text::value_error::ValueError;

/// The HTTP client that sends requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpClient {
    /// inflight's own client, or reqwest when a proxy applies.
    #[default]
    Auto,
    /// inflight's own client, which ignores proxies.
    Direct,
    /// reqwest, which supports proxies.
    Reqwest,
}

/// Parses `auto`, `direct` or `reqwest`.
pub fn parse_http_client(text: &str) -> Result<HttpClient, ValueError> {
    match text {
        "auto" => Ok(HttpClient::Auto),
        "direct" => Ok(HttpClient::Direct),
        "reqwest" => Ok(HttpClient::Reqwest),
        _ => Err(ValueError::new("not an HTTP client", "write `auto`, `direct` or `reqwest`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpClient, parse_http_client};

    #[test]
    fn a_client_is_one_of_three() {
        assert_eq!(
            ["auto", "direct", "reqwest"].map(parse_http_client),
            [Ok(HttpClient::Auto), Ok(HttpClient::Direct), Ok(HttpClient::Reqwest)]
        );
        assert_eq!(
            parse_http_client("hyper").unwrap_err().to_string(),
            "not an HTTP client: write `auto`, `direct` or `reqwest`"
        );
    }
}
