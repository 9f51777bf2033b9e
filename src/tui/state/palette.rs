//! The state of the palette: the search text, what it finds, and the selected row.
//!
//! It lists actions, and finds endpoints, hosts, themes and programs of the lab by name. Start at
//! [`Palette::refresh`].

use ratatui::crossterm::event::{Event as TerminalEvent, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use crate::control::Abilities;
use crate::event::Offset;
use crate::model::Model;
use crate::text::host_name::short_host;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::entry::{ActionEntry, Context};
use crate::tui::keymap::search::{MatchQuality, SearchWords};
use crate::tui::keymap::table::ENTRIES;
use crate::tui::state::moments::parse_moment;

/// The open palette.
#[derive(Debug)]
pub struct Palette {
    /// The context below the palette, which decides the available actions.
    context: Context,
    /// What the source can do.
    pub(super) can: Abilities,
    /// Only themes are listed, all of them.
    pub is_of_themes: bool,
    /// The search text.
    text: Input,
    /// The names that were found for this text.
    named: Option<(String, Vec<RankedRow>)>,
    /// The number of themes, if only themes are listed.
    n_themes: usize,
    rows: Vec<PaletteRow>,
    /// The selected row.
    pub selected: usize,
    /// The end of the replay, in which a typed moment can be sought.
    replay_end: Option<Offset>,
}

/// What can be found by name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Findable<'a> {
    /// The run with its endpoints and hosts.
    pub model: Option<&'a Model>,
    /// The themes.
    pub themes: &'a [String],
    /// The programs of the lab.
    pub programs: &'a [&'static str],
}

/// A row of the palette.
#[derive(Clone, Debug)]
pub struct PaletteRow {
    /// What it does.
    pub choice: PaletteChoice,
    /// The name of what is found by name; foreign text.
    pub name: String,
    /// Why it cannot be chosen now.
    pub refusal: Option<String>,
}

/// What a row of the palette does.
#[derive(Clone, Copy, Debug)]
pub enum PaletteChoice {
    /// Performs an action.
    Act(&'static ActionEntry),
    /// Shows an endpoint, by its index.
    Endpoint(usize),
    /// Shows a host, by its number.
    Host(usize),
    /// Switches to a theme, by the row's name.
    Theme,
    /// Shows a program of the lab, by its index.
    Program(usize),
}

/// A row and how well it matches.
type RankedRow = (MatchQuality, PaletteRow);

/// The most rows of one kind that are found by name.
const MOST: usize = 30;

impl Palette {
    /// A palette for a context and a source's abilities.
    pub(super) fn new(context: Context, can: Abilities) -> Self {
        let (text, rows) = (Input::default(), Vec::new());
        let (named, n_themes, selected, replay_end) = (None, 0, 0, None);
        Self { context, can, is_of_themes: false, text, named, n_themes, rows, selected, replay_end }
    }

    /// The same for a replay with this end.
    pub(super) fn of_replay(self, replay_end: Option<Offset>) -> Self {
        Self { replay_end, ..self }
    }

    /// A palette of these themes, one of which is in use.
    pub(super) fn of_themes(context: Context, themes: &[String], current: &str) -> Self {
        let selected = themes.iter().position(|name| name == current).unwrap_or(0);
        let mut palette =
            Self { is_of_themes: true, n_themes: themes.len(), selected, ..Self::new(context, Abilities::NONE) };
        palette.refresh(Findable { themes, ..Findable::default() }, |_| None);
        palette
    }

    /// The search text. It is foreign, because it may have been pasted.
    pub fn text(&self) -> &str {
        self.text.value()
    }

    /// The matching rows, best first. What cannot be chosen now comes last.
    pub fn rows(&self) -> &[PaletteRow] {
        &self.rows
    }

    /// The number of rows without a search text.
    pub fn n_unfiltered(&self) -> usize {
        if self.is_of_themes { self.n_themes } else { here(self.context).count() }
    }

    /// The theme to show while it is selected.
    pub(super) fn previewed(&self) -> Option<String> {
        Some(self.selected_row()?.name.clone()).filter(|_| self.is_of_themes)
    }

    /// What a key does to the theme of the screen, if the list of themes was open before it.
    pub(super) fn preview(had_themes: bool, palette: Option<&Self>) -> Vec<Effect> {
        if had_themes { vec![Effect::PreviewTheme(palette.and_then(Self::previewed))] } else { Vec::new() }
    }

    /// The selected row.
    pub fn selected_row(&self) -> Option<&PaletteRow> {
        self.rows.get(self.selected)
    }

    /// Finds the rows for the search text, and asks of each action why it is refused, if it is.
    pub(super) fn refresh(&mut self, findable: Findable<'_>, refusal: impl Fn(Action) -> Option<&'static str>) {
        let words = SearchWords::new(self.text.value());
        let is_same_text = self.named.as_ref().is_some_and(|(text, _)| text == self.text.value());
        if !is_same_text {
            let found = named_rows(&words, findable, self.is_of_themes);
            self.named = Some((self.text.value().to_owned(), found));
        }
        let mut ranked = if self.is_of_themes { Vec::new() } else { action_rows(self.context, &words, refusal) };
        ranked.extend(self.named.iter().flat_map(|(_, rows)| rows).cloned());
        // Scattered letters are a guess, so they count only if nothing matches better.
        if ranked.iter().any(|(quality, _)| *quality < MatchQuality::Letters) {
            ranked.retain(|(quality, _)| *quality < MatchQuality::Letters);
        }
        ranked.sort_by_key(|(quality, row)| (row.refusal.is_some(), *quality));
        self.rows = ranked.into_iter().map(|(_, row)| row).collect();
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
    }

    pub(super) fn edit(&mut self, key: KeyEvent) {
        self.text.handle_event(&TerminalEvent::Key(key));
        self.selected = 0;
    }

    /// Replaces the search text.
    pub(super) fn set_text(&mut self, text: String) {
        self.text = text.into();
        self.selected = 0;
    }

    /// The moment of a replay that was typed instead of an action.
    pub fn moment(&self) -> Option<Offset> {
        parse_moment(self.text.value(), self.replay_end?)
    }

    /// Appends to the search text.
    pub(super) fn paste(&mut self, line: &str) {
        self.text = format!("{}{line}", self.text.value()).into();
        self.selected = 0;
    }

    pub(super) fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }
}

/// The actions that work in a context.
fn here(context: Context) -> impl Iterator<Item = &'static ActionEntry> {
    ENTRIES.iter().filter(move |entry| entry.contexts.contains(&context) && entry.action != Action::Palette)
}

/// The matching actions. Those of other views are found by their name only.
fn action_rows(
    context: Context,
    words: &SearchWords,
    refusal: impl Fn(Action) -> Option<&'static str>,
) -> Vec<RankedRow> {
    let row = |entry, refusal| PaletteRow { choice: PaletteChoice::Act(entry), name: String::new(), refusal };
    let here = here(context)
        .filter_map(|entry| Some((words.action(entry)?, row(entry, refusal(entry.action).map(str::to_owned)))));
    let elsewhere = ENTRIES.iter().filter_map(|entry| {
        let place = elsewhere(entry, context).filter(|_| !words.is_empty())?;
        let quality = words.action(entry).filter(|quality| *quality < MatchQuality::Words)?;
        Some((quality, row(entry, Some(place))))
    });
    here.chain(elsewhere).collect()
}

/// Where an action works that does not work here: `works in Hosts`. Actions of popups and of the lab are left out.
fn elsewhere(entry: &ActionEntry, context: Context) -> Option<String> {
    if entry.contexts.contains(&context) || context == Context::Race {
        return None;
    }
    let views: Vec<&str> = entry.contexts.iter().filter_map(|context| Some(context.view()?.title())).collect();
    match context {
        _ if views.is_empty() => None,
        Context::Card => Some("close the card first".to_owned()),
        _ => Some(format!("works in {}", views.join(", "))),
    }
}

/// What is found by name: endpoints, hosts, programs, themes.
fn named_rows(words: &SearchWords, findable: Findable<'_>, all_themes: bool) -> Vec<RankedRow> {
    if words.is_empty() && !all_themes {
        return Vec::new();
    }
    let row = |choice, name: &str| PaletteRow { choice, name: name.to_owned(), refusal: None };
    let mut found = Vec::new();
    if let Some(model) = findable.model {
        let endpoints = model.endpoints.iter().enumerate();
        found.extend(best(endpoints.map(|(i, endpoint)| (PaletteChoice::Endpoint(i), &*endpoint.name)), words));
        let hosts = model.hosts.kept();
        found.extend(best(hosts.map(|host| (PaletteChoice::Host(host.number), short_host(&host.name))), words));
    }
    let programs = findable.programs.iter().enumerate();
    found.extend(best(programs.map(|(i, name)| (PaletteChoice::Program(i), *name)), words));
    let themes = findable.themes.iter().map(|name| (PaletteChoice::Theme, name.as_str()));
    if all_themes {
        // In their own order, so that the current one stays selected.
        let themes = themes.filter(|(_, name)| words.name("theme", name).is_some());
        return themes.map(|(choice, name)| (MatchQuality::Name, row(choice, name))).collect();
    }
    found.extend(best(themes, words));
    found.into_iter().map(|(quality, choice, name)| (quality, row(choice, name))).collect()
}

/// The names that match best.
fn best<'n>(
    names: impl Iterator<Item = (PaletteChoice, &'n str)>,
    words: &SearchWords,
) -> Vec<(MatchQuality, PaletteChoice, &'n str)> {
    let matching = names.filter_map(|(choice, name)| Some((words.name(choice.kind(), name)?, choice, name)));
    let mut found: Vec<_> = matching.collect();
    found.sort_by_key(|(quality, ..)| *quality);
    found.truncate(MOST);
    found
}

impl PaletteChoice {
    /// The kind of thing, or the action's name in settings.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Act(entry) => entry.id,
            Self::Endpoint(_) => "endpoint",
            Self::Host(_) => "host",
            Self::Theme => "theme",
            Self::Program(_) => "program",
        }
    }
}
