"""Starts one limited server on a free port of loopback, in a folder of its own, and ends it.

Start at `Server`.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time

import install
from install import HERE


class Server:
    """One process with one limiter; a context manager. Its log is complete once it has ended."""

    def __init__(self, kind, options, folder):
        self.kind, self.options, self.folder = kind, options, folder
        self.port = free_port()
        self.log = os.path.join(folder, "requests.log")
        self.url = f"http://127.0.0.1:{self.port}{options.get('path', '/')}"

    def __enter__(self):
        arguments, environment = STARTERS[self.kind](self)
        with open(os.path.join(self.folder, "server.err"), "wb") as errors:
            # haproxy writes its log on standard output; the others log to the file themselves.
            with open(self.log, "ab") as output:
                self.process = subprocess.Popen(
                    arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=output if self.kind == "haproxy" else subprocess.DEVNULL,
                    stderr=errors,
                    env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
                    cwd=self.folder,
                    start_new_session=True,
                )
        self.wait_until_open()
        return self

    def wait_until_open(self):
        for _ in range(300):
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        with open(os.path.join(self.folder, "server.err"), encoding="utf-8", errors="replace") as errors:
            raise OSError(f"the server did not start: {errors.read()[-600:]}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def requests(self):
        """Every request that the server logged: begin and end in seconds since 1970, status, header fields."""
        with open(self.log, encoding="utf-8", errors="replace") as lines:
            return [entry(json.loads(line)) for line in lines if line.startswith("{")]


def entry(line):
    if "b" in line:
        return line
    # The proxies log the end and the duration; haproxy counts in microseconds and milliseconds.
    end, lasted = (line["t"] / 1e6, line["d"] / 1e3) if line["t"] > 1e12 else (line["t"], line["d"])
    return {"b": end - lasted, "e": end, "s": line["s"], "h": {"retry-after": line["r"]} if line["r"] else {}}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def own(server):
    settings = json.dumps(server.options["settings"])
    return [sys.executable, os.path.join(HERE, "own_server.py"), str(server.port), server.log, settings], {}


def node(server):
    arguments = ["node", os.path.join(HERE, "node_server.js"), str(server.port), server.log, server.options["limiter"]]
    return arguments, {"NODE_PATH": os.path.join(install.folder(), "node_modules"), "NODE_ENV": "production"}


def gunicorn(server):
    program = os.path.join(install.folder(), "venv", "bin", "gunicorn")
    arguments = [program, "--log-level", "critical", "--bind", f"127.0.0.1:{server.port}", "--worker-tmp-dir", server.folder]
    arguments += ["--worker-class", "gthread", "--threads", "40", "--keep-alive", "60", "--chdir", HERE]
    return [*arguments, f"python_apps:{server.options['app']}()"], {"LIMITER_LOG": server.log}


def uvicorn(server):
    program = os.path.join(install.folder(), "venv", "bin", "uvicorn")
    arguments = [program, "--host", "127.0.0.1", "--port", str(server.port), "--log-level", "critical"]
    arguments += ["--app-dir", HERE, "--factory", f"python_apps:{server.options['app']}"]
    return arguments, {"LIMITER_LOG": server.log}


def nginx(server):
    pages = os.path.join(server.folder, "www")
    os.makedirs(pages)
    for name, size in {"small.txt": 1024, "slow.txt": 98304}.items():
        with open(os.path.join(pages, name), "w", encoding="ascii") as file:
            file.write("x" * size)
    # The workers of nginx run as another user, who has to read the pages.
    for path in (server.folder, pages):
        os.chmod(path, 0o755)
    text = "user root;\n" if os.geteuid() == 0 else ""
    path = filled("nginx.conf.in", server, {}, text)
    return [shutil.which("nginx"), "-p", server.folder, "-c", path, "-e", os.path.join(server.folder, "start.err")], {}


def haproxy(server):
    path = filled("haproxy.cfg.in", server, server.options, "")
    return [shutil.which("haproxy"), "-f", path], {}


def filled(name, server, values, start):
    """Writes a configuration file with the values in place of their names."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        text = file.read()
    for key, value in {"folder": server.folder, "port": server.port, **values}.items():
        text = text.replace(f"@{key}@", str(value))
    path = os.path.join(server.folder, name.removesuffix(".in"))
    with open(path, "w", encoding="utf-8") as file:
        file.write(start + text)
    return path


STARTERS = {"own": own, "node": node, "gunicorn": gunicorn, "uvicorn": uvicorn, "nginx": nginx, "haproxy": haproxy}
