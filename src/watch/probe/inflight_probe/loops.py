"""Event loops: what blocks them, for how long, and at which line.

The length of every slow callback is exact, because `Handle._run` takes it. Lines come from samples that the hidden
thread takes while a callback runs. A loop that is not written in Python, as uvloop, is asked for signs of life instead.
Start at `install` and `LoopRecord.sample`.
"""

import sys
import time
from _collections import deque

from inflight_probe import places, wire
from inflight_probe.exchange import drop_frame, dress

# A callback that takes longer than this is slow.
SLOW = 0.005
# From this length on, a block is reported by itself. Shorter ones are added up.
SINGLE = 0.050
# How often blocks are reported that are short or go on.
EVERY = 0.25
MOST_SLOW = 10_000
# How often it is reported what the loop's thread has computed, and from which share of the time on.
CELL = 0.050
RAN = 0.05
PLACES = 3

# The records of running loops, by thread.
records = {}
_reported = set()


def new_cell(most=MOST_SLOW):
    """The start of a loop's running callback or 0.0, and the slow ones."""
    return [0.0, deque(maxlen=most)]


# The cell of the only loop; None if there are several.
_only_cell = [new_cell()]
_no_cell = new_cell(1)


def install(module):
    """Hooks `asyncio.events`."""
    original_run, original_set = module.Handle._run, module._set_running_loop

    # This is the hottest path of the probe: two readings of the clock, and no call of a function in Python.
    def _run(self, run=original_run, now=time.monotonic, only=_only_cell, get=records.get, thread=wire.thread_id,
             slow=SLOW):
        cell = only[0]
        if cell is None:
            # With several loops, each has a cell of its own.
            record = get(thread())
            cell = _no_cell if record is None else record.cell
        cell[0] = began = now()
        try:
            return run(self)
        except BaseException as error:
            drop_frame(error)
            raise
        finally:
            lasted = now() - began
            if lasted > slow:
                cell[1].append((began, lasted))
            cell[0] = 0.0

    def _set_running_loop(loop):
        follow(loop)
        return original_set(loop)

    @wire.safe
    def follow(loop):
        thread = wire.thread_id()
        record = records.get(thread)
        if record is not None and record.loop is loop:
            # The loop runs inside itself.
            return
        if record is not None:
            del records[thread]
            record.finish()
        if loop is None:
            return
        if not records and _only_cell[0] is None:
            _only_cell[0] = new_cell()
        cell = new_cell() if records else _only_cell[0]
        if records:
            _only_cell[0] = None
        records[thread] = LoopRecord(loop, thread, cell)
        wire.start_thread()
        name = "%s.%s" % (type(loop).__module__, type(loop).__name__)
        if name not in _reported:
            _reported.add(name)
            wire.emit("loop", thread=thread, name=name)

    dress(_run, original_run)
    module.Handle._run = _run
    module._set_running_loop = _set_running_loop
    package = sys.modules.get("asyncio")
    if getattr(package, "_set_running_loop", None) is original_set:
        package._set_running_loop = _set_running_loop
    wire.samplers.append(sample_all)
    wire.finishers.append(finish_all)
    wire.child_hooks.append(forget_all)
    return [] if hasattr(time, "pthread_getcpuclockid") else ["asyncio.events: whether a block waits or computes"]


@wire.safe
def sample_all(at, lasted, step):
    for record in list(records.values()):
        record.sample(at, lasted, step)


def finish_all():
    for record in list(records.values()):
        record.finish()


def forget_all():
    """A forked child runs none of its parent's loops, unless it was forked inside one."""
    records.clear()
    _reported.clear()
    _only_cell[0] = new_cell()


class LoopRecord:
    """What is known about a running loop."""

    def __init__(self, loop, thread, cell):
        self.loop, self.thread, self.cell = loop, thread, cell
        self.is_foreign = not hasattr(type(loop), "_run_once")
        self.ping = None
        # The clock is taken in the thread itself: asking for that of a dead thread crashes.
        get_clock = getattr(time, "pthread_getcpuclockid", None)
        self.clock = get_clock(thread) if get_clock else None
        self.used = self.time_used()
        # The samples of the callbacks that run or have just ended, by their starts.
        self.samples = {}
        # How much of the running callback has been reported.
        self.running, self.reported = 0.0, 0.0
        self.short = ShortBlocks()
        # The time of what was not reported yet, and how much of it was computed.
        self.cell_began, self.ran = wire.now(), 0.0

    def sample(self, at, lasted, step):
        """One tick. Every tick that finds the loop busy counts, with the time since the last one."""
        began = self.ping_since(at) if self.is_foreign else self.cell[0]
        used = self.time_used()
        if began:
            frame = sys._current_frames().get(self.thread)
            # A loop inside a callback may in fact be waiting.
            if frame is not None and not frame.f_code.co_filename.endswith("selectors.py"):
                sample = self.samples.get(began)
                if sample is None:
                    sample = self.samples[began] = Sample()
                seconds = min(lasted, max(step, at - began))
                computed = None if used is None else seconds * min(1.0, (used - self.used) / lasted)
                sample.add(places.any_place(frame), seconds, computed, self.n_ready(at))
        self.ran += lasted * bool(began) if used is None else used - self.used
        self.used = used
        if at - self.cell_began >= CELL:
            if self.ran >= RAN * (at - self.cell_began):
                wire.emit("ran", t=at, lasted=at - self.cell_began, ran=self.ran)
            self.cell_began, self.ran = at, 0.0
        self.report(at, began)

    def time_used(self):
        """The processor time that the loop's thread has used."""
        return time.clock_gettime(self.clock) if self.clock else None

    def n_ready(self, at):
        """How many callbacks could run now."""
        ready = len(getattr(self.loop, "_ready", ()))
        return ready + sum([timer._when <= at for timer in list(getattr(self.loop, "_scheduled", ()))[:100]])

    def ping_since(self, at):
        """Since when a loop that is not written in Python has not answered; 0.0 if it has."""
        if self.ping is not None:
            sent, answer = self.ping
            if not answer:
                return sent if at - sent > SLOW else 0.0
            if answer[0] - sent > SLOW:
                self.cell[1].append((sent, answer[0] - sent))
        answer = []
        self.ping = (at, answer)
        self.loop.call_soon_threadsafe(lambda: answer.append(wire.now()))
        return 0.0

    def report(self, at, began):
        """Reports what has ended, and from time to time what goes on."""
        slow = self.cell[1]
        for _ in range(len(slow)):
            start, lasted = slow.popleft()
            self.end(start, lasted)
        for start in [start for start in self.samples if start != began]:
            del self.samples[start]
        if began and at - began >= EVERY:
            if self.running != began:
                self.running, self.reported = began, 0.0
            if at - began - self.reported >= EVERY:
                self.emit_part(began, at - began, at)
        self.short.report(at)

    def end(self, start, lasted):
        sample = self.samples.pop(start, None)
        if start == self.running:
            self.samples[start] = sample or Sample()
            self.emit_part(start, lasted, start + lasted)
            self.samples.pop(start)
            self.running = 0.0
        elif lasted >= SINGLE:
            emit(start + lasted, lasted, 1, lasted, sample or Sample())
        else:
            self.short.add(lasted, sample)

    def emit_part(self, start, so_far, at):
        """Reports a long block up to now. The first report counts it."""
        sample = self.samples.get(start) or Sample()
        emit(at, so_far - self.reported, 0 if self.reported else 1, so_far, sample)
        self.samples[start] = Sample()
        self.reported = so_far

    def finish(self):
        """Reports the rest."""
        self.report(wire.now(), self.cell[0])
        self.short.report(float("inf"))


class Sample:
    """Where a callback was found at the ticks: for each place the seconds, and how many of them were computing."""

    __slots__ = ("parts", "ready")

    def __init__(self):
        self.parts, self.ready = {}, 0

    def add(self, place, seconds, computed, ready):
        before, computed_before = self.parts.get(place, (0.0, 0.0))
        computed = None if computed is None else computed_before + computed
        self.parts[place] = (before + seconds, computed)
        self.ready = max(self.ready, ready)

    def merge(self, other):
        for place, (seconds, computed) in other.parts.items():
            self.add(place, seconds, computed, other.ready)


class ShortBlocks:
    """Blocks that are too short for a line each."""

    def __init__(self):
        self.since = wire.now()
        self.clear()

    def clear(self):
        self.n, self.lasted, self.longest, self.sample = 0, 0.0, 0.0, Sample()

    def add(self, lasted, sample):
        self.n += 1
        self.lasted += lasted
        self.longest = max(self.longest, lasted)
        if sample is not None:
            self.sample.merge(sample)

    def report(self, at):
        if at - self.since < EVERY:
            return
        if self.n:
            emit(wire.now(), self.lasted, self.n, self.longest, self.sample)
        self.since = wire.now()
        self.clear()


def emit(at, lasted, n, longest, sample):
    """Sends one line about blocks, with the places that were seen most."""
    most = sorted(sample.parts.items(), key=lambda part: -part[1][0])[:PLACES]
    parts = [[place, seconds, computed] for place, (seconds, computed) in most if place is not None]
    wire.emit("stall", t=at, lasted=lasted, n=n, longest=longest, ready=sample.ready, parts=parts)
