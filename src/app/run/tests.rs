//! A run whose threads break: it ends in bounded time, and the exit code says that it is a bug of ours.

use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::app::run::Batch;
use crate::app::run::watch::WatchEnd;
use crate::app::wakeups::Wakeups;
use crate::cli::ResultArgs;
use crate::cli::look::LookArgs;
use crate::journal::{JournalHeader, Writer};
use crate::output::exit::BROKEN;
use crate::plan::{Plan, Practice};
use crate::tui::detect::Environment;
use crate::upstream::Upstream;

/// Far longer than the run needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A recording's file that breaks the thread that writes to it, once the run has begun.
struct BreakingFile(u32);

impl Write for BreakingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += 1;
        if self.0 > 2 {
            // Without a message on standard error: the test expects it.
            std::panic::resume_unwind(Box::new("as the test says"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_run_whose_pump_panics_ends_with_code_70() {
    let upstream = Upstream::start(&Practice::default(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/hang", upstream.local_addr());
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let (results, look) = (ResultArgs::default(), LookArgs::default());
        let plan = Plan::from_urls(&[url], Some(50)).unwrap();
        let batch = Batch { plan, results: &results, look: &look, console: Default::default() };
        let environment = Environment::default();
        let mut opened = batch.open(false).unwrap();
        let to: Box<dyn Write + Send> = Box::new(BreakingFile(0));
        opened.recorder = Some(Writer::new(to, &JournalHeader::new("breaking", SystemTime::UNIX_EPOCH)).unwrap());
        let mut running = batch.start(opened, &environment, Some(Wakeups::without_signals())).unwrap();
        let end = batch.watch_in_lines(&mut running, &environment, false);
        let outcome = batch.conclude(running, end);
        let message = outcome.broken.as_ref().map(|error| error.render(batch.console.stderr));
        done.send((end, outcome.wants_rerun, message, batch.report(&outcome))).unwrap();
    });
    let (end, wants_rerun, message, code) = ended.recv_timeout(PATIENCE).expect("the run never ends");
    assert_eq!((end, wants_rerun, code), (WatchEnd::Left, false, BROKEN));
    let message = message.unwrap();
    assert!(message.contains("the thread that applies and records events panicked"), "{message}");
}
