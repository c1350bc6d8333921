"""The law's commands and the review desk: objections reach it, a purge counts it, an answer tells it; where there is none, none is made."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import cli, cycle, settings
from pipelines.commands_review import desk_of
from pipelines.screens_law import DESK_WORDS
from review import trail
from review.desk import Desk
from review.law import objecting
from review.law.retention import RULES, Rule
from review.tables.alerts import Alert
from review.tables.cases import Case
from review.tables.trail import TrailLine
from review.tables.visits import Visit
from tests.pipelines.little_city import key, write
from tests.pipelines.test_retention import alerts, filled
from tests.review import postgres
from tests.review.desk_sample import household, line, take, taken

TODAY = date(2026, 11, 20)


def lines() -> list[object]:
    """Households of electors 1 to 4, by the keys of the little city; the first two bear them, the others are found by their dwelling."""
    found = []
    for number in range(1, 5):
        one = line(number)
        (member,) = one.members
        known = (
            {"cle_identite": key(number), "cle_nom_adresse": None}
            if number < 3
            else {"cle_identite": None, "cle_nom_adresse": None}
        )
        found.append(
            type(one)(
                **vars(one)
                | {"id_logement": key(5000 + number), "members": [type(member)(**vars(member) | known)]}
            )
        )
    return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The little city, ingested."""
    folder = tmp_path_factory.mktemp("town")
    filled(settings.load(write(folder)))
    return folder


@pytest.fixture
def config(town: Path, tmp_path: Path) -> Path:
    """A copy of it, without a desk."""
    shutil.copytree(town, tmp_path, dirs_exist_ok=True)
    return tmp_path / "city.toml"


@pytest.fixture
def desk(config: Path) -> Iterator[Desk]:
    """Its desk, with four cases."""
    found = desk_of(config)
    take(found, taken(lines=lines()))  # type: ignore[arg-type]
    yield found
    found.database.close()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a real server's database."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def on_a_server(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's database is there, and empty."""
    monkeypatch.setenv("LANTERNE_DESK_DATABASE", postgres.emptied(server))


def run(*arguments: str | Path) -> dict[str, object]:
    """What a command prints."""
    answer = CliRunner().invoke(
        cli.app, [*map(str, arguments), *([] if arguments[0] == "export-person" else ["--json"])]
    )
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)  # type: ignore[no-any-return]


def states(desk: Desk) -> list[str]:
    """Case by case."""
    with desk.database.reading() as session:
        return list(session.scalars(select(Case.state).order_by(Case.household_id)))


def held(desk: Desk, action: str) -> list[TrailLine]:
    """Lines of the trail, which holds."""
    with desk.database.reading() as session:
        return [one for one in trail.lines(session, desk.services.seal) if one.action == action]


# --- objections --------------------------------------------------------------------------------------------------------------------


def test_an_objection_ends_the_case_at_once(config: Path, desk: Desk) -> None:
    done = run("oppose", "--config", config, "--key", key(1), "--on", "2026-11-20")
    assert (done["desk_cases"], states(desk)) == (1, ["objected", "to_review", "to_review", "to_review"])
    assert run("oppose", "--config", config, "--key", key(1), "--withdraw")["is_still_out"] is False
    assert states(desk)[0] == "objected"


def test_keys_that_the_registers_know_of_the_same_person_count(config: Path, desk: Desk) -> None:
    """By the key of name and door, which the desk does not have of the second; and the third by the key that lives at its dwelling."""
    assert (
        run("oppose", "--config", config, "--key", key(902), "--kind", "CLE_NOM_ADRESSE")["desk_cases"] == 1
    )
    assert run("oppose", "--config", config, "--key", key(3))["desk_cases"] == 1
    assert states(desk) == ["to_review", "objected", "objected", "to_review"]


def test_an_objection_that_a_delivery_tells_reaches_the_desk(
    config: Path, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "deliveries" / "2026-11-02" / "oppositions.csv"
    file.write_text(f"CLE_IDENTITE;DATE_OPPOSITION\n{key(2)};2026-11-01\n", encoding="utf-8")
    run("ingest", "--config", config)
    assert states(desk) == ["to_review", "objected", "to_review", "to_review"]


def test_a_cycle_hands_over_nothing_of_whoever_is_in_the_register(
    config: Path, desk: Desk, tmp_path: Path
) -> None:
    """It was written there while the desk could not be reached; of two households that were visited the other one's visit is handed over. A
    third is told of by a delivery."""
    with desk.database.writing() as session:
        for case in session.scalars(select(Case).where(Case.household_id.in_([household(1), household(2)]))):
            session.add(a_visit(case, desk.now()))
    (tmp_path / "oppositions.csv").write_text(
        f"CLE_IDENTITE;DATE_OPPOSITION\n{key(1)};2026-11-01\n", encoding="utf-8"
    )
    file = tmp_path / "deliveries" / "2026-11-02" / "oppositions.csv"
    file.write_text(f"CLE_IDENTITE;DATE_OPPOSITION\n{key(3)};2026-11-01\n", encoding="utf-8")
    folder = tmp_path / "run"
    folder.mkdir()
    cycle.ingest_step(config, folder)
    assert states(desk) == ["objected", "to_review", "objected", "to_review"]
    (file,) = (tmp_path / "deliveries").glob("*/visites.csv")
    handed = file.read_text(encoding="utf-8")
    assert (key(1) in handed, key(2) in handed) == (False, True)


def a_visit(case: Case, at: datetime) -> Visit:
    """Somebody was met."""
    return Visit(
        case_id=case.id, member_id=case.members[0].id, visited_on=at.date(), visitor_role="AGENT", outcome="VU", entered_by="e", entered_at=at, objected=False
    )  # fmt: skip


def test_what_is_entered_at_the_desk_is_what_the_desk_is_told(config: Path, desk: Desk) -> None:
    with desk.database.reading() as session:
        case = session.scalars(select(Case).where(Case.household_id == household(1))).one()
        for entry in objecting.stated(case):
            desk.services.objects(entry, TODAY)
    assert set(desk.services.objected()) == {key(1), key(5001)}


def test_an_objection_holds_where_the_desk_cannot_be_reached(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANTERNE_DESK_DATABASE", "postgresql+psycopg://desk:s3cret@127.0.0.1:1/desk")
    answer = CliRunner().invoke(cli.app, ["oppose", "--config", str(config), "--key", key(1)])
    assert answer.exit_code == 0
    assert "n’a pas pu être joint" in answer.stderr and "s3cret" not in answer.output
    assert key(1) in (tmp_path / "oppositions.csv").read_text(encoding="utf-8")


# --- no desk -----------------------------------------------------------------------------------------------------------------------


def test_a_desk_that_is_not_there_is_told_and_not_made(config: Path, tmp_path: Path) -> None:
    assert run("oppose", "--config", config, "--key", key(1))["desk_cases"] is None
    assert run("export-person", key(2), "--config", config, "--as-of", "2026-11-20")["desk"] is None
    assert run("purge", "--config", config, "--as-of", "2026-11-20", "--dry-run")["desk"] is None
    said = CliRunner().invoke(cli.app, ["purge", "--config", str(config), "--as-of", "2026-11-20"])
    assert "Il n’y a pas de pupitre." in said.stdout
    (certificate,) = (tmp_path / "runs" / "certificates").iterdir()
    assert json.loads(certificate.read_text(encoding="utf-8"))["desk"] is None
    assert not list(tmp_path.glob("desk.sqlite*"))


def test_no_tables_are_made_on_a_server_that_has_no_desk(
    config: Path, on_a_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("purge", "--config", config, "--as-of", "2026-11-20")["desk"] is None
    monkeypatch.setenv("LANTERNE_DESK_DATABASE", "postgresql+psycopg://desk:s3cret@127.0.0.1:1/desk")
    for command in (["purge", "--as-of", "2026-11-20"], ["export-person", key(1), "--as-of", "2026-11-20"]):
        answer = CliRunner().invoke(cli.app, [*command, "--config", str(config)])
        assert isinstance(answer.exception, ConfigurationError) and "s3cret" not in str(answer.exception)


# --- purges ------------------------------------------------------------------------------------------------------------------------


def put_alerts(desk: Desk, *days: date) -> None:
    """As they were entered."""
    with desk.database.writing() as session:
        for day in days:
            session.add(
                Alert(
                    reported_on=day, since=day, quartier="01", signs=[], state="nothing", cle_identite=key(77)
                )
            )


def test_a_purge_takes_what_its_rehearsal_counts_and_says_so_beside_the_warehouse(
    config: Path, desk: Desk, tmp_path: Path
) -> None:
    alerts(tmp_path, "01/11/2024", "20/11/2024")  # two years before the purge, less a day or not
    filled(settings.load(config))
    put_alerts(desk, date(2024, 11, 19), date(2024, 11, 20))
    rehearsal = run("purge", "--config", config, "--as-of", "2026-11-20", "--dry-run")
    with desk.database.reading() as session:
        assert len(session.scalars(select(Alert.id)).all()) == 2
    assert held(desk, "purge") == []
    done = run("purge", "--config", config, "--as-of", "2026-11-20")
    assert (done["desk"], done["terms"], done["rows"], done["desk_rows"]) == (
        rehearsal["desk"],
        rehearsal["terms"],
        1,
        1,
    )
    first = done["desk"][0]  # type: ignore[index]
    assert (first["what"], first["period"], first["before"], first["tables"]) == (
        "alerts",
        "P2Y",
        "2024-11-20",
        {"alerts": 1},
    )
    rule = "desk, alerts: P2Y from alerts.reported_on, before 2024-11-20 (signalements)"
    assert (
        rule in done["rules"]
        and "signalements: P2Y from date_signalement, before 2024-11-20" in done["rules"]
    )  # type: ignore[operator]
    with desk.database.reading() as session:
        assert session.scalars(select(Alert.reported_on)).all() == [date(2024, 11, 20)]
    (line,) = held(desk, "purge")
    assert (line.about, line.facts) == ("2026-11-20", {"alerts": 1})
    again = run("purge", "--config", config, "--as-of", "2026-11-20")
    assert (again["rows"], again["desk_rows"]) == (0, 0)


def test_a_city_may_keep_for_less_at_the_desk_too(config: Path, desk: Desk) -> None:
    config.write_text(
        config.read_text(encoding="utf-8")
        + '\n[retention]\nsignalements = "P90D"\nliste = "P1Y"\ndecisions = "P1Y"\n',
        encoding="utf-8",
    )
    put_alerts(desk, date(2026, 8, 21), date(2026, 8, 22))
    with desk.database.writing() as session:
        for case in session.scalars(select(Case).where(Case.household_id == household(1))):
            case.state, case.state_since = "closed", datetime(2026, 11, 3, tzinfo=UTC)
    done = run("purge", "--config", config, "--as-of", "2026-11-20")
    assert done["desk_rows"] == 1
    done = run("purge", "--config", config, "--as-of", "2027-11-20")
    taken = {one["what"]: one["tables"] for one in done["desk"]}  # type: ignore[attr-defined]
    assert (taken["listings"], taken["cases"], taken["alerts"]) == (
        {"listings": 1},
        {"members": 1, "cases": 1},
        {"alerts": 1},
    )
    assert len(states(desk)) == 3


def test_the_terminal_has_a_word_for_every_rule(config: Path, desk: Desk) -> None:
    assert set(DESK_WORDS) == {rule.what for rule in RULES}
    said = CliRunner().invoke(cli.app, ["purge", "--config", str(config), "--as-of", "2026-11-20"])
    assert said.exit_code == 0 and "clés de membres, effacées" in said.stdout and "Pupitre" in said.stdout


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.what)
def test_the_documentation_has_a_line_for_every_rule(rule: Rule) -> None:
    by = f"contract of `{rule.source}`" if rule.source else "own term"
    told = (
        rule.what.replace("_", " "),
        f"`{rule.table}.{rule.counted_from}`",
        rule.period({}).as_iso(),
        by,
        rule.why,
    )
    written = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"| {' | '.join(told)} |\n" in written


def test_of_a_trail_that_does_not_hold_nothing_is_purged_anywhere(
    config: Path, desk: Desk, tmp_path: Path
) -> None:
    alerts(tmp_path, "01/11/2020")
    filled(settings.load(config))
    with desk.database.writing() as session:
        who = session.get_one(TrailLine, 1).who
    with desk.database.writing() as session:
        session.get_one(TrailLine, 1).who = "nobody"
    for day in (
        "2035-01-01",
        "2026-11-20",
    ):  # of the second nothing of the desk is due; its purge is an act all the same, and the last line is the one that was altered
        answer = CliRunner().invoke(cli.app, ["purge", "--config", str(config), "--as-of", day])
        assert isinstance(answer.exception, IntegrityError) and answer.exception.exit_code == 6
        assert not (tmp_path / "runs" / "certificates").exists()
    with desk.database.writing() as session:
        session.get_one(TrailLine, 1).who = who
        session.flush()
        trail.add(session, desk.services.seal, desk.now(), trail.Act(who="x", role="", action="x", kind="x"))
        session.get_one(TrailLine, 1).who = "nobody"
    assert run("purge", "--config", config, "--as-of", "2026-11-20", "--dry-run")["rows"] == 1


def test_nothing_of_a_purged_person_is_left_in_the_file_while_the_desk_is_open(
    config: Path, desk: Desk, tmp_path: Path
) -> None:
    keys = {n: f"{n}" * 32 for n in (7, 8)}
    with desk.database.writing() as session:
        for number, state in ((7, "closed"), (8, "followed")):
            case = session.scalars(select(Case).where(Case.household_id == household(number - 6))).one()
            case.state, case.members[0].cle_identite = state, keys[number]
    run("purge", "--config", config, "--as-of", "2033-01-01")
    left = b"".join(path.read_bytes() for path in tmp_path.glob("desk.sqlite*"))
    assert [number for number, one in keys.items() if one.encode() in left] == [8]
    assert states(desk)[0] == "followed" and len(states(desk)) == 3


def test_whoever_does_not_pause_is_told_of(config: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.database.SQLITE_WAITS_MS", 50)
    with desk.database.writing() as session:
        trail.add(session, desk.services.seal, desk.now(), trail.Act(who="x", role="", action="x", kind="x"))
        session.flush()
        answer = CliRunner().invoke(cli.app, ["purge", "--config", str(config), "--as-of", "2026-11-20"])
    assert isinstance(answer.exception, ConfigurationError) and "somebody is at work" in str(answer.exception)
    assert isinstance(answer.exception.__cause__, OperationalError)


# --- the right of access -----------------------------------------------------------------------------------------------------------


def test_the_answer_tells_what_the_desk_keeps_and_the_trail_that_it_was_asked(
    config: Path, desk: Desk
) -> None:
    answer = run("export-person", key(1), "--config", config, "--as-of", "2026-11-20")
    told = answer["desk"]
    assert isinstance(told, dict)
    assert [member["cle_identite"] for member in told["members"]] == [key(1)]
    (case,) = told["cases"]
    assert (case["household_id"], case["state"]) == (household(1), "to_review")
    assert [one.about for one in held(desk, "export person")] == [case["case"]]


def test_the_answer_does_not_say_who_told_the_city_what_or_when(
    config: Path, desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "deliveries" / "2026-11-02"
    lease = folder / "parc_social.csv"
    lease.write_text(
        lease.read_text(encoding="utf-8").replace("\tN\t\n", "\tO\t2026-10-17\n"), encoding="utf-8"
    )
    (folder / "signalements.csv").write_text(
        f"ID_SIGNALEMENT;DATE_SIGNALEMENT;CANAL;CLE_IDENTITE;URGENCE\nS1;2026-10-17;VOISIN;{key(1)};2\n",
        encoding="utf-8",
    )
    filled(settings.load(config))
    with desk.database.writing() as session:
        day = date(2026, 10, 17)
        session.add(
            Alert(
                reported_on=day,
                since=day,
                channel="VOISIN",
                quartier="01",
                signs=[],
                state="nothing",
                cle_identite=key(1),
            )
        )
    answer = run("export-person", key(1), "--config", config, "--as-of", "2026-11-20")
    assert {record["source"] for record in answer["records"]} == {"liste_electorale", "parc_social"}  # type: ignore[attr-defined]
    assert answer["desk"]["told_to_the_city"] is True  # type: ignore[index]
    said = json.dumps(answer)
    assert not [word for word in ("2026-10-17", "VOISIN", "S1", "alerte_agent") if word in said]


def test_a_desk_on_a_server_answers_like_one_in_a_file(config: Path, on_a_server: None) -> None:
    desk = desk_of(config)
    take(desk, taken(lines=lines()))  # type: ignore[arg-type]
    put_alerts(desk, date(2020, 1, 1))
    assert run("oppose", "--config", config, "--key", key(1))["desk_cases"] == 1
    assert run("purge", "--config", config, "--as-of", "2026-11-20", "--dry-run")["desk_rows"] == 1
    assert run("purge", "--config", config, "--as-of", "2026-11-20")["desk_rows"] == 1
    assert (
        run("export-person", key(1), "--config", config, "--as-of", "2026-11-20")["desk"]["has_objected"]
        is True
    )  # type: ignore[index]
    held(desk, "purge")
    desk.database.close()
