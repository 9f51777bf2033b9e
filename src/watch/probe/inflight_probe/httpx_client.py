"""The hook of httpx: its transports, below redirects and logins."""

import sys

from inflight_probe import gate, places
from inflight_probe.exchange import Exchange, dress, end_after, next_number


def install(module):
    send_async = module.AsyncHTTPTransport.handle_async_request
    send = module.HTTPTransport.handle_request

    async def handle_async_request(self, request):
        waits = gate.gate is not None
        with begin(request, sys._getframe(1), waits=waits) as exchange:
            if waits:
                await gate.pass_async(exchange)
            answer = await send_async(self, request)
            return exchange.answered(answer.status_code, answer, answer.is_closed)

    def handle_request(self, request):
        events = sys.modules.get("asyncio.events")
        in_loop = "httpx" if events is not None and events._get_running_loop() is not None else None
        permit = None if gate.gate is None else gate.pass_here(next_number())
        with begin(request, sys._getframe(1), in_loop, permit) as exchange:
            answer = send(self, request)
            return exchange.answered(answer.status_code, answer, answer.is_closed)

    end_after(module.Response, "aclose")
    end_after(module.Response, "close")
    dress(handle_async_request, send_async)
    dress(handle_request, send)
    module.AsyncHTTPTransport.handle_async_request = handle_async_request
    module.HTTPTransport.handle_request = handle_request


def begin(request, frame, in_loop=None, permit=None, waits=False):
    return Exchange("httpx", request.method, request.url, places.any_place(frame), in_loop, permit, waits)
