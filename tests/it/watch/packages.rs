//! Client libraries that are not in the standard library: requests, aiohttp and httpx.
//!
//! A Python without them is left out, which is reported; where `INFLIGHT_PYTHONS` names the Pythons, they must have
//! them. Start at [`each`].

use serde_json::Value;

use crate::run::program::Folder;
use crate::run::upstream;
use crate::watch::{finding, findings, has_packages, pythons, watch};

/// Watches a script with every Python that has the packages, and hands its summary to the check.
fn each(script: &str, check: impl Fn(&Value)) {
    for python in pythons() {
        if !has_packages(&python, &["aiohttp", "httpx", "requests"]) {
            continue;
        }
        let script = format!("import asyncio, os\nBASE = os.environ['BASE']\n{script}");
        let (folder, upstream) = (Folder::new().with("app.py", &script), upstream());
        let ended = watch(&folder, &upstream, &python, "app.py".as_ref()).start().wait().exits(0);
        let summary = ended.summary();
        assert_eq!(summary["anomalies"], serde_json::json!({"double_starts": 0, "orphan_ends": 0, "strangers": 0}));
        assert_eq!(summary["warnings"]["count"], 0, "{summary:#}");
        assert_eq!(summary["attempts"]["started"], upstream.tally().requests);
        check(&summary);
    }
}

#[test]
fn requests_in_a_coroutine_is_found() {
    let script = "import requests
async def fetch(i):
    return requests.get(f'{BASE}/delay/50ms?id={i}').status_code
async def main():
    await asyncio.gather(*(fetch(i) for i in range(10)))
asyncio.run(main())
";
    each(script, |summary| {
        let found = finding(summary, "sync-client-in-loop");
        assert_eq!(found["number"], "10 synchronous requests in the event loop");
        assert_eq!((&found["code"]["line"], &found["code"]["file"]), (&5.into(), &"app.py".into()));
        assert!(found["remedy"].as_str().unwrap().contains("instead of `requests`"), "{found:#}");
    });
}

/// A program that gathers so many requests of one aiohttp session.
fn gathered(session: &str, delay: &str, n: u32) -> String {
    format!(
        "import aiohttp
async def main():
    async with aiohttp.ClientSession({session}) as session:
        async def fetch(i):
            async with session.get(f'{{BASE}}/delay/{delay}?id={{i}}') as answer:
                return await answer.read()
        await asyncio.gather(*(fetch(i) for i in range({n})))
asyncio.run(main())
"
    )
}

#[test]
fn aiohttp_at_once_has_no_finding_and_the_peak_of_the_server() {
    each(&gathered("", "100ms", 20), |summary| {
        assert_eq!(findings(summary), Vec::<&Value>::new());
        assert_eq!(summary["in_flight"]["peak"], 20);
        assert_eq!(summary["attempts"]["answered_expected"], 20);
        assert_eq!(summary["endpoints"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn the_queue_of_an_aiohttp_pool_is_waiting_and_not_in_flight() {
    each(&gathered("connector=aiohttp.TCPConnector(limit=4)", "50ms", 24), |summary| {
        assert_eq!(summary["in_flight"]["peak"], 4);
        assert!(summary["waits_s"]["slot"].as_f64().unwrap() > 1.0, "{summary:#}");
    });
}

#[test]
fn httpx_tasks_that_fail_unseen_are_found() {
    let script = "import httpx
kept = []
async def push(client, i):
    answer = await client.get(f'{BASE}/status/503' if i % 3 == 0 else f'{BASE}/delay/20ms?id={i}')
    answer.raise_for_status()
async def main():
    async with httpx.AsyncClient() as client:
        for i in range(9):
            kept.append(asyncio.create_task(push(client, i)))
        await asyncio.wait(kept)
asyncio.run(main())
";
    each(script, |summary| {
        let lost = finding(summary, "error-lost");
        assert_eq!(lost["number"], "3 × HTTPStatusError never retrieved");
        assert_eq!(lost["code"]["line"], 7);
        assert_eq!(summary["attempts"]["answered_unexpected"], 3);
    });
}

#[test]
fn a_flood_of_refusals_is_found() {
    let script = "import aiohttp
async def main():
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        async def fetch(i):
            for _ in range(3):
                async with session.get(f'{BASE}/limit?concurrent=8&delay=60ms&id={i}') as answer:
                    if answer.status == 200:
                        return await answer.read()
        await asyncio.gather(*(fetch(i) for i in range(80)))
asyncio.run(main())
";
    each(script, |summary| {
        assert_eq!(summary["verdict"]["kind"], "limited-by-upstream", "{:#}", summary["verdict"]);
        assert!(summary["attempts"]["throttled"].as_u64().unwrap() > 100);
    });
}

#[test]
fn requests_that_fail_or_are_cancelled_end_as_such() {
    let script = "import aiohttp, httpx, requests
async def main():
    async with aiohttp.ClientSession() as session:
        for total in (0.1,):
            try:
                async with session.get(f'{BASE}/hang', timeout=aiohttp.ClientTimeout(total=total)):
                    pass
            except asyncio.TimeoutError:
                pass
        task = asyncio.ensure_future(session.get(f'{BASE}/hang'))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
    async with httpx.AsyncClient(timeout=0.1) as client:
        try:
            await client.get(f'{BASE}/hang')
        except httpx.TimeoutException:
            pass
asyncio.run(main())
try:
    requests.get(f'{BASE}/reset')
except requests.ConnectionError:
    pass
";
    each(script, |summary| {
        let attempts = &summary["attempts"];
        assert_eq!(
            (&attempts["timed_out"], &attempts["broken"], &attempts["cancelled"]),
            (&2.into(), &1.into(), &1.into())
        );
    });
}
