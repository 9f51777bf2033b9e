//! Tests of [`CookieJar`].

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use url::Url;

use super::{CookieJar, MAX_COOKIE, MAX_PER_SITE, MAX_SITES};

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

/// A jar after a response to this URL.
#[track_caller]
fn jar(from: &str, fields: &[&str]) -> CookieJar {
    let jar = CookieJar::default();
    set(&jar, from, fields);
    jar
}

fn set(jar: &CookieJar, from: &str, fields: &[&str]) {
    let fields = fields.iter().map(|field| (SET_COOKIE, HeaderValue::from_str(field).unwrap()));
    let mut headers = HeaderMap::new();
    fields.for_each(|(name, value)| {
        headers.append(name, value);
    });
    jar.keep(&url(from), &headers);
}

fn sent(jar: &CookieJar, to: &str) -> String {
    let header = jar.header(&url(to), &HeaderMap::new());
    header.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn a_cookie_without_a_domain_comes_back_to_its_host_only() {
    let jar = jar("https://a.example.org/x/y", &["a=1"]);
    assert_eq!(sent(&jar, "https://a.example.org/x/z"), "a=1");
    assert_eq!(sent(&jar, "https://A.example.org:8443/x"), "a=1");
    for to in [
        "https://b.example.org/x/z",
        "https://example.org/x/z",
        "https://c.a.example.org/x/z",
        "https://a.example.org/xy",
    ] {
        assert_eq!(sent(&jar, to), "", "{to}");
    }
}

#[test]
fn a_domain_covers_its_names_and_is_refused_if_it_is_another_one() {
    let from = "https://a.shop.co.uk/";
    let jar = jar(from, &["a=1; Domain=.shop.co.uk", "b=2; Domain=co.uk", "c=3; Domain=evil.co.uk", "d=4; Domain=uk"]);
    set(&jar, from, &["e=5; Domain=b.a.shop.co.uk", "f=6; Domain=A.Shop.Co.Uk"]);
    assert_eq!(sent(&jar, from), "a=1; f=6");
    assert_eq!(sent(&jar, "https://shop.co.uk/"), "a=1");
    assert_eq!(sent(&jar, "https://x.y.shop.co.uk/"), "a=1");
    for to in ["https://evil.co.uk/", "https://notshop.co.uk/", "https://co.uk/", "https://shop.co.uk.evil.org/"] {
        assert_eq!(sent(&jar, to), "", "{to}");
    }
}

#[test]
fn no_cookie_leaves_the_site_of_its_host() {
    // The domain is one that is only a public suffix once it is normalised.
    let jar = CookieJar::default();
    let mut headers = HeaderMap::new();
    headers.insert(SET_COOKIE, HeaderValue::from_bytes("a=1; Domain=\u{ff43}o.uk".as_bytes()).unwrap());
    jar.keep(&url("https://a.co.uk/"), &headers);
    assert_eq!(sent(&jar, "https://b.co.uk/"), "");
    let local = self::jar("http://a.localhost/", &["a=1; Domain=localhost"]);
    assert_eq!(sent(&local, "http://b.localhost/"), "");
}

#[test]
fn addresses_and_names_without_a_dot_are_hosts_of_their_own() {
    for (from, other) in [
        ("http://127.0.0.1/", "http://127.1.0.1/"),
        ("http://[::1]/", "http://[::2]/"),
        ("http://localhost/", "http://local/"),
        ("http://api.internal/", "http://db.internal/"),
    ] {
        let host = url(from).host_str().unwrap().to_owned();
        let jar = jar(from, &["a=1", &format!("b=2; Domain={host}"), "c=3; Domain=0.0.1"]);
        assert_eq!(sent(&jar, from), "a=1; b=2", "{from}");
        assert_eq!(sent(&jar, other), "", "{other}");
    }
}

#[test]
fn a_secure_cookie_is_not_sent_without_tls() {
    let jar = jar("https://a.b/", &["a=1; Secure; HttpOnly", "b=2"]);
    assert_eq!(sent(&jar, "https://a.b/"), "a=1; b=2");
    assert_eq!(sent(&jar, "http://a.b/"), "b=2");
}

#[test]
fn longer_paths_come_first_and_a_cookie_replaces_its_predecessor() {
    let jar = jar("https://a.b/x/y", &["a=1; Path=/", "b=2; Path=/x", "c=3; Path=/xy", "a=4; Path=/"]);
    assert_eq!(sent(&jar, "https://a.b/x/z"), "b=2; a=4");
}

#[test]
fn expired_cookies_are_removed() {
    let jar = jar("https://a.b/", &["a=1", "b=2", "c=3; Max-Age=60", "d=4; Expires=Wed, 01 Jan 2020 00:00:00 GMT"]);
    set(&jar, "https://a.b/", &["a=; Max-Age=0", "b=x; expires=Thu, 01-Jan-1970 00:00:00 GMT"]);
    assert_eq!(sent(&jar, "https://a.b/"), "c=3");
}

#[test]
fn what_the_plan_sets_wins_over_a_cookie_of_the_same_name() {
    let jar = jar("https://a.b/", &["a=1", "b=2"]);
    let own: HeaderMap = [(COOKIE, HeaderValue::from_static("b=mine; x=y"))].into_iter().collect();
    let header = jar.header(&url("https://a.b/"), &own).unwrap();
    assert!(header == "b=mine; x=y; a=1" && header.is_sensitive(), "{header:?}");
    let all: HeaderMap = [(COOKIE, HeaderValue::from_static("b=; a"))].into_iter().collect();
    assert_eq!(jar.header(&url("https://a.b/"), &all), None);
}

#[test]
fn a_jar_is_bounded() {
    let jar = CookieJar::default();
    let long = format!("long={}", "x".repeat(MAX_COOKIE));
    set(&jar, "https://a.b/", &[&long, "none", ""]);
    assert_eq!(sent(&jar, "https://a.b/"), "");
    for n in 0..2 * MAX_PER_SITE {
        set(&jar, "https://a.b/", &[&format!("n{n}={n}")]);
    }
    let kept = sent(&jar, "https://a.b/");
    assert_eq!(kept.split("; ").count(), MAX_PER_SITE);
    assert!(kept.starts_with(&format!("n{MAX_PER_SITE}=")), "{kept}");
    for n in 0..MAX_SITES {
        set(&jar, &format!("https://s{n}.org/"), &["a=1"]);
    }
    assert_eq!(jar.lock().by_name.len(), MAX_SITES);
    assert_eq!((sent(&jar, "https://a.b/"), sent(&jar, "https://s0.org/")), (String::new(), "a=1".to_owned()));
}

#[test]
fn values_are_secret_and_no_debug_output_has_them() {
    let jar = jar("https://a.b/x/", &["sid=\"s3cretvalue\"; Path=/y", "short=1"]);
    // A short value is masked behind its name.
    let secrets = jar.secrets(&url("https://c.a.b/"));
    assert!(secrets.contains(&"s3cretvalue".into()) && secrets.contains(&"short=1".into()), "{secrets:?}");
    assert!(!secrets.contains(&"1".into()), "{secrets:?}");
    assert!(jar.secrets(&url("https://d.e/")).is_empty());
    assert!(!format!("{jar:?}").contains("s3cret"));
}
