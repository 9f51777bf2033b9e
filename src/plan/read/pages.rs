//! The keys of an endpoint whose rows have pages: `next`, `page`, `until_empty`, `max_pages` and `next_hosts`.
//!
//! Start at [`read_pages`].

use std::sync::Arc;

use crate::plan::extract::json_path::WrittenPath;
use crate::plan::late::page_number::PAGE;
use crate::plan::pages::page_range::PageRange;
use crate::plan::pages::{NextLink, WrittenPages};
use crate::plan::read::values::{PlanEntry, PlanSection};
use crate::text::value_error::ValueError;

/// The word for the `Link` header.
const LINK: &str = "link";

/// The most pages that a plan may allow.
const MOST: u32 = 1_000_000;

/// An example of `next`.
const NEXT: &str = "`\"link\"`, a JSON path such as `\"$.next\"`, or `{ json = \"$.cursor\", query = \"cursor\" }`";

/// The keys of an endpoint that count its pages. Defaults have none, because a URL must have a place for the number.
pub(super) struct CountedPages<'r> {
    page: Option<PlanEntry<'r>>,
    items: Option<PlanEntry<'r>>,
}

impl<'r> CountedPages<'r> {
    /// Gets the keys.
    pub(super) fn get(section: &mut PlanSection<'r>) -> Self {
        Self { page: section.get("page"), items: section.get("until_empty") }
    }

    /// Whether pages are counted. Notes a number that nothing takes.
    pub(super) fn check_use(&self, columns: &[String]) -> bool {
        if let Some(page) = self.page.as_ref().filter(|_| !columns.iter().any(|column| column == PAGE)) {
            let fix = "write `{page}` where the number belongs, such as `?page={page}`";
            page.note_invalid(ValueError::new("useless: nothing has a `{page}`", fix));
        }
        self.page.is_some()
    }
}

/// Reads the pages of an endpoint, or of `[defaults]`.
pub(super) fn read_pages(section: &mut PlanSection<'_>, counted: Option<&CountedPages<'_>>) -> WrittenPages {
    let next = section.get("next");
    let page = counted.and_then(|counted| counted.page.as_ref());
    let items = counted.and_then(|counted| counted.items.as_ref());
    let most = section.get("max_pages").and_then(|entry| entry.count_between(1, MOST));
    let hosts = section.get("next_hosts").and_then(|entry| read_hosts(&entry));
    if let (Some(_), Some(page)) = (&next, page) {
        page.check::<()>(Err(ValueError::new("useless with `next`", "leave one out")));
    }
    if let (None, Some(items)) = (page, items) {
        items.check::<()>(Err(ValueError::new("useless without `page`", "write one such as `page = \"1..\"`")));
    }
    let items = items.and_then(|items| read_path(items, "a JSON path such as `\"$.items\"`"));
    let next = match (next, page) {
        (Some(next), _) => read_next(&next),
        (None, Some(page)) => {
            page.parse("a range such as `\"1..\"`", PageRange::parse).map(|range| NextLink::Number { range, items })
        }
        (None, None) => None,
    };
    WrittenPages { next, most, hosts }
}

fn read_next(entry: &PlanEntry<'_>) -> Option<NextLink> {
    if !entry.is_table() {
        let text = entry.text(NEXT)?.value();
        if text == LINK {
            return Some(NextLink::Header);
        }
        return entry.check(WrittenPath::parse(&text)).map(NextLink::Url);
    }
    let mut section = entry.section("next", NEXT)?;
    let path = section.require("json", "write where the value is, such as `json = \"$.cursor\"`");
    let name = section.require("query", "write the parameter that takes it, such as `query = \"cursor\"`");
    section.finish();
    let path = read_path(&path?, "a JSON path such as `\"$.cursor\"`")?;
    let name_entry = name?;
    let name = name_entry.text("a name such as `\"cursor\"`")?.value();
    let empty = || ValueError::new("empty", "write a name such as `\"cursor\"`");
    let name = name_entry.check(if name.is_empty() { Err(empty()) } else { Ok(name) })?;
    Some(NextLink::Query { path, name: name.into() })
}

fn read_path(entry: &PlanEntry<'_>, example: &str) -> Option<WrittenPath> {
    entry.parse(example, WrittenPath::parse)
}

fn read_hosts(entry: &PlanEntry<'_>) -> Option<Arc<[Box<str>]>> {
    let host =
        |item: PlanEntry<'_>| Some(item.text("a host such as `\"*.example.org\"`")?.value().to_lowercase().into());
    entry.items().into_iter().map(host).collect()
}
