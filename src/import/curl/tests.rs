//! What each kind of curl command becomes.

use super::read;
use crate::import::request::Import;
use crate::import::{ImportFormat, import, write};

/// Every option of curl 7.88, as `curl --help all` lists it: `=` before its letter if it takes a value, otherwise `/`.
const ALL: &str = "\
    abstract-unix-socket= alt-svc= anyauth/ append/a aws-sigv4= basic/ cacert= capath= cert=E cert-status/ \
    cert-type= ciphers= compressed/ compressed-ssh/ config=K connect-timeout= connect-to= continue-at=C cookie=b \
    cookie-jar=c create-dirs/ create-file-mode= crlf/ crlfile= curves= data=d data-ascii= data-binary= data-raw= \
    data-urlencode= delegation= digest/ disable/q disable-eprt/ disable-epsv/ disallow-username-in-url/ \
    dns-interface= dns-ipv4-addr= dns-ipv6-addr= dns-servers= doh-cert-status/ doh-insecure/ doh-url= \
    dump-header=D egd-file= engine= etag-compare= etag-save= expect100-timeout= fail/f fail-early/ fail-with-body/ \
    false-start/ form=F form-escape/ form-string= ftp-account= ftp-alternative-to-user= ftp-create-dirs/ \
    ftp-method= ftp-pasv/ ftp-port=P ftp-pret/ ftp-skip-pasv-ip/ ftp-ssl-ccc/ ftp-ssl-ccc-mode= ftp-ssl-control/ \
    get/G globoff/g happy-eyeballs-timeout-ms= haproxy-protocol/ head/I header=H help/h hostpubmd5= hostpubsha256= \
    hsts= http0.9/ http1.0/0 http1.1/ http2/ http2-prior-knowledge/ http3/ http3-only/ ignore-content-length/ \
    include/i insecure/k interface= ipv4/4 ipv6/6 json= junk-session-cookies/j keepalive-time= key= key-type= krb= \
    libcurl= limit-rate= list-only/l local-port= location/L location-trusted/ login-options= mail-auth= mail-from= \
    mail-rcpt= mail-rcpt-allowfails/ manual/M max-filesize= max-redirs= max-time=m metalink/ negotiate/ netrc/n \
    netrc-file= netrc-optional/ next/: no-alpn/ no-buffer/N no-clobber/ no-keepalive/ no-npn/ no-progress-meter/ \
    no-sessionid/ noproxy= ntlm/ ntlm-wb/ oauth2-bearer= output=o output-dir= parallel/Z parallel-immediate/ \
    parallel-max= pass= path-as-is/ pinnedpubkey= post301/ post302/ post303/ preproxy= progress-bar/# proto= \
    proto-default= proto-redir= proxy=x proxy-anyauth/ proxy-basic/ proxy-cacert= proxy-capath= proxy-cert= \
    proxy-cert-type= proxy-ciphers= proxy-crlfile= proxy-digest/ proxy-header= proxy-insecure/ proxy-key= \
    proxy-key-type= proxy-negotiate/ proxy-ntlm/ proxy-pass= proxy-pinnedpubkey= proxy-service-name= \
    proxy-ssl-allow-beast/ proxy-ssl-auto-client-cert/ proxy-tls13-ciphers= proxy-tlsauthtype= proxy-tlspassword= \
    proxy-tlsuser= proxy-tlsv1/ proxy-user=U proxy1.0= proxytunnel/p pubkey= quote=Q random-file= range=r rate= \
    raw/ referer=e remote-header-name/J remote-name/O remote-name-all/ remote-time/R remove-on-error/ request=X \
    request-target= resolve= retry= retry-all-errors/ retry-connrefused/ retry-delay= retry-max-time= \
    sasl-authzid= sasl-ir/ service-name= show-error/S silent/s socks4= socks4a= socks5= socks5-basic/ \
    socks5-gssapi/ socks5-gssapi-nec/ socks5-gssapi-service= socks5-hostname= speed-limit=Y speed-time=y ssl/ \
    ssl-allow-beast/ ssl-auto-client-cert/ ssl-no-revoke/ ssl-reqd/ ssl-revoke-best-effort/ sslv2/2 sslv3/3 \
    stderr= styled-output/ suppress-connect-headers/ tcp-fastopen/ tcp-nodelay/ telnet-option=t tftp-blksize= \
    tftp-no-options/ time-cond=z tls-max= tls13-ciphers= tlsauthtype= tlspassword= tlsuser= tlsv1/1 tlsv1.0/ \
    tlsv1.1/ tlsv1.2/ tlsv1.3/ tr-encoding/ trace= trace-ascii= trace-time/ unix-socket= upload-file=T url= \
    url-query= use-ascii/B user=u user-agent=A verbose/v version/V write-out=w xattr/";

#[test]
fn every_option_is_imported_or_named_and_its_value_is_no_request() {
    let imported = |argument: &str| {
        read(&format!("curl '127.0.0.1:1/{{x}}/../y' -d a=1 -u a:b {argument}\n"))
            .unwrap_or_else(|why| panic!("{argument}: {why}"))
    };
    let plain = imported("");
    for written in ALL.split_whitespace() {
        let (name, letter) = written.split_once(['=', '/']).unwrap();
        let value = if written.contains('=') { "1" } else { "" };
        for option in [format!("--{name}"), format!("-{letter}")].iter().filter(|option| option.len() > 1) {
            let Import { requests, notes, left_out, .. } = imported(&format!("{option} {value}"));
            if name == "url" {
                assert_eq!(requests.len(), 2);
                continue;
            }
            assert!(requests.len() <= 1, "{option}: {requests:?}");
            let is_named = notes.iter().any(|note| note.contains(&format!("`{option}`"))) || !left_out.is_empty();
            // Basic is the default.
            assert!(requests != plain.requests || is_named || name == "basic", "{option} is lost: {notes:?}");
            assert!(!left_out.iter().any(|why| why.contains("is not known")), "{option}: {left_out:?}");
        }
    }
}

/// Imports commands. Returns the plan without its comments, and everything that is reported.
#[track_caller]
fn plan_of(script: &str) -> (String, String) {
    let mut imported = match import(script.as_bytes(), "a.sh", Some(ImportFormat::Curl), false) {
        Ok(imported) => imported,
        Err(why) => return (String::new(), why.message),
    };
    let plan = write::write(&mut imported, "a.sh", Some(write::WrittenFormat::Plan)).unwrap();
    let plan: Vec<&str> = plan.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty()).collect();
    let reported: Vec<String> = imported.left_out.into_iter().chain(imported.notes).collect();
    (plan.join("\n"), reported.join("\n"))
}

#[test]
fn headers_are_imported_as_curl_means_them() {
    for (options, headers) in [
        ("-H 'X-A;'", "X-A = \"\""),
        ("-H 'User-Agent:'", "User-Agent = \"\""),
        ("-A '' -e ''", "user-agent = \"\""),
        ("-A a -H 'user-agent: b'", "user-agent = \"b\""),
        ("-H 'Host: a.b' -H 'Connection: close' -H 'Expect:'", "Host = \"a.b\", Connection = \"close\", Expect = \"\""),
        ("-r 0-9", "range = \"bytes=0-9\""),
        ("-b 'a=1' -b 'b=2'", "cookie = \"${COOKIE}\""),
        ("-H 'X-A: 1' -H 'x-a: 2'", "X-A = [\"1\", \"2\"]"),
        ("-H 'X-Custom: Bearer canary'", "X-Custom = \"Bearer ${TOKEN}\""),
    ] {
        let (plan, reported) = plan_of(&format!("curl {options} http://a.b/"));
        assert_eq!(plan, format!("url = \"http://a.b/\"\nheaders = {{ {headers} }}"), "{options}: {reported}");
    }
    for (options, note) in [
        ("-H 'Accept;'", "`Accept;` is left out: a plan cannot send it without a value"),
        ("-H 'Content-Length: 3'", "headers that inflight sets itself are left out: `Content-Length`"),
        ("-H 'nonsense'", "curl http://a.b/: one of its headers has no colon"),
        ("-H @file", "curl http://a.b/: its headers are in a file"),
    ] {
        let (plan, reported) =
            plan_of(&format!("curl {options} http://a.b/x?y=1; curl http://a.b/z").replace("/x?y=1", "/"));
        assert!(reported.contains(note) && plan.contains("/z"), "{options}: {reported}");
    }
}

#[test]
fn bodies_are_imported_as_curl_means_them() {
    for (options, lines) in [
        ("-d ''", "method = \"POST\"\nheaders = { content-type = \"application/x-www-form-urlencoded\" }"),
        ("-d @f", "headers = { content-type = \"application/x-www-form-urlencoded\" }\nbody_file = \"f\""),
        (
            "--json '{' --json '}'",
            "headers = { content-type = \"application/json\", accept = \"application/json\" }\nbody = \"{}\"",
        ),
        ("-d a=1 -H Content-Type:", "headers = { Content-Type = \"\" }\nbody = \"a=1\""),
        (
            "-F 'f=@a.txt;type=text/x;filename=b'",
            "multipart = [\n    { name = \"f\", file = \"a.txt\", type = \"text/x\", filename = \"b\" },\n]",
        ),
        ("-u key:", "auth = { basic = { user = \"${USER}\", password = \"\" } }"),
        (
            "--path-as-is --max-redirs 3 --connect-timeout 1.5",
            "connect_timeout = \"1500ms\"\nredirects = 3\npath_as_is = true",
        ),
    ] {
        let (plan, reported) = plan_of(&format!("curl {options} http://a.b/"));
        assert_eq!(plan, format!("url = \"http://a.b/\"\n{lines}"), "{options}: {reported}");
    }
}

#[test]
fn urls_are_imported_as_curl_means_them() {
    for (words, urls) in [
        ("a.b/{x,y}", &["http://a.b/x", "http://a.b/y"][..]),
        ("-g 'a.b/{x,y}[1]'", &["http://a.b/{x,y}[1]"]),
        ("--proto-default https 'a.b?u=http://c'", &["https://a.b?u=http://c"]),
        ("-G -d a=1 --url-query b=2 'http://a.b/?c#d'", &["http://a.b/?c&b=2&a=1#d"]),
        ("-T x/f.txt http://a.b/", &["http://a.b/f.txt"]),
        ("--max a.b", &[]),
        ("--max-t 2 a.b", &["http://a.b"]),
        ("--nonsense value a.b", &[]),
        ("-- a.b", &["http://a.b"]),
        ("file:///etc/passwd", &[]),
        ("ftp://a.b/c", &[]),
        ("-H", &[]),
        ("--version", &[]),
    ] {
        let (plan, reported) = plan_of(&format!("curl {words}"));
        let found: Vec<&str> =
            plan.lines().filter_map(|line| line.strip_prefix("url = \"")?.strip_suffix('"')).collect();
        assert_eq!(found, urls, "{words}: {reported}");
        assert!(!urls.is_empty() || !reported.is_empty(), "{words}");
    }
    let (_, reported) =
        plan_of("curl file:///etc/passwd; curl 'http://u:canary@a.b/?token=canary' --nonsense canary; curl http://a.b");
    assert!(reported.contains("curl http://a.b/: the option `--nonsense` is not known"), "{reported}");
    assert!(reported.contains("file:///etc/passwd: its scheme is not http or https"), "{reported}");
    assert!(!reported.contains("canary"), "{reported}");
}

#[test]
fn commands_of_other_shells_are_imported() {
    let (plan, _) =
        plan_of("curl ^\"http://a.b/?x=^%^20^\" ^\r\n  -H ^\"accept: ^\\^\"a^\\^\"^\" ^\r\n  --compressed\r\n");
    assert_eq!(plan, "url = \"http://a.b/?x=%20\"\nheaders = { accept = '\"a\"' }");
    for script in ["/usr/bin/curl a.b", "A=1 curl.exe a.b", "time curl a.b", "$ curl a.b"] {
        assert_eq!(plan_of(script).0, "url = \"http://a.b\"", "{script}");
    }
}
