"""Models of rate limiters: what a server answers to a request that arrives now.

A model knows no socket and no clock; the caller passes the time. `own_server.py` serves them, and `least_seconds`
asks them how soon a client that knows the limit could finish.
"""

import collections
import copy
import email.utils
import math
import random


class Healthy:
    """Accepts everything."""

    def accepts(self, now, busy, connection):
        return True

    def delay(self):
        """How much longer the accepted request takes."""
        return 0.0

    def change(self, factor):
        """Multiplies the limit."""

    def quota(self, now):
        """Limit, remaining, seconds to the reset, and the window in seconds; or None."""
        return None

    def spare(self, now):
        """Seconds until a request may be accepted again, as the server states it."""
        return 1.0


class Bucket(Healthy):
    """A leaky bucket: so many a second, and `burst` more at once. With `delays` it queues the burst."""

    def __init__(self, rate, burst, delays=False):
        self.rate = self.first_rate = rate
        self.burst, self.delays = burst, delays
        self.level, self.at, self.waits = 0.0, 0.0, 0.0

    def change(self, factor):
        self.rate = self.first_rate * factor

    def accepts(self, now, busy, connection):
        self.level = max(0.0, self.level - (now - self.at) * self.rate)
        self.at = now
        if self.level > self.burst:
            return False
        self.waits = self.level / self.rate if self.delays else 0.0
        self.level += 1
        return True

    def delay(self):
        return self.waits

    def quota(self, now):
        left = max(0, int(self.burst + 1 - self.level))
        return self.burst + 1, left, max(0.0, self.level - self.burst) / self.rate, 1

    def spare(self, now):
        return max(0.0, self.level - self.burst) / self.rate


class Window(Healthy):
    """So many per window. The window is `fixed` (from the first request), `aligned` to the clock and an offset, a
    `log` of the accepted, or two `sliding` counters."""

    def __init__(self, limit, seconds, how="fixed", offset=0):
        self.limit = self.first_limit = limit
        self.seconds, self.how, self.offset = seconds, how, offset
        self.used, self.before, self.began = 0, 0, None
        self.log = collections.deque()

    def change(self, factor):
        self.limit = max(1, int(self.first_limit * factor))

    def roll(self, now):
        if self.how == "log":
            while self.log and self.log[0] <= now - self.seconds:
                self.log.popleft()
            return
        if self.began is None:
            self.began = now - (now - self.offset) % self.seconds if self.how == "aligned" else now
        periods = int((now - self.began) / self.seconds)
        if periods <= 0:
            return
        self.before = self.used if periods == 1 else 0
        self.used = 0
        # A fixed window begins with the first request after the last one has ended.
        self.began = now if self.how == "fixed" else self.began + periods * self.seconds

    def accepts(self, now, busy, connection):
        self.roll(now)
        if self.how == "log":
            if len(self.log) >= self.limit:
                return False
            self.log.append(now)
            return True
        weight = self.before * (1 - (now - self.began) / self.seconds) if self.how == "sliding" else 0
        if self.used + 1 + weight > self.limit:
            return False
        self.used += 1
        return True

    def quota(self, now):
        used = len(self.log) if self.how == "log" else self.used
        return self.limit, max(0, self.limit - used), self.spare(now), self.seconds

    def spare(self, now):
        start = (self.log[0] if self.log else now) if self.how == "log" else self.began
        return max(0.0, start + self.seconds - now)


class AtOnce(Healthy):
    """So many requests at once, and a queue; more are shed."""

    def __init__(self, limit, queue=0):
        self.limit = self.first_limit = limit
        self.queue = queue

    def change(self, factor):
        self.limit = max(1, int(self.first_limit * factor))

    def accepts(self, now, busy, connection):
        return busy < self.limit + self.queue


class Connections(Healthy):
    """So many open connections, whether used or not."""

    def __init__(self, limit):
        self.limit = limit

    def accepts(self, now, busy, connection):
        return connection < self.limit


class Chance(Healthy):
    """Refuses a share of the requests at random."""

    def __init__(self, share, seed=5):
        self.share, self.random = share, random.Random(seed)

    def accepts(self, now, busy, connection):
        return self.random.random() >= self.share


class Evasive(Window):
    """Blocks for a while after too many in a window; each request during the block prolongs it."""

    def __init__(self, limit, seconds, block):
        super().__init__(limit, seconds)
        self.block, self.until = block, 0.0

    def accepts(self, now, busy, connection):
        if now < self.until or not super().accepts(now, busy, connection):
            self.until = now + self.block
            return False
        return True


class Both(Healthy):
    """Two rules at once."""

    def __init__(self, first, second):
        self.rules = [build(first), build(second)]

    def change(self, factor):
        for rule in self.rules:
            rule.change(factor)

    def accepts(self, now, busy, connection):
        return all(rule.accepts(now, busy, connection) for rule in self.rules)


KINDS = {
    "healthy": Healthy,
    "bucket": Bucket,
    "window": Window,
    "at-once": AtOnce,
    "connections": Connections,
    "chance": Chance,
    "evasive": Evasive,
    "both": Both,
}


def build(description):
    """The model of a description such as {"kind": "bucket", "rate": 20, "burst": 5}."""
    rest = dict(description)
    return KINDS[rest.pop("kind")](**rest)


def fields(style, model, refused, now):
    """The header fields with which a server of this style states its limit."""
    quota = model.quota(now)
    seconds = math.ceil(model.spare(now))
    if style == "retry-after":
        return {"Retry-After": str(max(1, seconds))} if refused else {}
    if style == "retry-date":
        return {"Retry-After": email.utils.formatdate(math.ceil(now + model.spare(now)), usegmt=True)} if refused else {}
    if quota is None or style == "none":
        return {}
    limit, remaining, reset, window = quota
    reset = math.ceil(reset)
    if style == "github":
        epoch = str(math.ceil(now + model.spare(now)))
        prefix = "X-RateLimit-"
        return {f"{prefix}Limit": str(limit), f"{prefix}Remaining": str(remaining), f"{prefix}Reset": epoch}
    if style == "envoy":
        policy = f"{limit}, {limit};w={window}"
        return {"x-ratelimit-limit": policy, "x-ratelimit-remaining": str(remaining), "x-ratelimit-reset": str(reset)}
    if style == "draft":
        return {
            "RateLimit-Policy": f'"default";q={limit};w={window}',
            "RateLimit": f'"default";r={remaining};t={reset}',
        }
    raise ValueError(f"no style is called {style}")


def least_seconds(description, n, latency, slots, changes=(), start=0.0):
    """The time of a client with these slots that knows the limit, and so is never refused.

    It starts at `start`, which matters where windows are aligned to the clock.
    """
    model = build(description)
    by_slots = math.ceil(n / slots) * latency
    if isinstance(model, Chance):
        return by_slots
    if isinstance(model, (AtOnce, Connections)):
        return max(by_slots, by_places(model, n, latency, changes))
    step, now, left, changes = 0.002, 0.0, n, list(changes)
    while left:
        while changes and now >= changes[0][0]:
            model.change(changes.pop(0)[1])
        # A copy is asked first, so that a refused question leaves no trace.
        while left and copy.deepcopy(model).accepts(start + now, 0, 0):
            model.accepts(start + now, 0, 0)
            left -= 1
        now += step
    return max(by_slots, now - step + latency)


def by_places(model, n, latency, changes):
    """The time of `n` requests in as many places as the limit has."""
    now, left = 0.0, n * latency
    for until, factor in changes:
        done = model.limit * (until - now)
        if done >= left:
            break
        left, now = left - done, until
        model.change(factor)
    return now + left / model.limit
