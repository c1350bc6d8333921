"""Every page but sign-in stands behind a guard: signed in with both factors, allowed by the role, and a change was meant (CSRF)."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from features.factor import Language
from review.access import signing_in
from review.access.limits import PAGES, WRITES
from review.desk import Desk, desk_of
from review.me import Me
from review.refusals import NotAllowed, Refused
from review.roles import Action
from review.tables.accounts import SignedIn
from review.words import LANGUAGES

SAFE = ("GET", "HEAD")
COOKIE = "lanterne"
MUST_CHANGE = "/account/password"


class NotSignedIn(Exception):
    """To the sign-in page."""


class MustChangePassword(Exception):
    """To the page where it is changed."""


class NotMeant(Refused):
    """A change that no page of the desk asked for."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This did not come from the desk",
            "The form that was sent is not one of this session's.",
            "Go back, load the page again and send it once more.",
        )


def cookie_name(desk: Desk) -> str:
    """With the prefix that binds it to the desk's own host where the connection is encrypted."""
    return f"__Host-{COOKIE}" if desk.services.city.is_https else COOKIE


async def sent_token(request: Request) -> str:
    """The token that a form, or htmx, sends with a change."""
    if request.method in SAFE:
        return ""
    header = request.headers.get("X-CSRF-Token")
    if header is not None:
        return header
    value = (await request.form()).get("csrf", "")
    return "" if isinstance(value, UploadFile) else value


class Guard:
    """A dependency that gives who is asking. ``action`` is what the role must be allowed to do."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def __call__(self, request: Request, token: Annotated[str, Depends(sent_token)]) -> Me:
        """Raises NotSignedIn, MustChangePassword, NotAllowed, NotMeant, TooOften."""
        desk = desk_of(request)
        me = signed_in(request, desk)
        is_change = request.method not in SAFE
        desk.limits.check(WRITES if is_change else PAGES, me.session_id)
        if is_change and not hmac.compare_digest(token.encode(), me.csrf.encode()):
            raise NotMeant
        if not me.may(self.action):
            raise NotAllowed
        return me


def guarded(action: Action) -> Any:
    """``me: Annotated[Me, guarded("see queue")]``."""
    return Depends(Guard(action))


def signed_in(request: Request, desk: Desk) -> Me:
    """Whoever the cookie belongs to, with both factors."""
    cookie, now = request.cookies.get(cookie_name(desk)), desk.now()
    with desk.database.reading() as session:
        one = signing_in.found(session, cookie, desk.terms, now)
        if one is None or one.stage != "full":
            raise NotSignedIn
        me = _me(one, desk)
        if one.user.must_change_password and request.url.path != MUST_CHANGE:
            raise MustChangePassword
        is_due = (now - one.seen_at).total_seconds() > signing_in.TOUCH_SECONDS
    if is_due:
        with desk.database.writing() as session:
            fresh = session.get(SignedIn, me.session_id)
            if fresh is not None:
                fresh.seen_at = now
    return me


def _me(one: SignedIn, desk: Desk) -> Me:
    user = one.user
    groups = desk.services.city.groups
    seen = None if user.sees_all else frozenset(code for name in user.groups for code in groups.get(name, ()))
    language: Language = next(
        (known for known in LANGUAGES if known == user.language), desk.services.city.language
    )
    return Me(
        user_id=user.id,
        login=user.login,
        name=user.name,
        role=user.role,
        profession=user.profession,
        language=language,
        quartiers=seen,
        session_id=one.id,
        csrf=one.csrf,
    )
