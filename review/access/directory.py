"""Signing in through the city's own directory: OpenID Connect Core 1.0, an authorization code with PKCE (RFC 7636).

The only file of the desk that asks another machine anything, and only while somebody signs in this way: nothing is asked ahead and nothing of an answer is
kept, so that a key or an address that the directory changes holds at once. What the city's settings say decides, never what the directory says of itself.

Between leaving and coming back the desk keeps a row and the browser a cookie that names it. A signed cookie alone would hold everything too, but only a row
can be used up: taken out before anything else is looked at, the same way back never serves twice.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from authlib.integrations.httpx_client import OAuth2Client, OAuthError  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from httpx2 import HTTPError, HTTPStatusError, InvalidURL  # only to know what authlib's client raises
from joserfc import jwt
from joserfc.errors import InvalidClaimError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from review.access import passwords, signing_in
from review.refusals import Refused
from review.sealing import Seal
from review.services import Directory
from review.tables.accounts import Departure, User

ALGORITHMS = ("RS256", "ES256")
"""Of signatures; whatever else the directory offers is refused, so that no token can choose a weaker one."""
AWAY = timedelta(minutes=10)
SKEW_SECONDS = 60
"""By so much the directory's clock may differ from the desk's."""
UNUSABLE = (InvalidURL, OAuthError, JoseError, ValueError, TypeError)
"""What the libraries raise for an answer that does not fit; the last two for one of another form, such as a list where a text should be."""
REFUSALS = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
)
"""Codes with which a directory refuses a desk that is not set up as it knows it (RFC 6749, 5.2)."""
log = logging.getLogger("lanterne.desk")


class NotThrough(Refused):
    """Nobody was signed in. ``because``: a code for the trail; ``about``: id of the account, where it is known."""

    status = 403

    def __init__(self, because: str, title: str, said: str, hint: str, *, about: str = "") -> None:
        super().__init__(title, said, hint)
        self.because, self.about = because, about


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What ties the way back to the way there: see ``Departure``."""

    state: str
    nonce: str
    verifier: str
    language: str


class Provider(BaseModel):
    """What a directory says of itself (OpenID Connect Discovery 1.0, 3), as far as it is needed."""

    model_config = ConfigDict(hide_input_in_errors=True)
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Answer(BaseModel):
    """What a directory gives for a code, as far as it is needed."""

    model_config = ConfigDict(hide_input_in_errors=True)
    id_token: str
    access_token: str | None = None


class Keys(BaseModel):
    """With which a directory signs (RFC 7517, 5); each is looked at where it is imported."""

    model_config = ConfigDict(hide_input_in_errors=True)
    keys: list[dict[str, object]]


def drawn(language: str) -> Errand:
    """A new errand, of somebody who reads this language."""
    return Errand(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        language=language,
    )


def leave(session: Session, errand: Errand, now: datetime) -> str:
    """Keeps it; gives the cookie. Errands that nobody came back from are forgotten."""
    cookie = secrets.token_urlsafe(32)
    session.execute(delete(Departure).where(Departure.left_at < now - AWAY))
    session.add(
        Departure(
            id=passwords.digest(cookie),
            state=errand.state,
            nonce=errand.nonce,
            verifier=errand.verifier,
            language=errand.language,
            left_at=now,
        )
    )
    return cookie


def returned(session: Session, cookie: str, state: str, now: datetime) -> Errand | None:
    """The errand that a cookie names, used up by this; None when there is none, its time is over, or the way back bears another state."""
    kept = Departure.state, Departure.nonce, Departure.verifier, Departure.language, Departure.left_at
    taken = delete(Departure).where(Departure.id == passwords.digest(cookie)).returning(*kept)
    row = session.execute(taken).one_or_none()
    fits = row is not None and hmac.compare_digest(row.state.encode(), state.encode())
    if row is None or not fits or now - row.left_at >= AWAY:
        return None
    return Errand(state=row.state, nonce=row.nonce, verifier=row.verifier, language=row.language)


def way_there(given: Directory, back: str, errand: Errand) -> str:
    """The directory's own page, to which the browser goes; ``back``: where it comes back. Only the identity is asked for: no name, no mail. Raises NotThrough."""
    with _client(given, back) as client:
        there = _provider(client, given).authorization_endpoint
        address, _ = client.create_authorization_url(
            there, state=errand.state, nonce=errand.nonce, code_verifier=errand.verifier
        )
    return str(address)


def subject(given: Directory, back: str, errand: Errand, code: str, now: datetime) -> str:
    """Whom the directory names for a code. Raises NotThrough."""
    with _client(given, back) as client:
        provider = _provider(client, given)
        if "client_secret_basic" not in provider.token_endpoint_auth_methods_supported:
            client.token_endpoint_auth_method = "client_secret_post"
        answer = Answer.model_validate(
            client.fetch_token(
                provider.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=errand.verifier,
            )
        )
        published = Keys.model_validate(_read(client, provider.jwks_uri))
        keys = KeySet.import_key_set(cast(KeySetSerialization, published.model_dump()))
        return proven(given, keys, answer, errand.nonce, now)


def proven(given: Directory, keys: KeySet, answer: Answer, nonce: str, now: datetime) -> str:
    """The subject of an ID token that was signed by one of the keys, by this directory, for this desk, for this errand, and still holds (Core, 3.1.3.7).
    Raises JoseError for any other, ValueError or TypeError for what is none."""
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    wanted = {
        "iss": {"essential": True, "value": given.issuer},
        "aud": {"essential": True, "value": given.client_id},
        "sub": {"essential": True},
    }
    known = {"nonce": nonce, "client_id": given.client_id, "access_token": answer.access_token}
    token = jwt.decode(answer.id_token, keys, registry=registry)
    claims = CodeIDToken(token.claims, token.header, wanted, known)
    claims.validate(now=int(now.timestamp()), leeway=SKEW_SECONDS)
    return str(claims["sub"])


def arrive(session: Session, seal: Seal, given: Directory, named: str, now: datetime) -> str | None:
    """The cookie of whoever an administrator entered with this identity: of a whole session where the directory asks for a second factor, else of a half-open
    one. None for an identity that nobody has. Raises NotThrough for an account that is closed or locked.

    Only the subject counts, sign by sign and together with its issuer: a directory never gives it to somebody else (Core, 5.7). A user name or a mail
    address can be changed by its holder or pass to another person, and with it the account would.
    """
    known = select(User).where(User.subject == named, User.issuer == given.issuer).with_for_update()
    user = session.scalars(known).one_or_none()
    if user is None:
        return None
    if not user.is_active:
        raise NotThrough(
            "closed", "This account is closed", "The directory knows you; your account at the desk is closed.",
            "Ask the administrator of the desk.", about=user.id,
        )  # fmt: skip
    if signing_in.is_locked(user, now):
        raise NotThrough(
            "locked", "This account is locked", "After wrong tries it is locked for 15 minutes.",
            "Wait, then sign in again.", about=user.id,
        )  # fmt: skip
    if given.has_second_factor:
        return signing_in.whole(session, seal, user, now, through="directory")
    stage = "password" if user.second_factor_since else "set up"
    return signing_in.opened(session, user, stage, now, through="directory")


@contextmanager
def _client(given: Directory, back: str) -> Iterator[OAuth2Client]:
    """Follows no redirect, waits a few seconds, trusts whom the machine trusts. Raises NotThrough for whatever goes wrong meanwhile."""
    try:
        with OAuth2Client(
            given.client_id,
            given.secret,
            scope="openid",
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=given.seconds,
        ) as client:
            yield client
    except HTTPError as error:
        log.warning("the directory does not answer: %s", _named(error))
        raise NotThrough(
            "no answer", "The directory does not answer", "It is not there just now, or takes too long. Nobody was signed in.",
            "Try again in a few minutes, or sign in with a password if you have one here.",
        ) from error  # fmt: skip
    except UNUSABLE as error:
        log.warning("the directory's answer cannot be used: %s", _named(error))
        raise NotThrough(
            "wrong answer", "The directory's answer cannot be used", "What it sent does not fit. Nobody was signed in.",
            "Start again from the sign-in page. If it stays so, tell whoever runs the desk.",
        ) from error  # fmt: skip


def _named(error: Exception) -> str:
    """For whoever runs the desk: the kind of fault and what it was about, none of what was sent."""
    about = ""
    if isinstance(error, InvalidClaimError):
        about = str(error.claim)
    if isinstance(error, HTTPStatusError):
        about = str(error.response.status_code)
    if isinstance(error, OAuthError) and error.error in REFUSALS:
        about = str(error.error)
    return f"{type(error).__name__} {about}".strip()


def _provider(client: OAuth2Client, given: Directory) -> Provider:
    """Raises ValueError for one that names itself otherwise than the settings, or would be asked unencrypted where the settings say encrypted."""
    found = Provider.model_validate(_read(client, get_well_known_url(given.issuer, external=True)))
    scheme = given.issuer.split("//")[0]
    asked = found.authorization_endpoint, found.token_endpoint, found.jwks_uri
    if found.issuer != given.issuer or not all(one.startswith(f"{scheme}//") for one in asked):
        raise ValueError("another directory than that of the settings")
    return found


def _read(client: OAuth2Client, address: str) -> object:
    answer = client.request("GET", address, withhold_token=True)
    answer.raise_for_status()
    found: object = answer.json()
    return found
