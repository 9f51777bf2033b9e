//! Rows with named values: comma-separated files, and JSON objects.
//!
//! A record larger than 1 MiB is a bad row, for example if a quote is left open. Start at [`Table::next`] and [`object`].

use std::fs::File;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::plan::error::{io_reason, json_reason};
use crate::plan::rows::records::{Record, Records};
use crate::text::sanitize::sanitize;

/// A file of comma-separated values under a header.
pub(in crate::plan) struct Table {
    records: Records,
    header: Vec<String>,
    chosen: Vec<usize>,
}

/// Why a row cannot be used.
pub(super) struct BadRecord {
    line: u64,
    why: String,
}

impl BadRecord {
    /// As a message, with the file's name.
    pub(super) fn at(&self, file: &str) -> String {
        format!("{file} line {} {}", self.line, self.why)
    }
}

impl Table {
    /// Opens a file and reads its header.
    pub(in crate::plan) fn open(path: &Path, delimiter: u8) -> io::Result<Self> {
        let mut records = Records::new(File::open(path)?, delimiter);
        let header = match records.advance()? {
            Record::Fields => (0..records.n_fields()).map(|i| records.field(i).trim().to_owned()).collect(),
            Record::TooLong | Record::End => Vec::new(),
        };
        Ok(Self { records, header, chosen: Vec::new() })
    }

    /// How many rows a file has under its header.
    pub(super) fn count(path: &Path, delimiter: u8) -> io::Result<u64> {
        let mut table = Self::open(path, delimiter)?;
        let mut n_rows = 0;
        while !matches!(table.records.advance()?, Record::End) {
            n_rows += 1;
        }
        Ok(n_rows)
    }

    /// The names in the header.
    pub(in crate::plan) fn header(&self) -> &[String] {
        &self.header
    }

    /// Selects columns, in this order.
    pub(super) fn choose(&mut self, columns: &[String]) -> Result<(), String> {
        for column in columns {
            let at = self.header.iter().position(|name| name == column);
            self.chosen.push(at.ok_or_else(|| no_column(column, &self.header))?);
        }
        Ok(())
    }

    /// The line where the last row that was read begins.
    pub(super) fn line(&self) -> u64 {
        self.records.line()
    }

    /// Reads a row's chosen values; `false` at the end.
    pub(super) fn next(&mut self, values: &mut Vec<String>) -> Result<bool, BadRecord> {
        let n_columns = self.header.len();
        let record = self.records.advance();
        let bad = |why: String| BadRecord { line: self.records.line(), why };
        match record.map_err(|why| bad(format!("cannot be read: {}", io_reason(&why))))? {
            Record::End => return Ok(false),
            Record::TooLong => return Err(bad("is longer than 1 MiB: is a quote left open?".to_owned())),
            Record::Fields => {}
        }
        let n_fields = self.records.n_fields();
        if n_fields != n_columns {
            return Err(bad(format!("has {n_fields} values where the header has {n_columns} names")));
        }
        values.resize(self.chosen.len(), String::new());
        for (value, &column) in values.iter_mut().zip(&self.chosen) {
            let bytes = self.records.bytes(column);
            let text = std::str::from_utf8(bytes).map_err(|_| bad("is not UTF-8 text".to_owned()))?;
            value.clear();
            value.push_str(text);
        }
        Ok(true)
    }
}

/// The message that a header lacks a column.
pub(in crate::plan) fn no_column(column: &str, header: &[String]) -> String {
    let names: Vec<String> = header.iter().take(20).map(|name| sanitize(name).into_owned()).collect();
    format!("no row has `{}`: the columns are {}", sanitize(column), names.join(", "))
}

/// Reads the named values of a JSON object.
pub(super) fn object(line: &str, columns: &[String], values: &mut Vec<String>) -> Result<(), String> {
    let row = match serde_json::from_str(line) {
        Ok(Value::Object(row)) => row,
        Ok(_) => return Err("is not a JSON object".to_owned()),
        Err(why) => return Err(format!("is not JSON: {}", json_reason(&why))),
    };
    values.resize(columns.len(), String::new());
    for (value, column) in values.iter_mut().zip(columns) {
        value.clear();
        match row.get(column) {
            None | Some(Value::Null) => return Err(format!("has no `{}`", sanitize(column))),
            Some(Value::String(text)) => value.push_str(text),
            Some(other) => value.push_str(&other.to_string()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Table, object};

    fn all(text: &[u8], columns: &[&str]) -> Vec<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        let mut table = Table::open(file.path(), b',').unwrap();
        table.choose(&columns.iter().map(|&column| column.to_owned()).collect::<Vec<_>>()).unwrap();
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        loop {
            match table.next(&mut values) {
                Ok(true) => rows.push(format!("{}: {}", table.line(), values.join("|"))),
                Ok(false) => break,
                Err(why) => rows.push(why.at("t")),
            }
        }
        assert_eq!(Table::count(file.path(), b',').unwrap(), rows.len() as u64, "the count agrees");
        rows
    }

    #[test]
    fn values_are_chosen_by_name() {
        let text = b"\xef\xbb\xbfid, name\r\n1,\"a,\"\"b\"\r\n\r\n2,\"two\nlines\"\r\n3,c";
        assert_eq!(all(text, &["name", "id"]), ["2: a,\"b|1", "4: two\nlines|2", "6: c|3"]);
    }

    #[test]
    fn rows_that_do_not_fit_the_header_are_bad_rows() {
        let text = b"id,name\n1\n2,b,c\n3,\xff\n4,d\n";
        assert_eq!(
            all(text, &["name"]),
            [
                "t line 2 has 1 values where the header has 2 names",
                "t line 3 has 3 values where the header has 2 names",
                "t line 4 is not UTF-8 text",
                "5: d"
            ]
        );
    }

    #[test]
    fn an_open_quote_does_not_swallow_memory() {
        let mut text = b"id\n1\n\"".to_vec();
        text.extend(vec![b'x'; 5 << 20]);
        assert_eq!(all(&text, &["id"]), ["2: 1", "t line 3 is longer than 1 MiB: is a quote left open?"]);
    }

    #[test]
    fn json_values_are_taken_as_text() {
        let (mut values, columns) = (Vec::new(), ["s", "n"].map(str::to_owned));
        object(r#"{"n": 1.50, "s": "a\"b", "x": null}"#, &columns, &mut values).unwrap();
        assert_eq!(values, ["a\"b", "1.5"]);
        let why = object(r#"{"n": 1}"#, &columns, &mut values).unwrap_err();
        assert_eq!(why, "has no `s`");
        assert!(object("{", &columns, &mut values).unwrap_err().starts_with("is not JSON: EOF"));
        assert_eq!(object("[1]", &columns, &mut values).unwrap_err(), "is not a JSON object");
    }
}
