"""The probe of `inflight watch`: it runs inside a Python program and reports what its requests and event loops do.

It only observes. Threads of the program append plain objects to a queue; one hidden thread formats and sends them.
Every observer swallows its own errors. Without a monitor at the other end, nothing at all is touched.
Start at `start`.
"""

from inflight_probe import wire


def start():
    """Connects to the monitor; installs the hooks if it is there."""
    if not wire.connect():
        return
    from inflight_probe import gate, imports

    imports.install(gate.start())
    wire.hello()
    wire.at_fork_and_exit()
