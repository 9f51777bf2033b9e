//! The options of curl, and what each means for an import.
//!
//! Every option of curl has an entry, so that each value is recognised as one. Start at [`find`].

/// What an option means for an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CurlOption {
    Url,
    Method,
    Header,
    Data,
    /// Like `Data`, but `@` is a character.
    DataRaw,
    /// Like `Data`, for a file whose line breaks are kept.
    DataBinary,
    DataUrlencode,
    UrlQuery,
    Json,
    Form,
    FormString,
    User,
    Basic,
    Digest,
    Bearer,
    UserAgent,
    Referer,
    Cookie,
    Range,
    Get,
    Head,
    Upload,
    MaxTime,
    ConnectTimeout,
    MaxRedirects,
    PathAsIs,
    /// Brackets and braces of a URL are characters.
    NoGlobs,
    DefaultScheme,
    Next,
    /// It changes no request, or inflight does the same anyway.
    NoEffect,
    /// A flag of `run` does the same.
    Flag(&'static str),
    /// A plan cannot express it. The request is imported without it.
    LeftOut,
    /// The request is another one without it.
    Needed,
}

/// An option by its name, and whether a value follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FoundOption {
    pub(super) option: CurlOption,
    pub(super) takes_value: bool,
}

/// The options with a meaning of their own. As in the lists below, the name has `=` at its end if a value follows, and
/// the letter behind it if there is one.
const OWN: &[(&str, CurlOption)] = &[
    ("url=", CurlOption::Url),
    ("request=X", CurlOption::Method),
    ("header=H", CurlOption::Header),
    ("data=d", CurlOption::Data),
    ("data-ascii=", CurlOption::Data),
    ("data-raw=", CurlOption::DataRaw),
    ("data-binary=", CurlOption::DataBinary),
    ("data-urlencode=", CurlOption::DataUrlencode),
    ("url-query=", CurlOption::UrlQuery),
    ("json=", CurlOption::Json),
    ("form=F", CurlOption::Form),
    ("form-string=", CurlOption::FormString),
    ("user=u", CurlOption::User),
    ("basic/", CurlOption::Basic),
    ("digest/", CurlOption::Digest),
    ("oauth2-bearer=", CurlOption::Bearer),
    ("user-agent=A", CurlOption::UserAgent),
    ("referer=e", CurlOption::Referer),
    ("cookie=b", CurlOption::Cookie),
    ("range=r", CurlOption::Range),
    ("get/G", CurlOption::Get),
    ("head/I", CurlOption::Head),
    ("upload-file=T", CurlOption::Upload),
    ("max-time=m", CurlOption::MaxTime),
    ("connect-timeout=", CurlOption::ConnectTimeout),
    ("max-redirs=", CurlOption::MaxRedirects),
    ("path-as-is/", CurlOption::PathAsIs),
    ("globoff/g", CurlOption::NoGlobs),
    ("proto-default=", CurlOption::DefaultScheme),
    ("next/:", CurlOption::Next),
    ("insecure/k", CurlOption::Flag("--insecure")),
    ("cacert=", CurlOption::Flag("--cacert")),
    ("cert=E", CurlOption::Flag("--cert")),
    ("key=", CurlOption::Flag("--key")),
    ("proxy=x", CurlOption::Flag("--proxy")),
    ("proxy-user=U", CurlOption::Flag("--proxy http://NAME:PASSWORD@HOST")),
    ("socks5=", CurlOption::Flag("--proxy socks5://HOST")),
    ("socks5-hostname=", CurlOption::Flag("--proxy socks5h://HOST")),
    ("resolve=", CurlOption::Flag("--resolve")),
    ("connect-to=", CurlOption::Flag("--connect-to")),
    ("unix-socket=", CurlOption::Flag("--unix-socket")),
    ("netrc/n", CurlOption::Flag("--netrc")),
    ("netrc-optional/", CurlOption::Flag("--netrc")),
    ("netrc-file=", CurlOption::Flag("--netrc-file")),
    ("cookie-jar=c", CurlOption::Flag("--cookies run")),
    ("retry=", CurlOption::Flag("--tries")),
    ("rate=", CurlOption::Flag("--rate")),
    ("parallel-max=", CurlOption::Flag("--concurrency")),
    ("max-filesize=", CurlOption::Flag("--max-body")),
    ("fail-early/", CurlOption::Flag("--fail-fast")),
];

/// Options that change no request, or do what inflight does anyway.
const NO_EFFECT: &str = "\
    compressed/ compressed-ssh/ create-dirs/ create-file-mode= disable/q dump-ca-embed/ dump-header=D etag-save= fail/f \
    fail-with-body/ http1.1/ include/i junk-session-cookies/j keepalive-cnt= keepalive-time= knownhosts= libcurl= \
    limit-rate= location/L follow/ no-buffer/N buffer/ no-clobber/ clobber/ no-keepalive/ keepalive/ \
    no-progress-meter/ progress-meter/ out-null/ output=o output-dir= parallel/Z parallel-immediate/ \
    parallel-max-host= progress-bar/# remote-header-name/J remote-name/O remote-name-all/ remote-time/R \
    remove-on-error/ show-error/S silent/s skip-existing/ stderr= styled-output/ suppress-connect-headers/ \
    tcp-fastopen/ tcp-nodelay/ trace= trace-ascii= trace-config= trace-ids/ trace-time/ verbose/v write-out=w xattr/";

/// Options that a plan cannot express.
const LEFT_OUT: &str = "\
    abstract-unix-socket= alt-svc= anyauth/ append/a ca-native/ capath= cert-status/ cert-type= ciphers= crlf/ crlfile= \
    curves= delegation= disable-eprt/ eprt/ disable-epsv/ epsv/ disallow-username-in-url/ dns-interface= \
    dns-ipv4-addr= dns-ipv6-addr= dns-servers= doh-cert-status/ doh-insecure/ doh-url= ech= egd-file= engine= \
    etag-compare= expect100-timeout= false-start/ form-escape/ ftp-account= ftp-alternative-to-user= \
    ftp-create-dirs/ ftp-method= ftp-pasv/ ftp-port=P ftp-pret/ ftp-skip-pasv-ip/ ftp-ssl/ ftp-ssl-ccc/ ftp-ssl-ccc-mode= \
    ftp-ssl-control/ ftp-ssl-reqd/ happy-eyeballs-timeout-ms= haproxy-clientip= haproxy-protocol/ hostpubmd5= \
    hostpubsha256= hsts= http0.9/ http1.0/0 http2/ http2-prior-knowledge/ http3/ http3-only/ ignore-content-length/ \
    interface= ip-tos= ipfs-gateway= ipv4/4 ipv6/6 key-type= krb= krb4= list-only/l local-port= location-trusted/ \
    login-options= mail-auth= mail-from= mail-rcpt= mail-rcpt-allowfails/ metalink/ mptcp/ no-alpn/ alpn/ no-npn/ npn/ \
    no-sessionid/ sessionid/ noproxy= pass= pinnedpubkey= post301/ post302/ post303/ preproxy= proto= proto-redir= \
    proxy-anyauth/ proxy-basic/ proxy-ca-native/ proxy-cacert= proxy-capath= proxy-cert= proxy-cert-type= \
    proxy-ciphers= proxy-crlfile= proxy-digest/ proxy-header= proxy-http2/ proxy-insecure/ proxy-key= proxy-key-type= \
    proxy-negotiate/ proxy-ntlm/ proxy-pass= proxy-pinnedpubkey= proxy-service-name= proxy-ssl-allow-beast/ \
    proxy-ssl-auto-client-cert/ proxy-tls13-ciphers= proxy-tlsauthtype= proxy-tlspassword= proxy-tlsuser= proxy-tlsv1/ \
    proxy1.0= proxytunnel/p pubkey= quote=Q random-file= raw/ retry-all-errors/ retry-connrefused/ retry-delay= \
    retry-max-time= sasl-authzid= sasl-ir/ service-name= sigalgs= socks4= socks4a= socks5-basic/ socks5-gssapi/ \
    socks5-gssapi-nec/ socks5-gssapi-service= speed-limit=Y speed-time=y ssl/ ssl-allow-beast/ ssl-auto-client-cert/ \
    ssl-no-revoke/ ssl-reqd/ ssl-revoke-best-effort/ ssl-sessions= sslv2/2 sslv3/3 telnet-option=t tftp-blksize= \
    tftp-no-options/ time-cond=z tls-earlydata/ tls-max= tls13-ciphers= tlsauthtype= tlspassword= tlsuser= tlsv1/1 \
    tlsv1.0/ tlsv1.1/ tlsv1.2/ tlsv1.3/ tr-encoding/ upload-flags= use-ascii/B vlan-priority=";

/// Options without which the request is another one, or none.
const NEEDED: &str = "\
    aws-sigv4= config=K continue-at=C expand-data= expand-form= expand-header= expand-json= expand-url= expand-url-query= \
    help/h manual/M negotiate/ ntlm/ ntlm-wb/ request-target= variable= version/V";

/// All options: the name, the letter if there is one, and the meaning.
fn options() -> impl Iterator<Item = (&'static str, Option<char>, FoundOption)> {
    let listed = |names: &'static str, option| names.split_whitespace().map(move |name| (name, option));
    let own = OWN.iter().copied().chain(listed(NO_EFFECT, CurlOption::NoEffect));
    let all = own.chain(listed(LEFT_OUT, CurlOption::LeftOut)).chain(listed(NEEDED, CurlOption::Needed));
    all.filter_map(|(written, option)| {
        let (name, letter) = written.split_once(['=', '/'])?;
        let takes_value = written[name.len()..].starts_with('=');
        Some((name, letter.chars().next(), FoundOption { option, takes_value }))
    })
}

/// Finds an option by its long name, or by a beginning of it that no other option has.
pub(super) fn find(name: &str) -> Option<FoundOption> {
    if let Some((.., found)) = options().find(|(own, ..)| *own == name) {
        return Some(found);
    }
    // `--no-location` turns an option off.
    let turned_off = name.strip_prefix("no-").and_then(|name| options().find(|(own, ..)| *own == name));
    if let Some((.., found)) = turned_off.filter(|(.., found)| !found.takes_value) {
        let option = if found.option == CurlOption::NoEffect { CurlOption::LeftOut } else { CurlOption::NoEffect };
        return Some(FoundOption { option, ..found });
    }
    let mut beginning = options().filter(|(own, ..)| own.starts_with(name));
    let (.., found) = beginning.next().filter(|_| !name.is_empty())?;
    beginning.next().is_none().then_some(found)
}

/// Finds an option by its letter.
pub(super) fn find_letter(letter: char) -> Option<FoundOption> {
    options().find(|(_, own, _)| *own == Some(letter)).map(|(.., found)| found)
}
