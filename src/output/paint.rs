//! The few colours of the summary, which says everything without them too.
//!
//! Start at [`Paint`].

/// Bold, dim, red and green, or nothing at all.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether to colour at all.
    pub colour: bool,
}

impl Paint {
    /// What the eye should find first.
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What can be skipped.
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    /// What went wrong.
    pub fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    /// What went well.
    pub fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
