//! The keys, the palette and the clicks of the lab.

use inflight::control::LabCommand;
use inflight::event::{Micros, Offset};
use inflight::tui::action::Action;
use inflight::tui::click_targets::ClickTarget;
use inflight::tui::effect::Effect;
use inflight::tui::keymap::Keymap;
use inflight::tui::picture;
use inflight::tui::state::race::RaceUi;

use crate::screen::race::lanes_at_second;
use crate::screen::shot::key;

#[test]
fn one_or_two_lanes_are_shown_alone() {
    let lanes = lanes_at_second(3).doubled();
    let shown = |keys: &str| {
        let text = picture::lines(&lanes.take((120, 40), keys)).join("\n");
        ["A × b", "B ✓ a", "C × b", "D ✓ a"].map(|title| text.contains(title))
    };
    assert_eq!(shown(""), [true; 4]);
    assert_eq!(shown("2"), [false, true, false, false]);
    assert_eq!(shown("2 4"), [false, true, false, true]);
    assert_eq!(shown("2 4 1"), [true, false, false, true], "a third lane replaces the first one");
    assert_eq!((shown("2 2"), shown("2 4 esc")), ([true; 4], [true; 4]));
    let two = lanes_at_second(3);
    let mut ui = RaceUi::default();
    ui.update(Action::Lane(3), &two.race, Offset::ZERO);
    assert_eq!(ui.remark.map(|(text, _)| text).as_deref(), Some("there are only 2 lanes"));
    assert_eq!(RaceUi::default().click(ClickTarget::Lane(1)), Some(Action::Lane(1)));
}

#[test]
fn the_palette_finds_programs_and_themes_by_name() {
    let lanes = lanes_at_second(3);
    let mut ui = RaceUi::default();
    ui.programs = vec!["race", "convoy"];
    ui.update(Action::Palette, &lanes.race, Offset::ZERO);
    ui.paste("convoy");
    let effects = ui.update(Action::Choose, &lanes.race, Offset::ZERO);
    assert_eq!(effects, [Effect::ControlLab(LabCommand::Show(1))]);
}

#[test]
fn keys_control_all_lanes() {
    let lanes = lanes_at_second(3).doubled();
    let command = |keys: &str| {
        let (mut ui, keymap) = (RaceUi::default(), Keymap::default());
        let effects = keys.split_whitespace().map(|name| {
            let action = keymap.action(ui.context(), key(name));
            action.map_or_else(Vec::new, |action| ui.update(action, &lanes.race, Offset::ZERO))
        });
        match effects.last().unwrap_or_default().as_slice() {
            [Effect::ControlLab(command)] => Some(*command),
            _ => None,
        }
    };
    assert_eq!(command("space"), Some(LabCommand::Pause));
    assert_eq!(command("R"), Some(LabCommand::Restart));
    assert_eq!(command("n"), Some(LabCommand::Next));
    assert_eq!(
        (command("+"), command("-"), command("}")),
        (Some(LabCommand::Limit(6)), Some(LabCommand::Limit(4)), Some(LabCommand::Limit(10)))
    );
    assert_eq!(
        (command("<"), command(">")),
        (Some(LabCommand::Delay(Micros(500_000))), Some(LabCommand::Delay(Micros(2_000_000))))
    );
    // While a popup is open, keys apply to the popup.
    assert_eq!((command("i +"), command("i esc +")), (None, Some(LabCommand::Limit(6))));
}
