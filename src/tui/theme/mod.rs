//! Turns meanings into styles: the only place that knows colours.
//!
//! A theme is read once, with its parents, and resolved for the terminal's depth; drawing only looks
//! styles up. It reads no files and no environment: texts and depth are handed in.
//! Start at [`Theme`].

pub mod bundled;
pub mod color;
pub mod glyphs;
pub mod measure;
pub mod preview;
pub mod role;
mod sheet;
#[cfg(test)]
mod tests;

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
use crate::tui::theme::sheet::{COLOURS, Ink, Sheet, Spec};

/// Parents of parents of parents: more is a ring, or a joke.
const LONGEST_CHAIN: usize = 16;

/// Every meaning's style, ready to draw with.
#[derive(Clone, Debug)]
pub struct Theme {
    name: String,
    variant: Variant,
    pair: Option<String>,
    styles: [Style; Role::COUNT],
    series: Vec<Style>,
    heat: Vec<Style>,
    /// The marks beside the colours.
    pub glyphs: Glyphs,
}

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How many colours.
    pub depth: Depth,
    /// Which marks.
    pub charset: Charset,
}

impl Theme {
    /// A theme from inside the program, or none of that name.
    pub fn bundled(name: &str, look: Look) -> Option<Self> {
        Self::read(bundled::text(name)?, name, look, &|_| None).ok()
    }

    /// Reads a theme file, or tells everything that is wrong with it and its parents.
    ///
    /// `origin` is what the user calls it in errors; `find` gives the text of a user's theme that is
    /// named as a parent, bundled ones are known.
    pub fn read(text: &str, origin: &str, look: Look, find: &dyn Fn(&str) -> Option<String>) -> Result<Self, Mistakes> {
        let mut mistakes = Vec::new();
        let mut chain = vec![Sheet::read(&SourceText::new(origin, text), &mut mistakes)];
        while let Some((parent, place)) = chain.last().and_then(|sheet| sheet.parent.clone()) {
            if chain.len() == LONGEST_CHAIN {
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
            chain.push(Sheet::read(&SourceText::new(&parent, &text), &mut mistakes));
        }
        // Resolved in any depth, so that a wrong colour is an error in every terminal.
        let resolver = Resolver::new(&chain);
        let theme = resolver.theme(look);
        mistakes.append(&mut resolver.mistakes.into_inner());
        Mistakes::check(mistakes)?;
        if look.depth == Depth::Mono && theme.name != MONO {
            let mono = Sheet::read(&bundled::page(MONO), &mut Vec::new());
            let plain = Resolver::new(&[mono]).theme(look);
            return Ok(Self { name: theme.name, variant: theme.variant, pair: theme.pair, ..plain });
        }
        Ok(theme)
    }

    /// The bundled themes, in the order in which [`Theme::after`] goes through them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUNDLED.iter().map(|(name, _)| *name)
    }

    /// The bundled theme after this one; the first after the last and after a user's own.
    pub fn after(name: &str) -> &'static str {
        let place = BUNDLED.iter().position(|(known, _)| *known == name);
        BUNDLED[place.map_or(0, |place| (place + 1) % BUNDLED.len())].0
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The background it is made for.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// The same theme for the other kind of background.
    pub fn pair(&self) -> Option<&str> {
        self.pair.as_deref()
    }

    /// The theme to use instead on this ground, if this one is made for the other and has a pair.
    pub fn instead_on(&self, ground: Variant) -> Option<&str> {
        self.pair.as_deref().filter(|_| self.variant != ground)
    }

    /// The style of a role or of a status.
    pub fn style(&self, role: impl Into<Role>) -> Style {
        self.styles[role.into() as usize]
    }

    /// The mark of a status.
    pub fn glyph(&self, status: Status) -> &str {
        self.glyphs.status(status)
    }

    /// The style of the `n`th of several curves, from 0; they repeat.
    pub fn series(&self, n: usize) -> Style {
        self.series[n % self.series.len()]
    }

    /// Steps of intensity, weakest first; at least one.
    pub fn heat(&self) -> &[Style] {
        &self.heat
    }
}

/// A theme with its parents, the built-in theme behind them, and the colours they name.
struct Resolver<'s> {
    chain: &'s [Sheet],
    palette: Palette,
    built_in: Sheet,
    mistakes: RefCell<Vec<Mistake>>,
}

/// Colours by name.
type Palette = BTreeMap<String, Color>;

impl<'s> Resolver<'s> {
    fn new(chain: &'s [Sheet]) -> Self {
        // A child's colours replace its parent's, in the parent's roles too.
        let palette = chain.iter().rev().flat_map(|sheet| sheet.palette.clone()).collect();
        let built_in = match chain.first().map(|sheet| sheet.variant) {
            Some(Variant::Light) => LIGHT,
            Some(Variant::Dark) | None => DARK,
        };
        let built_in = Sheet::read(&bundled::page(built_in), &mut Vec::new());
        Self { chain, palette, built_in, mistakes: RefCell::default() }
    }

    fn theme(&self, look: Look) -> Theme {
        let mut styles = [Style::new(); Role::COUNT];
        for role in Role::ALL {
            styles[role as usize] = self.role(role, look.depth);
        }
        // What is drawn on a ground without a word about its colour is text.
        let text = styles[Role::Text as usize];
        for ground in [Role::Bg, Role::Surface] {
            let style = &mut styles[ground as usize];
            style.fg = style.fg.or(text.fg);
        }
        let mut glyphs = Glyphs::of(look.charset);
        if look.charset == Charset::Unicode {
            for (name, glyph) in self.chain.iter().rev().flat_map(|sheet| &sheet.glyphs) {
                if let Some(place) = glyphs.named(name) {
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
            series: self.scale(|sheet| sheet.series.as_ref(), look.depth),
            heat: self.scale(|sheet| sheet.heat.as_ref(), look.depth),
            glyphs,
        }
    }

    /// The theme's own word, its parents', the role that stands in, the built-in theme's.
    fn role(&self, role: Role, depth: Depth) -> Style {
        let in_turn = || iter::successors(Some(role), |role| role.fallback());
        let said = |role| self.chain.iter().find_map(|sheet| sheet.roles.get(&role));
        if let Some(spec) = in_turn().find_map(said) {
            return self.style(spec, depth, &self.palette);
        }
        match in_turn().find_map(|role| self.built_in.roles.get(&role)) {
            Some(spec) => self.style(spec, depth, &self.built_in.palette),
            None => Style::new(),
        }
    }

    fn scale(&self, of: impl Fn(&Sheet) -> Option<&Vec<Spec>>, depth: Depth) -> Vec<Style> {
        let (specs, palette) = match self.chain.iter().find_map(&of) {
            Some(specs) => (specs.as_slice(), &self.palette),
            None => (of(&self.built_in).map(Vec::as_slice).unwrap_or_default(), &self.built_in.palette),
        };
        specs.iter().map(|spec| self.style(spec, depth, palette)).collect()
    }

    /// The style of a spec in a terminal of this depth.
    fn style(&self, spec: &Spec, depth: Depth, palette: &Palette) -> Style {
        let [fg, bg] = [&spec.fg, &spec.bg].map(|ink| ink.as_ref().and_then(|ink| self.color(ink, palette)));
        let mut style = Style::new().add_modifier(spec.add);
        style.fg = fg.and_then(|color| color::nearest(color, depth));
        style.bg = bg.and_then(|color| color::nearest(color, depth));
        if depth == Depth::Ansi16 && spec.ansi.is_some() {
            // The hand-picked colour stands for the text; for a ground without text, for the ground.
            if fg.is_none() && bg.is_some() {
                style.bg = spec.ansi;
            } else {
                style.fg = spec.ansi;
            }
        }
        style
    }

    fn color(&self, ink: &Ink, palette: &Palette) -> Option<Color> {
        match ink {
            Ink::Fixed(color) => Some(*color),
            Ink::Named(name, place) => {
                let color = palette.get(name).copied().or_else(|| color::written(name));
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
