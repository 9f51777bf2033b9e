#!/usr/bin/env python3
"""Compares inflight with its peers on one server, in interleaved rounds, with the spread of the ratios.

The peers are oha, wrk, hey, curl (with -Z) and Python's aiohttp, as far as they are installed. The server is
`inflight upstream` in its own process. All traffic is on loopback.

    cargo build --release
    python3 benches/peers/peers.py                  # all parts
    python3 benches/peers/peers.py throughput       # one of: throughput, cores, makespan, domains, start

Every client runs once in each of five rounds. The output is the median of the rounds' ratios, with [min..max].
"""

import os
import pty
import resource
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
INFLIGHT = os.path.join(HERE, "..", "..", "target", "release", "inflight")
ROUNDS = 5
REQUESTS = 200_000
WORKERS = 50

AIOHTTP = """
import asyncio, sys, aiohttp
async def main(url, n, c):
    left = iter(range(n))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=c)) as session:
        async def work():
            for _ in left:
                async with session.get(url) as answer:
                    await answer.read()
        await asyncio.gather(*(work() for _ in range(c)))
asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


def has_aiohttp():
    probe = subprocess.run([sys.executable, "-c", "import aiohttp"], stderr=subprocess.DEVNULL)
    return probe.returncode == 0


class Upstream:
    """The practice server and its address."""

    def __init__(self, core=None):
        arguments = pinned(core, [INFLIGHT, "upstream"])
        self.process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        output = self.process.stderr.readline().split()
        self.url = next(word for word in output if word.startswith("http")).rstrip("/")

    def end(self):
        self.process.kill()
        self.process.wait()


def pinned(core, arguments):
    return arguments if core is None or shutil.which("taskset") is None else ["taskset", "-c", str(core), *arguments]


def run(arguments, on_screen=False, folder=None):
    """Runs a client to its end; returns elapsed and CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    if on_screen:
        in_terminal(arguments, folder)
    else:
        subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, check=False)
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, cpu


def in_terminal(arguments, folder, look=None):
    """Runs a client with its standard error, or all its streams, in a terminal of 120 columns."""
    ours, theirs = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    is_inflight = "inflight" in arguments[-1] or any("target/release/inflight" in word for word in arguments)
    # With a pipe for its result inflight exits by itself; the others draw on standard output.
    out = subprocess.DEVNULL if is_inflight else theirs
    env = {**os.environ, "TERM": "xterm-256color", "COLORFGBG": "15;0"}
    process = subprocess.Popen(arguments, stdin=theirs, stdout=out, stderr=theirs, cwd=folder, env=env)
    os.close(theirs)
    while process.poll() is None:
        if look is not None:
            look(process.pid)
        if select.select([ours], [], [], 0.05)[0]:
            try:
                os.read(ours, 65536)
            except OSError:
                break
    process.wait()
    os.close(ours)


def version(arguments):
    try:
        output = subprocess.run(arguments, capture_output=True, text=True, check=False)
        return (output.stdout or output.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return "?"


def compare(title, clients, against, rounds=ROUNDS):
    """Runs the clients in rounds; prints the time of each, and its ratio to one of them."""
    print(f"\n{title}")
    results = {name: [] for name, _ in clients}
    for _ in range(rounds):
        for name, client in clients:
            results[name].append(client())
    print(f"  {'':34} {'seconds':>9} {'CPU s':>7}   time ÷ {against}        CPU ÷ {against}")
    for name, figures in results.items():
        took = statistics.median(figure[0] for figure in figures)
        cpu = statistics.median(figure[1] for figure in figures)
        print(f"  {name:34} {took:9.3f} {cpu:7.2f}   {spread(figures, results[against], 0):22} {spread(figures, results[against], 1)}")
    return results


def spread(figures, others, i):
    if any(theirs[i] == 0 for theirs in others):
        return "–"
    ratios = sorted(ours[i] / theirs[i] for ours, theirs in zip(figures, others))
    return f"{statistics.median(ratios):5.2f} [{ratios[0]:.2f}..{ratios[-1]:.2f}]"


def throughput():
    """Requests per second and CPU time, with the client on one core and the server on the other."""
    contest("one core", core=0, other=1)


def cores():
    """The same on all cores, shared with the server."""
    contest("all cores, the upstream's too", core=None, other=None)


def contest(where, core, other):
    upstream = Upstream(core=other)
    url = upstream.url + "/status/200"
    ours = [INFLIGHT, "run", url, "-n", str(REQUESTS), "-c", str(WORKERS), "--json"]

    def client(arguments, on_screen=False):
        return lambda: run(pinned(core, arguments), on_screen)

    clients = [
        ("inflight, on screen", client(ours, True)),
        ("inflight, --plain", client([*ours, "--plain"])),
        ("inflight, on screen, --wire reqwest", client([*ours, "--wire", "reqwest"], True)),
    ]
    against = "inflight, on screen"
    if oha := shutil.which("oha"):
        arguments = [oha, "-n", str(REQUESTS), "-c", str(WORKERS), url]
        clients += [("oha, on screen", client(arguments, True)), ("oha, --no-tui", client([*arguments, "--no-tui"]))]
        against = "oha, on screen"
    if wrk := shutil.which("wrk"):
        # wrk runs for a fixed time, so its time is scaled to the same number of requests.
        clients.append(("wrk", lambda: wrk_time(wrk, url, core)))
    if hey := shutil.which("hey"):
        cpus = str(os.cpu_count() if core is None else 1)
        clients.append(("hey", client([hey, "-n", str(REQUESTS), "-c", str(WORKERS), "-cpus", cpus, url])))
    if has_aiohttp():
        # A tenth of the requests; the time is multiplied by ten.
        arguments = [sys.executable, "-c", AIOHTTP, url, str(REQUESTS // 10), str(WORKERS)]
        clients.append(("aiohttp", lambda: tuple(10 * figure for figure in run(pinned(core, arguments)))))
    compare(f"{REQUESTS:,} requests, {WORKERS} at once, {where}", clients, against)
    upstream.end()


def wrk_time(wrk, url, core):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    threads = str(os.cpu_count() if core is None else 1)
    arguments = pinned(core, [wrk, "-t", threads, "-c", str(WORKERS), "-d", "4s", url])
    output = subprocess.run(arguments, capture_output=True, text=True, check=False).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    rate = float(next(line.split()[1] for line in output.splitlines() if line.startswith("Requests/sec")))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return REQUESTS / rate, cpu * REQUESTS / (4 * rate)


def makespan():
    """Some requests of one second each, all at once."""
    upstream = Upstream()
    for n in (10, 50, 120):
        url = upstream.url + "/delay/1s"
        ours = [INFLIGHT, "run", url, "-n", str(n), "-c", str(n), "--json"]
        clients = [("inflight, on screen", lambda: run(ours, True)), ("the bound", lambda: (1.0, 0.0))]
        if oha := shutil.which("oha"):
            clients.append(("oha", lambda: run([oha, "-n", str(n), "-c", str(n), "--no-tui", url])))
        if curl := shutil.which("curl"):
            arguments = [curl, "-s", "-Z", "--parallel-immediate", "--parallel-max", str(n)]
            arguments += ["-o", "/dev/null", f"{url}?id=[1-{n}]"]
            clients.append(("curl -Z", lambda: run(arguments)))
        compare(f"{n} requests of 1 s, all at once", clients, "the bound")
    upstream.end()


def domains():
    """A thousand addresses of which seven hang, with a time-out of five seconds."""
    upstream = Upstream()
    with tempfile.TemporaryDirectory() as folder:
        paths = ["/hang" if i % 143 == 71 else f"/delay/{50 + i * 37 % 450}ms" for i in range(1000)]
        urls = [f"{upstream.url}{path}?id={i}" for i, path in enumerate(paths)]
        with open(os.path.join(folder, "urls.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(urls) + "\n")
        with open(os.path.join(folder, "curl.txt"), "w", encoding="utf-8") as file:
            file.writelines(f'url = "{url}"\noutput = "/dev/null"\n' for url in urls)
        for limit in (1000, 100):
            bound = schedule(paths, limit)
            ours = [INFLIGHT, "run", "urls.txt", "-c", str(limit), "--timeout", "5s", "--tries", "1", "--json"]
            clients = [
                ("inflight, on screen", lambda: run(ours, True, folder)),
                ("first come, first served", lambda: (bound, 0.0)),
            ]
            if limit == 100:
                # One recording gives the order of all later runs.
                run([*ours, "--plain", "--events", "last.jsonl"], folder=folder)
                slow = [*ours, "--order", "slow-first", "--from", "last.jsonl"]
                clients.insert(1, ("inflight, slow first", lambda: run(slow, True, folder)))
            if curl := shutil.which("curl"):
                arguments = [curl, "-s", "-Z", "--parallel-immediate", "--parallel-max", str(min(limit, 300))]
                arguments += ["--max-time", "5", "-K", "curl.txt"]
                clients.append((f"curl -Z (at most {min(limit, 300)})", lambda: run(arguments, folder=folder)))
            if oha := shutil.which("oha"):
                # It picks addresses at random from the list, so only the total is the same.
                drawn = [oha, "-n", "1000", "-c", str(limit), "-t", "5s", "--no-tui", "--urls-from-file", "urls.txt"]
                clients.append(("oha, at random from the list", lambda: run(drawn, folder=folder)))
            results = compare(f"1,000 addresses, 7 hang, limit {limit}", clients, "first come, first served")
            for name in results if limit == 100 else []:
                if name != "inflight, slow first":
                    print(f"  slow first ÷ {name:32} {spread(results['inflight, slow first'], results[name], 0)}")
    upstream.end()


def schedule(paths, limit):
    """The exact duration if each slot takes the next address."""
    free = [0.0] * limit
    for path in paths:
        slot = min(range(limit), key=free.__getitem__)
        free[slot] += 5.0 if path == "/hang" else float(path.split("/")[2].removesuffix("ms")) / 1e3
    return max(free)


def start():
    """From the start of the process to its end, with one request."""
    upstream = Upstream()
    url = upstream.url + "/status/200"
    clients = [("inflight", lambda: run([INFLIGHT, "run", url, "--json"], False))]
    if curl := shutil.which("curl"):
        clients.append(("curl", lambda: run([curl, "-s", "-o", "/dev/null", url])))
    if oha := shutil.which("oha"):
        clients.append(("oha", lambda: run([oha, "-n", "1", "-c", "1", "--no-tui", url])))
    compare("one request, process and all", clients, "curl" if shutil.which("curl") else "inflight", rounds=25)
    upstream.end()


PARTS = {"throughput": throughput, "cores": cores, "makespan": makespan, "domains": domains, "start": start}


def chosen(parts):
    """The requested parts, or all of them; exits if one is unknown."""
    wanted = sys.argv[1:] or list(parts)
    if unknown := [word for word in wanted if word not in parts]:
        sys.exit(f"error: no part is called `{unknown[0]}`; there are {', '.join(parts)}")
    if not os.path.exists(INFLIGHT):
        sys.exit("error: build it first: `cargo build --release`")
    return [parts[name] for name in wanted]


def main():
    wanted = chosen(PARTS)
    print(f"inflight  {version([INFLIGHT, '--version'])}")
    for name, arguments in {"oha": ["--version"], "wrk": ["-v"], "curl": ["--version"]}.items():
        if path := shutil.which(name):
            print(f"{name:9} {version([path, *arguments])}")
    for part in wanted:
        part()


if __name__ == "__main__":
    main()
