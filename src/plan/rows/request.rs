//! A request that a row describes completely: a line of a list, or JSON.
//!
//! It holds what the row sets; the source supplies the rest. Start at [`RowRequest`].

use http::Method;

use crate::plan::attempt_timeout::AttemptTimeout;
use crate::plan::content::RequestContent;
use crate::plan::expected::ExpectedAnswer;
use crate::plan::job::Statuses;

/// A request, as far as its row describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::plan) struct RowRequest {
    pub(in crate::plan) url: String,
    pub(in crate::plan) method: Option<Method>,
    /// Its headers, in written order. A name may have several values.
    pub(in crate::plan) headers: Vec<(String, String)>,
    pub(in crate::plan) body: Option<RequestContent>,
    /// Whether the body was written as JSON.
    pub(in crate::plan) is_json: bool,
    pub(in crate::plan) timeout: Option<AttemptTimeout>,
    pub(in crate::plan) status: Option<Statuses>,
    /// What it expects of its response apart from the status.
    pub(in crate::plan) answer: ExpectedAnswer,
    /// The name of its endpoint.
    pub(in crate::plan) name: Option<String>,
    /// How many jobs it makes.
    pub(in crate::plan) weight: u32,
    /// The length of its text in bytes.
    pub(in crate::plan) size: usize,
}
