//! What a probe finds in a watched program, with the line that is to blame.
//!
//! Start at [`loop_waits::loop_waits`].

pub(in crate::model::verdict) mod gather_raised;
pub(in crate::model::verdict) mod loop_stalled;
pub(in crate::model::verdict) mod loop_waits;
pub(in crate::model::verdict) mod lost_tasks;
pub(in crate::model::verdict) mod never_awaited;
pub(in crate::model::verdict) mod pools;
pub(in crate::model::verdict) mod sockets;

use std::path::Path;

use crate::event::program::CodeLine;
use crate::model::verdict::figures::RunFigures;
use crate::text::sanitize::sanitize;

/// The file and the line, and the text of the line.
pub(in crate::model::verdict) fn shown(code: &CodeLine) -> String {
    let place = format!("{}:{}", sanitize(&code.file), code.line);
    if code.text.is_empty() { place } else { format!("{place} `{}`", sanitize(&code.text)) }
}

/// The name of the file and the line, for narrow screens.
pub(in crate::model::verdict) fn brief(code: &CodeLine) -> String {
    let name = code.file.rsplit('/').next().unwrap_or(&code.file);
    format!("{}:{}", sanitize(name), code.line)
}

/// Whether a line is JavaScript, or without a line whether some process runs it.
pub(in crate::model::verdict) fn is_javascript(figures: &RunFigures<'_>, code: Option<&CodeLine>) -> bool {
    const ENDINGS: [&str; 8] = ["js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"];
    let ending = code.and_then(|code| Path::new(&*code.file).extension()).map(|ending| ending.to_string_lossy());
    ending.map_or(figures.model.evidence.program.has_node, |ending| ENDINGS.contains(&&*ending))
}
