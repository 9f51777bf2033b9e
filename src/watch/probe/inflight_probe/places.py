"""Places in the program's own files: (file, line, function).

Files of the standard library, of installed packages and of the probe are not the program's own. Start at `own_place`.
"""

import os

LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
START_DIRECTORY = os.getcwd()
# Code that is generated again and again must not fill the memory.
MOST = 20_000

_is_own = {}
_places = {}


def is_own(filename):
    """Whether a file belongs to the program itself."""
    known = _is_own.get(filename)
    if known is None:
        if len(_is_own) > MOST:
            _is_own.clear()
        path = filename if filename.startswith("<") else absolute(filename)
        is_foreign = path.startswith((LIBRARY, HERE, "<")) or "site-packages" in path or "dist-packages" in path
        known = _is_own[filename] = not is_foreign
    return known


def absolute(filename):
    """The path of a file as of the start of the program."""
    return os.path.normpath(os.path.join(START_DIRECTORY, filename))


def own_place(frame):
    """The innermost of these frames in the program's own files; None if there is none."""
    while frame is not None:
        if is_own(frame.f_code.co_filename):
            return place_of(frame)
        frame = frame.f_back
    return None


def any_place(frame):
    """The innermost frame in the program's own files, or else the innermost outside of the probe."""
    place = own_place(frame)
    while place is None and frame is not None:
        if not frame.f_code.co_filename.startswith(HERE):
            place = place_of(frame)
        frame = frame.f_back
    return place


def place_of(frame):
    """The place of one frame. It is cached, because finding the line of a frame is slow."""
    code = frame.f_code
    key = (id(code), frame.f_lasti)
    known = _places.get(key)
    if known is None:
        if len(_places) > MOST:
            _places.clear()
        place = (absolute(code.co_filename), frame.f_lineno or code.co_firstlineno, code.co_name)
        # The code object is kept, so that no other gets its id.
        known = _places[key] = (place, code)
    return known[0]


def definition(code):
    """The place where a function is defined."""
    return (absolute(code.co_filename), code.co_firstlineno, code.co_name)


def raised_at(error):
    """The innermost place of the program's own files in the traceback of an exception."""
    trace, place = getattr(error, "__traceback__", None), None
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_own(code.co_filename):
            place = (absolute(code.co_filename), trace.tb_lineno, code.co_name)
        trace = trace.tb_next
    return place


def calling_package(frame):
    """The package that the program's own code called: `requests`, if that led to this frame."""
    name = None
    while frame is not None:
        if is_own(frame.f_code.co_filename):
            break
        module = frame.f_globals.get("__name__") or ""
        if not module.startswith("inflight_probe"):
            name = module.split(".")[0]
        frame = frame.f_back
    return name
