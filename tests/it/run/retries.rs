//! What is tried again, by flag and by plan, as the upstream counts; and what is not, and the way to change that.

use serde_json::json;

use super::program::Folder;
use super::upstream;

/// A plan with short waits.
fn plan(upstream: &inflight::upstream::Upstream, endpoint: &str, path: &str) -> Folder {
    let url = format!("http://{}{path}", upstream.local_addr());
    let plan = format!("[retry]\nbackoff = \"1ms..5ms\"\n[[endpoint]]\nurl = \"{url}\"\n{endpoint}\n");
    Folder::new().with("plan.toml", &plan)
}

#[test]
fn a_status_that_is_not_listed_is_final_until_a_flag_lists_it() {
    let upstream = upstream();
    let folder = plan(&upstream, "repeat = 3", "/status/500");
    let ended = folder.inflight("run plan.toml").run().exits(1);
    assert!(ended.out().contains("not retried; `--retry-on 500` changes that\n"), "{}", ended.out());
    assert_eq!(ended.out().matches("  not retried").count(), 1, "{}", ended.out());
    let advice = json!({"why": "`retry.on` does not contain it", "fix": "`--retry-on 500`"});
    let summary = folder.inflight("run plan.toml --json").run().exits(1).summary();
    assert_eq!((&summary["failures"][0]["not_retried"], &summary["retries"]), (&advice, &json!(0)));
    assert_eq!(upstream.tally().requests, 6);

    let again = folder.inflight("run plan.toml --json --retry-on 404,500").run().exits(1).summary();
    assert_eq!((&again["failures"][0]["not_retried"], &again["retries"]), (&json!(null), &json!(6)));
    assert_eq!(upstream.tally().requests, 6 + 9, "three tries each");
    // What the default lists is still listed.
    let gateway = plan(&upstream, "", "/status/502").inflight("run plan.toml --json --retry-on 500").run().exits(1);
    assert_eq!(gateway.summary()["failures"][0]["not_retried"], json!(null));
}

#[test]
fn a_method_that_is_not_idempotent_is_named_as_the_reason() {
    let upstream = upstream();
    let folder = plan(&upstream, "method = \"POST\"\nrepeat = 2", "/status/504?delay=1ms");
    let ended = folder.inflight("run plan.toml").run().exits(1);
    let sentence = "not retried, not idempotent; `retry.unsafe = true` in a plan changes that\n";
    assert!(ended.out().contains(sentence), "{}", ended.out());
    assert_eq!(upstream.tally().requests, 2);
    // A flag alone would not change this one.
    let ended = plan(&upstream, "method = \"POST\"", "/status/500").inflight("run plan.toml").run().exits(1);
    assert!(ended.out().contains("--retry-on 500") && ended.out().contains("retry.unsafe = true"), "{}", ended.out());
}

#[test]
fn neither_a_single_try_nor_a_plain_client_error_is_explained() {
    let upstream = upstream();
    let ended = plan(&upstream, "", "/status/500").inflight("run plan.toml --tries 1").run().exits(1);
    assert!(!ended.out().contains("not retried"), "the user asked for it: {}", ended.out());
    let ended = plan(&upstream, "", "/status/404").inflight("run plan.toml").run().exits(1);
    assert!(!ended.out().contains("not retried"), "a retry would not find it: {}", ended.out());
    let ended = plan(&upstream, "expect = { status = [500] }", "/status/500").inflight("run plan.toml").run().exits(0);
    assert!(!ended.out().contains("not retried"), "{}", ended.out());
}

#[test]
fn the_statuses_that_count_as_refusals_are_those_of_the_flag() {
    let upstream = upstream();
    let folder = plan(&upstream, "repeat = 100", "/flaky?fail=0.05");
    let summary = folder.inflight("run plan.toml -c 4 --json --throttled 429,500").run().exits(0).summary();
    let refused = summary["attempts"]["throttled"].as_u64().unwrap();
    assert!(refused > 0 && summary["jobs"]["done"] == 100, "{summary}");
    assert_eq!(upstream.tally().answers[&500], refused);
    assert_eq!(summary["attempts"]["answered_unexpected"], 0);

    // With another list, even 429 is an answer.
    let folder = plan(&upstream, "repeat = 8", "/limit?per_window=3&window=1m");
    let summary = folder.inflight("run plan.toml --json --throttled 503").run().exits(1).summary();
    assert_eq!((&summary["jobs"]["done"], &summary["jobs"]["failed"]), (&json!(3), &json!(5)));
    assert_eq!((&summary["attempts"]["throttled"], &summary["attempts"]["started"]), (&json!(0), &json!(8)));
}

#[test]
fn a_host_limit_that_is_never_reached_is_a_warning_of_the_run_too() {
    let upstream = upstream();
    let plan = format!(
        "[limits]\nconcurrency = 4\n[host.\"127.0.0.1*\"]\nconcurrency = 9\n[[endpoint]]\nurl = \"http://{}/\"\n",
        upstream.local_addr()
    );
    let folder = Folder::new().with("plan.toml", &plan);
    let warning = "warning: `concurrency` of `127.0.0.1*` is 9, and the run's limit is 4\n  plan.toml:4\n";
    for command in ["run plan.toml", "check plan.toml"] {
        let ended = folder.inflight(command).run().exits(0);
        assert!(ended.err().contains(warning), "{command}: {}", ended.err());
    }
    let ended = folder.inflight("run plan.toml -c 9").run().exits(0);
    assert!(!ended.err().contains("warning"), "{}", ended.err());
}
