#!/usr/bin/env python3
"""An upstream that can be killed at any moment, and whose log survives it.

    upstream.py LOG LATENCY HOST:PORT [HOST:PORT ...]

It answers `/job/ID` on every address after LATENCY seconds. Each request is one line when it was read (`b ID`) and one
when it was answered (`e ID`), written at once, with the time. An address `resets=HOST:PORT` closes every connection
with a reset, `hangs=HOST:PORT` accepts and never answers. Standard library only.
"""

import asyncio
import os
import signal
import socket
import struct
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
RESET = struct.pack("ii", 1, 0)


class Connection(asyncio.Protocol):
    """One client connection: requests come one after another."""

    def __init__(self, log, latency, how):
        self.log, self.latency, self.how, self.buffer = log, latency, how, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            length = 0
            if (at := head.find(b"content-length:")) >= 0:
                length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self.buffer) < end + 4 + length:
                return
            identity = self.buffer.split(b" ", 2)[1].rsplit(b"/", 1)[1].decode()
            self.buffer = self.buffer[end + 4 + length :]
            self.receive(identity)

    def receive(self, identity):
        write(self.log, "b", identity)
        if self.how == "resets":
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()
        elif self.how != "hangs":
            asyncio.get_running_loop().call_later(self.latency, self.answer, identity)

    def answer(self, identity):
        if not self.transport.is_closing():
            write(self.log, "e", identity)
            self.transport.write(ANSWER)


def write(log, what, identity):
    os.write(log, f"{what} {identity} {time.time():.4f}\n".encode())


async def serve(path, latency, addresses):
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    for address in addresses:
        how, _, place = address.rpartition("=")
        host, port = place.rsplit(":", 1)
        make = lambda how=how: Connection(log, latency, how)
        await loop.create_server(make, host, int(port), backlog=2048, reuse_address=True)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2]), sys.argv[3:]))
