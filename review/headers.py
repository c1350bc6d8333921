"""What every answer carries so that a browser keeps to it: nothing from elsewhere, no frame, no script in a page, nothing kept on the machine."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
OF_A_DOCUMENT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Of a page that brings its own styles and is shown as it was written, such as the one that a person may ask for."""
ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LARGEST_BODY = 8 * 1024**2


class Headers:
    """Sets them, and turns away a body that is too large before it is read."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app, self.is_https = app, is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set(MutableHeaders(scope=message), scope["path"])
            await send(message)

        if _length(scope) > LARGEST_BODY:
            await sent(
                {"type": "http.response.start", "status": 413, "headers": [(b"content-type", b"text/plain")]}
            )
            await send({"type": "http.response.body", "body": b"too large"})
            return
        await self.app(scope, receive, sent)

    def _set(self, headers: MutableHeaders, path: str) -> None:
        for name, value in ALWAYS.items():
            headers[name] = value
        headers.setdefault("Content-Security-Policy", POLICY)
        if not path.startswith("/static/"):
            headers["Cache-Control"] = "no-store"
        if self.is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000"


def _length(scope: Scope) -> int:
    """What the sender says; a body in pieces of unknown length is none that a browser's form sends."""
    headers = dict(scope["headers"])
    said = headers.get(b"content-length", b"" if b"transfer-encoding" in headers else b"0")
    return int(said) if said.isdigit() else LARGEST_BODY + 1
