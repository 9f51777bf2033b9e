//! A preview of a theme on one page: every role with its colour and its contrast.
//!
//! Every colour is also named, so that nothing is lost without colour.
//! Start at [`preview`].

use std::fmt::Write;

use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::text::sanitize::sanitize;
use crate::tui::theme::color::{self, Depth};
use crate::tui::theme::measure;
use crate::tui::theme::role::{Role, RoleTable, Status};
use crate::tui::theme::{Capabilities, Theme};

/// The width of the page.
const WIDTH: usize = 72;

/// The description of a bundled theme: the first line of its file.
pub fn description(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_start_matches("# ").trim_end_matches('.')
}

/// The page: a small example screen, every role, and the scales; without colour if `paints` is false.
pub fn preview(theme: &Theme, capabilities: Capabilities, paints: bool) -> String {
    let mut page = PreviewPage { theme, paints, text: String::new() };
    page.head(capabilities);
    page.screen();
    for (section, title) in [(RoleTable::Ui, "ui"), (RoleTable::Status, "status"), (RoleTable::Chart, "chart")] {
        page.line(Role::Bg, &[(Role::Title, title)]);
        Role::in_table(section).for_each(|role| page.role(role));
        page.blank();
    }
    page.scale("series", &theme.series);
    page.scale("heat", theme.heat());
    page.text
}

/// A page being written.
struct PreviewPage<'t> {
    theme: &'t Theme,
    paints: bool,
    text: String,
}

impl PreviewPage<'_> {
    /// Writes the name, the background and the depth.
    fn head(&mut self, capabilities: Capabilities) {
        let name = sanitize(self.theme.name()).into_owned();
        let background = format!(", for {} backgrounds", self.theme.variant().name());
        let pair = self.theme.pair().map(|pair| format!("; its pair is {}", sanitize(pair))).unwrap_or_default();
        let depth = match capabilities.depth {
            Depth::Mono => "no colour",
            Depth::Ansi16 => "16 colours",
            Depth::Indexed256 => "256 colours",
            Depth::True => "all colours",
        };
        self.line(Role::Bg, &[(Role::Title, &name), (Role::TextDim, &background), (Role::TextDim, &pair)]);
        let shows = if self.paints { depth } else { "printed without colour" };
        self.line(Role::Bg, &[(Role::TextDim, shows)]);
        self.blank();
    }

    /// Writes a small example screen.
    fn screen(&mut self) {
        use Role::{Bar, BarRest, Bg, Failed, Key, Limited, Ok, Running, Selection, Slow, Text, TextDim, TextFaint};
        let glyphs = self.theme.glyphs.clone();
        let bar = |full: usize, live: usize, rest: usize| {
            [glyphs.bar_full.repeat(full), glyphs.bar_live.repeat(live), glyphs.bar_rest.repeat(rest)]
        };
        let rows = [
            (Bg, " ", Status::Running, Running, "orders   ", bar(14, 3, 7), "   412 ms", Text),
            (Selection, &*glyphs.selected, Status::Slow, Slow, "search   ", bar(8, 4, 12), "  2.31 s ", Slow),
            (Bg, " ", Status::Ok, Ok, "checkout ", bar(24, 0, 0), "    88 ms", Text),
            (Bg, " ", Status::Limited, Limited, "billing  ", bar(5, 0, 19), " 429 × 37", Limited),
            (Bg, " ", Status::Failed, Failed, "legacy   ", bar(2, 1, 21), " 503 × 12", Failed),
        ];
        for (background, mark, status, state, name, [full, live, rest], number, kind) in rows {
            let glyph = glyphs.status(status).to_owned();
            let number = if glyphs.bar_full.is_ascii() { number.replace('×', "x") } else { number.to_owned() };
            let parts = [
                (Role::Accent, mark),
                (Text, " "),
                (state, glyph.as_str()),
                (Text, " "),
                (Text, name),
                (Bar, full.as_str()),
                (Running, live.as_str()),
                (BarRest, rest.as_str()),
                (kind, number.as_str()),
            ];
            self.line(background, &parts);
        }
        self.line(Bg, &[(TextFaint, &glyphs.rule.repeat(WIDTH))]);
        let keys =
            [(Key, "space"), (TextDim, " pause   "), (Key, "?"), (TextDim, " help   "), (Key, "q"), (TextDim, " quit")];
        self.line(Bg, &keys);
        self.blank();
    }

    /// `✓ ok  ████  sample  #8ee9c5  12.6`
    fn role(&mut self, role: Role) {
        let style = self.theme.style(role);
        let status = Status::ALL.into_iter().find(|status| Role::from(*status) == role);
        let glyph = status.map_or(" ", |status| self.theme.glyph(status)).to_owned();
        let color = if role.is_background() { style.bg } else { style.fg };
        let contrast = measure::contrast(self.theme, role, Role::Bg).filter(|_| !role.is_background());
        let contrast = contrast.map_or(String::new(), |ratio| format!("{ratio:>5.1}"));
        let swatch = if role.is_background() { Style { fg: None, ..style } } else { style };
        let block = if role.is_background() { "      ".to_owned() } else { self.theme.glyphs.levels[7].repeat(6) };
        let text = format!("{:<16}{:<10}", color_text(color), modifiers(style));
        let parts = [
            (style, format!("{glyph} ")),
            (self.theme.style(Role::Text), format!("{:<14}", role.name())),
            (swatch, block),
            (style, format!("  {:<12}", "Sample 123")),
            (self.theme.style(Role::TextDim), format!("  {text}{contrast}")),
        ];
        self.styled(Role::Bg, &parts);
    }

    fn scale(&mut self, name: &str, steps: &[Style]) {
        let mut parts = vec![(self.theme.style(Role::Text), format!("  {name:<14}"))];
        let block = self.theme.glyphs.levels[7].repeat(6);
        parts.extend(steps.iter().map(|step| (*step, block.clone())));
        self.styled(Role::Bg, &parts);
        let colors: Vec<String> = steps.iter().map(|step| color_text(step.fg)).collect();
        let text = format!("{:16}{}", "", colors.join(" "));
        self.line(Role::Bg, &[(Role::TextDim, &text)]);
    }

    fn blank(&mut self) {
        self.line(Role::Bg, &[]);
    }

    fn line(&mut self, background: Role, parts: &[(Role, &str)]) {
        let parts: Vec<(Style, String)> =
            parts.iter().map(|(role, text)| (self.theme.style(*role), (*text).to_owned())).collect();
        self.styled(background, &parts);
    }

    /// Writes a line on its background, as wide as the page.
    fn styled(&mut self, background: Role, parts: &[(Style, String)]) {
        let under = self.theme.style(Role::Bg).patch(self.theme.style(background));
        let width: usize = parts.iter().map(|(_, text)| text.width()).sum();
        let pad = (under, " ".repeat((WIDTH + 2).saturating_sub(width + 1)));
        let mut line = String::new();
        for (style, text) in [(under, " ".to_owned())].iter().chain(parts).chain([&pad]) {
            if self.paints {
                let _ = write!(line, "\x1b[0{}m{text}", sgr(under.patch(*style)));
            } else {
                line.push_str(text);
            }
        }
        if self.paints {
            line.push_str("\x1b[0m");
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

/// The name or the value of a colour.
fn color_text(color: Option<Color>) -> String {
    match color {
        None => "-".to_owned(),
        Some(Color::Rgb(red, green, blue)) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Some(Color::Indexed(index)) => index.to_string(),
        Some(Color::Reset) => "default".to_owned(),
        Some(named) => color::name(named).unwrap_or("-").to_owned(),
    }
}

fn modifiers(style: Style) -> String {
    let all = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
    ];
    let held = all.into_iter().filter(|(modifier, _)| style.add_modifier.contains(*modifier));
    held.map(|(_, name)| name).collect::<Vec<_>>().join(" ")
}

/// The SGR parameters of a style.
fn sgr(style: Style) -> String {
    let mut codes = String::new();
    let held = [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
    ];
    for (_, code) in held.into_iter().filter(|(modifier, _)| style.add_modifier.contains(*modifier)) {
        let _ = write!(codes, ";{code}");
    }
    for (color, base) in [(style.fg, 30), (style.bg, 40)] {
        let _ = match color {
            None | Some(Color::Reset) => Ok(()),
            Some(Color::Rgb(red, green, blue)) => write!(codes, ";{};2;{red};{green};{blue}", base + 8),
            Some(Color::Indexed(index)) => write!(codes, ";{};5;{index}", base + 8),
            Some(named) => match color::ansi_index(named) {
                Some(place @ 0..8) => write!(codes, ";{}", base + place),
                Some(place) => write!(codes, ";{}", base + 52 + place),
                None => Ok(()),
            },
        };
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::preview;
    use crate::tui::theme::color::Depth;
    use crate::tui::theme::glyphs::Charset;
    use crate::tui::theme::role::Role;
    use crate::tui::theme::{Capabilities, Theme};

    fn theme(name: &str, depth: Depth, charset: Charset) -> (Theme, Capabilities) {
        let capabilities = Capabilities { depth, charset };
        (Theme::bundled(name, capabilities).unwrap(), capabilities)
    }

    #[test]
    fn without_colour_every_role_is_listed_and_no_escape_is_printed() {
        for name in Theme::names() {
            let (theme, capabilities) = theme(name, Depth::True, Charset::Ascii);
            let page = preview(&theme, capabilities, false);
            assert!(page.is_ascii() && !page.contains('\x1b'), "{name}");
            for role in Role::ALL {
                assert!(page.lines().any(|line| line.split_whitespace().any(|word| word == role.name())), "{name}");
            }
            assert!(page.lines().all(|line| line.len() <= 80), "{page}");
        }
    }

    #[test]
    fn colours_match_the_depth_of_the_terminal() {
        let codes = |depth| {
            let (theme, capabilities) = theme("inflight-dark", depth, Charset::Unicode);
            preview(&theme, capabilities, true)
        };
        assert!(codes(Depth::True).contains(";38;2;142;233;197"));
        assert!(codes(Depth::Indexed256).contains(";38;5;"));
        let few = codes(Depth::Ansi16);
        assert!(few.contains(";94") && few.contains(";32") && !few.contains(";38;"), "{few}");
        assert!(!codes(Depth::Mono).contains(";3"));
    }
}
