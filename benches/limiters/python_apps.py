"""Rate limiters of PyPI, each in a small application with a log of every request.

gunicorn loads `flask_second`, `flask_fixed`, `flask_moving`, `django_app`; uvicorn loads `slowapi_app`. The
environment names the log: LIMITER_LOG. The packages are those of `requirements.txt`.
"""

import json
import os
import time

FIELDS = ("retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def write(began, status, headers):
    """Appends one request to the log; lines this short are written whole."""
    stated = {name.lower(): value for name, value in headers if name.lower() in FIELDS}
    line = json.dumps({"b": began, "e": time.time(), "s": status, "h": stated}) + "\n"
    os.write(descriptor(), line.encode())


def descriptor():
    if "log" not in OPEN:
        OPEN["log"] = os.open(os.environ["LIMITER_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    return OPEN["log"]


OPEN = {}


def logged(application):
    """A WSGI application that logs each request of another."""

    def call(environment, start_response):
        began = time.time()

        def start(status, headers, *rest):
            write(began, int(status.split()[0]), headers)
            return start_response(status, headers, *rest)

        return application(environment, start)

    return call


def flask_application(limit, strategy):
    from flask import Flask, jsonify
    from flask_limiter import Limiter

    app = Flask(__name__)
    limiter = Limiter(lambda: "all", app=app, headers_enabled=True, storage_uri="memory://", strategy=strategy)
    app.route("/")(limiter.limit(limit)(lambda: jsonify(ok=True)))
    return logged(app)


def flask_second():
    return flask_application("20/second", "fixed-window")


def flask_fixed():
    return flask_application("30 per 5 seconds", "fixed-window")


def flask_moving():
    return flask_application("30 per 5 seconds", "moving-window")


def django_application():
    """django-ratelimit raises PermissionDenied, which Django answers with a bare 403."""
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import JsonResponse
    from django.urls import path
    from django_ratelimit.decorators import ratelimit

    memory = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.configure(
        SECRET_KEY="none",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        CACHES=memory,
        SILENCED_SYSTEM_CHECKS=["django_ratelimit.E003", "django_ratelimit.W001"],
    )
    django.setup()
    limit = ratelimit(key=lambda group, request: "all", rate="30/5s", block=True)
    globals()["urlpatterns"] = [path("", limit(lambda request: JsonResponse({"ok": True})))]
    return logged(get_wsgi_application())


def slowapi_application():
    """slowapi on FastAPI states the limit in X-RateLimit fields."""
    from fastapi import FastAPI, Request, Response
    from slowapi import Limiter, _rate_limit_exceeded_handler
    from slowapi.errors import RateLimitExceeded

    app = FastAPI()
    limiter = Limiter(key_func=lambda request: "all", headers_enabled=True)
    app.state.limiter = limiter
    app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)

    async def index(request: Request, response: Response):
        return {"ok": True}

    app.get("/")(limiter.limit("30/5seconds")(index))

    async def call(scope, receive, send):
        began = time.time()

        async def sent(message):
            if message["type"] == "http.response.start":
                headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
                write(began, message["status"], headers)
            await send(message)

        await app(scope, receive, sent if scope["type"] == "http" else send)

    return call
