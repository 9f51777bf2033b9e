"""`gather` in batches: each batch waits for its slowest request, and meanwhile nothing new starts.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/waves.py

Found: waves of 8, and how long a sliding window of 8 would take. Use a semaphore, or workers that take from a queue: with
`--repaired` after the name of the script, it does.
"""

import asyncio
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")
# Most requests are quick, and each batch has a slow one.
DELAYS = [400 if i % 8 == 3 else 50 + i % 5 * 10 for i in range(64)]


def get(i):
    with urlopen(f"{BASE}/delay/{DELAYS[i]}ms?id={i}") as answer:
        return answer.status


async def in_waves(send):
    for first in range(0, len(DELAYS), 8):
        await asyncio.gather(*(send(i) for i in range(first, first + 8)))


async def in_a_window(send):
    window = asyncio.Semaphore(8)

    async def one(i):
        async with window:
            return await send(i)

    await asyncio.gather(*(one(i) for i in range(len(DELAYS))))


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(8) as pool:
        send_all = in_a_window if "--repaired" in sys.argv else in_waves
        began = time.monotonic()
        await send_all(lambda i: loop.run_in_executor(pool, get, i))
        print(f"{len(DELAYS)} answers in {time.monotonic() - began:.2f} s")


asyncio.run(main())
