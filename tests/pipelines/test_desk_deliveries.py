"""What people found at the desk comes back as a delivery: whole, once, on the right day, whatever happens meanwhile; and the next run learns from it."""

import csv
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import delete, select

from data_contracts import contract
from data_contracts.errors import ConfigurationError
from features import frame, known, label
from pipelines import desk_deliveries, register, settings
from pipelines.commands_review import desk_of
from pipelines.desk_database import Kept
from pipelines.desk_deliveries import Delivery, Source, announced, from_desk, hand_over, mark, put
from pipelines.ingest import ingest
from pipelines.store import open_store, read_store
from review.database import Database, opened
from review.desk import Desk
from review.me import Me
from review.pages.lists import take_newest
from review.sealing import Seal
from review.tables.cases import Case
from review.tables.handed_over import HandedOver, HandedRow
from review.tables.trail import TrailLine
from review.tables.visits import Visit
from review.trail import Act
from review.visits import outcomes
from review.visits.outcome_moves import ACTIONS
from review.visits.outcome_values import Found
from review.visits.outcomes import Change
from tests.pipelines import kept_run
from tests.pipelines.calling import called
from tests.pipelines.kept_run import Town, explanations, listed, publish
from tests.pipelines.little_city import key

SEAL = Seal(secret=b"s" * 32)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
TODAY = NOON.date()
FOREIGN = b"ID_VISITE;DATE_VISITE;ISSUE\nV1;2026-11-01;VU\n"
HEADERS = [column.header for column in contract.load("visites").columns]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """One for all examples."""
    with tempfile.TemporaryDirectory() as folder:
        found = opened(f"sqlite:///{folder}/desk.sqlite")
        yield found
        found.close()


@dataclass(kw_only=True)
class Outbox:
    """A desk whose visits are what the test says, and the folder of deliveries beside it."""

    database: Database
    deliveries: Path
    today: date = TODAY
    visits: dict[str, str] = field(default_factory=dict)
    foreign: dict[Path, bytes] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """Its visits: identifier → outcome."""
        blank = dict.fromkeys(HEADERS, "")
        return Source(
            name="visites",
            rows=lambda _: [
                blank | {"ID_VISITE": name, "DATE_VISITE": "2026-11-01", "ISSUE": issue}
                for name, issue in sorted(self.visits.items())
            ],
        )

    def now(self) -> datetime:
        """Noon."""
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)

    def hand(self, killed: str = "") -> Delivery | None:
        """What ``hand_over`` does, killed after one of its steps."""
        with self.database.writing() as session:
            delivery = announced(session, self.source, self.deliveries, self.today, self.now())
        if delivery is None or killed == "announced":
            return delivery
        put(delivery, self.deliveries)
        if killed != "put":
            with self.database.writing() as session:
                mark(session, SEAL, delivery, self.now())
        return delivery

    def bring(self, day: date, name: str = "visites.csv") -> None:
        """Somebody else delivers a file, over whatever is there."""
        path = self.deliveries / day.isoformat() / name
        path.parent.mkdir(exist_ok=True)
        self.foreign[path] = FOREIGN + str(len(self.foreign)).encode()
        path.write_bytes(self.foreign[path])

    def own(self) -> dict[date, dict[str, str]]:
        """The desk's files: day → identifier → outcome."""
        with self.database.reading() as session:
            marks = {(one.day.isoformat(), one.sha256) for one in session.scalars(select(HandedOver))}
        files = [
            path
            for path in sorted(self.deliveries.glob("*/visites.csv"))
            if (path.parent.name, hashlib.sha256(path.read_bytes()).hexdigest()) in marks
        ]
        return {date.fromisoformat(path.parent.name): read(path) for path in files}

    def latest(self) -> dict[str, str]:
        """As a run counts them: of each visit the latest delivery."""
        return {name: issue for _, rows in sorted(self.own().items()) for name, issue in rows.items()}


def read(path: Path) -> dict[str, str]:
    """One file; its columns are the contract's."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
        assert not rows or list(rows[0]) == HEADERS
    assert len({one["ID_VISITE"] for one in rows}) == len(rows)
    return {one["ID_VISITE"]: one["ISSUE"] for one in rows}


@contextmanager
def an_outbox(database: Database) -> Iterator[Outbox]:
    """Nothing handed over yet."""
    with database.writing() as session:
        for table in (HandedOver, HandedRow):
            session.execute(delete(table))
    with tempfile.TemporaryDirectory() as folder:
        yield Outbox(database=database, deliveries=Path(folder))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("find"), st.sampled_from("abc"), st.sampled_from(["VU", "ABSENT", "REFUS"])),
        st.tuples(st.just("object"), st.sampled_from("abc"), st.just("")),
        st.tuples(st.just("wait"), st.sampled_from(["0", "1", "2", "-1"]), st.just("")),
        st.tuples(st.just("bring"), st.sampled_from("012"), st.sampled_from(["visites.csv", "VISITES.XLSX"])),
        st.tuples(st.just("hand"), st.sampled_from(["", "announced", "put"]), st.just("")),
    ),
    max_size=14,
)


@examples(max_examples=120, deadline=None)
@given(steps=STEPS)
def test_nothing_is_lost_and_nothing_is_old_however_it_is_killed(
    database: Database, steps: list[tuple[str, str, str]]
) -> None:
    with an_outbox(database) as town:
        days: list[date] = []
        for what, which, how in steps:
            if what == "find":
                town.visits[which] = how
            if what == "object":
                town.visits.pop(which, None)
            if what == "wait":
                town.today += timedelta(days=int(which))
            if what == "bring":
                town.bring(town.today + timedelta(days=int(which)), how)
            if what == "hand" and (delivery := town.hand(which)):
                days.append(delivery.day)
        town.hand()
        assert days == sorted(days), "a correction comes after what it corrects"
        assert {name: issue for name, issue in town.latest().items() if name in town.visits} == town.visits
        assert all(path.read_bytes() == content for path, content in town.foreign.items()), (
            "others' files stay"
        )
        before = town.own()
        assert town.hand() is None and town.own() == before, "what is handed over rests"


def test_a_day_has_one_file_and_the_next_day_only_what_is_new(database: Database) -> None:
    with an_outbox(database) as town:
        town.visits = {"a": "VU"}
        town.hand()
        town.visits["b"] = "ABSENT"
        town.hand()
        assert town.own() == {TODAY: {"a": "VU", "b": "ABSENT"}}
        town.today += timedelta(days=1)
        town.visits |= {"b": "VU", "c": "REFUS"}
        town.hand()
        assert town.own() == {
            TODAY: {"a": "VU", "b": "ABSENT"},
            TODAY + timedelta(days=1): {"b": "VU", "c": "REFUS"},
        }


def test_a_file_of_the_city_is_never_written_over(database: Database) -> None:
    with an_outbox(database) as town:
        town.bring(TODAY, "visites.csv.gz")
        town.visits = {"a": "VU"}
        assert (delivery := town.hand()) and delivery.day == TODAY + timedelta(days=1)
        town.visits = {"a": "REFUS"}
        assert (delivery := town.hand()) and delivery.day == TODAY + timedelta(days=1)


def test_what_the_city_wrote_over_is_handed_over_again(database: Database) -> None:
    with an_outbox(database) as town:
        town.visits = {"a": "VU", "b": "ABSENT"}
        town.hand()
        town.bring(TODAY)
        assert town.hand("put") is not None  # killed before it is marked
        town.visits["b"] = "VU"
        town.hand()
        assert town.own() == {TODAY + timedelta(days=1): {"a": "VU", "b": "VU"}}


def test_the_hand_over_is_in_the_trail_and_its_file_for_its_owner_alone(database: Database) -> None:
    with an_outbox(database) as town:
        town.visits = {"a": "VU"}
        town.hand()
        path = town.deliveries / TODAY.isoformat() / "visites.csv"
        assert path.stat().st_mode & 0o777 == 0o600
        with database.reading() as session:
            line = session.scalars(select(TrailLine).order_by(TrailLine.number.desc())).first()
        assert line is not None and (line.action, line.about) == ("hand over", f"visites {TODAY.isoformat()}")
        assert line.facts == {"rows": 1, "new": 1, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_without_a_folder_of_deliveries_the_ingest_says_so(database: Database, tmp_path: Path) -> None:
    assert hand_over(Kept(database=database, seal=SEAL), tmp_path / "none", NOON) == {}


def test_deliveries_that_cannot_be_written_are_a_refusal(database: Database, tmp_path: Path) -> None:
    (tmp_path / ".desk.lock").mkdir()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        hand_over(Kept(database=database, seal=SEAL), tmp_path, NOON)


# from a published list to the label of the next run, on the hand-made city

ME = Me(
    user_id="u", login="expert", name="", role="expert", profession="COORDINATION", language="fr", quartiers=None, session_id="", csrf=""
)  # fmt: skip
VISITED_AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
LSNS_9 = (2, 1, 2, 0, 1, 3)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Ingested, with a list: household 7 by the model, household 11 (of two) drawn with a chance of one in twenty."""
    town = kept_run.town(tmp_path_factory.mktemp("city"))
    long = explanations(town)
    lines = listed(town, long)
    lines.loc[1, ["arm", "drawing_probability"]] = ["EXPLORATION", 0.05]
    publish(town, long, lines=lines)
    return town


@pytest.fixture
def town(ingested: Town, tmp_path: Path) -> Town:
    """A copy of it."""
    shutil.copytree(ingested.config.parent, tmp_path / "city")
    return Town(
        config=tmp_path / "city" / "city.toml",
        homes=ingested.homes,
        persons=ingested.persons,
        members=ingested.members,
    )


@contextmanager
def a_desk(town: Town) -> Iterator[Desk]:
    """With the list taken in."""
    desk = desk_of(town.config)
    try:
        take_newest(desk, Act(who="system", role="", action="take in list", kind="list"))
        yield desk
    finally:
        desk.database.close()


def visit(desk: Desk, household: str, found: Found) -> str:
    """Of a household that the unit wants visited."""
    change = Change(services=desk.services, me=ME, now=VISITED_AT, today=VISITED_AT.date())
    with desk.database.writing() as session:
        case = session.scalars(select(Case).where(Case.household_id == household)).one()
        case.state = "to_visit"
        return outcomes.enter(session, change, case, found).id


@pytest.mark.slow
def test_the_next_run_learns_what_the_visit_found(town: Town) -> None:
    day, home = date(2026, 11, 23), town.homes[11]
    with a_desk(town) as desk:
        met = Found(
            outcome="VU",
            visited_on=day,
            visitor_role="VOLONTAIRE",
            person=number_of(desk, home, key(11)),
            lsns6=LSNS_9,
        )
        visit_id = visit(desk, home, met)
        visit(desk, town.homes[7], Found(outcome="ABSENT", visited_on=day, visitor_role="AGENT", person=1))
    answer = called("ingest", "--config", town.config, "--json")
    assert answer.returncode == 0, answer.stderr
    city = settings.load(town.config)
    with read_store(city.paths) as connection:
        known.open_views(connection, date(2026, 12, 1), settings.gates(city))
        told = label.outcomes(connection, label.visits(connection))
        assert sorted(told["state"]) == ["absent", "isolated"]
        frame.build(connection, date(2026, 11, 21), settings.gates(city), city.there_share)
        households = label.of_households(connection, told, date(2026, 11, 21)).set_index("household_id")
    found = households.loc[home]
    assert (found["isolated"], found["bras"], found["proba_tirage"], found["id_visite"]) == (
        True,
        "EXPLORATION",
        0.05,
        visit_id,
    )
    assert found["visited_on"] == pd.Timestamp(day)
    assert (households.loc[town.homes[7], "state"], households.loc[town.homes[7], "bras"]) == (
        "absent",
        "MODELE",
    )


def number_of(desk: Desk, household: str, identity: str) -> int:
    """How the desk calls whoever bears a key."""
    with desk.database.reading() as session:
        case = session.scalars(select(Case).where(Case.household_id == household)).one()
        return next(member.number for member in case.members if member.cle_identite == identity)


def test_every_row_that_the_desk_can_write_keeps_the_contract(town: Town) -> None:
    full = Found(
        outcome="VU", visited_on=date(2026, 11, 23), visitor_role="PROFESSIONNEL", person=1, time_of_day="MATIN", lsns6=LSNS_9,
        ucla3=(1, None, 3), networks=(0, 1, None, 0, 0), needs=(True, False, None, False, False, False), follow_up="RAPPEL_6M",
    )  # fmt: skip
    with a_desk(town) as desk:
        home = town.homes[11]
        visit(desk, home, full)
        for days, outcome in enumerate(sorted(ACTIONS), start=4):
            day = date(2026, 11, days)
            visit(
                desk,
                home,
                Found(
                    outcome=outcome,
                    visited_on=day,
                    visitor_role="AGENT",
                    person=None if outcome == "VU" else 2,
                ),
            )
        none = Found(
            outcome="VU",
            visited_on=date(2026, 11, 3),
            visitor_role="AGENT",
            person=2,
            none_because="DEPART_RESIDENCE",
        )
        judged = visit(desk, home, none)
        change = Change(services=desk.services, me=ME, now=VISITED_AT, today=VISITED_AT.date())
        with desk.database.writing() as session:
            outcomes.judge(session, change, session.get_one(Visit, judged), 3)
    city = settings.load(town.config)
    assert from_desk(town.config, city) == {"visites": 9, "signalements": 0}
    with open_store(city.paths) as connection:
        report = ingest(connection, city.paths.deliveries, gates=settings.gates(city))
    (file,) = (one for one in report.files if one.source == "visites")
    assert (file.rows_read, file.rows_accepted, file.rejects, file.inexact) == (9, 9, {}, {})
    with read_store(city.paths) as connection:
        kept = connection.execute("select * from raw.visites where id_visite = $1", [judged]).df().iloc[0]
    assert (kept["jugement_unite"], kept["besoin_repas"], kept["aucun_besoin_motif"]) == (
        3,
        False,
        "DEPART_RESIDENCE",
    )


@pytest.mark.slow
def test_nothing_is_handed_over_of_who_objects_at_the_door(town: Town) -> None:
    refused = Found(outcome="REFUS", visited_on=date(2026, 11, 23), visitor_role="AGENT", person=1)
    with a_desk(town) as desk:
        visit(desk, town.homes[7], refused)
    city = settings.load(town.config)
    assert from_desk(town.config, city) == {"visites": 1, "signalements": 0}
    with a_desk(town) as desk, desk.database.writing() as session:
        one = session.scalars(select(Visit)).one()
        one.case.state = "to_visit"
        change = Change(services=desk.services, me=ME, now=VISITED_AT, today=VISITED_AT.date())
        objects = Found(
            outcome="REFUS", visited_on=date(2026, 11, 24), visitor_role="AGENT", person=1, objected=True
        )
        outcomes.enter(session, change, one.case, objects)
    assert key(7) in register.objected(city.paths.objections)
    assert from_desk(town.config, city) == {"visites": 0, "signalements": 0}
    answer = called("ingest", "--config", town.config)
    assert answer.returncode == 0
    with read_store(city.paths) as connection:
        assert connection.execute("select count(*) from raw.visites").fetchone() == (0,)
        assert connection.execute("select count(*) from quarantine.visites").fetchone() == (1,)


def test_a_city_without_a_desk_hands_over_nothing(town: Town) -> None:
    assert from_desk(town.config, settings.load(town.config)) == {}
    assert not (town.config.parent / "desk.sqlite").exists()


def test_named_deliveries_are_ingested_alone(town: Town) -> None:
    with a_desk(town) as desk:
        visit(
            desk,
            town.homes[7],
            Found(outcome="ABSENT", visited_on=date(2026, 11, 23), visitor_role="AGENT", person=1),
        )
    folder = town.config.parent / "deliveries" / "2026-11-02"
    assert called("ingest", "--config", town.config, folder).returncode == 0
    assert not list((town.config.parent / "deliveries").glob("*/visites.csv"))


def test_every_source_of_the_desk_is_one_of_the_contracts() -> None:
    for source in desk_deliveries.SOURCES:
        assert source.name in contract.SOURCES and source.key.startswith("ID_")
        assert contract.load(source.name).delivery == "events"
