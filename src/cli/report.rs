//! The arguments of `report`.
//!
//! Start at [`DocumentArgs`].

use std::path::PathBuf;

use clap::Args;

use crate::output::document::DocumentKind;

/// A recording, and what is made of it.
#[derive(Debug, Args)]
pub struct DocumentArgs {
    /// A file written by `run --events`, finished or not
    #[arg(value_name = "RUN")]
    pub file: PathBuf,
    /// A self-contained page; this is what you get without any other option
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub html: Option<Option<PathBuf>>,
    /// A table with one line for each job
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub csv: Option<Option<PathBuf>>,
    /// The summary as Markdown, for a pull request or the summary of a CI job
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub md: Option<Option<PathBuf>>,
    /// The jobs as test cases, for a CI server
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub junit: Option<Option<PathBuf>>,
    /// The attempts on a time axis, for Perfetto or `chrome://tracing`
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub trace: Option<Option<PathBuf>>,
    /// The attempts as an HTTP archive, without headers and bodies
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub har: Option<Option<PathBuf>>,
    /// The figures as text for Prometheus
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub openmetrics: Option<Option<PathBuf>>,
    /// The summary as JSON
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub json: Option<Option<PathBuf>>,
}

impl DocumentArgs {
    /// The documents to write and their paths: the recording's own name with another ending, unless one is given.
    pub fn documents(&self) -> Vec<(DocumentKind, PathBuf)> {
        let wanted = [
            (DocumentKind::Page, &self.html),
            (DocumentKind::Csv, &self.csv),
            (DocumentKind::Markdown, &self.md),
            (DocumentKind::Junit, &self.junit),
            (DocumentKind::Trace, &self.trace),
            (DocumentKind::Har, &self.har),
            (DocumentKind::OpenMetrics, &self.openmetrics),
            (DocumentKind::Summary, &self.json),
        ];
        let path = |kind: DocumentKind, given: Option<&PathBuf>| {
            given.map_or_else(|| self.file.with_extension(kind.ending()), PathBuf::clone)
        };
        let given: Vec<_> =
            wanted.into_iter().filter_map(|(kind, given)| Some((kind, path(kind, given.as_ref()?.as_ref())))).collect();
        if given.is_empty() { vec![(DocumentKind::Page, path(DocumentKind::Page, None))] } else { given }
    }
}
