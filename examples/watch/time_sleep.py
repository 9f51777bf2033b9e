"""`time.sleep` as a polite pause in a coroutine: it stops every other coroutine, too.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/time_sleep.py

Found: the loop stalled for 1.6 s in 8 blocks, at the line with `time.sleep`. Use `await asyncio.sleep`.
"""

import asyncio
import os
import time
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")


def get(i):
    with urlopen(f"{BASE}/delay/50ms?id={i}") as answer:
        return answer.read()


async def fetch(i):
    body = await asyncio.get_running_loop().run_in_executor(None, get, i)
    time.sleep(0.2)
    return len(body)


async def main():
    sizes = await asyncio.gather(*(fetch(i) for i in range(8)))
    print(len(sizes), "answers")


asyncio.run(main())
