//! Credentials: what is sent, to whom, and that no output repeats it.

use std::path::Path;

use super::{OK, Recorder, Request};
use crate::run::program::{Ended, Folder};

/// `ann:s3cret pw`
const BASIC: &str = "Basic YW5uOnMzY3JldCBwdw==";

/// Asserts that no output and no file of a run has the password, or its encoded form.
#[track_caller]
fn assert_masked(folder: &Folder, ended: &Ended) {
    let mut texts = vec![ended.out().to_owned(), ended.err().to_owned()];
    texts.extend(
        folder
            .names()
            .iter()
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "jsonl"))
            .map(|name| String::from_utf8_lossy(&folder.bytes(name)).into_owned()),
    );
    for text in texts {
        assert!(!text.contains("s3cret") && !text.contains("YW5uOnMz"), "{text}");
    }
}

/// Answers with the credentials that it received, as a careless server may.
fn repeating() -> Recorder {
    Recorder::answering(|_, request| {
        let body = format!("{} s3cret pw", request.header("authorization").unwrap_or_default());
        format!("HTTP/1.1 500 No\r\nx-sent: {body}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    })
}

#[test]
fn a_user_and_a_password_are_sent_and_masked_everywhere() {
    for (flags, variable) in [(["-u", "ann:s3cret pw"], ""), (["--user", "ann"], "s3cret pw")] {
        let recorder = repeating();
        let folder = Folder::new();
        let run = folder.inflight("run --tries 1 --events run.jsonl --json").arg(recorder.url()).args(flags);
        let ended = run.var("INFLIGHT_PASSWORD", variable).run().exits(1);
        assert_eq!(recorder.request().header("authorization"), Some(BASIC));
        assert_masked(&folder, &ended);
        let check = folder.inflight("check").arg(recorder.url()).args(flags).var("INFLIGHT_PASSWORD", variable).run();
        assert!(check.out().contains("basic, user ann") && check.out().contains("--user"), "{}", check.out());
        assert_masked(&folder, &check);
    }
    let ended = Folder::new().inflight("run http://127.0.0.1:1/ -u ann").run().exits(2);
    assert!(ended.err().contains("without a password") && ended.err().contains("INFLIGHT_PASSWORD"), "{}", ended.err());
}

#[test]
fn a_header_wins_and_a_bearer_token_is_a_header() {
    let recorder = Recorder::start();
    let run = Folder::new();
    run.inflight("run").arg(recorder.url()).args(["-u", "a:b", "-H", "authorization: mine"]).run().exits(0);
    run.inflight("run").arg(recorder.url()).args(["--oauth2-bearer", "t0ken"]).run().exits(0);
    run.inflight("run").arg(recorder.url().replace("//", "//x:y@")).args(["-u", "a:b"]).run().exits(0);
    let sent: Vec<_> = recorder.requests().iter().map(|it| it.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, [Some("mine".into()), Some("Bearer t0ken".into()), Some("Basic YTpi".into())]);
}

#[test]
fn a_plan_has_credentials_for_all_endpoints_and_for_one() {
    let recorder = Recorder::start();
    let url = recorder.url();
    let plan = format!(
        r#"
        [defaults]
        auth = {{ basic = {{ user = "ann", password = "${{PASSWORD}}" }} }}
        [[endpoint]]
        url = "{url}default"
        [[endpoint]]
        url = "{url}none"
        auth = "none"
        [[endpoint]]
        url = "{url}bearer"
        auth = {{ bearer = "${{TOKEN}}" }}
        [[endpoint]]
        url = "{url}row"
        each = {{ who = ["bo"] }}
        auth = {{ basic = {{ user = "{{who}}", password = "{{who}}" }} }}
        "#
    );
    let folder = Folder::new().with("plan.toml", &plan);
    let run = folder.inflight("run plan.toml --events run.jsonl");
    let ended = run.var("PASSWORD", "s3cret pw").var("TOKEN", "s3cret-token").run().exits(0);
    let of = |path: &str| {
        let requests = recorder.requests();
        let request: &Request = requests.iter().find(|request| request.line.ends_with(path)).unwrap();
        request.header("authorization").map(str::to_owned)
    };
    assert_eq!(of("default").as_deref(), Some(BASIC));
    assert_eq!((of("none"), of("bearer").as_deref()), (None, Some("Bearer s3cret-token")));
    assert_eq!(of("row").as_deref(), Some("Basic Ym86Ym8="));
    assert_masked(&folder, &ended);
    let wrong = "[[endpoint]]\nurl = \"http://a.test/\"\nauth = { basic = { user = \"a\" }, bearer = \"b\" }\n";
    let ended = Folder::new().with("plan.toml", wrong).inflight("check plan.toml").run().exits(3);
    assert!(ended.err().contains("`auth` is not one kind of credentials"), "{}", ended.err());
}

#[test]
fn netrc_has_a_login_for_each_host() {
    let recorder = Recorder::start();
    let folder = Folder::new().with("logins", "machine 127.0.0.1 login ann password \"s3cret pw\"\n");
    let local = recorder.url().replace("127.0.0.1", "localhost");
    folder.inflight("run --netrc-file logins -c 1").args([recorder.url(), local.clone()]).run().exits(0);
    let path = folder.path("logins");
    folder.inflight("run --netrc").arg(recorder.url()).var("NETRC", path.to_str().unwrap()).run().exits(0);
    let sent: Vec<_> = recorder.requests().iter().map(|it| it.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, [Some(BASIC.into()), None, Some(BASIC.into())]);
    let ended = folder.inflight("run --netrc-file none").arg(local).run().exits(2);
    assert!(ended.err().contains("cannot read `none`"), "{}", ended.err());
}

#[test]
fn credentials_stay_with_their_origin() {
    for flags in [&["-u", "ann:pw"][..], &["-u", "ann:pw", "--digest"]] {
        let elsewhere = Recorder::answering(|_, _| challenge("1", ""));
        let location = elsewhere.url();
        let recorder = Recorder::answering(move |_, _| {
            format!("HTTP/1.1 307 There\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
        });
        Folder::new().inflight("run --tries 1").arg(recorder.url()).args(flags).run().exits(1);
        assert_eq!(elsewhere.request().header("authorization"), None, "{flags:?}");
    }
}

/// A digest challenge with this nonce.
fn challenge(nonce: &str, more: &str) -> String {
    format!(
        "HTTP/1.1 401 Who\r\nwww-authenticate: Digest realm=\"r\", qop=\"auth\", algorithm=SHA-256, nonce=\"{nonce}\"{more}\r\n\
         content-length: 0\r\n\r\n"
    )
}

#[test]
fn a_challenge_is_answered_once_and_later_requests_are_signed_at_once() {
    for wire in ["direct", "reqwest"] {
        // The nonce changes after the third request.
        let recorder = Recorder::answering(|n, request| {
            let nonce = if n < 3 { "one" } else { "two" };
            match request.header("authorization") {
                Some(header) if header.contains(&format!("nonce=\"{nonce}\"")) => OK.to_owned(),
                None => challenge(nonce, ""),
                Some(_) => challenge(nonce, ", stale=true"),
            }
        });
        let folder = Folder::new();
        let run = folder.inflight(&format!("run -n 4 -c 1 --digest --events run.jsonl --json --wire {wire}"));
        let ended = run.arg(recorder.url()).args(["-u", "ann:s3cret pw"]).run().exits(0);
        assert_eq!(ended.summary()["attempts"]["started"], 4, "a challenge is no attempt");
        let uses: Vec<_> = recorder
            .requests()
            .iter()
            .map(|request| request.header("authorization").map_or("", |it| it.split("nc=").nth(1).unwrap()).to_owned())
            .map(|rest| rest.chars().take(8).collect::<String>())
            .collect();
        assert_eq!(uses, ["", "00000001", "00000002", "00000003", "00000001", "00000002"], "{wire}");
        assert_masked(&folder, &ended);
    }
}

#[test]
fn a_wrong_password_is_sent_only_once() {
    let recorder = Recorder::answering(|n, _| challenge(&n.to_string(), ""));
    let ended = Folder::new().inflight("run --tries 1 --digest --json").arg(recorder.url()).args(["-u", "a:b"]).run();
    assert_eq!((ended.exits(1).summary()["jobs"]["failed"].clone(), recorder.requests().len()), (1.into(), 2));
}
