"""A run against its reference: which one counts, what is planted is found, and everybody who must know hears of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from data_contracts.errors import IntegrityError
from models.points import Points
from pipelines import approvals, checks, drift, drift_told, manifest, reference, settings
from pipelines.approvals import Approval
from pipelines.commands_review import desk_of
from pipelines.desk_lists import _drift as taken_drift
from pipelines.factors import factors_of
from pipelines.kept_lists import KeptRun
from pipelines.store import open_store
from pipelines.warehouse_key import existing_key
from reports.drift import factor_name
from review.tables.cases import Decision
from tests.pipelines.little_city import without_data
from tests.review.old_rows import a_case, a_decision, put

FIRST = date(2026, 1, 5)
CAPACITY = 60


@dataclass(frozen=True, kw_only=True)
class Town:
    """A city of which no file is read: what steps before this one leave, drawn."""

    config: Path

    @property
    def city(self) -> settings.City:
        return settings.load(self.config)

    def folder(self, as_of: date, **changed: float) -> Path:
        """Of a run up to its list. ``changed``: factor → the chance with which a household keeps its value."""
        folder = self.city.paths.runs / f"{as_of.isoformat()}-aaaaaaaaaa"
        (folder / "working").mkdir(parents=True)
        (folder / "model").mkdir()
        rng = np.random.default_rng(as_of.toordinal())
        matrix = pd.DataFrame({"household_id": [f"H{n:05d}" for n in range(1500)], "quartier": "01"})
        for place, factor in enumerate(factors_of(self.city)):
            known = rng.random(1500) < (0.4 + 0.5 * (place % 2)) * changed.get(factor.name, 1.0)
            matrix[factor.name] = np.where(known, rng.integers(0, 2, 1500).astype(float), np.nan)
        long = matrix.drop(columns="quartier").melt("household_id", var_name="factor").dropna()
        long.assign(
            person_id=None, detail=None, known_on=pd.Timestamp(FIRST), source="parc_social"
        ).to_parquet(folder / "working" / "evidence.parquet")
        matrix.to_parquet(folder / "working" / "matrix.parquet")
        self.labels(as_of).to_parquet(folder / "working" / "labels.parquet")
        nobody = np.zeros(0, dtype=bool)
        scorer = Points(factors=factors_of(self.city)).fit(matrix[:0], nobody, nobody.astype(float))
        (folder / "model" / "points.json").write_text(scorer.as_text() + "\n", encoding="utf-8")
        manifest.write_json(folder / "duel.json", {"champion": "points"})
        return folder

    def labels(self, as_of: date) -> pd.DataFrame:
        """A visit a day over two years, every third of them isolated."""
        days = pd.date_range(end=as_of - timedelta(days=1), periods=730)
        return pd.DataFrame({"visited_on": days, "isolated": np.arange(730) % 3 == 0, "bras": "MODELE"})

    def ran(self, as_of: date, **changed: float) -> Path:
        """Held against what there is, and published."""
        folder = self.folder(as_of, **changed)
        drift.drift_step(self.config, folder, as_of, CAPACITY)
        pd.DataFrame({"household_id": []}).to_parquet(folder / "list.parquet")
        files = {
            name: manifest.sha256((folder / name).read_bytes()) for name in (reference.FILE, drift_told.FILE)
        }
        made = {"run_id": folder.name, "as_of": as_of.isoformat(), "files": files}
        manifest.write_json(folder / "manifest.json", made)
        return folder

    def deliver(self, source: str, *days: date, rows: int = 500) -> None:
        """So many rows each, of which nothing but their number is there."""
        with open_store(self.city.paths) as connection:
            for day in days:
                connection.execute(
                    "insert into meta.files (file_id, source, delivered_on, name, sha256, bytes, dialect, rows_read, rows_accepted, rows_quarantined, rejects,"
                    " inexact, is_current) values ($1, $2, $3, '', '', 0, '{}', $4, $4, 0, '[]', '[]', true)",
                    [f"{source}{day}", source, day, rows],
                )


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(config=without_data(tmp_path))


def told(folder: Path) -> drift_told.Told:
    found = drift_told.told(folder)
    assert found is not None
    return found


def held_against(folder: Path) -> tuple[str, str] | None:
    found = json.loads((folder / drift_told.FILE).read_text(encoding="utf-8"))["reference"]
    return found and (found["why"], found["name"])


def months(count: int, until: date) -> list[date]:
    return [until - timedelta(days=30 * n) for n in range(count, 0, -1)]


def test_the_first_run_has_nothing_to_be_held_against_and_says_so(town: Town) -> None:
    folder = town.ran(FIRST)
    assert (told(folder).level, held_against(folder)) == ("steady", None)
    assert "première exécution" in told(folder).said["fr"]
    assert "première exécution" in (folder / "drift.html").read_text(encoding="utf-8")


def test_a_town_that_stands_still_is_steady_and_the_first_run_of_the_same_text_counts(town: Town) -> None:
    first = town.ran(FIRST)
    for number in (1, 2):
        folder = town.ran(FIRST + timedelta(days=30 * number))
        assert held_against(folder) == ("ranked", first.name)
        assert told(folder).level == "steady" and drift_told.exit_code(folder) == 0
        assert drift_told.state_of(folder) is None


def test_the_profile_that_a_run_keeps_counts_nobody_small(town: Town) -> None:
    text = (town.ran(FIRST) / reference.FILE).read_text(encoding="utf-8")
    counts = [n for one in json.loads(text)["factors"].values() for n in (*one["counts"], one["none"])]
    assert len(counts) > 20 and not any(0 < n < 11 for n in counts)
    assert "H0" not in text


def test_a_factor_that_is_lost_alarms_where_people_are(town: Town) -> None:
    town.ran(FIRST)
    folder = town.ran(FIRST + timedelta(days=30), lives_alone_known=0.3)
    found = told(folder)
    assert (found.level, found.part, drift_told.exit_code(folder)) == ("alarm", "inputs", 7)
    assert found.said["fr"].startswith(
        f"«\u00a0{factor_name('lives_alone_known', 'fr')}\u00a0» est connu pour "
    )
    assert drift_told.state_of(folder) == found.said["en"]
    finding = {one.what: one for one in checks.check(town.config)}[checks.DRIFT]
    assert not finding.is_sound and found.said["fr"] in finding.detail
    assert checks.exit_code([finding]) == 7
    kept = KeptRun(folder=folder, run_id=folder.name, as_of=FIRST)
    taken = taken_drift(kept)
    assert taken is not None and (taken.part, taken.said) == (found.part, found.said)


def test_a_steady_run_says_nothing_to_the_desk_nor_does_one_from_before_it_was_watched(town: Town) -> None:
    folder = town.ran(FIRST)
    kept = KeptRun(folder=folder, run_id=folder.name, as_of=FIRST)
    assert taken_drift(kept) is None
    (folder / drift_told.FILE).unlink()
    assert taken_drift(kept) is None and drift_told.newest(town.city.paths.runs) is None


def test_a_source_that_stops_delivering_alarms(town: Town) -> None:
    town.deliver("parc_social", *months(12, FIRST))
    town.deliver("liste_electorale", *months(12, FIRST))
    town.ran(FIRST)
    later = FIRST + timedelta(days=60)
    town.deliver("liste_electorale", *months(2, later))
    folder = town.ran(later)
    assert (told(folder).level, told(folder).part) == ("alarm", "sources")
    assert (
        told(folder)
        .said["en"]
        .startswith(
            "Social housing: nothing has been delivered for 90 days; the longest wait before was 30 days."
        )
    )


@pytest.mark.slow
def test_a_delivery_of_half_the_rows_alarms(town: Town) -> None:
    town.deliver("parc_social", *months(12, FIRST))
    town.ran(FIRST)
    later = FIRST + timedelta(days=120)
    town.deliver("parc_social", *months(4, later), rows=240)
    assert (
        told(town.ran(later)).said["en"]
        == "Social housing: 240 rows a delivery, 500 when the ranking was learnt."
    )


def decisions(session: Session, day: date, *choices: str) -> None:
    """One a case, decided on that day."""
    base = session.query(Decision).count()
    for number, choice in enumerate(choices, start=base + 1):
        decision, _ = a_decision(number, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        decision.choice = choice  # type: ignore[attr-defined]
        put(session, [a_case(number)], [decision])


@pytest.fixture
def asked(town: Town) -> Iterator[Town]:
    """With a desk that sent four of five to a visit."""
    desk = desk_of(town.config)
    with desk.database.writing() as session:
        decisions(session, FIRST - timedelta(days=20), *(["visit"] * 80 + ["none"] * 20))
    desk.database.close()
    yield town


@pytest.mark.slow
@pytest.mark.parametrize(
    ("now", "level", "part"),
    [(["none"] * 40, "alarm", "people"), (["visit"] * 32 + ["none"] * 8, "steady", "")],
)
def test_reviewers_who_refuse_all_alarm(asked: Town, now: list[str], level: str, part: str) -> None:
    asked.ran(FIRST)
    desk = desk_of(asked.config)
    with desk.database.writing() as session:
        decisions(session, FIRST + timedelta(days=10), *now)
    desk.database.close()
    folder = asked.ran(FIRST + timedelta(days=30))
    assert (told(folder).level, told(folder).part) == (level, part)


def approved(town: Town, folder: Path, *, with_profile: bool = True) -> None:
    """As if this run's text had been frozen with a profile of the first day, and signed."""
    city = town.city
    model = city.paths.models / "m"
    model.mkdir(parents=True)
    content = (city.paths.runs / f"{FIRST.isoformat()}-aaaaaaaaaa" / reference.FILE).read_bytes()
    (model / reference.FILE).write_bytes(content)
    files = {reference.FILE: manifest.sha256(content)} if with_profile else {}
    line = Approval(
        action="approve", model="m", who="A", role="R", on=FIRST, files=files, figures={"champion": "points", "as_of": FIRST.isoformat()}, previous=""
    )  # fmt: skip
    signed = approvals.signed(line, existing_key(city.paths))
    manifest.write_json(folder / "model" / "approval.json", signed.as_json())


@pytest.mark.parametrize(
    ("with_profile", "why"),
    [(True, ("approved", "m")), (False, ("ranked", f"{FIRST.isoformat()}-aaaaaaaaaa"))],
)
def test_an_approved_model_is_the_reference_and_one_from_before_profiles_falls_back(
    town: Town, with_profile: bool, why: tuple[str, str]
) -> None:
    town.ran(FIRST)
    folder = town.folder(later := FIRST + timedelta(days=30))
    approved(town, folder, with_profile=with_profile)
    drift.drift_step(town.config, folder, later, CAPACITY)
    assert held_against(folder) == why


def test_a_profile_that_was_edited_is_not_believed(town: Town) -> None:
    first = town.ran(FIRST)
    text = (first / reference.FILE).read_bytes()
    folder = town.folder(later := FIRST + timedelta(days=30))
    (first / reference.FILE).write_bytes(text + b" ")
    with pytest.raises(IntegrityError, match="not what was published"):
        drift.drift_step(town.config, folder, later, CAPACITY)
    (first / reference.FILE).write_bytes(text)
    approved(town, folder)
    (town.city.paths.models / "m" / reference.FILE).write_bytes(text + b" ")
    with pytest.raises(IntegrityError, match="not what was approved"):
        drift.drift_step(town.config, folder, later, CAPACITY)


@pytest.mark.slow
def test_another_text_is_held_against_the_first_run_and_its_scores_are_not(town: Town) -> None:
    first = town.ran(FIRST)
    (first / reference.FILE).write_text(
        (first / reference.FILE).read_text().replace('"text": "', '"text": "f')
    )
    made = json.loads((first / "manifest.json").read_text())
    made["files"][reference.FILE] = manifest.sha256((first / reference.FILE).read_bytes())
    manifest.write_json(first / "manifest.json", made)
    folder = town.ran(FIRST + timedelta(days=30))
    found = json.loads((folder / drift_told.FILE).read_text(encoding="utf-8"))
    assert held_against(folder) == ("first", first.name) and not found["scores_compared"]
    assert not {one["part"] for one in found["figures"]} & {"scores", "reasons"}
