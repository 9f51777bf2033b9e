"""A connection pool that is smaller than the crowd: 48 tasks look concurrent, and the pool lets four through.

It needs aiohttp.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/small_pool.py

Found: most requests waited longer for a connection than for the server. Raise the limit of the connector, or gather less.
"""

import asyncio
import os

import aiohttp

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")


async def main():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=4)) as session:

        async def fetch(i):
            async with session.get(f"{BASE}/delay/50ms?id={i}") as answer:
                return answer.status

        print(len(await asyncio.gather(*(fetch(i) for i in range(48)))), "answers")


asyncio.run(main())
