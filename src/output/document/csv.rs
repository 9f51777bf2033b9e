//! The jobs of a recording as CSV, in the order in which they were settled.
//!
//! The columns have the names of the report's, as far as a recording knows them. Start at [`write()`].

use std::io::{self, Write};

use crate::event::cause::Cause;
use crate::event::outcome::{JobEnd, Outcome};
use crate::output::document::job_log::RecordedJob;
use crate::output::document::{RecordedRun, milliseconds};
use crate::text::sanitize::sanitize;

const HEADER: &str =
    "endpoint,row,request,ended,ok,status,tries,attempts,started,settled,total_ms,waited_ms,bytes,error,detail\n";

/// Writes a header and one line for each job.
pub(super) fn write(run: &RecordedRun<'_>, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(HEADER.as_bytes())?;
    run.for_each_job(|job| to.write_all(line(run, job).as_bytes()))
}

fn line(run: &RecordedRun<'_>, job: &RecordedJob) -> String {
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let failure = job.failure();
    let detail = match failure {
        Some(Outcome::Failed { detail, expected, .. }) => expected.as_deref().or(detail.as_deref()),
        _ => None,
    };
    let cells = [
        cell(&job.endpoint),
        // Rows count from 1, as in the report.
        number(job.row.map(|row| row + 1)),
        cell(job.target.as_deref().unwrap_or_default()),
        end_word(job).to_owned(),
        (job.end == Some(JobEnd::Done)).to_string(),
        number(job.status().map(u64::from)),
        job.tries.to_string(),
        job.attempts.len().to_string(),
        job.started().map_or_else(String::new, |at| run.wall_clock(at)),
        run.wall_clock(job.settled),
        format!("{:.3}", milliseconds(job.total)),
        format!("{:.3}", milliseconds(job.waited.total())),
        number(job.bytes()),
        cell(&failure.and_then(Cause::from_outcome).map_or_else(String::new, |cause| cause.to_string())),
        cell(detail.unwrap_or_default()),
    ];
    cells.join(",") + "\n"
}

/// How a job ended, in one word.
pub(super) fn end_word(job: &RecordedJob) -> &'static str {
    match &job.end {
        Some(JobEnd::Done) => "done",
        Some(JobEnd::Failed { .. }) => "failed",
        Some(JobEnd::Cancelled) => "cancelled",
        None => "unfinished",
    }
}

/// Foreign text as a cell.
pub(in crate::output) fn cell(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    let text = sanitize(text).replace('"', "\"\"");
    let apostrophe = if is_formula { "'" } else { "" };
    if is_formula || text.contains([',', '"', '\n', ';']) { format!("\"{apostrophe}{text}\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_no_formula_and_has_no_control_character() {
        assert_eq!(cell("plain text"), "plain text");
        assert_eq!(cell("a,b \"c\""), "\"a,b \"\"c\"\"\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " =1"] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
        }
        assert!(!cell("\t=1\u{1b}[31m\r\n").contains(['\u{1b}', '\r', '\n']));
    }
}
