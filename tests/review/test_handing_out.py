"""The unit's decisions keep the contract that Lanterne signs for them."""

import csv
from datetime import date
from io import StringIO
from pathlib import Path

import pandas as pd

from data_contracts import expectations
from data_contracts.contract import load
from review.choices import CHOICES, PROFESSIONS, REASONS
from review.desk import Desk
from review.roles import MAY
from tests.review.desk_sample import Clock, a_desk, case_of, everybody, seat, sqlite, take

CONTRACT = load("decisions")


def table(text: str) -> pd.DataFrame:
    """As a program reads it, typed by the contract."""
    rows = pd.DataFrame(list(csv.DictReader(StringIO(text.lstrip("\ufeff")), delimiter=";")))
    rows = rows.replace("", None)
    for column in CONTRACT.columns:
        if column.kind == "date":
            rows[column.name] = pd.to_datetime(rows[column.name])
        if column.kind == "integer":
            rows[column.name] = rows[column.name].astype("Int64")
    day = pd.Timestamp(date(2026, 11, 3))
    return rows.assign(row=range(len(rows)), file_id="decisions", known_on=day, delivered_on=day)


def test_the_page_of_the_indicators_leads_whoever_may_to_the_file(desk: Desk) -> None:
    for role, one in everybody(desk).items():
        assert ('href="/decisions.csv"' in one.get("/indicators").text) == (role in MAY["export decisions"])


def test_every_kind_of_decision_keeps_every_promise(desk: Desk) -> None:
    expert = seat(desk, "expert")
    for number, choice in enumerate(CHOICES, start=1):
        case = case_of(desk, number)
        form = {
            f"reason_{choice.name}": choice.reasons[-1],
            "visitor_role": "AGENT",
            "postponed_to": "2026-11-20",
        }
        assert (
            expert.post(
                f"/cases/{case.id}/decide", version=case.version, choice=choice.name, **form
            ).status_code
            == 303
        )
    text = seat(desk, "analyst").get("/decisions.csv").text
    rows = table(text)
    assert list(rows["decision"]) == [choice.code for choice in CHOICES]
    assert {v.rule: v.broken_by for v in expectations.check(CONTRACT, rows) if v.broken_by} == {}


def test_two_readers_and_a_debate_are_told_apart(tmp_path: Path) -> None:
    desk = a_desk(sqlite(tmp_path), clock=(clock := Clock()), second_look_share=1.0)
    take(desk)
    first, second = seat(desk, "first", "expert"), seat(desk, "second", "expert")
    for number, other in ((1, "followed"), (2, "none")):
        for one, choice in ((first, "followed"), (second, other)):
            clock.turn(seconds=1)
            one.post(
                f"/cases/{case_of(desk, number).id}/decide",
                version=case_of(desk, number).version,
                choice=choice,
                reason_none="AUTRE",
            )
    first.post(
        f"/cases/{case_of(desk, 2).id}/decide",
        version=case_of(desk, 2).version,
        choice="none",
        reason_none="DEMENAGE",
    )
    rows = table(seat(desk, "auditor").get("/decisions.csv").text)
    assert list(rows["settled_by"]) == ["ACCORD", "DEBAT"]
    assert list(rows["first_reader"]) == ["first", "first"]
    assert list(rows["second_reader"]) == ["second", "second"]
    assert {v.rule: v.broken_by for v in expectations.check(CONTRACT, rows) if v.broken_by} == {}
    desk.database.close()


def test_the_codes_of_the_desk_are_those_of_the_contract() -> None:
    allowed = {column.name: set(column.allowed) for column in CONTRACT.columns if column.allowed}
    assert {choice.code for choice in CHOICES} == allowed["decision"]
    assert set(REASONS) | {"TIRAGE"} == allowed["reason_code"]
    assert set(PROFESSIONS) == allowed["first_reader_role"]
