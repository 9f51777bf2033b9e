# Loaded by CPython's `site`, because this directory is first on PYTHONPATH while `inflight watch` runs a program.
# It must parse on every Python that a child process may be, 2.7 included, and it must never raise.
import os
import sys


def _load_probe():
    if os.environ.get("INFLIGHT_WATCH_SOCKET") and sys.version_info >= (3, 8):
        if sys.implementation.name == "cpython":
            try:
                import inflight_probe

                inflight_probe.start()
            except Exception:
                if os.environ.get("INFLIGHT_WATCH_DEBUG"):
                    raise


def _step_aside():
    # Child processes still find this directory in the environment; this process no longer looks here.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    mine = sys.modules.pop("sitecustomize", None)
    try:
        # The one that the interpreter would have found without this one.
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if getattr(error, "name", "sitecustomize") not in (None, "sitecustomize"):
            raise
        if mine is not None:
            sys.modules["sitecustomize"] = mine


try:
    _load_probe()
finally:
    _step_aside()
