#!/usr/bin/env python3
"""An HTTP server with one rate limiter of `models.py`, in one process, with a log of every request.

    own_server.py PORT LOG '{"model": {"kind": "bucket", "rate": 20, "burst": 5}, "status": 429}'

Settings: `model`, `status` of a refusal (429), `headers` (a style of `models.fields`), `latency` in seconds (0.02),
`changes` ([[seconds after the first request, factor], ...]), `refusal` (`body`, `latency`, `headers`, and `closes` the
connection). Standard library only.
"""

import asyncio
import collections
import json
import signal
import sys
import time

import models

REASONS = {200: "OK", 403: "Forbidden", 429: "Too Many Requests", 503: "Service Unavailable"}


class State:
    """What all connections share."""

    def __init__(self, settings, log):
        self.model = models.build(settings["model"])
        self.status = settings.get("status", 429)
        self.style = settings.get("headers", "none")
        self.latency = settings.get("latency", 0.02)
        self.refusal = settings.get("refusal", {})
        self.changes = [tuple(change) for change in settings.get("changes", [])]
        # Requests beyond the workers wait here; without a queue there is a worker for each.
        self.workers = self.model.limit if getattr(self.model, "queue", 0) else None
        self.waiting = collections.deque()
        self.busy, self.connections, self.first = 0, 0, None
        self.log = log

    def now(self):
        """The time for the model; its limits change with it."""
        now = time.time()
        self.first = self.first or now
        while self.changes and now - self.first >= self.changes[0][0]:
            self.model.change(self.changes.pop(0)[1])
        return now

    def start(self, work):
        """Runs `work` now, or when a worker is free."""
        if self.workers == 0:
            self.waiting.append(work)
        else:
            if self.workers is not None:
                self.workers -= 1
            work()

    def end(self):
        """Frees a worker for the next request in the queue."""
        if self.workers is None:
            return
        self.workers += 1
        if self.waiting:
            self.workers -= 1
            self.waiting.popleft()()


class Connection(asyncio.Protocol):
    """One client connection: requests come one after another."""

    def __init__(self, state):
        self.state, self.buffer, self.number = state, b"", 0

    def connection_made(self, transport):
        self.transport = transport
        self.number = self.state.connections
        self.state.connections += 1

    def connection_lost(self, error):
        self.state.connections -= 1

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            self.buffer = self.buffer[end + 4 :]
            self.answer()

    def answer(self):
        state = self.state
        now = state.now()
        # What counts for a limit of connections is how many are open, not when this one was opened.
        accepted = state.model.accepts(now, state.busy, min(self.number, state.connections - 1))
        headers = models.fields(state.style, state.model, not accepted, now)
        if not accepted:
            self.refuse(now, headers)
            return
        state.busy += 1
        delay = state.model.delay() + state.latency
        loop = asyncio.get_running_loop()
        state.start(lambda: loop.call_later(delay, self.finish, now, headers))

    def refuse(self, now, headers):
        """A refusal does no work, but may take its time. A limit of connections closes the one that is too many."""
        refusal = self.state.refusal
        headers.update(refusal.get("headers", {}))
        if refusal.get("closes") or isinstance(self.state.model, models.Connections):
            headers["Connection"] = "close"
        answer = (now, self.state.status, headers, refusal.get("body", ""))
        if latency := refusal.get("latency"):
            asyncio.get_running_loop().call_later(latency, self.send, *answer)
        else:
            self.send(*answer)

    def finish(self, began, headers):
        self.state.busy -= 1
        self.state.end()
        self.send(began, 200, headers, '{"ok": true}')

    def send(self, began, status, headers, body):
        lines = [f"HTTP/1.1 {status} {REASONS[status]}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if not self.transport.is_closing():
            self.transport.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        self.state.log.append({"b": began, "e": time.time(), "s": status, "h": headers})
        if headers.get("Connection") == "close":
            self.transport.close()


async def serve(port, path, settings):
    log = []
    state = State(settings, log)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await loop.create_server(lambda: Connection(state), "127.0.0.1", port, backlog=1024)
    await ended.wait()
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in log)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])))
