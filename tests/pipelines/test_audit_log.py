"""Who did what: the desk's trail and the installation's chain as one, filtered, and only while both hold."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from data_contracts.errors import IntegrityError
from pipelines import audit_log, ledger, settings
from pipelines.audit_log import Asked, Row
from pipelines.commands_review import desk_of
from pipelines.screens_audit import ACTS, OF_WHAT
from review import trail
from review.desk import Desk
from review.tables.trail import TrailLine
from review.trail import Act
from tests.pipelines.calling import called
from tests.pipelines.little_city import key, without_data

SEEN = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return without_data(tmp_path)


@pytest.fixture
def desk(config: Path) -> Iterator[Desk]:
    """At which an expert saw a name and an analyst exported."""
    found = desk_of(config)
    with found.database.writing() as session:
        for who, role, action, kind, about in (
            ("c.martin", "expert", "see identity", "case", "case-7"),
            ("a.durand", "analyst", "export decisions", "decisions", ""),
        ):
            act = Act(who=who, role=role, action=action, kind=kind, about=about)
            trail.add(session, found.services.seal, SEEN, act)
    yield found
    found.database.close()


def rows(config: Path, asked: Asked) -> list[Row]:
    return list(audit_log.rows(config, settings.load(config), asked))


def test_an_auditor_sees_the_desk_and_the_commands_in_one(config: Path, desk: Desk) -> None:
    assert called("oppose", "--config", config, "--key", key(7)).returncode == 0
    assert called("export-person", key(7), "--config", config).returncode == 0
    found = rows(config, Asked())
    told = [
        (row.where, row.role, row.action) for row in found if row.at == SEEN or row.where == "installation"
    ]
    assert told == [
        ("desk", "expert", "see identity"),
        ("desk", "analyst", "export decisions"),
        ("installation", "operator", "oppose"),
        ("installation", "operator", "export person"),
    ]
    of_person = rows(config, Asked(about=key(7)))
    assert [row.action for row in of_person] == ["oppose", "export person"]
    assert (
        {row.about for row in of_person}
        == {ledger.pseudonym(settings.load(config).paths, key(7))}
        != {key(7)}
    )
    looks = rows(config, Asked(action="see log"))
    assert [row.facts["by"] for row in looks] == [[], ["about"]], "a look is a line, and says nobody's key"
    assert [row.facts["lines"] for row in looks][1] == 2


@pytest.mark.parametrize(
    ("option", "value", "actions"),
    [
        ("--who", "c.martin", ["see identity"]),
        ("--role", "analyst", ["export decisions"]),
        ("--kind", "case", ["see identity"]),
        ("--about", "case-7", ["see identity"]),
        ("--until", "2026-11-02", []),
        ("--until", "2026-11-03", ["see identity", "export decisions"]),
    ],
)
def test_filters(config: Path, desk: Desk, option: str, value: str, actions: list[str]) -> None:
    done = called("audit", "log", "--config", config, option, value, "--json")
    assert done.returncode == 0, done.stderr
    assert [line["action"] for line in json.loads(done.stdout)["lines"]] == actions


@given(
    on=st.dates(date(2026, 1, 1), date(2026, 1, 9)),
    since=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9)),
    until=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9)),
    hour=st.integers(0, 23),
)
def test_the_days_asked_for_are_both_included(
    on: date, since: date | None, until: date | None, hour: int
) -> None:
    row = Row(
        at=datetime(on.year, on.month, on.day, hour, tzinfo=UTC),
        where="desk",
        number=1,
        who="",
        role="",
        action="",
        kind="",
        about="",
        facts={},
    )
    within = (since is None or on >= since) and (until is None or on <= until)
    assert Asked(since=since, until=until).holds(row, frozenset()) == within


def test_in_words_for_people_in_codes_for_a_spreadsheet(config: Path, desk: Desk) -> None:
    ledger.enter(settings.load(config).paths, "backup", "warehouse", about="=1+1")
    shown = called("audit", "log", "--config", config).stdout
    assert (
        "Expert" in shown
        and "exploitant" in shown
        and "sauvegarde" in shown
        and "les deux chaînes sont intactes" in shown
    )
    lines = list(csv.DictReader(called("audit", "log", "--config", config, "--csv").stdout.splitlines()))
    assert [line["action"] for line in lines if line["where"] == "installation"] == ["backup", "see log"]
    assert [line["about"] for line in lines if line["action"] == "backup"] == ["'=1+1"]


def test_nothing_is_shown_of_a_chain_that_does_not_hold(config: Path, desk: Desk) -> None:
    with desk.database.writing() as session:
        session.execute(update(TrailLine).where(TrailLine.who == "c.martin").values(who="nobody"))
    done = called("audit", "log", "--config", config, "--json")
    assert done.returncode == 6 and not done.stdout and "line" in done.stderr


def test_nor_of_an_installation_whose_last_line_is_gone(config: Path) -> None:
    paths = settings.load(config).paths
    for act in ("backup", "restore"):
        ledger.enter(paths, act, "warehouse")
    log = paths.runs / ledger.LOG
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(IntegrityError, match="missing at the end"):
        rows(config, Asked())


def test_every_act_that_a_command_enters_has_words() -> None:
    import ast

    entered = [
        [argument.value for argument in call.args[1:3] if isinstance(argument, ast.Constant)]
        for path in Path("pipelines").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("ledger.enter", "_enter")
    ]
    acts = {one[0] for one in entered if len(one) == 2}
    kinds = {one[-1] for one in entered if one}
    assert acts and acts <= set(ACTS) and kinds <= set(OF_WHAT), (acts - set(ACTS), kinds - set(OF_WHAT))
