"""What a server's own log proves: how much it refused, and what began before a moment that it had named.

Start at `early`.
"""

import calendar
import email.utils
import re

# A request that was on its way when the answer was sent did not know of it. A loaded server reads it late.
ON_ITS_WAY = 0.25
# Servers round; a request this close to the moment is on time.
CLOSE = 0.005


def accepted(requests):
    return sum(200 <= request["s"] < 400 for request in requests)


def early(requests):
    """How many requests began before a moment that an answer had named when they began."""
    named = [(request["e"] + ON_ITS_WAY, moment(request)) for request in requests]
    named = sorted((known, until) for known, until in named if until)
    count, latest, i = 0, 0.0, 0
    for request in sorted(requests, key=lambda request: request["b"]):
        while i < len(named) and named[i][0] < request["b"]:
            latest = max(latest, named[i][1])
            i += 1
        count += request["b"] < latest - CLOSE
    return count


def moment(request):
    """Before when the answer forbids another request: a Retry-After, or a reset with nothing remaining."""
    fields = {name.lower(): value for name, value in request["h"].items()}
    end = request["e"]
    # Some servers add Retry-After to every answer; it is a demand only in a refusal.
    if (after := fields.get("retry-after")) and request["s"] >= 400:
        seconds = number(after)
        return since_1970(after) if seconds is None else end + seconds
    remaining, reset = quota(fields)
    if remaining != 0 or reset is None:
        return None
    # A large number is a time since 1970, others are seconds from now.
    return reset if reset > 1e9 else end + reset


def quota(fields):
    """What remains, and the reset, in any of the spellings."""
    combined = fields.get("ratelimit", "")
    if combined:
        remaining = re.search(r"(?:\br|remaining)=(\d+)", combined)
        reset = re.search(r"(?:\bt|reset)=(\d+)", combined)
        return number(remaining and remaining[1]), number(reset and reset[1])
    for prefix in ("ratelimit-", "x-ratelimit-"):
        if prefix + "remaining" in fields:
            return number(fields[prefix + "remaining"]), number(fields.get(prefix + "reset"))
    return None, None


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def since_1970(date):
    parsed = email.utils.parsedate(date)
    return calendar.timegm(parsed) if parsed else None
