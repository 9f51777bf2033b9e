//! The body of a job's request: bytes in memory, or parts of which some are files.
//!
//! A file is named and not opened here, so a job stays small. The HTTP client reads it while it sends it, and again
//! for each attempt. Start at [`RequestContent`].

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

/// The body of a request. Cloning it copies no content.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RequestContent {
    /// Bytes in memory; empty if there is no body.
    Memory(Bytes),
    /// Parts that are sent one after the other.
    Parts(Arc<[ContentPart]>),
}

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContentPart {
    /// Bytes in memory.
    Memory(Bytes),
    /// The content of a file.
    File(Arc<Path>),
}

impl RequestContent {
    /// Returns a body of these parts. Adjacent parts in memory are joined.
    pub fn from_parts(parts: impl IntoIterator<Item = ContentPart>) -> Self {
        let mut joined: Vec<ContentPart> = Vec::new();
        let mut memory = Vec::new();
        for part in parts {
            match part {
                ContentPart::Memory(bytes) => memory.extend_from_slice(&bytes),
                ContentPart::File(path) => {
                    if !memory.is_empty() {
                        joined.push(ContentPart::Memory(std::mem::take(&mut memory).into()));
                    }
                    joined.push(ContentPart::File(path));
                }
            }
        }
        if joined.is_empty() {
            return Self::Memory(memory.into());
        }
        joined.extend((!memory.is_empty()).then(|| ContentPart::Memory(memory.into())));
        Self::Parts(joined.into())
    }

    /// Whether there is no body.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Memory(bytes) if bytes.is_empty())
    }

    /// Returns how many bytes it holds in memory.
    pub fn len_in_memory(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::Parts(parts) => parts.iter().map(ContentPart::len_in_memory).sum(),
        }
    }

    /// Returns its length, with the current sizes of its files. A file that cannot be read counts as empty.
    pub fn len_with_files(&self) -> u64 {
        self.len_in_memory() as u64 + self.files().filter_map(|path| Some(path.metadata().ok()?.len())).sum::<u64>()
    }

    /// Returns the files that it is made of.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let parts = match self {
            Self::Memory(_) => [].as_slice(),
            Self::Parts(parts) => parts,
        };
        parts.iter().filter_map(|part| match part {
            ContentPart::Memory(_) => None,
            ContentPart::File(path) => Some(&**path),
        })
    }

    /// Whether two bodies share their content, so that neither has to be read to know that they are the same.
    pub fn shares_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Memory(own), Self::Memory(other)) => (own.as_ptr(), own.len()) == (other.as_ptr(), other.len()),
            (Self::Parts(own), Self::Parts(other)) => Arc::ptr_eq(own, other),
            (Self::Memory(_), Self::Parts(_)) | (Self::Parts(_), Self::Memory(_)) => false,
        }
    }

    /// Whether two bodies share their content or have the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.shares_with(other) || self == other
    }
}

impl ContentPart {
    /// Returns a part in memory.
    pub fn memory(bytes: impl Into<Bytes>) -> Self {
        Self::Memory(bytes.into())
    }

    fn len_in_memory(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::File(_) => 0,
        }
    }
}

impl<T: Into<Bytes>> From<T> for RequestContent {
    fn from(bytes: T) -> Self {
        Self::Memory(bytes.into())
    }
}

impl Default for RequestContent {
    fn default() -> Self {
        Self::Memory(Bytes::new())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{ContentPart, RequestContent};

    #[test]
    fn adjacent_parts_in_memory_are_joined() {
        let parts = [ContentPart::memory("a"), ContentPart::memory("b")];
        assert_eq!(RequestContent::from_parts(parts.clone()), RequestContent::from("ab"));
        let file = ContentPart::File(Path::new("x").into());
        let joined = RequestContent::from_parts(parts.into_iter().chain([file.clone()]));
        assert_eq!(joined, RequestContent::Parts([ContentPart::memory("ab"), file].into()));
        assert_eq!((joined.len_in_memory(), joined.is_empty()), (2, false));
    }
}
