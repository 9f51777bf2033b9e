//! Upstreams that go away and come back, over real sockets.

use std::net::TcpListener;

use inflight::model::Model;
use inflight::model::event_log::LogEvent;
use inflight::model::host::outage::HostNotice;
use inflight::plan::Practice;
use inflight::upstream::Upstream;
use serde_json::json;

use super::batch::Batch;
use super::program::Folder;

fn is_down(model: &Model) -> bool {
    model.hosts.all().any(|host| host.outage.is_some())
}

#[test]
fn no_job_is_lost_while_an_upstream_restarts() {
    let plan = "
        [limits]
        concurrency = 20
        [upstream]
        [[endpoint]]
        url = \"practice://a/delay/5ms\"
        repeat = 3000
    ";
    let mut batch = Batch::start(plan);
    let (address, elsewhere) = (batch.upstream.local_addr(), "127.0.0.1:0".parse().unwrap());
    let practice = Practice::default();
    for done in [300, 1500] {
        batch.until_model(|model| model.totals.jobs_done >= done);
        // It resets what is in flight, and refuses everything else.
        drop(std::mem::replace(&mut batch.upstream, Upstream::start(&practice, elsewhere).unwrap()));
        batch.until_model(is_down);
        batch.upstream = Upstream::start(&practice, address).unwrap();
        batch.until_model(|model| !is_down(model));
    }
    let (model, _) = batch.end();
    assert_eq!((model.totals.jobs_done, model.totals.jobs_failed), (3000, 0));
    let n_notices = |wanted: HostNotice| {
        let is_it = |event: &LogEvent| matches!(event, LogEvent::Host(_, notice, _) if *notice == wanted);
        model.event_log.newest_first().filter(|entry| is_it(&entry.event)).count()
    };
    assert!(n_notices(HostNotice::Down) >= 2 && n_notices(HostNotice::Down) == n_notices(HostNotice::Up));
}

#[test]
fn a_port_without_a_listener_is_given_up_with_a_question() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plan = format!("[retry]\nunreachable = \"300ms\"\n[[endpoint]]\nurl = \"http://{free}/\"\nrepeat = 20\n");
    let folder = Folder::new().with("dead.toml", &plan);
    let ended = folder.inflight("run --json --report report.json dead.toml").run().exits(5);
    let summary = ended.summary();
    assert_eq!((&summary["jobs"]["failed"], &summary["jobs"]["settled"]), (&json!(20), &json!(20)));
    let report = folder.json("report.json");
    let results = report["results"].as_array().unwrap();
    let details: Vec<_> = results.iter().map(|result| &result["error"]).collect();
    let detail = "never answered for 300ms (`retry.unreachable`): connection refused; is it running?";
    let expected = json!({"kind": "refused", "cause": "connection refused", "detail": detail});
    assert!(details.contains(&&expected), "{details:#?}");
    let detail = format!("http://{free}: {detail}");
    let unsent = json!({"kind": "given-up", "cause": "not sent, host given up", "detail": detail});
    assert_eq!((details[19], &results[19]["tries"]), (&unsent, &json!(0)), "the last one was never sent");
}

#[test]
fn a_single_try_fails_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = Folder::new();
    let ended = folder.inflight(&format!("run --tries 1 --json http://{free}/")).run().exits(5);
    let attempts = &ended.summary()["attempts"];
    assert_eq!((&attempts["started"], &attempts["ended"]), (&json!(1), &json!(1)));
    assert_eq!(ended.summary()["failures"][0]["cause"], json!("connection refused"));
}
