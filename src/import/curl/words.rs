//! The words of shell commands, as a POSIX shell splits them.
//!
//! It knows quotes, `$'…'`, escapes, comments and line continuations. It runs nothing: variables stay references, and
//! the output of other commands is not known. Start at [`commands`] and [`imported_word`].

use crate::import::imported_text::ImportedText;

/// Characters around the name of a variable in a word. Unicode gives them no meaning, so that no command has them.
const NAME_START: char = '\u{f0000}';
const NAME_END: char = '\u{f0001}';

/// A word with its variables. `None` if it has the output of another command in it.
pub(super) fn imported_word(word: &str) -> Option<ImportedText> {
    let mut text = ImportedText::default();
    let mut parts = word.split(NAME_START);
    text.push(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once(NAME_END)?;
        if name.is_empty() {
            return None;
        }
        text.append(ImportedText::variable(name));
        text.push(rest);
    }
    Some(text)
}

/// Whether a word differs with the environment of its shell.
pub(super) fn is_expanded(word: &str) -> bool {
    word.contains(NAME_START)
}

/// Splits a script into commands. A command ends at a line break, `;`, `&` or `|`.
///
/// Returns the words of each command, or why the script cannot be split.
pub(super) fn commands(script: &str) -> Result<Vec<Vec<String>>, String> {
    let mut splitter = Splitter { commands: vec![Vec::new()], word: None, is_redirected: false };
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                // A line goes on.
                Some('\n') | None => {}
                Some('\r') if chars.peek() == Some(&'\n') => {
                    chars.next();
                }
                Some(escaped) => splitter.push(escaped),
            },
            '\'' => splitter.push_quoted(&mut chars, Quotation::Single)?,
            '"' => splitter.push_quoted(&mut chars, Quotation::Double)?,
            '$' if chars.peek() == Some(&'\'') => {
                chars.next();
                splitter.push_quoted(&mut chars, Quotation::Ansi)?;
            }
            '$' | '`' => splitter.word.get_or_insert_default().push_str(&expansion(c, &mut chars)),
            '#' if splitter.word.is_none() => {
                while chars.peek().is_some_and(|next| *next != '\n') {
                    chars.next();
                }
            }
            '<' | '>' => splitter.redirect(&mut chars),
            '\n' | '\r' | ';' | '&' | '|' => splitter.end_command(),
            c if c.is_whitespace() => splitter.end_word(),
            c => splitter.push(c),
        }
    }
    splitter.end_command();
    splitter.commands.pop();
    Ok(splitter.commands)
}

/// A kind of quotation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotation {
    Single,
    Double,
    Ansi,
}

struct Splitter {
    commands: Vec<Vec<String>>,
    /// The word so far, if one has begun.
    word: Option<String>,
    /// The word is where the command reads from or writes to.
    is_redirected: bool,
}

type Chars<'s> = std::iter::Peekable<std::str::Chars<'s>>;

impl Splitter {
    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn end_word(&mut self) {
        if let (Some(word), Some(command)) = (self.word.take(), self.commands.last_mut())
            && !std::mem::take(&mut self.is_redirected)
        {
            command.push(word);
        }
    }

    /// A redirection of the shell: the number before it and the word after it are not the command's.
    fn redirect(&mut self, chars: &mut Chars<'_>) {
        if self.word.as_ref().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        while chars.next_if(|next| matches!(next, '<' | '>' | '&' | ' ' | '\t')).is_some() {}
        self.is_redirected = true;
    }

    fn end_command(&mut self) {
        self.end_word();
        self.is_redirected = false;
        if self.commands.last().is_some_and(|command| !command.is_empty()) {
            self.commands.push(Vec::new());
        }
    }

    fn push_quoted(&mut self, chars: &mut Chars<'_>, quote: Quotation) -> Result<(), String> {
        let word = self.word.get_or_insert_default();
        let end = if quote == Quotation::Double { '"' } else { '\'' };
        loop {
            match chars.next().ok_or_else(|| format!("a quote is not closed: {end}"))? {
                c if c == end => return Ok(()),
                '\\' if quote == Quotation::Ansi => word.extend(ansi_escape(chars)),
                '\\' if quote == Quotation::Double => match chars.next() {
                    Some('\n') | None => {}
                    Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                    Some(c) => word.extend(['\\', c]),
                },
                c @ ('$' | '`') if quote == Quotation::Double => word.push_str(&expansion(c, chars)),
                c => word.push(c),
            }
        }
    }
}

/// What a dollar sign or a backtick begins: a variable, or the output of a command, whose name is empty.
fn expansion(c: char, chars: &mut Chars<'_>) -> String {
    let is_name = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let mut name = String::new();
    match chars.peek() {
        _ if c == '`' => {}
        Some('(') => {}
        Some('{') => {
            chars.next();
            while let Some(next) = chars.next_if(|next| *next != '}') {
                name.push(next);
            }
            chars.next();
            // A default or another operation needs the shell.
            if !name.chars().all(|c| is_name(&c)) {
                name.clear();
            }
        }
        Some(first) if first.is_ascii_alphabetic() || *first == '_' => {
            while let Some(next) = chars.next_if(is_name) {
                name.push(next);
            }
        }
        Some(_) | None => return "$".to_owned(),
    }
    format!("{NAME_START}{name}{NAME_END}")
}

/// The character of an escape in `$'…'`.
fn ansi_escape(chars: &mut Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' | 'E' => '\u{1b}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        'x' => return char::from_u32(number(chars, 2)),
        'u' => return utf16(chars),
        'U' => return char::from_u32(number(chars, 8)),
        other => other,
    })
}

/// The hexadecimal number that follows.
fn number(chars: &mut Chars<'_>, most: usize) -> u32 {
    let mut value = 0_u32;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else { break };
        value = value.wrapping_mul(16).wrapping_add(digit);
        chars.next();
    }
    value
}

/// A character in UTF-16, which browsers write as two escapes if it needs two units.
fn utf16(chars: &mut Chars<'_>) -> Option<char> {
    let high = number(chars, 4);
    if !(0xd800..0xdc00).contains(&high) {
        return char::from_u32(high);
    }
    let mut ahead = chars.clone();
    if ahead.next() != Some('\\') || ahead.next() != Some('u') {
        return None;
    }
    let low = number(&mut ahead, 4);
    *chars = ahead;
    char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?)
}

#[cfg(test)]
mod tests {
    use super::{commands, imported_word};

    #[test]
    fn variables_of_the_shell_stay_variables() {
        let script = "a$B \"${C_1}d\" '$E' $ \\$F $5 \"$(date)\" ${x:-1} `y`";
        let words = commands(script).unwrap().remove(0);
        let words: Vec<_> = words.iter().map(|word| imported_word(word).map(|text| text.in_plan())).collect();
        let words: Vec<_> = words.iter().map(Option::as_deref).collect();
        let known = [Some("a${B}"), Some("${C_1}d"), Some("$E"), Some("$"), Some("$F"), Some("$5"), None, None, None];
        assert_eq!(words, known);
    }

    #[test]
    fn words_are_split_as_a_shell_does() {
        let script = "#!/bin/sh\n# no\ncurl 'a b'\"c\\\"d\" \\\n  -H $'x\\u0021\\'\\ud83d\\ude00' e#f # g\n\ncurl x; curl y && curl ''\n";
        assert_eq!(
            commands(script).unwrap(),
            [
                vec!["curl", "a bc\"d", "-H", "x!'\u{1f600}", "e#f"],
                vec!["curl", "x"],
                vec!["curl", "y"],
                vec!["curl", ""]
            ]
        );
        let redirected = commands("curl x > out.json 2>/dev/null\ncurl y 2>&1 >>log z '<' <in").unwrap();
        assert_eq!(redirected, [vec!["curl", "x"], vec!["curl", "y", "z", "<"]]);
        assert_eq!(commands("curl 'a").unwrap_err(), "a quote is not closed: '");
        assert!(commands("\n\n# a\n").unwrap().is_empty());
    }
}
