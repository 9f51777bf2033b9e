//! Reads a theme file into what it says, not yet into styles.
//!
//! Every key and value is checked here, and every mistake noted with its place; colours by palette
//! name wait until parents are known. Start at [`Sheet::read`].

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use ratatui::style::{Color, Modifier};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::text::diagnostics::{Mistake, Page, meant};
use crate::tui::theme::color;
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

/// Where something stands, for mistakes that are found later.
#[derive(Clone, Debug)]
pub(super) struct Place {
    page: Page,
    span: Range<usize>,
}

impl Place {
    pub(super) fn mistake(&self, message: impl Into<String>) -> Mistake {
        self.page.mistake(self.span.clone(), message)
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
/// What a colour may be.
pub(super) const COLOURS: &str =
    "a colour is a name of `[palette]`, `#rrggbb`, `0` to `255`, a name of the terminal's 16 or `reset`";

/// A key or a value with its span.
type Key<'k, 'i> = &'k Spanned<Cow<'i, str>>;
type Value<'v, 'i> = &'v Spanned<DeValue<'i>>;

impl Sheet {
    /// Reads a theme as far as it makes sense, and notes the mistakes.
    pub(super) fn read(page: &Page, mistakes: &mut Vec<Mistake>) -> Self {
        let reader = Reader { page, mistakes: RefCell::default() };
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
        let (document, errors) = DeTable::parse_recoverable(&page.text);
        for error in &errors {
            reader.note(page.mistake(error.span().unwrap_or_default(), format!("not TOML: {}", error.message())));
        }
        // What is left of a broken file would only seem wrong.
        if errors.is_empty() {
            reader.tables(&mut sheet, document.get_ref());
        }
        mistakes.append(&mut reader.mistakes.into_inner());
        sheet
    }
}

/// One file being read.
struct Reader<'p> {
    page: &'p Page,
    mistakes: RefCell<Vec<Mistake>>,
}

impl Reader<'_> {
    fn tables(&self, sheet: &mut Sheet, document: &DeTable<'_>) {
        for (key, value) in document {
            let name = key.get_ref().as_ref();
            if !TABLES.contains(&name) {
                let mistake = self.page.mistake(key.span(), format!("unknown table `{name}` in theme"));
                let tables = "tables are `meta`, `palette`, `ui`, `status`, `chart` and `glyphs`";
                self.note(mistake.label(meant(name, TABLES)).help(tables));
                continue;
            }
            let Some(table) = value.get_ref().as_table() else {
                self.wrong(key, value, "a table");
                continue;
            };
            match name {
                "meta" => self.meta(sheet, table),
                "palette" => self.palette(sheet, table),
                "ui" => self.roles(sheet, Section::Ui, table),
                "status" => self.roles(sheet, Section::Status, table),
                "chart" => self.roles(sheet, Section::Chart, table),
                _ => self.glyphs(sheet, table),
            }
        }
        if sheet.name.is_empty() {
            self.note(self.page.whole("theme has no name").help("add `name = \"…\"` to `[meta]`"));
        }
    }

    fn meta(&self, sheet: &mut Sheet, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => self.string(key, value).unwrap_or("?").clone_into(&mut sheet.name),
                "variant" => match value.get_ref().as_str() {
                    Some("dark") => sheet.variant = Variant::Dark,
                    Some("light") => sheet.variant = Variant::Light,
                    _ => self.wrong(key, value, "`dark` or `light`"),
                },
                "parent" => {
                    let parent = self.string(key, value).filter(|parent| !parent.is_empty());
                    sheet.parent = parent.map(|parent| (parent.to_owned(), self.place(value)));
                }
                "pair" => sheet.pair = self.string(key, value).filter(|pair| !pair.is_empty()).map(str::to_owned),
                _ => self.unknown("key", key, "[meta]", META),
            }
        }
    }

    fn palette(&self, sheet: &mut Sheet, table: &DeTable<'_>) {
        for (key, value) in table {
            let Some(text) = self.color_text(key, value) else { continue };
            match color::parse(&text) {
                Some(color) => drop(sheet.palette.insert(key.get_ref().to_string(), color)),
                None => self.unknown_color(value, &text),
            }
        }
    }

    fn roles(&self, sheet: &mut Sheet, section: Section, table: &DeTable<'_>) {
        let (title, scales) = match section {
            Section::Ui => ("[ui]", &[][..]),
            Section::Status => ("[status]", &[][..]),
            Section::Chart => ("[chart]", &["series", "heat"][..]),
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "series" if section == Section::Chart => sheet.series = self.scale(key, value),
                "heat" if section == Section::Chart => sheet.heat = self.scale(key, value),
                name => {
                    if let Some(role) = Role::of(section).find(|role| role.name() == name) {
                        sheet.roles.extend(self.style(key, value, role.is_background()).map(|spec| (role, spec)));
                    } else {
                        let known = Role::of(section).map(Role::name).chain(scales.iter().copied());
                        self.unknown("role", key, title, known);
                    }
                }
            }
        }
    }

    fn glyphs(&self, sheet: &mut Sheet, table: &DeTable<'_>) {
        for (key, value) in table {
            let Some(name) = glyphs::NAMES.into_iter().find(|name| *name == key.get_ref()) else {
                self.unknown("glyph", key, "[glyphs]", glyphs::NAMES);
                continue;
            };
            match value.get_ref().as_str() {
                Some(glyph) if glyphs::is_glyph(glyph) => drop(sheet.glyphs.insert(name, glyph.to_owned())),
                _ => self.wrong(key, value, "one character, one column wide"),
            }
        }
    }

    /// A list of styles, at least one.
    fn scale(&self, key: Key<'_, '_>, value: Value<'_, '_>) -> Option<Vec<Spec>> {
        let array = value.get_ref().as_array().filter(|array| !array.is_empty());
        let Some(array) = array else {
            self.wrong(key, value, "a list of colours");
            return None;
        };
        Some(array.iter().filter_map(|value| self.style(key, value, false)).collect())
    }

    /// `"colour"` or `{ fg, bg, add, ansi }`.
    fn style(&self, key: Key<'_, '_>, value: Value<'_, '_>, is_background: bool) -> Option<Spec> {
        let mut spec = Spec::default();
        let Some(table) = value.get_ref().as_table() else {
            let ink = Some(self.ink(key, value)?);
            return Some(if is_background { Spec { bg: ink, ..spec } } else { Spec { fg: ink, ..spec } });
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "fg" => spec.fg = self.ink(key, value),
                "bg" => spec.bg = self.ink(key, value),
                "add" => spec.add = self.modifiers(key, value),
                "ansi" => {
                    let name = self.string(key, value)?;
                    spec.ansi = color::ansi(name);
                    if spec.ansi.is_none() {
                        self.unknown_color(value, name);
                    }
                }
                _ => self.unknown("part", key, "a style", STYLE),
            }
        }
        Some(spec)
    }

    fn ink(&self, key: Key<'_, '_>, value: Value<'_, '_>) -> Option<Ink> {
        let text = self.color_text(key, value)?;
        // A palette may call its own blue `blue`: only what no palette can hold is fixed now.
        Some(match color::parse(&text) {
            Some(color) if color::ansi(&text).is_none() => Ink::Fixed(color),
            Some(_) | None => Ink::Named(text, self.place(value)),
        })
    }

    fn modifiers(&self, key: Key<'_, '_>, value: Value<'_, '_>) -> Modifier {
        let known = |value: Value<'_, '_>| {
            let name = value.get_ref().as_str()?;
            MODIFIERS.iter().find(|(known, _)| *known == name).map(|(_, modifier)| *modifier)
        };
        let add = |sum: Modifier, value| Some(sum | known(value)?);
        let sum = value.get_ref().as_array().and_then(|array| array.iter().try_fold(Modifier::empty(), add));
        sum.unwrap_or_else(|| {
            self.wrong(key, value, "a list of `bold`, `dim`, `italic`, `underlined` and `reversed`");
            Modifier::empty()
        })
    }

    /// A colour may be written as text or, for `0` to `255`, as a number.
    fn color_text(&self, key: Key<'_, '_>, value: Value<'_, '_>) -> Option<String> {
        let text = match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => {
                number.as_str().parse::<u8>().ok().map(|index| index.to_string())
            }
            _ => None,
        };
        if text.is_none() {
            self.wrong(key, value, "a colour");
        }
        text
    }

    fn string<'v>(&self, key: Key<'_, '_>, value: Value<'v, '_>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(key, value, "text");
        }
        text
    }

    fn wrong(&self, key: Key<'_, '_>, value: Value<'_, '_>, wants: &str) {
        self.note(self.page.mistake(value.span(), format!("`{}` is not {wants}", key.get_ref())));
    }

    fn unknown(&self, what: &str, key: Key<'_, '_>, title: &str, known: impl IntoIterator<Item = &'static str>) {
        let name = key.get_ref();
        let all: Vec<&str> = known.into_iter().collect();
        let mistake = self.page.mistake(key.span(), format!("unknown {what} `{name}` in {title}"));
        self.note(mistake.label(meant(name, all.iter().copied())).help(format!("{title} may hold {}", all.join(", "))));
    }

    fn unknown_color(&self, value: Value<'_, '_>, name: &str) {
        let mistake = self.page.mistake(value.span(), format!("unknown colour `{name}`"));
        self.note(mistake.label(meant(name, color::ansi_names())).help(COLOURS));
    }

    fn place(&self, value: Value<'_, '_>) -> Place {
        Place { page: self.page.clone(), span: value.span() }
    }

    fn note(&self, mistake: Mistake) {
        self.mistakes.borrow_mut().push(mistake);
    }
}
