//! What is reported about the options of curl that are not imported.
//!
//! Start at [`OptionNotes::finish`].

use std::collections::BTreeSet;

/// The options that are not imported, by what becomes of them.
#[derive(Default)]
pub(super) struct OptionNotes {
    pub(super) no_effect: BTreeSet<String>,
    pub(super) flags: BTreeSet<(String, &'static str)>,
    pub(super) left_out: BTreeSet<String>,
    /// Names of headers that inflight sets itself.
    pub(super) own_headers: BTreeSet<String>,
    /// Anything else.
    pub(super) others: BTreeSet<String>,
}

impl OptionNotes {
    /// Returns the notes for the user.
    pub(super) fn finish(self) -> Vec<String> {
        let joined = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(", ");
        let mut notes = Vec::new();
        if !self.no_effect.is_empty() {
            notes.push(format!("options that change no request are left out: {}", joined(self.no_effect)));
        }
        let flag = |(name, flag)| format!("{name} is left out: `inflight run` has `{flag}`");
        notes.extend(self.flags.into_iter().map(flag));
        if !self.left_out.is_empty() {
            notes.push(format!("options that a plan cannot express are left out: {}", joined(self.left_out)));
        }
        if !self.own_headers.is_empty() {
            notes.push(format!("headers that inflight sets itself are left out: {}", joined(self.own_headers)));
        }
        notes.extend(self.others);
        notes
    }
}
