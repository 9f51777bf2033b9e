//! The method and the time-out of a request, if its row fills them in.
//!
//! Start at [`InRowBuilder`].

use std::sync::Arc;

use http::Method;

use crate::plan::attempt_timeout::parse_attempt_timeout;
use crate::plan::job::{Policy, parse_method};
use crate::plan::rules::Rules;
use crate::plan::source::Source;
use crate::plan::template::{SecretDisplay, Template};
use crate::text::sanitize::sanitize;
use crate::text::secret::mask_values;

/// The method and the time-out, where rows fill them in.
pub(super) struct InRowBuilder {
    method: Option<Template>,
    timeout: Option<Template>,
}

impl InRowBuilder {
    pub(super) fn new(source: &Source) -> Self {
        Self { method: source.method_in_row.clone(), timeout: source.timeout_in_row.clone() }
    }

    /// Returns the method of a row, if rows fill it in. An error masks `hidden`.
    pub(super) fn method(&self, values: &[String], hidden: &[Box<str>]) -> Result<Option<Method>, String> {
        let Some(template) = &self.method else { return Ok(None) };
        let text = template.filled(values, SecretDisplay::Plain)?;
        if text.trim().is_empty() {
            return Err("`method` is empty: write one such as `GET`".to_owned());
        }
        let wrong = || {
            let shown = template.filled(values, SecretDisplay::Masked).unwrap_or_default();
            format!("`{}` is not a method", sanitize(&mask_values(&shown, hidden)))
        };
        parse_method(&text).map(Some).ok_or_else(wrong)
    }

    /// Returns the rules of a row, if rows fill in the time-out.
    pub(super) fn policy(&self, values: &[String], rules: &Rules) -> Result<Option<Arc<Policy>>, String> {
        let Some(template) = &self.timeout else { return Ok(None) };
        let text = template.filled(values, SecretDisplay::Plain)?;
        let timeout = parse_attempt_timeout(&text).map_err(|wrong| format!("`timeout` is {wrong}"))?;
        let own = Rules { timeout: Some(timeout), ..Rules::default() };
        Ok(Some(Arc::new(own.over(rules).policy())))
    }
}
