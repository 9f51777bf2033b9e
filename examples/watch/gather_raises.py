"""`gather` without `return_exceptions`: one failure throws every other result away.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/gather_raises.py

Found: a gather of 8 raised HTTPError; the finished results are dropped, and the rest runs on unobserved.
"""

import asyncio
import os
from urllib.error import HTTPError
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")


def get(i):
    path = "/status/500" if i == 3 else f"/delay/{(i + 1) * 100}ms"
    with urlopen(BASE + path) as answer:
        return answer.status


async def fetch(i):
    if i == 3:
        await asyncio.sleep(0.25)
    return await asyncio.get_running_loop().run_in_executor(None, get, i)


async def main():
    try:
        rows = await asyncio.gather(*(fetch(i) for i in range(8)))
    except HTTPError as error:
        print("batch failed:", error.code)
        rows = []
    print(len(rows), "rows")


asyncio.run(main())
