//! A field of a form as curl writes it: `name=value;type=…` or `name=@path;type=…;filename=…`.
//!
//! Start at [`form_part`].

use crate::import::imported_text::ImportedText;
use crate::import::request::ImportedPart;

/// Reads a field. `text` makes texts of its parts; it returns `None` for what only a shell knows.
pub(super) fn form_part(
    written: &str,
    has_files: bool,
    text: &mut dyn FnMut(&str) -> Option<ImportedText>,
) -> Result<ImportedPart, &'static str> {
    let (name, content) = written.split_once('=').ok_or("a field of its form has no name")?;
    let mut texts = |part: &str| text(part).ok_or("it has the output of another command in it");
    let mut part = ImportedPart { name: name.to_owned(), ..ImportedPart::default() };
    if !has_files {
        part.value = Ok(texts(content)?);
        return Ok(part);
    }
    if content.starts_with('<') {
        return Err("a field of its form is in a file");
    }
    let (is_file, content) = content.strip_prefix('@').map_or((false, content), |path| (true, path));
    let mut pieces = pieces(content).into_iter();
    let first = pieces.next().unwrap_or_default();
    for piece in pieces {
        match piece.trim_start().split_once('=') {
            Some(("type", kind)) => part.kind = Some(unquoted(kind)),
            Some(("filename", name)) => part.filename = Some(unquoted(name)),
            // The parameters of a type follow it.
            _ if part.kind.is_some() => part.kind.iter_mut().for_each(|kind| kind.extend([";", &piece])),
            _ => return Err("a field of its form has a setting that a plan cannot express"),
        }
    }
    let first = unquoted(&first);
    if is_file && (first.contains(',') || first == "-") {
        return Err("a field of its form is standard input, or several files");
    }
    part.value = if is_file { Err(first) } else { Ok(texts(&first)?) };
    Ok(part)
}

/// Splits at semicolons outside of quotes.
fn pieces(content: &str) -> Vec<String> {
    let (mut pieces, mut is_quoted, mut is_escaped) = (vec![String::new()], false, false);
    for c in content.chars() {
        match c {
            ';' if !is_quoted => {
                pieces.push(String::new());
                continue;
            }
            '"' if !is_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
    }
    pieces
}

/// Removes the quotes around a text.
fn unquoted(text: &str) -> String {
    match text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::form_part;

    #[test]
    fn fields_have_types_and_names_of_files() {
        let read = |written: &str| form_part(written, true, &mut |text| Some(text.into()));
        let part = read("f=@\"a;b.txt\";type=text/html; charset=x;filename=c.html").unwrap();
        assert_eq!(part.value, Err("a;b.txt".to_owned()));
        assert_eq!((part.kind.as_deref(), part.filename.as_deref()), (Some("text/html; charset=x"), Some("c.html")));
        let part = read("n={\"a\": 1};type=application/json").unwrap();
        assert_eq!((part.value, part.kind.as_deref()), (Ok("{\"a\": 1}".into()), Some("application/json")));
        for wrong in ["f", "f=<x", "f=@a,b", "f=@-", "f=a;encoder=base64"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(form_part("f=@a;b", false, &mut |text| Some(text.into())).unwrap().value, Ok("@a;b".into()));
    }
}
