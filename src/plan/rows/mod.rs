//! Rows: the values from which an endpoint's jobs are made, read one row at a time.
//!
//! A row has a value for each placeholder that the endpoint uses. No more than one row of a file is in memory. Start at [`Rows::open`] and [`RowStream::next`].

pub(super) mod each;
pub(super) mod lines;
mod records;
pub mod row_values;
pub(super) mod table;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::plan::defaults::MAX_COUNTED_FILE;
use crate::plan::error::io_reason;
use crate::plan::error::{PlanError, STDIN, describe_file};
use crate::plan::rows::each::Each;
use crate::plan::rows::lines::{Line, Lines};
use crate::plan::rows::table::Table;
use crate::text::sanitize::sanitize;

/// Names under which a line of a plain text file can be used.
pub(super) const LINE_COLUMNS: [&str; 3] = ["url", "row", "line"];

/// Standard input or a pipe.
pub(super) type Input = Box<dyn Read + Send>;

/// Where rows come from.
pub(super) enum Rows {
    /// The same row again and again.
    Repeat(u64),
    /// Every combination of the given values.
    Each(Each),
    /// A file on disk.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its name in messages.
        shown: String,
        /// How it is written.
        form: RowFormat,
    },
    /// Standard input or a pipe, which can be read once.
    Stream {
        /// Its name in messages.
        name: String,
        /// Taken by the first cursor.
        input: Mutex<Option<Input>>,
        /// How it is written.
        form: RowFormat,
    },
}

/// How a file of rows is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowFormat {
    /// One value a line; blank lines and `#` comments are skipped.
    Lines,
    /// One JSON object a line.
    JsonLines,
    /// Comma- or tab-separated values under a header.
    Table {
        /// The separator of values.
        delimiter: u8,
    },
}

impl RowFormat {
    /// The format that a file's extension implies.
    pub(super) fn from_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "txt" | "list" | "urls" => Some(Self::Lines),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "csv" => Some(Self::Table { delimiter: b',' }),
            "tsv" => Some(Self::Table { delimiter: b'\t' }),
            _ => None,
        }
    }
}

/// A row as it was read.
pub(super) enum Row {
    /// Its values were written into the caller's buffer.
    Values,
    /// A whole line, for rows that are requests themselves.
    Line(String),
    /// A row that cannot be used, and why, with file and line.
    Bad(String),
}

/// An open source of rows. Reading from it blocks while the file or pipe has nothing.
pub(super) struct RowStream {
    name: String,
    kind: Kind,
}

enum Kind {
    Repeat(u64),
    Each { each: Each, columns: Vec<usize>, next: u64 },
    Lines { lines: Lines<Input>, columns: Vec<String>, form: RowFormat, whole: bool },
    Table(Box<Table>),
}

impl Rows {
    /// Opens the rows, and counts them if that is possible.
    ///
    /// `columns` are the placeholders in use. With `whole`, lines are returned unchanged.
    pub(super) fn open(&self, columns: &[String], whole: bool) -> Result<(RowStream, Option<u64>), PlanError> {
        let name = self.name();
        let line_rows = |input: Input, form| {
            let lines = Lines::new(input);
            Kind::Lines { lines, columns: columns.to_vec(), form, whole }
        };
        let (kind, n_rows) = match self {
            Self::Repeat(n) => (Kind::Repeat(*n), Some(*n)),
            Self::Each(each) => {
                let columns = columns.iter().filter_map(|column| each.column(column)).collect();
                (Kind::Each { each: each.clone(), columns, next: 0 }, Some(each.n_rows()))
            }
            Self::File { path, shown, form: RowFormat::Table { delimiter } } => {
                let n_rows = countable(path).then(|| Table::count(path, *delimiter)).transpose();
                let table = Table::open(path, *delimiter).map_err(|why| unreadable(shown, &why));
                let mut table = table?;
                table.choose(columns).map_err(|why| PlanError::in_file(shown, why, ""))?;
                (Kind::Table(Box::new(table)), n_rows.map_err(|why| unreadable(shown, &why))?)
            }
            Self::File { path, shown, form } => {
                let open = || File::open(path).map_err(|why| unreadable(shown, &why));
                let count = || Lines::new(open()?).count().map_err(|why| unreadable(shown, &why));
                let n_rows = countable(path).then(count).transpose()?;
                (line_rows(Box::new(open()?), *form), n_rows)
            }
            Self::Stream { name, input, form } => {
                let input = input.lock().unwrap_or_else(PoisonError::into_inner).take();
                let input = input.ok_or_else(|| {
                    PlanError::in_file(
                        name,
                        format!("{} was read already", describe_file(name)),
                        "it can be run once only",
                    )
                })?;
                (line_rows(input, *form), None)
            }
        };
        Ok((RowStream { name, kind }, n_rows))
    }

    /// Whether reading these rows never blocks, because they are computed.
    pub(super) fn is_computed(&self) -> bool {
        matches!(self, Self::Repeat(_) | Self::Each(_))
    }

    /// Whether opening the rows may block: a named pipe opens when its writer does.
    pub(super) fn blocks_on_open(&self) -> bool {
        match self {
            Self::File { path, .. } => path.metadata().is_ok_and(|file| !file.is_file() && !file.is_dir()),
            Self::Repeat(_) | Self::Each(_) | Self::Stream { .. } => false,
        }
    }

    /// Their source, for messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Repeat(_) | Self::Each(_) => String::new(),
            Self::Stream { name, .. } if name == STDIN => STDIN.to_owned(),
            Self::File { shown: name, .. } | Self::Stream { name, .. } => format!("`{}`", sanitize(name)),
        }
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeat(n) => write!(f, "repeat {n}"),
            Self::Each(each) => write!(f, "each of {} combinations", each.n_rows()),
            Self::File { .. } | Self::Stream { .. } => f.write_str(&self.name()),
        }
    }
}

/// Whether counting a file's rows is quick and does not consume them.
fn countable(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.is_file() && file.len() <= MAX_COUNTED_FILE)
}

fn unreadable(file: &str, why: &std::io::Error) -> PlanError {
    PlanError::in_file(
        file,
        format!("cannot read `{}`: {}", sanitize(file), io_reason(why)),
        "paths in a plan are relative to the plan's folder",
    )
}

impl RowStream {
    /// Reads the next row; its values go into `values`, one for each column.
    pub(super) fn next(&mut self, values: &mut Vec<String>) -> Option<Row> {
        let row = match &mut self.kind {
            Kind::Repeat(0) => return None,
            Kind::Repeat(left) => {
                *left -= 1;
                Row::Values
            }
            Kind::Each { each, columns, next } if *next < each.n_rows() => {
                values.resize(columns.len(), String::new());
                for (value, column) in values.iter_mut().zip(columns) {
                    value.clear();
                    each.write(*column, *next, value);
                }
                *next += 1;
                Row::Values
            }
            Kind::Each { .. } => return None,
            Kind::Table(table) => match table.next(values) {
                Ok(true) => Row::Values,
                Ok(false) => return None,
                Err(why) => Row::Bad(why.at(&self.name)),
            },
            Kind::Lines { lines, columns, form, whole } => match lines.next() {
                Line::End => return None,
                Line::Bad { number, why } => Row::Bad(format!("{} line {number} {why}", self.name)),
                Line::Text { text, .. } if *whole => Row::Line(text.to_owned()),
                Line::Text { text, .. } if *form == RowFormat::Lines => {
                    values.resize(columns.len(), String::new());
                    for value in values {
                        value.clear();
                        value.push_str(text);
                    }
                    Row::Values
                }
                Line::Text { number, text } => match table::object(text, columns, values) {
                    Ok(()) => Row::Values,
                    Err(why) => Row::Bad(format!("{} line {number} {why}", self.name)),
                },
            },
        };
        Some(row)
    }

    /// Skips this many rows, or all that are left.
    pub(super) fn skip(&mut self, n: u64, values: &mut Vec<String>) {
        match &mut self.kind {
            Kind::Repeat(left) => *left = left.saturating_sub(n),
            Kind::Each { each, next, .. } => *next = next.saturating_add(n).min(each.n_rows()),
            Kind::Lines { .. } | Kind::Table(_) => {
                for _ in 0..n {
                    if self.next(values).is_none() {
                        return;
                    }
                }
            }
        }
    }

    /// The place of the last row that was read, for messages.
    pub(super) fn place(&self) -> String {
        let number = match &self.kind {
            Kind::Repeat(_) => return String::new(),
            Kind::Each { next, .. } => return format!("row {next}: "),
            Kind::Table(table) => table.line(),
            Kind::Lines { lines, .. } => lines.number(),
        };
        format!("{} line {number}: ", self.name)
    }
}
