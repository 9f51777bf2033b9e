"""The queue, the hidden thread that empties it, and the socket to the monitor.

The thread starts with the first request or event loop: a thread that starts while CPython initializes can crash it
(gh-111924). It is gone before a fork and before the interpreter ends. Start at `connect`.
"""

import _signal
import _socket
import _thread
import atexit
import os
import sys
import time
from _collections import deque

try:
    from _json import encode_basestring_ascii as quoted
except ImportError:
    from json.encoder import py_encode_basestring_ascii as quoted

# The program may patch these modules later, as gevent does.
now, sleep, thread_id = time.monotonic, time.sleep, _thread.get_ident
_start_thread, _new_lock = _thread.start_new_thread, _thread.allocate_lock

VARIABLE = "INFLIGHT_WATCH_SOCKET"
PATIENCE = 1.0
TICK = 0.020
# The golden ratio spreads the ticks evenly between 10 and 30 ms. An even tick would miss blocks of its own period.
SPREAD = 0.618034
FLUSHED_AT_ONCE = 5_000
MOST_QUEUED = 200_000

OFF, RUNNING, FORKING = "off", "running", "forking"


class State:
    """What belongs to this process; a forked child starts anew."""

    def __init__(self):
        self.socket = None
        self.identity = None
        self.thread = OFF
        self.has_ended = _new_lock()
        self.sending = _new_lock()
        self.queue = deque()
        self.dropped = 0
        self.unready = []
        # What the monitor has said, as far as it is no whole line.
        self.unread = b""
        # The processor time that the hidden thread has used.
        self.used = 0.0


state = State()
# Called with the time at every tick, in the hidden thread: the samplers of event loops.
samplers = []
# Called before the last lines are sent.
finishers = []
# Called instead of sleeping, with the seconds: who listens to the monitor.
listeners = []
# Called when the monitor is gone.
leavers = []


def safe(function):
    """The function, but errors become a line for the monitor."""

    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as error:
            report_problem(function, error)
            return None

    return call


def report_problem(function, error):
    emit("problem", where=function.__name__, error="%s: %s" % (type(error).__name__, str(error)[:200]))


# --- what is sent


def push(item):
    """Queues an object with a method `lines`, or the fields of a line."""
    if state.socket is None:
        return
    if len(state.queue) >= MOST_QUEUED:
        state.dropped += 1
        return
    state.queue.append(item)


def emit(kind, **fields):
    """Queues a rare event."""
    fields["ev"] = kind
    fields.setdefault("t", now())
    push(fields)


def encoded(value):
    """The value as JSON."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return "%.6f" % value
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join([encoded(item) for item in value])
    return text(str(value))


def text(value):
    """A JSON string."""
    if not value.isascii():
        # A lone surrogate, as in a path that is not UTF-8, is no text.
        value = value.encode("utf-8", "replace").decode("utf-8", "replace")
    return quoted(value)


def line(fields):
    return "{%s}\n" % ",".join(['"%s":%s' % (key, encoded(value)) for key, value in fields.items()])


def flush():
    """Sends what is queued."""
    # The thread that sends may be stuck, or be gone with a fork.
    if not state.sending.acquire(True, PATIENCE):
        return leave()
    try:
        lines, unready, waiting = [], [], state.unready
        for _ in range(min(len(state.queue), FLUSHED_AT_ONCE)):
            waiting.append(state.queue.popleft())
        for item in waiting:
            text_of_item = line(item) if type(item) is dict else item.lines()
            if text_of_item is None:
                # It cannot be reported yet.
                unready.append(item)
            else:
                lines.append(text_of_item)
        state.unready = unready
        data = "".join(lines)
        if data:
            send(data)
    finally:
        state.sending.release()


def send(data):
    if state.socket is None or not is_ours():
        return
    try:
        state.socket.sendall(data.encode("ascii"), getattr(_socket, "MSG_NOSIGNAL", 0))
    except OSError:
        # The monitor is gone or does not read: quiet for good.
        leave()


def is_ours():
    """Whether the descriptor still is the socket. A program that closes all descriptors may own that number by now."""
    try:
        found = os.fstat(state.socket.fileno())
    except OSError:
        found = None
    if found is not None and (found.st_dev, found.st_ino) == state.identity:
        return True
    leave()
    return False


def leave(closes=False):
    """Ends the connection for good."""
    drop_socket(closes)
    for leaver in leavers:
        leaver()


def drop_socket(closes):
    """Ends the connection. A descriptor that is no longer ours is not closed."""
    socket, state.socket = state.socket, None
    state.queue.clear()
    state.unready = []
    if socket is not None:
        socket.close() if closes else socket.detach()


# --- the connection


def connect():
    """Connects to the monitor; returns whether it is there."""
    path = os.environ.get(VARIABLE)
    if not path or not hasattr(_socket, "AF_UNIX"):
        return False
    socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    os.set_inheritable(socket.fileno(), False)
    socket.settimeout(PATIENCE)
    if socket.connect_ex(path):
        socket.close()
        return False
    found = os.fstat(socket.fileno())
    state.socket, state.identity = socket, (found.st_dev, found.st_ino)
    return True


def hello():
    """The first line of a process."""
    runtime = "Python %d.%d.%d" % sys.version_info[:3]
    # The workers of the thread pool that `asyncio.to_thread` uses.
    workers = min(32, (os.cpu_count() or 1) + 4)
    emit("hello", v=1, pid=os.getpid(), parent=os.getppid(), runtime=runtime, workers=workers)
    flush()


def add_hook(name, lacks=()):
    """Reports a hook that was installed, and what it lacks."""
    emit("hook", name=name, lacks=list(lacks))


# --- the hidden thread


def start_thread():
    """Starts the hidden thread, unless it runs."""
    if state.thread is not OFF or state.socket is None:
        return
    state.thread = RUNNING
    state.has_ended.acquire(False)
    # A thread inherits the mask: signals stay with the threads of the program.
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
    try:
        _start_thread(run, (state,))
    except RuntimeError:
        state.thread = OFF
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)


def run(mine):
    """The hidden thread."""
    used_before = mine.used
    try:
        last, phase = now(), 0.0
        while mine.thread is RUNNING and mine.socket is not None:
            step = TICK * (0.5 + phase)
            phase = (phase + SPREAD) % 1
            for wait in listeners or (sleep,):
                wait(step)
            at = now()
            for sampler in samplers:
                sampler(at, at - last, step)
            last = at
            flush()
            mine.used = used_before + time.thread_time()
    except BaseException:  # Never a traceback of ours on the program's standard error.
        pass
    finally:
        mine.has_ended.release()
        if mine.thread is RUNNING:
            # It was not asked to end.
            leave()


def stop_thread(next_state):
    """Ends the hidden thread, and waits for it; returns whether it ran."""
    did_run = state.thread is RUNNING
    state.thread = next_state
    if did_run and state.has_ended.acquire(True, 0.5):
        state.has_ended.release()
    return did_run


def at_fork_and_exit():
    os.register_at_fork(before=safe(before_fork), after_in_parent=safe(after_fork), after_in_child=safe(in_child))
    atexit.register(safe(say_bye))
    leave_now, bye = os._exit, safe(say_bye)

    # A worker of multiprocessing leaves this way, without its handlers at exit.
    def _exit(status):
        bye()
        leave_now(status)

    _exit.__doc__, _exit.__module__, _exit.__qualname__ = leave_now.__doc__, leave_now.__module__, "_exit"
    os._exit = _exit


def before_fork():
    """CPython 3.12 warns if there is a second thread at a fork."""
    if state.thread is not RUNNING:
        return
    n = n_threads()
    stop_thread(FORKING)
    for _ in range(50):
        # The lock is free a moment before the thread is gone.
        if n is None or n_threads() < n:
            return
        sleep(0.0002)


def n_threads():
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return None


def after_fork():
    if state.thread is FORKING:
        state.thread = OFF
        start_thread()


def in_child():
    """The child has a connection of its own, and none of its parent's events."""
    global state
    if state.socket is not None and is_ours():
        drop_socket(closes=True)
    state = State()
    for child_hook in child_hooks:
        child_hook()
    if connect():
        hello()


# Called in a forked child.
child_hooks = []


def say_bye():
    """Sends the rest before the interpreter ends."""
    stop_thread(OFF)
    for finisher in finishers:
        finisher()
    emit("bye", dropped=state.dropped, used=state.used)
    while state.socket is not None and state.queue:
        flush()
    if state.socket is not None and is_ours():
        leave(closes=True)
