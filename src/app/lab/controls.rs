//! What keys change in the lab: pause, limit, delay, program.
//!
//! Start at [`Screen::obey`].

use std::io;

use crate::app::lab::screen::Screen;
use crate::control::Turn;
use crate::lab::controls::Controls;
use crate::lab::scenario::Scenario;

impl Screen {
    /// Does what the person wishes of the lanes.
    pub(super) fn obey(&mut self, turn: Turn) -> io::Result<()> {
        let scenario = self.trial.scenario();
        match turn {
            Turn::Pause => self.trial.pause(!self.trial.is_paused()),
            Turn::Limit(limit) => {
                self.dials.limit = limit;
                self.trial.set_limit(limit);
            }
            Turn::Restart => self.restart(scenario)?,
            Turn::Delay(delay) => {
                self.dials.delay = delay.into();
                self.restart(scenario)?;
            }
            Turn::Next => {
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
