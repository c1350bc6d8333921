"""What past campaigns taught is kept where nothing has changed that it was made from, and only there: kept or made anew, it is the same, byte for byte."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines import audit, chain, cycle, encrypted, manifest, past_kept, purging, settings, training
from pipelines.encrypted import Key
from pipelines.ingesting import take_in_deliveries
from pipelines.store import open_store
from tests.features.drawn import AS_OF, elector, fill, insert, lease
from tests.pipelines.calling import called
from tests.pipelines.test_steps import rolls, town, visit

NAMES = "abcdef"
ORIGINS = [date(2026, 2, 2), date(2026, 5, 2), date(2026, 8, 2), date(2026, 10, 2)]
VISITS = [
    visit(1, "a", date(2026, 2, 2), date(2026, 2, 9)),
    visit(2, "b", date(2026, 5, 2), date(2026, 5, 9)),
    visit(3, "c", date(2026, 8, 2), date(2026, 8, 9)),
    visit(4, "d", date(2026, 10, 2), date(2026, 10, 9)),
]


@dataclass(frozen=True)
class Town:
    config: Path
    folder: Path

    @property
    def city(self) -> settings.City:
        return settings.load(self.config)

    def past(self, as_of: date = AS_OF) -> dict[str, bytes]:
        """The files of the origins, as a run makes them."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "working").mkdir(parents=True)
        audit.begin(self.folder, {"kind": "cycle"})
        training.labels_step(self.config, self.folder, as_of)
        return {file.stem: file.read_bytes() for file in sorted((self.folder / "working" / "past").iterdir())}

    def kept(self) -> int:
        """Of how many origins the last run had nothing to do."""
        (line,) = (one for one in chain.read(self.folder / audit.LOG) if one["step"] == "labels")
        rows, reads = line["rows"], line["reads"]
        assert isinstance(rows, dict) and isinstance(reads, dict)
        assert rows["origins"] == len(reads["past"]), "each is named with its digest"
        return int(rows["origins_kept"])

    def changed(self, change: Callable[[duckdb.DuckDBPyConnection], object]) -> None:
        with open_store(self.city.paths) as connection:
            change(connection)

    def made_anew(self) -> dict[str, bytes]:
        past_kept.forget(self.city.paths)
        return self.past()


@pytest.fixture
def little(tmp_path: Path) -> Town:
    leases = [lease(f"l{name}", name, date_arrete=date(2025, 12, 1)) for name in "ab"]
    config, folder = town(tmp_path, liste_electorale=rolls(*NAMES), visites=VISITS, parc_social=leases)
    return Town(config, folder)


def test_a_second_run_has_nothing_to_do(little: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    first = little.past()
    assert list(first) == [day.isoformat() for day in ORIGINS] and little.kept() == 0
    monkeypatch.setattr(training, "_as_of_origin", None)
    assert little.past() == first and little.kept() == len(ORIGINS)
    assert past_kept.files(little.city.paths.database), "and they are kept for the next"


def test_the_list_of_a_week_later_makes_the_campaign_under_way_anew(little: Town) -> None:
    little.past()
    later = visit(5, "e", date(2026, 11, 3), date(2026, 11, 4))
    little.changed(lambda c: insert(c, "visites", 90, later))
    week = little.past(AS_OF + timedelta(days=7))
    assert little.kept() == 3
    past_kept.forget(little.city.paths)
    assert little.past(AS_OF + timedelta(days=7)) == week and little.kept() == 0


@pytest.mark.parametrize(
    ("known_on", "kept"),
    [(AS_OF, 4), (date(2026, 10, 2), 4), (date(2026, 10, 1), 3), (date(2026, 5, 2), 2), (date(2026, 2, 1), 0)],
)  # fmt: skip
def test_a_row_that_comes_late_changes_every_origin_after_it_was_known(
    little: Town, known_on: date, kept: int
) -> None:
    little.past()
    row = lease("late", "c", date_arrete=known_on, tranche_ressources="M20")
    little.changed(lambda c: insert(c, "parc_social", 90, row))
    now = little.past()
    assert little.kept() == kept
    assert little.made_anew() == now


def test_a_row_that_goes_or_a_file_that_another_replaced_changes_them_too(little: Town) -> None:
    little.past()
    little.changed(lambda c: c.execute("delete from raw.parc_social where id_bail = 'la'"))
    without = little.past()
    assert little.kept() == 0 and little.made_anew() == without
    little.changed(
        lambda c: c.execute("update meta.files set is_current = false where source = 'parc_social'")
    )
    replaced = little.past()
    assert little.kept() == 0 and little.made_anew() == replaced


def test_an_answer_that_is_corrected_changes_its_campaign_alone(little: Town) -> None:
    little.past()
    little.changed(lambda c: c.execute("update raw.visites set issue = 'ABSENT' where id_visite = 'v4'"))
    now = little.past()
    assert little.kept() == 3 and little.made_anew() == now


@pytest.mark.parametrize("what", ["source_hash", "contract_hashes", "versions"])
def test_other_code_contracts_or_libraries_make_all_anew(
    little: Town, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    little.past()
    monkeypatch.setattr(manifest, what, lambda: {"other": "one"})
    little.past()
    assert little.kept() == 0


def test_other_settings_make_all_anew(little: Town) -> None:
    little.past()
    text = little.config.read_text(encoding="utf-8")
    little.config.write_text(f"bereavement_days = 200\n{text}", encoding="utf-8")
    little.past()
    assert little.kept() == 0


def test_nobody_who_objected_is_kept_once_the_objection_is_entered(little: Town) -> None:
    little.past()
    (file,) = past_kept.files(little.city.paths.database)
    told = ["oppose", "--config", str(little.config), "--key", "0" * 32, "--on", "2026-11-02"]
    assert called(*told).returncode == 0
    assert not file.exists()
    little.past()
    (other,) = past_kept.files(little.city.paths.database)
    assert little.kept() == 0 and other.name != file.name


def test_an_ingest_that_a_narrower_gate_or_an_objection_came_before_leaves_nothing(little: Town) -> None:
    little.past()
    little.city.paths.deliveries.mkdir()
    take_in_deliveries(little.config)
    assert past_kept.files(little.city.paths.database), "nothing has changed"
    text, opened = little.config.read_text(encoding="utf-8"), '[sources.usages_services]\ngate = "open"'
    assert opened in text
    little.config.write_text(text.replace(opened, opened.replace("open", "closed")), encoding="utf-8")
    take_in_deliveries(little.config)
    assert past_kept.files(little.city.paths.database) == []
    little.past()
    little.city.paths.objections.write_text(
        f"cle_identite;date_opposition\n{'1' * 32};2026-11-02\n", encoding="utf-8"
    )
    cycle.take_in(little.city, little.folder, ["1" * 32])
    assert past_kept.files(little.city.paths.database) == []


def test_a_purge_leaves_nothing(little: Town) -> None:
    little.past()
    purging.purge(little.city, AS_OF, is_rehearsal=False, with_delivery_files=False)
    assert past_kept.files(little.city.paths.database) == []


def test_the_file_is_as_closed_as_the_warehouse(little: Town) -> None:
    little.past()
    (file,) = past_kept.files(little.city.paths.database)
    past = pd.read_parquet(little.folder / "working" / "past" / "2026-10-02.parquet")
    assert len(past) == len(NAMES)
    assert not any(one.encode() in file.read_bytes() for one in past["household_id"])
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(file), read_only=True).execute("from past")


@pytest.mark.parametrize("harm", ["damaged", "another key"])
def test_what_cannot_be_read_is_made_anew_and_said(
    little: Town, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = little.past()
    (file,) = past_kept.files(little.city.paths.database)
    if harm == "damaged":
        content = bytearray(file.read_bytes())
        content[4096:8192] = bytes(4096)
        file.write_bytes(content)
    else:
        file.write_bytes(_under_another_key(file))
    with caplog.at_level(logging.WARNING, logger="lanterne"):
        assert little.past() == first and little.kept() == 0
    assert "worked out anew" in caplog.text
    assert little.past() == first and little.kept() == len(ORIGINS)


def _under_another_key(file: Path) -> bytes:
    other = file.with_name("other.duckdb")
    encrypted.opened(other, Key(origin="elsewhere", secret="5a" * 32), read_only=False).close()
    return other.read_bytes()


def test_a_run_that_was_killed_while_keeping_leaves_the_earlier_file(
    little: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = little.past()
    little.changed(lambda c: c.execute("update raw.visites set issue = 'ABSENT' where id_visite = 'v4'"))

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("pipelines.copies.put_in_place", stopped)
        little.past()
    assert len(past_kept.files(little.city.paths.database)) >= 1
    now = little.past()
    assert {day for day in first if now[day] != first[day]} == {"2026-10-02"}
    assert len(past_kept.files(little.city.paths.database)) == 1, "what the killed run left is gone"


def test_the_digest_is_of_rows_and_not_of_their_order(tmp_path: Path) -> None:
    rows = [elector(name, date_liste=date(2026, 3, 1)) for name in NAMES]
    known = []
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        config, _ = town(tmp_path / place, visites=VISITS)
        with open_store(settings.load(config).paths) as connection:
            fill(connection, liste_electorale=[])
            ordered = list(enumerate(rows, start=2))
            for line, row in ordered if place == "one" else reversed(ordered):
                insert(connection, "liste_electorale", line, row)
        known.append(past_kept.known(settings.load(config)).rows)
    assert known[0] == known[1] and known[0]["liste_electorale"]
