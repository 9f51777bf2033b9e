"""Bodies of answers: I2, I3, I11, and what `--bodies` calls them (F21)."""

import gzip
import json
import os
import zlib

from rig import case, variants
from scripted import Server, always, answer

TEXT = b'{"name": "plain text of an answer"}'
RAW_DEFLATE = zlib.compressobj(wbits=-15)
CODED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "deflate, raw": RAW_DEFLATE.compress(TEXT) + RAW_DEFLATE.flush(),
    # A stored meta-block: the length less one in 16 bits, then the bytes.
    "br": bytes([0x0B, 0x02, 0x80]) + b'["a"]' + b"\x03",
    # A frame of one raw block.
    "zstd": b"\x28\xb5\x2f\xfd\x20" + bytes([len(TEXT), (len(TEXT) << 3 | 1) & 255, len(TEXT) >> 5, 0]) + TEXT,
    "gzip, gzip": gzip.compress(gzip.compress(TEXT)),
    "gzip of two members": gzip.compress(TEXT[:10]) + gzip.compress(TEXT[10:]),
}


def coded(name):
    encoding = {"deflate, raw": "deflate", "gzip of two members": "gzip"}.get(name, name)
    return answer(CODED[name], "200 OK", f"Content-Encoding: {encoding}", "Content-Type: application/json")


@variants("I2", "{}", [(f"{name}, --wire {wire}", name, wire) for name in CODED for wire in ("auto", "reqwest")])
def decoded(trial, _, name, wire):
    with Server(always(coded(name))) as server:
        done = trial.run(server.url, "--report", "report.json", "--bodies", "bodies", "--tries", 1, "--wire", wire)
    trial.ended(done, 0, done=1)
    wanted = ["a"] if name == "br" else json.loads(TEXT)
    trial.equal("data", [row.get("data") for row in done.report], [wanted])
    files = bodies_of(trial)
    trial.equal("bodies", [(os.path.splitext(file)[1], json.loads(content)) for file, content in files if is_json(content)], [(".json", wanted)])


def bodies_of(trial):
    found = []
    for folder, _, names in os.walk(trial.path("bodies")):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as file:
                found.append((name, file.read()))
    return found


def is_json(content):
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


@case("I2", "a copied accept-encoding")
def copied(trial):
    with Server(always(coded("gzip"))) as server:
        done = trial.run(server.url, "-H", "accept-encoding: gzip, deflate, br", "--report", "report.json")
        asked = [request.values("accept-encoding") for request in server.requests]
    trial.equal("data", [row.get("data") for row in done.report], [json.loads(TEXT)])
    trial.equal("accept-encoding", asked, [["gzip, deflate, br"]])


@case("I2", "nginx with gzip on", "nginx")
def nginx_gzip(trial):
    done = trial.run(f"http://127.0.0.1:{trial.shared.nginx['plain']}/zipped", "--report", "report.json")
    trial.ended(done, 0, done=1)
    row = (done.report or [{}])[0]
    trial.right("data is", isinstance(row.get("data"), dict) and "plain" in row["data"], row)
    trial.right("it was not compressed, bytes are", (row.get("bytes") or 9999) < 500, row.get("bytes"))


@case("I2", "--raw keeps it as it came")
def raw(trial):
    with Server(always(coded("gzip"))) as server:
        done = trial.run(server.url, "--bodies", "bodies", "--raw", "--tries", 1)
    trial.ended(done, 0, done=1)
    trial.equal("bodies", [content for _, content in bodies_of(trial)], [CODED["gzip"]])


@variants("I2", "{}: a failure in words", ["a cut gzip", "no gzip at all", "a bomb"])
def bad_coding(trial, how):
    data = {"a cut gzip": CODED["gzip"][:-12], "no gzip at all": TEXT, "a bomb": gzip.compress(bytes(200 << 20))}[how]
    with Server(always(answer(data, "200 OK", "Content-Encoding: gzip"))) as server:
        done = trial.run(server.url, "--report", "report.json", "--tries", 1)
    trial.ended(done, 1, failed=1)
    trial.says(done.all_text, ("gzip", "decod", "expand", "decompress", "content-encoding"))
    trial.right("memory in MB", done.memory < 200 << 20, done.memory >> 20)


@case("I2", "HEAD and 304 with a content-encoding have no body to decode")
def no_body(trial):
    with Server(always(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 50\r\n\r\n")) as server:
        done = trial.run(server.url, "-X", "HEAD", "--report", "report.json", "--tries", 1)
    trial.ended(done, 0, done=1)


NAMED = {
    "gzip as a file": (gzip.compress(TEXT), "application/gzip", ".gz"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png", ".png"),
    "JSON": (TEXT, "application/json", ".json"),
    "HTML": (b"<!doctype html><p>x", "text/html", ".html"),
}


@variants("F21", "--bodies names {} by content", list(NAMED))
def named(trial, kind):
    data, content_type, ending = NAMED[kind]
    with Server(always(answer(data, "200 OK", f"Content-Type: {content_type}"))) as server:
        trial.run(server.url, "--bodies", "bodies")
    trial.equal("endings", [os.path.splitext(name)[1] for name, content in bodies_of(trial) if content == data], [ending])


@case("F21", "--bodies does not name gzip .json, even if its type is JSON")
def gzip_not_json(trial):
    with Server(always(answer(gzip.compress(TEXT), "200 OK", "Content-Type: application/json"))) as server:
        trial.run(server.url, "--bodies", "bodies")
    wrong = [name for name, content in bodies_of(trial) if name.endswith(".json") and not is_json(content)]
    trial.equal("files that are called .json and are none", wrong, [])


@case("I3", "16 × 25 MB at limit 4 with --bodies: streamed")
def streamed(trial):
    size = 25 << 20

    def behaviour(connection):
        block = bytes(1 << 20)
        while connection.request():
            connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
            for _ in range(25):
                connection.send(block)

    with Server(behaviour) as server:
        done = trial.run(server.url, "-n", 16, "-c", 4, "--bodies", "bodies", "--tries", 1)
    trial.ended(done, 0, done=16)
    trial.equal("sizes", {len(content) for _, content in bodies_of(trial) if len(content) > 1 << 20}, {size})
    trial.right("memory in MB", done.memory < 150 << 20, done.memory >> 20)
    elapsed = done.summary.get("elapsed_s") or 0
    trial.right("seconds after it was finished", done.seconds - elapsed < 4, done.seconds - elapsed)


@variants("I11", "nginx, 100 MB × 3, {}", [("nothing kept", ()), ("--wire reqwest", ("--wire", "reqwest"))], "nginx")
def large(trial, _, flags):
    done = trial.run(f"http://127.0.0.1:{trial.shared.nginx['plain']}/big", "-n", 3, "--tries", 1, *flags)
    trial.ended(done, 0, done=3)
    trial.right("memory in MB", done.memory < 150 << 20, done.memory >> 20)


@case("I11", "100 MB with a report: the message names max_body", "nginx")
def large_kept(trial):
    done = trial.run(f"http://127.0.0.1:{trial.shared.nginx['plain']}/big", "--report", "report.json", "--tries", 1)
    trial.ended(done, 1, failed=1)
    trial.says(done.all_text, "max_body", "--max-body")


@case("I11", "100 MB with a report and --max-body 200MB", "nginx")
def large_allowed(trial):
    done = trial.run(f"http://127.0.0.1:{trial.shared.nginx['plain']}/big", "--bodies", "bodies", "--max-body", "200MB", "--tries", 1)
    trial.ended(done, 0, done=1)
