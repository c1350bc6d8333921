"""The desk behind a real port, and people before it in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page

from review.access.guard import cookie_name
from review.desk import Desk
from tests.review.desk_sample import Seat, application_of

SIZES = {"office": (1366, 768), "phone": (390, 844)}


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Its address."""
    config = uvicorn.Config(
        application_of(desk), host="127.0.0.1", port=0, access_log=False, log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def browsing(
    chromium: Browser,
    base: str,
    desk: Desk,
    seat: Seat | None = None,
    *,
    size: str = "office",
    **given: object,
) -> Iterator[Page]:
    """A page of whoever has the seat; of nobody without one. What a browser complains of (a blocked style, a broken script) fails the test."""
    width, height = SIZES[size]
    context: BrowserContext = chromium.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        locale="fr-FR",
        **given,  # type: ignore[arg-type]
    )
    if seat is not None:
        cookie = seat.client.cookies[cookie_name(desk)]
        context.add_cookies([{"name": cookie_name(desk), "value": cookie, "url": base, "sameSite": "Strict"}])
    page, complaints = context.new_page(), list[str]()
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert not [one for one in complaints if "status of 4" not in one], complaints
