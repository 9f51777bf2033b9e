//! The screen of a watched program: that of a run, without what a run can change.
//!
//! What the program prints meanwhile is printed when the screen closes. Start at [`WatchScreen::show`].

use std::io;
use std::thread;
use std::time::Instant;

use rustix::process::Signal as SystemSignal;
use tokio::sync::mpsc::{self, UnboundedSender};

use crate::app::appearance::Appearance;
use crate::app::live::run_view::RunView;
use crate::app::live::watched::{ViewClock, Watched};
use crate::app::live::{self, ScreenExit};
use crate::app::stop::Stop;
use crate::app::wakeups::Wakeups;
use crate::control::{Abilities, Command};
use crate::plan::Expect;
use crate::pump::Follow;
use crate::source::pool::run_time::RunTime;
use crate::text::output_lines::OutputLines;
use crate::watch::program::WatchedProgram;

/// What the screen of a watched program shows.
#[derive(Debug)]
pub struct WatchScreen<'a> {
    /// The model of its run.
    pub follow: &'a Follow,
    /// The program.
    pub program: WatchedProgram,
    /// When it was started.
    pub started: Instant,
    /// Whether the screen closes at the end, because another program waits for the output.
    pub leaves_at_end: bool,
    /// The path of the recording, safe to show.
    pub recording: Option<&'a str>,
    /// Whether it may be held back.
    pub is_steered: bool,
    /// What it prints.
    pub output: OutputLines,
}

impl WatchScreen<'_> {
    /// Shows the program until it has ended and the user leaves.
    pub fn show(&self, appearance: &mut Appearance, wakeups: &mut Wakeups) -> io::Result<ScreenExit> {
        wakeups.notifier().watch(self.follow);
        let time = RunTime::since(self.started);
        let mut stop = Stop::without_deadline(commands_to(self.program.clone())?);
        let watched = Watched {
            expect: Expect::default(),
            follow: self.follow,
            clock: ViewClock::Live(&time),
            leaves_at_end: self.leaves_at_end,
            exits: appearance.exits,
            can: Abilities { stop: true, pause: self.is_steered, set_limit: self.is_steered, ..Abilities::PROGRAM },
            recording: self.recording,
        };
        let title = appearance.has_title;
        // How far a program is cannot be known, so the terminal's tab gets no bar.
        let guard = live::enter(appearance, wakeups, title, false)?;
        let mut view = RunView::new(watched, &mut stop, appearance);
        view.show_output(self.output.clone());
        let exit = live::run(&mut view, guard, appearance, wakeups);
        // The listener and the model hold each other: without this neither would be dropped.
        self.follow.on_change(|| {});
        exit
    }
}

/// A channel of commands to the program: its end is asked for as Ctrl-C does, and then as a system does. Others reach its
/// gates.
fn commands_to(program: WatchedProgram) -> io::Result<UnboundedSender<Command>> {
    let (sender, mut commands) = mpsc::unbounded_channel();
    thread::Builder::new().name("watch-stop".into()).spawn(move || {
        while let Some(command) = commands.blocking_recv() {
            match command {
                Command::Drain => program.signal(SystemSignal::INT),
                Command::Cancel => program.signal(SystemSignal::TERM),
                // The abilities allow no other without `--steer`.
                _ => program.command(command),
            }
        }
    })?;
    Ok(sender)
}
