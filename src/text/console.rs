//! The console: which streams are terminals, how wide each is, and whether text on it is coloured.
//!
//! It is decided once at the start and handed to everything that prints; nothing else asks a stream or a variable.
//! Start at [`Console::new`].

/// Columns of a line that no terminal limits.
const LINE: usize = 100;
/// Columns of the narrowest line: below that, a terminal breaks lines itself.
const NARROWEST: usize = 40;

/// When to use colour: the value of `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// Where a terminal shows it.
    #[default]
    Auto,
    /// Everywhere, files and pipes included.
    Always,
    /// Nowhere.
    Never,
}

/// Both output streams, and the choice that decided their colour.
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
    /// Decides from `--color`, the environment, and the columns of each stream that is a terminal.
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

/// How text looks on one stream. The default is a file: no colour, nothing cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStyle {
    /// Whether text is coloured. Colour only repeats what the words say.
    pub colour: bool,
    /// Columns of the terminal; `None` if the stream is a file or a pipe.
    pub width: Option<usize>,
}

impl StreamStyle {
    /// Whether the stream is a terminal.
    pub fn is_terminal(self) -> bool {
        self.width.is_some()
    }

    /// Columns to wrap sentences at.
    pub fn line_width(self) -> usize {
        self.width.map_or(LINE, |width| width.clamp(NARROWEST, LINE))
    }

    /// Columns that a name or a URL may take: `most` on a terminal, any number in a file.
    pub fn room(self, most: usize) -> usize {
        if self.is_terminal() { most } else { usize::MAX }
    }

    /// Text to notice first.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Text that can be skipped.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// A failure.
    pub fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// A success.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// An error message, its first word painted.
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
    fn each_stream_is_coloured_only_if_it_is_a_terminal_that_shows_colour() {
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
