"""Two requests take far longer than all others, and begin last: the end of the run waits for them alone.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/stragglers.py

Found: the last part of the run was spent on two requests. Start the slow ones first, or give them a shorter time-out.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")
DELAYS = [60 + i % 7 * 5 for i in range(58)] + [1200, 1300]


def get(delay):
    with urlopen(f"{BASE}/delay/{delay}ms") as answer:
        return answer.status


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(10) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, get, delay) for delay in DELAYS))


asyncio.run(main())
