"""The cases: a limiter, the jobs sent to it, what a client that knows the limit would need, and the goal.

Start at `CASES`.
"""

import dataclasses
import functools
import zlib

import models


@dataclasses.dataclass(frozen=True)
class Goal:
    """Every job is done, at most this share of the requests is refused, and the ideal is at least this share of the time."""

    refused: float
    ratio: float


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    server: str
    options: dict
    # What the limiter is, as a model: for the ideal, and for the truth about what can be learned.
    model: dict
    # The goal for each number of jobs. The first is the default; the others run with --long.
    goals: dict
    latency: float = 0.0
    changes: tuple = ()
    # More lines of the plan, where the default cannot know that a status is a refusal.
    plan: str = ""
    # Jobs may fail here if the verdict names the way out: a 403 without any field may be an answer.
    may_explain: bool = False

    @functools.cached_property
    def truths(self):
        """What may be learned: starts per second, or attempts at once. Nothing is known of a limit that changes."""
        model = models.build(self.model)
        if isinstance(model, models.Bucket) and model.delays:
            # As many at once as wait in the queue amount to its rate.
            return [("per_second", model.rate), ("at_once", model.burst), ("at_once", model.burst + 1)]
        if isinstance(model, models.Bucket):
            return [("per_second", model.rate)]
        if isinstance(model, models.Window):
            return [("per_second", model.limit / model.seconds)]
        if isinstance(model, models.AtOnce):
            return [("at_once", model.limit + model.queue)]
        if isinstance(model, models.Connections):
            return [("at_once", model.limit)]
        if isinstance(model, models.Both):
            return [("per_second", min(rule.limit / rule.seconds for rule in model.rules))]
        return []

    def ideal(self, n, start=0.0):
        return models.least_seconds(self.model, n, self.latency, SLOTS, self.changes, start)


SLOTS = 20


def bucket(rate, burst=5, **more):
    return {"kind": "bucket", "rate": rate, "burst": burst, **more}


def window(limit, seconds, how="fixed", **more):
    return {"kind": "window", "limit": limit, "seconds": seconds, "how": how, **more}


def at_once(limit, queue=0):
    return {"kind": "at-once", "limit": limit, "queue": queue}


def nginx(name, path, model, goals, latency=0.0):
    file = "slow.txt" if "conn" in path else "small.txt"
    return Case(f"nginx-{name}", "nginx", {"path": f"/{path}/{file}"}, model, goals, latency)


def node(name, goals, model=None):
    return Case(name, "node", {"limiter": name}, model or window(30, 5), goals)


def own(name, model, goals, latency=0.02, changes=(), plan="", may_explain=False, **settings):
    """A limiter of our own; `settings` are those of `own_server.py`."""
    settings = {"model": model, "latency": latency, "changes": changes, **settings}
    return Case(name, "own", {"settings": settings}, model, goals, latency, changes, plan, may_explain)


NAMED_403 = "[defaults]\nthrottled = [429, 503, 403]\n"
FORBIDDEN = "<html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1></body></html>"
GITHUB = '{"message": "API rate limit exceeded for user ID 1."}'

# The windows of django-ratelimit are aligned to the clock, with an offset that it derives from the key.
DJANGO = window(30, 5, "aligned", offset=zlib.crc32(b"all") % 5)

CASES = [
    # nginx
    nginx("bare", "bare", bucket(20), {200: Goal(0.07, 0.95), 600: Goal(0.03, 0.95), 3000: Goal(0.015, 0.97)}),
    nginx("five", "five", bucket(5), {60: Goal(0.18, 0.93), 200: Goal(0.07, 0.95)}),
    nginx("retry-after", "after", bucket(20), {200: Goal(0.06, 0.6), 600: Goal(0.06, 0.8), 3000: Goal(0.06, 0.9)}),
    nginx("delay", "delay", bucket(20, delays=True), {200: Goal(0.07, 0.95), 600: Goal(0.04, 0.95)}),
    nginx("503", "503", bucket(20), {200: Goal(0.1, 0.9), 600: Goal(0.04, 0.95)}),
    nginx("conn-429", "conn-429", at_once(8), {80: Goal(0.1, 0.85), 200: Goal(0.07, 0.9)}, latency=1.0),
    nginx("conn-503", "conn-503", at_once(8), {80: Goal(0.1, 0.85), 200: Goal(0.07, 0.9)}, latency=1.0),
    # npm
    node("express-none", {120: Goal(0.08, 0.95), 600: Goal(0.03, 0.95)}),
    node("express-legacy", {120: Goal(0.01, 0.85), 600: Goal(0.01, 0.9)}),
    node("express-draft-6", {120: Goal(0.01, 0.95), 600: Goal(0.01, 0.95)}),
    node("express-draft-7", {120: Goal(0.01, 0.95), 600: Goal(0.01, 0.95)}),
    node("express-draft-8", {120: Goal(0.01, 0.95), 600: Goal(0.01, 0.95)}),
    node("express-draft-8-503", {120: Goal(0.01, 0.95), 600: Goal(0.01, 0.95)}),
    node("koa", {120: Goal(0.01, 0.85), 600: Goal(0.01, 0.9)}),
    node("fastify", {120: Goal(0.01, 0.85), 600: Goal(0.01, 0.9)}),
    node("flexible", {120: Goal(0.08, 0.85), 600: Goal(0.03, 0.9)}),
    # PyPI
    Case("flask-second", "gunicorn", {"app": "flask_second"}, window(20, 1), {200: Goal(0.02, 0.7), 600: Goal(0.02, 0.85)}),
    Case("flask-fixed", "gunicorn", {"app": "flask_fixed"}, window(30, 5), {120: Goal(0.02, 0.85), 600: Goal(0.02, 0.9)}),
    Case("flask-moving", "gunicorn", {"app": "flask_moving"}, window(30, 5, "log"), {120: Goal(0.02, 0.85), 600: Goal(0.02, 0.9)}),
    Case("slowapi", "uvicorn", {"app": "slowapi_application"}, window(30, 5), {120: Goal(0.01, 0.85), 600: Goal(0.01, 0.9)}),
    Case("django-403", "gunicorn", {"app": "django_application"}, DJANGO, {120: Goal(0.15, 0.8)}, may_explain=True),
    Case("django-403-named", "gunicorn", {"app": "django_application"}, DJANGO, {120: Goal(0.15, 0.8)}, plan=NAMED_403),
    # haproxy: refused requests count, so a storm never ends.
    Case(
        "haproxy-second",
        "haproxy",
        {"count": 20, "period": "1s"},
        window(20, 1, "sliding"),
        {200: Goal(0.1, 0.75), 600: Goal(0.05, 0.84), 3000: Goal(0.02, 0.91)},
    ),
    Case(
        "haproxy-ten",
        "haproxy",
        {"count": 100, "period": "10s"},
        window(100, 10, "sliding"),
        {200: Goal(0.1, 0.5), 600: Goal(0.06, 0.72), 3000: Goal(0.02, 0.9)},
    ),
    # Our own
    own("semaphore-503", at_once(8), {200: Goal(0.07, 0.9), 600: Goal(0.04, 0.9)}, 0.1, status=503),
    own("queue-503", at_once(5, 10), {200: Goal(0.07, 0.9), 600: Goal(0.04, 0.9)}, 0.1, status=503),
    own("semaphore-429", at_once(8), {200: Goal(0.07, 0.9), 600: Goal(0.04, 0.9)}, 0.1),
    own("connections-429", {"kind": "connections", "limit": 8}, {200: Goal(0.1, 0.85)}, 0.1),
    own("bucket-date", bucket(20, 20), {200: Goal(0.07, 0.85), 600: Goal(0.05, 0.9)}, headers="retry-date"),
    own("bucket-hundred", bucket(100, 20), {200: Goal(0.1, 0.85), 600: Goal(0.05, 0.95), 3000: Goal(0.02, 0.97)}),
    own("moving-bare", window(30, 5, "log"), {120: Goal(0.08, 0.9), 600: Goal(0.03, 0.95)}),
    own("aligned-bare", window(30, 5, "aligned"), {120: Goal(0.09, 0.6), 600: Goal(0.03, 0.9)}),
    own("github-403", window(30, 5), {120: Goal(0.01, 0.85), 600: Goal(0.01, 0.9)}, headers="github", status=403, refusal={"body": GITHUB}),
    own("envoy", window(30, 5, "aligned"), {120: Goal(0.01, 0.85), 600: Goal(0.01, 0.9)}, headers="envoy"),
    own("draft", window(20, 1), {200: Goal(0.01, 0.9), 600: Goal(0.01, 0.9)}, headers="draft"),
    own("retry-after-short", window(30, 5), {120: Goal(0.08, 0.85), 600: Goal(0.04, 0.9)}, refusal={"headers": {"Retry-After": "1"}}),
    own("retry-after-decimal", bucket(20, 40), {200: Goal(0.06, 0.6), 600: Goal(0.06, 0.75)}, refusal={"headers": {"Retry-After": "0.5"}}),
    own("slow-refusal", bucket(20), {200: Goal(0.1, 0.85), 600: Goal(0.05, 0.9)}, refusal={"latency": 0.3}),
    own("closes", bucket(20), {200: Goal(0.07, 0.95), 600: Goal(0.03, 0.95)}, refusal={"closes": True}),
    own("two-rules", {"kind": "both", "first": window(10, 1), "second": window(100, 60)}, {200: Goal(0.14, 0.8), 600: Goal(0.06, 0.9)}),
    own("quota", window(100, 60), {200: Goal(0.09, 0.95), 600: Goal(0.04, 0.95)}),
    own("evasive-403", {"kind": "evasive", "limit": 20, "seconds": 1, "block": 3}, {200: Goal(0.15, 0.3)}, status=403, refusal={"body": FORBIDDEN}, may_explain=True),
    own("bucket-halved", bucket(20), {200: Goal(0.12, 0.75), 600: Goal(0.05, 0.75)}, changes=((3, 0.5), (10, 1))),
    own("window-halved", window(20, 1), {200: Goal(0.08, 0.75), 600: Goal(0.04, 0.8)}, changes=((3, 0.5), (10, 1))),
    own("semaphore-halved", at_once(16), {400: Goal(0.12, 0.6), 1000: Goal(0.06, 0.7)}, 0.1, changes=((1, 0.5), (3, 1)), status=503),
    own("chance-429", {"kind": "chance", "share": 0.01}, {600: Goal(0.03, 0.85)}, 0.05),
    own("chance-503", {"kind": "chance", "share": 0.01}, {600: Goal(0.03, 0.85)}, 0.05, status=503),
    own("healthy", {"kind": "healthy"}, {1000: Goal(0.0, 0.9)}, 0.05),
]

# What a limiter is, for the table of --markdown.
ABOUT = {
    "nginx-bare": "nginx `limit_req`, 20 r/s, burst 5, `429`",
    "nginx-five": "nginx `limit_req`, 5 r/s, burst 5, `429`",
    "nginx-retry-after": "the same at 20 r/s with `Retry-After: 1`",
    "nginx-delay": "nginx `limit_req`, 20 r/s, delays up to 5",
    "nginx-503": "nginx `limit_req`, its default `503`",
    "nginx-conn-429": "nginx `limit_conn` 8, `429`",
    "nginx-conn-503": "nginx `limit_conn` 8, its default `503`",
    "express-none": "express-rate-limit, 30 per 5 s, no fields",
    "express-legacy": "the same with `X-RateLimit` fields",
    "express-draft-6": "the same with draft 6",
    "express-draft-7": "the same with draft 7",
    "express-draft-8": "the same with draft 8",
    "express-draft-8-503": "the same with draft 8, `503`",
    "koa": "koa-ratelimit, 30 per 5 s",
    "fastify": "@fastify/rate-limit, 30 per 5 s",
    "flexible": "rate-limiter-flexible, 30 per 5 s, counts refused ones",
    "flask-second": "flask-limiter, 20 per second, whole seconds",
    "flask-fixed": "flask-limiter, 30 per 5 s",
    "flask-moving": "flask-limiter, 30 per 5 s, moving window",
    "slowapi": "slowapi (FastAPI), 30 per 5 s",
    "django-403": "django-ratelimit, 30 per 5 s, bare `403`",
    "django-403-named": "the same, `403` named in the plan",
    "haproxy-second": "haproxy stick table, 20 per 1 s, counts refused ones",
    "haproxy-ten": "haproxy stick table, 100 per 10 s, counts refused ones",
    "semaphore-503": "at most 8 at once, sheds with `503`",
    "queue-503": "5 workers and a queue of 10, sheds with `503`",
    "semaphore-429": "at most 8 at once, `429`",
    "connections-429": "at most 8 open connections, `429`",
    "bucket-date": "bucket, 20/s, burst 20, `Retry-After` as a date",
    "bucket-hundred": "bucket, 100/s, burst 20, `429`",
    "moving-bare": "moving window, 30 per 5 s, `429`",
    "aligned-bare": "window aligned to the clock, 30 per 5 s, `429`",
    "github-403": "window, 30 per 5 s, `403` with GitHub's fields",
    "envoy": "window, 30 per 5 s, Envoy's fields",
    "draft": "window, 20 per 1 s, `RateLimit` of the latest draft",
    "retry-after-short": "window, 30 per 5 s, always `Retry-After: 1`",
    "retry-after-decimal": "bucket, 20/s, burst 40, always `Retry-After: 0.5`",
    "slow-refusal": "bucket, 20/s, each refusal takes 300 ms",
    "closes": "bucket, 20/s, each refusal closes its connection",
    "two-rules": "10 per 1 s and 100 per 60 s, `429`",
    "quota": "100 per 60 s, `429`",
    "evasive-403": "20 per 1 s, then 3 s of bare `403`, which requests prolong",
    "bucket-halved": "bucket, 20/s, 10/s for 7 s",
    "window-halved": "window, 20 per 1 s, 10 for 7 s",
    "semaphore-halved": "at most 16 at once, 8 for 2 s, `503`",
    "chance-429": "refuses 1 % at random, `429`",
    "chance-503": "refuses 1 % at random, `503`",
    "healthy": "no limit",
}

# A few of every sort that take little time: what .ci/run checks.
SHORT = ["nginx-bare", "nginx-503", "express-draft-7", "flask-second", "haproxy-second", "semaphore-503", "github-403", "healthy"]
