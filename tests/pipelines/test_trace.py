"""``lanterne audit trace``: what it refuses before anything is rebuilt; and, on a whole run of the little city, that it tells the run's numbers with the delivered lines
that give them, what people made of the line, and where today says otherwise."""

from __future__ import annotations

import csv
import json
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from data_contracts import contract
from data_contracts.errors import ConfigurationError, IntegrityError
from features import frame, matrix, traced
from pipelines import commands_audit, cycle, judging, ranker, ranking, register, settings, training
from pipelines.commands_review import desk_of
from pipelines.factors import factors_of
from pipelines.manifest import sha256
from pipelines.publish import publish_step
from pipelines.reporting import reports_step
from pipelines.store import read_store
from pipelines.trace import trace
from pipelines.trace_run import READ
from reports.trace_facts import Trace
from review.cases.taking_in import take_in
from review.tables.cases import Case, Decision, Vote
from review.tables.visits import Visit
from tests.features.test_traced import again
from tests.pipelines import little_city
from tests.pipelines.little_city import key
from tests.pipelines.test_steps import GATES
from tests.review.desk_sample import START, SYSTEM

AS_OF, TODAY = date(2026, 11, 2), date(2026, 11, 20)
KEY = re.compile(r"\b[0-9a-f]{32}\b")


def told(config: Path, run: Path | str, household: str, today: date = TODAY) -> Trace:
    name = run if isinstance(run, str) else run.name
    return trace(config, name, household, written_on=today, progress=lambda _: None)


# --- refusals -----------------------------------------------------------------------------------------------------------------------------------

ONE, RUN = "H0123456789abcdef", "2026-11-02-0123456789"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty warehouse with one run of one line, as far as it is read before anything is rebuilt."""
    config = little_city.without_data(tmp_path_factory.mktemp("made"))
    folder = config.parent / "runs" / RUN
    (folder / "model").mkdir(parents=True)
    line = {"household_id": ONE, "arm": "MODELE", "id_logement": key(5007), "score": 1.0}
    member = dict.fromkeys(("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse"))
    for name, row in (
        ("list.parquet", line),
        ("explanations.parquet", {"household_id": ONE, "base": 1.0, "contribution": 0.0}),
        ("inclusion.parquet", {"household_id": ONE, "p_model": 1.0}),
        ("members.parquet", {"household_id": ONE, "person_id": "P1", **member, "cle_usage": key(7)}),
    ):
        pd.DataFrame([row]).to_parquet(folder / name, index=False)
    (folder / "draw.json").write_text('{"seed": 1}')
    (folder / "duel.json").write_text('{"champion": "points"}')
    (folder / "model" / "points.json").write_text("{}")
    files = {name: sha256((folder / name).read_bytes()) for name in (*READ, "model/points.json")}
    made = {"run_id": folder.name, "as_of": "2026-11-02", "files": files}
    (folder / "manifest.json").write_text(json.dumps(made))
    return config


@pytest.fixture
def city(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(made.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / made.name


def refused(config: Path, run: str = RUN, household: str = ONE, today: date = TODAY) -> str:
    with pytest.raises(ConfigurationError) as error:
        told(config, run, household, today)
    assert error.value.exit_code == 2
    return str(error.value)


def test_an_unknown_run_and_one_past_its_term_are_refused_alike(city: Path) -> None:
    unknown = refused(city, run="2026-11-02-ffffffffff")
    past = refused(city, today=date(2036, 1, 1))
    assert unknown.replace("ffffffffff", "") == past.replace("0123456789", "")
    assert "past its term" in past


def test_an_unknown_household_and_one_that_objected_are_refused_alike(city: Path) -> None:
    unknown = refused(city, household="H0000000000000000")
    for column, value in (("CLE_USAGE", key(7)), ("ID_LOGEMENT", key(5007))):
        objections = settings.load(city).paths.objections
        register.add(objections, column, value, TODAY)
        objected = refused(city)
        assert objected == unknown and ONE not in objected and not KEY.search(objected)
        objections.unlink()


@pytest.mark.parametrize("name", [*READ, "model/points.json"])
def test_a_run_whose_files_are_not_those_of_its_manifest_is_an_integrity_error(city: Path, name: str) -> None:
    file = city.parent / "runs" / RUN / name
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(IntegrityError, match="not what its manifest says") as error:
        told(city, RUN, ONE)
    assert error.value.exit_code == 6 and name in str(error.value)


def test_a_run_of_an_earlier_release_is_refused(city: Path) -> None:
    manifest = city.parent / "runs" / RUN / "manifest.json"
    made = json.loads(manifest.read_text())
    del made["files"]["inclusion.parquet"]
    manifest.write_text(json.dumps(made))
    assert "earlier release" in refused(city)


def test_no_trace_is_written_into_a_run(city: Path) -> None:
    inside = city.parent / "runs" / RUN / "trace.html"
    answer = CliRunner().invoke(
        commands_audit.app, ["trace", RUN, ONE, "--config", str(city), "--out", str(inside)]
    )
    assert isinstance(answer.exception, ConfigurationError) and not inside.exists()
    assert "not part of a run" in str(answer.exception)


# --- a whole run --------------------------------------------------------------------------------------------------------------------------------

SERVICES = (
    "DATE_ARRETE;ID_USAGER;SEXE;ANNEE_NAISSANCE;CLE_IDENTITE;CLE_USAGE;CLE_PHONETIQUE;CLE_NOM_ADRESSE;ID_ADRESSE;ID_LOGEMENT;QUARTIER;"
    "SERVICE;DATE_DEBUT;DATE_FIN;DATE_DERNIER_USAGE;NB_USAGES_12M;ORIGINE\n"
)
USED = (
    ("PORTAGE_REPAS", "2020-03-01", "", "2026-10-28", "200", "FAMILLE"),
    ("BIBLIOTHEQUE", "2015-01-01", "", "2025-12-01", "3", "PERSONNE"),
    ("TRANSPORT", "2026-02-01", "", "2026-10-01", "9", "SIGNALEMENT"),
)


def service(i: int, place: int) -> str:
    """One of ``USED`` of an elector."""
    return f"2026-11-01;U{i};;{1930 + i};{key(i)};;;{key(900 + i)};{key(3000 + i // 4)};{key(5000 + i)};0{1 + i % 3};{';'.join(USED[place])}\n"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(configuration, run) of the little city with services."""
    folder = tmp_path_factory.mktemp("town")
    config = little_city.write(folder)
    config.write_text(config.read_text(encoding="utf-8") + GATES, encoding="utf-8")
    used = "".join(service(i, i % 3) for i in range(1, 20) if i % 5)
    (folder / "deliveries" / "2026-11-02" / "usages_services.csv").write_text(
        SERVICES + used, encoding="utf-8"
    )
    run = settings.load(config).paths.runs / "partial"
    (run / "working").mkdir(parents=True)
    cycle.ingest_step(config, run)
    for step in (cycle.frame_step, training.labels_step):
        step(config, run, AS_OF)
    judging.duel_step(config, run, AS_OF, 15)
    ranker.ranker_step(config, run, AS_OF)
    for last in (ranking.list_step, reports_step):
        last(config, run, AS_OF, 15)
    return config, publish_step(config, run, AS_OF, 15, keep_working_tables=True)


@contextmanager
def copied(town: tuple[Path, Path], folder: Path) -> Iterator[tuple[Path, Path]]:
    """To be changed."""
    config, run = town
    shutil.copytree(config.parent, folder, dirs_exist_ok=True)
    yield folder / config.name, folder / "runs" / run.name


def listed(run: Path) -> list[str]:
    return [str(h) for h in pd.read_parquet(run / "list.parquet")["household_id"]]


@pytest.mark.slow
@pytest.mark.xdist_group("trace")
def test_the_cited_lines_of_every_listed_household_give_its_published_values_and_lie_in_the_delivered_files(
    town: tuple[Path, Path],
) -> None:
    config, run = town
    city = settings.load(config)
    explained = pd.read_parquet(run / "explanations.parquet").set_index(["household_id", "factor"])["value"]
    cited = 0
    with read_store(city.paths) as connection:
        frame.build(connection, AS_OF, settings.gates(city), city.there_share, at_least=cycle.listable(city))
        factors = factors_of(city)
        matrix.compute(connection, factors, settings.gates(city))
        names = dict(connection.execute("select file_id, name from meta.files").fetchall())
        for household in listed(run):
            found = {one.factor: one for one in traced.read(connection, household, factors)}
            for factor in factors:
                one, published = found[factor.name], explained[household, factor.name]
                published = None if pd.isna(published) else float(published)
                assert one.value == published
                if factor.source != "frame":
                    assert again(one, factor, AS_OF) == published
                for row in one.rows:
                    check(city.paths.deliveries / names[row.file_id], row)
                    cited += 1
            assert oldest(found) == explained[household, "oldest_age"]
    assert cited > 300


def oldest(found: dict[str, traced.Read]) -> float:
    years = [row.cells["annee_naissance"] for row in found["oldest_age"].rows]
    return float(max(AS_OF.year - int(str(year)) for year in years))


def check(file: Path, row: traced.Cited) -> None:
    """That the delivered line says what the cell says."""
    encoding = "cp1252" if row.source == "liste_electorale" else "utf-8-sig"
    texts = file.read_text(encoding=encoding).splitlines()
    between = "\t" if "\t" in texts[0] else ";"
    header, cells = next(csv.reader([texts[0]], delimiter=between)), next(csv.reader([texts[row.line - 1]], delimiter=between))  # fmt: skip
    delivered = dict(zip((name.lower() for name in header), cells, strict=False))
    kinds = {c.name: c.kind for c in contract.load(row.source).columns}
    for name, value in row.cells.items():
        assert read(delivered[name], kinds[name]) == value, name


def read(text: str, kind: str) -> object:
    """As a person reads a cell."""
    if not text:
        return None
    match kind:
        case "date":
            return datetime.strptime(text, "%d/%m/%Y" if "/" in text else "%Y-%m-%d").date()  # noqa: DTZ007
        case "integer" | "year":
            return int(text)
        case "number":
            return float(text.replace(",", "."))
        case "boolean":
            return text == "O"
    return text


@pytest.mark.slow
@pytest.mark.xdist_group("trace")
def test_a_line_is_told_with_its_numbers_files_persons_and_comes_out_the_same(
    town: tuple[Path, Path], tmp_path: Path
) -> None:
    config, run = town
    household = listed(run)[0]
    found = told(config, run, household)
    assert found.again.is_same and found.again.compared > 100 and found.again.causes == ()
    assert found.model.total == pytest.approx(found.line.score, abs=1e-6)
    assert sum(w.contribution for w in found.weighed) + found.model.base == pytest.approx(found.line.score, abs=1e-6)  # fmt: skip
    assert (found.drawn.place, found.drawn.of_arm, found.desk, found.returned) == (1, 15, None, ())
    assert [p.name for p in found.persons] == ["P1"] and len(found.persons[0].records) >= 2
    assert found.persons[0].linked.links[0].state == "sure"
    files = {file.file_id: file for file in found.files}
    assert all(file.on_disk == "same" and file.is_of_run and file.rules for file in found.files)
    assert {row.file_id for w in found.weighed if w.read for row in w.read.rows} <= set(files)
    assert not KEY.search(json.dumps(asdict(found), default=str))
    out = tmp_path / "page.html"
    answer = CliRunner().invoke(
        commands_audit.app,
        ["trace", str(run), household, "--config", str(config), "--out", str(out), "--json"],
    )
    assert answer.exit_code == 0, answer.exception
    assert json.loads(answer.stdout)["again"]["is_same"] and stat.S_IMODE(out.stat().st_mode) == 0o600
    page = out.read_text(encoding="utf-8")
    assert household in page and not KEY.search(page) and f"ligne {found.line.rank}" in page


@pytest.mark.slow
@pytest.mark.xdist_group("trace")
def test_what_is_otherwise_today_is_told_beside_the_numbers_of_the_run(
    town: tuple[Path, Path], tmp_path: Path
) -> None:
    """A correction of the leases: the rent of the first tenant is no longer low."""
    with copied(town, tmp_path) as (config, run):
        leases = tmp_path / "deliveries" / "2026-11-02" / "parc_social.csv"
        explained = pd.read_parquet(run / "explanations.parquet")
        poor = explained.query("factor == 'very_low_income' and value == 1")["household_id"].iloc[0]
        leases.write_text(leases.read_text(encoding="utf-8").replace("\tM20\t", "\tP100\t"), encoding="utf-8")
        work = tmp_path / "runs" / "again"
        (work / "working").mkdir(parents=True)
        cycle.ingest_step(config, work)
        before, found = explained.query("household_id == @poor"), told(config, run, poor)
    assert {w.factor: w.contribution for w in found.weighed} == dict(zip(before["factor"], before["contribution"], strict=True))  # fmt: skip
    changed = {(d.what, d.name): (d.published, d.now) for d in found.again.differences}
    assert changed["value", "very_low_income"] == ("1", "0") and ("score", "") in changed
    assert [c.names for c in found.again.causes if c.why == "corrected"] == [("2026-11-02/parc_social.csv",)]
    assert not found.again.is_same


@pytest.mark.slow
@pytest.mark.xdist_group("trace")
def test_what_people_decided_is_told_by_role_and_an_objection_at_the_desk_ends_it(
    town: tuple[Path, Path], tmp_path: Path
) -> None:
    with copied(town, tmp_path) as (config, run):
        household = listed(run)[0]
        desk = desk_of(config)
        with desk.database.writing() as session:
            take_in(session, desk.services.seal, desk.services.published.taken(run.name), second_look_share=0.0, now=START, by=SYSTEM)  # fmt: skip
            case = next(c for c in session.query(Case).all() if c.household_id == household)
            case.state = "met"
            common: dict[str, Any] = {"case_id": case.id, "revision": 1, "choice": "visit", "reason": "RAISONS_CONFIRMEES"}  # fmt: skip
            session.add(Vote(**common, reader="login-of-somebody", profession="COORDINATION", note="not to be told", cast_at=START))  # fmt: skip
            session.add(Decision(**common, run_id=run.name, settled_by="UNE_LECTURE", settled_by_whom="login-of-somebody", decided_at=START))  # fmt: skip
            session.add(Visit(case_id=case.id, visited_on=date(2026, 11, 9), visitor_role="AGENT", outcome="VU", lsns6_1=2, entered_by="login-of-somebody", entered_at=START, objected=False))  # fmt: skip
        (one,) = told(config, run, household).desk or ()
        assert (one.of_run, one.state, one.opinions[0].profession) == (True, "met", "COORDINATION")
        assert (one.decisions[0].choice, one.visits[0].outcome) == ("visit", "VU")
        text = json.dumps(asdict(one), default=str)
        assert "login-of-somebody" not in text and "not to be told" not in text and "lsns" not in text
        with desk.database.writing() as session:
            session.query(Case).filter(Case.id == case.id).one().state = "objected"
        desk.database.close()
        assert "nothing is told" in refused(config, run.name, household)
