//! Programs that are held back, against a server that counts: the limit is exact, and no request is lost.
//!
//! Programs with packages need them installed; where they are not, each test says so and passes, unless
//! `INFLIGHT_PACKAGES=required`.

use std::path::Path;
use std::thread;
use std::time::Duration;

use inflight::upstream::Upstream;
use inflight::upstream::tally::Tally;
use rustix::process::Signal;

use crate::pty::terminal::{INFLIGHT, Terminal};
use crate::run::program::Folder;
use crate::run::upstream;
use crate::upstream::client::until;
use crate::watch::{has_packages, pythons};

const URLLIB: &str = "
import os, urllib.request
from concurrent.futures import ThreadPoolExecutor
def one(i):
    return len(urllib.request.urlopen(os.environ['BASE'] + '/delay/15ms?id=%d' % i).read()) > 0
with ThreadPoolExecutor(40) as pool:
    print(sum(pool.map(one, range(120))))
";

const REQUESTS: &str = "
import os, requests
from concurrent.futures import ThreadPoolExecutor
session = requests.Session()
session.mount('http://', requests.adapters.HTTPAdapter(pool_maxsize=40))
def one(i):
    return len(session.get(os.environ['BASE'] + '/delay/15ms?id=%d' % i).content) > 0
with ThreadPoolExecutor(40) as pool:
    print(sum(pool.map(one, range(120))))
";

const AIOHTTP: &str = "
import aiohttp, asyncio, os
async def main():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async def one(i):
            async with session.get(os.environ['BASE'] + '/delay/15ms?id=%d' % i) as answer:
                return len(await answer.read()) > 0
        print(sum(await asyncio.gather(*(one(i) for i in range(120)))))
asyncio.run(main())
";

const HTTPX: &str = "
import asyncio, httpx, os
async def main():
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
        async def one(i):
            return len((await client.get(os.environ['BASE'] + '/delay/15ms?id=%d' % i)).content) > 0
        print(sum(await asyncio.gather(*(one(i) for i in range(120)))))
asyncio.run(main())
";

/// Requests that end by time-outs and cancels, half of the time; at the end all others.
const CANCELS: &str = "
import aiohttp, asyncio, os, random
random.seed(1)
async def main():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async def one(i, seconds):
            timeout = aiohttp.ClientTimeout(total=seconds)
            async with session.get(os.environ['BASE'] + '/delay/15ms?id=%d' % i, timeout=timeout) as answer:
                return len(await answer.read()) > 0
        tasks = [asyncio.ensure_future(one(i, 0.01 if i % 4 == 0 else 60)) for i in range(150)]
        for _ in range(40):
            await asyncio.sleep(0.005)
            random.choice(tasks).cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        print(sum(await asyncio.gather(*(one(i, 60) for i in range(40)))))
asyncio.run(main())
";

/// Four processes, each with sixteen threads.
const PROCESSES: &str = "
import os, urllib.request
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
def one(i):
    return len(urllib.request.urlopen(os.environ['BASE'] + '/delay/15ms?id=%d' % i).read()) > 0
def work(first):
    with ThreadPoolExecutor(16) as pool:
        return sum(pool.map(one, range(first, first + 40)))
if __name__ == '__main__':
    with get_context('spawn').Pool(4) as pool:
        print(sum(pool.map(work, [0, 40, 80, 120], chunksize=1)))
";

/// What the program prints, and what the server has counted.
fn steered(python: &Path, script: &str, limit: u64) -> (String, Tally) {
    let (folder, upstream) = (Folder::new().with("app.py", script), upstream());
    let program = folder.inflight("watch --plain").arg(format!("--steer={limit}")).arg("--").arg(python).arg("app.py");
    let ended = program.var("BASE", &format!("http://{}", upstream.local_addr())).start().wait().exits(0);
    assert!(ended.err().contains(&format!("held back; limit {limit} at the end")), "{}", ended.err());
    (ended.out().trim().to_owned(), upstream.tally())
}

#[test]
fn the_limit_is_exact_from_the_first_request_on() {
    let Some(python) = pythons().into_iter().next() else { return };
    for (package, script) in [("urllib", URLLIB), ("requests", REQUESTS), ("aiohttp", AIOHTTP), ("httpx", HTTPX)] {
        if has_packages(&python, &[package]) {
            let (printed, tally) = steered(&python, script, 7);
            assert_eq!((printed.as_str(), tally.peak, tally.requests), ("120", 7, 120), "{package}");
        }
    }
}

#[test]
fn several_processes_share_one_limit_even_if_there_are_more_of_them() {
    let Some(python) = pythons().into_iter().next() else { return };
    for limit in [10, 3] {
        let (printed, tally) = steered(&python, PROCESSES, limit);
        assert_eq!((printed.as_str(), tally.requests), ("160", 160));
        assert!(tally.peak <= limit, "{} of {limit}", tally.peak);
    }
}

#[test]
fn time_outs_and_cancels_lose_no_permit() {
    let Some(python) = pythons().into_iter().next().filter(|python| has_packages(python, &["aiohttp"])) else { return };
    // A lost permit would hold the last forty for ever.
    let (printed, _) = steered(&python, CANCELS, 5);
    assert_eq!(printed, "40");
}

/// A program that goes on until the file `stop` is there.
const ENDLESS: &str = "
import os, urllib.request
from concurrent.futures import ThreadPoolExecutor
def work(_):
    n = 0
    while not os.path.exists('stop'):
        urllib.request.urlopen(os.environ['BASE'] + '/delay/15ms').read()
        n += 1
    return n > 0
with ThreadPoolExecutor(30) as pool:
    print('all at work:', all(pool.map(work, range(30))))
";

#[test]
fn keys_pause_a_program_and_turn_its_limit_while_it_runs() {
    let Some(python) = pythons().into_iter().next() else { return };
    let (folder, upstream) = (tempfile::tempdir().unwrap(), upstream());
    std::fs::write(folder.path().join("app.py"), ENDLESS).unwrap();
    let (base, python) = (upstream.local_addr(), python.display());
    let shell = format!("BASE=http://{base} exec '{INFLIGHT}' watch --steer=9 -- '{python}' app.py");
    let mut terminal = Terminal::run("sh", &["-c", &shell], folder.path(), &[]);
    terminal.wait_for("STEERING limit 9");
    until(&upstream, |tally| tally.peak == 9 && tally.requests > 100);
    terminal.send_keys("---");
    terminal.wait_for("STEERING limit 6");
    assert_eq!(settled_peak(&upstream), 6);
    terminal.send_keys("}");
    terminal.wait_for("STEERING limit 12");
    assert_eq!(settled_peak(&upstream), 12);
    terminal.send_keys(" ");
    terminal.wait_for("PAUSED");
    until(&upstream, |tally| tally.in_flight == 0);
    // Who was admitted before the pause may still be on its way.
    thread::sleep(Duration::from_millis(100));
    let before = upstream.tally().requests;
    thread::sleep(Duration::from_millis(300));
    assert_eq!(upstream.tally().requests, before, "nothing arrives while it is paused");
    terminal.send_keys(" ");
    until(&upstream, |tally| tally.requests > before + 50);
    std::fs::write(folder.path().join("stop"), "").unwrap();
    terminal.wait_for("FINISHED");
    terminal.send_keys("q");
    assert_eq!(terminal.exit(), 0);
}

/// The most at once, once what was under way before has ended.
fn settled_peak(upstream: &Upstream) -> u64 {
    for _ in 0..2 {
        upstream.reset_tally();
        until(upstream, |tally| tally.requests > 100);
    }
    upstream.tally().peak
}

#[test]
fn a_program_whose_monitor_is_killed_goes_on_without_a_limit() {
    let Some(python) = pythons().into_iter().next() else { return };
    let (folder, upstream) = (Folder::new().with("app.py", ENDLESS), upstream());
    let program = folder.inflight("watch --plain --steer=2 --").arg(&python).arg("app.py");
    let running = program.var("BASE", &format!("http://{}", upstream.local_addr())).start();
    until(&upstream, |tally| tally.requests > 20);
    assert_eq!(upstream.tally().peak, 2);
    running.signal(Signal::KILL);
    until(&upstream, |tally| tally.peak > 25);
    std::fs::write(folder.path("stop"), "").unwrap();
    // Its output goes where that of the monitor went.
    assert_eq!(running.wait().out().trim(), "all at work: True");
}
