//! The body of an endpoint's requests, before rows fill it in.
//!
//! Start at [`Body`].

use std::path::Path;
use std::sync::Arc;

use crate::plan::content::RequestContent;
use crate::plan::template::Template;

/// The body of a request.
pub(super) enum Body {
    /// The same content for all rows.
    Constant(RequestContent),
    /// Rows fill in this template.
    Template(Template),
    /// Rows fill in these parts.
    Parts(Vec<PartTemplate>),
}

/// A part of a body.
#[derive(Clone)]
pub(super) enum PartTemplate {
    /// A text.
    Text(Template),
    /// The content of a file, with a path relative to the folder.
    File { folder: Arc<Path>, path: Template },
    /// The name of a file, as a parameter of a multipart header.
    FileName { path: Template },
}

impl Body {
    /// Whether it is the same for all rows.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Constant(_) => true,
            Self::Template(body) => body.is_constant(),
            Self::Parts(parts) => parts.iter().all(|part| part.template().is_constant()),
        }
    }

    /// Returns its secrets.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let (text, parts) = match self {
            Self::Constant(_) => (None, [].as_slice()),
            Self::Template(body) => (Some(body), [].as_slice()),
            Self::Parts(parts) => (None, parts.as_slice()),
        };
        text.into_iter().chain(parts.iter().map(PartTemplate::template)).flat_map(Template::secrets)
    }
}

impl PartTemplate {
    /// Returns its text or path.
    pub(super) fn template(&self) -> &Template {
        match self {
            Self::Text(text) => text,
            Self::File { path, .. } | Self::FileName { path } => path,
        }
    }
}
