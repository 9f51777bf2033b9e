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

/// The text with every one of these values masked, percent-encoded or not.
pub fn without(text: &str, values: &[Box<str>]) -> String {
    let mut seen = text.to_owned();
    for value in values {
        let hidden: Vec<u8> = bytes_of(value).map(|(_, byte)| byte).collect();
        if hidden.is_empty() {
            continue;
        }
        let mut from = 0;
        while let Some((start, end)) = place_of(&hidden, &seen, from) {
            seen.replace_range(start..end, MASK);
            from = start + MASK.len();
        }
    }
    seen
}

/// Where these bytes stand in a text from there on, percent-encoded or not.
fn place_of(hidden: &[u8], text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes: Vec<(usize, u8)> = bytes_of(text.get(from..)?).collect();
    let at = bytes.windows(hidden.len()).position(|window| window.iter().map(|(_, byte)| byte).eq(hidden))?;
    let end = bytes.get(at + hidden.len()).map_or(text.len(), |(offset, _)| from + offset);
    Some((from + bytes[at].0, end))
}

/// The bytes that a percent-encoded text stands for, each with where it begins.
fn bytes_of(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let encoded = |digits: &[u8]| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok();
        let byte = match bytes.get(start..start + 3) {
            Some([b'%', digits @ ..]) if digits.iter().all(u8::is_ascii_hexdigit) => encoded(digits),
            _ => None,
        };
        at += if byte.is_some() { 3 } else { 1 };
        byte.or_else(|| bytes.get(start).copied()).map(|byte| (start, byte))
    })
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
    use super::{masked, without};

    #[track_caller]
    fn seen(url: &str) -> String {
        masked(&url.parse().unwrap())
    }

    #[test]
    fn users_and_passwords_are_removed() {
        assert_eq!(seen("https://ann:s3cret@shop.internal/x?y=1"), "https://shop.internal/x?y=1");
    }

    #[test]
    fn a_value_is_masked_wherever_and_however_it_is_written() {
        let secrets = ["a/b c".into(), "".into(), "köy".into()];
        for (text, seen) in [
            ("https://h/a%2Fb%20c/x?y=a/b%20c", "https://h/***/x?y=***"),
            ("https://h/a%2fb c", "https://h/***"),
            ("https://h/k%C3%B6y?k%c3%b6y&köy", "https://h/***?***&***"),
            ("https://h/a/b%2", "https://h/a/b%2"),
            ("", ""),
        ] {
            assert_eq!(without(text, &secrets), seen);
        }
        assert_eq!(without("*** ***", &["***".into()]), "*** ***");
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
