//! Themes: they map the roles of screen elements to styles, and are the only place that knows colours.
//!
//! A theme is read once, with its parents, and resolved for the terminal's colour depth; drawing only looks
//! styles up. This module reads no files and no environment. Start at [`Theme`].

pub mod bundled;
pub mod color;
pub mod glyphs;
pub mod measure;
pub mod preview;
pub mod role;
#[cfg(test)]
mod tests;
mod theme_file;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::iter;

use ratatui::style::{Color, Style};

use crate::text::diagnostics::{Mistake, Mistakes, SourceText};
use crate::text::nearest::did_you_mean;
use crate::tui::theme::bundled::{BUNDLED, DARK, LIGHT, MONO};
use crate::tui::theme::color::Depth;
use crate::tui::theme::glyphs::{Charset, Glyphs};
use crate::tui::theme::role::{Role, Status, Variant};
use crate::tui::theme::theme_file::{COLOURS, ColorSpec, StyleSpec, ThemeFile};

/// The most themes in a chain of parents; a longer one is a cycle.
const MAX_CHAIN: usize = 16;

/// A resolved theme: a style for every role.
#[derive(Clone, Debug)]
pub struct Theme {
    name: String,
    variant: Variant,
    pair: Option<String>,
    styles: [Style; Role::COUNT],
    series: Vec<Style>,
    heat: Vec<Style>,
    /// The marks.
    pub glyphs: Glyphs,
}

/// The capabilities of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The colour depth.
    pub depth: Depth,
    /// The character set for marks.
    pub charset: Charset,
}

impl Theme {
    /// A bundled theme; `None` if there is none of that name.
    pub fn bundled(name: &str, capabilities: Capabilities) -> Option<Self> {
        Self::read(bundled::text(name)?, name, capabilities, &|_| None).ok()
    }

    /// Reads a theme file, or returns all mistakes in it and its parents.
    ///
    /// `origin` is its name in messages; `find` returns the text of a user's theme that is named as a parent.
    pub fn read(
        text: &str,
        origin: &str,
        capabilities: Capabilities,
        find: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Mistakes> {
        let mut mistakes = Vec::new();
        let mut chain = vec![ThemeFile::read(&SourceText::new(origin, text), &mut mistakes)];
        while let Some((parent, place)) = chain.last().and_then(|file| file.parent.clone()) {
            if chain.len() == MAX_CHAIN {
                mistakes.push(place.mistake(format!("parent `{parent}` leads back to itself")));
                break;
            }
            let Some(text) = bundled::text(&parent).map(Cow::Borrowed).or_else(|| find(&parent).map(Cow::Owned)) else {
                let mistake = place
                    .mistake(format!("unknown parent `{parent}`"))
                    .with_label(did_you_mean(&parent, Self::names()));
                mistakes.push(mistake.with_help("run `inflight theme list` to list the themes"));
                break;
            };
            chain.push(ThemeFile::read(&SourceText::new(&parent, &text), &mut mistakes));
        }
        // Resolve at any depth, so that a wrong colour is an error in every terminal.
        let resolver = ThemeResolver::new(&chain);
        let theme = resolver.theme(capabilities);
        mistakes.append(&mut resolver.mistakes.into_inner());
        Mistakes::check(mistakes)?;
        if capabilities.depth == Depth::Mono && theme.name != MONO {
            let mono = ThemeFile::read(&bundled::page(MONO), &mut Vec::new());
            let plain = ThemeResolver::new(&[mono]).theme(capabilities);
            return Ok(Self { name: theme.name, variant: theme.variant, pair: theme.pair, ..plain });
        }
        Ok(theme)
    }

    /// The names of the bundled themes, in the order of [`Theme::after`].
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUNDLED.iter().map(|(name, _)| *name)
    }

    /// The bundled theme after this one; the first one after the last, and after a user's own theme.
    pub fn after(name: &str) -> &'static str {
        let place = BUNDLED.iter().position(|(known, _)| *known == name);
        BUNDLED[place.map_or(0, |place| (place + 1) % BUNDLED.len())].0
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The background that it is made for.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// The name of the same theme for the other kind of background.
    pub fn pair(&self) -> Option<&str> {
        self.pair.as_deref()
    }

    /// The name of the theme to use instead on this background, if this one is made for the other kind.
    pub fn pair_for(&self, background: Variant) -> Option<&str> {
        self.pair.as_deref().filter(|_| self.variant != background)
    }

    /// The style of a role or a status.
    pub fn style(&self, role: impl Into<Role>) -> Style {
        self.styles[role.into() as usize]
    }

    /// The mark of a status.
    pub fn glyph(&self, status: Status) -> &str {
        self.glyphs.status(status)
    }

    /// The style of the `n`th curve of a chart, from 0; the styles repeat.
    pub fn series(&self, n: usize) -> Style {
        self.series[n % self.series.len()]
    }

    /// The glyph and the style of the light area below the edge of a chart.
    pub fn area(&self) -> (&str, Style) {
        let weakest = self.heat.first().copied().unwrap_or_default();
        if weakest.fg.is_some() && weakest.fg != self.style(Role::Bar).fg {
            (self.glyphs.levels[7], weakest)
        } else {
            (&self.glyphs.shade, self.style(Role::Bar))
        }
    }

    /// The glyph and the style of an intensity from 0 to 1. Without colours, the glyph alone shows it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and n")]
    pub fn heat_cell(&self, intensity: f64) -> (&'static str, Style) {
        let step = |n: usize| ((intensity * n as f64).ceil() as usize).clamp(1, n.max(1)) - 1;
        let has_colors = self.heat.iter().all(|style| style.fg.is_some());
        let full = self.glyphs.levels[7];
        let shades = self.glyphs.heat;
        let glyph = if has_colors && !full.is_ascii() { full } else { shades[step(shades.len())] };
        (glyph, if has_colors { self.heat[step(self.heat.len())] } else { self.style(Role::Bar) })
    }

    /// The steps of intensity, weakest first; at least one.
    pub fn heat(&self) -> &[Style] {
        &self.heat
    }
}

/// Resolves a theme with its parents, the built-in default, and the named colours.
struct ThemeResolver<'s> {
    chain: &'s [ThemeFile],
    palette: NamedColors,
    built_in: ThemeFile,
    mistakes: RefCell<Vec<Mistake>>,
}

/// Colours by name.
type NamedColors = BTreeMap<String, Color>;

impl<'s> ThemeResolver<'s> {
    fn new(chain: &'s [ThemeFile]) -> Self {
        // A theme's named colours also replace its parent's in the parent's roles.
        let palette = chain.iter().rev().flat_map(|file| file.palette.clone()).collect();
        let built_in = match chain.first().map(|file| file.variant) {
            Some(Variant::Light) => LIGHT,
            Some(Variant::Dark) | None => DARK,
        };
        let built_in = ThemeFile::read(&bundled::page(built_in), &mut Vec::new());
        Self { chain, palette, built_in, mistakes: RefCell::default() }
    }

    fn theme(&self, capabilities: Capabilities) -> Theme {
        let mut styles = [Style::new(); Role::COUNT];
        for role in Role::ALL {
            styles[role as usize] = self.role(role, capabilities.depth);
        }
        // A background without a text colour uses the one of `text`.
        let text = styles[Role::Text as usize];
        for background in [Role::Bg, Role::Surface] {
            let style = &mut styles[background as usize];
            style.fg = style.fg.or(text.fg);
        }
        let mut glyphs = Glyphs::for_charset(capabilities.charset);
        if capabilities.charset == Charset::Unicode {
            for (name, glyph) in self.chain.iter().rev().flat_map(|file| &file.glyphs) {
                if let Some(place) = glyphs.by_name(name) {
                    *place = Cow::Owned(glyph.clone());
                }
            }
        }
        let first = self.chain.first().unwrap_or(&self.built_in);
        Theme {
            name: first.name.clone(),
            variant: first.variant,
            pair: first.pair.clone(),
            styles,
            series: self.scale(|file| file.series.as_ref(), capabilities.depth),
            heat: self.scale(|file| file.heat.as_ref(), capabilities.depth),
            glyphs,
        }
    }

    /// The style of a role: from the theme, its parents, the fallback role, or the built-in default.
    fn role(&self, role: Role, depth: Depth) -> Style {
        let fallbacks = || iter::successors(Some(role), |role| role.fallback());
        let own_spec = |role| self.chain.iter().find_map(|file| file.roles.get(&role));
        if let Some(spec) = fallbacks().find_map(own_spec) {
            return self.style(spec, depth, &self.palette);
        }
        match fallbacks().find_map(|role| self.built_in.roles.get(&role)) {
            Some(spec) => self.style(spec, depth, &self.built_in.palette),
            None => Style::new(),
        }
    }

    fn scale(&self, specs_of: impl Fn(&ThemeFile) -> Option<&Vec<StyleSpec>>, depth: Depth) -> Vec<Style> {
        let (specs, palette) = match self.chain.iter().find_map(&specs_of) {
            Some(specs) => (specs.as_slice(), &self.palette),
            None => (specs_of(&self.built_in).map(Vec::as_slice).unwrap_or_default(), &self.built_in.palette),
        };
        specs.iter().map(|spec| self.style(spec, depth, palette)).collect()
    }

    /// The style of a spec at this colour depth.
    fn style(&self, spec: &StyleSpec, depth: Depth, palette: &NamedColors) -> Style {
        let [fg, bg] = [&spec.fg, &spec.bg].map(|ink| ink.as_ref().and_then(|ink| self.color(ink, palette)));
        let mut style = Style::new().add_modifier(spec.add);
        style.fg = fg.and_then(|color| color::nearest(color, depth));
        style.bg = bg.and_then(|color| color::nearest(color, depth));
        if depth == Depth::Ansi16 && spec.ansi.is_some() {
            // `ansi` replaces the text colour, or the background of a spec without text colour.
            if fg.is_none() && bg.is_some() {
                style.bg = spec.ansi;
            } else {
                style.fg = spec.ansi;
            }
        }
        style
    }

    fn color(&self, ink: &ColorSpec, palette: &NamedColors) -> Option<Color> {
        match ink {
            ColorSpec::Fixed(color) => Some(*color),
            ColorSpec::Named(name, place) => {
                let color = palette.get(name).copied().or_else(|| color::parse(name));
                if color.is_none() {
                    let known = palette.keys().map(String::as_str).chain(color::ansi_names());
                    let mistake =
                        place.mistake(format!("unknown colour `{name}`")).with_label(did_you_mean(name, known));
                    self.mistakes.borrow_mut().push(mistake.with_help(COLOURS));
                }
                color
            }
        }
    }
}
