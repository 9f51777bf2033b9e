//! The words of commands for the Windows command prompt, as browsers copy them with "copy as cURL (cmd)".
//!
//! Start at [`is_cmd`] and [`commands`].

/// Whether a script is for the command prompt: lines go on after a caret, or quotes have one before them.
pub(super) fn is_cmd(script: &str) -> bool {
    let is_first = |line: &str| line.starts_with("curl ") || line.starts_with("curl.exe ");
    let first = script.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    is_first(first) && (first.ends_with(" ^") || first.contains(" ^\""))
}

/// Splits a script into commands. A command ends at a line break, `&` or `|` outside of quotes.
///
/// Returns the words of each command, or why the script cannot be split.
pub(super) fn commands(script: &str) -> Result<Vec<Vec<String>>, String> {
    let script = script.replace("\r\n", "\n");
    let mut commands = Vec::new();
    let (mut line, mut is_quoted) = (String::new(), false);
    let mut chars = script.chars();
    // The prompt removes carets outside of its own quotes, and then the program splits the line.
    while let Some(c) = chars.next() {
        match c {
            '^' if !is_quoted => match chars.next() {
                // The line goes on. A line break that follows at once is a character.
                Some('\n') => line.extend(chars.next()),
                Some(escaped) => line.push(escaped),
                None => {}
            },
            '"' => {
                is_quoted = !is_quoted;
                line.push(c);
            }
            '\n' | '&' | '|' if !is_quoted => commands.push(std::mem::take(&mut line)),
            '\n' => return Err("a quote is not closed: \"".to_owned()),
            c => line.push(c),
        }
    }
    commands.push(line);
    let split = commands.iter().map(|line| words(line));
    Ok(split.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|words| !words.is_empty()).collect())
}

/// Splits a line as programs for Windows do: `\"` and `""` in quotes are a quote.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), None::<String>, false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut n = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    n += 1;
                }
                let word = word.get_or_insert_default();
                if chars.peek() == Some(&'"') {
                    word.extend(std::iter::repeat_n('\\', n / 2));
                    if n % 2 == 1 {
                        word.extend(chars.next());
                    }
                } else {
                    word.extend(std::iter::repeat_n('\\', n));
                }
            }
            '"' if is_quoted && chars.next_if_eq(&'"').is_some() => word.get_or_insert_default().push('"'),
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            c if !is_quoted && (c == ' ' || c == '\t') => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    if is_quoted {
        return Err("a quote is not closed: \"".to_owned());
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::{commands, is_cmd};

    #[test]
    fn commands_are_split_as_the_prompt_and_the_program_do() {
        let new = "curl ^\"http://a/?x=%^20^&y=1^\" ^\r\n  -H ^\"accept: a, ^\\^\"b^\\^\"^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\":1^}^\"\r\n";
        assert!(is_cmd(new));
        assert_eq!(
            commands(new).unwrap(),
            [["curl", "http://a/?x=%20&y=1", "-H", "accept: a, \"b\"", "--data-raw", "{\"a\":1}"]]
        );
        let old = "curl \"http://a/?x&y\" ^\n  -H \"a: \"\"b\"\"^ c\\\\\" & curl x\\y";
        assert!(is_cmd(old));
        assert_eq!(
            commands(old).unwrap(),
            [vec!["curl", "http://a/?x&y", "-H", "a: \"b\"^ c\\"], vec!["curl", "x\\y"]]
        );
        assert!(commands("curl ^\"a").is_err() && commands("curl \"a\n").is_err());
        assert!(!is_cmd("curl 'http://a' \\\n  -H 'a: ^'\n"));
    }
}
