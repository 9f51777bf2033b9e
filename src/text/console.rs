//! The console: which output streams are terminals, how wide they are, and whether they are coloured.
//!
//! This is decided once at the start and passed to everything that prints. Only `config` reads streams and
//! variables.
//! Start at [`Console::new`].

/// The line width if the stream is not a terminal.
const LINE: usize = 100;
/// The smallest line width. On a narrower terminal, lines wrap.
const NARROWEST: usize = 40;

/// When to use colour: the value of `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On terminals that support it.
    #[default]
    Auto,
    /// Always, also in files and pipes.
    Always,
    /// Never.
    Never,
}

/// Both output streams, and the value of `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Console {
    /// The value of `--color`.
    pub color: ColorChoice,
    /// Standard output: results.
    pub stdout: StreamStyle,
    /// Standard error: the screen, progress, warnings and errors.
    pub stderr: StreamStyle,
}

impl Console {
    /// Decides by `--color` and the environment. `stdout` and `stderr` are the widths of terminals.
    pub fn new(
        color: ColorChoice,
        variable: impl Fn(&str) -> Option<String>,
        stdout: Option<usize>,
        stderr: Option<usize>,
    ) -> Self {
        let is_set = |name| variable(name).is_some_and(|value: String| !value.is_empty());
        let shows_colour = !is_set("NO_COLOR") && variable("TERM").as_deref() != Some("dumb");
        let style = |width: Option<usize>| StreamStyle {
            colour: match color {
                ColorChoice::Always => true,
                ColorChoice::Never => false,
                ColorChoice::Auto => width.is_some() && shows_colour,
            },
            width,
        };
        Self { color, stdout: style(stdout), stderr: style(stderr) }
    }
}

/// The style of text on one stream. The default is that of a file: no colour, no width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStyle {
    /// Whether text is coloured. Colour adds no information.
    pub colour: bool,
    /// The width of the terminal in columns; `None` for a file or a pipe.
    pub width: Option<usize>,
}

impl StreamStyle {
    /// Whether the stream is a terminal.
    pub fn is_terminal(self) -> bool {
        self.width.is_some()
    }

    /// Returns the width at which sentences wrap.
    pub fn line_width(self) -> usize {
        self.width.map_or(LINE, |width| width.clamp(NARROWEST, LINE))
    }

    /// Returns the longest name or URL that is not cut: `most` columns on a terminal, unlimited in a file.
    pub fn room(self, most: usize) -> usize {
        if self.is_terminal() { most } else { usize::MAX }
    }

    /// Emphasizes a text.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// De-emphasizes a text.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// Marks a failure.
    pub fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// Marks a success.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Colours the `error:` of a message.
    pub fn error(self, text: &str) -> String {
        match text.strip_prefix("error:") {
            Some(rest) => format!("{}{rest}", self.red("error:")),
            None => text.to_owned(),
        }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, Console};

    fn console(color: ColorChoice, variables: &[(&str, &str)]) -> Console {
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Console::new(color, variable, None, Some(80))
    }

    #[test]
    fn a_stream_is_coloured_only_on_a_terminal_that_supports_it() {
        let colours = |console: Console| (console.stdout.colour, console.stderr.colour);
        assert_eq!(colours(console(ColorChoice::Auto, &[("NO_COLOR", "")])), (false, true));
        assert_eq!(colours(console(ColorChoice::Auto, &[("NO_COLOR", "1")])), (false, false));
        assert_eq!(colours(console(ColorChoice::Auto, &[("TERM", "dumb")])), (false, false));
        assert_eq!(colours(console(ColorChoice::Never, &[])), (false, false));
        assert_eq!(colours(console(ColorChoice::Always, &[("NO_COLOR", "1"), ("TERM", "dumb")])), (true, true));
    }

    #[test]
    fn only_a_terminal_limits_the_width() {
        let Console { stdout, stderr, .. } = console(ColorChoice::Auto, &[]);
        assert_eq!((stdout.line_width(), stderr.line_width()), (100, 80));
        assert_eq!((stdout.room(24), stderr.room(24)), (usize::MAX, 24));
    }
}
