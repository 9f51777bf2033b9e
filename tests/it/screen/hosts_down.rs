//! Hosts that are down, and hosts that refuse: what the screen shows, and what its keys do.

use inflight::control::{Abilities, Command};
use inflight::event::adaptive::AdaptiveMode;
use inflight::event::{Event, Fact, HostId, Offset};
use inflight::tui::action::Action;
use inflight::tui::effect::{CopiedText, Effect};
use inflight::tui::picture;
use inflight::tui::state::UiState;
use inflight::tui::theme::glyphs::Charset;
use ratatui::layout::Rect;

use crate::scenario::fold;
use crate::scenario::notation::scenario;
use crate::screen::roles;
use crate::screen::shot::{draw, press, sent, shot_of};

/// The sizes that have their own layout.
const SIZES: [(u16, u16); 5] = [(200, 50), (120, 40), (80, 24), (60, 16), (40, 10)];

/// A run of 40 jobs at some hosts; the host of `a` goes down after two seconds.
fn outage(hosts: &str) -> Vec<Event> {
    let mut text = vec!["0ms run limit 4 jobs 40 | 0ms mode when-refused | ".to_owned()];
    for (i, host) in hosts.chars().cycle().take(12).enumerate() {
        let (from, to) = (i * 150, i * 150 + 140);
        text.push(format!("{from}ms start {host}#{i} | {to}ms answer {host}#{i} 200 | {to}ms done {host}#{i} | "));
    }
    for i in 12..16 {
        text.push(format!("1900ms start a#{i} | "));
    }
    text.push("2000ms break a#12 | 2000ms retry a#12 2500ms host | 2010ms down a 2500ms | ".into());
    for i in 13..16 {
        text.push(format!("2020ms break a#{i} | 2020ms retry a#{i} 2500ms host | "));
    }
    text.push(
        "2500ms start a#12.2 | 2510ms break a#12.2 | 2510ms retry a#12.2 6200ms host | 2510ms down a 6200ms | ".into(),
    );
    if let Some(other) = hosts.chars().nth(1) {
        for i in 16..22 {
            let (from, to) = (2_000 + (i - 16) * 150, 2_140 + (i - 16) * 150);
            text.push(format!(
                "{from}ms start {other}#{i} | {to}ms answer {other}#{i} 200 | {to}ms done {other}#{i} | "
            ));
        }
    }
    text.push("6200ms start a#12.3 | 6250ms answer a#12.3 200 | 6250ms up a | 6250ms done a#12 | ".into());
    for i in 13..16 {
        text.push(format!("6260ms start a#{i}.2 | 6300ms answer a#{i}.2 200 | 6300ms done a#{i} | "));
    }
    text.push("8s end".into());
    let mut steps: Vec<_> = scenario(&text.concat()).events;
    steps.sort_by_key(|event| event.at);
    steps
}

/// A run at one host that refuses, with a quota that was learned.
fn refusing() -> Vec<Event> {
    let mut text = vec!["0ms run limit 20 jobs 100 | 0ms mode when-refused | ".to_owned()];
    for i in 0..20 {
        text.push(format!("{i}ms start a#{i} | "));
    }
    for i in 0..20 {
        let at = 100 + i;
        text.push(match i {
            0..8 => format!("{at}ms answer a#{i} 200 | {at}ms done a#{i} | "),
            _ => format!("{at}ms refuse a#{i} 503 | {at}ms retry a#{i} 1s host | "),
        });
    }
    text.push("130ms recognize a 503 | 140ms adapt a 5 window 30/5s | 2s learn a window 30/5s | ".into());
    for i in 8..12 {
        text.push(format!("{}ms start a#{i}.2 | ", 1_000 + i * 10));
    }
    text.push("30s end cancelled".into());
    scenario(&text.concat()).events
}

fn at_every_size(name: &str, events: &[Event], at: &str, keys: &str) {
    for (width, height) in SIZES {
        shot_of(name, events.to_vec()).at(at).size(width, height).keys(keys).matches();
    }
}

#[test]
fn a_run_whose_only_host_is_down_shows_since_when_and_the_next_try() {
    at_every_size("outage", &outage("a"), "3s", "");
    shot_of("outage", outage("a")).at("2500ms").matches();
    shot_of("outage", outage("a")).at("3s").ascii().matches();
}

#[test]
fn one_host_of_several_that_is_down_is_marked_in_every_view() {
    at_every_size("outage-of-one", &outage("abc"), "3s", "");
    at_every_size("outage-of-one", &outage("abc"), "3s", "5");
    at_every_size("outage-of-one", &outage("abc"), "3s", "7");
}

#[test]
fn all_hosts_that_are_down_are_counted_from_the_first_outage_on() {
    let text = "0ms run limit 4 jobs 9 | 0ms start a#1 | 0ms start b#2 | 2s down a 4s | 5s down a 9s | 7s down b 8s";
    let events = scenario(text).events;
    for (width, height) in [(120, 40), (80, 24)] {
        shot_of("outage-of-all", events.clone()).at("6s").size(width, height).matches();
        shot_of("outage-of-all", events.clone()).at("7500ms").size(width, height).matches();
    }
}

#[test]
fn a_run_is_down_once_only_the_host_that_is_down_has_work_left() {
    for (width, height) in [(200, 50), (120, 40), (80, 24), (60, 16)] {
        shot_of("outage-of-last", outage("ab")).at("5500ms").size(width, height).matches();
    }
}

#[test]
fn a_host_that_waits_for_its_window_is_not_idle() {
    let mut events = refusing();
    events.extend(scenario("2500ms waits a 6s").events.into_iter().filter(|event| event.at > Offset(0)));
    events.retain(|event| event.at <= Offset(2_500_000));
    for (width, height) in [(120, 40), (80, 24)] {
        shot_of("window", events.clone()).at("3s").size(width, height).keys("5").matches();
    }
}

#[test]
fn the_reason_why_nothing_is_in_flight_is_in_every_view() {
    let refused = "0ms run limit 4 jobs 40 | 1ms start a#1 | 9ms refuse a#1 429 | 9ms retry a#1 9ms host | 2s end";
    let waits =
        "0ms run limit 4 jobs 40 | 1ms start a#1 | 9ms answer a#1 200 | 9ms done a#1 | 10ms waits a 5s | 9s end";
    for (name, text) in [("tried-again-soon", refused), ("waits-for-window", waits)] {
        for (width, height) in [(120, 40), (60, 16)] {
            for keys in ["", "5", "7"] {
                shot_of(name, scenario(text).events).at("1s").size(width, height).keys(keys).matches();
            }
        }
    }
}

#[test]
fn a_list_whose_run_is_over_looks_finished() {
    let text = "0ms run limit 4 | 1ms start a#1 | 9ms answer a#1 200 | 9ms done a#1 | 10ms start b#2 | 19ms answer b#2 500 | \
                19ms fail b#2 | 20ms end";
    shot_of("list-finished", scenario(text).events).at("1s").size(120, 40).matches();
}

#[test]
fn an_outage_that_is_over_is_in_the_log_and_the_verdict() {
    shot_of("outage", outage("a")).at("6400ms").keys("6").matches();
    shot_of("outage", outage("a")).at("10s").size(120, 40).matches();
    shot_of("outage", outage("a")).at("10s").keys("i").matches();
    shot_of("outage", outage("a")).at("10s").size(120, 40).keys("5").matches();
}

#[test]
fn what_a_refusing_host_takes_is_shown_with_the_setting_for_a_plan() {
    at_every_size("refusing", &refusing(), "3s", "");
    at_every_size("refusing", &refusing(), "3s", "5");
    shot_of("refusing", refusing()).at("120ms").size(120, 40).matches();
    shot_of("refusing", refusing()).at("3s").keys("6").matches();
}

#[test]
fn an_unchecked_run_says_so_at_every_size_and_above_every_popup() {
    let mut events = scenario("0ms run limit 4 jobs 40 | 1ms start a#1").events;
    for event in &mut events {
        if let Fact::RunStarted { insecure, .. } = &mut event.fact {
            *insecure = true;
        }
    }
    let (model, theme, now) = (fold(&events), roles::theme(Charset::Unicode), Offset(2_000));
    for size in [(200, 50), (120, 40), (80, 24), (60, 16), (40, 10), (30, 5), (24, 1)] {
        for keys in ["", "2", "5", "?", ":", "e"] {
            let mut ui = UiState::default();
            press(&mut ui, &model, Abilities::FULL, (now, Rect::new(0, 0, size.0, size.1)), keys);
            let drawn = draw(&model, &ui, &theme, Abilities::FULL, Charset::Unicode, now, size);
            let asks = size.1 == 1 && !keys.is_empty();
            assert!(
                asks || picture::lines(&drawn)[0].contains("INSECURE"),
                "{size:?} {keys}: {:#?}",
                picture::lines(&drawn)
            );
        }
    }
}

/// The effects of a key, after some others.
fn effects(events: &[Event], at: u64, keys: &str, action: Action) -> (Vec<Effect>, UiState) {
    let now = Offset(at);
    let model = fold(events.iter().filter(|event| event.at <= now));
    let mut ui = UiState::default();
    press(&mut ui, &model, Abilities::FULL, (now, Rect::new(0, 0, 120, 40)), keys);
    (ui.update(action, &model, Abilities::FULL, now), ui)
}

#[test]
fn a_key_tries_every_host_that_is_down_or_only_the_selected_one() {
    let tried = |events: &[Event], at, keys| {
        let (effects, ui) = effects(events, at, keys, Action::TryHost);
        (effects.iter().filter_map(sent).collect::<Vec<_>>(), ui.remark.map(|(text, _)| text).unwrap())
    };
    let down = Command::TryHost(HostId(0));
    assert_eq!(tried(&outage("abc"), 3_000_000, ""), (vec![down], "trying a.example now".to_owned()));
    assert_eq!(tried(&outage("abc"), 3_000_000, "5"), (vec![down], "trying a.example now".to_owned()));
    assert_eq!(tried(&outage("abc"), 3_000_000, "5 down"), (vec![], "this host is not down".to_owned()));
    assert_eq!(tried(&outage("abc"), 7_000_000, ""), (vec![], "no host is down".to_owned()));
    let both = scenario("0ms run limit 4 | 1ms start a#1 | 1ms start b#2 | 2ms down a 1s | 2ms down b 1s").events;
    let all = vec![Command::TryHost(HostId(0)), Command::TryHost(HostId(1))];
    assert_eq!(tried(&both, 3_000, ""), (all, "trying 2 hosts now".to_owned()));
}

#[test]
fn the_footer_offers_to_try_a_host_only_while_one_is_down() {
    let footer = |at| {
        let (events, now) = (outage("a"), Offset(at));
        let model = fold(events.iter().filter(|event| event.at <= now));
        let theme = roles::theme(Charset::Unicode);
        let drawn = draw(&model, &UiState::default(), &theme, Abilities::FULL, Charset::Unicode, now, (80, 24));
        picture::lines(&drawn).pop().unwrap()
    };
    assert!(footer(3_000_000).contains("r try now"), "{}", footer(3_000_000));
    assert!(!footer(1_000_000).contains("try now"), "{}", footer(1_000_000));
    assert!(!footer(9_000_000).contains("try now"), "{}", footer(9_000_000));
}

#[test]
fn a_key_steps_through_the_modes_of_adaptive_limits_and_says_what_happens() {
    let stepped = |mode: &str| {
        let events = scenario(&format!("0ms run limit 4 | 0ms mode {mode} | 1ms start a#1")).events;
        let (effects, ui) = effects(&events, 2_000, "", Action::LimitAuto);
        (effects.iter().find_map(sent), ui.remark.map(|(text, _)| text).unwrap())
    };
    let (command, remark) = stepped("off");
    assert_eq!(command, Some(Command::SetAdaptive(AdaptiveMode::WhenRefused)));
    assert_eq!(remark, "adaptive when refused: your limits apply until a host refuses");
    assert_eq!(stepped("when-refused").0, Some(Command::SetAdaptive(AdaptiveMode::On)));
    assert_eq!(stepped("on").0, Some(Command::SetAdaptive(AdaptiveMode::Off)));
}

#[test]
fn what_a_host_takes_is_copied_as_lines_of_a_plan() {
    let lines = "[host.\"a.example\"]\ngap = \"166667us\"   # 30 per 5 s\n".to_owned();
    let copied = |at| effects(&refusing(), at, "5", Action::Copy);
    assert_eq!(copied(3_000_000).0, [Effect::Copy(CopiedText::Setting(lines))]);
    let (nothing, ui) = copied(1_500_000);
    assert_eq!((nothing, ui.remark.unwrap().0), (vec![], "what it takes is not known yet".to_owned()));
}
