"""What is past its term leaves; what is a day younger stays. The certificate says what, how many, when and by which rule."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data_contracts import contract
from data_contracts.errors import ConfigurationError, GateClosed
from pipelines import cli, filing, manifest, purging, retention, settings
from pipelines.ingest import ingest
from pipelines.store import open_store, read_store
from tests.pipelines.little_city import ROLL, elector, key, write

ALERTS = "ID_SIGNALEMENT;DATE_SIGNALEMENT;CANAL;URGENCE\n"


def city(folder: Path, more: str = "") -> settings.City:
    config = write(folder)
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    return settings.load(config)


def alerts(folder: Path, *days: str) -> None:
    rows = "".join(f"S{i};{day};VOISIN;1\n" for i, day in enumerate(days))
    (folder / "deliveries" / "2026-11-02" / "signalements.csv").write_text(ALERTS + rows, encoding="utf-8")


def filled(chosen: settings.City) -> None:
    with open_store(chosen.paths) as connection:
        ingest(connection, chosen.paths.deliveries, gates=settings.gates(chosen))


def kept_alerts(chosen: settings.City) -> list[str]:
    with read_store(chosen.paths) as connection:
        assert filing.miscounted(connection) == ()
        return [
            r[0]
            for r in connection.execute("select id_signalement from raw.signalements order by 1").fetchall()
        ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("period", "stated", "kept"),
    [
        ("", ("02/11/2024", "01/11/2024"), ["S0"]),
        ("P90D", ("04/08/2026", "03/08/2026"), ["S0"]),
    ],
)
def test_the_day_on_which_a_term_ends(
    tmp_path: Path, period: str, stated: tuple[str, str], kept: list[str]
) -> None:
    """Alerts are kept two years by contract, or less by city.toml: the first of two neighbouring days stays; a row is past its term when its day lies before that."""
    chosen = city(tmp_path, f'\n[retention]\nsignalements = "{period}"\n' if period else "")
    alerts(tmp_path, *stated)
    filled(chosen)
    purging.purge(chosen, date(2026, 11, 2), is_rehearsal=False, with_delivery_files=False)
    assert kept_alerts(chosen) == kept


@pytest.mark.slow
def test_a_purge_takes_rows_lists_and_files_and_says_so(tmp_path: Path) -> None:
    chosen = city(tmp_path)
    alerts(tmp_path, "01/11/2024", "02/11/2024")
    filled(chosen)
    old, young = (chosen.paths.runs / f"{day}-0123456789" for day in ("2021-11-01", "2021-11-02"))
    for folder in (old, young):
        folder.mkdir(parents=True)
        for name in (
            "list.csv",
            "list.html",
            "explanations.parquet",
            "members.parquet",
            "inclusion.parquet",
            "duel.json",
        ):
            (folder / name).write_text("x", encoding="utf-8")
    half_made = manifest.partial_folder(chosen.paths.runs, "cycle-2026-11-01")
    rehearsal, nowhere = purging.purge(
        chosen, date(2026, 11, 2), is_rehearsal=True, with_delivery_files=False
    )
    assert nowhere is None and kept_alerts(chosen) == ["S0", "S1"] and (old / "list.csv").exists()
    assert half_made.exists()
    done, path = purging.purge(chosen, date(2026, 11, 2), is_rehearsal=False, with_delivery_files=False)
    assert done.terms == rehearsal.terms and done.rows == 1
    assert kept_alerts(chosen) == ["S1"] and not half_made.exists()
    assert [p.name for p in sorted(old.iterdir())] == ["duel.json"] and len(list(young.iterdir())) == 6
    assert path is not None
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["runs"] == [old.name] and written["rows"] == 1 and written["purged_on"] == "2026-11-02"
    assert "signalements: P2Y from date_signalement, before 2024-11-02" in written["rules"]
    with read_store(chosen.paths) as connection:
        noted = connection.execute("select source, rows from meta.purges").fetchall()
    assert noted == [("signalements", 1)]
    # a second purge finds nothing more, and the delivery is not read again
    assert (
        purging.purge(chosen, date(2026, 11, 2), is_rehearsal=False, with_delivery_files=False)[0].rows == 0
    )
    filled(chosen)
    assert kept_alerts(chosen) == ["S1"]


@pytest.mark.slow
@pytest.mark.parametrize("with_files", [False, True])
def test_a_delivered_file_of_which_nothing_is_kept_is_named_and_deleted_on_request(
    tmp_path: Path, with_files: bool
) -> None:
    chosen = city(tmp_path)
    alerts(tmp_path, "01/11/2023", "01/10/2023")
    filled(chosen)
    done, _ = purging.purge(chosen, date(2026, 11, 2), is_rehearsal=False, with_delivery_files=with_files)
    assert done.delivery_files == ("2026-11-02/signalements.csv",) and done.are_deleted == with_files
    assert (chosen.paths.deliveries / "2026-11-02" / "signalements.csv").exists() == (not with_files)
    assert (chosen.paths.deliveries / "2026-11-02" / "liste_electorale.csv").exists()


def test_a_row_without_its_own_day_is_as_old_as_its_delivery(tmp_path: Path) -> None:
    chosen = city(tmp_path)
    filled(chosen)
    with open_store(chosen.paths) as connection:
        connection.execute("update raw.liste_electorale set delivered_on = date '2020-01-01' where line <= 3")
        connection.execute("alter table raw.liste_electorale alter date_liste drop not null")
        connection.execute("update raw.liste_electorale set date_liste = null where line = 2")
        found = {t.source: t.rows for t in retention.terms(connection, {}, date(2026, 11, 2))}
    assert found["liste_electorale"] == 1


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ('signalements = "P3Y"', GateClosed, "P2Y at most"),
        ('signalements = "two years"', ConfigurationError, "not a period"),
        ('signalement = "P1Y"', ConfigurationError, "unknown source"),
    ],
)
def test_a_city_may_keep_for_less_than_the_contract_and_never_for_longer(
    tmp_path: Path, text: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        city(tmp_path, f"\n[retention]\n{text}\n")


@pytest.mark.parametrize("source", contract.SOURCES)
def test_every_term_counts_from_a_column_of_the_table(source: str, tmp_path: Path) -> None:
    with open_store(city(tmp_path).paths) as connection:
        columns = {row[0] for row in connection.execute(f"describe raw.{source}").fetchall()}
    assert contract.load(source).retention.counted_from in columns


# --- the commands ------------------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> dict[str, object]:
    answer = CliRunner().invoke(cli.app, list(arguments))
    assert answer.exit_code == 0, answer.output
    result: dict[str, object] = json.loads(answer.stdout)
    return result


@pytest.mark.slow
def test_oppose_takes_the_rows_at_once_and_purge_and_check_say_what_they_find(tmp_path: Path) -> None:
    chosen = city(tmp_path)
    config = str(tmp_path / "city.toml")
    filled(chosen)
    done = run("oppose", "--config", config, "--key", key(7), "--on", "2026-11-03", "--json")
    assert done["is_new"] is True and done["rows_removed"] == {"liste_electorale": 1, "parc_social": 1}
    again = run("oppose", "--config", config, "--key", key(7).upper(), "--json")
    assert again["is_new"] is False and again["rows_removed"] == {}
    assert run("purge", "--config", config, "--as-of", "2026-11-20", "--json")["rows"] == 0
    with open_store(chosen.paths) as connection:
        assert filing.miscounted(connection) == ()
        connection.execute("delete from raw.liste_electorale where line = 3")
        assert filing.miscounted(connection) == ("2026-11-02/liste_electorale.csv",)


@pytest.mark.slow
def test_the_right_of_access_gives_the_persons_rows_and_no_one_elses(tmp_path: Path) -> None:
    chosen = city(tmp_path)
    filled(chosen)
    answer = run("export-person", key(7), "--config", str(tmp_path / "city.toml"), "--as-of", "2026-11-20")
    records = answer["records"]
    assert isinstance(records, list)
    assert [(r["source"], r["linked_by"], r["cle_identite"]) for r in records] == [
        ("liste_electorale", "key", key(7)),
        ("parc_social", "key", key(7)),
    ]
    assert len(answer["household_ids"]) == 1 and answer["has_objected"] is False  # type: ignore[arg-type]
    by_door = run("export-person", key(907), "--config", str(tmp_path / "city.toml"), "--as-of", "2026-11-20")
    assert [r["linked_by"] for r in by_door["records"]] == ["key", "key"]  # type: ignore[attr-defined]
    stranger = run(
        "export-person", key(4242), "--config", str(tmp_path / "city.toml"), "--as-of", "2026-11-20"
    )
    assert (stranger["records"], stranger["household_ids"], stranger["lists"]) == ([], [], [])


def test_a_record_without_the_key_comes_by_the_linkage(tmp_path: Path) -> None:
    chosen = city(tmp_path)
    roll = ROLL + elector(7).replace(key(7), "")
    (chosen.paths.deliveries / "2026-11-02" / "liste_electorale.csv").write_text(roll, encoding="utf-8")
    filled(chosen)
    answer = run("export-person", key(7), "--config", str(tmp_path / "city.toml"), "--as-of", "2026-11-20")
    assert [(r["source"], r["linked_by"]) for r in answer["records"]] == [  # type: ignore[attr-defined]
        ("liste_electorale", "linkage"),
        ("parc_social", "key"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["oppose"],
        ["oppose", "--key", "a", "--dwelling", "b"],
        ["oppose", "--key", "Martin"],
        ["oppose", "--key", key(1), "--kind", "CLE"],
        ["export-person", "Martin"],
        ["purge", "--as-of", "hier"],
    ],
)
def test_wrong_use_is_a_sentence_that_repeats_no_name(tmp_path: Path, arguments: list[str]) -> None:
    config = write(tmp_path)
    answer = CliRunner().invoke(cli.app, [*arguments, "--config", str(config)])
    assert isinstance(answer.exception, ConfigurationError)
    assert "Martin" not in str(answer.exception) and "Hint:" in str(answer.exception)
