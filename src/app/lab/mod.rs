//! A mistake of the lab, shown on the screen, or told as a table where there is none.
//!
//! Start at [`run`].

mod controls;
pub mod headless;
mod lesson;
mod news;
pub mod screen;

use crate::app::appearance::{self, Appearance};
use crate::app::lab::headless::How;
use crate::app::lab::screen::Left;
use crate::cli::demo::{DemoArgs, LabArgs};
use crate::cli::{Dials as PlanDials, Results};
use crate::config;
use crate::error::Error;
use crate::lab::controls::Controls;
use crate::lab::scenario::Scenario;
use crate::text::console::Console;
use crate::tui::detect::Interface;

/// Shows a scenario; gives back the exit code.
pub fn run(scenario: Scenario, args: &DemoArgs, console: Console) -> Result<u8, Error> {
    refuse(&args.dials, &args.results)?;
    let environment = appearance::with_flags(config::environment(console), &args.look);
    let (dials, is_json) = (dials(scenario, &args.lab), args.results.json);
    match environment.interface().value {
        Interface::Plain => headless::run(scenario, dials, is_json, console),
        Interface::Screen => on_screen(scenario, dials, is_json, Appearance::decide(&environment, console)?, console),
    }
}

/// On the screen; what it came to stays on the normal one.
fn on_screen(
    scenario: Scenario,
    dials: Controls,
    is_json: bool,
    appearance: Appearance,
    console: Console,
) -> Result<u8, Error> {
    // Somebody waits for the result at the other end of the pipe.
    let leaves_at_end = !console.stdout.is_terminal();
    let left = screen::run(scenario, dials, appearance, leaves_at_end);
    let Left { race, stopped } = left.map_err(|source| Error::System { what: "show the lab", source })?;
    let how = match (is_json, leaves_at_end) {
        (true, _) => How::Document,
        (false, true) => How::Table,
        (false, false) => How::Lines,
    };
    let printed = headless::print(&race, how, console)?;
    Ok(stopped.unwrap_or(printed))
}

/// The dials that flags and the scenario say.
fn dials(scenario: Scenario, args: &LabArgs) -> Controls {
    let defaults = Controls::defaults(scenario);
    Controls {
        requests: args.requests.unwrap_or(defaults.requests),
        delay: args.delay.unwrap_or(defaults.delay),
        limit: args.limit.unwrap_or(defaults.limit),
        speed: args.speed.unwrap_or(defaults.speed),
    }
}

/// Flags of the batch that a scenario has no use for are not silently ignored.
fn refuse(dials: &PlanDials, results: &Results) -> Result<(), Error> {
    let flag = if dials.is_said() {
        Some("a dial of the batch")
    } else if results.report.is_some() || results.bodies.is_some() || results.events.is_some() {
        Some("a result of the batch")
    } else {
        None
    };
    let Some(flag) = flag else { return Ok(()) };
    Err(Error::Usage {
        message: format!("{flag} means nothing to a mistake of the lab"),
        hint: "a mistake of the lab takes `--requests`, `--delay`, `--limit`, `--speed` and `--json`".into(),
    })
}
