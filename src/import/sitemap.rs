//! The URLs of a sitemap.
//!
//! Start at [`read`].

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::import::error::ImportError;
use crate::import::imported_text::ImportedText;
use crate::import::request::{Import, ImportedRequest};
use crate::text::units;

/// Reads the URLs. The sitemaps that an index lists are not fetched.
pub(super) fn read(text: &str) -> Result<Import, ImportError> {
    let mut import = Import { source: "a sitemap", has_urls_only: true, ..Import::default() };
    let mut reader = Reader::from_str(text);
    let (mut path, mut location) = (Vec::new(), String::new());
    let (mut n_pages, mut n_sitemaps, mut first_sitemap) = (0_u64, 0_u64, String::new());
    let broken = |reader: &Reader<&[u8]>, why: String| {
        let at = usize::try_from(reader.error_position()).unwrap_or(text.len()).min(text.len());
        let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1;
        ImportError::new(format!("cannot read the sitemap: line {line}: {why}"), None)
    };
    loop {
        match reader.read_event().map_err(|why| broken(&reader, why.to_string()))? {
            Event::Eof => {
                if !path.is_empty() {
                    import.notes.push("the sitemap ends too early: further pages may be missing".to_owned());
                }
                break;
            }
            Event::Start(tag) => {
                path.push(tag.local_name().as_ref().to_owned());
                location.clear();
            }
            Event::Text(part) if path.last().is_some_and(|tag| tag == "loc") => {
                location.push_str(&part);
            }
            Event::CData(part) if path.last().is_some_and(|tag| tag == "loc") => {
                location.push_str(&part);
            }
            Event::GeneralRef(name) if path.last().is_some_and(|tag| tag == "loc") => {
                let reference = format!("&{};", &*name);
                let meaning = quick_xml::escape::unescape(&reference);
                location.push_str(&meaning.map_err(|why| broken(&reader, why.to_string()))?);
            }
            Event::End(_) => {
                let tag = path.pop();
                if tag.as_deref() != Some("loc") {
                    continue;
                }
                // Images and videos have locations of their own.
                match path.last().map(String::as_str) {
                    Some("url") => {
                        n_pages += 1;
                        let url: ImportedText = location.trim().into();
                        if url.is_empty() {
                            import.left_out.push(format!("page {n_pages}: it has no URL"));
                        } else {
                            import.requests.push(ImportedRequest { url, ..ImportedRequest::default() });
                        }
                    }
                    Some("sitemap") => {
                        n_sitemaps += 1;
                        if first_sitemap.is_empty() {
                            location.trim().clone_into(&mut first_sitemap);
                        }
                    }
                    Some(_) | None => {}
                }
            }
            _ => {}
        }
    }
    if n_sitemaps > 0 {
        return Err(ImportError::new(
            format!("this is an index of {}, which lists no pages itself", units::plural(n_sitemaps, "sitemap")),
            Some(format!("download them and import each, such as `{first_sitemap}`")),
        ));
    }
    Ok(import)
}
