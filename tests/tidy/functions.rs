//! Functions are short enough to fit on one screen.
//!
//! Start at [`MOST_LINES`].

use crate::source::{Source, rust};
use crate::{Finding, assert_rule, lines};

/// A longer function is split, or has a reason.
const MOST_LINES: usize = 80;

/// Functions that are longer, with the reason why splitting would make them harder to read.
const LONG: &[(&str, &str, &str)] = &[
    ("src/model/mod.rs", "apply", "one short arm for each kind of fact"),
    ("src/tui/state/mod.rs", "update", "one short arm for each action"),
];

fn length(file: &Source) -> Vec<Finding> {
    let is_exempt = |name: &str| LONG.iter().any(|(path, function, _)| (*path, *function) == (&*file.path, name));
    long_functions(file)
        .into_iter()
        .filter(|(_, name, _)| !is_exempt(name))
        .map(|(line, name, n)| Finding { line, message: format!("`{name}` has {n} lines: split it") })
        .collect()
}

/// The line, the name and the length of each function that is too long.
fn long_functions(file: &Source) -> Vec<(usize, String, usize)> {
    let mut found = Vec::new();
    // The functions that are open: line, name, and how many braces were open before the body.
    let mut open: Vec<(usize, String, usize)> = Vec::new();
    let mut declared: Option<(usize, String)> = None;
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for (line, code) in file.code_lines() {
        for (at, c) in code.char_indices() {
            if let Some(name) = function_name(code, at) {
                declared = Some((line, name.to_owned()));
            }
            match c {
                '{' => {
                    if let Some((start, name)) = declared.take() {
                        open.push((start, name, braces));
                    }
                    braces += 1;
                }
                '}' => {
                    braces = braces.saturating_sub(1);
                    if let Some((start, name, _)) = open.pop_if(|(_, _, before)| *before == braces) {
                        let n = line - start + 1;
                        if n > MOST_LINES {
                            found.push((start, name, n));
                        }
                    }
                }
                '[' | '(' => brackets += 1,
                ']' | ')' => brackets = brackets.saturating_sub(1),
                // A function without a body; a `;` in `[u8; 4]` is not its end.
                ';' if brackets == 0 => declared = None,
                _ => {}
            }
        }
    }
    found
}

/// The name of the function whose `fn` begins here.
fn function_name(code: &str, at: usize) -> Option<&str> {
    let rest = code[at..].strip_prefix("fn ")?;
    let is_start = code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (is_start && end > 0).then_some(&rest[..end])
}

#[test]
fn functions_are_short() {
    assert_rule(rust(&["src", "tests"]), length);
}

#[test]
fn every_long_function_needs_its_reason() {
    for (path, function, reason) in LONG {
        let file = rust(&["src", "tests"]).find(|file| file.path == *path);
        let is_long = file.is_some_and(|file| long_functions(file).iter().any(|(_, name, _)| name == function));
        assert!(is_long, "`{function}` in {path} is short now: remove it from the list");
        assert!(reason.len() > 20, "`{function}` in {path} needs a better reason");
    }
}

#[test]
fn a_long_function_is_found() {
    let text = |n: usize| format!("\nfn x(a: [u8; 4]) -> u8 {{\n    y(|| {{ \"}}\" }});\n{}}}\n", "\n".repeat(n - 3));
    assert_eq!(lines(length, "src/x.rs", &text(MOST_LINES)), []);
    assert_eq!(lines(length, "src/x.rs", &text(MOST_LINES + 1)), [2]);
    let declaration = format!("trait X {{\nfn x(a: u8);\n{}}}\n", "\n".repeat(MOST_LINES));
    assert_eq!(lines(length, "src/x.rs", &declaration), []);
}
