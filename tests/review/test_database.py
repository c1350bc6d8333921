"""The database: both kinds, brought to this release's tables, a crash in the middle of a change, gone."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from unittest.mock import patch

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from data_contracts.errors import ConfigurationError
from review import trail
from review.cases import adding
from review.cases.adding import Added
from review.database import opened
from review.me import Me
from review.tables import Base
from review.tables.cases import Case
from review.tables.trail import TrailHead, TrailLine
from tests.review.desk_sample import Clock, a_desk, case_of, seat, sqlite, take


def test_the_migrations_make_the_tables_that_the_code_knows(any_url: str) -> None:
    database = opened(any_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_opening_again_changes_nothing(any_url: str) -> None:
    desk = a_desk(any_url)
    take(desk)
    desk.database.close()
    again = a_desk(any_url)
    assert case_of(again, 1).state == "to_review"
    again.database.close()


def test_whoever_reads_sees_one_state_of_everything(any_url: str) -> None:
    """A trail that is checked while somebody writes holds, on either database."""
    desk = a_desk(any_url)
    take(desk)
    with desk.database.reading() as session:
        before = session.scalars(select(TrailHead.number)).one()
        seat(desk, "expert")
        assert session.scalars(select(func.count()).select_from(TrailLine)).one() == before
    with desk.database.reading() as session:
        assert trail.verified(session, desk.services.seal) > before
    desk.database.close()


def test_two_who_add_the_same_dwelling_open_one_case(any_url: str) -> None:
    desk = a_desk(any_url)
    me = Me(user_id="u", login="anna", name="Anna", role="expert", profession=None, language="fr", quartiers=None, session_id="", csrf="")  # fmt: skip
    both = Barrier(2)
    added = Added(quartier="01", quartier_name="", dwelling="D" * 16, address="", key="", age_band="80_plus", members=1)  # fmt: skip

    def looked(session: Session, one: Added) -> Case | None:
        found = looks(session, one)
        with suppress(BrokenBarrierError):
            both.wait(timeout=1)  # of those who wait for their turn nobody comes
        return found

    def add() -> str:
        with desk.database.writing() as session:
            return adding.add(session, desk.services.seal, me, added, desk.now()).id

    looks = adding._open_case_at
    with patch.object(adding, "_open_case_at", looked), ThreadPoolExecutor(2) as people:
        first, second = people.map(lambda _: add(), range(2))
    assert first == second
    desk.database.close()


def test_a_database_that_a_later_release_changed_is_refused(any_url: str) -> None:
    database = opened(any_url)
    with database.writing() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    database.close()
    with pytest.raises(ConfigurationError, match="later release"):
        opened(any_url)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    desk = a_desk(sqlite(tmp_path))
    take(desk)
    files = list(tmp_path.glob("desk.sqlite*"))
    assert len(files) >= 2  # the log beside it
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    desk.database.close()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "sqlite:////nowhere/at/all/desk.sqlite",
        "postgresql+psycopg://desk:s3cret@127.0.0.1:1/desk",
    ],
)
def test_what_cannot_be_opened_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        opened(url)
    assert "s3cret" not in refused.value.text()
    assert "Hint:" in refused.value.text()


def test_a_database_that_is_gone_has_a_page_that_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = a_desk(sqlite(tmp_path))
    take(desk)
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    desk.database.close()
    (tmp_path / "desk.sqlite").unlink()
    for left in tmp_path.glob("desk.sqlite-*"):
        left.unlink()
    answer = expert.get(f"/cases/{case.id}")
    assert answer.status_code == 503
    assert "momentanément indisponible" in answer.text
    assert "select" not in caplog.text.lower()


def test_a_server_that_goes_away_has_the_same_page(postgres_url: str) -> None:
    desk = a_desk(postgres_url)
    take(desk)
    expert = seat(desk, "expert")
    assert expert.get("/queue").status_code == 200
    with desk.database.engine.connect() as connection:
        connection.execute(text("select 1"))
    desk.database.engine.dispose()
    desk.database.engine.url = desk.database.engine.url  # the pool is empty: the next page connects anew
    desk.database.engine.pool._creator = _refuse  # type: ignore[attr-defined]
    answer = expert.get("/queue")
    assert answer.status_code == 503
    assert "momentanément indisponible" in answer.text


def _refuse(*_: object) -> None:
    import psycopg

    raise psycopg.OperationalError("connection refused")


WRITER = """
import sys
from tests.review.desk_sample import a_desk, case_of, seat
desk = a_desk(sys.argv[1])
expert = seat(desk, "expert" + sys.argv[2], "expert")
print("ready", flush=True)
while True:
    for number in range(1, 9):
        case = case_of(desk, number)
        if case.state == "closed":
            expert.post(f"/cases/{case.id}/again", version=case.version)
        else:
            expert.post(f"/cases/{case.id}/decide", version=case.version, choice="none", reason_none="AUTRE")
"""


@pytest.mark.slow
def test_killed_while_writing_leaves_nothing_half_written(tmp_path: Path) -> None:
    """kill -9 at a different moment of each round; then every decision has its opinion and its lines in a trail that holds."""
    url, root = sqlite(tmp_path), Path(__file__).resolve().parents[2]
    desk = a_desk(url, clock=Clock())
    take(desk)
    desk.database.close()
    for round_ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(round_)],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.35 + 0.13 * round_)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    with sqlite3.connect(tmp_path / "desk.sqlite") as raw:
        assert raw.execute("pragma integrity_check").fetchone() == ("ok",)
        decided, said = (
            raw.execute(f"select count(*) from {t}").fetchone()[0] for t in ("decisions", "votes")
        )
        told = raw.execute("select count(*) from trail where action = 'decide'").fetchone()[0]
    assert decided == said == told > 4
    again = a_desk(url)
    with again.database.reading() as session:
        assert trail.verified(session, again.services.seal) > told
    again.database.close()
