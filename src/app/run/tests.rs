//! A run in which a thread panics: it ends in bounded time, with the exit code of an internal error.

use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::app::appearance::Appearance;
use crate::app::run::open::OpenedBatch;
use crate::app::run::watch_end::WatchEnd;
use crate::app::run::{Batch, conclude};
use crate::app::wakeups::Wakeups;
use crate::cli::look::LookArgs;
use crate::cli::results::ResultArgs;
use crate::config::settings::Settings;
use crate::journal::{JournalHeader, Writer};
use crate::output::collector::Collector;
use crate::output::exit::BROKEN;
use crate::output::report::ReportHeading;
use crate::plan::{Output, Plan, Practice};
use crate::text::console::Console;
use crate::tui::detect::Environment;
use crate::upstream::Upstream;

/// Far longer than the run needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A recording's file that makes its writer panic once the run has begun.
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

/// How a run ended, with its message and its exit code.
type EndingWithCode = (WatchEnd, bool, Option<String>, u8);

/// Runs one request to a path of the practice server; `tamper` changes what has been opened before the run starts.
#[track_caller]
fn run(path: &str, output: Output, tamper: impl FnOnce(&mut OpenedBatch) + Send + 'static) -> EndingWithCode {
    let upstream = Upstream::start(&Practice::default(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/{path}", upstream.local_addr());
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let (results, look) = (ResultArgs::default(), LookArgs::default());
        let mut plan = Plan::from_urls(&[url], Some(50)).unwrap();
        plan.output = output;
        let batch = Batch { plan, results: &results, resume: None, look: &look, console: Console::default() };
        let environment = Environment::default();
        let mut opened = batch.open(false).unwrap();
        tamper(&mut opened);
        let mut running = batch.start(opened, &environment, Some(Wakeups::without_signals())).unwrap();
        let appearance = Appearance::with_settings(Settings::default(), &environment).unwrap();
        let end = batch.watch_in_lines(&mut running, &environment, &appearance);
        let outcome = conclude(running, end);
        let message = outcome.broken.as_ref().map(|error| error.render(batch.console.stderr));
        done.send((end, outcome.wants_rerun, message, batch.report(&outcome))).unwrap();
    });
    ended.recv_timeout(PATIENCE).expect("the run never ends")
}

#[test]
fn a_run_whose_pump_panics_ends_with_code_70() {
    let (end, wants_rerun, message, code) = run("hang", Output::default(), |opened| {
        let to: Box<dyn Write + Send> = Box::new(BreakingFile(0));
        opened.recorder = Some(Writer::new(to, &JournalHeader::new("breaking", SystemTime::UNIX_EPOCH)).unwrap());
    });
    assert_eq!((end, wants_rerun, code), (WatchEnd::Left, false, BROKEN));
    let message = message.unwrap();
    assert!(message.contains("the thread that applies and records events panicked"), "{message}");
}

#[test]
fn a_run_whose_collector_panics_ends_with_code_70() {
    let folder = tempfile::tempdir().unwrap();
    let output = Output { bodies: Some(folder.path().join("bodies")), ..Output::default() };
    let (end, wants_rerun, message, code) = run("ok", output.clone(), move |opened| {
        let (sender, results) = tokio::sync::mpsc::channel(4);
        let panics = |_| std::panic::resume_unwind(Box::new("as the test says"));
        let collector =
            Collector::start(results, &output, ReportHeading::new("breaking", SystemTime::UNIX_EPOCH), None, panics)
                .unwrap();
        (opened.collector, opened.results) = (Some(collector), Some(sender.into()));
        // Without its folder the first body cannot be saved.
        folder.close().unwrap();
    });
    assert_eq!((end, wants_rerun, code), (WatchEnd::Left, false, BROKEN));
    let message = message.unwrap();
    assert!(message.contains("the thread that writes results panicked"), "{message}");
}
