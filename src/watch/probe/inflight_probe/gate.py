"""The gate of `inflight watch --steer`: at most so many requests of this process at once.

The monitor gives each process a share of the limit, so that a request needs no word from it. Without `--steer` there is
no gate at all. If the monitor is gone or silent, the gate opens for good: it never holds a program for ever.
Start at `start` and `Gate.admit`.
"""

import os
import sys
from _collections import deque

from inflight_probe import wire
from inflight_probe.exchange import Block, InQueue

VARIABLE = "INFLIGHT_WATCH_STEER"
# Ticks without a word from the monitor after which the gate opens: about five seconds. A process that is stopped has none.
SILENT_TICKS = 250
READ_ONLY = 1


class Gate:
    """The requests that are under way, and those that wait."""

    def __init__(self):
        self.lock = wire._new_lock()
        self.live, self.waiting = set(), deque()
        # What this process may have under way; None: as much as it wants. It begins with nothing.
        self.share, self.number = 0, 0
        self.is_open = False
        # Requests that were dropped unread. A finalizer may run inside the lock, so that it only leaves a note.
        self.dropped = deque()
        # Synchronous requests inside an event loop, which cannot wait without blocking it.
        self.passed = 0
        self.quiet = 0
        self.reported = None

    def admit(self, number, wake):
        """Whether a request may be sent at once. Otherwise `wake` is called when it may."""
        with self.lock:
            if self.share is None or len(self.live) < self.share and not self.waiting:
                self.live.add(number)
                return True
            self.waiting.append((number, wake))
        wire.start_thread()
        return False

    def let_pass(self, number):
        """Counts a request that cannot wait."""
        self.passed += 1
        self.live.add(number)

    def free(self, number):
        """A request is over, or has stopped waiting."""
        self.live.discard(number)
        if self.waiting:
            self.pump()

    def quit(self, number):
        """A request was cancelled while it waited, or just when it was admitted."""
        with self.lock:
            for entry in list(self.waiting):
                if entry[0] == number:
                    self.waiting.remove(entry)
        self.free(number)

    def pump(self):
        """Admits as many as there is room for."""
        admitted = []
        with self.lock:
            while self.dropped:
                self.live.discard(self.dropped.popleft())
            while self.waiting and (self.share is None or len(self.live) < self.share):
                entry = self.waiting.popleft()
                self.live.add(entry[0])
                admitted.append(entry)
        for number, wake in admitted:
            try:
                wake()
            except Exception:
                # Its event loop is closed.
                self.free(number)

    def set_share(self, share, number):
        if self.is_open:
            return
        with self.lock:
            self.share, self.number = share, number
        self.pump()

    def open(self):
        """Opens for good."""
        if not self.is_open:
            self.is_open, self.share = True, None
            self.pump()

    def report(self):
        """Tells the monitor what is under way, if that has changed."""
        with self.lock:
            now = (self.number, len(self.live), len(self.waiting), self.passed)
        if now != self.reported:
            self.reported = now
            wire.emit("gate", number=now[0], held=now[1], waiting=now[2], passed=now[3])

    def listen(self, seconds):
        """Reads what the monitor says, for so long; the hidden thread does this instead of sleeping."""
        until = wire.now() + seconds
        is_silent = True
        while wire.state.socket is not None:
            left = until - wire.now()
            if left <= 0:
                break
            try:
                if not is_readable(wire.state.socket, left):
                    break
                is_silent = False
                is_there = self.read()
            except (OSError, ValueError, AttributeError):
                is_there = False
            if not is_there:
                wire.leave()
        self.quiet = self.quiet + 1 if is_silent else 0
        if self.quiet > SILENT_TICKS and not self.is_open:
            self.open()
            wire.emit("gate_opened")
        if self.dropped:
            self.pump()
        if not self.is_open:
            self.report()

    def read(self):
        """Takes the lines that have arrived; returns whether the monitor is still there."""
        data = wire.state.socket.recv(65536)
        lines = (wire.state.unread + data).split(b"\n")
        wire.state.unread = lines.pop()
        for line in lines:
            words = line.split()
            if words[:1] == [b"open"]:
                self.open()
            elif words[:1] == [b"share"]:
                self.set_share(None if words[1] == b"any" else int(words[1]), int(words[2]))
        return bool(data)


# The gate of this process, if it is steered.
gate = _poll = None


def start():
    """Sets the gate up, if the user asked for it."""
    global gate, _poll
    if not os.environ.get(VARIABLE):
        return False
    import select

    # The program may patch it later, as gevent does.
    _poll = getattr(select, "poll", None)
    if _poll is None:
        return False
    gate = Gate()
    wire.listeners.append(listen)
    wire.leavers.append(lambda: gate.open())
    wire.child_hooks.append(start_again)
    return True


def listen(seconds):
    gate.listen(seconds)


def start_again():
    """A forked child has a share of its own."""
    global gate
    gate = Gate()


class Permit:
    """The right to send a request, until it is over. It belongs to an exchange, or to a connection that was taken for one."""

    __slots__ = ("number", "gate", "began", "waited", "__weakref__")

    def __init__(self, number):
        self.number, self.gate, self.began, self.waited = number, gate, wire.now(), False

    def free(self):
        mine, self.gate = self.gate, None
        if mine is not None:
            mine.free(self.number)

    def __del__(self):
        if self.gate is not None:
            self.gate.dropped.append(self.number)


class Wait(Block):
    """A wait at the gate: with an error, the place in the queue is given back."""

    __slots__ = ("permit",)

    def __init__(self, permit):
        self.permit = permit

    def leave(self, kind):
        self.permit.waited = True
        if kind is not None:
            mine, self.permit.gate = self.permit.gate, None
            mine.quit(self.permit.number)


async def pass_async(exchange):
    """Waits in a coroutine until the exchange may be sent."""
    permit = exchange.permit = Permit(exchange.number)
    if gate.share is None:
        gate.live.add(permit.number)
    else:
        wake, wait = waiter()
        if wake is None:
            gate.let_pass(permit.number)
        elif not gate.admit(permit.number, wake):
            with InQueue(exchange), Wait(permit):
                await wait()
    exchange.is_queued = False


def waiter():
    """How a coroutine of this event loop is woken from any thread, and what it waits for."""
    loop = running_loop()
    if loop is not None:
        future, thread = loop.create_future(), wire.thread_id()

        def done():
            if not future.done():
                future.set_result(None)

        def wake():
            if wire.thread_id() == thread:
                done()
            else:
                loop.call_soon_threadsafe(done)

        return wake, lambda: future
    trio = sys.modules.get("trio")
    try:
        token, event = trio.lowlevel.current_trio_token(), trio.Event()
    except Exception:
        return None, None
    return lambda: token.run_sync_soon(event.set), event.wait


def pass_here(number):
    """Waits in this thread until a request may be sent; returns its permit."""
    permit = Permit(number)
    if gate.share is None:
        gate.live.add(number)
    elif running_loop() is not None or has_hub():
        # Waiting here would block the loop, perhaps the one that frees permits.
        gate.let_pass(number)
    else:
        lock = wire._new_lock()
        lock.acquire()
        if not gate.admit(number, lock.release):
            with Wait(permit):
                # A signal interrupts it, as it interrupts the program's own waits.
                while not lock.acquire(True, 1):
                    if wire.state.thread is wire.OFF:
                        # Nothing would ever wake it.
                        gate.open()
    return permit


def running_loop():
    events = sys.modules.get("asyncio.events")
    return events._get_running_loop() if events is not None else None


def has_hub():
    """Whether gevent runs in this thread."""
    hubs = sys.modules.get("gevent._hub_local")
    try:
        return hubs is not None and hubs.get_hub_if_exists() is not None
    except Exception:
        return False


def is_readable(socket, seconds=0.0):
    """Whether something arrives within this time. On an idle connection that means mostly that the server has closed it."""
    poll = _poll()
    poll.register(socket.fileno(), READ_ONLY)
    return bool(poll.poll(seconds * 1e3))
