"""The hook of `http.client`, which urllib, urllib3, requests and botocore use."""

import sys

from inflight_probe import places
from inflight_probe.exchange import Exchange, drop_frame, dress, end_after


def install(module):
    connection = module.HTTPConnection
    put, finish, get = connection.putrequest, connection.endheaders, connection.getresponse

    def putrequest(self, method, url, *args, **kwargs):
        begin(self, method, url, sys._getframe(1))
        try:
            return put(self, method, url, *args, **kwargs)
        except BaseException as error:
            fail(self, error)
            raise

    def endheaders(self, *args, **kwargs):
        try:
            return finish(self, *args, **kwargs)
        except BaseException as error:
            fail(self, error)
            raise

    def getresponse(self, *args, **kwargs):
        try:
            answer = get(self, *args, **kwargs)
        except BaseException as error:
            fail(self, error)
            raise
        exchange = self.__dict__.pop("_inflight", None)
        if exchange is not None:
            exchange.answered(answer.status, answer, answer.isclosed())
        return answer

    end_after(module.HTTPResponse, "_close_conn")
    for wrapper, original in ((putrequest, put), (endheaders, finish), (getresponse, get)):
        dress(wrapper, original)
        setattr(connection, wrapper.__name__, wrapper)


def begin(connection, method, url, frame):
    exchange = connection.__dict__.pop("_inflight", None)
    if exchange is not None:
        exchange.end("Abandoned")
    in_loop = None
    events = sys.modules.get("asyncio.events")
    if events is not None and events._get_running_loop() is not None:
        # No timing is needed: this thread runs an event loop, and it waits for the answer.
        in_loop = places.calling_package(frame) or "http.client"
    scheme = "https" if hasattr(connection, "_context") or connection.default_port == 443 else "http"
    address = url if "://" in url else (scheme, connection.host, connection.port, url)
    connection.__dict__["_inflight"] = Exchange("http.client", method, address, places.any_place(frame), in_loop)


def fail(connection, error):
    exchange = connection.__dict__.pop("_inflight", None)
    if exchange is not None:
        exchange.end(type(error).__name__)
    drop_frame(error)
