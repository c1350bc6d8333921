"""What the desk does by itself while it runs: once a minute it forgets what nobody may know any more, and ends requests whose time is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from data_contracts.errors import LanterneError
from review.access import signing_in
from review.desk import Desk
from review.names import granting
from review.tables.accounts import SignedIn

SECONDS = 60
log = logging.getLogger("lanterne.desk")


class Lifespan(Protocol):
    """What the framework calls when it starts; left when it stops."""

    def __call__(self, app: FastAPI) -> AbstractAsyncContextManager[None]:
        """See the class."""
        ...


def watching(desk: Desk) -> Lifespan:
    """From start to stop; at the stop everything in memory is forgotten."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(sweep, desk)
        task = asyncio.create_task(_watch(desk))
        try:
            yield
        finally:
            task.cancel()
            desk.vault.clear()

    return lifespan


async def _watch(desk: Desk) -> None:
    while True:
        await asyncio.sleep(SECONDS)
        await run_in_threadpool(sweep, desk)


def sweep(desk: Desk) -> None:
    """A table is forgotten with its session: signed out, idle too long, or closed by the administrator. While the database does not answer nobody is known to
    be signed in: then every table is. So it is where the trail does not hold, and no line can be added to it."""
    now = desk.now()
    try:
        with desk.database.writing() as session:
            signing_in.sweep(session, desk.terms, now)
            alive = frozenset(
                session.scalars(select(SignedIn.id).where(SignedIn.id.in_(desk.vault.sessions())))
            )
            granting.lapse(session, desk.services.seal, desk.vault, now)
    except SQLAlchemyError as error:
        log.error("the database does not answer: %s", type(error).__name__)
        alive = frozenset()
    except LanterneError as error:
        log.error("nothing can be added to the trail: %s", type(error).__name__)
        alive = frozenset()
    desk.vault.sweep(alive, now)
