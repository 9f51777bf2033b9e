//! Pages over real sockets: what each request asks for, and what follows to another host.

use super::Recorder;
use crate::run::program::Folder;

/// An answer with this body, and perhaps a header.
fn answer(header: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{header}content-length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn pages_of_all_kinds_are_in_one_report_in_order() {
    let server = Recorder::answering(|_, request| {
        let (_, target) = request.line.split_once(' ').unwrap();
        match target {
            "/linked" => answer("link: </linked/2>; rel=next\r\n", "[1]"),
            "/counted/1" => answer("content-encoding: identity\r\n", "[3]"),
            "/counted/2" => answer("", "[ ]"),
            "/named" => answer("", &format!("{{\"next\":\"named/2\",\"fill\":\"{}\"}}", "x".repeat(300_000))),
            _ => answer("", "{}"),
        }
    });
    let plan = format!(
        "[[endpoint]]\nname = \"linked\"\nurl = \"{0}linked\"\nnext = \"link\"\n\
         [[endpoint]]\nname = \"counted\"\nurl = \"{0}counted/{{page}}\"\npage = \"1..\"\n\
         [[endpoint]]\nname = \"named\"\nurl = \"{0}named\"\nnext = \"$.next\"\n",
        server.url()
    );
    let folder = Folder::new().with("plan.toml", &plan);
    let ended = folder.inflight("run plan.toml --json --report out.json --events run.jsonl").run().exits(0);
    assert_eq!(ended.summary()["jobs"]["done"], 6, "{}", ended.out());
    let report = folder.json("out.json");
    let results = report["results"].as_array().unwrap();
    let paths: Vec<_> = results
        .iter()
        .map(|result| {
            let (_, url) = result["request"].as_str().unwrap().split_once(&server.url()).unwrap();
            (url.to_owned(), result["page"].as_u64().unwrap(), result["row"].as_u64().unwrap())
        })
        .collect();
    let wanted = [("linked", 1), ("linked/2", 2), ("counted/1", 1), ("counted/2", 2), ("named", 1), ("named/2", 2)];
    assert_eq!(paths, wanted.map(|(path, page)| (path.to_owned(), page, 1)));
    let check = folder.inflight("check plan.toml").run().exits(0);
    assert!(
        check.out().contains("the `Link` header") && check.out().contains("1.. until one is empty"),
        "{}",
        check.out()
    );
}

#[test]
fn credentials_do_not_follow_to_another_host() {
    let other = Recorder::answering(|_, _| answer("", "{}"));
    let next = other.url().replace("127.0.0.1", "localhost");
    let first = Recorder::answering(move |_, _| answer("set-cookie: s=1\r\n", &format!("{{\"next\": \"{next}2\"}}")));
    let plan = |hosts: &str| {
        format!(
            "cookies = \"row\"\n[[endpoint]]\nurl = \"{}\"\nnext = \"$.next\"\n{hosts}\n\
             headers = {{ authorization = \"Bearer s3cret\", x-key = \"s3cret\", accept = \"a/b\" }}\n",
            first.url()
        )
    };
    let folder = Folder::new().with("no.toml", &plan("")).with("yes.toml", &plan("next_hosts = [\"localhost\"]"));
    let ended = folder.inflight("run no.toml").run().exits(1);
    assert!(other.requests().is_empty() && ended.err().contains("another host"), "{}", ended.err());
    folder.inflight("run yes.toml").run().exits(0);
    let request = other.request();
    let names: Vec<_> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.iter().all(|name| ["host", "accept", "user-agent"].contains(name)), "{names:?}");
    assert_eq!(request.header("accept"), Some("a/b"));
}
