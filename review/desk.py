"""The desk at work: its database, its services, and how a page or a refusal is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from features.factor import Language
from review.access.limits import Limits
from review.access.passwords import Passwords
from review.access.signing_in import Terms
from review.alerting.alert_choices import emergency
from review.database import Database
from review.me import Me
from review.menu import menu
from review.names.vault import Vault
from review.rendering import rendered
from review.services import Services
from review.words import LANGUAGES, local_day

SAID: Mapping[str, str] = {
    "decided": "Decided.",
    "opinion": "Your opinion is in. A colleague decides without seeing it.",
    "differ": "The two opinions differ: the unit decides.",
    "again": "The case is open again.",
    "added": "The household was added.",
    "taken": "The new list was taken in.",
    "saved": "Saved.",
    "visit-look": "Saved. The case had gone on since and stays as it is: look whether it stands where it should.",
    "taken-visits": "The visits are entered.",
    "visit-moved": "The visit was moved.",
    "visit-moved-look": "The visit was moved. The other household's case had gone on since and stays as it is: look at it.",
    "out": "You are signed out.",
    "expired": "Your session has ended. Sign in again; nothing that was saved is lost.",
    "asked": "Your request is in. A colleague of another role answers it.",
    "granted": "Granted. Your colleague opens it, once.",
    "nothing_found": "The table knows nobody here: the grant is used up, the unit decides what to do.",
    "table_open": "The key holder's table is open in this session.",
    "table_closed": "The key holder's table is forgotten.",
    "confirmed": "The round is confirmed, its visits are planned.",
    "alert": "The alert is entered. Thank you; the unit answers within its time limit.",
    "alert-urgent": "The alert is entered. If nobody has called %(emergency)s yet, call now.",
    "alerts-in": "The file was taken in.",
    "answered": "The alert is answered.",
    "merged": "The two alerts are one now; the earlier day counts.",
    "bereaved": "The entry was made.",
    "withdrawn": "The consent is withdrawn. Nothing is left of the entry but the day.",
    "objected": "The objection is entered. It holds at once and for all later lists.",
}
"""What a page says after something was done; the address bears the code."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One process; what is in memory (limits, names) is lost with it, what counts is in the database."""

    database: Database
    services: Services
    passwords: Passwords = field(default_factory=Passwords)
    limits: Limits = field(default_factory=Limits)
    vault: Vault = field(default_factory=Vault)

    @property
    def terms(self) -> Terms:
        """How long a session lasts."""
        city = self.services.city
        return Terms(idle=timedelta(minutes=city.idle_minutes), whole=timedelta(hours=city.session_hours))

    def now(self) -> datetime:
        """The clock, in UTC."""
        return self.services.now()

    def today(self) -> date:
        """The day in the city."""
        return local_day(self.now())

    def page(
        self, request: Request, me: Me | None, template: str, *, status: int = 200, **content: object
    ) -> HTMLResponse:
        """A page; of whoever is not signed in, in the city's language or the one that the address asks for."""
        city = self.services.city
        language = me.language if me else asked_language(request, city.language)
        said = SAID.get(request.query_params.get("said", ""))
        html = rendered(
            template,
            language,
            me=me,
            city=city,
            menu=menu(me, request.url.path) if me else (),
            said=said,
            emergency=emergency(city.country),
            here=request.url.path,
            **content,
        )
        return HTMLResponse(html, status_code=status)


def asked_language(request: Request, usual: Language) -> Language:
    """By ``?lang=``, or as a page that came back from elsewhere remembers it."""
    asked = request.query_params.get("lang", "") or getattr(request.state, "language", "")
    return next((language for language in LANGUAGES if language == asked), usual)


def desk_of(request: Request) -> Desk:
    """The desk that answers."""
    found: Desk = request.app.state.desk
    return found


def go(request: Request, to: str, *, said: str = "") -> Response:
    """After something was done: another page, which a reload does not do again."""
    address = f"{to}{'&' if '?' in to else '?'}said={said}" if said else to
    if request.headers.get("HX-Request"):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)
