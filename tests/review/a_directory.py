"""A small real OpenID provider that signs everybody in at once, and can be told to misbehave; and a way to serve it, or the desk, on a port of its own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import escape

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

Form = dict[str, str]
Page = Callable[[Request, Form], Response]
CLIENT, SECRET = "lanterne", "a-secret-of-the-desk"


@cache
def rsa(name: str) -> RSAKey:
    """One key a name; drawing one takes a while."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@cache
def curve(name: str) -> ECKey:
    """The same on P-256."""
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def keys() -> KeySet:
    """Public ones, as published."""
    return KeySet([RSAKey.import_key(rsa("r").as_dict(private=False)), ECKey.import_key(curve("e").as_dict(private=False))])  # fmt: skip


def signed(claims: dict[str, object], how: str = "RS256") -> str:
    """An ID token. ``how``: RS256 or ES256 by a published key; ``other key``; ``none``; ``HS256`` by the published key's own text; RS384."""
    if how in ("none", "HS256"):
        said = ".".join(_plain(JSONResponse(part).body) for part in ({"alg": how, "kid": "r"}, claims))
        mac = hmac.new(rsa("r").as_pem(private=False), said.encode(), hashlib.sha256).digest()
        return f"{said}." + ("" if how == "none" else _plain(mac))
    key: RSAKey | ECKey = {"ES256": curve("e"), "other key": rsa("other")}.get(how, rsa("r"))  # type: ignore[assignment]
    alg = "RS256" if how == "other key" else how
    return jwt.encode({"alg": alg, "kid": "e" if how == "ES256" else "r"}, claims, key, algorithms=[alg])


def _plain(part: bytes | memoryview) -> str:
    return base64.urlsafe_b64encode(bytes(part)).rstrip(b"=").decode()


@dataclass(kw_only=True)
class ADirectory:
    """``person``: the subject that signs in; ``has_page``: after a click, else at once. ``wrong``: what it does wrongly, ``how`` its token is signed, ``claims``: what the token says otherwise,
    ``instead``: path → what it answers in place of the right thing.
    ``asked``: paths that it was asked for; ``sent``: what the browser brought to its page; ``tokens``: those that it gave."""

    now: Callable[[], datetime]
    person: str = "8f2c-77"
    has_page: bool = False
    wrong: str = ""
    how: str = "RS256"
    claims: dict[str, object] = field(default_factory=dict)
    instead: dict[str, object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    issuer: str = ""
    codes: dict[str, Form] = field(default_factory=dict)

    def app(self) -> Starlette:
        """Its four pages."""
        paths = {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self._authorize,
            "/token": self._token,
            "/keys": self._keys,
        }
        return Starlette(
            routes=[Route(path, self._served(page), methods=["GET", "POST"]) for path, page in paths.items()]
        )

    def _served(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Down or slow where ``wrong`` names the path and how, such as ``/token 500``."""

        async def answer(request: Request) -> Response:
            path = request.url.path
            self.asked.append(path)
            if self.wrong == f"{path} slow":
                await asyncio.sleep(0.4)
            if self.wrong == f"{path} 500":
                return PlainTextResponse("no", 500)
            if self.wrong == f"{path} no json":
                return PlainTextResponse("<html>sign in to the network</html>")
            if self.wrong == f"{path} redirect":
                return RedirectResponse("http://192.0.2.1/", 302)
            if path in self.instead:
                return JSONResponse(self.instead[path])
            form = {name: str(value) for name, value in (await request.form()).items()}
            return page(request, form)

        return answer

    def _discovery(self, request: Request, form: Form) -> Response:
        base = self.issuer
        said: dict[str, object] = {
            "issuer": "https://elsewhere.example" if self.wrong == "names itself otherwise" else base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": "ftp://127.0.0.1/token" if self.wrong == "odd address" else f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        }
        if self.wrong == "post only":
            said["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
        return JSONResponse(said)

    def _authorize(self, request: Request, form: Form) -> Response:
        self.sent = dict(request.query_params)
        back = self.sent["redirect_uri"]
        if self.wrong == "denied":
            return RedirectResponse(f"{back}?error=access_denied&state={self.sent['state']}", 302)
        code = secrets.token_urlsafe(16)
        self.codes[code] = self.sent
        to = f"{back}?code={code}&state={self.sent['state']}"
        if self.has_page:
            return HTMLResponse(f'<!doctype html><title>Annuaire</title><a href="{escape(to)}">It is me</a>')
        return RedirectResponse(to, 302)

    def _token(self, request: Request, form: Form) -> Response:
        left = self.codes.pop(form.get("code", ""), None)
        if left is None or not self._is_meant(request, form, left):
            return JSONResponse({"error": "invalid_grant", "error_description": "code planted"}, 400)
        at = int(self.now().timestamp())
        claims: dict[str, object] = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.person, "nonce": left["nonce"], "iat": at, "exp": at + 300,
        }  # fmt: skip
        token = signed({**claims, **self.claims}, self.how)
        self.tokens.append(token)
        return JSONResponse(
            {"access_token": "an-access-token", "token_type": "Bearer", "expires_in": 300, "id_token": token}
        )

    def _is_meant(self, request: Request, form: Form, left: dict[str, str]) -> bool:
        """As a careful provider checks: who asks, where to, and that they are who left (RFC 7636)."""
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        by = {"client_id": form.get("client_id"), "client_secret": form.get("client_secret")}
        is_post = by == {"client_id": CLIENT, "client_secret": SECRET}
        return (
            (is_post if self.wrong == "post only" else request.headers.get("Authorization") == basic)
            and form.get("redirect_uri") == left["redirect_uri"]
            and left["code_challenge_method"] == "S256"
            and _plain(proof) == left["code_challenge"]
        )

    def _keys(self, request: Request, form: Form) -> Response:
        return JSONResponse(keys().as_dict())


@contextmanager
def served(make: Callable[[int], ASGIApp]) -> Iterator[int]:
    """On a free port of this machine, which the application is told before it is made."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
        config = uvicorn.Config(make(port), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()
