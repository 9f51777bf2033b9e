//! The loader of plans from a file, standard input or the command line.
//!
//! The file extension decides the format. Without a known extension, the first line decides. Files of other tools are
//! refused, with the way to use them. Start at [`Plan::read`].

pub mod foreign;
mod format;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Mutex;

use crate::plan::defaults::{MAX_JOBS, MAX_PLAN};
use crate::plan::error::io_reason;
use crate::plan::error::{PlanError, STDIN, describe_file};
use crate::plan::http_client::HttpClient;
use crate::plan::load::foreign::ForeignFormat;
use crate::plan::load::format::{PlanFormat, detect_format};
use crate::plan::network::Network;
use crate::plan::order::JobOrder;
use crate::plan::read::{self, stem};
use crate::plan::request::address::quoted;
use crate::plan::request::check;
use crate::plan::rows::encoding::decoded;
use crate::plan::rows::table::Table;
use crate::plan::rows::{Input, RowFormat, Rows};
use crate::plan::source::Source;
use crate::plan::template::interpolation::VariableLookup;
use crate::plan::{Expect, Limits, Output, Plan, Practice};
use crate::text::bare_address::with_scheme;
use crate::text::diagnostics::Mistake;
use crate::text::sanitize::sanitize;

/// The number of bytes that are read to detect the format.
const SNIFF_LIMIT: usize = 64 << 10;

/// The accepted formats, for messages.
const ACCEPTED_FORMATS: &str = "`inflight run` takes a TOML plan, a list of URLs, or requests as JSON or CSV";

impl Plan {
    /// Reads a plan from a file: TOML, a list of URLs, or JSON Lines.
    ///
    /// Paths in the plan are relative to its folder.
    pub fn read(path: &Path, var: VariableLookup<'_>) -> Result<Self, PlanError> {
        let name = path.display().to_string();
        let file = open(path, &name)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        // A named pipe (`<(…)`) is like standard input: it can be read only once.
        if file.metadata().is_ok_and(|file| !file.is_file()) {
            return Self::from_stream(Box::new(file), &name, folder, var);
        }
        let mut input = decoded(Box::new(file));
        let mut start = Vec::new();
        let cannot = |why: std::io::Error| unreadable(&name, &io_reason(&why));
        input.by_ref().take(SNIFF_LIMIT as u64).read_to_end(&mut start).map_err(cannot)?;
        let form = match RowFormat::from_path(path) {
            _ if is_toml(&name) => None,
            known => {
                refuse_foreign(&start, &name)?;
                known.or_else(|| detect_format(&start, true).unwrap_or(PlanFormat::Toml).rows())
            }
        };
        let Some(form) = form else {
            return read::read_plan(&utf8(start, input, &name)?, &name, folder, var);
        };
        if let RowFormat::Table { delimiter } = form {
            let table = Table::open(path, delimiter).map_err(cannot)?;
            if !table.header().iter().any(|name| name.eq_ignore_ascii_case("url")) {
                let help = "name it in a plan: `rows = \"ids.csv\"` next to a `url` with `{column}` in it";
                let message = format!("`{}` is a table without a column `url`, so it is no plan", sanitize(&name));
                return Err(PlanError::in_file(&name, message, help));
            }
        }
        let rows = Rows::File { path: path.to_owned(), shown: name.clone(), form };
        Ok(Self::from_rows(&name, rows, form, &start))
    }

    /// Reads a TOML plan from memory. Messages call it `file`. The paths in it are relative to `folder`.
    pub fn from_toml(text: &str, file: &str, folder: &Path, var: VariableLookup<'_>) -> Result<Self, PlanError> {
        read::read_plan(text, file, folder, var)
    }

    /// Reads a plan from standard input. The jobs of a list are available as their lines arrive.
    pub fn from_stdin(input: Box<dyn Read + Send>, var: VariableLookup<'_>) -> Result<Self, PlanError> {
        Self::from_stream(input, STDIN, Path::new(""), var)
    }

    /// Reads a plan from an input that can be read only once.
    fn from_stream(input: Input, name: &str, folder: &Path, var: VariableLookup<'_>) -> Result<Self, PlanError> {
        let mut input = decoded(input);
        let mut start = Vec::new();
        let mut chunk = [0; 4096];
        let format = loop {
            let n = match input.read(&mut chunk) {
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => continue,
                read => read.map_err(|why| unreadable(name, &io_reason(&why)))?,
            };
            start.extend_from_slice(&chunk[..n]);
            let whole_lines = start.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
            let is_all = n == 0 || start.len() > SNIFF_LIMIT;
            match detect_format(&start[..if is_all { start.len() } else { whole_lines }], is_all) {
                Some(format) => break format,
                None if n == 0 => return Err(PlanError::no_jobs(name, ACCEPTED_FORMATS)),
                None if is_all => break PlanFormat::Toml,
                None => {}
            }
        };
        refuse_foreign(&start, name)?;
        let Some(form) = format.rows() else {
            return read::read_plan(&utf8(start, input, name)?, name, folder, var);
        };
        let whole = Box::new(Cursor::new(start.clone()).chain(input));
        let rows = Rows::Stream { name: name.to_owned(), input: Mutex::new(Some(whole)), form };
        Ok(Self::from_rows(name, rows, form, &start))
    }

    /// Returns a plan for URLs of the command line: `n` jobs, spread evenly, or one job per URL without `n`.
    pub fn from_urls(urls: &[String], n: Option<u64>) -> Result<Self, PlanError> {
        const FILE: &str = "command line";
        let n_urls = urls.len() as u64;
        let n = n.unwrap_or(n_urls);
        if urls.is_empty() || n == 0 {
            return Err(PlanError::no_jobs(FILE, "give it at least one URL and one request"));
        }
        if n < n_urls {
            let message = format!("`-n {n}` is fewer than the {n_urls} URLs");
            return Err(PlanError::in_file(FILE, message, format!("write `-n {n_urls}` or more, or fewer URLs")));
        }
        if n > MAX_JOBS {
            return Err(PlanError::in_file(FILE, "`-n` is more than 1,000,000,000,000", "write a smaller number"));
        }
        let is_practice = urls.iter().any(|url| url.trim_start().starts_with("practice://"));
        let name = match urls {
            [url] => quoted(url),
            urls => format!("{} URLs", urls.len()),
        };
        let share = |i: usize| n / n_urls + u64::from((i as u64) < n % n_urls);
        let sources: Vec<Source> = urls.iter().enumerate().map(|(i, url)| Source::repeated(url, share(i))).collect();
        let plan = Self { practice: is_practice.then(Practice::default), ..Self::with_sources(&name, FILE, sources) };
        plan.check_urls()?;
        Ok(plan)
    }

    fn from_rows(file: &str, rows: Rows, form: RowFormat, start: &[u8]) -> Self {
        let source = match form {
            RowFormat::Lines => Source::url_list(rows),
            RowFormat::Json | RowFormat::Table { .. } => Source::request_rows(rows),
        };
        let is_practice = String::from_utf8_lossy(start).contains("practice://");
        Self { practice: is_practice.then(Practice::default), ..Self::with_sources(&stem(file), file, vec![source]) }
    }

    fn with_sources(name: &str, file: &str, sources: Vec<Source>) -> Self {
        Self {
            name: name.to_owned(),
            file: file.to_owned(),
            written: Vec::new(),
            limits: Limits::default(),
            polling: None,
            order: JobOrder::AsGiven,
            fail_fast: false,
            wire: HttpClient::Auto,
            network: Network::default(),
            expect: Expect::default(),
            output: Output::default(),
            practice: None,
            before: Vec::new(),
            sources,
        }
    }

    /// Returns an error that lists every invalid URL of the command line.
    fn check_urls(&self) -> Result<(), PlanError> {
        let wrong = self.sources.iter().filter_map(|source| check(source, self.practice.is_some()).err());
        let mistakes: Vec<_> = wrong
            .map(|why| Mistake::in_file(&self.file, why).with_help("write one such as `https://example.org/`"))
            .collect();
        if mistakes.is_empty() { Ok(()) } else { Err(PlanError::new(mistakes)) }
    }
}

/// Refuses the file of another tool.
fn refuse_foreign(start: &[u8], name: &str) -> Result<(), PlanError> {
    let Some(foreign) = ForeignFormat::detect(start, name) else { return Ok(()) };
    let (shown, file) = match name {
        STDIN => (STDIN.to_owned(), "-".to_owned()),
        name => (format!("`{}`", sanitize(name)), sanitize(name).into_owned()),
    };
    Err(PlanError::in_file(name, format!("{shown} is {}, not a plan", foreign.noun()), foreign.help(&file)))
}

fn open(path: &Path, name: &str) -> Result<File, PlanError> {
    if path.is_dir() {
        return Err(unreadable(name, "it is a folder"));
    }
    File::open(path).map_err(|why| unreadable(name, &io_reason(&why)))
}

fn unreadable(name: &str, why: &str) -> PlanError {
    let is_file_name = Path::new(name).exists() || RowFormat::from_path(Path::new(name)).is_some() || is_toml(name);
    let help = match with_scheme(name).filter(|_| !is_file_name) {
        Some(url) => format!("if you mean a URL, write `{}`", sanitize(&url)),
        None => ACCEPTED_FORMATS.to_owned(),
    };
    PlanError::in_file(name, format!("cannot read {}: {why}", describe_file(name)), help)
}

fn is_toml(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

/// Reads the rest of a plan as UTF-8 text.
fn utf8(mut start: Vec<u8>, rest: impl Read, name: &str) -> Result<String, PlanError> {
    rest.take(MAX_PLAN).read_to_end(&mut start).map_err(|why| unreadable(name, &io_reason(&why)))?;
    if start.len() as u64 > MAX_PLAN {
        return Err(unreadable(name, "it is larger than 16 MiB"));
    }
    String::from_utf8(start).map_err(|why| {
        let line = why.as_bytes()[..why.utf8_error().valid_up_to()].split(|&b| b == b'\n').count();
        unreadable(name, &format!("line {line} is not UTF-8 text"))
    })
}
