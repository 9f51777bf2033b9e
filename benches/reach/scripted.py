"""Small servers on loopback that write exact bytes, and remember what they were sent.

A behaviour is a function of a `Connection`: it reads requests and sends bytes. Start at `Server`.
"""

import contextlib
import dataclasses
import os
import socket
import ssl
import struct
import threading
import time


@dataclasses.dataclass
class Request:
    method: str
    target: str
    # Names as they were written.
    headers: list
    body: bytes
    connection: int
    at: float

    def values(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def value(self, name):
        return next(iter(self.values(name)), None)


class Connection:
    def __init__(self, server, stream, number):
        self.server, self.stream, self.number, self.buffer, self.last = server, stream, number, b"", False

    def read_until(self, end):
        while end not in self.buffer:
            chunk = self.stream.recv(65536)
            if not chunk:
                return None
            self.buffer += chunk
        head, self.buffer = self.buffer.split(end, 1)
        return head

    def read(self, size):
        while len(self.buffer) < size:
            chunk = self.stream.recv(65536)
            if not chunk:
                break
            self.buffer += chunk
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def request(self):
        """The next request in full, or None at the end of the connection."""
        head = None if self.last else self.read_until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        request = Request(method, target, headers, b"", self.number, time.monotonic())
        if (request.value("expect") or "").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in (request.value("transfer-encoding") or "").lower():
            while size := int(self.read_until(b"\r\n"), 16):
                request.body += self.read(size)
                self.read(2)
            self.read_until(b"\r\n")
        else:
            request.body = self.read(int(request.value("content-length") or 0))
        # The client, or a proxy, wants the connection to end with this answer.
        self.last = (request.value("connection") or "").lower() == "close"
        with self.server.lock:
            self.server.requests.append(request)
        return request

    def send(self, data):
        self.stream.sendall(data)

    def half_close(self):
        self.stream.shutdown(socket.SHUT_WR)

    def reset(self):
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Server:
    """One listener with one behaviour; a context manager. `requests` has what came, in order."""

    def __init__(self, behaviour, host="127.0.0.1", tls=None, path=None, port=0):
        self.behaviour, self.tls, self.path = behaviour, tls, path
        self.requests, self.connections, self.lock, self.open = [], 0, threading.Lock(), set()
        if path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
        else:
            self.listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind((host, port))
            self.port = self.listener.getsockname()[1]
            self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
            self.url = f"{'https' if tls else 'http'}://{self.address}"
        self.listener.listen(256)

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # A shutdown wakes the thread that accepts; a close alone does not.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            streams = list(self.open)
        for stream in streams:
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        if self.path:
            os.unlink(self.path)

    def accept(self):
        while True:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                number = self.connections
                self.open.add(stream)
            threading.Thread(target=self.serve, args=(stream, number), daemon=True).start()

    def serve(self, stream, number):
        plain = stream
        try:
            # A client may leave in the middle of anything.
            with contextlib.suppress(OSError, ValueError, TypeError):
                stream.settimeout(30)
                if not self.path:
                    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.tls:
                    stream = self.tls.wrap_socket(stream, server_side=True)
                self.behaviour(Connection(self, stream, number))
        finally:
            with self.lock:
                self.open.discard(plain)
            stream.close()

    def targets(self):
        return [request.target for request in self.requests]


def answer(body=b"ok", status="200 OK", *headers, length=True):
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def always(data=answer()):
    """Answers each request of a connection with the same bytes."""

    def behaviour(connection):
        while connection.request():
            connection.send(data)

    return behaviour


def each(function):
    """Answers each request with what a function of it returns."""

    def behaviour(connection):
        while request := connection.request():
            connection.send(function(request))

    return behaviour


def in_turn(*answers):
    """The first answer to the first request at the server, and so on; then the last one always."""

    def behaviour(connection):
        while connection.request():
            number = len(connection.server.requests)
            connection.send(answers[min(number, len(answers)) - 1])

    return behaviour


def context(certificate, key, protocols=None):
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(certificate, key)
    if protocols:
        settings.set_alpn_protocols(protocols)
    return settings


def relay(one, other):
    """Copies both ways until both are closed."""

    def copy(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=copy, args=(other, one), daemon=True)
    back.start()
    copy(one, other)
    back.join()
    other.close()


def http_proxy(connection):
    """A proxy that forwards whole URLs, one request a connection, and tunnels CONNECT."""
    request = connection.request()
    if request is None:
        return
    if request.method == "CONNECT":
        host, _, port = request.target.rpartition(":")
        onward = socket.create_connection((host.strip("[]"), int(port)))
        connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        relay(connection.stream, onward)
        return
    authority, _, path = request.target.removeprefix("http://").partition("/")
    host, _, port = authority.rpartition(":")
    onward = socket.create_connection((host.strip("[]"), int(port)))
    fields = "".join(f"{name}: {value}\r\n" for name, value in request.headers if name.lower() != "connection")
    onward.sendall(f"{request.method} /{path} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n".encode("latin-1") + request.body)
    # The answer says when it ends, and the connection to the client ends with it.
    with contextlib.suppress(OSError):
        while data := onward.recv(65536):
            connection.send(data)
    onward.close()


def socks5(names, user=None):
    """A SOCKS5 proxy, with a password if asked for. The hosts that it was asked for are added to `names`."""

    def behaviour(connection):
        _, count = connection.read(2)
        offered = connection.read(count)
        method = 2 if user else 0
        if method not in offered:
            connection.send(b"\x05\xff")
            return
        connection.send(bytes([5, method]))
        if user:
            name = connection.read(connection.read(2)[1])
            word = connection.read(connection.read(1)[0])
            good = (name.decode(), word.decode()) == user
            connection.send(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        kind = connection.read(4)[3]
        if kind == 3:
            host = connection.read(connection.read(1)[0]).decode()
        elif kind == 1:
            host = socket.inet_ntop(socket.AF_INET, connection.read(4))
        else:
            host = socket.inet_ntop(socket.AF_INET6, connection.read(16))
        port = int.from_bytes(connection.read(2), "big")
        names.append(host)
        try:
            onward = socket.create_connection((host, port))
        except OSError:
            connection.send(b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")
            return
        connection.send(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        relay(connection.stream, onward)

    return behaviour
