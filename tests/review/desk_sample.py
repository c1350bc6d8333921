"""A small desk: a list of eight households in three neighbourhoods, an account a role, a clock that tests turn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from features.factor import Language
from review.access import accounts, signing_in
from review.access.accounts import Account
from review.access.guard import cookie_name
from review.access.passwords import Passwords
from review.app import application
from review.cases.taken import Taken, TakenLine, TakenMember
from review.cases.taking_in import take_in
from review.database import opened
from review.desk import Desk
from review.roles import ROLES
from review.sealing import Seal
from review.services import DeskCity, Services
from review.tables.accounts import SignedIn, User
from review.tables.cases import Case
from review.trail import Act

START = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
AS_OF = date(2026, 11, 2)
SYSTEM = Act(who="system", role="", action="test", kind="test")
PASSWORDS = Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Cheap ones: what they cost is argon2's affair."""
CITY = DeskCity(
    name="Petiteville",
    language="fr",
    is_fictitious=True,
    groups={"Nord": ("01", "02"), "Sud": ("03",)},
    public_url="http://testserver",
    second_look_share=0.0,
    idle_minutes=30,
    session_hours=10,
    team="CCAS, 1 place de la Mairie, 05 00 00 00 00",
    data_protection_officer="dpo@petiteville.example",
)


@dataclass(kw_only=True)
class Clock:
    """Stands still until it is turned."""

    at: datetime = START

    def __call__(self) -> datetime:
        """Now."""
        return self.at

    def turn(self, **by: float) -> None:
        """Forward, as ``timedelta`` counts."""
        self.at += timedelta(**by)


@dataclass(kw_only=True)
class Register:
    """Keeps what was objected by."""

    entries: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, entries: Mapping[str, str], on: date) -> Sequence[str]:
        """As ``review.services.Object``."""
        self.entries.append(dict(entries))
        return list(entries)

    def objected(self) -> list[str]:
        """As ``review.services.Objected``."""
        return [value for entry in self.entries for value in entry.values()]


@dataclass(kw_only=True)
class Lists:
    """What a run has published."""

    lists: dict[str, Taken] = field(default_factory=dict)

    def newest(self) -> str | None:
        """The last one put in."""
        return next(reversed(self.lists), None)

    def taken(self, run_id: str) -> Taken:
        """Its list."""
        return self.lists[run_id]


def household(number: int) -> str:
    """Its pseudonym; the first nine signs, which pages show, are its own."""
    return f"H{number:08x}{0:08x}"


def line(
    number: int, *, quartier: str = "01", arm: str = "MODELE", born: int | None = 1940, members: int = 1
) -> TakenLine:
    """The household with this number: see ``household``."""
    return TakenLine(
        household_id=household(number),
        id_logement=f"L{number:015x}",
        id_adresse=f"A{number:015x}",
        quartier=quartier,
        quartier_name={"01": "Centre", "02": "Gare", "03": "Coteau"}.get(quartier, ""),
        arm=arm,
        rank=number,
        score=2.0 - number / 10,
        base=-2.0,
        drawing_probability=0.01 if arm == "EXPLORATION" else None,
        is_data_thin=False,
        member_count=members,
        told={lang: _told(number, lang) for lang in ("fr", "en")},
        steps=[
            {"label": {"fr": "vit seul", "en": "lives alone"}, "source": {"fr": "parc social", "en": "social housing"}, "contribution": 0.8},
            {"label": {"fr": "va à la bibliothèque", "en": "goes to the library"}, "source": {"fr": "services", "en": "services"}, "contribution": -0.3},
        ],
        members=[
            TakenMember(
                person_id=f"P{number:08x}{n:08x}", sexe="F", annee_naissance=born, cle_identite=f"{number:016x}{n:016x}",
                cle_usage=None, cle_phonetique=None, cle_nom_adresse=f"{number + 4096:016x}{n:016x}",
            )
            for n in range(1, members + 1)
        ],
    )  # fmt: skip


def _told(number: int, language: Language | str) -> dict[str, object]:
    text = {"fr": "seul titulaire du bail", "en": "only leaseholder"}[language]
    against = {"fr": "fréquente la bibliothèque", "en": "goes to the library"}[language]
    return {
        "reasons": [
            {
                "sentence": f"{text} {number}",
                "known_on": "2026-10-01",
                "source": {"fr": "parc social", "en": "social housing"}[language],
            }
        ],
        "counter": [{"sentence": against, "known_on": "2026-09-01", "source": "services"}],
        "beside": [],
        "not_known": [{"fr": "ressources et emploi inconnus", "en": "resources and work unknown"}[language]],
    }


def taken(
    run_id: str = "2026-11-02-run", lines: Sequence[TakenLine] | None = None, as_of: date = AS_OF
) -> Taken:
    """One list: four ranked, two drawn at random, an alert and a bereavement; of the neighbourhoods 01, 02 and 03."""
    usual = [
        *(line(n, quartier=f"0{1 + n % 3}") for n in range(1, 5)),
        line(5, arm="EXPLORATION"),
        line(6, quartier="03", arm="EXPLORATION", born=1990),
        line(7, quartier="02", arm="SIGNALEMENT", members=2),
        line(8, arm="DEUIL", born=None),
    ]
    return Taken(
        run_id=run_id, as_of=as_of, capacity=6, digest="0" * 64,
        facts={"how_ranked": {"fr": "par points", "en": "by points"}, "fictitious": True},
        lines=tuple(usual if lines is None else lines),
    )  # fmt: skip


def a_desk(
    url: str,
    *,
    clock: Clock | None = None,
    register: Register | None = None,
    lists: Lists | None = None,
    **city: object,
) -> Desk:
    """Without accounts and cases. ``city``: what differs from ``CITY``."""
    kept = register or Register()
    services = Services(
        city=replace(CITY, **city),  # type: ignore[arg-type]
        now=clock or Clock(),
        seal=Seal(secret=b"s" * 32),
        published=lists or Lists(),
        objects=kept,
        objected=kept.objected,
        account=lambda key, run_id: b"<!doctype html><title>account</title>",
    )
    return Desk(database=opened(url), services=services, passwords=PASSWORDS)


def sqlite(folder: Path) -> str:
    """The address of a fresh file, with its tables: they are made once a process and copied, which takes a tenth of the time."""
    url = f"sqlite:///{folder / 'desk.sqlite'}"
    if not _WITH_TABLES:
        opened(url).close()
        _WITH_TABLES.append((folder / "desk.sqlite").read_bytes())
    else:
        (folder / "desk.sqlite").write_bytes(_WITH_TABLES[0])
        (folder / "desk.sqlite").chmod(0o600)
    return url


_WITH_TABLES: list[bytes] = []


def take(desk: Desk, one: Taken | None = None) -> None:
    """Takes a list in."""
    with desk.database.writing() as session:
        take_in(
            session,
            desk.services.seal,
            one or taken(),
            second_look_share=desk.services.city.second_look_share,
            now=desk.now(),
            by=SYSTEM,
        )


def account(
    desk: Desk,
    login: str,
    role: str | None = None,
    *,
    groups: Sequence[str] | None = None,
    language: Language = "fr",
) -> str:
    """An account of whoever knows the password ``lune-verte-7-ponts``; gives its id. ``groups`` None: sees everything."""
    with desk.database.writing() as session:
        entered = Account(
            login=login, name=login.title(), role=role or login, profession="TRAVAILLEUR_SOCIAL", language=language,
            groups=tuple(groups or ()), sees_all=groups is None,
        )  # fmt: skip
        accounts.opened(session, desk.services.seal, desk.passwords, entered, desk.now(), SYSTEM)
        user = session.scalars(select(User).where(User.login == login)).one()
        user.password, user.must_change_password = desk.passwords.hashed("lune-verte-7-ponts"), False
        return user.id


_APPLICATIONS: list[FastAPI] = []


def application_of(desk: Desk) -> FastAPI:
    """One a desk, as in life: all seats are clients of the same process."""
    found = next((app for app in _APPLICATIONS if app.state.desk is desk), None)
    if found is None:
        found = application(desk)
        _APPLICATIONS[:] = [*_APPLICATIONS[-4:], found]
    return found


class Seat:
    """Somebody signed in, as a client that follows no redirect; ``token`` is what forms send with every change."""

    def __init__(self, desk: Desk, login: str) -> None:
        self.client = TestClient(application_of(desk), follow_redirects=False, raise_server_exceptions=False)
        with desk.database.writing() as session:
            user = session.scalars(select(User).where(User.login == login)).one()
            cookie = signing_in.opened(session, user, "full", desk.now())
            session.flush()
            self.token = (
                session.scalars(
                    select(SignedIn.csrf)
                    .where(SignedIn.user_id == user.id)
                    .order_by(SignedIn.opened_at.desc())
                ).first()
                or ""
            )
        self.client.cookies.set(cookie_name(desk), cookie)

    def get(self, path: str, **given: object):  # type: ignore[no-untyped-def]
        """A page."""
        return self.client.get(path, **given)  # type: ignore[arg-type]

    def post(self, path: str, **form: object):  # type: ignore[no-untyped-def]
        """A form of this session."""
        return self.client.post(path, data={"csrf": self.token, **form})


def seat(desk: Desk, login: str, role: str | None = None, **given: object) -> Seat:
    """Opens the account and signs in."""
    account(desk, login, role, **given)  # type: ignore[arg-type]
    return Seat(desk, login)


def account_page(one: Seat, user_id: str) -> str:
    """What an account's page says of the state in which it shows it."""
    found = re.search(r'name="version" value="(\w+)"', one.get(f"/accounts/{user_id}").text)
    assert found
    return found[1]


def change_account(one: Seat, user_id: str, **form: object):  # type: ignore[no-untyped-def]
    """The administrator's form, as it is now."""
    return one.post(f"/accounts/{user_id}", version=account_page(one, user_id), **form)


def everybody(desk: Desk) -> dict[str, Seat]:
    """One seat a role."""
    return {role: seat(desk, role) for role in ROLES}


def case_of(desk: Desk, number: int) -> Case:
    """The case of the household with this number, as it is now, with all that hangs on it."""
    with desk.database.reading() as session:
        case = session.scalars(
            select(Case).where(Case.household_id == household(number)).order_by(Case.opened_at.desc())
        ).first()
        assert case is not None
        for part in (case.listings, case.members, case.votes, case.decisions):
            list(part)
        return case
