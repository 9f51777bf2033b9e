"""Connections that end, and answers as servers write them: F1, F8, F18 to F20, I7."""

import json
import os
import signal
import time

from rig import case, variants
from scripted import Server, always, answer, context, each, in_turn

OK = answer()


def closes(connection):
    if connection.request():
        connection.send(OK)


def half_closes(connection):
    if connection.request():
        connection.send(OK)
        connection.half_close()
        # Reads what still comes and answers none of it.
        while connection.stream.recv(65536):
            pass


def drops_second(connection):
    if connection.request():
        connection.send(OK)
        connection.request()


ENDINGS = {"closes": closes, "half-closes": half_closes, "drops the second request": drops_second}


@variants("F1", "GET, the server {}", [(f"{how}, --wire {wire}", how, wire) for how in ENDINGS for wire in ("auto", "reqwest")])
def stale_get(trial, _, how, wire):
    with Server(ENDINGS[how]) as server:
        done = trial.run(server.url, "-n", 200, "-c", 10, "--tries", 1, "--wire", wire)
    trial.ended(done, 0, done=200)
    trial.equal("retries", done.summary.get("retries"), 0)


@variants("F1", "{} over IPv6, the server closes", ["GET", "PUT"])
def stale_six(trial, method):
    with Server(closes, "::1") as server:
        done = trial.run(server.url, "-X", method, "-n", 200, "-c", 10, "--tries", 1)
    trial.ended(done, 0, done=200)
    trial.equal("retries", done.summary.get("retries"), 0)


@variants("F1", "POST, the server {}", ["closes", "half-closes"])
def stale_post(trial, how):
    with Server(ENDINGS[how]) as server:
        done = trial.run(server.url, "-X", "POST", "-d", "a=1", "-n", 200, "-c", 10, "--tries", 1)
    trial.ended(done, 0, done=200)
    trial.equal("retries", done.summary.get("retries"), 0)


@case("F1", "POST, the server drops the second request: none is sent twice")
def stale_post_dropped(trial):
    plan = '[[endpoint]]\nurl = "{}/{{id}}"\nmethod = "POST"\nbody = "x"\neach = {{ id = "1..=60" }}\n[retry]\nattempts = 1\n'
    with Server(drops_second) as server:
        done = trial.run(trial.file("plan.toml", plan.format(server.url)), "-c", 6)
        twice = len(server.targets()) - len(set(server.targets()))
    trial.equal("requests that were sent twice", twice, 0)
    trial.equal("jobs that settled", done.jobs("settled"), 60)


@case("F1", "POST, the server closes 0.3 s after each answer: few are lost, and none is sent twice")
def stale_post_late(trial):
    def behaviour(connection):
        if connection.request():
            connection.send(OK)
            time.sleep(0.3)

    plan = '[[endpoint]]\nurl = "{}/{{id}}"\nmethod = "POST"\nbody = "x"\neach = {{ id = "1..=60" }}\n[limits]\nrate = "20/s"\n[retry]\nattempts = 1\n'
    with Server(behaviour) as server:
        done = trial.run(trial.file("plan.toml", plan.format(server.url)))
        twice = len(server.targets()) - len(set(server.targets()))
    trial.equal("requests that were sent twice", twice, 0)
    # Each thread learns it by itself, and a request that was lost may have been acted on. Without learning it is half.
    trial.right("more than a tenth of 60 were lost", done.jobs("failed") is not None and done.jobs("failed") <= 6, done.jobs("failed"))


@case("F1", "the attempt is reported as stale")
def stale_reported(trial):
    with Server(drops_second) as server:
        done = trial.run(server.url, "-n", 20, "-c", 1, "--tries", 1)
    trial.ended(done, 0, done=20)
    trial.right("stale_connections is", (done.summary.get("stale_connections") or 0) > 0, done.summary.get("stale_connections"))


@case("F1", "a connection that is reset after it was idle for 1 s")
def stale_later(trial):
    def behaviour(connection):
        if connection.request():
            connection.send(OK)
            time.sleep(0.7)
            connection.reset()

    with Server(behaviour) as server:
        done = trial.run(server.url, "-n", 4, "--rate", "1/s", "-c", 1, "--tries", 1)
    trial.ended(done, 0, done=4)


@case("F1", "a first connection that breaks is no stale one")
def fresh_breaks(trial):
    def behaviour(connection):
        connection.request()

    with Server(behaviour) as server:
        done = trial.run(server.url, "-n", 5, "-c", 1, "--tries", 1)
        requests = len(server.requests)
    trial.ended(done, 1, failed=5)
    trial.equal("requests", requests, 5)


HEADS = {
    "101 fields": [f"X-{number}: {number}" for number in range(101)],
    "1,000 fields": [f"X-{number}: {number}" for number in range(1000)],
    "a folded field": ["X-Long: one", " two", "\tthree"],
    "a control byte in a value": ["X-Odd: a\x01b"],
    "a blank before the colon": ["X-Blank : b"],
    "an empty value": ["X-Empty:"],
    "a field of 60 KiB": ["X-Large: " + "v" * 60 * 1024],
    "Latin-1 in a value": ["X-Name: caf\xe9"],
}


@variants("F8", "an answer with {}", list(HEADS))
def odd_heads(trial, name):
    with Server(always(answer(b"ok", "200 OK", *HEADS[name]))) as server:
        done = trial.run(server.url, "-n", 3, "--tries", 1)
    trial.ended(done, 0, done=3)


@case("F8", "an answer with an endless head ends in words")
def endless_head(trial):
    def behaviour(connection):
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\n")
        for _ in range(4096):
            connection.send(b"X-More: " + b"v" * 1000 + b"\r\n")

    with Server(behaviour) as server:
        done = trial.run(server.url, "--tries", 1)
    trial.ended(done, 1, failed=1)
    trial.says(done.all_text, ("header", "head"))


@case("F18", "429 with Retry-After: 3600: the hour is named, and it is not asked early")
def long_cooldown(trial):
    with Server(always(answer(b"", "429 Too Many Requests", "Retry-After: 3600"))) as server:
        done = trial.run(server.url, "-n", 1, json_summary=False, during=interrupted(2.5))
        requests = len(server.requests)
    trial.equal("requests within 2.5 s", requests, 1)
    trial.says(done.all_text, ("1h", "3600 s", "60m"))


def interrupted(after):
    def during(process):
        time.sleep(after)
        os.kill(process.pid, signal.SIGINT)

    return during


@case("F18", "a wait that exceeds longest_wait is not cut short")
def cut_cooldown(trial):
    plan = '[[endpoint]]\nurl = "{}/"\n[retry]\nlongest_wait = "1s"\n[defaults]\njob_timeout = "4s"\n'
    with Server(in_turn(answer(b"", "429 Too Many Requests", "Retry-After: 6"), OK)) as server:
        done = trial.run(trial.file("plan.toml", plan.format(server.url)), longest=20)
        early = [request for request in server.requests[1:] if request.at < server.requests[0].at + 5.9]
    trial.equal("requests before the moment that the server named", len(early), 0)
    trial.equal("exit code", done.code, 1)


LOCATIONS = {
    "/caf\xe9": "/caf%E9",
    "/caf\xc3\xa9": "/caf%C3%A9",
    "/a b": "/a%20b",
    "caf\xe9?q=\xe9": "/caf%E9?q=%E9",
}


@variants("F19", "Location: {}", [(repr(given), given, wanted, wire) for given, wanted in LOCATIONS.items() for wire in ("auto", "reqwest")])
def odd_location(trial, _, given, wanted, wire):
    def by_target(request):
        return answer(b"", "302 Found", f"Location: {given}") if request.target == "/" else OK

    with Server(each(by_target)) as server:
        done = trial.run(f"{server.url}/", "--tries", 1, "--wire", wire)
        targets = server.targets()
    trial.ended(done, 0, done=1)
    trial.equal("targets", targets, ["/", wanted])


@variants("F20", "a zone written as {}", ["%25lo", "%lo"])
def zone(trial, written):
    with Server(always(), "::1") as server:
        done = trial.run(f"http://[::1{written}]:{server.port}/", "--tries", 1)
        hosts = [request.value("host") for request in server.requests]
    trial.ended(done, 0, done=1)
    # RFC 6874: the zone is of this machine only.
    trial.equal("Host", hosts, [f"[::1]:{server.port}"])


@variants("F20", "a zone in {}", [("--resolve", "--resolve", "printer.test:PORT:[::1%lo]"), ("--connect-to", "--connect-to", "printer.test:PORT:[::1%25lo]:PORT")])
def zone_elsewhere(trial, _, flag, value):
    with Server(always(), "::1") as server:
        done = trial.run(f"http://printer.test:{server.port}/", flag, value.replace("PORT", str(server.port)), "--tries", 1)
    trial.ended(done, 0, done=1)


@case("F20", "a zone that this machine does not have")
def no_zone(trial):
    done = trial.run("http://[fe80::1%25nowhere]/", "--tries", 1)
    # No host was reached.
    trial.ended(done, 5, failed=1)
    trial.says(done.out, "no network interface")


@case("I7", "nginx that speaks only HTTP/2 without TLS", "nginx")
def only_two(trial):
    done = trial.run(f"http://127.0.0.1:{trial.shared.nginx['h2c']}/", json_summary=True)
    trial.ended(done, 1)
    trial.says(done.all_text, "HTTP/2")
    trial.equal("attempts", done.started, 1)


@case("I7", "only HTTP/2 over TLS, by ALPN", "certificates")
def only_two_tls(trial):
    def behaviour(connection):
        connection.send(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        connection.stream.recv(65536)

    path = trial.shared.certificates["good"]
    with Server(behaviour, tls=context(f"{path}.pem", f"{path}.key", ["h2"])) as server:
        done = trial.run(f"https://localhost:{server.port}/", "--cacert", f"{trial.shared.certificates['ca']}.pem")
    trial.ended(done, 1)
    trial.says(done.all_text, "HTTP/2")
    trial.equal("attempts", done.started, 1)


@case("I1", "three redirects to one address are three rows of the report")
def report_rows(trial):
    def by_target(request):
        if request.target.startswith("/redirect-to"):
            return answer(b"", "302 Found", "Location: /get")
        return answer(b'{"url": "get"}', "200 OK", "Content-Type: application/json")

    with Server(each(by_target)) as server:
        plan = f'[[endpoint]]\nurl = "{server.url}/redirect-to?url=/get&id={{k}}"\neach = {{ k = "1..=3" }}\n'
        done = trial.run(trial.file("plan.toml", plan), "--report", "report.json")
    trial.ended(done, 0, done=3)
    rows = done.report
    trial.equal("requests as asked", [row.get("request") for row in rows], [f"GET {server.url}/redirect-to?url=/get&id={k}" for k in (1, 2, 3)])
    trial.equal("final_url", [row.get("final_url") for row in rows], [f"{server.url}/get"] * 3)
    trial.equal("row", [row.get("row") for row in rows], [1, 2, 3])
    trial.equal("with", [str((row.get("with") or {}).get("k")) for row in rows], ["1", "2", "3"])
    trial.equal("bytes", [row.get("bytes") for row in rows], [14] * 3)
    trial.equal("content_type", [row.get("content_type") for row in rows], ["application/json"] * 3)
    trial.right("no start in", all(row.get("started") for row in rows), json.dumps(rows))


@variants("I12", "--report {}", ["x.csv", "-", "x.json"])
def report_kinds(trial, name):
    with Server(always(answer(b"=1+1", "200 OK", "Content-Type: text/plain"))) as server:
        done = trial.run(server.url, "-n", 2, "--report", name, json_summary=False)
    trial.ended(done, 0)
    if name == "-":
        trial.equal("results on standard output", len(json.loads(done.out or "{}").get("results", [])), 2)
        trial.right("a file is called `-`", not trial_has(trial, "-"))
        return
    with open(trial.path(name), encoding="utf-8") as file:
        text = file.read()
    if name.endswith("csv"):
        trial.equal("lines", len(text.strip().splitlines()), 3)
        trial.right("no CSV", "," in text.splitlines()[0] and not text.startswith("{"), text)
    else:
        trial.equal("results", len(json.loads(text)["results"]), 2)


def trial_has(trial, name):
    try:
        open(trial.path(name), "rb").close()
    except OSError:
        return False
    return True
