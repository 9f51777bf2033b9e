"""Nothing is wrong here: 40 requests, at most 8 at once, every failure handled.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/bounded.py

Found: nothing.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")


def get(i):
    with urlopen(f"{BASE}/delay/50ms?id={i}") as answer:
        return answer.status


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(8) as pool:
        jobs = (loop.run_in_executor(pool, get, i) for i in range(40))
        results = await asyncio.gather(*jobs, return_exceptions=True)
    print(sum(result == 200 for result in results), "answers")


asyncio.run(main())
