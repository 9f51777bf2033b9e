//! The `doctor` command: what was detected about the terminal and the settings, and why.
//!
//! Its output is half of any bug report. Start at [`report`].

use std::fmt::Write;

use crate::app::appearance::{Appearance, with_flags};
use crate::cli::look::LookArgs;
use crate::config;
use crate::model::window::TimeWindow;
use crate::plan::http_client::HttpClient;
use crate::plan::network::Network;
use crate::source::pool::wire::route::Route;
use crate::text::console::Console;
use crate::text::sanitize::sanitize;
use crate::tui::clipboard::ClipboardSupport;
use crate::tui::detect::{Background, Decision, Environment, Interface};
use crate::tui::notice::Notify;
use crate::tui::theme::color::Depth;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Variant;

/// Every decision with its reason.
pub fn report(args: &LookArgs, console: Console) -> String {
    let environment = with_flags(config::environment(console), args);
    let mut text = format!("inflight {} on {}\n\n", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    let mut row = |what: &str, value: &str, why: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{what:<12}{:<16}{}", sanitize(value), sanitize(why));
    };
    let mut decision_row = |what: &str, decision: Decision<String>| row(what, &decision.value, &decision.why);
    decision_row(
        "interface",
        environment.interface().named(|interface| match interface {
            Interface::Screen => "screen",
            Interface::Plain => "lines",
        }),
    );
    decision_row(
        "colours",
        environment.depth().named(|depth| match depth {
            Depth::Mono => "none",
            Depth::Ansi16 => "16",
            Depth::Indexed256 => "256",
            Depth::True => "all",
        }),
    );
    decision_row(
        "background",
        environment.background().named(|background| match background {
            Background::Is(Variant::Dark) => "dark",
            Background::Is(Variant::Light) => "light",
            Background::Unknown => "unknown",
            Background::Query => "unknown yet",
        }),
    );
    let appearance = Appearance::decide(&environment, console);
    match &appearance {
        Ok(appearance) => {
            decision_row(
                "marks",
                appearance.environment().charset().named(|charset| match charset {
                    Charset::Unicode => "Unicode",
                    Charset::Ascii => "ASCII",
                }),
            );
            decision_row("theme", appearance.theme_decision());
        }
        Err(_) => row("theme", "none", "see below"),
    }
    let clipboard = environment.clipboard().named(|clipboard| match clipboard {
        ClipboardSupport::Accepts => "takes copies",
        ClipboardSupport::Unknown => "unknown",
        ClipboardSupport::Rejects => "none",
    });
    row("clipboard", &clipboard.value, &clipboard.why);
    // If settings cannot be read, only flags and the environment decide.
    let settled = appearance.as_ref().map_or(&environment, Appearance::environment);
    let rate = settled.frames_per_second();
    row("pictures", &format!("at most {}/s", rate.value), &rate.why);
    for (what, decision) in preferences(settled) {
        row(what, &decision.value, &decision.why);
    }
    for (what, value, why) in network() {
        row(what, &value, &why);
    }
    for file in config::settings_files() {
        let state = if file.exists() { "read" } else { "not there" };
        row("settings", state, &file.to_string_lossy());
    }
    if let Err(error) = appearance {
        text.push('\n');
        text.push_str(&error.render(console.stdout));
    }
    text
}

/// The user's preferences that are on, off or a name.
fn preferences(settled: &Environment) -> [(&'static str, Decision<String>); 8] {
    let on_or_off = |is_on| if is_on { "on" } else { "off" };
    [
        ("motion", settled.motion().named(on_or_off)),
        ("mouse", settled.mouse().named(on_or_off)),
        ("title", settled.title().named(on_or_off)),
        ("progress", settled.progress().named(on_or_off)),
        ("exit", settled.exits().named(on_or_off)),
        ("notify", settled.notify().named(Notify::name)),
        ("privacy", settled.privacy().named(on_or_off)),
        ("window", settled.window().named(TimeWindow::key)),
    ]
}

/// The HTTP client and the proxies of the environment.
fn network() -> Vec<(&'static str, String, String)> {
    let route = match Route::open(HttpClient::Auto, &Network::default(), &config::variable) {
        Ok(route) => route,
        Err(wrong) => return vec![("network", "unusable".to_owned(), format!("`{}` {}", wrong.key, wrong.problem))],
    };
    let (wire, why) = route.describe();
    let mut rows = vec![("wire", wire.to_owned(), why)];
    // A long address needs a gap after it.
    let proxy =
        |(proxy, source)| ("proxy", format!("{proxy} "), format!("from {source}, unless NO_PROXY excludes a host"));
    rows.extend(route.proxies().into_iter().map(proxy));
    if rows.len() == 1 {
        rows.push(("proxy", "none".to_owned(), "no proxy variable is set".to_owned()));
    }
    rows
}
