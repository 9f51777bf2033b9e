"""The hook of httpx: its transports, below redirects and logins."""

import sys

from inflight_probe import places
from inflight_probe.exchange import Exchange, drop_frame, dress, end_after


def install(module):
    send_async = module.AsyncHTTPTransport.handle_async_request
    send = module.HTTPTransport.handle_request

    async def handle_async_request(self, request):
        exchange = Exchange("httpx", request.method, request.url, places.any_place(sys._getframe(1)))
        try:
            answer = await send_async(self, request)
        except BaseException as error:
            exchange.end(type(error).__name__)
            drop_frame(error)
            raise
        exchange.answered(answer.status_code, answer, answer.is_closed)
        return answer

    def handle_request(self, request):
        frame = sys._getframe(1)
        events = sys.modules.get("asyncio.events")
        in_loop = "httpx" if events is not None and events._get_running_loop() is not None else None
        exchange = Exchange("httpx", request.method, request.url, places.any_place(frame), in_loop)
        try:
            answer = send(self, request)
        except BaseException as error:
            exchange.end(type(error).__name__)
            drop_frame(error)
            raise
        exchange.answered(answer.status_code, answer, answer.is_closed)
        return answer

    end_after(module.Response, "aclose")
    end_after(module.Response, "close")
    dress(handle_async_request, send_async)
    dress(handle_request, send)
    module.AsyncHTTPTransport.handle_async_request = handle_async_request
    module.HTTPTransport.handle_request = handle_request
