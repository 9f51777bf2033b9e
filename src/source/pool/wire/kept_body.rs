//! What is kept of a response body: decoded, in memory, and in a file as soon as it is large.
//!
//! If results are collected, that is the whole body, or else the beginning of an unexpected response. Start at
//! [`BodyIntake`].

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method};

use crate::body_file::BodyFile;
use crate::event::outcome::Reason;
use crate::plan::defaults;
use crate::plan::job::{Job, Policy};
use crate::source::pool::wire::content_coding::{self, BodyDecoder, DecodeError};
use crate::source::pool::wire::failure::Failure;
use crate::text::units;

/// The number of bytes that are kept of an unexpected response.
///
/// A sample shows fewer, so that a secret at its end is complete here and can be masked.
pub const SAMPLE_BYTES: usize = 4096;

/// The bytes of a body in memory. A larger one goes to a file.
const IN_MEMORY: usize = 256 << 10;

/// How many times as long as its encoded form a body may be, once it is long.
const MAX_RATIO: u64 = 500;

/// The input that is decoded in one step, so that no step needs much memory.
const STEP: usize = 4 << 10;

/// The decoded bytes from which the ratio counts.
const RATIO_COUNTS_FROM: u64 = 8 << 20;

/// What the run does with bodies.
#[derive(Clone, Debug, Default)]
pub struct BodyRules {
    /// Whether they are kept.
    pub are_kept: bool,
    /// Whether they are kept as they came, not decoded.
    pub are_raw: bool,
    /// The folder for large ones; the system's folder for temporary files if absent.
    pub folder: Option<Arc<Path>>,
}

/// What is kept of a body.
#[derive(Debug, Default)]
pub struct KeptBody {
    /// The kept bytes, from its start.
    pub start: Bytes,
    /// All of its bytes, if they are too many for memory.
    pub file: Option<io::Result<BodyFile>>,
    /// The number of its bytes after decoding, if it was decoded.
    pub decoded: Option<u64>,
    /// Whether it is still encoded.
    pub is_encoded: bool,
}

/// Takes the chunks of a body.
#[derive(Debug)]
pub struct BodyIntake {
    decoder: Option<BodyDecoder>,
    is_encoded: bool,
    max_kept: usize,
    max_bytes: Option<u64>,
    folder: Option<Arc<Path>>,
    /// The bytes that are not in the file.
    kept: BytesMut,
    /// The start of a body that is in the file.
    start: Bytes,
    file: Option<io::Result<BodyFile>>,
    n_received: u64,
    n_decoded: u64,
}

impl BodyRules {
    /// Whether the request asks for an encoded body.
    pub fn accepts_encoded(&self) -> bool {
        self.are_kept && !self.are_raw
    }
}

impl BodyIntake {
    /// An intake for the body of a response.
    pub fn new(rules: &BodyRules, job: &Job, status: u16, headers: &HeaderMap) -> Self {
        let Policy { max_body, status: expected, .. } = &*job.policy;
        let is_checked = job.policy.needs_body() && expected.contains(status);
        let is_whole = rules.are_kept || is_checked;
        let max_kept = match expected.contains(status) {
            _ if is_whole => usize::MAX,
            true => 0,
            false => SAMPLE_BYTES,
        };
        // A body that is only checked is decoded in any case.
        let is_raw = rules.are_raw && rules.are_kept;
        let is_decoded = max_kept > 0 && !is_raw && job.method != Method::HEAD;
        let decoder = is_decoded.then(|| BodyDecoder::for_response(headers)).flatten();
        let is_encoded = decoder.is_none() && content_coding::names(headers).iter().any(|name| name != "identity");
        let max_bytes = max_body.or(is_whole.then_some(defaults::MAX_BODY));
        let folder = rules.folder.clone();
        let (kept, start, file) = (BytesMut::new(), Bytes::new(), None);
        Self { decoder, is_encoded, max_kept, max_bytes, folder, kept, start, file, n_received: 0, n_decoded: 0 }
    }

    /// Takes the next chunk.
    pub async fn add(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.n_received += chunk.len() as u64;
        if self.max_bytes.is_some_and(|max| self.n_received > max) {
            return Err(too_large(self.max_bytes));
        }
        let Some(mut decoder) = self.decoder.take() else {
            self.keep(chunk).await;
            return Ok(());
        };
        // In steps, so that what a chunk expands to never has to be in memory as a whole.
        for step in chunk.chunks(STEP) {
            let mut output = Vec::new();
            let ended = decoder.decode(step, &mut output, self.room());
            self.n_decoded += output.len() as u64;
            self.keep(&output).await;
            match ended {
                // A sample needs no more, and may be of any kind.
                _ if self.is_sample() && (ended.is_err() || self.kept.len() >= self.max_kept) => return Ok(()),
                Err(error) => return Err(self.undecodable(error)),
                Ok(()) => {}
            }
        }
        self.decoder = Some(decoder);
        Ok(())
    }

    /// Ends the body. A complete one must be complete content of its coding, too.
    pub async fn finish(mut self, is_complete: bool) -> Result<KeptBody, (KeptBody, Failure)> {
        let was_decoded = self.decoder.is_some();
        let mut ended = Ok(());
        if let Some(decoder) = self.decoder.take().filter(|_| is_complete && self.n_received > 0) {
            let mut rest = Vec::new();
            let finished = decoder.finish(&mut rest, self.room());
            self.n_decoded += rest.len() as u64;
            self.keep(&rest).await;
            if !self.is_sample() {
                ended = finished.map_err(|error| self.undecodable(error));
            }
        }
        if self.file.is_some() {
            self.flush().await;
        }
        let start = if self.file.is_some() { self.start } else { self.kept.freeze() };
        let decoded = was_decoded.then_some(self.n_decoded);
        let kept = KeptBody { start, file: self.file, decoded, is_encoded: self.is_encoded };
        match ended {
            Ok(()) => Ok(kept),
            Err(failure) => Err((kept, failure)),
        }
    }

    fn is_sample(&self) -> bool {
        self.max_kept < usize::MAX
    }

    /// The most bytes that the next step may expand to.
    fn room(&self) -> usize {
        if self.is_sample() {
            return self.max_kept;
        }
        let most = self.max_bytes.unwrap_or(u64::MAX).min(self.most_by_ratio());
        usize::try_from(most.saturating_sub(self.n_decoded)).unwrap_or(usize::MAX)
    }

    /// The most bytes that so much input may expand to.
    fn most_by_ratio(&self) -> u64 {
        RATIO_COUNTS_FROM.max(self.n_received.saturating_mul(MAX_RATIO))
    }

    fn undecodable(&self, error: DecodeError) -> Failure {
        match error {
            DecodeError::NoRoom if self.max_bytes.is_none_or(|max| self.most_by_ratio() < max) => {
                (Reason::TooLarge, format!("a compressed body that expands more than {MAX_RATIO}-fold"))
            }
            DecodeError::NoRoom => too_large(self.max_bytes),
            DecodeError::Invalid(coding) => (Reason::BadResponse, format!("the body is not valid {coding}")),
        }
    }

    async fn keep(&mut self, bytes: &[u8]) {
        let room = self.max_kept - self.kept.len().min(self.max_kept);
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.kept.len() > IN_MEMORY {
            self.flush().await;
        }
    }

    /// Appends the bytes in memory to the file.
    async fn flush(&mut self) {
        let bytes = self.kept.split().freeze();
        if self.start.is_empty() {
            self.start = Bytes::copy_from_slice(&bytes[..bytes.len().min(SAMPLE_BYTES + 1)]);
        }
        let (file, folder) = (self.file.take(), self.folder.clone());
        let write = move || {
            let mut file = match file {
                Some(file) => file?,
                None => BodyFile::create_in(folder.as_deref().unwrap_or(&std::env::temp_dir()))?,
            };
            file.append(&bytes)?;
            Ok(file)
        };
        // A disk may be slow, and the other attempts of this thread must not wait for it.
        let written = tokio::task::spawn_blocking(write).await;
        self.file = Some(written.unwrap_or_else(|stopped| Err(io::Error::other(stopped))));
    }
}

fn too_large(max: Option<u64>) -> Failure {
    let max = units::bytes(max.unwrap_or(u64::MAX));
    (Reason::TooLarge, format!("more than {max}: `max_body` or `--max-body` allows more"))
}
