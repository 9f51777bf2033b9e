//! What keys change in the lab: pause, limit, delay, program.
//!
//! Start at [`Screen::obey`].

use std::io;

use crate::app::lab::screen::Screen;
use crate::control::LabCommand;
use crate::lab::controls::Controls;
use crate::lab::scenario::Scenario;

impl Screen {
    /// Does what the person wishes of the lanes.
    pub(super) fn obey(&mut self, turn: LabCommand) -> io::Result<()> {
        let scenario = self.trial.scenario();
        match turn {
            LabCommand::Pause => self.trial.pause(!self.trial.is_paused()),
            LabCommand::Limit(limit) => {
                self.dials.limit = limit;
                self.trial.set_limit(limit);
            }
            LabCommand::Restart => self.restart(scenario)?,
            LabCommand::Delay(delay) => {
                self.dials.delay = delay.into();
                self.restart(scenario)?;
            }
            LabCommand::Next => {
                let next = scenario.next();
                self.dials = Controls { speed: self.dials.speed, ..Controls::defaults(next) };
                self.restart(next)?;
            }
        }
        Ok(())
    }

    fn restart(&mut self, scenario: Scenario) -> io::Result<()> {
        // The old lanes end with the trial that is replaced.
        self.trial = self.news.start(scenario, self.dials)?;
        self.ui.start_again();
        Ok(())
    }
}
