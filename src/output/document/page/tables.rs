//! The tables of a page: endpoints, hosts, and failures by cause.
//!
//! Start at [`endpoints`].

use maud::{Markup, html};

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::endpoint::EndpointStats;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// The most rows of a table.
const MOST: usize = 1_000;

/// The endpoints, those with failures and the slowest first.
pub(super) fn endpoints(model: &Model) -> Markup {
    let mut all: Vec<&EndpointStats> = model.endpoints.iter().collect();
    all.sort_by_key(|endpoint| std::cmp::Reverse((endpoint.failed, endpoint.latency.quantile(0.95))));
    html! {
        div.wide { table {
            thead { tr {
                th { "Endpoint" } th { "Done" } th { "Failed" } th { "Refused" } th { "Retried" }
                th { "p50" } th { "p95" } th { "p99" } th { "Max" }
            } }
            tbody { @for endpoint in all.iter().take(MOST) {
                tr {
                    td { (sanitize(&endpoint.name)) }
                    td { (units::count(endpoint.done)) }
                    (counted("failed", endpoint.failed))
                    (counted("refused", endpoint.throttled))
                    td { (units::count_or_nothing(endpoint.retried)) }
                    @for q in [0.5, 0.95, 0.99] { td { (time(endpoint.latency.quantile(q))) } }
                    td { (time(endpoint.latency.max())) }
                }
            } }
        } }
        (rest(all.len(), "endpoint"))
    }
}

/// The hosts, if there are several or one did anything else than answer.
pub(super) fn hosts(model: &Model, end: Offset) -> Option<Markup> {
    let hosts: Vec<_> = model.hosts.kept().collect();
    let is_plain = |host: &&crate::model::host::HostStats| {
        host.throttled == 0 && host.outages(end).0 == 0 && host.learned.is_none() && host.last_given_up.is_none()
    };
    if hosts.len() < 2 && hosts.iter().all(is_plain) {
        return None;
    }
    Some(html! {
        div.wide { table {
            thead { tr {
                th { "Host" } th { "Attempts" } th { "Answered" } th { "Refused" } th { "Failed" } th { "Outages" }
                th { "Down" } th { "p50" } th { "p95" }
            } }
            tbody { @for host in hosts.iter().take(MOST) {
                @let (outages, down) = host.outages(end);
                tr {
                    td { (sanitize(&host.name)) }
                    td { (units::count(host.started)) }
                    td { (units::count(host.answered)) }
                    (counted("refused", host.throttled))
                    (counted("failed", host.failed))
                    td { (units::count_or_nothing(outages)) }
                    td { @if outages > 0 { (units::length(down)) } @else { (units::NOTHING) } }
                    @for q in [0.5, 0.95] { td { (time(host.latency.quantile(q))) } }
                }
            } }
        } }
        (rest(hosts.len(), "host"))
    })
}

/// The failed jobs by cause, each with an example.
pub(super) fn failures(model: &Model) -> Option<Markup> {
    let groups = model.incidents.by_size();
    if groups.is_empty() {
        return None;
    }
    Some(html! {
        div.wide { table {
            thead { tr {
                th { "Cause" } th { "Jobs" } th { "First" } th { "Last" } th.text { "Example" }
            } }
            tbody { @for (cause, group) in groups.iter().take(MOST) {
                @let example = &group.example;
                tr {
                    td { (sanitize(&cause.to_string())) }
                    td.failed { (units::count(group.jobs)) }
                    td { (units::clock(group.first)) }
                    td { (units::clock(group.last)) }
                    td.text {
                        @if let Some(target) = &example.target { code { (sanitize(target)) } }
                        @if let Some(expected) = &example.expected { br; "expected: " (sanitize(expected)) }
                        @if let Some(detail) = &example.detail { br; (sanitize(detail)) }
                    }
                }
            } }
        } }
    })
}

fn counted(class: &str, n: u64) -> Markup {
    html! { td class=[(n > 0).then_some(class)] { (units::count_or_nothing(n)) } }
}

fn time(time: Option<Micros>) -> String {
    time.map_or_else(|| units::NOTHING.to_owned(), units::length)
}

/// How many rows are left out.
fn rest(all: usize, one: &str) -> Markup {
    html! {
        @if all > MOST { p.note { "and " (units::plural((all - MOST) as u64, one)) " more" } }
    }
}
