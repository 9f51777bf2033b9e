//! The names whose values are secret, in headers, queries, forms and JSON.
//!
//! It changes no text; [`secret`](crate::text::secret) masks values. Start at [`is_secret_name`].

use std::ops::Range;

/// Parts of a query parameter's name that mark its value as secret.
const SECRET_PARTS: [&str; 10] =
    ["token", "secret", "passw", "api_key", "apikey", "api-key", "auth", "signature", "session", "credential"];

/// What comes before `key` in a name whose value is secret, as in `Ocp-Apim-Subscription-Key`.
const SECRET_KEYS: [&str; 12] = [
    "access",
    "account",
    "admin",
    "app",
    "application",
    "functions",
    "license",
    "master",
    "private",
    "shared",
    "subscription",
    "x",
];

/// Names of secret query parameters that are too short to be matched as a part.
const SECRET_NAMES: [&str; 6] = ["key", "sig", "pwd", "code", "jwt", "sid"];

/// Whether the value of a header or query parameter with this name is secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.contains(&name.as_str()) || name == "cookie" || has_secret_part(&name)
}

/// Whether a name in lower case has a part that marks its value as secret.
fn has_secret_part(name: &str) -> bool {
    let key = name.strip_suffix("key").map(|before| before.trim_end_matches(['-', '_']));
    // Most names are shorter than most parts. This runs for every parameter of every row.
    SECRET_PARTS.iter().any(|part| part.len() <= name.len() && name.contains(part))
        || key.is_some_and(|before| SECRET_KEYS.iter().any(|kind| before.ends_with(kind)))
}

/// Whether the value of a request or response header with this name is secret.
pub fn is_secret_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // A challenge asks for credentials, and contains none.
    let is_challenge = matches!(name.as_str(), "www-authenticate" | "proxy-authenticate");
    !is_challenge && (name.contains("cookie") || is_secret_name(&name))
}

/// Finds every quoted value after a secret name. Returns the name, and where the value is.
///
/// The short names that are secret in a query do not count here: `"code"` is often an error code.
pub fn secret_values(text: &str) -> Vec<(&str, Range<usize>)> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some((name_end, value)) = find_pair(&text[from..]) {
        let (name_end, value) = (from + name_end, from + value);
        let name = text[from..name_end].rsplit('"').next().unwrap_or_default();
        from = find_quote(&text[value..]).map_or(text.len(), |end| value + end);
        let lower = name.to_ascii_lowercase();
        if lower.contains("cookie") || has_secret_part(&lower) {
            found.push((name, value..from));
        }
    }
    found
}

/// Finds the next `"name": "`. Returns the end of the name and the start of the value.
fn find_pair(text: &str) -> Option<(usize, usize)> {
    text.match_indices('"').find_map(|(at, _)| {
        let after = &text[at + 1..];
        let value = after.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        Some((at, text.len() - value.len()))
    })
}

/// Returns the end of a quoted value, before the closing quote.
fn find_quote(value: &str) -> Option<usize> {
    let mut is_escaped = false;
    value.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::is_secret_header;

    #[test]
    fn headers_are_secret_by_name_and_challenges_are_not() {
        let secret = ["Set-Cookie", "Authorization", "X-Api-Key", "x-session-id", "Ocp-Apim-Subscription-Key", "X-Key"];
        assert!(secret.into_iter().all(is_secret_header));
        let public =
            ["WWW-Authenticate", "Retry-After", "Content-Type", "X-Request-Id", "Idempotency-Key", "Cache-Key"];
        assert!(!public.into_iter().any(is_secret_header));
    }
}
