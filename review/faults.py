"""A fault of ours: a page that says so, and a line in the log that tells where, without what was typed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("lanterne.desk")


class Faults:
    """Stands inside the framework's own answer to faults, which would write the whole of an error, and with it what people typed, into the log."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Request], Response]) -> None:
        self.app, self.answer = app, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class. An answer that has begun cannot be taken back: it ends where it is."""
        has_begun = False

        async def sent(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception as error:  # noqa: BLE001 - the last door: whatever it is, it must not reach the log as it is
            log.error("a page broke: %s at %s", type(error).__name__, _place(error.__traceback__))
            if not has_begun and scope["type"] == "http":
                await self.answer(Request(scope, receive))(scope, receive, send)


def _place(at: TracebackType | None) -> str:
    """File and line of the desk's own code that was deepest, then the deepest of all."""
    places = []
    while at is not None:
        name = at.tb_frame.f_code.co_filename
        places.append(
            (
                f"{name.rsplit('/', 1)[-1]}:{at.tb_lineno}",
                "/review/" in name and "/site-packages/" not in name,
            )
        )
        at = at.tb_next
    own = [place for place, is_own in places if is_own]
    return " in ".join(dict.fromkeys([*([places[-1][0]] if places else []), *own[-1:]])) or "?"
