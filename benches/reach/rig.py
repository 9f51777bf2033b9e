"""The cases, and how one runs: the program with its arguments in a folder of its own, and what must be true after it.

Start at `case` and `Trial`.
"""

import contextlib
import dataclasses
import functools
import json
import os
import subprocess
import time

CASES = []


@dataclasses.dataclass(frozen=True)
class Case:
    row: str
    what: str
    function: object
    # The shared things that it needs, such as `nginx`.
    needs: tuple


def case(row, what, *needs):
    """Makes a function of a `Trial` a case of a row."""

    def register(function):
        CASES.append(Case(row, what, function, needs))
        return function

    return register


def variants(row, what, values, *needs):
    """A case for each value, or tuple of a name and values; `what` contains `{}`."""

    def register(function):
        for value in values:
            name, rest = (value[0], value) if isinstance(value, tuple) else (value, (value,))
            CASES.append(Case(row, what.replace("{}", str(name)), functools.partial(with_value, function, rest), needs))
        return function

    return register


def with_value(function, rest, trial):
    function(trial, *rest)


@dataclasses.dataclass
class Done:
    code: int
    out: str
    err: str
    seconds: float
    # The most memory that it had, in bytes.
    memory: int
    folder: str

    @functools.cached_property
    def summary(self):
        try:
            return json.loads(self.out)
        except ValueError:
            return {}

    def jobs(self, key):
        return self.summary.get("jobs", {}).get(key)

    @property
    def started(self):
        return self.summary.get("attempts", {}).get("started")

    @functools.cached_property
    def report(self):
        """The results of `--report report.json`."""
        with contextlib.suppress(OSError, ValueError):
            with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
                return json.load(file)["results"]
        return []

    @property
    def all_text(self):
        return self.out + self.err


# All that a program gets from these surroundings. Others decide how it runs: `CI` takes its screen away, `http_proxy` its route.
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "USER")


class Trial:
    def __init__(self, binary, folder, shared):
        self.binary, self.folder, self.shared, self.faults = binary, folder, shared, []

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, name, arguments):
        return [self.binary, name, *map(str, arguments)]

    def environment(self, more):
        kept = {key: os.environ[key] for key in KEPT if key in os.environ}
        return {**kept, "XDG_CONFIG_HOME": self.folder, "HOME": self.folder, **more}

    def run(self, *arguments, json_summary=True, **options):
        """`inflight run` with a summary in JSON."""
        return self.program("run", *arguments, *(["--json"] if json_summary else []), **options)

    def check(self, *arguments, **options):
        return self.program("check", *arguments, **options)

    def program(self, name, *arguments, env=None, stdin=None, longest=40, during=None, stdout=None):
        """Runs the program to its end. `during` is called with its process meanwhile."""
        # Files instead of pipes: nothing has to be read while it runs.
        given = self.file(f"in-{time.monotonic_ns()}", stdin) if stdin is not None else os.devnull
        names = [stdout or self.path(f"out-{time.monotonic_ns()}"), self.path(f"err-{time.monotonic_ns()}")]
        began = time.monotonic()
        with open(given, "rb") as source, open(names[0], "wb") as out, open(names[1], "wb") as err:
            process = subprocess.Popen(
                self.command(name, arguments), env=self.environment(env or {}), cwd=self.folder, stdin=source, stdout=out, stderr=err
            )
        if during:
            during(process)
        status, memory = wait(process, began + longest)
        seconds = time.monotonic() - began
        texts = ["" if path == stdout else text_of(path) for path in names]
        if status is None:
            self.fault(f"it did not end within {longest} s")
            status = -1
        return Done(status, *texts, seconds, memory, self.folder)

    def fault(self, text):
        self.faults.append(text)

    def right(self, what, condition, value=None):
        if not condition:
            self.fault(what if value is None else f"{what}: {shortened(value)}")

    def equal(self, what, value, wanted):
        self.right(f"{what} should be {shortened(repr(wanted))}, is", value == wanted, repr(value))

    def ended(self, done, code, /, **jobs):
        """The exit code, and numbers of jobs such as `done=3`."""
        if done.code != code:
            self.fault(f"exit code {done.code}, not {code}: {shortened(reason(done))}")
        for key, number in jobs.items():
            self.equal(f"jobs.{key}", done.jobs(key), number)

    def says(self, text, *words):
        """Each of the words is in the text; several spellings of one are a tuple."""
        for spellings in words:
            some = spellings if isinstance(spellings, tuple) else (spellings,)
            found = any(word.lower() in text.lower() for word in some)
            self.right(f"no {' or '.join(map(repr, some))} in", found, text.strip() or "(nothing)")

    def never_says(self, text, *words):
        for word in words:
            self.right(f"{word!r} in", word not in text, text)


def wait(process, until):
    """The exit code of a process, which is killed at a moment, and the most memory that it had."""
    memory = 0
    while process.poll() is None:
        if time.monotonic() > until:
            process.kill()
            process.wait()
            return None, memory
        # The kernel's own maximum since the program started. That of `wait4` begins with the memory of this process.
        memory = max(memory, peak(process.pid))
        time.sleep(0.01)
    return process.returncode, memory


def peak(number):
    with contextlib.suppress(OSError, StopIteration):
        with open(f"/proc/{number}/status", encoding="ascii") as file:
            return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) << 10
    return 0


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def shortened(text):
    text = " ".join(str(text).split())
    return text if len(text) <= 300 else f"{text[:140]} … {text[-150:]}"


def reason(done):
    failures = done.summary.get("failures")
    return json.dumps(failures) if failures else done.err.strip() or done.out.strip() or "(no output)"
