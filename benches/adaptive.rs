//! Tests the adaptive limit on real sockets: 18 limited upstreams, one batch, two minutes.
//!
//! Each upstream is a practice server of its own, whose counters decide the result. Their 429s carry no
//! hint about when to retry. After the first ten seconds, an upstream that gets too little or refuses too
//! much makes the exit code 1. Start at [`main`]. Run it with `cargo bench --bench adaptive`, and with
//! `-- --steps` to see each controller's steps.

#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use inflight::control::Command;
use inflight::event::{Event, Fact};
use inflight::plan::cursor::Cursor;
use inflight::plan::request::address::PRACTICE;
use inflight::plan::{Plan, Practice};
use inflight::source::pool::run_time::RunTime;
use inflight::source::pool::wire::kept_body::BodyRules;
use inflight::source::pool::wire::route::Route;
use inflight::source::pool::{EVENTS_AHEAD, Pool, PoolSettings};
use inflight::upstream::Upstream;
use inflight::upstream::tally::Tally;
use tokio::sync::mpsc;

const WARM_UP: Duration = Duration::from_secs(10);
const LASTS: Duration = Duration::from_secs(120);
/// How long an upstream's limit stays halved.
const HALVED: Duration = Duration::from_secs(40);
/// An accepted request's time in service, and its mean in seconds.
const SERVICE: &str = "60ms..140ms";
const MEAN_SERVICE: f64 = 0.1;

/// What a judged upstream allows.
#[derive(Clone, Copy, Debug)]
enum Allows {
    /// This many per second, and a fifth of that in a burst.
    Bucket(u32),
    /// This many in each second.
    Window(u32),
    /// This many at once.
    AtOnce(u32),
}

/// One of the 18 upstreams.
#[derive(Clone, Copy, Debug)]
struct Case {
    allows: Allows,
    is_halved: bool,
}

/// What an upstream counted.
#[derive(Clone, Copy, Debug)]
struct Score {
    /// Accepted requests, as a share of what it would have accepted.
    goodput: f64,
    /// Refused requests, as a share of all that it received.
    refused: f64,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let prints_steps = std::env::args().any(|arg| arg == "--steps");
    let cases = cases();
    let practice = Practice::default();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let upstreams = cases.iter().map(|_| Upstream::start(&practice, address)).collect::<Result<Vec<_>, _>>()?;
    let urls: Vec<String> =
        cases.iter().zip(&upstreams).map(|(case, upstream)| case.url(upstream.local_addr())).collect();

    let plan = Plan::from_toml(&plan(&urls), "adaptive.toml", Path::new("."), &|_| None)?;
    let cursor = Cursor::open(&plan, None)?;
    let (events, mut facts) = mpsc::channel(EVENTS_AHEAD);
    let start = Instant::now();
    let settings = PoolSettings {
        name: "adaptive".into(),
        limits: plan.limits.clone(),
        polling: None,
        fail_fast: false,
        time: RunTime::begin(),
        lingers: false,
        route: Route::new(plan.wire).with_local_suffix(PRACTICE),
        most: None,
        events,
        results: None,
        bodies: BodyRules::default(),
    };
    let pool = Pool::start(cursor, settings)?;
    let listening = thread::spawn(move || {
        let facts = std::iter::from_fn(|| facts.blocking_recv());
        facts.filter(|event| matches!(event.fact, Fact::Adapted { .. } | Fact::HostAnnounced { .. })).collect()
    });

    println!("eighteen upstreams, one batch, {} s", LASTS.as_secs());
    let tally = || upstreams.iter().map(Upstream::tally).collect::<Vec<Tally>>();
    thread::sleep(WARM_UP.saturating_sub(start.elapsed()));
    let (before, from) = (tally(), start.elapsed());
    thread::sleep(LASTS.saturating_sub(start.elapsed()));
    let (after, to) = (tally(), start.elapsed());
    pool.commands().send(Command::Cancel)?;
    pool.join()?;
    let steps: Vec<Event> = listening.join().map_err(|_| "the listener broke")?;

    let scores: Vec<Score> = cases
        .iter()
        .zip(before.iter().zip(&after))
        .map(|(case, (before, after))| case.score(before, after, to.saturating_sub(from).as_secs_f64()))
        .collect();
    println!("{:<24} {:>8} {:>9}", "", "goodput", "refused");
    for (case, score) in cases.iter().zip(&scores) {
        let verdict = if case.holds(*score) { "" } else { "  missed" };
        println!("{:<24} {:>8.3} {:>8.2}%{verdict}", case.name(), score.goodput, score.refused * 100.0);
    }
    if prints_steps {
        print_steps(&steps);
    }
    let held = cases.iter().zip(&scores).filter(|(case, score)| case.holds(**score)).count();
    println!("{held} of {} hold", cases.len());
    Ok(if held == cases.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cases() -> Vec<Case> {
    let per_second = [5, 20, 100];
    let allows = per_second.map(Allows::Bucket).into_iter().chain(per_second.map(Allows::Window));
    let allows = allows.chain([3, 10, 40].map(Allows::AtOnce));
    allows.flat_map(|allows| [false, true].map(|is_halved| Case { allows, is_halved })).collect()
}

/// One batch with more jobs than fit into the time.
fn plan(urls: &[String]) -> String {
    let limits = "[limits]\nconcurrency = 1000\nper_host = 64\nadaptive = true\n";
    let endpoint = |url: &String| format!("[[endpoint]]\nurl = \"{url}\"\nrepeat = 1000000\n");
    limits.to_owned() + &urls.iter().map(endpoint).collect::<String>()
}

impl Case {
    fn url(self, address: SocketAddr) -> String {
        let limit = match self.allows {
            Allows::Bucket(n) => format!("rps={n}&burst={}", (n / 5).max(1)),
            Allows::Window(n) => format!("per_window={n}&window=1s"),
            Allows::AtOnce(n) => format!("concurrent={n}"),
        };
        let half = if self.is_halved { "&half=40s..80s" } else { "" };
        format!("http://{address}/limit?{limit}{half}&delay={SERVICE}&retry_after=none")
    }

    fn name(self) -> String {
        let (n, what) = match self.allows {
            Allows::Bucket(n) => (n, "a second, bucket"),
            Allows::Window(n) => (n, "a second, window"),
            Allows::AtOnce(n) => (n, "at once"),
        };
        format!("{n} {what}{}", if self.is_halved { ", ½" } else { "" })
    }

    /// How many requests it would accept in this many seconds.
    fn capacity(self, seconds: f64) -> f64 {
        let rate = |share: f64| match self.allows {
            Allows::Bucket(n) => f64::from(n) * share,
            Allows::Window(n) => (f64::from(n) * share).floor(),
            Allows::AtOnce(n) => (f64::from(n) * share).floor() / MEAN_SERVICE,
        };
        let halved = if self.is_halved { HALVED.as_secs_f64() } else { 0.0 };
        rate(1.0) * (seconds - halved) + rate(0.5) * halved
    }

    fn score(self, before: &Tally, after: &Tally, seconds: f64) -> Score {
        let answers = |tally: &Tally, status| tally.answers.get(&status).copied().unwrap_or(0) as f64;
        let (accepted, refused) =
            (answers(after, 200) - answers(before, 200), answers(after, 429) - answers(before, 429));
        Score { goodput: accepted / self.capacity(seconds), refused: refused / (accepted + refused).max(1.0) }
    }

    fn holds(self, score: Score) -> bool {
        let (goodput, refused) = if self.is_halved { (0.90, 0.03) } else { (0.95, 0.02) };
        score.goodput >= goodput && score.refused <= refused
    }
}

/// Every step of every controller. Hosts are numbered as the table is ordered.
fn print_steps(events: &[Event]) {
    for event in events {
        let at = event.at.0 as f64 / 1e6;
        if let Fact::HostAnnounced { host, name, .. } = &event.fact {
            println!("{:>3} {at:>8.3}  {name}", host.0);
        } else if let Fact::Adapted { host, why, .. } = &event.fact {
            println!("{:>3} {at:>8.3}  {why}", host.0);
        }
    }
}
