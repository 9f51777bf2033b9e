//! What a bad answer looked like: its head, and how its body begins.
//!
//! Only a few answers of each cause are sampled, and no good one, so that recordings stay small. Secrets are masked
//! before a sample is made; the rest is foreign text. Start at [`FailureSample`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a bad answer looked like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureSample {
    /// HTTP status.
    pub status: u16,
    /// Some of its header fields, those that explain most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Field>,
    /// How many fields are left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u32,
    /// Body bytes read.
    #[serde(default)]
    pub bytes: u64,
    /// How the body begins.
    #[serde(default, skip_serializing_if = "Excerpt::is_none")]
    pub body: Excerpt,
}

/// One header field: its name and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field(pub Arc<str>, pub Arc<str>);

/// What is kept of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excerpt {
    /// Nothing: it was empty, or it belonged to a good answer that broke off.
    #[default]
    None,
    /// A text, whole.
    Text(Arc<str>),
    /// The beginning of a text.
    Begins(Arc<str>),
    /// It is no text.
    Binary,
}

impl Excerpt {
    /// Whether nothing was kept.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
