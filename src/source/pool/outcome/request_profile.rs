//! The profile of each endpoint's requests: headers, with secrets masked, and body length.
//!
//! It never reports the content of a body, which may be private. Start at [`RequestProfiles::update`].

use std::sync::Arc;

use http::HeaderMap;

use crate::event::Fact;
use crate::event::failure_sample::Field;
use crate::plan::content::RequestContent;
use crate::plan::job::Job;
use crate::text::sanitize::sanitize;
use crate::text::secret::{self, MASK};
use crate::text::secret_name::is_secret_header;

/// The profiles reported so far, by endpoint.
#[derive(Debug, Default)]
pub struct RequestProfiles {
    by_endpoint: Vec<Option<RequestProfile>>,
}

/// The first request of an endpoint.
#[derive(Debug)]
struct RequestProfile {
    headers: Arc<HeaderMap>,
    body: RequestContent,
    varies: bool,
}

impl RequestProfiles {
    /// Returns the fact to report before this job starts for the first time, if any.
    ///
    /// There is one for the first job of an endpoint with headers or a body, and for the first job that differs.
    pub fn update(&mut self, job: &Job) -> Option<Fact> {
        let i = job.endpoint.0 as usize;
        if self.by_endpoint.len() <= i {
            self.by_endpoint.resize_with(i + 1, || None);
        }
        match &mut self.by_endpoint[i] {
            Some(known) if known.varies || known.matches(job) => None,
            Some(known) => {
                known.varies = true;
                Some(known.fact(job))
            }
            slot @ None => {
                let (headers, body) = (Arc::clone(&job.headers), job.body.clone());
                let profile = slot.insert(RequestProfile { headers, body, varies: false });
                profile.has_content().then(|| profile.fact(job))
            }
        }
    }
}

impl RequestProfile {
    /// Whether this job's request is the same. Shared values need no comparison.
    fn matches(&self, job: &Job) -> bool {
        let same_headers = Arc::ptr_eq(&self.headers, &job.headers) || *self.headers == *job.headers;
        same_headers && self.body.is_same(&job.body)
    }

    fn has_content(&self) -> bool {
        !self.headers.is_empty() || !self.body.is_empty()
    }

    /// Returns the fact. `job` provides the endpoint and the secrets.
    fn fact(&self, job: &Job) -> Fact {
        let value = |name: &str, value: &http::HeaderValue| {
            if value.is_sensitive() || is_secret_header(name) {
                return MASK.into();
            }
            let masked = secret::mask_values(&String::from_utf8_lossy(value.as_bytes()), &job.secrets);
            Arc::from(sanitize(&masked))
        };
        let fields = self.headers.iter().map(|(name, text)| Field(name.as_str().into(), value(name.as_str(), text)));
        let body = self.body.len_with_files();
        Fact::EndpointProfile { endpoint: job.endpoint, headers: fields.collect(), body, varies: self.varies }
    }
}
