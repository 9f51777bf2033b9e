//! Digest credentials (RFC 7616): the answer to a server's challenge, without the password itself.
//!
//! A challenge is kept for each host, so that only its first request is answered with 401. MD5, SHA-256 and SHA-512/256
//! are supported, each also with `-sess`; `qop` is `auth` or absent. Start at [`DigestLogin::sign`].

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::Mutex;

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue, Method};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha512_256};

use crate::plan::exact::request_url::RequestUrl;

/// A login that answers challenges.
pub struct DigestLogin {
    user: String,
    password: String,
    /// The last challenge of each host.
    challenges: Mutex<HashMap<String, Challenge>>,
}

/// The challenge of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Option<String>,
    has_qop: bool,
    hashes_user: bool,
    is_stale: bool,
    /// How often the nonce was used.
    uses: u32,
}

/// The header of a request, and the nonce that it uses.
#[derive(Debug)]
pub struct SignedRequest {
    /// The `authorization` header.
    pub header: HeaderValue,
    nonce: String,
    is_first_use: bool,
}

impl DigestLogin {
    /// Returns a login for a user.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into(), challenges: Mutex::default() }
    }

    /// Signs a request, if its host has sent a challenge before.
    pub fn sign(&self, method: &Method, url: &RequestUrl) -> Option<SignedRequest> {
        self.sign_with(method, url, &format!("{:032x}", fastrand::u128(..)))
    }

    fn sign_with(&self, method: &Method, url: &RequestUrl, cnonce: &str) -> Option<SignedRequest> {
        let mut challenges = self.challenges.lock().ok()?;
        let challenge = challenges.get_mut(&url.origin().ascii_serialization())?;
        challenge.uses += 1;
        let (user, password) = (&self.user, &self.password);
        let text = challenge.answer(user, password, method, url.target(), cnonce);
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(SignedRequest { header, nonce: challenge.nonce.clone(), is_first_use: challenge.uses == 1 })
    }

    /// Keeps the challenge of a 401. Returns whether the request should be sent again, with an answer to it.
    ///
    /// A server that rejects a fresh answer rejects the password, unless it says that the nonce is stale.
    pub fn learn(&self, url: &RequestUrl, headers: &HeaderMap, signed: Option<&SignedRequest>) -> bool {
        let Some(challenge) = Challenge::find(headers) else { return false };
        let is_new = match signed {
            None => true,
            Some(signed) => challenge.is_stale || !signed.is_first_use && signed.nonce != challenge.nonce,
        };
        let Ok(mut challenges) = self.challenges.lock() else { return false };
        let key = url.origin().ascii_serialization();
        // Another request may have learned the same nonce meanwhile. Its count must not start again.
        if challenges.get(&key).is_none_or(|known| known.nonce != challenge.nonce) {
            challenges.insert(key, challenge);
        }
        is_new
    }
}

impl Challenge {
    /// Returns the first challenge that can be answered.
    fn find(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(challenges).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("digest")).find_map(
            |(_, fields)| {
                let get = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
                let qop = get("qop");
                let challenge = Self {
                    realm: get("realm").unwrap_or_default(),
                    nonce: get("nonce")?,
                    opaque: get("opaque"),
                    algorithm: get("algorithm"),
                    has_qop: qop.is_some(),
                    hashes_user: get("userhash").is_some_and(|flag| flag.eq_ignore_ascii_case("true")),
                    is_stale: get("stale").is_some_and(|flag| flag.eq_ignore_ascii_case("true")),
                    uses: 0,
                };
                let has_auth = qop.is_none_or(|all| all.split(',').any(|one| one.trim().eq_ignore_ascii_case("auth")));
                (has_auth && challenge.hash("").is_some()).then_some(challenge)
            },
        )
    }

    /// Hashes a text with the algorithm of the challenge, if it is known.
    fn hash(&self, text: &str) -> Option<String> {
        let name = self.algorithm.as_deref().unwrap_or("MD5").to_ascii_uppercase();
        Some(match name.strip_suffix("-SESS").unwrap_or(&name) {
            "MD5" => hex(&Md5::digest(text)),
            "SHA-256" => hex(&Sha256::digest(text)),
            "SHA-512-256" => hex(&Sha512_256::digest(text)),
            _ => return None,
        })
    }

    /// Returns the value of the `authorization` header.
    fn answer(&self, user: &str, password: &str, method: &Method, uri: &str, cnonce: &str) -> String {
        let hash = |text: String| self.hash(&text).unwrap_or_default();
        let Self { realm, nonce, .. } = self;
        let is_session = self.algorithm.as_ref().is_some_and(|name| name.to_ascii_lowercase().ends_with("-sess"));
        let mut secret = hash(format!("{user}:{realm}:{password}"));
        if is_session {
            secret = hash(format!("{secret}:{nonce}:{cnonce}"));
        }
        let request = hash(format!("{method}:{uri}"));
        let nc = format!("{:08x}", self.uses);
        let response = if self.has_qop {
            hash(format!("{secret}:{nonce}:{nc}:{cnonce}:auth:{request}"))
        } else {
            hash(format!("{secret}:{nonce}:{request}"))
        };
        let user = if self.hashes_user { hash(format!("{user}:{realm}")) } else { user.to_owned() };
        let mut text = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{uri}\", response=\"{response}\"",
            escaped(&user),
            escaped(realm),
            escaped(nonce)
        );
        // Writing to a text cannot fail.
        if self.has_qop {
            let _ = write!(text, ", cnonce=\"{cnonce}\", nc={nc}, qop=auth");
        } else if is_session {
            let _ = write!(text, ", cnonce=\"{cnonce}\"");
        }
        if let Some(opaque) = &self.opaque {
            let _ = write!(text, ", opaque=\"{}\"", escaped(opaque));
        }
        if let Some(algorithm) = &self.algorithm {
            let _ = write!(text, ", algorithm={algorithm}");
        }
        if self.hashes_user {
            text.push_str(", userhash=true");
        }
        text
    }
}

/// A scheme and its parameters.
type SchemeFields = (String, Vec<(String, String)>);

/// Splits a header into challenges. Names of parameters are in lower case.
fn challenges(header: &str) -> Vec<SchemeFields> {
    let mut found: Vec<SchemeFields> = Vec::new();
    for item in split_unquoted(header) {
        let (before, value) = item.split_once('=').map_or((item, None), |(name, value)| (name, Some(value)));
        let name = match before.trim().rsplit_once(char::is_whitespace) {
            Some((scheme, name)) => {
                found.push((scheme.trim().to_owned(), Vec::new()));
                name
            }
            None if value.is_none() => {
                found.push((before.trim().to_owned(), Vec::new()));
                continue;
            }
            None => before.trim(),
        };
        if let (Some((_, fields)), Some(value)) = (found.last_mut(), value) {
            fields.push((name.to_ascii_lowercase(), unquoted(value.trim())));
        }
    }
    found
}

/// Splits at the commas outside of quotes.
fn split_unquoted(text: &str) -> Vec<&str> {
    let (mut items, mut start, mut is_quoted, mut is_escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                items.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&text[start..]);
    items.retain(|item| !item.trim().is_empty());
    items
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl fmt::Debug for DigestLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::header::WWW_AUTHENTICATE;
    use http::{HeaderMap, Method};

    use super::{DigestLogin, challenges};
    use crate::plan::exact::request_url::RequestUrl;

    /// The example of RFC 7616, section 3.9.1, with this algorithm.
    fn example(algorithm: &str) -> String {
        let url: RequestUrl = "http://www.example.org/dir/index.html".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, "Basic realm=\"a, b\"".parse().unwrap());
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let challenge = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"{nonce}\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        headers.append(WWW_AUTHENTICATE, challenge.parse().unwrap());
        let login = DigestLogin::new("Mufasa", "Circle of Life");
        assert!(login.sign(&Method::GET, &url).is_none() && login.learn(&url, &headers, None));
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let signed = login.sign_with(&Method::GET, &url, cnonce).unwrap();
        assert!(!login.learn(&url, &headers, Some(&signed)), "the password is wrong");
        signed.header.to_str().unwrap().to_owned()
    }

    #[test]
    fn the_examples_of_the_standard_have_their_responses() {
        let md5 = example("MD5");
        assert!(md5.contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""), "{md5}");
        assert!(md5.contains("nc=00000001, qop=auth") && md5.contains("uri=\"/dir/index.html\""), "{md5}");
        let sha = example("SHA-256");
        assert!(sha.contains("753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"), "{sha}");
    }

    #[test]
    fn a_header_may_have_several_challenges() {
        let found = challenges("Negotiate, Digest realm=\"a \\\"b\\\", c\", nonce=x, Basic realm=d");
        let names: Vec<_> = found.iter().map(|(scheme, _)| scheme.as_str()).collect();
        assert_eq!(names, ["Negotiate", "Digest", "Basic"]);
        assert_eq!(found[1].1, [("realm".into(), "a \"b\", c".into()), ("nonce".into(), "x".into())]);
    }

    #[test]
    fn a_stale_nonce_is_replaced_and_a_challenge_that_cannot_be_answered_is_final() {
        let url: RequestUrl = "http://a.example/".parse().unwrap();
        let headers = |text: &str| HeaderMap::from_iter([(WWW_AUTHENTICATE, text.parse().unwrap())]);
        let login = DigestLogin::new("a", "b");
        assert!(!login.learn(&url, &headers("Digest realm=x, nonce=1, algorithm=FUTURE"), None));
        assert!(!login.learn(&url, &headers("Digest realm=x, nonce=1, qop=auth-int"), None));
        assert!(login.learn(&url, &headers("Digest realm=x, nonce=1"), None));
        let signed = login.sign(&Method::GET, &url);
        assert!(login.learn(&url, &headers("Digest realm=x, nonce=2, stale=true"), signed.as_ref()));
        assert!(login.sign(&Method::GET, &url).unwrap().header.to_str().unwrap().contains("nonce=\"2\""));
    }
}
