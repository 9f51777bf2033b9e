//! The name in a host's key, such as `a.example` in `https://a.example:443`.
//!
//! Start at [`name_in_key`].

/// The suffix of a host name of the practice server.
pub const PRACTICE_SUFFIX: &str = ".practice";

/// Returns the host name of a key, without scheme, port and the suffix of the practice server.
pub fn name_in_key(key: &str) -> &str {
    let name = key.split_once("://").map_or(key, |(_, rest)| rest);
    let name = match name.rsplit_once(':') {
        // The last colon of an IPv6 literal is not followed by a port.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => name,
    };
    name.strip_suffix(PRACTICE_SUFFIX).unwrap_or(name)
}
