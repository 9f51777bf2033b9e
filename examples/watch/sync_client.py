"""A synchronous client in coroutines: `gather` looks concurrent, and nothing overlaps.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/sync_client.py

Found: 12 synchronous requests in the event loop, at the line with `urlopen`. Use an async client, or `asyncio.to_thread`.
"""

import asyncio
import os
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")


async def fetch(i):
    with urlopen(f"{BASE}/delay/100ms?id={i}") as answer:
        return answer.status


async def main():
    statuses = await asyncio.gather(*(fetch(i) for i in range(12)))
    print(len(statuses), "answers")


asyncio.run(main())
