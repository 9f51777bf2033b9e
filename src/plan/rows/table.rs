//! The rows of a file of comma-separated values: the values for placeholders, or whole requests.
//!
//! Start at [`Table::next`] and [`Table::next_request`].

use std::fs::File;
use std::io;
use std::path::Path;

use crate::plan::attempt_timeout::parse_attempt_timeout;
use crate::plan::content::RequestContent;
use crate::plan::defaults::MAX_WEIGHT;
use crate::plan::error::io_reason;
use crate::plan::expected::ExpectedAnswer;
use crate::plan::job::{Statuses, parse_method};
use crate::plan::rows::Input;
use crate::plan::rows::encoding::decoded;
use crate::plan::rows::records::{Record, Records};
use crate::plan::rows::request::RowRequest;
use crate::plan::statuses::{StatusSet, parse_statuses};
use crate::text::sanitize::sanitize;
use crate::text::value_error::ValueError;

/// The columns of a table of requests. It may have others.
pub(in crate::plan) const REQUEST_COLUMNS: [&str; 8] =
    ["url", "method", "body", "json", "timeout", "expect", "weight", "name"];

/// A file of comma-separated values under a header.
pub(in crate::plan) struct Table {
    records: Records<Input>,
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
    /// Opens a file and reads its header. Without a delimiter, the header shows it.
    pub(in crate::plan) fn open(path: &Path, delimiter: Option<u8>) -> io::Result<Self> {
        Self::new(decoded(Box::new(File::open(path)?)), delimiter)
    }

    /// Reads the header of a table.
    pub(super) fn new(input: Input, delimiter: Option<u8>) -> io::Result<Self> {
        let mut records = Records::open(input, delimiter)?;
        let header = match records.advance()? {
            Record::Fields => (0..records.n_fields()).map(|i| records.field(i).trim().to_owned()).collect(),
            Record::TooLong | Record::OpenQuote | Record::End => Vec::new(),
        };
        Ok(Self { records, header, chosen: Vec::new() })
    }

    /// Counts the rows that are left.
    pub(super) fn count(&mut self) -> io::Result<u64> {
        let mut n_rows = 0;
        while !matches!(self.records.advance()?, Record::End) {
            n_rows += 1;
        }
        Ok(n_rows)
    }

    /// The line of a record that takes up suspiciously many lines, and how many, among those read so far.
    pub(super) fn suspect(&self) -> Option<(u64, u64)> {
        self.records.suspect()
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

    /// Selects the columns of requests.
    pub(super) fn choose_request(&mut self) {
        let at = |name: &&str| self.header.iter().position(|own| own.eq_ignore_ascii_case(name)).unwrap_or(usize::MAX);
        self.chosen = REQUEST_COLUMNS.iter().map(at).collect();
    }

    /// Reads a row's chosen values; `false` at the end.
    pub(super) fn next(&mut self, values: &mut Vec<String>) -> Result<bool, BadRecord> {
        let n_columns = self.header.len();
        let record = self.records.advance();
        let bad = |why: String| BadRecord { line: self.records.line(), why };
        match record.map_err(|why| bad(format!("cannot be read: {}", io_reason(&why))))? {
            Record::End => return Ok(false),
            Record::TooLong => return Err(bad("is longer than 1 MiB".to_owned())),
            Record::OpenQuote => return Err(bad("has a quote that is never closed".to_owned())),
            Record::Fields => {}
        }
        let n_fields = self.records.n_fields();
        if n_fields != n_columns {
            return Err(bad(format!("has {n_fields} values where the header has {n_columns} names")));
        }
        values.resize(self.chosen.len(), String::new());
        for (value, &column) in values.iter_mut().zip(&self.chosen) {
            value.clear();
            if column < n_fields {
                let text = str::from_utf8(self.records.bytes(column));
                value.push_str(text.map_err(|_| bad("is not UTF-8 text".to_owned()))?);
            }
        }
        Ok(true)
    }

    /// Reads a row as a request. An empty value is none.
    pub(super) fn next_request(&mut self, values: &mut Vec<String>) -> Result<Option<RowRequest>, BadRecord> {
        if !self.next(values)? {
            return Ok(None);
        }
        request(values).map(Some).map_err(|why| BadRecord { line: self.line(), why })
    }
}

/// Makes a request of the values of [`REQUEST_COLUMNS`].
fn request(values: &[String]) -> Result<RowRequest, String> {
    let [url, method, body, json, timeout, expect, weight, name] = values else {
        return Err("has no `url`".to_owned());
    };
    let given = |value: &String| Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
    let method = given(method)
        .map(|name| parse_method(&name).ok_or_else(|| format!("`{}` is not a method", sanitize(&name))))
        .transpose()?;
    if !body.is_empty() && given(json).is_some() {
        return Err("has both `body` and `json`: leave one empty".to_owned());
    }
    let timeout = given(timeout).map(|text| parse_attempt_timeout(&text)).transpose();
    let weight = given(weight).map_or(Some(1), |text| text.parse().ok()).filter(|weight| *weight <= MAX_WEIGHT);
    Ok(RowRequest {
        url: given(url).ok_or("has no `url`")?,
        method,
        headers: Vec::new(),
        is_json: given(json).is_some(),
        body: given(json).or(Some(body.clone()).filter(|body| !body.is_empty())).map(RequestContent::from),
        timeout: timeout.map_err(|wrong| format!("`timeout` is {wrong}"))?,
        status: given(expect).map(|text| statuses(&text)).transpose()?,
        answer: ExpectedAnswer::default(),
        name: given(name),
        weight: weight.ok_or("`weight` is not a whole number from 0 to 100,000")?,
        size: values.iter().map(String::len).sum(),
    })
}

/// Parses statuses that are separated by blanks or commas.
fn statuses(text: &str) -> Result<Statuses, String> {
    if text == "any" {
        return Ok(Statuses::Any);
    }
    let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
    let listed = words.map(parse_statuses).try_fold(StatusSet::EMPTY, |all, part| Ok(all.union(part?)));
    listed.map(Statuses::Listed).map_err(|wrong: ValueError| format!("`expect` is {wrong}"))
}

/// The message that a header lacks a column.
pub(in crate::plan) fn no_column(column: &str, header: &[String]) -> String {
    let names: Vec<String> = header.iter().take(20).map(|name| sanitize(name).into_owned()).collect();
    format!("no row has `{}`: the columns are {}", sanitize(column), names.join(", "))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::Table;

    fn all(text: &[u8], columns: &[&str]) -> Vec<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        let mut table = Table::open(file.path(), None).unwrap();
        table.choose(&columns.iter().map(|&column| column.to_owned()).collect::<Vec<_>>()).unwrap();
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        loop {
            match table.next(&mut values) {
                Ok(true) => rows.push(format!("{}: {}", table.line(), values.join("|"))),
                Ok(false) => break,
                Err(why) => rows.push(why.at("t")),
            }
        }
        assert_eq!(Table::open(file.path(), None).unwrap().count().unwrap(), rows.len() as u64, "the count agrees");
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
    fn an_open_quote_spoils_only_its_own_line() {
        let open = "has a quote that is never closed";
        assert_eq!(all(b"id\n1\n\"2\n3\n4\n", &["id"]), ["2: 1", &format!("t line 3 {open}"), "4: 3", "5: 4"]);
        assert_eq!(
            all(b"id,n\n1,\"a\n2,\"b\"\n3,\"c\nd\"\n", &["id"]),
            [&format!("t line 2 {open}"), "3: 2", "4: 3"],
            "the next quote does not close it"
        );
        assert_eq!(all(b"id,n\n5\" disk,6\n\"7\" x,8\n", &["id"]), ["2: 5\" disk", "3: 7 x"]);
        let mut text = b"id\n1\n\"".to_vec();
        text.extend(vec![b'x'; 5 << 20]);
        assert_eq!(all(&text, &["id"]), ["2: 1", "t line 3 is longer than 1 MiB"]);
    }

    #[test]
    fn the_separator_is_found_in_the_header() {
        for (text, id) in [
            (&b"id;name\n1;a,b\n"[..], "2: 1"),
            (b"id\tname\r1\ta", "2: 1"),
            (b"name|id\r\na|1", "2: 1"),
            (b"sep=;\r\nid;name\r\n1;\"x\"\r\n", "3: 1"),
            (b"\"a;b\",id\n2,1\n", "2: 1"),
            (b"\xff\xfei\0d\0\n\x001\0", "2: 1"),
        ] {
            assert_eq!(all(text, &["id"]), [id], "{text:?}");
        }
    }

    #[test]
    fn a_record_of_many_lines_is_suspect() {
        let text = format!("id,n\n1,\"{}\"\n2,b\n", "x\r\n".repeat(150));
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut table = Table::open(file.path(), None).unwrap();
        assert_eq!((table.count().unwrap(), table.suspect()), (2, Some((2, 151))));
    }
}
