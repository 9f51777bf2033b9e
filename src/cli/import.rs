//! The arguments of `import`.
//!
//! Start at [`ImportArgs`].

use std::path::PathBuf;

use clap::Args;

use crate::cli::values;
use crate::import::ImportFormat;
use crate::import::write::WrittenFormat;

/// A file of another tool, and what becomes of it.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A HAR file, a Postman collection, an OpenAPI or Swagger description, a sitemap or curl commands; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Its format, if it is not detected: `har`, `postman`, `openapi`, `sitemap` or `curl`
    #[arg(long, value_name = "FORMAT", value_parser = values::import_format)]
    pub from: Option<ImportFormat>,
    /// What to write: a `plan`, `jsonl` or `urls`; by default as the ending of `--output` says, or a plan
    #[arg(long = "as", value_name = "FORMAT", value_parser = values::written_format)]
    pub written: Option<WrittenFormat>,
    /// Where to write it, instead of standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the output if it exists
    #[arg(long)]
    pub force: bool,
    /// Write secrets as they are, instead of as environment variables
    #[arg(long)]
    pub keep_secrets: bool,
}
