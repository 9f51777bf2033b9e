"""The hook of `http.client`, which urllib, urllib3, requests and botocore use."""

import sys

from inflight_probe import gate, places
from inflight_probe.exchange import Block, Exchange, dress, end_after, next_number


def install(module):
    connection = module.HTTPConnection
    put, finish, get = connection.putrequest, connection.endheaders, connection.getresponse

    def putrequest(self, method, url, *args, **kwargs):
        begin(self, method, url, sys._getframe(1))
        with Sending(self):
            return put(self, method, url, *args, **kwargs)

    def endheaders(self, *args, **kwargs):
        with Sending(self):
            return finish(self, *args, **kwargs)

    def getresponse(self, *args, **kwargs):
        with Sending(self):
            answer = get(self, *args, **kwargs)
        exchange = self.__dict__.pop("_inflight", None)
        return answer if exchange is None else exchange.answered(answer.status, answer, answer.isclosed())

    end_after(module.HTTPResponse, "_close_conn")
    for wrapper, original in ((putrequest, put), (endheaders, finish), (getresponse, get)):
        dress(wrapper, original)
        setattr(connection, wrapper.__name__, wrapper)


def begin(connection, method, url, frame):
    permit = None
    if gate.gate is not None:
        # The pool of urllib3 has waited before it took the connection.
        permit = connection.__dict__.pop("_inflight_permit", None) or gate.pass_here(next_number())
        if permit.waited and connection.sock is not None and gate.is_readable(connection.sock):
            # The server has closed it meanwhile: the client connects again.
            connection.close()
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
    connection.__dict__["_inflight"] = Exchange("http.client", method, address, places.any_place(frame), in_loop,
                                               permit)


class Sending(Block):
    """Around a step of a connection: if it fails, so does the exchange."""

    __slots__ = ("connection",)

    def __init__(self, connection):
        self.connection = connection

    def leave(self, kind):
        exchange = self.connection.__dict__.pop("_inflight", None) if kind is not None else None
        if exchange is not None:
            exchange.end(kind.__name__)
