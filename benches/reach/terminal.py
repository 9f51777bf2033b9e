"""The terminal and standard output: F21 and F12."""

import json
import os
import pty
import select
import shlex
import signal
import time

from rig import case, variants
from scripted import Server, always, answer, each


def slow(request):
    time.sleep(20)
    return answer()


def screen(trial, arguments, after, act):
    """What the program writes to a terminal; `act` gets its process id once it has drawn for `after` seconds."""
    process, terminal = pty.fork()
    if process == 0:
        try:
            os.chdir(trial.folder)
            command = trial.command("run", arguments)
            os.execve(command[0], command, {**trial.environment({}), "TERM": "xterm-256color"})
        finally:
            os._exit(127)
    text, began, acted, status = b"", time.monotonic(), False, None
    while time.monotonic() < began + 15:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                chunk = os.read(terminal, 65536)
            except OSError:
                break
            if not chunk:
                break
            text += chunk
        if not acted and b"\x1b[?1049h" in text and time.monotonic() > began + after:
            acted = True
            act(process)
    else:
        # What is left on by this is no fault of the program, so it counts as one of its own.
        os.kill(process, signal.SIGKILL)
        text += b"(it did not end)"
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return text, status


@variants("F21", "{} restores the terminal", ["SIGQUIT", "SIGABRT", "SIGALRM", "SIGUSR2", "SIGTERM", "SIGHUP", "SIGINT"])
def restored(trial, name):
    number = getattr(signal, name)
    with Server(each(slow)) as server:
        text, _ = screen(trial, [server.url, "-n", 4], 1.5, lambda process: os.kill(process, number))
    trial.right("there was no screen", b"\x1b[?1049h" in text, text[:100])
    last = text.rfind(b"\x1b[?1049l")
    trial.right("the alternate screen is left on", last > text.rfind(b"\x1b[?1049h"), text[-80:])
    trial.right("the cursor is hidden", text.rfind(b"\x1b[?25h") > text.rfind(b"\x1b[?25l"), text[-80:])


def late(request):
    time.sleep(0.4)
    return answer()


@case("F12", "Ctrl-Z for 2.5 s with a time-out of 1 s, then fg")
def suspended(trial):
    with Server(each(late)) as server:
        command = shlex.join(trial.command("run", [server.url, "-n", 12, "-c", 2, "--timeout", "1s", "--tries", 1, "--events", "run.jsonl"]))
        is_over = lambda text: "run-ended" in open(trial.path("run.jsonl"), encoding="utf-8").read()  # noqa: E731, SIM115
        keys = [
            (lambda text: True, 0, f"{command}\n"),
            (lambda text: b"\x1b[?1049h" in text, 0.8, "\x1a"),
            (lambda text: text.count(b"\x1b[?1049l") == 1, 2.5, "fg; echo code=$?\n"),
            (is_over, 0.5, "q"),
            (lambda text: b"code=0" in text, 0, "exit\n"),
        ]
        text = typed(trial, keys)
        requests = len(server.requests)
    trial.right("the exit code is not 0", b"code=0" in text, text[-200:])
    trial.equal("requests", requests, 12)
    with open(trial.path("run.jsonl"), encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    stops = [event["lasted"] / 1e6 for event in events if event.get("kind") == "stopped"]
    trial.right("not one stop of about 2.5 s", len(stops) == 1 and 2 < stops[0] < 5, stops)
    ends = {event["job"]: event for event in events if event.get("kind") == "attempt-ended"}
    trial.equal("time-outs", sum(end.get("outcome") == "timed-out" for end in ends.values()), 0)
    starts = {event["job"]: event["at"] for event in events if event.get("kind") == "attempt-started"}
    longest = max(end["at"] - starts[job] for job, end in ends.items()) / 1e6
    trial.right("a latency far above what the server took", longest < 0.9, longest)


def typed(trial, keys):
    """What an interactive shell writes to a terminal. Keys are typed so many seconds after their condition holds."""
    process, terminal = pty.fork()
    if process == 0:
        try:
            os.chdir(trial.folder)
            os.execve("/bin/sh", ["sh", "-i"], {**trial.environment({}), "TERM": "xterm-256color", "ENV": "/dev/null"})
        finally:
            os._exit(127)
    text, keys, since, last = b"", list(keys), None, time.monotonic() + 25
    while time.monotonic() < last:
        if keys and since is None and keys[0][0](text):
            since = time.monotonic()
        if since is not None and time.monotonic() >= since + keys[0][1]:
            os.write(terminal, keys.pop(0)[2].encode())
            since = None
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                text += os.read(terminal, 65536)
            except OSError:
                break
    else:
        os.kill(process, signal.SIGKILL)
        text += b"(it did not end)"
    os.waitpid(process, 0)
    os.close(terminal)
    return text


@variants("F21", "{} to /dev/full: 74 and a word", ["--json", "the summary", "--report -", "--events -"])
def full(trial, what):
    flags = {"--json": ["--json"], "the summary": [], "--report -": ["--report", "-"], "--events -": ["--events", "-"]}[what]
    with Server(always()) as server:
        done = trial.run(server.url, "-n", 2, *flags, json_summary=False, stdout="/dev/full")
    trial.ended(done, 74)
    trial.says(done.err, ("No space", "full", "could not be written", "standard output"))


@case("F18", "429 with Retry-After: 300: the screen shows the wait")
def cooldown_on_screen(trial):
    with Server(always(answer(b"", "429 Too Many Requests", "Retry-After: 300"))) as server:
        text, _ = screen(trial, [server.url, "-n", 1, "--no-motion"], 3, lambda process: os.kill(process, signal.SIGTERM))
        requests = len(server.requests)
    trial.right("no wait of five minutes on the screen", b"5m 00" in text, text[-200:])
    trial.right("an estimate that leaves it out", b"25 s left" not in text)
    trial.equal("requests", requests, 1)
