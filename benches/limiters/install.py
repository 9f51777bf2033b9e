"""Installs the real limiters: nginx and haproxy from Debian, the others from npm and PyPI into a cache folder.

`LIMITERS_DIR` names that folder; otherwise it is in the user's cache. What cannot be installed is reported with the
command that failed, and its cases are skipped, or fail with `--require-all`. Start at `available`.
"""

import functools
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def folder():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = os.environ.get("LIMITERS_DIR") or os.path.join(cache, "inflight-limiters")
    os.makedirs(path, exist_ok=True)
    return path


@functools.cache
def available(kind):
    """None if servers of this kind can start, otherwise the reason why not."""
    try:
        INSTALLERS[kind]()
    except (OSError, subprocess.CalledProcessError) as error:
        return reason(error)
    return None


def reason(error):
    if isinstance(error, subprocess.CalledProcessError):
        output = (error.stderr or error.stdout or "").strip().splitlines()
        return f"`{' '.join(map(str, error.cmd))}` failed: {output[-1] if output else error.returncode}"
    return str(error)


def command(*arguments, **options):
    print(f"  installing: {' '.join(arguments)}", file=sys.stderr, flush=True)
    subprocess.run(arguments, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


@functools.cache
def package_lists():
    command("apt-get", "update", "-qq")


def debian(program, package):
    """A program of a Debian package; only root can install it."""
    if shutil.which(program):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise OSError(f"`{program}` is missing: install the package {package}")
    package_lists()
    # The services of the packages must not start: only the driver starts servers.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    command("apt-get", "install", "-y", "-qq", "--no-install-recommends", package, env=environment)


def node():
    debian("node", "nodejs")
    debian("npm", "npm")
    wanted, there = os.path.join(HERE, "package.json"), os.path.join(folder(), "package.json")
    if same(wanted, there) and os.path.isdir(os.path.join(folder(), "node_modules")):
        return
    shutil.copy(wanted, there + ".new")
    os.replace(there + ".new", there)
    try:
        command("npm", "install", "--silent", "--no-audit", "--no-fund", cwd=folder())
    except subprocess.CalledProcessError:
        os.remove(there)
        raise


def python():
    wanted = os.path.join(HERE, "requirements.txt")
    there = os.path.join(folder(), "venv", "requirements.txt")
    if same(wanted, there):
        return
    environment = os.path.join(folder(), "venv")
    command(sys.executable, "-m", "venv", "--clear", environment)
    command(os.path.join(environment, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "-r", wanted)
    shutil.copy(wanted, there)


def same(one, other):
    if not os.path.exists(other):
        return False
    with open(one, encoding="utf-8") as first, open(other, encoding="utf-8") as second:
        return first.read() == second.read()


INSTALLERS = {
    "own": lambda: None,
    "nginx": lambda: debian("nginx", "nginx-light"),
    "haproxy": lambda: debian("haproxy", "haproxy"),
    "node": node,
    "gunicorn": python,
    "uvicorn": python,
}
