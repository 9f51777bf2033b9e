"""Prints the processor time of each operation in this process, in microseconds, as JSON. Packages that are not there are left out.

It is run with and without the probe; `run` compares.
"""

import asyncio
import importlib.util
import json
import os
import sys
import time
import urllib.request

BASE = os.environ["BASE"] + "/status/200"
TIMES = int(os.environ.get("TIMES", "1"))
used = {}


def measured(name, n, began):
    used[name] = (time.process_time() - began) / n * 1e6


async def callbacks():
    n, loop = 200_000 * TIMES, asyncio.get_running_loop()
    done = loop.create_future()

    def step(left):
        if left:
            loop.call_soon(step, left - 1)
        else:
            done.set_result(None)

    began = time.process_time()
    loop.call_soon(step, n)
    await done
    measured("loop callback", n, began)


async def with_aiohttp():
    import aiohttp

    n, window = 1_500 * TIMES, asyncio.Semaphore(20)
    async with aiohttp.ClientSession() as session:

        async def one():
            async with window, session.get(BASE) as answer:
                await answer.read()

        await one()
        began = time.process_time()
        await asyncio.gather(*(one() for _ in range(n)))
        measured("aiohttp request", n, began)


async def with_httpx():
    import httpx

    n = 300 * TIMES
    async with httpx.AsyncClient() as client:
        await client.get(BASE)
        began = time.process_time()
        for _ in range(n):
            await client.get(BASE)
        measured("httpx request", n, began)


def with_requests():
    import requests

    n = 400 * TIMES
    with requests.Session() as session:
        session.get(BASE)
        began = time.process_time()
        for _ in range(n):
            session.get(BASE)
        measured("requests request", n, began)


def with_urllib():
    n = 400 * TIMES
    urllib.request.urlopen(BASE).read()
    began = time.process_time()
    for _ in range(n):
        urllib.request.urlopen(BASE).read()
    measured("urllib request", n, began)


asyncio.run(callbacks())
with_urllib()
for package, work in [("requests", with_requests), ("aiohttp", with_aiohttp), ("httpx", with_httpx)]:
    if importlib.util.find_spec(package):
        result = work()
        if result is not None:
            asyncio.run(result)
json.dump(used, sys.stdout)
