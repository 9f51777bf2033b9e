"""One HTTP exchange: a record with three times, which becomes one line or two.

Start at `Exchange`.
"""

import itertools

from inflight_probe import wire
from inflight_probe.wire import now, text

_numbers = itertools.count(1)

# How much of an exchange was sent.
STARTED, ANSWERED, ENDED = 1, 2, 3


class Exchange:
    """An exchange that the program began."""

    __slots__ = ("number", "began", "client", "method", "url", "place", "in_loop", "thread", "head", "status", "over",
                 "error", "queued", "is_queued", "is_sent", "__weakref__")

    def __init__(self, client, method, url, place, in_loop=None):
        self.number, self.client, self.method, self.url, self.place = next(_numbers), client, method, url, place
        # The package that was called, if this blocks the event loop of its thread.
        self.in_loop, self.thread = in_loop, wire.thread_id()
        self.head = self.status = self.over = self.error = None
        self.queued, self.is_queued, self.is_sent = 0.0, False, 0
        self.began = now()
        if wire.state.thread is wire.OFF:
            wire.start_thread()
        wire.push(self)

    def answered(self, status, holder, is_over):
        """The head of the answer has arrived. The holder lives until the end of the body."""
        # The time comes last: what has one has a status.
        self.status, self.head = status, now()
        # A websocket has no end of its body.
        if is_over or status == 101:
            self.end()
        else:
            holder.__dict__["_inflight"] = self
            if self.is_sent:
                wire.push(self)

    def end(self, error=None):
        if self.over is None:
            self.error, self.over = error, now()
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


def drop_frame(error):
    """Removes the wrapper's own frame from the traceback, before the error is raised again."""
    if error.__traceback__ is not None:
        error.__traceback__ = error.__traceback__.tb_next


def end_after(owner, name):
    """After this method of an answer, its body is over."""
    original = getattr(owner, name)

    def over(answer):
        exchange = answer.__dict__.pop("_inflight", None)
        if exchange is not None:
            exchange.end()

    if original.__code__.co_flags & 0x80:

        async def wrapper(self, *args, **kwargs):
            try:
                return await original(self, *args, **kwargs)
            except BaseException as error:
                drop_frame(error)
                raise
            finally:
                over(self)

    else:

        def wrapper(self, *args, **kwargs):
            try:
                return original(self, *args, **kwargs)
            except BaseException as error:
                drop_frame(error)
                raise
            finally:
                over(self)

    dress(wrapper, original)
    setattr(owner, name, wrapper)
