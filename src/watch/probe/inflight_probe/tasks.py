"""Coroutines and tasks that are lost: never awaited, failed unseen, still running at the end, dropped by `gather`.

Nothing here calls `Future.exception()`, which would silence Python's own message. Start at `install`.
"""

import sys

from inflight_probe import places, wire
from inflight_probe.exchange import dress

# Tasks whose exceptions were reported before Python reports them.
_reported = set()


def install(module):
    """Hooks one of the modules that deal with tasks."""
    return {
        "asyncio.tasks": hook_gather,
        "asyncio.base_events": hook_exception_handler,
        "asyncio.runners": hook_end_of_run,
        "asyncio.taskgroups": hook_task_group,
        "warnings": hook_never_awaited,
    }[module.__name__](module)


def hook_gather(module):
    """Hooks the future that `gather` returns. `gather` itself stays, as its warnings count the frames above it."""
    future = module._GatheringFuture
    original_init, original_set = future.__init__, future.set_exception

    def __init__(self, children, *args, **kwargs):
        original_init(self, children, *args, **kwargs)
        begin(self, children, sys._getframe(1))

    def set_exception(self, exception):
        report(self, exception)
        return original_set(self, exception)

    @wire.safe
    def begin(self, children, frame):
        caller = frame
        while caller is not None and caller.f_globals is vars(module):
            caller = caller.f_back
        # What asyncio gathers for itself is no intent of the program.
        if caller is None or str(caller.f_globals.get("__name__")).startswith("asyncio."):
            return
        place = places.own_place(caller)
        if place is not None:
            self._inflight = place
            wire.emit("gather", n=len(children), place=place)

    @wire.safe
    def report(self, exception):
        place = getattr(self, "_inflight", None)
        if type(exception).__name__ == "CancelledError" or place is None:
            return
        children = list(self._children)
        done = [child for child in children if child.done()]
        good = sum([not child.cancelled() and child._exception is None for child in done])
        wire.emit("gather_raised", n=len(children), good=good, running=len(children) - len(done), place=place,
                  error=type(exception).__name__, raised=places.raised_at(exception))

    dress(__init__, original_init)
    dress(set_exception, original_set)
    future.__init__, future.set_exception = __init__, set_exception


def hook_task_group(module):
    """Hooks the end of the body of a `TaskGroup`: so many tasks are meant to run at once."""
    group = module.TaskGroup
    original = group.__aexit__

    def __aexit__(self, *args):
        report(self, sys._getframe(1))
        return original(self, *args)

    @wire.safe
    def report(self, frame):
        place = places.own_place(frame)
        if place is not None and len(self._tasks) > 1:
            wire.emit("gather", n=len(self._tasks), place=place)

    dress(__aexit__, original)
    group.__aexit__ = __aexit__


def hook_exception_handler(module):
    """Hooks the handler that reports exceptions which the program never retrieved."""
    loop = module.BaseEventLoop
    original = loop.call_exception_handler

    def call_exception_handler(self, context):
        report(context)
        return original(self, context)

    @wire.safe
    def report(context):
        task = context.get("task") or context.get("future")
        if "never retrieved" in (context.get("message") or "") and context.get("exception") is not None:
            if id(task) in _reported:
                _reported.discard(id(task))
            else:
                report_error(task, context["exception"])

    dress(call_exception_handler, original)
    loop.call_exception_handler = call_exception_handler


def report_error(task, error):
    fields = description(task)
    place = places.raised_at(error) or fields.pop("place")
    wire.emit("lost_error", coroutine=fields["coroutine"], place=place, error=type(error).__name__)


def description(task):
    """What a task runs, and where that is now."""
    get_coroutine = getattr(task, "get_coro", None)
    coroutine = get_coroutine() if get_coroutine else None
    code, frame = getattr(coroutine, "cr_code", None), getattr(coroutine, "cr_frame", None)
    place = None
    if code is not None and places.is_own(code.co_filename):
        place = places.place_of(frame) if frame is not None else places.definition(code)
    return {"coroutine": getattr(coroutine, "__qualname__", None), "place": place}


def hook_end_of_run(module):
    """Hooks the moment in which `asyncio.run()` cancels what was not awaited."""
    original = module._cancel_all_tasks

    def _cancel_all_tasks(loop):
        failed = before(loop) or []
        result = original(loop)
        after(failed)
        return result

    @wire.safe
    def before(loop):
        tasks = sys.modules["asyncio.tasks"]
        # Tasks that end because the program fails or is interrupted are no mistake.
        if sys.exc_info()[0] is None:
            for task in tasks.all_tasks(loop):
                fields = description(task)
                if not task.done() and fields["place"] is not None:
                    wire.emit("unfinished", **fields)
        known = getattr(tasks, "_scheduled_tasks", None) or getattr(tasks, "_all_tasks", ())
        return [task for task in list(known) if has_lost_error(task) and task.get_loop() is loop]

    @wire.safe
    def after(failed):
        # Only now every callback has run that could retrieve an exception. These tasks are still referenced, so
        # Python reports them when the interpreter ends, or never.
        for task in failed:
            if has_lost_error(task):
                _reported.add(id(task))
                report_error(task, task._exception)

    dress(_cancel_all_tasks, original)
    module._cancel_all_tasks = _cancel_all_tasks


def has_lost_error(task):
    return task.done() and getattr(task, "_log_traceback", False) and getattr(task, "_exception", None) is not None


def hook_never_awaited(module):
    """Hooks the warning that the interpreter gives when a coroutine is dropped that never ran."""
    if not hasattr(module, "_warn_unawaited_coroutine"):
        raise AttributeError("_warn_unawaited_coroutine")

    def _warn_unawaited_coroutine(coro):
        report(coro, sys._getframe(1))
        # From here on, what CPython's own function does, at the same depth.
        lines = ["coroutine '%s' was never awaited\n" % coro.__qualname__]
        if coro.cr_origin is not None:
            import linecache
            import traceback

            origin = [(name, number, function, linecache.getline(name, number))
                      for name, number, function in reversed(coro.cr_origin)]
            lines.append("Coroutine created at (most recent call last)\n")
            lines += traceback.format_list(origin)
        module.warn("".join(lines).rstrip("\n"), category=RuntimeWarning, stacklevel=2, source=coro)

    @wire.safe
    def report(coroutine, frame):
        code = coroutine.cr_code
        defined = places.definition(code) if places.is_own(code.co_filename) else None
        # It is nearly always dropped by the very call that lacks an `await`.
        wire.emit("never_awaited", coroutine=coroutine.__qualname__, place=places.own_place(frame), defined=defined)

    dress(_warn_unawaited_coroutine, module._warn_unawaited_coroutine)
    module._warn_unawaited_coroutine = _warn_unawaited_coroutine
