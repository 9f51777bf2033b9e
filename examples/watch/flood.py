"""No limit at all: everything is sent at once, the server refuses most of it, and what is refused is sent again at once.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/flood.py

Found: most answers are 429, first with about 60 in flight; the server takes five at once. Limit what is in flight, and wait
as long as `Retry-After` says. To try a limit without a change: `inflight watch --steer 5 -- python3 examples/watch/flood.py`.
"""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")


def get(i):
    for _ in range(4):
        try:
            with urlopen(f"{BASE}/limit?concurrent=5&delay=100ms&id={i}") as answer:
                return answer.status
        except HTTPError as error:
            # Too early: the server has asked for more.
            time.sleep(0.1)
            status = error.code
    return status


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(60) as pool:
        statuses = await asyncio.gather(*(loop.run_in_executor(pool, get, i) for i in range(60)))
    print(statuses.count(200), "answers,", statuses.count(429), "refused")


asyncio.run(main())
