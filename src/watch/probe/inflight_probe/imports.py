"""Hooks, each installed right after the import of its module.

A hook that does not find what it wraps reports that it is missing, and changes nothing. Start at `install`.
"""

import sys

from inflight_probe import wire

# The module that is waited for, and the module of the probe that hooks it.
HOOKS = {
    "http.client": "http_client",
    "aiohttp": "aiohttp_client",
    "httpx": "httpx_client",
    "asyncio.events": "loops",
    "asyncio.tasks": "tasks",
    "asyncio.base_events": "tasks",
    "asyncio.runners": "tasks",
    "asyncio.taskgroups": "tasks",
    "warnings": "tasks",
}
# And with a gate.
STEERED = {"urllib3.connectionpool": "urllib3_pool"}


def install(is_steered):
    """Hooks the modules that are loaded, and waits for the others."""
    if is_steered:
        HOOKS.update(STEERED)
    for name in list(HOOKS):
        if name in sys.modules:
            apply(HOOKS.pop(name), sys.modules[name])
    sys.meta_path.insert(0, HookFinder())


def apply(hook, module):
    """Installs one hook. It returns what it lacks, and tests itself."""
    name = module.__name__
    try:
        probe = __import__("inflight_probe." + hook, fromlist=["install"])
        lacks = probe.install(module)
    except Exception as error:
        wire.emit("hook", name=None, lacks=[name], why="%s: %s" % (type(error).__name__, str(error)[:200]))
    else:
        wire.add_hook(name, lacks or ())


class HookFinder:
    """Finds nothing itself. It lets a hook run after the module's own import; no loader of ours stays."""

    def find_spec(self, name, path=None, target=None):
        hook = HOOKS.pop(name, None)
        if hook is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None) if finder is not self else None
            spec = find(name, path, target) if find else None
            if spec is not None:
                return self.follow(spec, hook)
        return None

    def follow(self, spec, hook):
        loader = spec.loader
        original = getattr(loader, "exec_module", None)
        if original is None:
            return spec

        def exec_module(module):
            del loader.exec_module
            original(module)
            apply(hook, module)

        try:
            loader.exec_module = exec_module
        except AttributeError:
            pass
        return spec
