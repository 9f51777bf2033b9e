//! Rows that are open, read one at a time.
//!
//! Reading blocks while the file or pipe has nothing. Start at [`RowStream::next`].

use std::io;
use std::path::Path;

use crate::plan::rows::each::Each;
use crate::plan::rows::json_row::{read_request, read_values, weight_of};
use crate::plan::rows::json_values::{JsonText, JsonValues};
use crate::plan::rows::lines::{Line, Lines};
use crate::plan::rows::list::RequestList;
use crate::plan::rows::request::RowRequest;
use crate::plan::rows::table::Table;
use crate::plan::rows::{Input, RowFormat};
use crate::text::units;

/// A row as it was read.
#[derive(Debug)]
pub(in crate::plan) enum Row {
    /// Its values were written into the caller's buffer.
    Values,
    /// A request.
    Request(Box<RowRequest>),
    /// A row that cannot be used, and why, with file and line.
    Bad(String),
}

/// An open source of rows.
pub(in crate::plan) struct RowStream {
    name: String,
    kind: RowKind,
    /// The last request, and how many more jobs it makes.
    repeated: Option<(Box<RowRequest>, u32)>,
    is_copy: bool,
    /// What the user should know about the rows, found when they were counted.
    pub(in crate::plan) count_note: Option<String>,
}

/// Rows of each kind.
pub(super) enum RowKind {
    Repeat(u64),
    Each { each: Each, columns: Vec<usize>, next: u64 },
    Lines { lines: Lines<Input>, columns: usize },
    List(Box<RequestList>),
    Json { values: JsonValues<Input>, columns: Vec<String>, whole: bool },
    Table { table: Box<Table>, whole: bool },
}

impl RowKind {
    /// Opens rows of a text that is no table.
    pub(super) fn from_text(input: Input, form: RowFormat, folder: &Path, columns: &[String], whole: bool) -> Self {
        match form {
            RowFormat::Json => Self::Json { values: JsonValues::new(input), columns: columns.to_vec(), whole },
            RowFormat::Lines | RowFormat::Table { .. } if whole => {
                Self::List(Box::new(RequestList::new(input, folder)))
            }
            RowFormat::Lines | RowFormat::Table { .. } => {
                Self::Lines { lines: Lines::new(input), columns: columns.len() }
            }
        }
    }

    /// Opens the rows of a table.
    pub(super) fn from_table(mut table: Table, columns: &[String], whole: bool) -> Result<Self, String> {
        if whole {
            table.choose_request();
        } else {
            table.choose(columns)?;
        }
        Ok(Self::Table { table: Box::new(table), whole })
    }
}

impl RowStream {
    pub(super) fn new(name: String, kind: RowKind) -> Self {
        Self { name, kind, repeated: None, is_copy: false, count_note: None }
    }

    /// Reads the next row; values go into `values`, one for each column.
    pub(in crate::plan) fn next(&mut self, values: &mut Vec<String>) -> Option<Row> {
        loop {
            if let Some((request, n_left)) = &mut self.repeated {
                self.is_copy = *n_left < request.weight;
                *n_left -= 1;
                let request = request.clone();
                self.repeated = self.repeated.take().filter(|(_, n_left)| *n_left > 0);
                return Some(Row::Request(request));
            }
            self.is_copy = false;
            match self.read(values)? {
                Row::Request(request) if request.weight == 0 => {}
                Row::Request(request) if request.weight == 1 => return Some(Row::Request(request)),
                Row::Request(request) => {
                    let weight = request.weight;
                    self.repeated = Some((request, weight));
                }
                row @ (Row::Values | Row::Bad(_)) => return Some(row),
            }
        }
    }

    fn read(&mut self, values: &mut Vec<String>) -> Option<Row> {
        let name = &self.name;
        let row = match &mut self.kind {
            RowKind::Repeat(0) => return None,
            RowKind::Repeat(left) => {
                *left -= 1;
                Row::Values
            }
            RowKind::Each { each, columns, next } if *next < each.n_rows() => {
                values.resize(columns.len(), String::new());
                for (value, column) in values.iter_mut().zip(columns) {
                    value.clear();
                    each.write(*column, *next, value);
                }
                *next += 1;
                Row::Values
            }
            RowKind::Each { .. } => return None,
            RowKind::Table { table, whole: false } => match table.next(values) {
                Ok(true) => Row::Values,
                Ok(false) => return None,
                Err(why) => Row::Bad(why.at(name)),
            },
            RowKind::Table { table, whole: true } => match table.next_request(values) {
                Ok(Some(request)) => Row::Request(Box::new(request)),
                Ok(None) => return None,
                Err(why) => Row::Bad(why.at(name)),
            },
            RowKind::Lines { lines, columns } => match lines.next() {
                Line::End => return None,
                Line::Bad { number, why } => Row::Bad(format!("{name} line {number} {why}")),
                Line::Text { text, .. } => {
                    values.resize(*columns, String::new());
                    for value in values {
                        value.clear();
                        value.push_str(text);
                    }
                    Row::Values
                }
            },
            RowKind::List(list) => match list.next()? {
                Ok(request) => Row::Request(Box::new(request)),
                Err((number, why)) => Row::Bad(format!("{name} line {number} {why}")),
            },
            RowKind::Json { values: texts, columns, whole } => {
                let read = match texts.next() {
                    JsonText::End => return None,
                    JsonText::Bad(why) => Err(why),
                    JsonText::Text(text) if *whole => read_request(text).map(|row| Row::Request(Box::new(row))),
                    JsonText::Text(text) => read_values(text, columns, values).map(|()| Row::Values),
                };
                read.unwrap_or_else(|why| Row::Bad(format!("{name} {}{}{why}", texts.place(), separator(&why))))
            }
        };
        Some(row)
    }

    /// Whether the last row was a further copy of a request with a weight.
    pub(in crate::plan) fn is_copy(&self) -> bool {
        self.is_copy
    }

    /// Describes a row that takes up suspiciously many lines, if one of those read so far does.
    pub(in crate::plan) fn suspect(&self) -> Option<String> {
        match &self.kind {
            RowKind::Table { table, .. } => suspect_note(&self.name, table),
            RowKind::Repeat(_)
            | RowKind::Each { .. }
            | RowKind::Lines { .. }
            | RowKind::List(_)
            | RowKind::Json { .. } => None,
        }
    }

    /// Counts the rows that are left. Returns also what the user should know about them.
    pub(super) fn count(self) -> io::Result<(u64, Option<String>)> {
        let name = self.name;
        let mut note = None;
        let n_rows = match self.kind {
            RowKind::Repeat(n) => n,
            RowKind::Each { each, next, .. } => each.n_rows() - next,
            RowKind::Lines { lines, .. } => lines.count()?,
            RowKind::List(list) => list.count()?,
            RowKind::Json { mut values, whole, .. } => {
                let mut n_rows = 0;
                loop {
                    n_rows += match values.next() {
                        JsonText::End => break,
                        JsonText::Text(text) if whole => weight_of(text),
                        JsonText::Text(_) | JsonText::Bad(_) => 1,
                    };
                }
                n_rows
            }
            RowKind::Table { mut table, whole } => {
                let n_rows = if whole { count_requests(&mut table) } else { table.count()? };
                note = suspect_note(&name, &table);
                n_rows
            }
        };
        Ok((n_rows, note))
    }

    /// Skips this many rows, or all that are left.
    pub(in crate::plan) fn skip(&mut self, n: u64, values: &mut Vec<String>) {
        match &mut self.kind {
            RowKind::Repeat(left) => *left = left.saturating_sub(n),
            RowKind::Each { each, next, .. } => *next = next.saturating_add(n).min(each.n_rows()),
            RowKind::Lines { .. } | RowKind::List(_) | RowKind::Json { .. } | RowKind::Table { .. } => {
                for _ in 0..n {
                    if self.next(values).is_none() {
                        return;
                    }
                }
            }
        }
    }

    /// The place of the last row that was read, for messages.
    pub(in crate::plan) fn place(&self) -> String {
        let number = match &self.kind {
            RowKind::Repeat(_) => return String::new(),
            RowKind::Each { next, .. } => return format!("row {next}: "),
            RowKind::Json { values, .. } => return format!("{} {}: ", self.name, values.place()),
            RowKind::Table { table, .. } => table.line(),
            RowKind::Lines { lines, .. } => lines.number(),
            RowKind::List(list) => list.number(),
        };
        format!("{} line {number}: ", self.name)
    }
}

/// What separates a place from a message: a blank if the message is the rest of a sentence.
fn separator(why: &str) -> &'static str {
    if why.starts_with("is ") || why.starts_with("has ") || why.starts_with("cannot ") { " " } else { ": " }
}

fn suspect_note(name: &str, table: &Table) -> Option<String> {
    let (line, n_lines) = table.suspect()?;
    Some(format!("{name} line {line} begins a row of {} lines: is a quote left open?", units::count(n_lines)))
}

/// Counts the jobs of a table of requests.
fn count_requests(table: &mut Table) -> u64 {
    let (mut n_jobs, mut values) = (0, Vec::new());
    loop {
        n_jobs += match table.next_request(&mut values) {
            Ok(None) => return n_jobs,
            Ok(Some(request)) => request.weight.into(),
            Err(_) => 1,
        };
    }
}
