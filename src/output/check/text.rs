//! The result of a check, for people: every value with its source.
//!
//! Values that most endpoints or hosts share are shown once; each then lists only its own. Start at [`check_text`].

use unicode_width::UnicodeWidthStr;

use crate::output::fit;
use crate::plan::provenance::Provenance;
use crate::plan::resolved::row_check::CheckedRows;
use crate::plan::resolved::value::Value;
use crate::plan::resolved::warnings::Warning;
use crate::plan::resolved::{Endpoint, Item, Resolved};
use crate::text::console::StreamStyle;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Maximum width of a column; a wider value shifts the next column.
const WIDEST: usize = 32;
/// How many endpoints of lists are shown with their number of jobs.
const MAX_ENDPOINTS: usize = 20;

/// Every value with its source, with a line end after each line.
pub fn check_text(resolved: &Resolved, style: StreamStyle) -> String {
    let table = blocks(resolved);
    let items = || table.iter().flat_map(|block| &block.items);
    let widest = |text: fn(&Item) -> String| {
        let widths = items().map(|item| sanitize(&text(item)).width()).filter(|width| *width <= WIDEST);
        widths.max().unwrap_or_default()
    };
    let (keys, values) = (widest(|item| item.key.to_string()), widest(|item| item.value.text()));
    let mut lines = vec![format!("{}  {}", style.bold("inflight check"), headline(resolved))];
    for block in &table {
        lines.push(String::new());
        lines.push(style.bold(&sanitize(&block.title)));
        for item in &block.items {
            let value = item.value.text();
            let (key, value) = (fit::padded(&sanitize(&item.key), keys), fit::padded(&sanitize(&value), values));
            lines.push(format!("  {key}  {value}  {}", style.dim(&source_text(&item.provenance))));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A warning for people: the message, and below it the source of the value.
pub fn warning_text(warning: &Warning) -> String {
    format!("warning: {}\n  {}", sanitize(&warning.message), source_text(&warning.provenance))
}

/// A short text for the source of a value.
fn source_text(provenance: &Provenance) -> String {
    match provenance {
        Provenance::Flag(flag) => (*flag).to_owned(),
        Provenance::CommandLine => "command line".to_owned(),
        Provenance::PlanLine { file, line, variables } if variables.is_empty() => format!("{}:{line}", sanitize(file)),
        Provenance::PlanLine { file, line, variables } => {
            format!("{}:{line} with {}", sanitize(file), sanitize(&variables.join(", ")))
        }
        Provenance::DerivedFrom(key) => format!("from `{key}`"),
        Provenance::Detected(why) => sanitize(why).into_owned(),
        Provenance::Default => "default".to_owned(),
    }
}

fn headline(resolved: &Resolved) -> String {
    let mut lists = resolved.endpoints.iter().filter(|endpoint| endpoint.is_list).peekable();
    let endpoints = match lists.peek() {
        None => units::plural(resolved.endpoints.len() as u64, "endpoint"),
        Some(_) => list_endpoints(lists.any(|list| list.has_names)).to_owned(),
    };
    let jobs = resolved.jobs.map(|jobs| format!(", {}", units::plural(jobs, "job"))).unwrap_or_default();
    format!("{}  {endpoints}{jobs}", sanitize(&resolved.name))
}

/// A text on how a list is divided into endpoints.
fn list_endpoints(has_names: bool) -> &'static str {
    if has_names { "each name or host an endpoint" } else { "each host an endpoint" }
}

/// A title with the values below it.
struct Block {
    title: String,
    items: Vec<Item>,
}

impl Block {
    fn new(title: impl Into<String>, items: Vec<Item>) -> Self {
        Self { title: title.into(), items }
    }
}

/// All blocks, without empty ones.
fn blocks(resolved: &Resolved) -> Vec<Block> {
    let mut table: Vec<Block> =
        resolved.groups.iter().map(|group| Block::new(group.title.clone(), group.items.clone())).collect();
    let rules: Vec<_> = resolved.endpoints.iter().map(|endpoint| endpoint.rules.as_slice()).collect();
    let mut common = majority_items(&rules);
    let headers: Vec<_> = resolved.endpoints.iter().map(headers).collect();
    // A missing header is not listed, so a header is common only if every endpoint has it.
    common.extend(common_items(&headers));
    table.push(Block::new("all endpoints, unless listed below", common.clone()));
    for (endpoint, headers) in resolved.endpoints.iter().zip(headers) {
        let is_own = |item: &Item| !common.contains(item);
        let own = endpoint.rules.iter().cloned().chain(headers).filter(is_own);
        let title = if endpoint.is_list {
            format!("{}, {}", endpoint.name, list_endpoints(endpoint.has_names))
        } else {
            format!("endpoint {}", endpoint.name)
        };
        let items = endpoint.asks.iter().cloned().chain(own).collect();
        table.push(Block::new(title, items));
    }
    let items: Vec<_> = resolved.hosts.iter().map(|host| host.items.as_slice()).collect();
    let common = majority_items(&items);
    table.push(Block::new("all hosts, unless listed below", common.clone()));
    for host in &resolved.hosts {
        let own = host.items.iter().filter(|item| !common.contains(item)).cloned();
        table.push(Block::new(format!("host {}", host.name), own.collect()));
    }
    if let Some(rows) = &resolved.rows {
        table.push(Block::new("rows", row_items(rows)));
        if resolved.endpoints.iter().any(|endpoint| endpoint.is_list) {
            table.push(Block::new("jobs by endpoint", largest_endpoints(rows)));
        }
    }
    table.retain(|block| !block.items.is_empty());
    table
}

/// What was counted in the rows.
fn row_items(rows: &CheckedRows) -> Vec<Item> {
    let counted = |key: &'static str, value: Value| Item::new(key, value, Provenance::Detected("counted".to_owned()));
    let n_hosts = rows.n_hosts.map(|n| Value::Count(n as u64));
    vec![
        counted("rows", Value::Count(rows.n_rows)),
        counted("bad rows", Value::Count(rows.n_bad)),
        counted("hosts", Value::or_nothing(n_hosts, "more than 10,000")),
    ]
}

/// The endpoints with the most jobs.
fn largest_endpoints(rows: &CheckedRows) -> Vec<Item> {
    let jobs = rows.by_endpoint.iter().filter_map(|(name, n_jobs)| Some((name, (*n_jobs)?)));
    let mut by_size: Vec<_> = jobs.filter(|(_, n_jobs)| *n_jobs > 0).collect();
    by_size.sort_by_key(|(_, n_jobs)| std::cmp::Reverse(*n_jobs));
    let others = by_size.split_off(by_size.len().min(MAX_ENDPOINTS));
    let counted =
        |key: String, n_jobs| Item::new(key, Value::Count(n_jobs), Provenance::Detected("counted".to_owned()));
    let mut items: Vec<_> = by_size.into_iter().map(|(name, n_jobs)| counted(name.to_string(), n_jobs)).collect();
    if !others.is_empty() {
        let key = format!("{} more", units::count(others.len() as u64));
        items.push(counted(key, others.iter().map(|(_, n_jobs)| n_jobs).sum()));
    }
    items
}

/// The headers of an endpoint, with `header` before their names.
fn headers(endpoint: &Endpoint) -> Vec<Item> {
    let header = |item: &Item| Item { key: format!("header {}", item.key).into(), ..item.clone() };
    endpoint.headers.iter().map(header).collect()
}

/// The items that more than half of the lists share; nothing for a single list.
fn majority_items(lists: &[&[Item]]) -> Vec<Item> {
    let [first, _, ..] = lists else { return Vec::new() };
    let majority = |at: usize| {
        let values = || lists.iter().filter_map(move |list| list.get(at));
        // The Boyer–Moore majority vote: the only possible majority value remains as the candidate.
        let (candidate, _) = values().fold((first.get(at), 0_usize), |(candidate, votes), item| match votes {
            0 => (Some(item), 1),
            _ if candidate == Some(item) => (candidate, votes + 1),
            _ => (candidate, votes - 1),
        });
        candidate.filter(|candidate| values().filter(|item| item == candidate).count() * 2 > lists.len()).cloned()
    };
    (0..first.len()).filter_map(majority).collect()
}

/// The items that all lists share; nothing for a single list.
fn common_items(lists: &[Vec<Item>]) -> Vec<Item> {
    let [first, rest @ ..] = lists else { return Vec::new() };
    if rest.is_empty() {
        return Vec::new();
    }
    first.iter().filter(|item| rest.iter().all(|list| list.contains(item))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{common_items, majority_items};
    use crate::plan::provenance::Provenance;
    use crate::plan::resolved::Item;
    use crate::plan::resolved::value::Value;

    fn item(key: &'static str, n: u64) -> Item {
        Item::new(key, Value::Count(n), Provenance::Default)
    }

    #[test]
    fn the_value_of_the_majority_is_common() {
        let lists: [&[Item]; 3] =
            [&[item("a", 1), item("b", 1)], &[item("a", 1), item("b", 2)], &[item("a", 7), item("b", 3)]];
        assert_eq!(majority_items(&lists), [item("a", 1)]);
        assert_eq!(majority_items(&lists[..1]), []);
        assert_eq!(majority_items(&[]), []);
    }

    #[test]
    fn a_header_is_common_only_if_every_endpoint_has_it() {
        let lists = [vec![item("a", 1), item("b", 1)], vec![item("b", 1)]];
        assert_eq!(common_items(&lists), [item("b", 1)]);
        assert_eq!(common_items(&lists[..1]), []);
    }
}
