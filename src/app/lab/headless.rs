//! A scenario without a screen: its lanes run to their end, and the comparison is printed.
//!
//! Start at [`run`].

use std::sync::mpsc::{self, Receiver};

use crate::app::lab::news::News;
use crate::app::signals::{self, Signal, Wake};
use crate::error::{Error, code};
use crate::lab::controls::Controls;
use crate::lab::run::LabRun;
use crate::lab::scenario::Scenario;
use crate::model::race::Race;
use crate::output::{comparison, exit, streams};
use crate::text::console::Console;
use crate::text::io_error::is_closed_pipe;
use crate::text::safe_json;
use crate::text::units;

/// Runs a scenario and prints what it came to; gives back the exit code.
pub fn run(scenario: Scenario, dials: Controls, is_json: bool, console: Console) -> Result<u8, Error> {
    let system = |what| move |source| Error::System { what, source };
    let (wake, woken) = mpsc::channel();
    signals::listen(wake.clone()).map_err(system("listen for signals"))?;
    let news = News::new(wake);
    let trial = news.start(scenario, dials).map_err(system("start the lab"))?;
    let is_told = !is_json && console.stderr.is_terminal();
    if is_told {
        streams::say(&format!("{}: {}", trial.race().name, trial.race().terms()));
    }
    if let Some(code) = wait(&trial, &news, &woken, is_told) {
        return Ok(code);
    }
    print(&trial.race(), if is_json { How::Document } else { How::Table }, console)
}

/// Waits for the end of all lanes, and tells of each when it comes; gives back the exit code of whoever
/// stops it before.
fn wait(trial: &LabRun, news: &News, woken: &Receiver<Wake>, is_told: bool) -> Option<u8> {
    let mut told = vec![false; trial.lanes().len()];
    loop {
        news.heard();
        for ((lane, told), letter) in trial.lanes().iter().zip(&mut told).zip(Race::LETTERS) {
            if lane.is_over() && !std::mem::replace(told, true) && is_told {
                let figures = lane.figures();
                streams::say(&format!("  {letter} {} ended after {}", figures.way, units::length(figures.elapsed)));
            }
        }
        if trial.is_over() {
            return None;
        }
        match woken.recv() {
            Ok(Wake::Signal(Signal::Interrupt)) => return Some(code::INTERRUPTED),
            Ok(Wake::Signal(Signal::Terminate)) => return Some(code::TERMINATED),
            Ok(Wake::Signal(Signal::HangUp)) => return Some(code::HUNG_UP),
            Ok(Wake::Signal(Signal::Status) | Wake::Changed | Wake::Input(_)) => {}
            // We hold a sender ourselves, through the lanes.
            Err(_) => return None,
        }
    }
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As a table.
    Table,
    /// As one document.
    Document,
    /// In three lines.
    Lines,
}

/// Prints what a race came to; gives back the exit code.
pub fn print(race: &Race, how: How, console: Console) -> Result<u8, Error> {
    let written = match how {
        How::Table => streams::result(&comparison::table(race, console.stdout)),
        How::Lines => streams::result(&comparison::kept(race, console.stdout)),
        How::Document => {
            safe_json::text(&comparison::document(race)).and_then(|document| streams::result(&format!("{document}\n")))
        }
    };
    match written {
        Err(error) if !is_closed_pipe(&error) => {
            Err(Error::Unwritable { message: format!("cannot print the comparison: {error}"), hint: None })
        }
        Ok(()) | Err(_) => Ok(exit::OK),
    }
}
