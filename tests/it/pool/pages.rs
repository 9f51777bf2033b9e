//! The pages of a row: one job each, one after the other, and side by side with those of other rows.

use inflight::event::idle::IdleReason;
use inflight::event::outcome::{JobEnd, Outcome, Reason};
use inflight::event::reasons::RunEnd;
use inflight::event::{Fact, Offset};
use inflight::model::verdict::{findings, headline};

use crate::pool::rig::{Act, Cue, End, FinishedRun, Rig, ends, ok};
use crate::scenario::fold;

/// An endpoint whose rows have pages.
fn plan(rows: u32, keys: &str) -> String {
    format!(
        "[limits]\nconcurrency = 10\n[[endpoint]]\nurl = \"http://a.test/{{id}}\"\n{keys}\neach = {{ id = \"1..={rows}\" }}\n"
    )
}

/// Answers with so many pages of each row, after 100 ms each.
fn pages(of: u32) -> impl Fn(Cue<'_>) -> Act {
    move |cue| {
        let next = if cue.n < of { format!("\"/{}?page={}\"", cue.place.row, cue.n + 1) } else { "null".to_owned() };
        ends(100, End::Body(format!("{{\"items\": [1], \"next\": {next}}}")))
    }
}

/// How the last job of a run ended.
fn last_failure(run: &FinishedRun) -> (Reason, String) {
    let failed = run.results.iter().rev().find_map(|result| match &result.end {
        JobEnd::Failed { last: Outcome::Failed { reason, detail, .. } } => {
            Some((*reason, detail.as_deref()?.to_owned()))
        }
        _ => None,
    });
    failed.expect("a job failed")
}

/// The warnings of a run.
fn warnings(run: &FinishedRun) -> Vec<String> {
    let warned = |fact: &Fact| match fact {
        Fact::Warned { message, .. } => Some(message.to_string()),
        _ => None,
    };
    run.events.iter().filter_map(|event| warned(&event.fact)).collect()
}

#[tokio::test(start_paused = true)]
async fn pages_follow_each_other_within_a_row_and_run_side_by_side_among_rows() {
    let run = Rig::new(&plan(3, "next = \"$.next\""), pages(4)).run().await;
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), ledger.peak, run.end()), (12, 3, (RunEnd::Finished, Offset(400_000))));
    assert_eq!(run.results.iter().filter(|result| result.page == Some(4)).count(), 3);
    let model = fold(&run.events);
    assert_eq!((model.jobs, model.totals.pages, model.totals.paged_rows), (Some(12), 12, 3));
    let drawn: Vec<_> = run.events.iter().filter(|event| matches!(event.fact, Fact::PlanDrawn { .. })).collect();
    assert!(matches!(drawn[..], [event] if event.fact == Fact::PlanDrawn { jobs: 12 } && event.at == Offset(400_000)));
}

#[tokio::test(start_paused = true)]
async fn a_row_with_many_pages_is_not_called_serial() {
    let run = Rig::new(&plan(1, "next = \"$.next\""), pages(60)).run().await;
    let model = fold(&run.events);
    assert_eq!((run.ledger().peak, run.results.len()), (1, 60));
    assert!(findings(&model, None).iter().all(|finding| finding.kind != "serial"), "{:?}", findings(&model, None));
    let shares = model.idle_shares(model.last);
    assert_eq!(shares.first().map(|(why, _)| *why), Some(IdleReason::Pages));
    let text = headline::headline(&model, model.last).to_string();
    assert!(text.contains("60 pages of 1 row") && text.contains("named the next"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_link_header_names_the_next_page() {
    let run = Rig::new(&plan(1, "next = \"link\""), |cue| {
        let links = "<http://a.test/1>; rel=\"prev\", <?page=2,5>; title=\"a, b; rel=next\"; rel=\"last next\"";
        if cue.n == 1 { ends(10, End::Linked(links.to_owned())) } else { ok(10) }
    });
    let run = run.run().await;
    let targets: Vec<_> = run.results.iter().map(|result| &*result.target).collect();
    assert_eq!(targets, ["GET http://a.test/1", "GET http://a.test/1?page=2,5"]);
}

#[tokio::test(start_paused = true)]
async fn a_value_of_a_page_becomes_a_parameter_of_the_next() {
    let keys = "next = { json = \"$.cursor\", query = \"after\" }";
    let script = |cue: Cue<'_>| {
        let cursor = ["\"a b&c\"", "7", "\"\""][cue.n as usize - 1];
        ends(10, End::Body(format!("{{\"cursor\": {cursor}}}")))
    };
    let run = Rig::new(&plan(1, keys).replace("{id}", "{id}?size=9&after=0"), script).run().await;
    let targets: Vec<_> = run.results.iter().map(|result| &*result.target).collect();
    let base = "GET http://a.test/1?size=9";
    assert_eq!(targets, [format!("{base}&after=0"), format!("{base}&after=a%20b%26c"), format!("{base}&after=7")]);
}

#[tokio::test(start_paused = true)]
async fn counted_pages_end_with_an_empty_one_or_with_the_last() {
    let script = |cue: Cue<'_>| {
        let items = if cue.n < 4 { format!("[{}]", cue.n) } else { "[]".to_owned() };
        ends(10, End::Body(format!("{{\"meta\": [], \"data\": {{\"items\": {items}}}}}")))
    };
    let with_page = |keys: &str| plan(1, keys).replace("{id}", "{id}/{page}");
    for (keys, pages) in [
        ("page = \"0..\"\nuntil_empty = \"$.data.items\"", vec![0, 1, 2, 3]),
        ("page = \"5..=6\"\nuntil_empty = \"$.data.items\"", vec![5, 6]),
    ] {
        let run = Rig::new(&with_page(keys), script).run().await;
        let targets: Vec<_> = run.results.iter().map(|result| result.target.to_string()).collect();
        assert_eq!(targets, pages.iter().map(|n| format!("GET http://a.test/1/{n}")).collect::<Vec<_>>());
    }
    // Without a path, it is empty if all its lists are: here, only one of them matters.
    let run = Rig::new(&with_page("page = \"1..\""), |cue| {
        ends(10, End::Body(if cue.n < 3 { format!("[{}]", cue.n) } else { "{\"items\": []}".to_owned() }))
    });
    assert_eq!(run.run().await.results.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_loop_of_pages_fails_and_names_the_page() {
    let script = |cue: Cue<'_>| ends(10, End::Body(format!("{{\"next\": \"/1?page={}\"}}", cue.n % 3)));
    let run = Rig::new(&plan(1, "next = \"$.next\""), script).run().await;
    assert_eq!(run.results.len(), 4);
    let (reason, text) = last_failure(&run);
    assert_eq!((reason, &*text), (Reason::Unexpected, "the next page was read before: GET http://a.test/1?page=1"));
    // The URL of a counted page is always new, but its content is not if the server ignores the number.
    let counted = plan(1, "page = \"1..\"").replace("{id}", "{id}/{page}");
    let run = Rig::new(&counted, |_| ends(10, End::Body("[1]".to_owned()))).run().await;
    assert_eq!((run.results.len(), last_failure(&run).1.contains("ignore the page's number")), (2, true));
}

#[tokio::test(start_paused = true)]
async fn pages_are_bounded_and_a_warning_says_so() {
    let run = Rig::new(&plan(2, "next = \"$.next\"\nmax_pages = 3"), pages(9)).run().await;
    assert_eq!((run.results.len(), run.ledger().ends.values().all(|end| *end == JobEnd::Done)), (6, true));
    let warnings = warnings(&run);
    assert!(matches!(&warnings[..], [one] if one.contains("more than 3 pages")), "{warnings:?}");
    // A number of jobs is exact.
    let run = Rig::new(&plan(2, "next = \"$.next\""), pages(9)).with(|plan| plan.limits.jobs = Some(5)).run().await;
    assert_eq!((run.results.len(), fold(&run.events).jobs), (5, Some(5)));
}

#[tokio::test(start_paused = true)]
async fn a_page_at_another_host_is_read_only_where_that_is_allowed() {
    let script = |cue: Cue<'_>| match cue.host {
        "a.test" => ends(10, End::Body("{\"next\": \"http://b.test/2\"}".to_owned())),
        _ => ends(10, End::Body("{}".to_owned())),
    };
    let run = Rig::new(&plan(1, "next = \"$.next\""), script).run().await;
    let (_, text) = last_failure(&run);
    assert!(text.contains("another host, b.test") && run.arrivals_at("b.test").is_empty(), "{text}");
    let run = Rig::new(&plan(1, "next = \"$.next\"\nnext_hosts = [\"*.test\"]"), script).run().await;
    assert_eq!((run.arrivals_at("b.test").len(), run.results.len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_ends_its_row_and_a_retried_one_goes_on() {
    let script = |cue: Cue<'_>| match (cue.place.row, cue.n) {
        (0, 2) => ends(10, End::Status(404)),
        (1, 2) => ends(10, End::Status(503)),
        (row, n) if n < 5 => ends(10, End::Body(format!("{{\"next\": \"/{row}?page={n}\"}}"))),
        _ => ends(10, End::Body("{}".to_owned())),
    };
    let run = Rig::new(&plan(2, "next = \"$.next\""), script).run().await;
    let ends = |row| run.results.iter().filter(|result| result.place.row == row).count();
    assert_eq!((ends(0), ends(1)), (2, 4));
    let text = |end: &str| {
        Rig::new(&plan(1, "next = \"$.next\""), {
            let end = end.to_owned();
            move |_| crate::pool::rig::ends(10, End::Body(end.clone()))
        })
    };
    for (body, wrong) in [("<html>", "the body is not JSON"), ("{\"next\": [1]}", "neither a text nor a number")] {
        let (_, message) = last_failure(&text(body).run().await);
        assert!(message.contains(wrong), "{message}");
    }
}
