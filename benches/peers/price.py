#!/usr/bin/env python3
"""Measures what the parts of inflight cost, in interleaved rounds, with their spread.

    cargo build --release
    python3 benches/peers/price.py                  # all parts
    python3 benches/peers/price.py watching         # one of: parts, watching, recording, runtimes, memory, million

Everything runs once in each of five rounds. The output is the median of the rounds, with [min..max].
Instructions are counted by valgrind's callgrind, if it is installed: the difference of a long and a short run,
divided by the requests. It needs Linux; all traffic is on loopback.
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
    """Builds a benchmark and returns the path of its executable."""
    arguments = ["cargo", "bench", "--quiet", "--bench", name, "--no-run", "--message-format=json"]
    output = subprocess.run(arguments, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True).stdout
    built = [json.loads(line) for line in output.splitlines()]
    return next(one["executable"] for one in built if one.get("executable") and one["target"]["name"] == name)


def summary_of(figures, unit=""):
    return f"{statistics.median(figures):9.2f}{unit} [{min(figures):.2f}..{max(figures):.2f}]"


def ratios(ours, theirs):
    return summary_of([one / other for one, other in zip(ours, theirs)])


def rounds(clients):
    """The result of each client in each round."""
    results = {name: [] for name in clients}
    for _ in range(ROUNDS):
        for name, client in clients.items():
            results[name].append(client())
    return results


def parts():
    """Times the parts of a run, each by itself: the gate, a frame, and so on."""
    program = bench("parts")
    results = {}
    for _ in range(ROUNDS):
        for name, nanoseconds in medians(program):
            results.setdefault(name, []).append(nanoseconds)
    print("\nthe parts, each by itself, in nanoseconds")
    for name, figures in results.items():
        print(f"  {name:28} {summary_of(figures)}")
    for part in ("changed", "anew"):
        few, many = (results[f"tui picture {part} {n}"] for n in (10, 100_000))
        print(f"  a picture, {part}, 100,000 endpoints ÷ 10: {ratios(many, few)}")


def medians(program):
    """The median of each part in one run, read from the tree and the table that divan prints."""
    scale = {"ns": 1, "µs": 1e3, "ms": 1e6}
    path = []
    arguments = [program, "--bench"]
    output = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    for line in output.splitlines()[1:]:
        if found := re.match(r"([│ ]*)[├╰]─ (\w+)(.*)", line):
            path[len(found[1]) // 3 :] = [found[2]]
            columns = found[3].split("│")
            if len(columns) > 2 and (median := columns[2].split()):
                yield " ".join(path), float(median[0]) * scale[median[1]]


def watching():
    """Instructions per request, with and without a listener for its events."""
    if shutil.which("valgrind") is None:
        print("\nwatching: not measured, there is no valgrind here")
        return
    program, upstream = bench("one"), Upstream()
    url = upstream.url + "/status/200"
    for wire in ("direct", "reqwest"):
        watched = ("deaf", "counted", "folded", "recorded")
        results = rounds({name: lambda name=name: each(program, name, wire, url) for name in watched})
        print(f"\ninstructions a request, {wire} wire{'':13} ÷ deaf{'':23} ÷ counted")
        for name, figures in results.items():
            print(f"  {name:9} {summary_of(figures)}   {ratios(figures, results['deaf'])}   {ratios(figures, results['counted'])}")
    upstream.end()


def each(program, watched, wire, url):
    short, long = (instructions([program, watched, "thread", wire, str(n), url]) for n in (SHORT, LONG))
    return (long - short) / (LONG - SHORT)


def instructions(arguments):
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    output = subprocess.run([*valgrind, *arguments], stderr=subprocess.PIPE, text=True, check=True).stderr
    return int(re.search(r"Collected : (\d+)", output)[1])


def recording():
    """Elapsed and CPU time of a recorded batch, compared with one that is not recorded. The disk is not measured."""
    upstream = Upstream()
    arguments = [INFLIGHT, "run", upstream.url + "/status/200", "-n", str(REQUESTS), "-c", str(WORKERS), "--plain"]
    clients = [
        ("not recorded", lambda: run(arguments)),
        ("recorded", lambda: run([*arguments, "--events", os.devnull])),
    ]
    compare(f"{REQUESTS:,} requests, {WORKERS} at once", clients, "not recorded")
    upstream.end()


def runtimes():
    """One runtime per core, compared with one shared runtime and with one thread."""
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
    """Peak memory of a batch that is in flight all at once."""
    upstream = Upstream()
    results = rounds({wire: lambda wire=wire: peak(upstream, wire) for wire in ("direct", "reqwest")})
    print(f"\n{IN_FLIGHT:,} in flight, the most memory in MiB, and in KiB for each")
    for wire, figures in results.items():
        print(f"  {wire:9} {summary_of(figures)}   {summary_of([figure * 1024 / IN_FLIGHT for figure in figures])}")
    upstream.end()


def most_memory(pid):
    """Peak memory of a process so far, in KiB."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
    return int(found[1]) if found else 0


def peak_on_screen(arguments, folder):
    results = [0]
    in_terminal(arguments, folder, look=lambda pid: results.append(max(results[-1], most_memory(pid))))
    return results[-1] / 1024


def peak(upstream, wire):
    n = str(IN_FLIGHT)
    arguments = [INFLIGHT, "run", upstream.url + "/delay/5s", "-n", n, "-c", n, "--timeout", "60s", "--wire", wire]
    process = subprocess.Popen([*arguments, "--plain", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, most_memory(process.pid))
        time.sleep(0.02)
    summary = json.load(process.stdout)
    if (peak := summary["in_flight"]["peak"]) < IN_FLIGHT:
        print(f"  only {peak:,} were in flight: is `ulimit -n` above {2 * IN_FLIGHT:,}?")
    return most / 1024


def million():
    """Peak memory with a million addresses from a file, fifty at once, with the screen."""
    upstream = Upstream()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "urls.txt"), "w", encoding="utf-8") as file:
            file.writelines(f"{upstream.url}/status/200?{n}\n" for n in range(1_000_000))
        arguments = [INFLIGHT, "run", "urls.txt", "-c", str(WORKERS), "--json"]
        results = rounds({"inflight, on screen": lambda: peak_on_screen(arguments, folder)})
    for name, figures in results.items():
        print(f"\n1,000,000 addresses, {WORKERS} at once, the most memory in MiB\n  {name} {summary_of(figures)}")
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
