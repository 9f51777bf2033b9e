//! What bad answers looked like is told: of a few, in a few hundred bytes, and without secrets.

use inflight::event::Fact;
use inflight::event::failure_sample::{Excerpt, FailureSample, Field};

use super::program::Folder;
use super::{at, upstream};
use crate::scenario::replay;

/// Every bad answer that the recording of a run tells of.
#[track_caller]
fn told(folder: &Folder) -> Vec<FailureSample> {
    let (events, skipped) = replay(&folder.bytes("run.jsonl"));
    assert_eq!(skipped, 0);
    let exhibits = events.into_iter().filter_map(|event| match event.fact {
        Fact::FailureSampled { answer, .. } => Some((*answer).clone()),
        _ => None,
    });
    exhibits.collect()
}

fn value<'e>(exhibit: &'e FailureSample, name: &str) -> Option<&'e str> {
    exhibit.headers.iter().find(|Field(known, _)| **known == *name).map(|Field(_, value)| &**value)
}

#[test]
fn the_first_bad_answers_of_a_cause_are_told_with_head_and_body() {
    let (folder, upstream) = (Folder::new(), upstream());
    let words = "run --tries 1 -n 30 --events run.jsonl";
    folder.inflight(words).word(at(&upstream, "/status/503?bytes=100000&retry_after=none")).run().exits(1);
    let told = told(&folder);
    assert_eq!(told.len(), 3);
    for exhibit in &told {
        assert_eq!((exhibit.status, exhibit.bytes), (503, 100_000));
        assert_eq!(value(exhibit, "content-length"), Some("100000"));
        assert!(matches!(&exhibit.body, Excerpt::Begins(text) if (100..=600).contains(&text.len())), "{exhibit:?}");
    }
}

#[test]
fn good_answers_are_not_told() {
    let (folder, upstream) = (Folder::new(), upstream());
    folder.inflight("run -n 30 --events run.jsonl").word(at(&upstream, "/json/orders/7")).run().exits(0);
    assert_eq!(told(&folder), []);
}

#[test]
fn of_an_answer_that_broke_off_the_head_is_told() {
    let (folder, upstream) = (Folder::new(), upstream());
    let words = "run --tries 1 --events run.jsonl";
    folder.inflight(words).word(at(&upstream, "/close?after=100&bytes=200")).run().exits(1);
    let told = told(&folder);
    assert_eq!(told.iter().map(|exhibit| (exhibit.status, exhibit.bytes)).collect::<Vec<_>>(), [(200, 100)]);
    assert_eq!((value(&told[0], "content-length"), &told[0].body), (Some("200"), &Excerpt::None));
}

#[test]
fn what_a_server_repeats_of_our_secrets_is_masked() {
    let upstream = upstream();
    let address = upstream.local_addr();
    let plan = format!(
        r#"
        [defaults]
        headers = {{ x-api-key = "${{TOKEN}}", cookie = "theme=dark; session=canary-cookie", accept = "text/plain" }}
        [[endpoint]]
        url = "http://canary-user:canary-password@{address}/echo?id=${{TOKEN}}"
        expect = {{ status = [204] }}
        [[endpoint]]
        url = "http://{address}/headers?set-cookie=a=theirs&x-auth-token=canary-token&x-note=${{TOKEN}}"
        expect = {{ status = [204] }}
        "#
    );
    let folder = Folder::new().with("secret.toml", &plan);
    let program = folder.inflight("run --events run.jsonl -H").word("authorization: Bearer canary-header");
    program.word("secret.toml").var("TOKEN", "canary-variable").run().exits(1);
    let told = told(&folder);
    let echoed = told.iter().find_map(|exhibit| match &exhibit.body {
        Excerpt::Text(text) | Excerpt::Begins(text) if text.contains("text/plain") => Some(text),
        _ => None,
    });
    assert!(echoed.is_some_and(|text| text.contains("***")), "{told:?}");
    assert!(told.iter().any(|exhibit| value(exhibit, "set-cookie") == Some("***")), "{told:?}");
    let journal = String::from_utf8(folder.bytes("run.jsonl")).unwrap();
    assert_eq!(journal.lines().find(|line| line.contains("canary")), None);
}

#[test]
fn what_requests_carry_is_told_once_and_its_secrets_and_bodies_are_not() {
    let (folder, upstream) = (Folder::new(), upstream());
    let url = at(&upstream, "/status/200");
    let lines = [
        format!(r#"{{"url":"{url}","header":{{"x-note":"first","authorization":"Bearer canary"}},"body":"canary-1"}}"#),
        format!(
            r#"{{"url":"{url}","header":{{"x-note":"second","authorization":"Bearer canary"}},"body":"canary-1"}}"#
        ),
        format!(r#"{{"url":"{url}","header":{{"x-note":"third"}}}}"#),
    ];
    let folder = folder.with("urls.jsonl", &lines.join("\n"));
    folder.inflight("run --events run.jsonl -c 1 urls.jsonl").run().exits(0);
    let (events, _) = replay(&folder.bytes("run.jsonl"));
    let told: Vec<_> = events.into_iter().filter(|event| matches!(event.fact, Fact::EndpointProfile { .. })).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for (event, differs) in told.iter().zip([false, true]) {
        let Fact::EndpointProfile { headers, body, varies, .. } = &event.fact else { continue };
        let value =
            |name: &str| headers.iter().find(|Field(known, _)| **known == *name).map(|Field(_, value)| &**value);
        assert_eq!((value("x-note"), value("authorization")), (Some("first"), Some("***")));
        assert_eq!((*body, *varies), (8, differs));
    }
    assert!(!String::from_utf8(folder.bytes("run.jsonl")).unwrap().contains("canary"));
}

#[test]
fn requests_that_carry_nothing_are_not_told_of() {
    let (folder, upstream) = (Folder::new(), upstream());
    folder.inflight("run -n 5 --events run.jsonl").word(at(&upstream, "/status/200")).run().exits(0);
    let (events, _) = replay(&folder.bytes("run.jsonl"));
    assert!(!events.iter().any(|event| matches!(event.fact, Fact::EndpointProfile { .. })));
}
