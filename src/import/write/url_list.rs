//! The writer of a list of URLs.
//!
//! Start at [`write()`].

use crate::import::error::ImportError;
use crate::import::request::{Import, ImportedRequest};
use crate::text::units;

/// Writes a line for each request that is no more than a URL, with its method if that is not GET.
pub(super) fn write(import: &mut Import) -> Result<String, ImportError> {
    let (mut lines, mut n_reduced, mut n_other) = (String::new(), 0, 0);
    for request in &import.requests {
        // A blank would end the URL.
        let url = request.url.plain().filter(|url| !url.contains(char::is_whitespace) && !url.is_empty());
        let (Some(url), None) = (url, &request.body) else {
            n_other += 1;
            continue;
        };
        match request.method.as_deref() {
            None | Some("GET") => {}
            Some(method) => {
                lines.push_str(method);
                lines.push(' ');
            }
        }
        lines.push_str(url);
        lines.push('\n');
        n_reduced += u64::from(is_reduced(request));
    }
    if n_other > 0 {
        let n = units::plural(n_other, "request");
        import.notes.push(format!("{n} with a body, a variable or a blank in the URL left out of the list"));
    }
    if n_reduced > 0 {
        import
            .notes
            .push(format!("the headers and settings of {} are not in the list", units::plural(n_reduced, "request")));
    }
    if lines.is_empty() {
        return Err(ImportError::nothing("no request can be written as a URL alone: a plan can express them"));
    }
    Ok(lines)
}

fn is_reduced(request: &ImportedRequest) -> bool {
    !request.headers.is_empty() || request.auth.is_some() || request.timeout.is_some() || request.needs_plan()
}
