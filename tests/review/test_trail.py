"""The audit trail: what it holds, and that nothing in it can be changed unseen."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

import pipelines
import review
from data_contracts.errors import IntegrityError
from features.factor import Language
from review import trail
from review.desk import Desk
from review.sealing import Seal
from review.tables.trail import TrailLine
from review.trail_words import ACTIONS, KINDS
from tests.review.desk_sample import case_of, seat


def held(desk: Desk) -> int:
    """Lines of the trail, when it holds."""
    with desk.database.reading() as session:
        return trail.verified(session, desk.services.seal)


def test_who_looked_and_who_decided_is_written_down(desk: Desk) -> None:
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    expert.get(f"/cases/{case.id}")
    expert.post(f"/cases/{case.id}/decide", version=case.version, choice="followed")
    with desk.database.reading() as session:
        lines = [line for line in trail.lines(session, desk.services.seal) if line.who == "expert"]
    assert [(line.action, line.about) for line in lines] == [("see case", case.id), ("decide", case.id)]
    assert lines[-1].facts == {"choice": "followed", "reason": "DEJA_SUIVI", "revision": 1}


@pytest.mark.parametrize(
    "damage",
    [
        "update trail set who = 'nobody' where number = 3",
        "update trail set facts = '{}' where number = 2",
        "update trail set at = '2020-01-01 00:00:00' where number = 2",
        "delete from trail where number = 2",
        "delete from trail where number = (select max(number) from trail)",
        "update trail_head set number = number - 1",
    ],
)
def test_a_line_that_was_touched_is_found(desk: Desk, damage: str) -> None:
    expert = seat(desk, "expert")
    for number in (1, 2, 3):
        expert.get(f"/cases/{case_of(desk, number).id}")
    assert held(desk) > 3
    with desk.database.writing() as session:
        session.execute(text(damage))
    with pytest.raises(IntegrityError):
        held(desk)


def test_another_key_does_not_hold(desk: Desk) -> None:
    with desk.database.reading() as session, pytest.raises(IntegrityError):
        trail.verified(session, Seal(secret=b"t" * 32))


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.one_of(st.integers(), st.booleans(), st.none(), st.text(max_size=12)),
        max_size=4,
    )
)
def test_any_two_lines_that_differ_have_other_digests(facts: dict[str, object]) -> None:
    from datetime import UTC, datetime

    seal = Seal(secret=b"s" * 32)
    one = TrailLine(
        number=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        who="a",
        role="expert",
        action="x",
        kind="case",
        about="b",
        facts=facts,
        previous=trail.FIRST,
    )
    digest = trail._digest(one, seal)
    one.facts = {**facts, "more": 1}
    assert trail._digest(one, seal) != digest
    one.facts = facts
    assert trail._digest(one, seal) == digest


def test_the_page_shows_it_and_says_whether_it_holds(desk: Desk) -> None:
    auditor = seat(desk, "auditor")
    seat(desk, "expert").get(f"/cases/{case_of(desk, 1).id}")
    assert case_of(desk, 1).id in auditor.get("/trail").text
    assert "La chaîne tient" in auditor.post("/trail/check").text
    with desk.database.writing() as session:
        session.execute(text("update trail set who = 'nobody' where number = 1"))
    assert "La chaîne est rompue" in auditor.post("/trail/check").text


def test_what_was_typed_into_the_filter_is_kept_only_where_it_names_something(desk: Desk) -> None:
    """It could be somebody's name, and a line stays for years."""
    auditor, case = seat(desk, "auditor"), case_of(desk, 1).id
    seat(desk, "expert").get(f"/cases/{case}")
    for asked in ("Jeanne DUPONT", case):
        assert auditor.get("/trail", params={"about": asked}).status_code == 200
    with desk.database.reading() as session:
        kept = session.scalars(select(TrailLine.about).where(TrailLine.action == "see trail")).all()
    assert list(kept) == ["", case]


def written() -> tuple[set[str], set[str]]:
    """Every action and every kind that the code writes into the trail: the first text handed to ``did`` and to the notes that hand it on, and what an ``Act`` is made of."""
    actions, kinds = set[str](), set[str]()
    calls = (
        node
        for room in (review, pipelines)
        for path in Path(room.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in ("did", "note", "_note", "Act"):
            continue
        named = {word.arg: word.value for word in call.keywords}
        first, *others = (
            [*call.args, ast.Constant(value=None)]
            if name == "did"
            else [named.get("action"), named.get("kind")]
        )
        if name in ("note", "_note"):
            first, others = next((one for one in call.args if _texts(one)), None), []
        actions |= _texts(first)
        kinds |= _texts(others[0] if others else None)
    return actions, kinds


def _texts(node: ast.AST | None) -> set[str]:
    """The texts that an expression may be: one, or either of two."""
    branches = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)
    return {one.value for one in branches if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def test_whatever_is_written_has_words() -> None:
    """``table refused`` and ``open table`` are chosen before they are handed on; refusals of the directory name why, not what."""
    actions, kinds = written()
    assert {"see case", "sign in", "open round", "close account", "hand over"} <= actions
    assert actions - set(ACTIONS) == {"unknown"}
    assert set(ACTIONS) - actions == {"open table", "table refused"}
    assert kinds == set(KINDS)


def test_the_page_speaks_the_readers_language(desk: Desk) -> None:
    seat(desk, "expert").get(f"/cases/{case_of(desk, 1).id}")
    french = seat(desk, "auditor").get("/trail").text
    assert "a consulté un dossier" in french and ">expert</small>" not in french
    assert "saw a case" in seat(desk, "other", "auditor", language="en").get("/trail").text


@pytest.mark.parametrize(("language", "yes", "who"), [("fr", "oui", "le pupitre"), ("en", "yes", "the desk")])
def test_the_page_shows_no_code_of_the_machine(desk: Desk, language: Language, yes: str, who: str) -> None:
    facts = {"measure": "open_case", "because": None, "objected": True, "rows": 1, "case": "c1"}
    act = trail.Act(who="system", role="", action="purge", kind="retention", facts=facts)
    with desk.database.writing() as session:
        trail.add(session, desk.services.seal, desk.now(), act)
    page = seat(desk, "auditor", language=language).get("/trail?who=system").text
    row = next(row for row in page.split("<tr>") if "open_case" in row)
    for shown in ("measure=open_case<", f"objected={yes}<", "rows=1<", "case=c1<", f">{who}<"):
        assert shown in row
    assert "None" not in row and "True" not in row and ">system<" not in row
