"""What is tried again, and when: F2, F12, F13."""

import datetime
import signal
import time

from rig import case, variants
from scripted import Server, always, answer, each, in_turn

OK = answer()
SOON = '[retry]\nbackoff = "10ms..50ms"\n'


def plan(trial, url, text=""):
    return trial.file("plan.toml", f'{text}[[endpoint]]\nurl = "{url}/"\n')


def failing(status, *headers):
    return answer(b"no", status, *headers)


@variants("F2", "twice {}, then 200", ["408 Request Timeout", "425 Too Early", "429 Too Many Requests", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def retried(trial, status):
    with Server(in_turn(failing(status), failing(status), OK)) as server:
        done = trial.run(plan(trial, server.url, SOON), "--tries", 5)
        requests = len(server.requests)
    trial.ended(done, 0, done=1)
    trial.equal("requests", requests, 3)


@variants("F2", "502 twice on the command line, {}", ["auto", "reqwest"])
def retried_plainly(trial, wire):
    with Server(in_turn(failing("502 Bad Gateway"), failing("502 Bad Gateway"), OK)) as server:
        done = trial.run(server.url, "--tries", 5, "--wire", wire)
    trial.ended(done, 0, done=1)


@variants("F2", "502 twice, {}", ["PUT", "DELETE", "HEAD", "OPTIONS"])
def retried_methods(trial, method):
    with Server(in_turn(*[failing("502 Bad Gateway")] * 2, OK) if method != "HEAD" else heads()) as server:
        done = trial.run(plan(trial, server.url, SOON), "--tries", 5, "-X", method)
    trial.ended(done, 0, done=1)


def heads():
    def behaviour(connection):
        while connection.request():
            bad = len(connection.server.requests) < 3
            connection.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n" if bad else b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")

    return behaviour


@case("F2", "500 with Retry-After is tried again")
def named_500(trial):
    with Server(in_turn(failing("500 Internal Server Error", "Retry-After: 1"), OK)) as server:
        done = trial.run(plan(trial, server.url, SOON), "--tries", 5)
        gap = server.requests[-1].at - server.requests[0].at
    trial.ended(done, 0, done=1)
    trial.right("asked again after", gap >= 0.99, gap)


@variants("F2", "{} is not tried again, and the summary says what would", ["500", "507"])
def not_retried(trial, status):
    with Server(always(failing(f"{status} Sorry"))) as server:
        done = trial.run(plan(trial, server.url, SOON), "--tries", 5, json_summary=False)
        requests = len(server.requests)
    trial.ended(done, 1)
    trial.equal("requests", requests, 1)
    trial.says(done.out, f"--retry-on {status}")


@variants("F2", "POST and {}: one request, and the summary says why", ["502", "504"])
def post_once(trial, status):
    with Server(always(failing(f"{status} Bad"))) as server:
        done = trial.run(plan(trial, server.url, SOON), "--tries", 5, "-X", "POST", json_summary=False)
        requests = len(server.requests)
    trial.equal("requests", requests, 1)
    trial.equal("exit code", done.code, 1)
    trial.says(done.out, ("POST", "unsafe", "idempotent"))


@variants("F2", "retry.on names {}", [("[404, \"5xx\"], 404", '[404, "5xx"]', "404"), ("[404, \"5xx\"], 507", '[404, "5xx"]', "507"), ("[\"500..=599\"]", '["500..=599"]', "555")])
def named_in_plan(trial, _, value, status):
    text = f'[retry]\nbackoff = "10ms..50ms"\non = {value}\n'
    with Server(in_turn(*[failing(f"{status} No")] * 2, OK)) as server:
        done = trial.run(plan(trial, server.url, text), "--tries", 5)
    trial.ended(done, 0, done=1)


@variants("F2", "--retry-on {}", [("404", "404", "404"), ("5xx,404", "5xx,404", "501"), ("500..=510", "500..=510", "505")])
def named_as_flag(trial, _, value, status):
    with Server(in_turn(*[failing(f"{status} No")] * 2, OK)) as server:
        done = trial.run(plan(trial, server.url, SOON), "--tries", 5, "--retry-on", value)
    trial.ended(done, 0, done=1)


@case("F12", "stopped for 2.5 s with a time-out of 1 s")
def stopped(trial):
    def slow(request):
        time.sleep(0.4)
        return OK

    def stop(process):
        time.sleep(0.8)
        process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        process.send_signal(signal.SIGCONT)

    with Server(each(slow)) as server:
        done = trial.run(server.url, "-n", 12, "-c", 2, "--timeout", "1s", "--tries", 1, during=stop)
    trial.ended(done, 0, done=12)
    trial.equal("time-outs", done.summary.get("attempts", {}).get("timed_out"), 0)
    trial.says(done.err, "was stopped for 2.")
    stops = done.summary["stopped"]
    trial.right("not one stop of about 2.5 s", stops["count"] == 1 and 2 < stops["seconds"] < 5, stops)
    trial.right("more than two answers without a latency", stops["attempts"] <= 2, stops)
    longest = (done.summary.get("latency_ms") or {}).get("max") or 0
    trial.right("stopped attempts count in percentiles, the longest is", longest < 2000, longest)


@case("F12", "stopped while a server never answers: it still times out")
def stopped_hang(trial):
    def stop(process):
        time.sleep(0.5)
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        process.send_signal(signal.SIGCONT)

    with Server(lambda connection: (connection.request(), time.sleep(20))) as server:
        done = trial.run(server.url, "-n", 2, "--timeout", "1s", "--tries", 1, during=stop)
    trial.ended(done, 1, failed=2)
    trial.right("seconds", done.seconds < 15, done.seconds)


def moment(ahead, form):
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=ahead)).strftime(form)


DATE = "%a, %d %b %Y %H:%M:%S"
FORMS = {
    "2.5": (lambda: "2.5", 2.5),
    "2.0": (lambda: "2.0", 2.0),
    "2": (lambda: "2", 2.0),
    "a date in GMT": (lambda: moment(3, DATE + " GMT"), 2),
    "a date in UTC": (lambda: moment(3, DATE + " UTC"), 2),
    "a date at +0000": (lambda: moment(3, DATE + " +0000"), 2),
    "ISO 8601 with Z": (lambda: moment(3, "%Y-%m-%dT%H:%M:%SZ"), 2),
    "ISO 8601 with +00:00": (lambda: moment(3, "%Y-%m-%dT%H:%M:%S+00:00"), 2),
    "RFC 850": (lambda: moment(3, "%A, %d-%b-%y %H:%M:%S GMT"), 2),
    "asctime": (lambda: moment(3, "%a %b %d %H:%M:%S %Y"), 2),
    "`soon`": (lambda: "soon", 2),
    "`2 seconds`": (lambda: "2 seconds", 2),
    "`-1`": (lambda: "-1", 0.5),
}


@variants("F13", "429 with Retry-After: {}", list(FORMS))
def retry_after(trial, name):
    value, least = FORMS[name]

    def refuse_first(request):
        first = len(server.requests) == 1
        return failing("429 Too Many Requests", f"Retry-After: {value()}") if first else OK

    with Server(each(refuse_first)) as server:
        done = trial.run(server.url, "--tries", 3)
        gap = server.requests[-1].at - server.requests[0].at
    trial.ended(done, 0, done=1)
    # Dates have whole seconds. The upper bound only says that it was understood, or that the guess was not wild.
    trial.right(f"asked again not after {least} to 12 s, but", least - 0.01 <= gap <= 12, gap)


@variants("F13", "503 with Retry-After: {}", ["2.5", "2.0"])
def retry_after_503(trial, value):
    with Server(in_turn(failing("503 Service Unavailable", f"Retry-After: {value}"), OK)) as server:
        done = trial.run(server.url, "--tries", 3)
        gap = server.requests[-1].at - server.requests[0].at
    trial.ended(done, 0, done=1)
    trial.right("asked again after", gap >= float(value) - 0.01, gap)
