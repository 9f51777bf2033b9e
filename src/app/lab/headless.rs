//! A scenario without a screen: its lanes run to their end, and the comparison is printed.
//!
//! Start at [`run`].

use std::time::Duration;

use crate::app::lab::start_watched;
use crate::app::wakeups::{Signal, Wakeup, WakeupSource, Wakeups};
use crate::error::{Error, code};
use crate::lab::controls::Controls;
use crate::lab::run::LabRun;
use crate::lab::scenario::Scenario;
use crate::model::race::Race;
use crate::output::{comparison, exit, streams};
use crate::text::console::Console;
use crate::text::units;

/// Runs a scenario and prints its result; returns the exit code.
pub fn run(scenario: Scenario, controls: Controls, is_json: bool, console: Console) -> Result<u8, Error> {
    let system = |what| move |source| Error::System { what, source };
    let mut wakeups = Wakeups::open().map_err(system("listen for signals"))?;
    let lab = start_watched(scenario, controls, &wakeups.notifier()).map_err(system("start the lab"))?;
    let has_progress = !is_json && console.stderr.is_terminal();
    if has_progress {
        streams::say(&format!("{}: {}", lab.race().name, lab.race().terms()));
    }
    if let Some(code) = wait(&lab, &mut wakeups, has_progress) {
        return Ok(code);
    }
    let format = if is_json { ResultFormat::Document } else { ResultFormat::Table };
    print(&lab.race(), format, console)
}

/// Waits for the end of all lanes, and reports each; returns the exit code of a signal that ends it before.
fn wait(lab: &LabRun, wakeups: &mut Wakeups, has_progress: bool) -> Option<u8> {
    let mut reported = vec![false; lab.lanes().len()];
    loop {
        wakeups.acknowledge_changes();
        for ((lane, reported), letter) in lab.lanes().iter().zip(&mut reported).zip(Race::LETTERS) {
            if lane.is_over() && !std::mem::replace(reported, true) && has_progress {
                let figures = lane.figures();
                streams::say(&format!(
                    "  {letter} {} ended after {}",
                    figures.approach,
                    units::length(figures.elapsed)
                ));
            }
        }
        if lab.is_over() {
            return None;
        }
        match wakeups.next(Duration::MAX) {
            Some(Wakeup::Signal(Signal::Interrupt)) => return Some(code::INTERRUPTED),
            Some(Wakeup::Signal(Signal::Terminate)) => return Some(code::TERMINATED),
            Some(Wakeup::Signal(Signal::HangUp)) => return Some(code::HUNG_UP),
            Some(Wakeup::Signal(Signal::Status) | Wakeup::Changed | Wakeup::Input(_)) | None => {}
        }
    }
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultFormat {
    /// As a table.
    Table,
    /// As one JSON document.
    Document,
    /// In three lines.
    Lines,
}

/// Prints the result of a race; returns the exit code.
pub fn print(race: &Race, format: ResultFormat, console: Console) -> Result<u8, Error> {
    let what = "the comparison";
    match format {
        ResultFormat::Table => streams::print(what, &comparison::table(race, console.stdout))?,
        ResultFormat::Lines => streams::print(what, &comparison::short_text(race, console.stdout))?,
        ResultFormat::Document => streams::print_document(what, &comparison::document(race))?,
    }
    Ok(exit::OK)
}
