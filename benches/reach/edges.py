"""Odd but true answers, redirects and lists that no row of the list of faults has: W1 to W6."""

import gzip
import os
import time

from rig import case, variants
from scripted import Server, always, answer, each

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

# What a server writes for each request, and how many connections three requests take.
ANSWERS = {
    "103 Early Hints first": (b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + answer(), 1),
    "100, 102 and an unknown 1xx first": (b"".join(b"HTTP/1.1 %d Soon\r\n\r\n" % status for status in (100, 102, 199)) + answer(), 1),
    "Connection: close, and the server keeps it open": (answer(b"ok", "200 OK", "Connection: close"), 3),
    "HTTP/1.0 with keep-alive": (answer(b"ok", "200 OK", "Connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"), 1),
    "trailers": (CHUNKED + b"2\r\nok\r\n0\r\nX-Sum: 1\r\nX-Time: 2\r\n\r\n", 1),
    "chunk extensions": (CHUNKED + b'2;a=b;c="d"\r\nok\r\n0;last\r\n\r\n', 1),
    "a chunk size with zeros and a blank": (CHUNKED + b"0000002 \r\nok\r\n000\r\n\r\n", 1),
    "a length and chunks": (CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n") + b"2\r\nok\r\n0\r\n\r\n", 1),
    "a length twice": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", 1),
    "line feeds only": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 1),
    "no reason phrase": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 1),
    "200 KiB of header fields": (answer(b"ok", "200 OK", *[f"X-{number}: {'v' * 10240}" for number in range(20)]), 1),
    "204 with a length and a body": (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", 3),
    "304 with a length": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n", 1),
    "junk after the body": (answer() + b"junk", 3),
}


@variants("W1", "{}", list(ANSWERS))
def odd_answers(trial, name):
    data, connections = ANSWERS[name]
    with Server(always(data)) as server:
        done = trial.run(server.url, "-n", 3, "-c", 1, "--tries", 1)
        trial.equal("connections", server.connections, connections)
        trial.equal("requests", len(server.requests), 3)
    trial.ended(done, 0, done=3)


@variants("W1", "HEAD, {}", [("a length and no body", b"", 1), ("a body all the same", b"hello", 3)])
def heads(trial, _, body, connections):
    with Server(always(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body)) as server:
        done = trial.run(server.url, "-X", "HEAD", "-n", 3, "-c", 1, "--tries", 1)
        trial.equal("connections", server.connections, connections)
    trial.ended(done, 0, done=3)


@variants("W1", "{} without a length, ended by a close", ["HTTP/1.0", "HTTP/1.1"])
def until_close(trial, version):
    def behaviour(connection):
        if connection.request():
            connection.send(f"{version} 200 OK\r\n\r\nhello".encode())

    with Server(behaviour) as server:
        done = trial.run(server.url, "-n", 3, "-c", 1, "--tries", 1, "--report", "report.json")
    trial.ended(done, 0, done=3)
    trial.equal("bytes", [row.get("bytes") for row in done.report], [5, 5, 5])


ZIPPED = gzip.compress(b'{"a": 1}')


@variants("W2", "gzip {}", [("with zeros after it", ZIPPED + bytes(8), True), ("with text after it", ZIPPED + b"junk", True), ("of two members", gzip.compress(b'{"a"') + gzip.compress(b": 1}"), True), ("that is cut", ZIPPED[:-4], False), ("in name only", b'{"a": 1}', False)])
def zipped(trial, _, body, good):
    with Server(always(answer(body, "200 OK", "Content-Type: application/json", "Content-Encoding: gzip"))) as server:
        done = trial.run(server.url, "--tries", 1, "--report", "report.json")
    trial.ended(done, 0 if good else 1)
    trial.equal("data", [row.get("data") for row in done.report], [{"a": 1} if good else None])


# A target, its Location, and where that leads.
REDIRECTS = [
    ("a fragment", "/", "/x#part", "/x"),
    ("a query only", "/a/b?x=1", "?q=2", "/a/b?q=2"),
    ("dots", "/a/b?x=1", "../c", "/c"),
    ("blanks around and in it", "/", "  /a b  ", "/a%20b"),
]


@variants("W3", "a redirect with {}", REDIRECTS)
def redirects(trial, _, target, location, final):
    def behaviour(request):
        return answer(b"", "302 Found", f"Location: {location}") if request.target == target else answer()

    with Server(each(behaviour)) as server:
        trial.ended(trial.run(server.url + target, "--tries", 1), 0, done=1)
        trial.equal("targets", server.targets(), [target, final])


@variants("W3", "a redirect to {} ends in words", [("itself", "/", "too many redirects"), ("its own fragment", "#top", "too many redirects"), ("mailto", "mailto:a@b.test", "scheme")])
def endless(trial, _, location, words):
    with Server(always(answer(b"", "302 Found", f"Location: {location}"))) as server:
        done = trial.run(server.url, "--tries", 1)
        trial.right("requests", len(server.requests) <= 30, len(server.requests))
    trial.ended(done, 1, failed=1)
    trial.says(done.out, words)


COOKIES = ["a=1; expires=Wed, 21 Oct 2099 07:28:00 GMT", "b=2; Expires=Wednesday, 21-Oct-99 07:28:00 GMT", "c=3; expires=never", "d=4; max-age=-1", "e=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "f=6; Max-Age=soon", "=7", "g=8; Domain=other.test"]


@case("W3", "Set-Cookie with odd dates")
def cookies(trial):
    with Server(always(answer(b"ok", "200 OK", *[f"Set-Cookie: {cookie}" for cookie in COOKIES]))) as server:
        plan = f'cookies = "run"\n[[endpoint]]\nurl = "{server.url}/1"\n[[endpoint]]\nurl = "{server.url}/2"\n'
        trial.ended(trial.run(trial.file("plan.toml", plan), "-c", 1), 0, done=2)
        sent = [request.value("cookie") for request in server.requests]
    names = {pair.partition("=")[0] for pair in (sent[1] or "").split("; ")}
    trial.equal("first", sent[0], None)
    # A date that cannot be read is none. A two-digit year of 99 is 1999.
    trial.equal("names", names, {"a", "c", "f"})


# What the server does after the head of an upload, and the exit code.
CONSENTS = {"says nothing": 0, "consents after 1.5 s": 0, "answers 417": 1, "answers 401 at once": 1}


@variants("W4", "an upload of 3 MiB, and the server {}", list(CONSENTS))
def uploads(trial, how):
    content = os.urandom(3 << 20)
    bodies = []

    def behaviour(connection):
        head = connection.read_until(b"\r\n\r\n")
        if head is None:
            return
        bodies.append(None)
        trial.right("no expect: 100-continue", b"100-continue" in head.lower(), head)
        if how.startswith("answers"):
            connection.send(answer(b"", "417 Expectation Failed" if "417" in how else "401 Unauthorized"))
            time.sleep(0.3)
            return
        if how.startswith("consents"):
            time.sleep(1.5)
            connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        bodies[-1] = connection.read(len(content))
        connection.send(answer())

    trial.file("data.bin", content)
    with Server(behaviour) as server:
        done = trial.run(server.url, "-T", "data.bin", "--tries", 1)
    trial.ended(done, CONSENTS[how])
    trial.equal("bodies", [body == content for body in bodies], [CONSENTS[how] == 0])


# A line, with the port in place of PORT, and the target, the Host and the exit code; or a word of the message.
LINES = {
    "userinfo": ("http://ann:se%40cret@127.0.0.1:PORT/1", "/1"),
    "percent signs": ("http://127.0.0.1:PORT/a%2Fb%20c%7e?q=%2B+%zz", "/a%2Fb%20c%7e?q=%2B+%zz"),
    "letters beyond ASCII": ("http://127.0.0.1:PORT/grüße?q=ü", "/gr%C3%BC%C3%9Fe?q=%C3%BC"),
    "an address as one number": ("http://2130706433:PORT/1", "/1"),
    "upper case": ("HTTP://LOCALHOST:PORT/A", "/A"),
    "a fragment": ("http://127.0.0.1:PORT/1#part", "/1"),
    "a comment": ("  http://127.0.0.1:PORT/1  # the first", "/1"),
    "60 KiB": ("http://127.0.0.1:PORT/" + "a" * 61440, "/" + "a" * 61440),
}


@variants("W5", "a line with {}", list(LINES))
def lines(trial, name):
    line, target = LINES[name]
    with Server(always()) as server:
        text = f"\ufeff{line.replace('PORT', str(server.port))}\r\n"
        done = trial.run(trial.file("list.txt", text), "--tries", 1)
        trial.right("target", server.targets() == [target], server.targets())
    trial.ended(done, 0, done=1)


WRONG = {
    "a NUL byte": ("http://127.0.0.1:9/a\0b", "control character"),
    "a blank": ("http://127.0.0.1:9/a b", "blank"),
    "2 MiB": ("http://127.0.0.1:9/" + "a" * (2 << 20), "1 MiB"),
    "one slash": ("http:/127.0.0.1:9/a", "two slashes"),
    "a port beyond 65535": ("http://127.0.0.1:65536/", "port"),
    "another scheme": ("ftp://a.test/", "ftp"),
    "no host": ("http://", "host"),
    "an open quote": ('"http://127.0.0.1:9/', "neither a URL"),
}


@variants("W5", "a line with {} is named, and the next one runs", list(WRONG))
def wrong_lines(trial, name):
    line, word = WRONG[name]
    with Server(always()) as server:
        path = trial.file("list.txt", f"{line}\n{server.url}/2\n")
        done = trial.run(path, "--tries", 1)
        checked = trial.check(path)
    trial.ended(done, 1, done=1, failed=1)
    trial.says(done.out, "line 1", word)
    trial.equal("exit code of check", checked.code, 3)


@case("W6", "weight = 3 and 1, with -n")
def weights(trial):
    with Server(always()) as server:
        plan = f'[[endpoint]]\nurl = "{server.url}/a"\nweight = 3\n[[endpoint]]\nurl = "{server.url}/b"\n'
        trial.ended(trial.run(trial.file("plan.toml", plan), "-n", 80), 0, done=80)
        trial.equal("requests", [server.targets().count(target) for target in ("/a", "/b")], [60, 20])


@case("W6", "each expectation is a cause of its own")
def causes(trial):
    with Server(always(answer(b'{"status": "down"}'))) as server:
        rows = [f'{{"url": "{server.url}", "expect": {expect}}}\n' for expect in ('{"json": {"$.status": "ok"}}', '{"body": "up"}', '{"url": "http://a.test/*"}', '{"status": 404}')]
        done = trial.run(trial.file("rows.jsonl", "".join(rows)), "--tries", 1)
    trial.ended(done, 1, failed=4)
    trial.equal("causes", sorted(failure["cause"] for failure in done.summary["failures"]), sorted(["200 OK", 'expected $.status = "ok"', "expected `up` in the body", "expected the final address http://a.test/*"]))


@case("W6", "check -n shows one number")
def numbers(trial):
    path = trial.file("list.txt", "".join(f"http://127.0.0.{1 + number % 2}:9/{number}\n" for number in range(20)))
    for number in (5, 33):
        document = trial.check(path, "-n", number, "--json").summary
        found = (document["jobs"], document["endpoints"][0]["jobs"]["value"], sum(one["jobs"] for one in document["rows"]["endpoints"]))
        trial.equal("numbers", found, (number, number, number))
