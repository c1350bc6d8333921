"""``lanterne check`` and the review desk: what does not hold there is said, nothing there is changed, and none is made."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, select, text, update

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import checks, desk_check, settings
from pipelines.commands_review import desk_of
from reports.words import words
from review.database import migrations
from review.desk import Desk
from review.tables.cases import Case, Listing
from tests.pipelines.little_city import CITY, without_data
from tests.review import postgres
from tests.review.desk_sample import take

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a real server's database."""
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse and an address for a desk of each kind, at which none is yet."""
    if request.param == "postgresql":
        monkeypatch.setenv("LANTERNE_DESK_DATABASE", postgres.emptied(request.getfixturevalue("server")))
    return without_data(tmp_path)


@pytest.fixture
def desk(config: Path) -> Iterator[Desk]:
    """With eight cases."""
    found = desk_of(config)
    take(found)
    yield found
    found.database.close()


def look(config: Path) -> str:
    return desk_check.look(settings.load(config), config, TODAY)


def test_where_there_is_none_none_is_made(config: Path) -> None:
    for _ in range(2):
        assert look(config) == words("fr")(desk_check.NOT_YET)
    assert not (config.parent / "desk.sqlite").exists()


def test_the_command_counts_a_sound_desk_and_leaves_it_as_it_is(config: Path, desk: Desk) -> None:
    found = {one.what: one for one in checks.check(config)}
    assert found["desk"].is_sound and found["desk"].detail.startswith(
        "dossiers\u00a0: 8\u00a0; journal intact"
    )
    assert look(config) == found["desk"].detail, "it writes nothing"


def test_an_altered_trail_puts_integrity_at_stake(config: Path, desk: Desk) -> None:
    with desk.database.writing() as session:
        session.execute(text("update trail set who = 'nobody' where number = 1"))
    with pytest.raises(IntegrityError):
        look(config)


def test_a_desk_of_an_earlier_release_is_told_and_stays_one(config: Path, desk: Desk) -> None:
    with desk.database.engine.begin() as connection:
        command.downgrade(migrations(connection), "-1")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="waits for this release"):
            look(config)


def test_what_is_past_its_term_is_told_and_stays(config: Path, desk: Desk) -> None:
    long_ago = datetime(1999, 1, 1, tzinfo=UTC)
    with desk.database.writing() as session:
        session.execute(
            update(Case).values(state="closed", state_since=long_ago, opened_at=long_ago, due_on=None)
        )
        session.execute(update(Listing).values(as_of=date(1999, 1, 1)))
    for _ in range(2):
        with pytest.raises(ConfigurationError) as told:
            look(config)
        assert told.value.what.startswith(
            "lignes du pupitre dont la durée de conservation est dépassée\u00a0: "
        )
        assert told.value.hint == "lancez `lanterne purge --config …`."
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 8


@pytest.mark.parametrize("name", ["correspondence", "match_key_file"])
def test_a_file_that_the_settings_name_is_there(config: Path, name: str) -> None:
    config.write_text(CITY + f'\n[desk]\n{name} = "elsewhere.bin"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError) as told:
        look(config)
    assert told.value.what == "le fichier que nomment les réglages n’est pas là\u00a0: elsewhere.bin"
    assert told.value.hint == "mettez-le à cet endroit, ou retirez la ligne."
    (config.parent / "elsewhere.bin").touch()
    assert look(config) == words("fr")(desk_check.NOT_YET)
