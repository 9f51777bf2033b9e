//! Starts a scenario whose news wakes the main thread, one piece at a time however much happens.
//!
//! Start at [`News::start`].

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use crate::app::signals::Wake;
use crate::lab::controls::Controls;
use crate::lab::run::LabRun;
use crate::lab::scenario::Scenario;

/// The bell that lanes ring.
#[derive(Debug)]
pub struct News {
    wake: Sender<Wake>,
    is_told: Arc<AtomicBool>,
}

impl News {
    /// A bell that wakes whoever receives.
    pub fn new(wake: Sender<Wake>) -> Self {
        Self { wake, is_told: Arc::default() }
    }

    /// Starts a scenario that rings it.
    pub fn start(&self, scenario: Scenario, dials: Controls) -> io::Result<LabRun> {
        let trial = LabRun::start(scenario, dials)?;
        for lane in trial.lanes() {
            let (wake, is_told) = (self.wake.clone(), Arc::clone(&self.is_told));
            lane.follow().on_change(move || {
                if !is_told.swap(true, Ordering::AcqRel) {
                    // It only fails when nobody listens any more.
                    let _ = wake.send(Wake::Changed);
                }
            });
        }
        Ok(trial)
    }

    /// What has been told is being looked at: what comes now is news again.
    pub fn heard(&self) {
        self.is_told.store(false, Ordering::Release);
    }
}
