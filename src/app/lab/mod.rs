//! The `demo` command for a scenario of the lab: shows it on the screen, or prints a table without one.
//!
//! Start at [`run`].

pub mod headless;
mod lab_view;
mod lesson;
#[cfg(test)]
mod tests;

use std::io;

use crate::app::appearance::{self, Appearance};
use crate::app::lab::headless::ResultFormat;
use crate::app::lab::lab_view::LabView;
use crate::app::live::{self, ScreenExit};
use crate::app::wakeups::{ChangeNotifier, Wakeups};
use crate::cli::BatchArgs;
use crate::cli::demo::{DemoArgs, LabArgs};
use crate::cli::results::ResultArgs;
use crate::config;
use crate::error::{Error, code};
use crate::lab::controls::Controls;
use crate::lab::run::LabRun;
use crate::lab::scenario::Scenario;
use crate::text::console::Console;
use crate::tui::detect::Interface;

/// Runs a scenario; returns the exit code.
pub fn run(scenario: Scenario, args: &DemoArgs, console: Console) -> Result<u8, Error> {
    refuse_batch_flags(&args.batch, &args.results)?;
    let environment = appearance::with_flags(config::environment(console), &args.look);
    let (controls, is_json) = (controls(scenario, &args.lab), args.results.json);
    match environment.interface().value {
        Interface::Plain => headless::run(scenario, controls, is_json, console),
        Interface::Screen => {
            let appearance = Appearance::decide(&environment, console)?;
            run_on_screen(scenario, controls, is_json, appearance, console)
        }
    }
}

/// Shows the lanes on the screen; the result is printed after it.
fn run_on_screen(
    scenario: Scenario,
    controls: Controls,
    is_json: bool,
    mut appearance: Appearance,
    console: Console,
) -> Result<u8, Error> {
    // With a pipe on standard output, another program waits for the result.
    let leaves_at_end = !console.stdout.is_terminal();
    let show = || -> io::Result<(LabView, ScreenExit)> {
        let mut wakeups = Wakeups::open()?;
        let guard = live::enter(&mut appearance, &wakeups, false, false)?;
        let mut view = LabView::start(scenario, controls, wakeups.notifier(), &appearance, leaves_at_end)?;
        let exit = live::run(&mut view, guard, &mut appearance, &mut wakeups)?;
        Ok((view, exit))
    };
    let (view, exit) = { show }().map_err(|source| Error::System { what: "show the lab", source })?;
    let format = match (is_json, leaves_at_end) {
        (true, _) => ResultFormat::Document,
        (false, true) => ResultFormat::Table,
        (false, false) => ResultFormat::Lines,
    };
    let printed = headless::print(&view.race(), format, console)?;
    Ok(match exit {
        ScreenExit::TerminalGone => code::HUNG_UP,
        ScreenExit::Left | ScreenExit::Rerun | ScreenExit::AtOnce => view.exit_code().unwrap_or(printed),
    })
}

/// Starts a scenario whose lanes wake the main thread when they change.
fn start_watched(scenario: Scenario, controls: Controls, notifier: &ChangeNotifier) -> io::Result<LabRun> {
    let lab = LabRun::start(scenario, controls)?;
    for lane in lab.lanes() {
        notifier.watch(lane.follow());
    }
    Ok(lab)
}

/// The controls of a scenario, as the flags set them.
fn controls(scenario: Scenario, args: &LabArgs) -> Controls {
    let defaults = Controls::defaults(scenario);
    Controls {
        requests: args.requests.unwrap_or(defaults.requests),
        delay: args.delay.unwrap_or(defaults.delay),
        limit: args.limit.unwrap_or(defaults.limit),
        speed: args.speed.unwrap_or(defaults.speed),
    }
}

/// Refuses flags of a batch that mean nothing to a scenario, so that none is silently ignored.
fn refuse_batch_flags(batch: &BatchArgs, results: &ResultArgs) -> Result<(), Error> {
    let flag = if batch.is_any_set() {
        Some("an option of a batch")
    } else if results.report.is_some() || results.bodies.is_some() || results.events.is_some() {
        Some("a result of a batch")
    } else {
        None
    };
    let Some(flag) = flag else { return Ok(()) };
    Err(Error::Usage {
        message: format!("{flag} does not apply to a mistake of the lab"),
        hint: "a mistake of the lab takes `--requests`, `--delay`, `--limit`, `--speed` and `--json`".into(),
    })
}
