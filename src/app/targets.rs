//! The targets of `run` and `check`: a plan, a list, standard input, or URLs.
//!
//! A file wins over an address of the same name. Start at [`read`].

use std::io;
use std::path::Path;

use crate::cli::RunArgs;
use crate::error::Error;
use crate::output::streams;
use crate::plan::Plan;
use crate::plan::template::interpolation::VariableLookup;
use crate::text::bare_address::is_address;
use crate::text::sanitize::sanitize;

/// Endings of files that are given as targets. A missing file with one of these is not taken for a host.
const FILE_ENDINGS: [&str; 15] =
    ["toml", "txt", "list", "urls", "jsonl", "ndjson", "json", "csv", "tsv", "har", "yaml", "yml", "xml", "js", "sh"];

/// Reads the plan that the arguments name.
pub(super) fn read(args: &RunArgs, variable: VariableLookup<'_>) -> Result<Plan, Error> {
    match args.targets.as_slice() {
        [only] if only == "-" => Ok(with_number(Plan::from_stdin(Box::new(io::stdin()), variable)?, args)),
        [only] if !is_url(only) => {
            if is_address(only) && !has_file_ending(only) && Path::new(only).exists() {
                let name = sanitize(only);
                streams::say(&format!("note: `{name}` is a file here; for the URL, write `https://{name}`"));
            }
            Ok(with_number(Plan::read(only.as_ref(), variable)?, args))
        }
        targets => match targets.iter().find(|target| !is_url(target)) {
            None => Ok(Plan::from_urls(targets, args.requests)?),
            Some(file) => Err(Error::Usage {
                message: format!("`{file}` is not a URL, and only one plan can be run at a time"),
                hint: "give one plan, or URLs that begin with `https://`".into(),
            }),
        },
    }
}

/// Sets the number of jobs that a flag gives. It replaces a duration of the plan.
fn with_number(mut plan: Plan, args: &RunArgs) -> Plan {
    if args.requests.is_some() {
        (plan.limits.jobs, plan.limits.duration) = (args.requests, None);
    }
    plan
}

/// Whether a target is a URL, or an address without a scheme that names no file.
fn is_url(target: &str) -> bool {
    // A URL with a missing slash must not be taken for a file: the message about the file would print its secrets.
    let begins = |with: &str| target.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    if target.contains("://") || begins("http:/") || begins("https:/") {
        return true;
    }
    let is_in_folder = target.split_once('/').is_some_and(|(folder, _)| Path::new(folder).is_dir());
    is_address(target) && !has_file_ending(target) && !is_in_folder && !Path::new(target).exists()
}

/// Whether a target has the ending of a file, and no host before it.
fn has_file_ending(target: &str) -> bool {
    let ending = Path::new(target).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let is_known = FILE_ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending));
    // `example.org/data.json` is a document of a host, but no host serves a plan.
    is_known && (!target.contains('/') || ending.eq_ignore_ascii_case("toml"))
}

#[cfg(test)]
mod tests {
    use super::is_url;

    #[test]
    fn addresses_are_urls_and_names_of_files_are_not() {
        for target in
            ["https://a.b", "http:/a", "localhost:8080", "127.0.0.1:8080/x", "[::1]:80", "example.org", "a.b/c.json"]
        {
            assert!(is_url(target), "{target}");
        }
        // The tests run in the folder of the package.
        for target in ["-", "plan", "urls.txt", "shop.toml", "shop.d/a.toml", "./x.y", "Cargo.lock", "data.json"] {
            assert!(!is_url(target), "{target}");
        }
    }
}
