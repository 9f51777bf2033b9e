//! What an address says about a request: its host, its endpoint, and a target without secrets.
//!
//! An endpoint is a method, a host and a path without the parts that look like ids. Start at [`RequestAddress::parse`].

use url::Url;

use crate::text::secret::{mask_url, remove_users};

/// The longest target that is kept.
const LONGEST: usize = 512;

/// The parts of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestAddress {
    /// Scheme, name and port.
    pub host: String,
    /// Method, name and path without ids.
    pub endpoint: String,
    /// Method and masked address.
    pub target: String,
}

impl RequestAddress {
    /// The parts of an address. What is no URL is kept as it is, without secrets.
    pub fn parse(method: &str, address: &str) -> Self {
        let method: String = method.chars().take(16).collect::<String>().to_ascii_uppercase();
        let Ok(url) = Url::parse(address) else {
            let shown = shortened(&remove_users(address));
            let endpoint = format!("{method} {shown}");
            return Self { host: "unknown host".to_owned(), target: endpoint.clone(), endpoint };
        };
        let name = url.host_str().unwrap_or("unknown host");
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let key_port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
        let mut path = String::new();
        for segment in url.path_segments().into_iter().flatten() {
            path.push('/');
            path.push_str(if is_id(segment) { "{}" } else { segment });
        }
        Self {
            host: format!("{}://{name}{key_port}", url.scheme()),
            endpoint: shortened(&format!("{method} {name}{port}{path}")),
            target: shortened(&format!("{method} {}", mask_url(&url))),
        }
    }
}

/// Whether a segment of a path names a single thing: a number, a UUID, a hash, or any long mixture with digits.
fn is_id(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_number = digits == segment.len();
    digits > 0 && (is_number || is_hex && segment.len() >= 8 || segment.len() >= 20 || 2 * digits > segment.len())
}

fn shortened(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let end = (0..=LONGEST).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::RequestAddress;

    #[track_caller]
    fn endpoint(address: &str) -> String {
        RequestAddress::parse("get", address).endpoint
    }

    #[test]
    fn ids_are_taken_out_of_the_endpoint() {
        for (path, shown) in [
            ("/v1/profile/4711", "/v1/profile/{}"),
            ("/users/0b0e7e4c-6f0e-4a53-9a3c-0d8c5f3c1a2b/orders", "/users/{}/orders"),
            ("/commit/9fceb02d0ae5", "/commit/{}"),
            ("/a/deadbeefcafe", "/a/deadbeefcafe"),
            ("/file/eyJhbGciOiJIUzI1NiIsInR5cCI6", "/file/{}"),
            ("/v2/items", "/v2/items"),
            ("/", "/"),
        ] {
            assert_eq!(endpoint(&format!("https://a.example{path}?page=2")), format!("GET a.example{shown}"));
        }
    }

    #[test]
    fn secrets_are_masked_in_the_target() {
        let address = RequestAddress::parse("POST", "https://ann:pw@a.example:8443/x?token=abc&y=1");
        assert_eq!(address.target, "POST https://a.example:8443/x?token=***&y=1");
        assert_eq!(address.host, "https://a.example:8443");
        assert_eq!(RequestAddress::parse("GET", "http://a.example/x").host, "http://a.example:80");
    }

    #[test]
    fn what_is_no_address_is_still_an_endpoint() {
        assert_eq!(endpoint("/relative"), "GET /relative");
    }
}
