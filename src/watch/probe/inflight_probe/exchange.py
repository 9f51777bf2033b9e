"""One HTTP exchange: a record with three times, which becomes one line or two.

Start at `Exchange`.
"""

import itertools

from inflight_probe import wire
from inflight_probe.wire import now, text

_numbers = itertools.count(1)


def next_number():
    return next(_numbers)


# How much of an exchange was sent.
STARTED, ANSWERED, ENDED = 1, 2, 3


def drop_frame(error):
    """Removes the wrapper's own frame from the traceback, before the error is raised again."""
    if error.__traceback__ is not None:
        error.__traceback__ = error.__traceback__.tb_next


class Block:
    """A `with` block in a wrapper: an error leaves it without the wrapper's own frame."""

    __slots__ = ()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None:
            drop_frame(error)
        self.leave(kind)

    def leave(self, kind):
        """The block was left, with an error of this type or with None."""


class Exchange(Block):
    """An exchange that the program began. As a block it ends with the error that leaves it."""

    __slots__ = ("number", "began", "client", "method", "url", "place", "in_loop", "thread", "head", "status", "over",
                 "error", "queued", "is_queued", "is_sent", "permit", "__weakref__")

    def __init__(self, client, method, url, place, in_loop=None, permit=None, waits=False):
        self.number = next(_numbers) if permit is None else permit.number
        self.client, self.method, self.url, self.place, self.permit = client, method, url, place, permit
        # The package that was called, if this blocks the event loop of its thread.
        self.in_loop, self.thread = in_loop, wire.thread_id()
        self.head = self.status = self.over = self.error = None
        self.queued, self.is_queued, self.is_sent = 0.0, waits, 0
        self.began = now()
        if permit is not None and permit.waited:
            # It has waited for its permit before.
            self.queued, self.began = self.began - permit.began, permit.began
        if wire.state.thread is wire.OFF:
            wire.start_thread()
        wire.push(self)

    def leave(self, kind):
        if kind is not None:
            self.end(kind.__name__)

    def answered(self, status, holder, is_over):
        """The head of the answer has arrived. The holder lives until the end of the body. Returns the holder."""
        # The time comes last: what has one has a status.
        self.status, self.head = status, now()
        # A websocket has no end of its body.
        if is_over or status == 101:
            self.end()
        else:
            holder.__dict__["_inflight"] = self
            if self.is_sent:
                wire.push(self)
        return holder

    def end(self, error=None):
        if self.over is None:
            self.error, self.over = error, now()
            if self.permit is not None:
                self.permit.free()
            if self.is_sent:
                wire.push(self)

    def __del__(self):
        # An answer that was dropped before its body was read. This may run at any moment, even when modules are gone.
        if self.over is None:
            try:
                wire.emit("end", id=self.number, status=self.status, head=self.head, over=now())
            except Exception:
                pass

    def lines(self):
        """Its line, whole or in part; None if its start is not known yet."""
        if self.is_queued and self.over is None:
            return None
        had, self.is_sent = self.is_sent, self.is_sent or STARTED
        # The end is read after the mark is set: an end that comes meanwhile queues itself again.
        over, head = self.over, self.head
        if had == ENDED or had and over is None and (had == ANSWERED or head is None):
            return ""
        if had:
            parts = ['{"ev":"%s","id":%d' % ("head" if over is None else "end", self.number)]
        else:
            url = self.url if type(self.url) is not tuple else "%s://%s:%s%s" % self.url
            parts = ['{"ev":"request","id":%d,"t":%.6f,"thread":%d,"client":"%s","method":%s,"url":%s' % (
                self.number, self.began + self.queued, self.thread, self.client, text(str(self.method)),
                text(str(url)))]
            if self.place is not None:
                parts.append(',"place":' + wire.encoded(self.place))
            if self.in_loop:
                parts.append(',"in_loop":' + text(self.in_loop))
            if self.queued:
                parts.append(',"queued":%.6f' % self.queued)
        if head is not None:
            self.is_sent = ANSWERED
            parts.append(',"head":%.6f,"status":%d' % (head, self.status))
        if over is not None:
            self.is_sent = ENDED
            parts.append(',"over":%.6f' % over)
            if self.error:
                parts.append(',"error":' + text(self.error))
        parts.append("}\n")
        return "".join(parts)


def dress(wrapper, original):
    """Gives a wrapper the names of the original."""
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(wrapper, name, getattr(original, name, None))
    wrapper.__wrapped__ = original


class InQueue(Block):
    """While an exchange waits before it is sent. What came before the queue counts as waiting, too."""

    __slots__ = ("exchange",)

    def __init__(self, exchange):
        self.exchange = exchange
        exchange.is_queued = True

    def leave(self, kind):
        # It is sent from now on.
        self.exchange.queued = now() - self.exchange.began
        self.exchange.is_queued = False


class EndOfBody(Block):
    """Around a method of an answer after which its body is over."""

    __slots__ = ("answer",)

    def __init__(self, answer):
        self.answer = answer

    def leave(self, kind):
        exchange = self.answer.__dict__.pop("_inflight", None)
        if exchange is not None:
            exchange.end()


def end_after(owner, name):
    """After this method of an answer, its body is over."""
    original = getattr(owner, name)
    if original.__code__.co_flags & 0x80:

        async def wrapper(self, *args, **kwargs):
            with EndOfBody(self):
                return await original(self, *args, **kwargs)

    else:

        def wrapper(self, *args, **kwargs):
            with EndOfBody(self):
                return original(self, *args, **kwargs)

    dress(wrapper, original)
    setattr(owner, name, wrapper)
