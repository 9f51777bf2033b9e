//! A reader of theme files: the styles as written, before they are resolved.
//!
//! It checks every key and value and notes each mistake with its place. Colours by palette name are resolved
//! later, when the parents are known. Start at [`ThemeFile::read`].

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier};
use toml::Spanned;
use toml::de::DeValue;

use crate::text::diagnostics::{Mistake, SourceSpan, SourceText};
use crate::text::nearest::did_you_mean;
use crate::text::toml_reader::TomlReader;
use crate::text::toml_section::{TomlEntry, TomlSection};
use crate::text::value_error::ValueError;
use crate::tui::theme::color;
use crate::tui::theme::glyphs;
use crate::tui::theme::role::{Role, RoleTable, Variant};

/// The content of a theme file.
#[derive(Clone, Debug)]
pub(super) struct ThemeFile {
    pub(super) name: String,
    pub(super) variant: Variant,
    pub(super) parent: Option<(String, SourceSpan)>,
    pub(super) pair: Option<String>,
    pub(super) palette: BTreeMap<String, Color>,
    pub(super) roles: BTreeMap<Role, StyleSpec>,
    pub(super) series: Option<Vec<StyleSpec>>,
    pub(super) heat: Option<Vec<StyleSpec>>,
    pub(super) glyphs: BTreeMap<&'static str, String>,
}

/// A style as written.
#[derive(Clone, Debug, Default)]
pub(super) struct StyleSpec {
    pub(super) fg: Option<ColorSpec>,
    pub(super) bg: Option<ColorSpec>,
    pub(super) add: Modifier,
    pub(super) ansi: Option<Color>,
}

/// A colour as written.
#[derive(Clone, Debug)]
pub(super) enum ColorSpec {
    /// A colour that needs no palette.
    Fixed(Color),
    /// A name and its place in the file.
    Named(String, SourceSpan),
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];
/// The help for a colour that is not valid.
pub(super) const COLOURS: &str =
    "a colour is a name of `[palette]`, `#rrggbb`, `0` to `255`, a name of the terminal's 16 or `reset`";

type ThemeEntry<'r> = TomlEntry<'r, ()>;
type ThemeTable<'r> = TomlSection<'r, ()>;

impl ThemeFile {
    /// Reads a theme file, and notes its mistakes.
    pub(super) fn read(source: &SourceText, mistakes: &mut Vec<Mistake>) -> Self {
        let mut file = Self {
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
        let reader = TomlReader::new(source, "theme", ());
        let document = reader.parse();
        // The rest of a broken file would only seem wrong.
        if reader.n_mistakes() == 0 {
            file.read_tables(TomlSection::top(&reader, &document).with_noun("table"));
            if file.name.is_empty() {
                let mistake = Mistake::in_file(&source.file, "theme has no name");
                reader.note(mistake.with_help("add `name = \"…\"` to `[meta]`"));
            }
        }
        let (mut notes, ()) = reader.finish();
        mistakes.append(&mut notes.mistakes);
        file
    }

    fn read_tables(&mut self, mut top: ThemeTable<'_>) {
        let mut table = |key: &'static str, title| top.get(key).and_then(|entry| entry.section(title, "a table"));
        if let Some(meta) = table("meta", "[meta]") {
            self.read_meta(meta);
        }
        if let Some(palette) = table("palette", "[palette]") {
            self.read_palette(palette);
        }
        for (section, key, title) in [
            (RoleTable::Ui, "ui", "[ui]"),
            (RoleTable::Status, "status", "[status]"),
            (RoleTable::Chart, "chart", "[chart]"),
        ] {
            if let Some(roles) = table(key, title) {
                self.read_roles(section, roles.with_noun("role"));
            }
        }
        if let Some(glyphs) = table("glyphs", "[glyphs]") {
            self.read_glyphs(glyphs.with_noun("glyph"));
        }
        top.finish();
    }

    fn read_meta(&mut self, mut meta: ThemeTable<'_>) {
        if let Some(name) = meta.get("name") {
            // A wrong name is one mistake, a missing one would be a second.
            name.string("a text").unwrap_or("?").clone_into(&mut self.name);
        }
        if let Some(entry) = meta.get("variant") {
            match entry.string("`dark` or `light`") {
                Some("dark") => self.variant = Variant::Dark,
                Some("light") => self.variant = Variant::Light,
                Some(_) => entry.note_invalid(ValueError::new("not a variant", "write `dark` or `light`")),
                None => {}
            }
        }
        let text = |entry: &ThemeEntry<'_>| entry.string("a text").filter(|text| !text.is_empty()).map(str::to_owned);
        self.parent = meta.get("parent").and_then(|entry| Some((text(&entry)?, entry.place())));
        self.pair = meta.get("pair").and_then(|entry| text(&entry));
        meta.finish();
    }

    fn read_palette(&mut self, palette: ThemeTable<'_>) {
        for entry in palette.entries() {
            let Some(text) = color_text(&entry) else { continue };
            match color::parse(&text) {
                Some(color) => drop(self.palette.insert(entry.key.to_string(), color)),
                None => note_unknown_color(&entry, &text),
            }
        }
    }

    fn read_roles(&mut self, section: RoleTable, mut roles: ThemeTable<'_>) {
        for role in Role::in_table(section) {
            if let Some(entry) = roles.get(role.name()) {
                self.roles.extend(style(&entry, role.is_background()).map(|spec| (role, spec)));
            }
        }
        if section == RoleTable::Chart {
            self.series = roles.get("series").and_then(|entry| scale(&entry));
            self.heat = roles.get("heat").and_then(|entry| scale(&entry));
        }
        roles.finish();
    }

    fn read_glyphs(&mut self, mut glyphs: ThemeTable<'_>) {
        const A_GLYPH: &str = "one character that is one column wide";
        for name in glyphs::NAMES {
            let Some(entry) = glyphs.get(name) else { continue };
            match entry.string(A_GLYPH) {
                Some(glyph) if glyphs::is_glyph(glyph) => drop(self.glyphs.insert(name, glyph.to_owned())),
                Some(_) => entry.note_invalid(ValueError::new("not a glyph", format!("write {A_GLYPH}"))),
                None => {}
            }
        }
        glyphs.finish();
    }
}

/// Reads a list of styles, at least one.
fn scale(entry: &ThemeEntry<'_>) -> Option<Vec<StyleSpec>> {
    if !matches!(entry.node.get_ref(), DeValue::Array(_)) {
        entry.note_wrong_type("a list of colours");
        return None;
    }
    let items = entry.items();
    if items.is_empty() {
        entry.note_invalid(ValueError::new("empty", "write a list of colours"));
        return None;
    }
    Some(items.iter().filter_map(|item| style(item, false)).collect())
}

/// Reads `"colour"` or `{ fg, bg, add, ansi }`.
fn style(entry: &ThemeEntry<'_>, is_background: bool) -> Option<StyleSpec> {
    if !entry.is_table() {
        let ink = Some(ink(entry)?);
        let spec = StyleSpec::default();
        return Some(if is_background { StyleSpec { bg: ink, ..spec } } else { StyleSpec { fg: ink, ..spec } });
    }
    let mut table = entry.section("a style", "a style")?;
    let mut spec = StyleSpec {
        fg: table.get("fg").and_then(|entry| ink(&entry)),
        bg: table.get("bg").and_then(|entry| ink(&entry)),
        add: table.get("add").map_or(Modifier::empty(), |entry| modifiers(&entry)),
        ansi: None,
    };
    if let Some(entry) = table.get("ansi")
        && let Some(name) = entry.string("a name of the terminal's 16 colours")
    {
        spec.ansi = color::ansi(name);
        if spec.ansi.is_none() {
            note_unknown_color(&entry, name);
        }
    }
    table.finish();
    Some(spec)
}

fn ink(entry: &ThemeEntry<'_>) -> Option<ColorSpec> {
    let text = color_text(entry)?;
    // A palette may define its own `blue`, so ANSI names are resolved later.
    Some(match color::parse(&text) {
        Some(color) if color::ansi(&text).is_none() => ColorSpec::Fixed(color),
        Some(_) | None => ColorSpec::Named(text, entry.place()),
    })
}

fn modifiers(entry: &ThemeEntry<'_>) -> Modifier {
    const ALL: &str = "a list of `bold`, `dim`, `italic`, `underlined` and `reversed`";
    let DeValue::Array(items) = entry.node.get_ref() else {
        entry.note_wrong_type(ALL);
        return Modifier::empty();
    };
    let known = |item: &Spanned<DeValue<'_>>| {
        let name = item.get_ref().as_str()?;
        MODIFIERS.iter().find(|(known, _)| *known == name).map(|(_, modifier)| *modifier)
    };
    let sum = items.iter().try_fold(Modifier::empty(), |sum, item| Some(sum | known(item)?));
    entry
        .check(sum.ok_or_else(|| ValueError::new("not a list of modifiers", format!("write {ALL}"))))
        .unwrap_or_default()
}

/// Reads a colour: a text or, for `0` to `255`, a number.
fn color_text(entry: &ThemeEntry<'_>) -> Option<String> {
    let Some(number) = entry.number() else { return entry.string("a colour").map(str::to_owned) };
    let index = number.parse::<u8>().map(|index| index.to_string());
    entry.check(index.map_err(|_| ValueError::new("not a colour", "write a number from 0 to 255")))
}

fn note_unknown_color(entry: &ThemeEntry<'_>, name: &str) {
    let mistake = entry.place().mistake(format!("unknown colour `{name}`"));
    entry.reader.note(mistake.with_label(did_you_mean(name, color::ansi_names())).with_help(COLOURS));
}
