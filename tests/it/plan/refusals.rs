//! The statuses that count as refusals, and the outcomes that are retried: from the defaults and of single endpoints.

use inflight::plan::statuses::{Throttled, parse_throttled};

use crate::plan::{Drawn, toml, try_toml};

#[track_caller]
fn policies(text: &str) -> Vec<(Throttled, Vec<String>)> {
    let drawn = Drawn::from_plan(&toml(text));
    drawn.jobs.iter().map(|job| (job.policy.throttled, job.policy.retry.on.words())).collect()
}

#[test]
fn an_endpoint_replaces_the_list_of_refusals() {
    let policies = policies(
        r#"
        [defaults]
        throttled = [429, 503]
        [[endpoint]]
        url = "https://a.b/1"
        [[endpoint]]
        url = "https://a.b/2"
        throttled = [403, "420"]
        [[endpoint]]
        url = "https://a.b/3"
        throttled = []
        "#,
    );
    let listed = |text| parse_throttled(text).unwrap();
    let throttled: Vec<_> = policies.iter().map(|(throttled, _)| *throttled).collect();
    assert_eq!(throttled, [listed("429,503"), listed("403,420"), listed("")]);
    assert_ne!(listed(""), Throttled::Inferred, "an empty list ends the inference");
    let undecided = self::policies("[[endpoint]]\nurl = \"https://a.b/\"\n");
    assert_eq!(undecided[0].0, Throttled::Inferred);
}

#[test]
fn an_endpoint_replaces_the_outcomes_that_are_retried() {
    let policies = policies(
        r#"
        [retry]
        on = ["timeout", 500]
        [[endpoint]]
        url = "https://a.b/1"
        [[endpoint]]
        url = "https://a.b/2"
        retry = { on = ["connect", "409"] }
        "#,
    );
    let words: Vec<_> = policies.iter().map(|(_, words)| words.join(" ")).collect();
    assert_eq!(words, ["timeout 500", "connect 409"]);
}

#[test]
fn an_answer_that_is_no_error_cannot_be_a_refusal() {
    for wrong in ["throttled = [200]", "throttled = [\"3xx\"]", "throttled = 429.5", "throttled = [1000]"] {
        let text = format!("[[endpoint]]\nurl = \"https://a.b/\"\n{wrong}\n");
        let message = try_toml(&text).unwrap_err().render(false, 100);
        assert!(message.contains("`throttled`") && message.contains(":3:"), "{wrong}: {message}");
    }
}
