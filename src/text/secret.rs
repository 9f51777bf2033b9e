//! The masking of credentials in URLs, headers and texts, before they become part of an event.
//!
//! Start at [`mask_url`].

use url::Url;

use crate::text::secret_name::{is_secret_name, secret_values};

/// The replacement of a secret.
pub const MASK: &str = "***";

/// The shortest value of a header, a query or a cookie that is masked wherever it occurs, in bytes. Shorter ones occur
/// everywhere, so they are masked only behind their names.
const MIN_SECRET: usize = 6;

/// Removes user and password from a URL, and masks secret query parameters.
pub fn mask_url(url: &Url) -> String {
    let has_user = !url.username().is_empty() || url.password().is_some();
    let has_secret = url.query_pairs().any(|(name, _)| is_secret_name(&name));
    if !has_user && !has_secret {
        return url.as_str().to_owned();
    }
    let mut shown = url.clone();
    if has_user {
        // Both fail only for URLs without a host, which have no user.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
    }
    if has_secret {
        shown.set_query(Some(&mask_query(url.query().unwrap_or_default())));
    }
    shown.into()
}

/// Masks the values of secret parameters in a query.
pub fn mask_query(query: &str) -> String {
    let masked = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret_name(&decoded(name)) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    };
    query.split('&').map(masked).collect::<Vec<_>>().join("&")
}

/// Masks all of these values in a text, percent-encoded or not.
pub fn mask_values(text: &str, values: &[Box<str>]) -> String {
    let mut shown = text.to_owned();
    for value in values {
        let hidden: Vec<u8> = decoded_bytes(value).map(|(_, byte)| byte).collect();
        if hidden.is_empty() {
            continue;
        }
        let mut from = 0;
        while let Some((start, end)) = find_encoded(&hidden, &shown, from) {
            shown.replace_range(start..end, MASK);
            from = start + MASK.len();
        }
    }
    shown
}

/// Returns the texts that show a secret value that was sent with this name: those to mask if a server repeats them.
pub fn texts_of_secret(name: &str, value: &str) -> Vec<Box<str>> {
    if value.is_empty() || value.len() >= MIN_SECRET {
        return Vec::from_iter((!value.is_empty()).then(|| value.into()));
    }
    let title: String = name.split_inclusive('-').map(title_case).collect();
    let of_name = |name: &str| {
        let notations = [
            format!("{name}={value}"),
            format!("{name}: {value}"),
            format!("{name}:{value}"),
            format!("\"{name}\":\"{value}\""),
            format!("\"{name}\": \"{value}\""),
        ];
        notations.map(Box::from)
    };
    let mut texts = Vec::from(of_name(name));
    if title != name {
        texts.extend(of_name(&title));
    }
    texts
}

/// A word with its first letter in upper case.
fn title_case(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// Masks the secret query parameters of all addresses in a text, absolute or relative.
pub fn mask_queries(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['?', '&', ';']) {
        let (before, after) = rest.split_at(at + 1);
        shown.push_str(before);
        let named = after.split_once('=').filter(|(name, _)| !name.contains(['?', '&', ';', '#', '>', ' ']));
        rest = match named {
            Some((name, value)) if is_secret_name(&decoded(name)) => {
                shown.push_str(name);
                shown.push('=');
                shown.push_str(MASK);
                let end = value.find(['&', ';', '#', '>', ',', ' ', '"', '\'']).unwrap_or(value.len());
                &value[end..]
            }
            Some(_) | None => after,
        };
    }
    shown.push_str(rest);
    shown
}

/// Removes user and password from all addresses in a text.
pub fn remove_users(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        let end = after.find(['/', '?', '#', '\\', ' ', ',', ';', '"', '\'', '<', '>']).unwrap_or(after.len());
        shown.push_str(before);
        rest = after[..end].rfind('@').map_or(after, |at| &after[at + 1..]);
    }
    shown.push_str(rest);
    shown
}

/// Finds bytes in a text, after an offset, percent-encoded or not.
fn find_encoded(hidden: &[u8], text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes: Vec<(usize, u8)> = decoded_bytes(text.get(from..)?).collect();
    let at = bytes.windows(hidden.len()).position(|window| window.iter().map(|(_, byte)| byte).eq(hidden))?;
    let mut start = from + bytes[at].0;
    let mut end = bytes.get(at + hidden.len()).map_or(text.len(), |(offset, _)| from + offset);
    // A secret may be percent-encoded bytes that begin or end within a character.
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Some((start, end))
}

/// Returns the decoded bytes of a text, each with its offset: percent-encoded ones, and escapes of JSON for single
/// characters of ASCII, such as `\/`.
fn decoded_bytes(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let (byte, length) = decoded_byte(bytes.get(start..)?)?;
        at += length;
        Some((start, byte))
    })
}

/// The first byte of a text, and the length of its encoded form.
fn decoded_byte(bytes: &[u8]) -> Option<(u8, usize)> {
    let encoded = |digits: &[u8; 2]| {
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        u8::from_str_radix(str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
    };
    let decoded = match bytes {
        [b'%', a, b, ..] => encoded(&[*a, *b]).map(|byte| (byte, 3)),
        [b'\\', b'/', ..] => Some((b'/', 2)),
        [b'\\', b'u', b'0', b'0', a, b, ..] => encoded(&[*a, *b]).filter(u8::is_ascii).map(|byte| (byte, 6)),
        _ => None,
    };
    decoded.or_else(|| bytes.first().map(|byte| (*byte, 1)))
}

/// Masks every quoted value after a secret name, as in `"access_token": "…"`. The text may end
/// within a value.
pub fn mask_named_values(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for (_, value) in secret_values(text) {
        shown.push_str(&text[from..value.start]);
        shown.push_str(MASK);
        from = value.end;
    }
    shown + &text[from..]
}

fn decoded(name: &str) -> String {
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{mask_named_values, mask_url, mask_values};

    #[track_caller]
    fn shown(url: &str) -> String {
        mask_url(&url.parse().unwrap())
    }

    #[test]
    fn users_and_passwords_are_removed() {
        assert_eq!(shown("https://ann:s3cret@shop.internal/x?y=1"), "https://shop.internal/x?y=1");
    }

    #[test]
    fn a_value_is_masked_in_every_place_and_encoding() {
        let secrets = ["a/b c".into(), "".into(), "köy".into()];
        for (text, shown) in [
            ("https://h/a%2Fb%20c/x?y=a/b%20c", "https://h/***/x?y=***"),
            ("https://h/a%2fb c", "https://h/***"),
            ("https://h/k%C3%B6y?k%c3%b6y&köy", "https://h/***?***&***"),
            ("https://h/a/b%2", "https://h/a/b%2"),
            ("", ""),
        ] {
            assert_eq!(mask_values(text, &secrets), shown);
        }
        assert_eq!(mask_values("*** ***", &["***".into()]), "*** ***");
    }

    #[test]
    fn values_are_masked_by_name_and_other_texts_are_kept() {
        for (text, shown) in [
            (
                r#"{"error":"invalid_token","access_token" : "abc\"d","code":"E7"}"#,
                r#"{"error":"invalid_token","access_token" : "***","code":"E7"}"#,
            ),
            (r#"{"password":"begins and is cut"#, r#"{"password":"***"#),
            (r#"{"token":"a","Set-Cookie":"b=c"}"#, r#"{"token":"***","Set-Cookie":"***"}"#),
            (r#"{"a":{"secret":null},"b":"c:"}"#, r#"{"a":{"secret":null},"b":"c:"}"#),
            ("try \"later\": no", "try \"later\": no"),
        ] {
            assert_eq!(mask_named_values(text), shown);
        }
    }

    #[test]
    fn secret_parameters_are_masked_and_others_kept() {
        assert_eq!(
            shown("https://a.b/?page=2&access_token=abc&q=x%20y"),
            "https://a.b/?page=2&access_token=***&q=x%20y"
        );
        assert_eq!(shown("https://a.b/?api%5Fkey=abc"), "https://a.b/?api%5Fkey=***");
    }

    #[test]
    fn a_character_that_a_secret_covers_in_part_is_masked() {
        assert_eq!(mask_values("say abcdefé!", &["abcdef%C3".into()]), "say ***!");
        assert_eq!(mask_values("say éabc!", &["%A9abc".into()]), "say ***!");
    }

    #[test]
    fn a_short_secret_is_masked_behind_its_name_only() {
        let mask = |text: &str| mask_values(text, &super::texts_of_secret("x-pin", "12"));
        assert_eq!(mask("12 of 512; X-Pin: 12; x-pin=12, \"X-Pin\": \"12\""), "12 of 512; ***; ***, ***");
        assert_eq!(super::texts_of_secret("x-pin", "123456"), ["123456".into()]);
        assert!(super::texts_of_secret("x-pin", "").is_empty());
    }

    #[test]
    fn users_in_the_addresses_of_a_field_are_removed() {
        for (field, shown) in [
            ("http://u:pw@x/y", "http://x/y"),
            ("<https://u@a.b/?to=c@d>, ftp://k:l@e", "<https://a.b/?to=c@d>, ftp://e"),
            ("mail ann@a.b of http://a.b", "mail ann@a.b of http://a.b"),
        ] {
            assert_eq!(super::remove_users(field), shown);
        }
    }

    #[test]
    fn secrets_in_the_addresses_of_a_field_are_masked() {
        for (field, shown) in [
            ("/loc?access_token=LOC1&page=2", "/loc?access_token=***&page=2"),
            (
                "<https://a.example/?page=2&api_key=K>; rel=\"next\"",
                "<https://a.example/?page=2&api_key=***>; rel=\"next\"",
            ),
            ("5; url=/?sig=abc", "5; url=/?sig=***"),
            ("/plain?page=2#token", "/plain?page=2#token"),
            ("/?", "/?"),
        ] {
            assert_eq!(super::mask_queries(field), shown);
        }
    }
}
