"""A coroutine that is called and not awaited: it simply does not run.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/forgotten_await.py

Found: `save` created 5 times and never awaited, at the line that calls it.
"""

import asyncio
import os
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")
saved = []


def get(i):
    with urlopen(f"{BASE}/delay/20ms?id={i}") as answer:
        return answer.read()


async def save(body):
    saved.append(body)


async def main():
    loop = asyncio.get_running_loop()
    for i in range(5):
        body = await loop.run_in_executor(None, get, i)
        save(body)
    print(len(saved), "saved")


asyncio.run(main())
