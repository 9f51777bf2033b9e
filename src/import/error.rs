//! Why a file cannot be imported.
//!
//! Start at [`ImportError`].

/// A file that cannot be imported.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ImportError {
    /// What is wrong.
    pub message: String,
    /// What to do instead.
    pub hint: Option<String>,
    /// The file is valid and has nothing to import.
    pub has_no_requests: bool,
}

impl ImportError {
    /// Returns an error with a hint.
    pub fn new(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { message: message.into(), hint, has_no_requests: false }
    }

    /// Returns the error of a file without requests.
    pub fn nothing(message: impl Into<String>) -> Self {
        Self { has_no_requests: true, ..Self::new(message, None) }
    }

    /// Returns the error of a text that is not valid JSON, or has other keys than expected.
    pub(super) fn json(what: &str, why: &serde_json::Error) -> Self {
        let problem = match why.classify() {
            serde_json::error::Category::Eof => "it ends too early",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not valid JSON",
            serde_json::error::Category::Data => "a value has another type than the format says",
        };
        Self::new(format!("cannot read the {what}: {problem} (line {}, column {})", why.line(), why.column()), None)
    }
}

/// What is wrong with a part of a file, without the values in it.
pub(super) fn json_fault(why: &serde_json::Error) -> String {
    let why = why.to_string();
    // The place is one within the part.
    let why = why.rsplit_once(" at line ").map_or(&*why, |(why, _)| why);
    if why.starts_with("missing field") || why.starts_with("duplicate field") {
        why.replace("field", "key")
    } else {
        "a value has another type than the format says".to_owned()
    }
}
