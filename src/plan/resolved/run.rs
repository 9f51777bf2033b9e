//! The resolved values of the whole run, one for each key.
//!
//! Start at [`groups`].

use std::path::Path;
use std::time::Duration;

use crate::plan::before::BeforeStep;
use crate::plan::http_client::HttpClient;
use crate::plan::order::JobOrder;
use crate::plan::provenance::{Provenance, ProvenanceIndex};
use crate::plan::resolved::value::Value;
use crate::plan::resolved::{Group, Item, network};
use crate::plan::{Expect, HostRule, Limits, Output, Plan, Practice};

/// Returns the tables of the run.
pub(super) fn groups(plan: &Plan, index: &ProvenanceIndex<'_>) -> Vec<Group> {
    let group = |title: &'static str, items| Group { title: title.into(), items };
    let mut groups = vec![group("run", run(plan, index)), group("limits", limits(&plan.limits, index))];
    groups.extend(plan.limits.hosts.iter().map(|rule| host_rule(rule, index)));
    groups.extend(network::groups(&plan.network, index));
    groups.push(group("expect", expect(&plan.expect, index)));
    groups.push(group("output", output(&plan.output, index)));
    groups.extend(plan.practice.as_ref().map(|practice| group("upstream", practice_upstream(practice, index))));
    groups
}

fn run(plan: &Plan, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let wire = match plan.wire {
        HttpClient::Auto => "auto",
        HttpClient::Direct => "direct",
        HttpClient::Reqwest => "reqwest",
    };
    let every = plan.polling.map(|polling| Value::Length(polling.every));
    let rounds = plan.polling.map(|polling| match polling.rounds {
        Some(rounds) => Value::Count(rounds.get().into()),
        None => Value::Nothing("without an end"),
    });
    let (order, from) = match &plan.order {
        JobOrder::AsGiven => ("as-given", None),
        JobOrder::SlowFirst { from } => ("slow-first", Some(Value::Text(from.display().to_string()))),
    };
    // A flag may override `order`, and then `from` has no effect.
    let from_by = match (&from, index.key_provenance("from")) {
        (Some(_), provenance) => provenance,
        (None, Provenance::Default) => Provenance::Default,
        (None, _) => Provenance::DerivedFrom("order"),
    };
    let unnamed = Provenance::Detected("named after its file".to_owned());
    let mut items = vec![
        Item::new("name", Value::Text(plan.name.clone()), index.key_provenance("name").or(unnamed)),
        Item::new("wire", Value::Text(wire.to_owned()), index.key_provenance("wire")),
        Item::new("fail_fast", Value::Flag(plan.fail_fast), index.key_provenance("fail_fast")),
        Item::new("order", Value::Text(order.to_owned()), index.key_provenance("order")),
        Item::new("from", Value::or_nothing(from, "none"), from_by),
        Item::new("every", Value::or_nothing(every, "once"), index.key_provenance("every")),
        Item::new("rounds", Value::or_nothing(rounds, "one"), index.key_provenance("rounds")),
    ];
    let before = (!plan.before.is_empty()).then(|| Value::List(plan.before.iter().map(BeforeStep::describe).collect()));
    items.extend(before.map(|before| Item::new("before", before, index.key_provenance("before"))));
    let jobs = plan.limits.jobs.map(Value::Count);
    items.extend(jobs.map(|jobs| Item::new("requests", jobs, index.key_provenance("requests"))));
    items
}

fn limits(limits: &Limits, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let per_host = limits.per_host.map(|limit| Value::Count(limit.get().into()));
    let rate = limits.gap.map(Value::Rate);
    let gap = limits.per_host_gap.map(Value::Length);
    let [duration, warmup, ramp] = [limits.duration, limits.warmup, limits.ramp].map(|time| time.map(Value::Length));
    vec![
        Item::new(
            "concurrency",
            Value::Count(limits.concurrency.get().into()),
            index.key_provenance("limits.concurrency"),
        ),
        Item::new("per_host", Value::or_nothing(per_host, "as concurrency"), index.key_provenance("limits.per_host")),
        Item::new("rate", Value::or_nothing(rate, "no limit"), index.key_provenance("limits.rate")),
        Item::new("per_host_gap", Value::or_nothing(gap, "none"), index.key_provenance("limits.per_host_gap")),
        Item::new("adaptive", Value::Text(limits.adaptive.label().to_owned()), index.key_provenance("limits.adaptive")),
        Item::new(
            "duration",
            Value::or_nothing(duration, "until all jobs are done"),
            index.key_provenance("limits.duration"),
        ),
        Item::new("warmup", Value::or_nothing(warmup, "none"), index.key_provenance("limits.warmup")),
        Item::new("ramp", Value::or_nothing(ramp, "none"), index.key_provenance("limits.ramp")),
        Item::new("retry.budget", Value::Share(limits.retry_budget), index.key_provenance("retry.budget")),
        Item::new("retry.outage", length_or_off(limits.outage), index.key_provenance("retry.outage")),
        Item::new("retry.unreachable", length_or_off(limits.unreachable), index.key_provenance("retry.unreachable")),
    ]
}

fn length_or_off(length: Duration) -> Value {
    if length.is_zero() { Value::Text("off".to_owned()) } else { Value::Length(length) }
}

/// The values of a host rule.
fn host_rule(rule: &HostRule, index: &ProvenanceIndex<'_>) -> Group {
    let title = format!("host.{}", rule.pattern);
    let limit = rule.limit.map(|limit| Value::Count(limit.get().into()));
    let item = |key: &'static str, value| Item::new(key, value, index.key_provenance(&format!("{title}.{key}")));
    let items = [("concurrency", limit), ("gap", rule.gap.map(Value::Length))];
    let items = items.into_iter().filter_map(|(key, value)| Some(item(key, value?))).collect();
    Group { title: title.into(), items }
}

fn expect(expect: &Expect, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let failed = expect.failed_below.map(Value::ShareBelow);
    let p95 = expect.p95_below.map(Value::Below);
    vec![
        Item::new("failed", Value::or_nothing(failed, "no job may"), index.key_provenance("expect.failed")),
        Item::new("p95", Value::or_nothing(p95, "any"), index.key_provenance("expect.p95")),
    ]
}

fn output(output: &Output, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let path =
        |path: Option<&Path>| Value::or_nothing(path.map(|path| Value::Text(path.display().to_string())), "none");
    vec![
        Item::new("report", path(output.report.as_deref()), index.key_provenance("output.report")),
        Item::new("bodies", path(output.bodies.as_deref()), index.key_provenance("output.bodies")),
        Item::new("raw", Value::Flag(output.raw), index.key_provenance("output.raw")),
    ]
}

fn practice_upstream(practice: &Practice, index: &ProvenanceIndex<'_>) -> Vec<Item> {
    let mut items = vec![Item::new("seed", Value::Count(practice.seed), index.key_provenance("upstream.seed"))];
    items.extend(practice.hosts.iter().map(|(host, path)| {
        let key = format!("hosts.{host}");
        let provenance = index.key_provenance(&format!("upstream.{key}"));
        Item::new(key, Value::Text(path.clone()), provenance)
    }));
    items
}
