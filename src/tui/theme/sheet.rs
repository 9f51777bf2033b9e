//! Reads a theme file into what it says, not yet into styles.
//!
//! Every key and value is checked here, with its line; colours by palette name wait until parents
//! are known. Start at [`Sheet::read`].

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::style::{Color, Modifier};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::tui::theme::color;
use crate::tui::theme::error::{Problem, ThemeError, near};
use crate::tui::theme::glyphs;
use crate::tui::theme::role::{Role, Section, Variant};

/// What one theme file says.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) variant: Variant,
    pub(super) parent: Option<(String, Place)>,
    pub(super) pair: Option<String>,
    pub(super) palette: BTreeMap<String, Color>,
    pub(super) roles: BTreeMap<Role, Spec>,
    pub(super) series: Option<Vec<Spec>>,
    pub(super) heat: Option<Vec<Spec>>,
    pub(super) glyphs: BTreeMap<&'static str, String>,
}

/// A style as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    pub(super) fg: Option<Ink>,
    pub(super) bg: Option<Ink>,
    pub(super) add: Modifier,
    pub(super) ansi: Option<Color>,
}

/// A colour as written.
#[derive(Clone, Debug)]
pub(super) enum Ink {
    /// One that needs no palette.
    Fixed(Color),
    /// A name, and where it stands.
    Named(String, Place),
}

/// Where something stands, for errors that are found later.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) theme: Arc<str>,
    pub(super) line: usize,
}

impl Place {
    pub(super) fn error(&self, problem: Problem) -> ThemeError {
        ThemeError { theme: self.theme.to_string(), line: self.line, problem }
    }
}

const TABLES: [&str; 6] = ["meta", "palette", "ui", "status", "chart", "glyphs"];
const META: [&str; 4] = ["name", "variant", "parent", "pair"];
const STYLE: [&str; 4] = ["fg", "bg", "add", "ansi"];
const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// A key or a value with its span.
type Key<'k, 'i> = &'k Spanned<std::borrow::Cow<'i, str>>;
type Value<'v, 'i> = &'v Spanned<DeValue<'i>>;
type Result<T> = std::result::Result<T, ThemeError>;

impl Sheet {
    /// Reads a theme; `origin` is what the user calls it in errors.
    pub(super) fn read(text: &str, origin: &str) -> Result<Self> {
        let reader = Reader { text, theme: origin.into() };
        let document = DeTable::parse(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            reader.at(start).error(Problem::Syntax(error.message().to_owned()))
        })?;
        let mut sheet = Self {
            name: String::new(),
            variant: Variant::Dark,
            parent: None,
            pair: None,
            palette: BTreeMap::new(),
            roles: BTreeMap::new(),
            series: None,
            heat: None,
            glyphs: BTreeMap::new(),
        };
        for (key, value) in document.get_ref() {
            let table = || {
                let wrong = Problem::WrongKind { key: key.get_ref().to_string(), wants: "a table" };
                value.get_ref().as_table().ok_or_else(|| reader.at(key.span().start).error(wrong))
            };
            match key.get_ref().as_ref() {
                "meta" => reader.meta(&mut sheet, table()?)?,
                "palette" => reader.palette(&mut sheet, table()?)?,
                "ui" => reader.roles(&mut sheet, Section::Ui, table()?)?,
                "status" => reader.roles(&mut sheet, Section::Status, table()?)?,
                "chart" => reader.roles(&mut sheet, Section::Chart, table()?)?,
                "glyphs" => reader.glyphs(&mut sheet, table()?)?,
                other => {
                    let problem = Problem::UnknownTable { key: other.to_owned(), near: near(other, TABLES) };
                    return Err(reader.at(key.span().start).error(problem));
                }
            }
        }
        if sheet.name.is_empty() {
            return Err(reader.at(0).error(Problem::Nameless));
        }
        Ok(sheet)
    }
}

/// One file being read.
struct Reader<'t> {
    text: &'t str,
    theme: Arc<str>,
}

impl Reader<'_> {
    fn meta(&self, sheet: &mut Sheet, table: &DeTable<'_>) -> Result<()> {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => self.string(key, value)?.clone_into(&mut sheet.name),
                "variant" => {
                    sheet.variant = match self.string(key, value)? {
                        "dark" => Variant::Dark,
                        "light" => Variant::Light,
                        _ => return Err(self.wrong(key, "`dark` or `light`")),
                    };
                }
                "parent" => {
                    let parent = self.string(key, value)?;
                    sheet.parent = (!parent.is_empty()).then(|| (parent.to_owned(), self.at(value.span().start)));
                }
                "pair" => sheet.pair = Some(self.string(key, value)?.to_owned()).filter(|pair| !pair.is_empty()),
                _ => return Err(self.unknown("key", key, META)),
            }
        }
        Ok(())
    }

    fn palette(&self, sheet: &mut Sheet, table: &DeTable<'_>) -> Result<()> {
        for (key, value) in table {
            let text = self.color_text(key, value)?;
            let color = color::written(&text).ok_or_else(|| self.unknown_color(value, &text))?;
            sheet.palette.insert(key.get_ref().to_string(), color);
        }
        Ok(())
    }

    fn roles(&self, sheet: &mut Sheet, section: Section, table: &DeTable<'_>) -> Result<()> {
        for (key, value) in table {
            match (section, key.get_ref().as_ref()) {
                (Section::Chart, "series") => sheet.series = Some(self.scale(key, value)?),
                (Section::Chart, "heat") => sheet.heat = Some(self.scale(key, value)?),
                (_, name) => {
                    let scales = if section == Section::Chart { &["series", "heat"][..] } else { &[] };
                    let Some(role) = Role::of(section).find(|role| role.name() == name) else {
                        let known = Role::of(section).map(Role::name).chain(scales.iter().copied());
                        return Err(self.unknown("role", key, known));
                    };
                    sheet.roles.insert(role, self.style(key, value, role.is_ground())?);
                }
            }
        }
        Ok(())
    }

    fn glyphs(&self, sheet: &mut Sheet, table: &DeTable<'_>) -> Result<()> {
        for (key, value) in table {
            let Some(name) = glyphs::NAMES.into_iter().find(|name| *name == key.get_ref()) else {
                return Err(self.unknown("glyph", key, glyphs::NAMES));
            };
            let glyph = self.string(key, value)?;
            if !glyphs::is_glyph(glyph) {
                return Err(self.wrong(key, "one character, one column wide"));
            }
            sheet.glyphs.insert(name, glyph.to_owned());
        }
        Ok(())
    }

    /// A list of styles, at least one.
    fn scale(&self, key: Key<'_, '_>, value: Value<'_, '_>) -> Result<Vec<Spec>> {
        match value.get_ref().as_array() {
            Some(array) if !array.is_empty() => array.iter().map(|value| self.style(key, value, false)).collect(),
            _ => Err(self.wrong(key, "a list of colours")),
        }
    }

    /// `"colour"` or `{ fg, bg, add, ansi }`.
    fn style(&self, key: Key<'_, '_>, value: Value<'_, '_>, is_ground: bool) -> Result<Spec> {
        let mut spec = Spec::default();
        let Some(table) = value.get_ref().as_table() else {
            let ink = Some(self.ink(key, value)?);
            if is_ground {
                spec.bg = ink;
            } else {
                spec.fg = ink;
            }
            return Ok(spec);
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "fg" => spec.fg = Some(self.ink(key, value)?),
                "bg" => spec.bg = Some(self.ink(key, value)?),
                "add" => spec.add = self.modifiers(key, value)?,
                "ansi" => {
                    let name = self.string(key, value)?;
                    let color = color::ansi(name).ok_or_else(|| self.unknown_color(value, name))?;
                    spec.ansi = Some(color);
                }
                _ => return Err(self.unknown("part of a style", key, STYLE)),
            }
        }
        Ok(spec)
    }

    fn ink(&self, key: Key<'_, '_>, value: Value<'_, '_>) -> Result<Ink> {
        let text = self.color_text(key, value)?;
        // A palette may call its own blue `blue`: only what no palette can hold is fixed now.
        match color::written(&text) {
            Some(color) if color::ansi(&text).is_none() => Ok(Ink::Fixed(color)),
            Some(_) | None => Ok(Ink::Named(text, self.at(value.span().start))),
        }
    }

    fn modifiers(&self, key: Key<'_, '_>, value: Value<'_, '_>) -> Result<Modifier> {
        let Some(array) = value.get_ref().as_array() else {
            return Err(self.wrong(key, "a list"));
        };
        array.iter().try_fold(Modifier::empty(), |sum, value| {
            let name = value.get_ref().as_str().unwrap_or_default();
            match MODIFIERS.iter().find(|(known, _)| *known == name) {
                Some((_, modifier)) => Ok(sum | *modifier),
                None => Err(self.wrong(key, "made of `bold`, `dim`, `italic`, `underlined` and `reversed`")),
            }
        })
    }

    /// A colour may be written as text or, for `0` to `255`, as a number.
    fn color_text(&self, key: Key<'_, '_>, value: Value<'_, '_>) -> Result<String> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => match number.as_str().parse::<u8>() {
                Ok(index) => Ok(index.to_string()),
                Err(_) => Err(self.wrong(key, "a colour")),
            },
            _ => Err(self.wrong(key, "a colour")),
        }
    }

    fn string<'v>(&self, key: Key<'_, '_>, value: Value<'v, '_>) -> Result<&'v str> {
        value.get_ref().as_str().ok_or_else(|| self.wrong(key, "text"))
    }

    fn wrong(&self, key: Key<'_, '_>, wants: &'static str) -> ThemeError {
        self.at(key.span().start).error(Problem::WrongKind { key: key.get_ref().to_string(), wants })
    }

    fn unknown(
        &self,
        what: &'static str,
        key: Key<'_, '_>,
        known: impl IntoIterator<Item = &'static str>,
    ) -> ThemeError {
        let name = key.get_ref();
        let problem = Problem::UnknownKey { what, key: name.to_string(), near: near(name, known) };
        self.at(key.span().start).error(problem)
    }

    fn unknown_color(&self, value: Value<'_, '_>, name: &str) -> ThemeError {
        let near = near(name, color::ansi_names()).map(str::to_owned);
        self.at(value.span().start).error(Problem::UnknownColor { name: name.to_owned(), near })
    }

    fn at(&self, byte: usize) -> Place {
        let before = self.text.as_bytes().iter().take(byte);
        Place { theme: self.theme.clone(), line: 1 + before.filter(|byte| **byte == b'\n').count() }
    }
}
