//! The resolved values of the pages of an endpoint.
//!
//! Start at [`page_items`].

use crate::plan::pages::{MOST_PAGES, NextLink, PageRules};
use crate::plan::resolved::value::Value;

/// The keys of pages, with their values.
pub(super) fn page_items(rules: Option<&PageRules>) -> [(&'static str, Value); 3] {
    let key = match rules.map(|rules| &rules.next) {
        Some(NextLink::Number { .. }) => "page",
        Some(NextLink::Header | NextLink::Url(_) | NextLink::Query { .. }) | None => "next",
    };
    let next = rules.map(|rules| Value::Text(rules.next.to_string()));
    let hosts: Vec<String> = rules.iter().flat_map(|rules| rules.hosts.iter()).map(ToString::to_string).collect();
    let hosts = Some(hosts).filter(|hosts| !hosts.is_empty()).map(Value::List);
    [
        (key, Value::or_nothing(next, "one page")),
        ("max_pages", Value::Count(rules.map_or(MOST_PAGES, |rules| rules.most).into())),
        ("next_hosts", Value::or_nothing(hosts, "only its own")),
    ]
}
