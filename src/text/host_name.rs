//! The name in a host's key: `a.example` in `https://a.example:443`, with the port if it is not the usual one.
//!
//! Start at [`name_in_key`] and [`short_host`].

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

/// A host's name without the usual scheme and port, and without the changing port of the practice server. It is still
/// foreign text.
pub fn short_host(name: &str) -> &str {
    let rest = name.strip_prefix("http://").unwrap_or(name);
    if let Some((host, _)) = rest.rsplit_once(':').filter(|(host, _)| host.ends_with(PRACTICE_SUFFIX)) {
        return host;
    }
    match name.strip_prefix("https://") {
        Some(rest) => rest.strip_suffix(":443").unwrap_or(rest),
        None => name.strip_prefix("http://").unwrap_or(name),
    }
}

#[cfg(test)]
mod tests {
    use super::short_host;

    #[test]
    fn short_host_names_stay_distinct() {
        assert_eq!(["http://a.practice:35989", "a.practice:1"].map(short_host), ["a.practice"; 2]);
        assert_eq!(
            ["https://a.example:443", "https://a.example:8443", "http://a.example:80", "a"].map(short_host),
            ["a.example", "a.example:8443", "a.example:80", "a"]
        );
    }
}
