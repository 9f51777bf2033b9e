//! Certificates: which ones are accepted, and the words for each that is not.

use rcgen::date_time_ymd;

use crate::run::network::WIRES;
use crate::run::network::tls_server::{Asks, Identity, authority, self_signed, serve, signed};
use crate::run::program::{Ended, Folder};
use crate::wire::server::Do::{self, Glance, Hang, Hear, Say, Wait};
use crate::wire::server::Server;

/// Requests `https://localhost:PORT/` once with these arguments. The folder has the server's certificate.
#[track_caller]
fn ask(identity: &Identity, port: u16, wire: &str, args: &str) -> Ended {
    let folder = Folder::new().with("server.pem", &identity.cert_pem);
    let run = folder.inflight(&format!("run --tries 1 --json --wire {wire} {args}"));
    run.arg(format!("https://localhost:{port}/")).run()
}

/// The detail of the only failure.
#[track_caller]
fn detail(ended: &Ended) -> String {
    let summary = ended.summary();
    summary["failures"][0]["example"]["detail"].as_str().unwrap_or_else(|| panic!("{summary}")).to_owned()
}

#[test]
fn a_self_signed_certificate_is_refused_unless_it_is_named() {
    let plain = self_signed(&["localhost"], |_| {});
    let like_openssl = self_signed(&["localhost"], authority);
    for identity in [plain, like_openssl] {
        let port = serve(&identity, Asks::default());
        for wire in WIRES {
            let refused = ask(&identity, port, wire, "");
            assert_eq!(detail(&refused), "the certificate is self-signed: `--cacert FILE` or `--insecure`", "{wire}");
            ask(&identity, port, wire, "--cacert server.pem").exits(0);
            let folder = Folder::new().with("server.pem", &identity.cert_pem);
            let run = folder.inflight("run --tries 1").arg(format!("https://localhost:{port}/"));
            run.var("SSL_CERT_FILE", folder.path("server.pem").to_str().unwrap()).run().exits(0);
        }
    }
}

#[test]
fn the_name_and_the_dates_of_a_named_certificate_count() {
    let cases: [(Identity, &str); 5] = [
        (
            self_signed(&["a.test", "b.test"], authority),
            "the certificate is for a.test, b.test, not for localhost: use that name, or `--insecure`",
        ),
        (
            self_signed(&["other.test"], |_| {}),
            "the certificate is for other.test, not for localhost: use that name, or `--insecure`",
        ),
        (
            self_signed(&["localhost"], |params| {
                authority(params);
                params.not_after = date_time_ymd(2021, 2, 3);
            }),
            "the certificate expired on 2021-02-03: renew it, or use `--insecure`",
        ),
        (
            self_signed(&["localhost"], |params| params.not_after = date_time_ymd(2021, 2, 3)),
            "the certificate expired on 2021-02-03: renew it, or use `--insecure`",
        ),
        (
            self_signed(&["localhost"], |params| params.not_before = date_time_ymd(3021, 2, 3)),
            "the certificate is not valid before 3021-02-03: check the clocks, or use `--insecure`",
        ),
    ];
    for (identity, words) in cases {
        let port = serve(&identity, Asks::default());
        for wire in WIRES {
            assert_eq!(detail(&ask(&identity, port, wire, "--cacert server.pem")), words, "{wire}");
        }
        ask(&identity, port, "direct", "--insecure").exits(0);
    }
}

#[test]
fn an_old_certificate_without_alternative_names_is_for_its_common_name() {
    let named = |name: &'static str| {
        self_signed(&[], |params| {
            authority(params);
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
        })
    };
    let right = named("localhost");
    ask(&right, serve(&right, Asks::default()), "direct", "--cacert server.pem").exits(0);
    let wrong = named("other.test");
    let words = detail(&ask(&wrong, serve(&wrong, Asks::default()), "direct", "--cacert server.pem"));
    assert_eq!(words, "the certificate is for other.test, not for localhost: use that name, or `--insecure`");
}

#[test]
fn an_unknown_authority_is_named() {
    let (root, identity) = signed("Example Root");
    let port = serve(&identity, Asks::default());
    for wire in WIRES {
        let words = detail(&ask(&identity, port, wire, ""));
        assert_eq!(
            words, "the certificate's authority, `Example Root`, is not trusted: `--cacert FILE` or `--insecure`",
            "{wire}"
        );
        let folder = Folder::new().with("root.pem", &root);
        let run = folder.inflight("run --tries 1 --cacert root.pem --wire").arg(wire);
        run.arg(format!("https://localhost:{port}/")).run().exits(0);
    }
}

#[test]
fn an_unchecked_run_says_so_everywhere() {
    let identity = self_signed(&["other.test"], |_| {});
    let port = serve(&identity, Asks::default());
    for wire in WIRES {
        let folder = Folder::new();
        let run = folder.inflight(&format!("run --tries 1 -k --wire {wire} https://localhost:{port}/"));
        let ended = run.run().exits(0);
        assert!(ended.out().contains("INSECURE  TLS certificates were not checked"), "{}", ended.out());
        assert!(ended.err().contains("INSECURE: TLS certificates are not checked"), "{}", ended.err());
        let ended = ask(&identity, port, wire, "--insecure").exits(0);
        assert_eq!(ended.summary()["insecure"], true);
    }
    let checked = Folder::new().inflight("check -k https://localhost/").run().exits(0);
    assert!(checked.err().contains("warning: TLS certificates are not checked"), "{}", checked.err());
    let checked = Folder::new().inflight("check https://localhost/").run().exits(0);
    assert!(!checked.err().contains("TLS"), "{}", checked.err());
}

#[test]
fn a_plan_sets_tls_for_all_hosts_and_for_one() {
    let identity = self_signed(&["localhost"], |_| {});
    let port = serve(&identity, Asks::default());
    let url = format!("https://localhost:{port}/");
    let plan = |tls: &str| format!("{tls}\n[[endpoint]]\nurl = \"{url}\"\n");
    for (tls, code) in [
        ("[tls]\ncacert = \"keys/server.pem\"", 0),
        ("[tls]\ninsecure = true", 0),
        ("[tls.\"local*\"]\ncacert = \"keys/server.pem\"", 0),
        ("[tls.\"other\"]\ninsecure = true", 1),
        ("[tls]\ninsecure = true\n[tls.localhost]\ninsecure = false", 1),
    ] {
        for wire in WIRES {
            let folder = Folder::new();
            std::fs::create_dir_all(folder.path("plans/keys")).unwrap();
            let folder = folder.with("plans/keys/server.pem", &identity.cert_pem).with("plans/plan.toml", &plan(tls));
            folder.inflight(&format!("run plans/plan.toml --tries 1 --wire {wire}")).run().exits(code);
        }
    }
}

#[test]
fn a_client_certificate_is_presented_and_a_missing_one_is_asked_for() {
    let identity = self_signed(&["localhost"], |_| {});
    let client = self_signed(&["me"], |_| {});
    let asks = Asks { client: Some(client.cert.clone()), ..Asks::default() };
    let port = serve(&identity, asks);
    for wire in WIRES {
        let words = detail(&ask(&identity, port, wire, "--cacert server.pem"));
        assert_eq!(words, "the server asks for a client certificate: `--cert FILE` and `--key FILE`", "{wire}");
        let folder = Folder::new().with("server.pem", &identity.cert_pem).with("me.pem", &client.cert_pem);
        let folder =
            folder.with("me.key", &client.key_pem).with("both.pem", &(client.cert_pem.clone() + &client.key_pem));
        for files in ["--cert me.pem --key me.key", "--cert both.pem"] {
            let run = folder.inflight(&format!("run --tries 1 --cacert server.pem {files} --wire {wire}"));
            run.arg(format!("https://localhost:{port}/")).run().exits(0);
        }
    }
}

#[test]
fn an_unusable_file_is_an_error_before_the_run() {
    let (mine, other) = (self_signed(&["me"], |_| {}), self_signed(&["me"], |_| {}));
    let folder = Folder::new().with("empty.pem", "no certificate\n").with("me.pem", &mine.cert_pem);
    let folder = folder.with("other.key", &other.key_pem).with("plan.toml", PLAN);
    std::fs::create_dir(folder.path("none")).unwrap();
    for command in ["run", "check"] {
        for (args, variable, words) in [
            ("--cacert none.pem", None, "`--cacert` names `none.pem`, which cannot be read: no such file or folder"),
            ("--cacert empty.pem", None, "`--cacert` names `empty.pem`, which contains no certificate"),
            ("--cert me.pem", None, "`--cert` names `me.pem`, which contains no private key"),
            ("--cert me.pem --key other.key", None, "`other.key`, which is not the key of the client certificate"),
            ("", Some(("SSL_CERT_FILE", "none.pem")), "`SSL_CERT_FILE` names `none.pem`, which cannot be read"),
            (
                "",
                Some(("SSL_CERT_FILE", "empty.pem")),
                "`SSL_CERT_FILE` names `empty.pem`, which contains no certificate",
            ),
            ("", Some(("SSL_CERT_DIR", "none")), "`SSL_CERT_DIR` names `none`, which contains no certificate"),
        ] {
            let mut program = folder.inflight(&format!("{command} https://127.0.0.1:1/ {args}"));
            if let Some((name, value)) = variable {
                program = program.var(name, value);
            }
            let ended = program.run().exits(2);
            assert!(ended.err().contains(words), "{command}: {}", ended.err());
        }
        let ended = folder.inflight(&format!("{command} plan.toml")).run().exits(3);
        assert!(ended.err().contains("plan.toml:2"), "{}", ended.err());
        // A flag replaces the wrong file.
        let ended = folder.inflight(&format!("{command} plan.toml --cacert me.pem --tries 1")).run();
        assert!(!ended.err().contains("none.pem"), "{}", ended.err());
    }
}

const PLAN: &str = "[tls]\ncacert = \"none.pem\"\n[[endpoint]]\nurl = \"https://127.0.0.1:1/\"\n";

const ANSWERS_400: &[&[Do]] = &[&[Glance, Say("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"), Wait(20)]];
const OLD_VERSION: &[&[Do]] = &[&[Glance, Say("\x15\x03\x01\x00\x02\x02\x46"), Wait(20)]];
const CLOSES: &[&[Do]] = &[&[Glance]];

#[test]
fn a_port_that_speaks_something_else_is_named() {
    for (script, words) in [
        (ANSWERS_400, "this port speaks plain HTTP: use http://"),
        (OLD_VERSION, "the server speaks no TLS version from 1.2 on"),
        (CLOSES, "the server closed the connection during the TLS handshake: does this port use TLS?"),
    ] {
        let server = Server::start(script);
        let run = Folder::new().inflight("run --tries 1 --json").arg(format!("https://{}/", server.address())).run();
        assert_eq!(detail(&run), words);
        server.end();
    }
}

const TLS_ALERT: &[&[Do]] = &[&[Hear, Say("\x15\x03\x01\x00\x02\x02\x46"), Wait(20)]];
const LIKE_NGINX: &[&[Do]] = &[&[
    Hear,
    Say(
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 72\r\n\r\n<center>The plain HTTP request was sent to HTTPS port</center>\r\n<!-- -->\r\n",
    ),
    Hang,
]];
const LIKE_GO: &[&[Do]] =
    &[&[Hear, Say("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")]];
const HTTP_2: &[&[Do]] = &[&[Hear, Say("\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"), Wait(20)]];

#[test]
fn plain_http_to_a_tls_port_or_to_http_2_is_named_and_not_retried() {
    const TLS: &str = "this port speaks TLS: use https://";
    for (script, words) in [
        (TLS_ALERT, TLS),
        (LIKE_NGINX, TLS),
        (LIKE_GO, TLS),
        (HTTP_2, "the server speaks HTTP/2 only, which is not supported yet"),
    ] {
        let server = Server::start(script);
        let run = Folder::new().inflight("run --tries 3 --json").arg(format!("http://{}/", server.address())).run();
        assert_eq!(detail(&run), words);
        assert_eq!(run.summary()["attempts"]["started"], 1, "{words}");
        server.end();
    }
}

#[test]
fn a_tls_server_with_http_2_only_is_named_and_not_retried() {
    let identity = self_signed(&["localhost"], |_| {});
    let port = serve(&identity, Asks { alpn: vec!["h2"], ..Asks::default() });
    for wire in WIRES {
        let folder = Folder::new().with("server.pem", &identity.cert_pem);
        let run = folder.inflight(&format!("run --tries 3 --json --cacert server.pem --wire {wire}"));
        let run = run.arg(format!("https://localhost:{port}/")).run();
        assert_eq!(detail(&run), "the server speaks HTTP/2 only, which is not supported yet", "{wire}");
        assert_eq!(run.summary()["attempts"]["started"], 1, "{wire}");
    }
}

#[test]
fn a_missing_end_of_tls_counts_only_where_it_could_hide_something() {
    let identity = self_signed(&["localhost"], |_| {});
    let whole = Asks { cuts: Some("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), ..Asks::default() };
    ask(&identity, serve(&identity, whole), "direct", "--cacert server.pem").exits(0);
    let open = Asks { cuts: Some("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nok"), ..Asks::default() };
    let run = ask(&identity, serve(&identity, open), "direct", "--cacert server.pem").exits(1);
    assert_eq!(detail(&run), "the answer may be truncated: the connection ended without the end of TLS (close_notify)");
}
