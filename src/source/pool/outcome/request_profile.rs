//! What requests carry beside their address: told of each endpoint's first one, secrets masked.
//!
//! Bodies are not told, only how long they are: what is in them may be anybody's. Pure. Start at
//! [`RequestProfiles::news`].

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;

use crate::event::Fact;
use crate::event::failure_sample::Field;
use crate::plan::job::Job;
use crate::text::sanitize::sanitize;
use crate::text::secret::{self, MASK};

/// What has been told, by endpoint.
#[derive(Debug, Default)]
pub struct RequestProfiles {
    by_endpoint: Vec<Option<Carried>>,
}

/// What the first request of an endpoint carried.
#[derive(Debug)]
struct Carried {
    headers: Arc<HeaderMap>,
    body: Bytes,
    varies: bool,
}

impl RequestProfiles {
    /// What there is to tell before this job starts for the first time: something of the first job of an
    /// endpoint that carries anything, and once more when a later one carries something else.
    pub fn news(&mut self, job: &Job) -> Option<Fact> {
        let i = job.endpoint.0 as usize;
        if self.by_endpoint.len() <= i {
            self.by_endpoint.resize_with(i + 1, || None);
        }
        match &mut self.by_endpoint[i] {
            Some(known) if known.varies || known.is_of(job) => None,
            Some(known) => {
                known.varies = true;
                Some(known.told(job))
            }
            slot @ None => {
                let (headers, body) = (Arc::clone(&job.headers), job.body.clone());
                let carried = slot.insert(Carried { headers, body, varies: false });
                carried.carries_anything().then(|| carried.told(job))
            }
        }
    }
}

impl Carried {
    /// Whether this job carries the same. What is shared is the same; what was made for one row may be.
    fn is_of(&self, job: &Job) -> bool {
        let same_headers = Arc::ptr_eq(&self.headers, &job.headers) || *self.headers == *job.headers;
        let same_body = (self.body.as_ptr(), self.body.len()) == (job.body.as_ptr(), job.body.len());
        same_headers && (same_body || self.body == job.body)
    }

    fn carries_anything(&self) -> bool {
        !self.headers.is_empty() || !self.body.is_empty()
    }

    /// The fact, of which `job` names the endpoint and knows the secrets.
    fn told(&self, job: &Job) -> Fact {
        let value = |name: &str, value: &http::HeaderValue| {
            if value.is_sensitive() || secret::is_secret_header(name) {
                return MASK.into();
            }
            let seen = secret::without(&String::from_utf8_lossy(value.as_bytes()), &job.secrets);
            Arc::from(sanitize(&seen))
        };
        let fields = self.headers.iter().map(|(name, text)| Field(name.as_str().into(), value(name.as_str(), text)));
        let body = self.body.len() as u64;
        Fact::EndpointProfile { endpoint: job.endpoint, headers: fields.collect(), body, varies: self.varies }
    }
}
