//! What a probe finds in a watched program, with the line that is to blame.
//!
//! Start at [`loop_waits::loop_waits`].

pub(in crate::model::verdict) mod gather_raised;
pub(in crate::model::verdict) mod loop_stalled;
pub(in crate::model::verdict) mod loop_waits;
pub(in crate::model::verdict) mod lost_tasks;
pub(in crate::model::verdict) mod never_awaited;
pub(in crate::model::verdict) mod pools;

use crate::event::program::CodeLine;
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
