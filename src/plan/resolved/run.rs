//! What a plan says of the whole run, one line for each key.
//!
//! Start at [`groups`].

use std::path::Path;

use crate::plan::order::Order;
use crate::plan::resolved::value::Value;
use crate::plan::resolved::{Group, Item};
use crate::plan::said::{Said, Words};
use crate::plan::via::Via;
use crate::plan::{Expect, HostRule, Limits, Output, Plan, Practice};

/// The tables of the run.
pub(super) fn groups(plan: &Plan, words: &Words<'_>) -> Vec<Group> {
    let group = |title: &'static str, items| Group { title: title.into(), items };
    let mut groups = vec![group("run", run(plan, words)), group("limits", limits(&plan.limits, words))];
    groups.extend(plan.limits.hosts.iter().map(|rule| host_rule(rule, words)));
    groups.push(group("expect", expect(&plan.expect, words)));
    groups.push(group("output", output(&plan.output, words)));
    groups.extend(plan.practice.as_ref().map(|practice| group("upstream", practice_upstream(practice, words))));
    groups
}

fn run(plan: &Plan, words: &Words<'_>) -> Vec<Item> {
    let wire = match plan.wire {
        Via::Auto => "auto",
        Via::Direct => "direct",
        Via::Reqwest => "reqwest",
    };
    let every = plan.polling.map(|polling| Value::Length(polling.every));
    let rounds = plan.polling.map(|polling| match polling.rounds {
        Some(rounds) => Value::Count(rounds.get().into()),
        None => Value::Nothing("without an end"),
    });
    let (order, from) = match &plan.order {
        Order::AsGiven => ("as-given", None),
        Order::SlowFirst { from } => ("slow-first", Some(Value::Text(from.display().to_string()))),
    };
    // What a flag has put aside is in force no more, so nobody's line says that there is none.
    let from_by = match (&from, words.of("from")) {
        (Some(_), said) => said,
        (None, Said::Nobody) => Said::Nobody,
        (None, _) => Said::Follows("order"),
    };
    let unnamed = Said::Found("called after what it was read from".to_owned());
    vec![
        Item::new("name", Value::Text(plan.name.clone()), words.of("name").or(unnamed)),
        Item::new("wire", Value::Text(wire.to_owned()), words.of("wire")),
        Item::new("fail_fast", Value::Flag(plan.fail_fast), words.of("fail_fast")),
        Item::new("order", Value::Text(order.to_owned()), words.of("order")),
        Item::new("from", Value::or_nothing(from, "none"), from_by),
        Item::new("every", Value::or_nothing(every, "once"), words.of("every")),
        Item::new("rounds", Value::or_nothing(rounds, "one"), words.of("rounds")),
    ]
}

fn limits(limits: &Limits, words: &Words<'_>) -> Vec<Item> {
    let per_host = limits.per_host.map(|limit| Value::Count(limit.get().into()));
    let rate = limits.gap.map(Value::Rate);
    let gap = limits.per_host_gap.map(Value::Length);
    vec![
        Item::new("concurrency", Value::Count(limits.concurrency.get().into()), words.of("limits.concurrency")),
        Item::new("per_host", Value::or_nothing(per_host, "as concurrency"), words.of("limits.per_host")),
        Item::new("rate", Value::or_nothing(rate, "no limit"), words.of("limits.rate")),
        Item::new("per_host_gap", Value::or_nothing(gap, "none"), words.of("limits.per_host_gap")),
        Item::new("adaptive", Value::Flag(limits.adaptive), words.of("limits.adaptive")),
        Item::new("retry.budget", Value::Share(limits.retry_budget), words.of("retry.budget")),
    ]
}

/// What a rule says of the hosts that it matches.
fn host_rule(rule: &HostRule, words: &Words<'_>) -> Group {
    let title = format!("host.{}", rule.pattern);
    let limit = rule.limit.map(|limit| Value::Count(limit.get().into()));
    let item = |key: &'static str, value| Item::new(key, value, words.of(&format!("{title}.{key}")));
    let items = [("concurrency", limit), ("gap", rule.gap.map(Value::Length))];
    let items = items.into_iter().filter_map(|(key, value)| Some(item(key, value?))).collect();
    Group { title: title.into(), items }
}

fn expect(expect: &Expect, words: &Words<'_>) -> Vec<Item> {
    let failed = expect.failed_below.map(Value::ShareBelow);
    let p95 = expect.p95_below.map(Value::Below);
    vec![
        Item::new("failed", Value::or_nothing(failed, "no job may"), words.of("expect.failed")),
        Item::new("p95", Value::or_nothing(p95, "any"), words.of("expect.p95")),
    ]
}

fn output(output: &Output, words: &Words<'_>) -> Vec<Item> {
    let path =
        |path: Option<&Path>| Value::or_nothing(path.map(|path| Value::Text(path.display().to_string())), "none");
    vec![
        Item::new("report", path(output.report.as_deref()), words.of("output.report")),
        Item::new("bodies", path(output.bodies.as_deref()), words.of("output.bodies")),
    ]
}

fn practice_upstream(practice: &Practice, words: &Words<'_>) -> Vec<Item> {
    let mut items = vec![Item::new("seed", Value::Count(practice.seed), words.of("upstream.seed"))];
    items.extend(practice.hosts.iter().map(|(host, path)| {
        let key = format!("hosts.{host}");
        let said = words.of(&format!("upstream.{key}"));
        Item::new(key, Value::Text(path.clone()), said)
    }));
    items
}
