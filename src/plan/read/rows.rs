//! The reader of an endpoint's rows (`each`, `rows` or `repeat`), and the check of its placeholders.
//!
//! Start at [`read`].

use std::ops::Range;
use std::path::Path;

use toml::de::DeValue;

use crate::plan::defaults::{MAX_JOBS, MAX_WEIGHT};
use crate::plan::error::io_reason;
use crate::plan::late::page_number::PAGE;
use crate::plan::read::values::PlanEntry;
use crate::plan::read::values::PlanReader;
use crate::plan::read::values::PlanSection;
use crate::plan::rows::each::{Axis, Each};
use crate::plan::rows::table::Table;
use crate::plan::rows::{LINE_COLUMNS, RowFormat, Rows};
use crate::plan::template::interpolation::PlanText;
use crate::text::nearest::nearest;
use crate::text::sanitize::sanitize;
use crate::text::value_error::ValueError;

/// Reads an endpoint's rows; the default is a single row.
pub(super) fn read(section: &mut PlanSection<'_>) -> Option<Rows> {
    let given = [section.get("each"), section.get("rows"), section.get("repeat")];
    let mut names: Vec<_> = given.iter().flatten().map(|entry| entry.name.clone()).collect();
    names.sort_by_key(|name| name.start);
    if let [_, second, ..] = &names[..] {
        let message = "an endpoint has one of `each`, `rows` and `repeat`";
        section.reader.note_at(second.clone(), message, "leave one out");
        return None;
    }
    match given {
        [Some(entry), ..] => read_each(&entry).map(Rows::Each),
        [_, Some(entry), _] => read_file(&entry),
        [.., Some(entry)] => {
            let times = entry.count()?;
            let wrong = |what: &str| ValueError::new(what, "write a number such as `10`");
            entry.check(match times {
                0 => Err(wrong("zero: nothing would run")),
                n if n > MAX_JOBS => Err(wrong("more than 1,000,000,000,000")),
                n => Ok(Rows::Repeat(n)),
            })
        }
        [None, None, None] => Some(Rows::Repeat(1)),
    }
}

/// Reads the weight of an endpoint.
pub(super) fn read_weight(entry: &PlanEntry<'_>) -> Option<u32> {
    let weight = u32::try_from(entry.count()?).ok().filter(|weight| (1..=MAX_WEIGHT).contains(weight));
    entry.check(weight.ok_or_else(|| ValueError::new("not from 1 to 100,000", "write a number such as `3`")))
}

/// Reads whether rows that repeat an earlier one are left out.
pub(super) fn read_unique(entry: &PlanEntry<'_>, rows: Option<&Rows>) -> Option<bool> {
    let unique = entry.flag()?;
    let useless = || ValueError::new("useless without `rows`", "only rows of a file are compared");
    let is_computed = rows.is_some_and(Rows::is_computed);
    entry.check(if unique && is_computed { Err(useless()) } else { Ok(unique) })
}

fn read_each(entry: &PlanEntry<'_>) -> Option<Each> {
    let section = entry.section("each", "a table such as `{ id = \"1..=1200\" }`")?;
    let (mut keys, mut hidden, mut all_good) = (Vec::new(), Vec::new(), true);
    for entry in section.entries() {
        match read_axis(&entry, &mut hidden) {
            Some(axis) => keys.push((entry.key.clone().into_owned(), axis)),
            None => all_good = false,
        }
    }
    if keys.is_empty() && all_good {
        entry.note_invalid(ValueError::new("empty", "write a table such as `{ id = \"1..=1200\" }`"));
        return None;
    }
    all_good.then(|| entry.check(Each::new(keys))).flatten().map(|each| each.hiding(hidden))
}

/// Reads the values of one key of `each`. Secret values are added to `hidden`.
fn read_axis(entry: &PlanEntry<'_>, hidden: &mut Vec<Box<str>>) -> Option<Axis> {
    const EXAMPLE: &str = "a range such as `\"1..=1200\"`, or a list such as `[\"a\", \"b\"]`";
    match entry.node.get_ref() {
        DeValue::String(_) => entry.parse(EXAMPLE, Axis::range),
        DeValue::Array(items) if items.is_empty() => {
            entry.note_invalid(ValueError::new("empty", format!("write {EXAMPLE}")));
            None
        }
        DeValue::Array(_) => {
            let mut text = |text: &PlanText| {
                hidden.extend(text.secrets().map(Box::from));
                text.value()
            };
            let value = |item: PlanEntry<'_>| item.number().or_else(|| item.text(EXAMPLE).as_ref().map(&mut text));
            let values: Option<Vec<String>> = entry.items().into_iter().map(value).collect();
            values.map(|values| Axis::List(values.into()))
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
            entry.note_wrong_type(EXAMPLE);
            None
        }
    }
}

fn read_file(entry: &PlanEntry<'_>) -> Option<Rows> {
    let name = entry.text("a file such as `\"ids.csv\"`")?.value();
    let wrong = |what: String, fix: &str| entry.check::<()>(Err(ValueError::new(what, fix)));
    let Some(form) = RowFormat::from_path(Path::new(&name)) else {
        wrong(
            "not a file in a known format".to_owned(),
            "use a name that ends in .csv, .tsv, .jsonl, .ndjson, .json or .txt",
        );
        return None;
    };
    let path = entry.reader.context.folder.join(&name);
    let place = "the path is relative to the plan's folder";
    if path.is_dir() {
        wrong("not readable: it is a folder".to_owned(), place);
        return None;
    }
    if let Err(why) = std::fs::metadata(&path) {
        wrong(format!("not readable: {}", io_reason(&why)), place);
        return None;
    }
    Some(Rows::File { path, shown: name, form })
}

/// The placeholders in use, with the position of the first use of each.
pub(super) struct PlaceholderUses<'r> {
    reader: &'r PlanReader<'r>,
    first: Vec<Range<usize>>,
}

impl<'r> PlaceholderUses<'r> {
    pub(super) fn new(reader: &'r PlanReader<'r>) -> Self {
        Self { reader, first: Vec::new() }
    }

    /// Records this position for all new columns.
    pub(super) fn note(&mut self, columns: &[String], place: &Range<usize>) {
        let new = &columns[self.first.len()..];
        self.first.extend(new.iter().map(|name| self.reader.find_within(place, &format!("{{{name}}}"))));
    }

    /// Notes every placeholder without a column, if the columns are known. If pages are counted, `{page}` needs none.
    pub(super) fn check(&self, columns: &[String], rows: &Rows, counts_pages: bool) {
        let (known, source) = match rows {
            Rows::Each(each) => (each.columns(), "`each`".to_owned()),
            Rows::Repeat(_) => (Vec::new(), String::new()),
            Rows::File { form: RowFormat::Lines, shown: name, .. } => {
                (LINE_COLUMNS.map(str::to_owned).to_vec(), format!("`{}`", sanitize(name)))
            }
            Rows::File { form: RowFormat::Table { delimiter }, path, shown: name } if path.is_file() => {
                match Table::open(path, *delimiter) {
                    Ok(table) => (table.header().to_vec(), format!("`{}`", sanitize(name))),
                    Err(_) => return,
                }
            }
            Rows::File { .. } | Rows::Stream { .. } => return,
        };
        for (name, span) in columns.iter().zip(&self.first).filter(|(name, _)| !known.contains(name)) {
            if counts_pages && name == PAGE {
                continue;
            }
            let label =
                nearest(name, known.iter().map(String::as_str)).map(|near| format!("did you mean `{{{near}}}`?"));
            let help = if known.is_empty() && !source.is_empty() {
                format!("{source} has no columns: its first line names them")
            } else if known.is_empty() {
                format!("add `each` or `rows` with it, or write `{{{{{name}}}}}` for the characters themselves")
            } else {
                let names: Vec<_> = known.iter().take(20).map(|name| sanitize(name)).collect();
                format!("{source} has {}", names.join(", "))
            };
            let mistake = self.reader.source.mistake(span.clone(), format!("no row provides `{{{name}}}`"));
            self.reader.note(mistake.with_label(label).with_help(help));
        }
    }
}
