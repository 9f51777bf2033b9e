//! Addresses without a scheme: what counts as one, and which scheme it means.
//!
//! Names and addresses of this machine and its network mean http, all others https. A port that only one of the
//! two uses decides. Nothing is resolved or sent to find out. Start at [`with_scheme`].

use std::net::{Ipv4Addr, Ipv6Addr};

/// Returns the URL that an address without a scheme means, or nothing if the text is not an address.
///
/// `:8080/x` means this machine.
pub fn with_scheme(text: &str) -> Option<String> {
    if let Some(port) = text.strip_prefix(':') {
        let (port, _) = split_path(port);
        return is_port(port).then(|| format!("{}://localhost{text}", scheme_for("localhost", Some(port))));
    }
    let (host, _) = split_path(text);
    let (name, port) = split_port(host)?;
    is_host(name, port.is_some()).then(|| format!("{}://{text}", scheme_for(name, port)))
}

/// Whether a text without a scheme is a host, with an optional port and path.
pub fn is_address(text: &str) -> bool {
    with_scheme(text).is_some()
}

fn scheme_for(name: &str, port: Option<&str>) -> &'static str {
    match port {
        Some("80") => "http",
        Some("443" | "8443") => "https",
        Some(_) | None if is_local(name) => "http",
        Some(_) | None => "https",
    }
}

/// Whether a name or an IP address is expected to be on this machine or in its network.
fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_below = |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    name.starts_with('[')
        || name.parse::<Ipv4Addr>().is_ok()
        || !name.contains('.')
        || is_below("localhost")
        || is_below("local")
}

fn is_host(name: &str, has_port: bool) -> bool {
    if let Some(literal) = name.strip_prefix('[') {
        let address = literal.strip_suffix(']').map(|literal| literal.split('%').next().unwrap_or_default());
        return address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let labels = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    let is_named = name.contains('.') || name.eq_ignore_ascii_case("localhost") || has_port;
    is_named && labels.split('.').all(is_label)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Splits a host from its port. Returns nothing if what follows the colon is no port.
fn split_port(host: &str) -> Option<(&str, Option<&str>)> {
    let after_literal = host.find(']').map_or(0, |at| at + 1);
    match host[after_literal..].find(':').map(|at| host.split_at(after_literal + at)) {
        None => Some((host, None)),
        Some((name, port)) => is_port(&port[1..]).then_some((name, Some(&port[1..]))),
    }
}

fn split_path(text: &str) -> (&str, &str) {
    text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::with_scheme;

    #[test]
    fn addresses_of_this_machine_and_its_network_mean_http() {
        for text in [
            "localhost",
            "localhost:8080/x",
            "LOCALHOST.:3000",
            "api.localhost:8080",
            "printer.local",
            "127.0.0.1",
            "192.168.1.5:9000/a?b",
            "[::1]:80",
            "[fe80::1%eth0]/x",
            "api:8080",
            "example.org:80",
        ] {
            assert_eq!(with_scheme(text), Some(format!("http://{text}")), "{text}");
        }
        assert_eq!(with_scheme(":8080/x").as_deref(), Some("http://localhost:8080/x"));
    }

    #[test]
    fn all_other_addresses_and_the_ports_of_tls_mean_https() {
        for text in
            ["example.org", "example.org:8080/x", "bücher.example?q", "localhost:443", "10.0.0.1:8443/", "a_b.c."]
        {
            assert_eq!(with_scheme(text), Some(format!("https://{text}")), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_addresses() {
        for text in
            ["", "hello", "./plan", "../x.y", "a..b", "a b.c", ":x", ":", "a.b:x", "[x]:80", "[limits]", "C:\\a.b"]
        {
            assert_eq!(with_scheme(text), None, "{text}");
        }
    }
}
