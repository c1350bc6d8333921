"""The trace of one line, made by hand: two persons, four factors, three files, a decision and a visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from features.factor import Language
from features.household_explained import Event, HouseholdExplained, Member, Statement
from features.link_explained import Explained, Link, Weighed
from features.link_explained import Record as Linked
from features.traced import Cited, Read
from pipelines.trace_words import spoken
from reports.contracts import Masthead
from reports.trace import page
from reports.trace_desk_facts import Act, Case, Decision, Opinion, Step, Visit
from reports.trace_facts import (
    Again,
    Cause,
    Difference,
    Drawn,
    File,
    Line,
    Model,
    Person,
    Record,
    Returned,
    Row,
    Rule,
    Run,
    Signed,
    Stratum,
    Trace,
)
from reports.trace_facts import Weighed as Counted

D = date
SNAPSHOT, AS_OF = D(2026, 11, 1), D(2026, 11, 2)
HOUSEHOLD, FIRST, SECOND = "H0123456789abcdef", "P00000000000000a1", "P00000000000000b2"
SQL = "select household_id, max((x <> 'M20')::int) from rows_parc_social where y < as_of() group by 1"


def cited(line: int = 7, **more: object) -> Cited:
    usual: dict[str, object] = {
        "source": "parc_social", "file_id": "f1", "line": line, "delivered_on": AS_OF, "known_on": SNAPSHOT, "person_id": FIRST,
        "cells": {"tranche_ressources": "M20", "date_sortie": None}, "derived": {},
    }  # fmt: skip
    return Cited(**(usual | more))  # type: ignore[arg-type]


def weighed(factor: str, value: float | None, contribution: float, *rows: Cited, **more: object) -> Counted:
    source = "parc_social" if value is not None else None
    read = Read(
        factor=factor, sql=SQL, value=value, person_id=FIRST, detail=None, known_on=SNAPSHOT, source=source, rows=rows, beside=1, framed={},
    )  # fmt: skip
    usual: dict[str, object] = {
        "factor": factor, "group": "poverty", "unit": "0/1", "value": value, "detail": None, "contribution": contribution, "is_weighed": True,
        "same_sign_share": 0.95, "known_on": SNAPSHOT if value is not None else None, "source": source, "person": "P1", "read": read,
    }  # fmt: skip
    return Counted(**(usual | more))  # type: ignore[arg-type]


SHRANK = (
    cited(7, cells={"date_sortie": None}, derived={"shrank_on": SNAPSHOT}),
    cited(3, file_id="f0", part="compared", cells={"date_arrete": D(2026, 5, 1), "nb_occupants": 2}),
)
WEIGHED = (
    weighed("very_low_income", 1.0, 0.64, cited()),
    weighed("months_since_household_shrank", 3.0, 0.2, *SHRANK, unit="months"),
    weighed("children_on_lease", 0.0, 0.0, cited()),
    weighed("digital_workshop", None, 0.0),
)


def file(file_id: str, name: str, **more: object) -> File:
    usual: dict[str, object] = {
        "file_id": file_id, "name": name, "source": "parc_social", "delivered_on": AS_OF, "sha256": "ab" * 32, "is_current": True, "superseded_by": None,
        "rows_read": 120, "rows_accepted": 118, "rows_quarantined": 2, "rows_purged": 0, "rejects": {"nb_occupants est un entier": 2},
        "contract_version": "1.1.0", "contract": "cd" * 32, "checker": "great-expectations 1.24", "judged_with": 2,
        "rules": (Rule(rule="id_bail est là", severity="error", is_about_files=False, judged=120, broken=0),), "on_disk": "same", "is_of_run": True,
    }  # fmt: skip
    return File(**(usual | more))  # type: ignore[arg-type]


def person(name: str, person_id: str) -> Person:
    records = [Linked(source=s, record_id=f"{name}.{n}", first_known=SNAPSHOT) for n, s in enumerate(("liste_electorale", "parc_social"), 1)]  # fmt: skip
    compared = tuple(
        Weighed(comparison=c, label=label, weight=w, adjustment=0.0)
        for c, label, w in (
            ("names", "same name and birth date", 14.0), ("birth_year", "same year", 4.0), ("place", "same dwelling", 9.0), ("sex", "same sex", 1.0),
        )
    )  # fmt: skip
    link = Link(one=records[0], other=records[1], prior=-15.0, weighed=compared, weight=13.0, probability=0.9998, state="sure", doubt="", beside=())  # fmt: skip
    apart = replace(link, other=replace(records[1], record_id="…"), weight=-3.0, probability=0.1, state="left apart", doubt="doubtful")  # fmt: skip
    linked = Explained(person_id=person_id, asked=records[0], records=tuple(records), links=(link,), apart=(apart,), left_out=2, model="3")  # fmt: skip
    return Person(
        name=name,
        person_id=person_id,
        presence="present",
        records=tuple(
            Record(name=r.record_id, source=r.source, first_known=SNAPSHOT, row=Row(source=r.source, file_id="f1", line=9, known_on=SNAPSHOT))
            for r in records
        ),
        linked=linked,
    )  # fmt: skip


MEMBERS = tuple(
    Member(person_id=p, presence="present", there_probability=0.93, reason="", known_on=None, sources=(("parc_social", SNAPSHOT),))
    for p in (FIRST, SECOND)
)  # fmt: skip
ALONE = Statement(
    statement="lives_alone", value=1, strength="known", evidence="lease: {n} declared at the dwelling", told=1, source="parc_social",
    known_on=SNAPSHOT, is_retained=True, is_contradicted=False,
)  # fmt: skip
CASE = Case(
    state="followed",
    state_since=D(2026, 11, 10),
    needs_two=True,
    is_blind=False,
    of_run=True,
    opinions=(Opinion(revision=1, profession="COORDINATION", choice="visit", reason="RAISONS_CONFIRMEES", given_on=D(2026, 11, 3)),),
    decisions=(Decision(revision=1, choice="visit", reason="RAISONS_CONFIRMEES", settled_by="ACCORD", visitor_role="VOLONTAIRE", postponed_to=None, decided_on=D(2026, 11, 4)),),
    visits=(Visit(visit="D0123456789abcdef", visited_on=D(2026, 11, 9), visitor_role="VOLONTAIRE", outcome="VU", follow_up="CCAS", arm="MODELE", wordings=2),),
    steps=(Step(made_on=D(2026, 11, 12), kind="SERVICE", partner="CCAS", leads_to="follow"),),
    acts=(Act(on=D(2026, 11, 3), role="expert", action="see case"),),
)  # fmt: skip


def sample(language: Language = "fr", **more: object) -> Trace:
    usual: dict[str, object] = {
        "masthead": Masthead(city="Petiteville", language=language, is_fictitious=True),
        "written_on": D(2026, 11, 20),
        "run": Run(
            run_id="2026-11-02-0123456789", as_of=AS_OF, code="abc", manifest="12" * 32, configuration="34" * 32, contracts={"parc_social.odcs.yaml": "cd" * 32},
            linkage_model="3", capacity=60, households=17000, checked=("list.parquet", "draw.json"),
        ),
        "line": Line(
            rank=2, household_id=HOUSEHOLD, quartier="07", arm="MODELE", score=-1.16, probability=None, drawing_probability=None,
            reasons="ressources inférieures à 20 % du plafond HLM", counter_evidence="", not_known="si ces personnes voient quelqu’un : aucun fichier ne le dit",
            members=2, is_data_thin=False, times_listed=18, draws=20,
        ),
        "drawn": Drawn(
            seed=42, p_model=0.4, p_exploration=0.0, p_alert=0.0, p_bereavement=0.0, place=2, of_arm=60, equals=9, lot=0.0123, because=(),
            stratum=Stratum(age_band="80_plus", is_social_tenant=True, quartier="07"),
        ),
        "model": Model(
            name="logistic", why="approved", is_rule=False, is_unapproved=False, text="model/logistic.json", digest="56" * 32, base=-2.0, total=-1.16,
            approval=Signed(model="2026-10-01-logistic", who="M. Durand", role="directrice du CCAS", on=D(2026, 10, 5), is_in_log=True),
        ),
        "weighed": WEIGHED,
        "files": (file("f0", "2026-05-04/parc_social.csv"), file("f1", "2026-11-02/parc_social.csv")),
        "persons": (person("P1", FIRST), person("P2", SECOND)),
        "household": HouseholdExplained(
            household_id=HOUSEHOLD, members=MEMBERS, statements=(ALONE,), history=(Event(event="formed", person_id=None, known_on=D(2020, 1, 1)),)
        ),
        "desk": (CASE,),
        "returned": (
            Returned(row=Row(source="visites", file_id="f1", line=4, known_on=D(2026, 11, 9)), visited_on=D(2026, 11, 9), arm="MODELE", outcome="VU", state="isolated", is_of_run=True),
        ),
        "again": Again(is_found=True, compared=200, differences=(), causes=()),
    }  # fmt: skip
    return Trace(**(usual | more))  # type: ignore[arg-type]


DIFFERS = Again(
    is_found=True,
    compared=200,
    differences=(
        Difference(what="value", name="very_low_income", published="1", now="0"),
        Difference(what="line", name="members", published="2", now="1"),
        Difference(what="score", name="", published="-1.16", now="-1.8"),
    ),
    causes=(
        Cause(why="corrected", names=("2026-11-02/parc_social.csv",)),
        Cause(why="objected", names=()),
    ),
)


def shown(trace: Trace) -> str:
    """The page."""
    return page(trace, spoken(trace.masthead.language)).decode("utf-8")
