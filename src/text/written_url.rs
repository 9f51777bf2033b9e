//! Parts of URLs as they are written, with placeholders.
//!
//! Start at [`written_path`].

/// Returns the path of a written URL.
pub fn written_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
    let path = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    if path.is_empty() { "/" } else { path }
}

/// Returns host and path of a written URL.
pub fn written_host_and_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let host_end = rest.find('/').unwrap_or(rest.len());
    &rest[rest[..host_end].rfind('@').map_or(0, |at| at + 1)..]
}
