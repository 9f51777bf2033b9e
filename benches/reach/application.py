"""A FastAPI application as people write them: models, forms, a login with a cookie. uvicorn calls `build`."""

from urllib.parse import parse_qsl


def build():
    from fastapi import FastAPI, Request, Response
    from fastapi.responses import RedirectResponse
    from pydantic import BaseModel

    class Item(BaseModel):
        a: int

    app = FastAPI()

    async def item(value: Item):
        return {"a": value.a}

    async def form(request: Request):
        kind = request.headers.get("content-type", "")
        if not kind.startswith("application/x-www-form-urlencoded"):
            return Response(status_code=415)
        return dict(parse_qsl((await request.body()).decode()))

    async def login():
        response = Response("welcome")
        response.set_cookie("session", "s3cret", httponly=True)
        return response

    async def me(request: Request):
        if request.cookies.get("session") != "s3cret":
            return RedirectResponse("/login-page", status_code=302)
        return {"name": "ann"}

    async def page():
        return Response("please log in", media_type="text/html")

    async def visit(request: Request):
        """Sets a cookie and redirects to itself until the cookie comes back."""
        if "seen" in request.cookies:
            return {"ok": True}
        response = RedirectResponse("/visit", status_code=302)
        response.set_cookie("seen", "1")
        return response

    # FastAPI reads annotations of nested functions only as objects.
    item.__annotations__ = {"value": Item}
    for function in (form, me, visit):
        function.__annotations__ = {"request": Request}
    app.post("/item")(item)
    app.post("/form")(form)
    app.post("/login")(login)
    app.get("/me")(me)
    app.get("/login-page")(page)
    app.get("/visit")(visit)
    return app
