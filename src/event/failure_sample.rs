//! Samples of failed answers: the status, some header fields and the start of the body.
//!
//! Only a few answers of each cause are sampled, and never an expected one, so that recordings stay small.
//! Secrets are masked before a sample is made; the rest is foreign text. Start at [`FailureSample`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A sample of a failed answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureSample {
    /// HTTP status.
    pub status: u16,
    /// Some of its header fields, the most useful ones first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Field>,
    /// How many header fields are left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u32,
    /// Body bytes read.
    #[serde(default)]
    pub bytes: u64,
    /// The start of the body.
    #[serde(default, skip_serializing_if = "Excerpt::is_none")]
    pub body: Excerpt,
}

/// One header field: its name and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field(pub Arc<str>, pub Arc<str>);

/// The part of a body that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excerpt {
    /// Nothing: the body was empty, or an expected answer broke off.
    #[default]
    None,
    /// The whole text.
    Text(Arc<str>),
    /// The start of a longer text.
    Begins(Arc<str>),
    /// The body is not text.
    Binary,
}

impl Excerpt {
    /// Whether nothing is kept.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
