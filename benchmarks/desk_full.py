"""A desk as full as a large city's: some thousand cases, one account a user. What is written is made up; how much of it there is, is as on a real list."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

from sqlalchemy import select

from review.access import accounts, passwords, signing_in
from review.access.accounts import Account
from review.cases.deciding import Ballot, cast
from review.cases.taken import Taken, TakenLine, TakenMember
from review.cases.taking_in import take_in
from review.choices import CHOICES
from review.database import opened
from review.desk import Desk
from review.me import Me
from review.sealing import Seal
from review.services import DeskCity, Services
from review.tables.accounts import SignedIn, User
from review.tables.cases import Case
from review.trail import Act

RUN, AS_OF = "2026-11-02-bench", date(2026, 11, 2)
FACTS = (
    (
        "seul titulaire du bail, 1 occupant déclaré",
        "only leaseholder, 1 occupant declared",
        "parc social",
        "social housing",
        0.8,
    ),
    ("membre le plus âgé : 86 ans", "oldest member: 86", "liste électorale", "electoral roll", 0.6),
    (
        "ressources inférieures à 20 % du plafond HLM",
        "resources below 20% of the ceiling",
        "parc social",
        "social housing",
        0.5,
    ),
    (
        "a cessé de fréquenter la bibliothèque il y a 12 mois",
        "stopped going to the library 12 months ago",
        "services",
        "services",
        0.45,
    ),
    ("fréquente le club seniors", "goes to the seniors’ club", "services", "services", -0.35),
    (
        "une visite de courtoisie du bailleur il y a 3 mois",
        "a courtesy visit 3 months ago",
        "parc social",
        "social housing",
        -0.1,
    ),
)


class NoLists:
    """The lists of runs: none is published while the desk is measured."""

    def newest(self) -> str | None:
        """None."""
        return None

    def taken(self, run_id: str) -> Taken:
        """Never asked."""
        raise LookupError(run_id)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a benchmark measures by the clock


def desk(url: str) -> Desk:
    """Over one database; without a city's warehouse."""
    city = DeskCity(
        name="Grandeville", language="fr", is_fictitious=True, groups={}, public_url="http://127.0.0.1", second_look_share=0.1,
        idle_minutes=30, session_hours=10, team="", data_protection_officer="",
    )  # fmt: skip
    services = Services(
        city=city, now=_now, seal=Seal(secret=b"b" * 32), published=NoLists(),
        objects=lambda entries, on: (), objected=lambda: (), account=lambda key, run: b"",
    )  # fmt: skip
    return Desk(database=opened(url), services=services)


def fill(full: Desk, cases: int, users: int, seed: int) -> list[tuple[str, str]]:
    """Takes the list in, opens the accounts, decides a third of the cases; gives (cookie, token) of each user."""
    draw, now = random.Random(seed), full.now()
    by = Act(who="system", role="", action="bench", kind="bench")
    with full.database.writing() as session:
        take_in(session, full.services.seal, _taken(cases, draw), second_look_share=0.1, now=now, by=by)
    found = []
    for number in range(users):
        with full.database.writing() as session:
            entered = Account(
                login=f"expert{number}", name=f"Expert {number}", role="expert", profession="TRAVAILLEUR_SOCIAL",
                language="fr", sees_all=True,
            )  # fmt: skip
            accounts.opened(session, full.services.seal, full.passwords, entered, now, by)
            user = session.scalars(select(User).where(User.login == entered.login)).one()
            user.must_change_password = False
            cookie = signing_in.opened(session, user, "full", now)
            session.flush()
            one = session.get_one(SignedIn, passwords.digest(cookie))
            found.append((cookie, one.csrf))
    with full.database.writing() as session:
        _decide_some(session, full, draw, now)
    return found


def _decide_some(session, full: Desk, draw: random.Random, now: datetime) -> None:  # type: ignore[no-untyped-def]
    me = Me(
        user_id="", login="earlier", name="", role="expert", profession="TRAVAILLEUR_SOCIAL", language="fr", quartiers=None,
        session_id="", csrf="",
    )  # fmt: skip
    choices = [choice for choice in CHOICES if choice.name in ("visit", "refer", "followed", "none")]
    for case in session.scalars(select(Case).order_by(Case.id)):
        if draw.random() < 1 / 3:
            choice = draw.choice(choices)
            ballot = Ballot(choice=choice.name, reason=choice.reasons[0], visitor_role="VOLONTAIRE")
            cast(session, full.services.seal, me, case, ballot, now)


def _taken(cases: int, draw: random.Random) -> Taken:
    return Taken(
        run_id=RUN, as_of=AS_OF, capacity=cases, digest="0" * 64,
        facts={"how_ranked": {"fr": "par points", "en": "by points"}, "fictitious": True},
        lines=tuple(_line(number, cases, draw) for number in range(1, cases + 1)),
    )  # fmt: skip


def _line(number: int, cases: int, draw: random.Random) -> TakenLine:
    facts = draw.sample(FACTS, draw.randint(3, len(FACTS)))
    quartier = f"{draw.randint(1, 23):02d}"
    return TakenLine(
        household_id=f"H{number:016x}", id_logement=f"{number:016x}", id_adresse=f"{number // 8:016x}", quartier=quartier,
        quartier_name=f"Quartier {quartier}", arm="EXPLORATION" if number > cases * 10 // 11 else "MODELE", rank=number,
        score=4.0 - number / cases, base=-2.0, drawing_probability=None, is_data_thin=draw.random() < 0.1, member_count=1,
        told={"fr": _told(facts, 0), "en": _told(facts, 1)},
        steps=[{"label": {"fr": fr, "en": en}, "source": {"fr": sfr, "en": sen}, "contribution": c} for fr, en, sfr, sen, c in facts],
        members=[
            TakenMember(
                person_id=f"P{number:016x}", sexe="F", annee_naissance=draw.randint(1930, 2000), cle_identite=f"{number:032x}",
                cle_usage=None, cle_phonetique=None, cle_nom_adresse=None,
            )
        ],
    )  # fmt: skip


def _told(facts: list[tuple[str, str, str, str, float]], language: int) -> dict[str, object]:
    said = [
        {
            "sentence": fact[language],
            "known_on": "2026-10-01",
            "source": fact[2 + language],
            "weighs": fact[4],
        }
        for fact in facts
    ]
    return {
        "reasons": [one for one in said if float(str(one["weighs"])) > 0][:4],
        "counter": [one for one in said if float(str(one["weighs"])) < 0],
        "beside": [],
        "not_known": [("ressources et emploi inconnus", "resources and work unknown")[language]],
    }
