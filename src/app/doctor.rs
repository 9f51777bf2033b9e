//! Tells what was found out about the terminal and the settings, and why: half of any bug report.
//!
//! Start at [`told`].

use std::fmt::Write;

use crate::app::look::{Appearance, wished};
use crate::cli::look::LookArgs;
use crate::config;
use crate::plan::via::Via;
use crate::source::pool::wire::route::Route;
use crate::text::sanitize::sanitize;
use crate::tui::clipboard::Clipboard;
use crate::tui::detect::{Decision, Face, Ground};
use crate::tui::theme::color::Depth;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Variant;

/// Every decision with its reason.
pub fn told(args: &LookArgs) -> String {
    let surroundings = wished(config::surroundings(), args);
    let mut text = format!("inflight {} on {}\n\n", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    let mut say = |what: &str, value: &str, why: &str| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{what:<12}{:<16}{}", sanitize(value), sanitize(why));
    };
    let mut decided = |what: &str, decision: Decision<String>| say(what, &decision.value, &decision.why);
    decided(
        "interface",
        surroundings.face().named(|face| match face {
            Face::Screen => "screen",
            Face::Plain => "lines",
        }),
    );
    decided(
        "colours",
        surroundings.depth().named(|depth| match depth {
            Depth::Mono => "none",
            Depth::Ansi16 => "16",
            Depth::Indexed256 => "256",
            Depth::True => "all",
        }),
    );
    decided(
        "background",
        surroundings.ground().named(|ground| match ground {
            Ground::Is(Variant::Dark) => "dark",
            Ground::Is(Variant::Light) => "light",
            Ground::Unknown => "unknown",
            Ground::Ask => "unknown yet",
        }),
    );
    let looks = Appearance::decide(&surroundings);
    match &looks {
        Ok(looks) => {
            decided(
                "marks",
                looks.surroundings().charset().named(|charset| match charset {
                    Charset::Unicode => "Unicode",
                    Charset::Ascii => "ASCII",
                }),
            );
            decided("theme", looks.theme_decision());
        }
        Err(_) => say("theme", "none", "see below"),
    }
    let clipboard = surroundings.clipboard().named(|clipboard| match clipboard {
        Clipboard::Takes => "takes copies",
        Clipboard::Unknown => "unknown",
        Clipboard::Refuses => "none",
    });
    say("clipboard", &clipboard.value, &clipboard.why);
    // Settings that cannot be read say nothing.
    let settled = looks.as_ref().map_or(&surroundings, Appearance::surroundings);
    let rate = settled.frames_per_second();
    say("pictures", &format!("at most {}/s", rate.value), &rate.why);
    let on_or_off = |is_on| if is_on { "on" } else { "off" };
    for (what, decision) in [
        ("motion", settled.motion()),
        ("mouse", settled.mouse()),
        ("title", settled.title()),
        ("progress", settled.progress()),
    ] {
        say(what, on_or_off(decision.value), &decision.why);
    }
    let (wire, why) = Route::new(Via::Auto, &config::variable).describe();
    say("wire", wire, &why);
    for file in config::settings_files() {
        let state = if file.exists() { "read" } else { "not there" };
        say("settings", state, &file.to_string_lossy());
    }
    if let Err(error) = looks {
        text.push('\n');
        text.push_str(&error.render(false, 100));
    }
    text
}
