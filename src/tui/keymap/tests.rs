//! Tests of the key map.

use std::collections::BTreeSet;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::control::Abilities;
use crate::tui::action::Action;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::entry::{Context, Need};
use crate::tui::keymap::table::ENTRIES;
use crate::tui::keymap::{Keymap, entry, markdown};
use crate::tui::views::View;

const CONTEXTS: [Context; 18] = [
    OVERVIEW,
    Context::At(View::Waterfall),
    Context::At(View::Endpoint),
    Context::At(View::Failures),
    Context::At(View::Hosts),
    Context::At(View::InFlight),
    Context::At(View::Log),
    Context::At(View::Output),
    Context::At(View::Findings),
    Context::Race,
    Context::Help,
    Context::Card,
    Context::Compare,
    Context::Menu,
    Context::Question,
    Context::Confirm,
    Context::Prompt,
    Context::Palette,
];
const OVERVIEW: Context = Context::At(View::Overview);

#[test]
fn every_default_key_parses_and_has_one_action_per_context() {
    for context in CONTEXTS {
        let mut taken = Vec::new();
        for entry in ENTRIES.iter().filter(|entry| entry.contexts.contains(&context)) {
            for key in entry.keys {
                let chord: Chord = key.parse().unwrap();
                assert!(!taken.contains(&chord), "`{key}` has two actions in {context:?}");
                taken.push(chord);
            }
        }
    }
}

#[test]
fn ids_and_actions_are_in_the_table_once() {
    let ids: BTreeSet<_> = ENTRIES.iter().map(|entry| entry.id).collect();
    let actions: BTreeSet<_> = ENTRIES.iter().map(|entry| entry.action).collect();
    assert_eq!((ids.len(), actions.len()), (ENTRIES.len(), ENTRIES.len()));
    assert!(ENTRIES.iter().all(|entry| !entry.id.is_empty() && !entry.help.is_empty()));
    assert!(ENTRIES.iter().all(|e| e.footer.iter().flat_map(|(at, _)| *at).all(|at| e.contexts.contains(at))));
}

#[test]
fn the_context_decides_the_action_of_a_key() {
    let keymap = Keymap::default();
    let k = KeyEvent::from(KeyCode::Char('k'));
    assert_eq!(keymap.action(OVERVIEW, k), Some(Action::Up));
    assert_eq!(keymap.action(Context::Question, k), Some(Action::Stop));
    assert_eq!(keymap.action(Context::Prompt, k), None);
    assert_eq!(keymap.action(Context::Prompt, KeyCode::Backspace.into()), None);
    assert_eq!(keymap.action(Context::Prompt, KeyCode::Esc.into()), Some(Action::Back));
}

#[test]
fn interrupt_and_suspend_work_everywhere() {
    let keymap = Keymap::default();
    for context in CONTEXTS {
        let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        assert_eq!(keymap.action(context, ctrl('c')), Some(Action::Interrupt));
        assert_eq!(keymap.action(context, ctrl('z')), Some(Action::Suspend));
    }
}

#[test]
fn held_keys_count_only_for_actions_that_repeat() {
    let keymap = Keymap::default();
    let event = |code, kind| KeyEvent::new_with_kind(code, KeyModifiers::NONE, kind);
    let meaning = |code, kind| keymap.action(OVERVIEW, event(code, kind));
    assert_eq!(meaning(KeyCode::Char('+'), KeyEventKind::Repeat), Some(Action::LimitUp));
    assert_eq!(meaning(KeyCode::Char(' '), KeyEventKind::Repeat), None);
    assert_eq!(meaning(KeyCode::Down, KeyEventKind::Release), None);
}

#[test]
fn the_footer_shows_the_actions_of_the_context() {
    let line = |context| {
        let hints = Keymap::default().footer(context);
        hints.iter().map(ToString::to_string).collect::<Vec<_>>().join("   ")
    };
    assert_eq!(
        line(OVERVIEW),
        "space pause   r try now   - + limit   R run again   n N event   ' mark   c compare   tab view   b group   / filter   s sort   enter detail   e export   ? help   q quit"
    );
    assert_eq!(
        line(Context::At(View::Log)),
        "esc back   space pause   R run again   n N event   ' mark   c compare   / filter   enter request   F follow   y copy as curl   e export   ? help   q quit"
    );
    assert_eq!(line(Context::Question), "d drain   k stop now   esc stay");
    assert_eq!(line(Context::Prompt), "enter keep   esc clear");
    assert_eq!(line(Context::Help), "/ search   up down scroll   esc close");
    assert_eq!(line(Context::Palette), "enter do it   up down choose   esc close");
}

#[test]
fn a_missing_ability_has_a_reason() {
    let refusal = |action: Action| entry(action).and_then(|entry| entry.needs.refusal(Abilities::NONE));
    assert_eq!(refusal(Action::LimitUp), Some("this source keeps its own limit"));
    assert_eq!(refusal(Action::Freeze), None);
    assert_eq!(Need::Pause.refusal(Abilities::FULL), None);
}

#[test]
fn help_and_documentation_list_every_action() {
    assert_eq!(Keymap::default().rows().len(), ENTRIES.len());
    assert_eq!(markdown().lines().count(), ENTRIES.len() + 2);
    assert!(markdown().contains("| `space` | `pause` | Start no new attempts; press again to resume |"));
}

#[test]
fn every_view_has_its_place_and_its_key() {
    for (i, view) in View::ALL.into_iter().enumerate() {
        assert_eq!(view as usize, i);
        let entry = entry(Action::Show(view)).unwrap_or_else(|| panic!("`{}` has no key", view.title()));
        assert_eq!((entry.id, entry.keys[0]), (&*format!("view_{}", view.digit()), &*view.digit().to_string()));
    }
    assert_eq!(View::Overview.after(View::ALL.len() - 1), View::Findings);
}
