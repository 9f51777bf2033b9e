//! Samples of failures: a few answers, of a few hundred bytes each, without secrets.

use inflight::event::Fact;
use inflight::event::failure_sample::{Excerpt, FailureSample, Field};

use crate::run::program::Folder;
use crate::run::{at, upstream};
use crate::scenario::replay;

/// Every failure sample in the recording of a run.
#[track_caller]
fn samples(folder: &Folder) -> Vec<FailureSample> {
    let (events, skipped) = replay(&folder.bytes("run.jsonl"));
    assert_eq!(skipped, 0);
    let samples = events.into_iter().filter_map(|event| match event.fact {
        Fact::FailureSampled { answer, .. } => Some((*answer).clone()),
        _ => None,
    });
    samples.collect()
}

fn value<'e>(sample: &'e FailureSample, name: &str) -> Option<&'e str> {
    sample.headers.iter().find(|Field(known, _)| **known == *name).map(|Field(_, value)| &**value)
}

#[test]
fn the_first_bad_answers_of_a_cause_are_recorded_with_head_and_body() {
    let (folder, upstream) = (Folder::new(), upstream());
    let words = "run --tries 1 -n 30 --events run.jsonl";
    folder.inflight(words).arg(at(&upstream, "/status/503?bytes=100000&retry_after=none")).run().exits(1);
    let samples = samples(&folder);
    assert_eq!(samples.len(), 3);
    for sample in &samples {
        assert_eq!((sample.status, sample.bytes), (503, 100_000));
        assert_eq!(value(sample, "content-length"), Some("100000"));
        assert!(matches!(&sample.body, Excerpt::Begins(text) if (100..=600).contains(&text.len())), "{sample:?}");
    }
}

#[test]
fn good_answers_are_not_recorded() {
    let (folder, upstream) = (Folder::new(), upstream());
    folder.inflight("run -n 30 --events run.jsonl").arg(at(&upstream, "/json/orders/7")).run().exits(0);
    assert_eq!(samples(&folder), []);
}

#[test]
fn the_head_of_an_incomplete_answer_is_recorded() {
    let (folder, upstream) = (Folder::new(), upstream());
    let words = "run --tries 1 --events run.jsonl";
    folder.inflight(words).arg(at(&upstream, "/close?after=100&bytes=200")).run().exits(1);
    let samples = samples(&folder);
    assert_eq!(samples.iter().map(|sample| (sample.status, sample.bytes)).collect::<Vec<_>>(), [(200, 100)]);
    assert_eq!((value(&samples[0], "content-length"), &samples[0].body), (Some("200"), &Excerpt::None));
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
    let program = folder.inflight("run --events run.jsonl -H").arg("authorization: Bearer canary-header");
    program.arg("secret.toml").var("TOKEN", "canary-variable").run().exits(1);
    let samples = samples(&folder);
    let echoed = samples.iter().find_map(|sample| match &sample.body {
        Excerpt::Text(text) | Excerpt::Begins(text) if text.contains("text/plain") => Some(text),
        _ => None,
    });
    assert!(echoed.is_some_and(|text| text.contains("***")), "{samples:?}");
    assert!(samples.iter().any(|sample| value(sample, "set-cookie") == Some("***")), "{samples:?}");
    let journal = String::from_utf8(folder.bytes("run.jsonl")).unwrap();
    assert_eq!(journal.lines().find(|line| line.contains("canary")), None);
}

#[test]
fn a_request_profile_is_recorded_once_without_secrets_and_bodies() {
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
    let profiles: Vec<_> =
        events.into_iter().filter(|event| matches!(event.fact, Fact::EndpointProfile { .. })).collect();
    assert_eq!(profiles.len(), 2, "{profiles:?}");
    for (event, differs) in profiles.iter().zip([false, true]) {
        let Fact::EndpointProfile { headers, body, varies, .. } = &event.fact else { continue };
        let value =
            |name: &str| headers.iter().find(|Field(known, _)| **known == *name).map(|Field(_, value)| &**value);
        assert_eq!((value("x-note"), value("authorization")), (Some("first"), Some("***")));
        assert_eq!((*body, *varies), (8, differs));
    }
    assert!(!String::from_utf8(folder.bytes("run.jsonl")).unwrap().contains("canary"));
}

#[test]
fn a_request_without_headers_and_body_has_no_profile() {
    let (folder, upstream) = (Folder::new(), upstream());
    folder.inflight("run -n 5 --events run.jsonl").arg(at(&upstream, "/status/200")).run().exits(0);
    let (events, _) = replay(&folder.bytes("run.jsonl"));
    assert!(!events.iter().any(|event| matches!(event.fact, Fact::EndpointProfile { .. })));
}
