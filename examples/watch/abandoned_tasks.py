"""`create_task` and forget: exceptions go nowhere, and unfinished work is cancelled when the program ends.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/abandoned_tasks.py

Found: 3 × HTTPError never retrieved, and 2 × `push` still running at the end.
"""

import asyncio
import os
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")
kept = []


def get(path):
    with urlopen(BASE + path) as answer:
        return answer.status


async def push(i):
    await asyncio.get_running_loop().run_in_executor(None, get, "/status/503" if i % 3 == 0 else "/delay/20ms")
    if i in (4, 5):
        await asyncio.sleep(60)


async def main():
    for i in range(9):
        kept.append(asyncio.create_task(push(i)))
    await asyncio.sleep(0.5)
    print("done")


asyncio.run(main())
