"""The hook of aiohttp's client.

It wraps `ClientSession._request` instead of adding a trace, which would cost eight awaited signals for each request.
"""

import sys

from inflight_probe import gate, places
from inflight_probe.exchange import Block, Exchange, InQueue, dress, end_after


def install(module):
    original = module.ClientSession._request

    def _request(self, method, str_or_url, **kwargs):
        return exchange_over(self, method, str_or_url, kwargs, places.any_place(sys._getframe(1)))

    async def exchange_over(self, method, url, kwargs, place):
        base = getattr(self, "_base_url", None)
        waits, address = gate.gate is not None, url if base is None else "%s%s" % (base, url)
        with Exchange("aiohttp", method, address, place, waits=waits) as exchange:
            # Before aiohttp starts the program's own time-out.
            if waits:
                await gate.pass_async(exchange)
            answer = await original(self, method, url, **kwargs)
            return exchange.answered(answer.status, answer, answer.closed)

    for name in ("_response_eof", "close", "release"):
        end_after(module.ClientResponse, name)
    dress(_request, original)
    exchange_over.__name__, exchange_over.__qualname__ = original.__name__, original.__qualname__
    module.ClientSession._request = _request
    return watch_pool(module.BaseConnector, exchange_over.__code__)


def watch_pool(connector, code):
    """Takes the time in the queue of a full connection pool. Only then the wrapped method is called."""
    original = getattr(connector, "_wait_for_available_connection", None)
    if original is None:
        return ["aiohttp: the queue of the connection pool"]

    async def _wait_for_available_connection(self, *args, **kwargs):
        frame = sys._getframe()
        while frame is not None and frame.f_code is not code:
            frame = frame.f_back
        exchange = frame and frame.f_locals.get("exchange")
        with InQueue(exchange) if exchange else Block():
            return await original(self, *args, **kwargs)

    dress(_wait_for_available_connection, original)
    connector._wait_for_available_connection = _wait_for_available_connection
    return []
