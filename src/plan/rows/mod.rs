//! Rows: the values from which an endpoint's jobs are made, read one row at a time.
//!
//! A row has a value for each placeholder that the endpoint uses, or is a request itself. No more than one row of a file is in memory.
//! Start at [`Rows::open`] and [`RowStream::next`].

mod buffer;
pub(super) mod each;
pub mod encoding;
mod json_members;
mod json_row;
mod json_values;
mod json_words;
pub(super) mod lines;
pub(super) mod list;
mod records;
pub(super) mod request;
mod row_expect;
pub(super) mod stream;
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
use crate::plan::rows::encoding::decoded;
use crate::plan::rows::stream::{RowKind, RowStream};
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
    /// JSON values: one a line, or in a list.
    Json,
    /// Separated values under a header.
    Table {
        /// The separator of values, if it is not to be found in the header.
        delimiter: Option<u8>,
    },
}

impl RowFormat {
    /// The format that a file's extension implies.
    pub(super) fn from_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "txt" | "list" | "urls" => Some(Self::Lines),
            "jsonl" | "ndjson" | "json" => Some(Self::Json),
            "csv" => Some(Self::Table { delimiter: None }),
            "tsv" => Some(Self::Table { delimiter: Some(b'\t') }),
            _ => None,
        }
    }
}

impl Rows {
    /// Opens the rows, and counts them if that is possible.
    ///
    /// `columns` are the placeholders in use. With `whole`, rows are requests.
    pub(super) fn open(&self, columns: &[String], whole: bool) -> Result<(RowStream, Option<u64>), PlanError> {
        let mut stream = self.open_uncounted(columns, whole)?;
        let n_rows = match self {
            Self::Repeat(n) => Some(*n),
            Self::Each(each) => Some(each.n_rows()),
            Self::File { path, shown, .. } if countable(path) => {
                let (n_rows, note) =
                    self.open_uncounted(columns, whole)?.count().map_err(|why| unreadable(shown, &why))?;
                stream.count_note = note;
                Some(n_rows)
            }
            Self::Stream { .. } | Self::File { .. } => None,
        };
        Ok((stream, n_rows))
    }

    /// Opens the rows.
    pub(super) fn open_uncounted(&self, columns: &[String], whole: bool) -> Result<RowStream, PlanError> {
        let kind = match self {
            Self::Repeat(n) => RowKind::Repeat(*n),
            Self::Each(each) => {
                let columns = columns.iter().filter_map(|column| each.column(column)).collect();
                RowKind::Each { each: each.clone(), columns, next: 0 }
            }
            Self::File { path, shown, form: RowFormat::Table { delimiter } } => {
                let table = Table::open(path, *delimiter).map_err(|why| unreadable(shown, &why))?;
                RowKind::from_table(table, columns, whole).map_err(|why| PlanError::in_file(shown, why, ""))?
            }
            Self::File { path, shown, form } => {
                let file = File::open(path).map_err(|why| unreadable(shown, &why))?;
                let folder = path.parent().unwrap_or(Path::new(""));
                RowKind::from_text(decoded(Box::new(file)), *form, folder, columns, whole)
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
                // It was decoded when its format was detected.
                match form {
                    RowFormat::Table { delimiter } => {
                        let table = Table::new(input, *delimiter).map_err(|why| unreadable(name, &why))?;
                        RowKind::from_table(table, columns, whole).map_err(|why| PlanError::in_file(name, why, ""))?
                    }
                    RowFormat::Lines | RowFormat::Json => {
                        RowKind::from_text(input, *form, Path::new(""), columns, whole)
                    }
                }
            }
        };
        Ok(RowStream::new(self.name(), kind))
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
