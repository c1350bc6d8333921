"""Prefect's server with a rule for browsers: nothing of its pages may ask anybody else. Its newer pages would report who looks at them to a service abroad."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading

from fastapi import FastAPI
from prefect.server.api.server import create_app
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; worker-src 'self' blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)
OPEN = {"limit", "offset", "sort"}


class AtHome:
    """Adds the rule to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def ruled(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = POLICY
            await send(message)

        await self.app(scope, receive, ruled)


class AsManyAsYouLike:
    """Leaves out of a question what it leaves open: Prefect's client writes ``"limit": null`` for it, which this FastAPI takes for a wrong number."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        is_question = scope["type"] == "http" and scope["method"] == "POST" and "/filter" in scope["path"]
        await self.app(scope, _answered(receive) if is_question else receive, send)


def _answered(receive: Receive) -> Receive:
    async def whole() -> Message:
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        return {**message, "body": _without_open_ends(body), "more_body": False} if body else message

    return whole


def _without_open_ends(body: bytes) -> bytes:
    try:
        asked = json.loads(body)
    except ValueError:
        return body  # the server says what is wrong with it
    if not isinstance(asked, dict):
        return body
    return json.dumps({k: v for k, v in asked.items() if v is not None or k not in OPEN}).encode()


def _end_with_parent() -> None:
    """Standard input is a pipe from whoever started the server: it ends when they do, killed or not."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def app() -> FastAPI:
    """What uvicorn serves."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    served = create_app()
    served.add_middleware(AtHome)
    served.add_middleware(AsManyAsYouLike)
    return served
