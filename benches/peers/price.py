#!/usr/bin/env python3
"""Runs inflight beside itself, in turns, and prints what its parts cost, with their spread.

    cargo build --release
    python3 benches/peers/price.py                  # all parts
    python3 benches/peers/price.py watching         # one of: parts, watching, recording, runtimes, memory, million

Five rounds, in each of which everything runs once, one after the other; what is printed is the median of the
rounds' figures or ratios, and the least and the greatest. Instructions are counted by valgrind's callgrind,
where that is installed: the difference of a long run and a short one, for each request. Linux only, and
everything is on loopback.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time

from peers import HERE, INFLIGHT, ROUNDS, WORKERS, Upstream, chosen, compare, in_terminal, run

SHORT, LONG = 2_000, 6_000
REQUESTS = 100_000
IN_FLIGHT = 10_000


def bench(name):
    """Builds a bench, and says where it is."""
    words = ["cargo", "bench", "--quiet", "--bench", name, "--no-run", "--message-format=json"]
    said = subprocess.run(words, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True).stdout
    built = [json.loads(line) for line in said.splitlines()]
    return next(one["executable"] for one in built if one.get("executable") and one["target"]["name"] == name)


def told(figures, unit=""):
    return f"{statistics.median(figures):9.2f}{unit} [{min(figures):.2f}..{max(figures):.2f}]"


def ratios(ours, theirs):
    return told([one / other for one, other in zip(ours, theirs)])


def rounds(clients):
    """What each client gives back, round by round."""
    seen = {name: [] for name in clients}
    for _ in range(ROUNDS):
        for name, client in clients.items():
            seen[name].append(client())
    return seen


def parts():
    """The parts of a run, each by itself: a gate, a picture, and so on."""
    program = bench("parts")
    seen = {}
    for _ in range(ROUNDS):
        for name, nanoseconds in medians(program):
            seen.setdefault(name, []).append(nanoseconds)
    print("\nthe parts, each by itself, in nanoseconds")
    for name, figures in seen.items():
        print(f"  {name:28} {told(figures)}")
    for part in ("changed", "anew"):
        few, many = (seen[f"tui picture {part} {n}"] for n in (10, 100_000))
        print(f"  a picture, {part}, 100,000 endpoints ÷ 10: {ratios(many, few)}")


def medians(program):
    """The medians of one run of the parts, by their names: divan draws a tree, and a table beside it."""
    scale = {"ns": 1, "µs": 1e3, "ms": 1e6}
    path = []
    words = [program, "--bench"]
    said = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    for line in said.splitlines()[1:]:
        if found := re.match(r"([│ ]*)[├╰]─ (\w+)(.*)", line):
            path[len(found[1]) // 3 :] = [found[2]]
            columns = found[3].split("│")
            if len(columns) > 2 and (median := columns[2].split()):
                yield " ".join(path), float(median[0]) * scale[median[1]]


def watching():
    """Instructions of a request: whoever listens to its events, beside nobody."""
    if shutil.which("valgrind") is None:
        print("\nwatching: not measured, there is no valgrind here")
        return
    program, upstream = bench("one"), Upstream()
    url = upstream.url + "/status/200"
    for wire in ("direct", "reqwest"):
        watched = ("deaf", "counted", "folded", "recorded")
        seen = rounds({name: lambda name=name: each(program, name, wire, url) for name in watched})
        print(f"\ninstructions a request, {wire} wire{'':13} ÷ deaf{'':23} ÷ counted")
        for name, figures in seen.items():
            print(f"  {name:9} {told(figures)}   {ratios(figures, seen['deaf'])}   {ratios(figures, seen['counted'])}")
    upstream.end()


def each(program, watched, wire, url):
    short, long = (instructions([program, watched, "thread", wire, str(n), url]) for n in (SHORT, LONG))
    return (long - short) / (LONG - SHORT)


def instructions(words):
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    said = subprocess.run([*valgrind, *words], stderr=subprocess.PIPE, text=True, check=True).stderr
    return int(re.search(r"Collected : (\d+)", said)[1])


def recording():
    """Time and processor time of a batch that is recorded, beside one that is not; what a disk takes is its own."""
    upstream = Upstream()
    words = [INFLIGHT, "run", upstream.url + "/status/200", "-n", str(REQUESTS), "-c", str(WORKERS), "--plain"]
    clients = [
        ("not recorded", lambda: run(words)),
        ("recorded", lambda: run([*words, "--events", os.devnull])),
    ]
    compare(f"{REQUESTS:,} requests, {WORKERS} at once", clients, "not recorded")
    upstream.end()


def runtimes():
    """A thread and a runtime for each core, beside one runtime of as many threads, and one thread."""
    program, upstream = bench("one"), Upstream()
    url = upstream.url + "/status/200"
    for wire in ("direct", "reqwest"):
        by = {"threads": "a runtime for each core", "runtime": "one runtime of all", "thread": "one thread"}
        clients = [
            (what, lambda how=how: run([program, "counted", how, wire, str(REQUESTS), url])) for how, what in by.items()
        ]
        title = f"{REQUESTS:,} requests, {WORKERS} at once, {wire} wire, {os.cpu_count()} cores"
        compare(title, clients, by["runtime"])
    upstream.end()


def memory():
    """The most memory of a batch that is all in flight at once."""
    upstream = Upstream()
    seen = rounds({wire: lambda wire=wire: peak(upstream, wire) for wire in ("direct", "reqwest")})
    print(f"\n{IN_FLIGHT:,} in flight, the most memory in MiB, and in KiB for each")
    for wire, figures in seen.items():
        print(f"  {wire:9} {told(figures)}   {told([figure * 1024 / IN_FLIGHT for figure in figures])}")
    upstream.end()


def most_memory(pid):
    """The most memory that a process has had so far, in KiB."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
    return int(found[1]) if found else 0


def peak_on_screen(words, folder):
    seen = [0]
    in_terminal(words, folder, look=lambda pid: seen.append(max(seen[-1], most_memory(pid))))
    return seen[-1] / 1024


def peak(upstream, wire):
    n = str(IN_FLIGHT)
    words = [INFLIGHT, "run", upstream.url + "/delay/5s", "-n", n, "-c", n, "--timeout", "60s", "--wire", wire]
    process = subprocess.Popen([*words, "--plain", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, most_memory(process.pid))
        time.sleep(0.02)
    summary = json.load(process.stdout)
    if (peak := summary["in_flight"]["peak"]) < IN_FLIGHT:
        print(f"  only {peak:,} were in flight: is `ulimit -n` above {2 * IN_FLIGHT:,}?")
    return most / 1024


def million():
    """The most memory of a million addresses from a file, fifty at once, with the screen."""
    upstream = Upstream()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "urls.txt"), "w", encoding="utf-8") as file:
            file.writelines(f"{upstream.url}/status/200?{n}\n" for n in range(1_000_000))
        words = [INFLIGHT, "run", "urls.txt", "-c", str(WORKERS), "--json"]
        seen = rounds({"inflight, on screen": lambda: peak_on_screen(words, folder)})
    for name, figures in seen.items():
        print(f"\n1,000,000 addresses, {WORKERS} at once, the most memory in MiB\n  {name} {told(figures)}")
    upstream.end()


PARTS = {
    "parts": parts,
    "watching": watching,
    "recording": recording,
    "runtimes": runtimes,
    "memory": memory,
    "million": million,
}


def main():
    for part in chosen(PARTS):
        part()


if __name__ == "__main__":
    main()
