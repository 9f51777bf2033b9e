//! What must not be seen: masks credentials in URLs before they enter an event.
//!
//! Start at [`masked`].

use url::Url;

/// What stands in for a secret.
pub const MASK: &str = "***";

/// Parts of a query parameter's name that mark its value as secret.
const SECRET_PARTS: [&str; 9] =
    ["token", "secret", "passw", "api_key", "apikey", "api-key", "auth", "signature", "session"];

/// Names of query parameters whose value is secret, where a part of a name would say too much.
const SECRET_NAMES: [&str; 4] = ["key", "sig", "pwd", "code"];

/// The URL as people may see it: no user, no password, and secret query parameters masked.
pub fn masked(url: &Url) -> String {
    let has_user = !url.username().is_empty() || url.password().is_some();
    let has_secret = url.query_pairs().any(|(name, _)| is_secret_name(&name));
    if !has_user && !has_secret {
        return url.as_str().to_owned();
    }
    let mut seen = url.clone();
    if has_user {
        // Both only fail on URLs without a host, which carry no user either.
        let _ = seen.set_username("");
        let _ = seen.set_password(None);
    }
    if has_secret {
        let pairs: Vec<String> = url
            .query()
            .unwrap_or_default()
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_secret_name(&decoded(name)) => format!("{name}={MASK}"),
                _ => pair.to_owned(),
            })
            .collect();
        seen.set_query(Some(&pairs.join("&")));
    }
    seen.into()
}

/// Whether a header or query parameter of this name carries a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.contains(&name.as_str()) || name == "cookie" || SECRET_PARTS.iter().any(|part| name.contains(part))
}

fn decoded(name: &str) -> String {
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[track_caller]
    fn seen(url: &str) -> String {
        masked(&url.parse().unwrap())
    }

    #[test]
    fn users_and_passwords_are_removed() {
        assert_eq!(seen("https://ann:s3cret@shop.internal/x?y=1"), "https://shop.internal/x?y=1");
    }

    #[test]
    fn secret_parameters_are_masked_and_others_kept() {
        assert_eq!(
            seen("https://a.b/?page=2&access_token=abc&q=x%20y"),
            "https://a.b/?page=2&access_token=***&q=x%20y"
        );
        assert_eq!(seen("https://a.b/?api%5Fkey=abc"), "https://a.b/?api%5Fkey=***");
    }
}
