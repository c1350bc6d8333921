"""``lanterne explain-link``: what it prints and writes, what it refuses, and that no match key is in any of it."""

import json
import re
from collections.abc import Iterator
from math import log2
from pathlib import Path

import pytest

from data_contracts.errors import ConfigurationError
from pipelines import cli, settings
from pipelines.cli import app
from pipelines.ingest import ingest
from pipelines.store import open_store
from tests.pipelines import little_city

KEY = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = little_city.write(tmp_path_factory.mktemp("city"))
    city = settings.load(path)
    with open_store(city.paths) as connection:
        ingest(connection, city.paths.deliveries, [], gates=settings.gates(city))
    yield path


def run(config: Path, *arguments: str, as_of: str = "2026-11-03") -> None:
    options = ["--config", str(config), "--as-of", as_of]
    app(["explain-link", *arguments, *options], standalone_mode=False)


def test_it_prints_what_each_comparison_says(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "liste_electorale", "E3")
    printed = capsys.readouterr()
    shown = " ".join(printed.out.split())
    assert "Liste électorale E3 – parc social B3 · Réunies · sûr" in shown
    assert "mêmes nom, prénom et date de naissance +29,3" in shown
    assert not KEY.search(printed.out + printed.err)


def test_the_same_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "parc_social", "B3", "--json")
    printed = capsys.readouterr()
    said = json.loads(printed.out)
    (link,) = said["links"]
    assert said["asked"]["record_id"] == "B3" and link["other"]["record_id"] == "E3"
    assert link["weight"] == pytest.approx(
        link["prior"] + sum(w["weight"] + w["adjustment"] for w in link["weighed"])
    )
    assert said["thresholds"]["sure"] == {"probability": 0.9, "bits": pytest.approx(log2(9))}
    assert said["as_of"] == "2026-11-03" and not KEY.search(printed.out + printed.err)


def test_the_page_is_for_its_owner_only_and_takes_no_other_files_place(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "page.html"
    run(config, "liste_electorale", "E3", "--out", str(target))
    assert target.stat().st_mode & 0o777 == 0o600
    text = target.read_text(encoding="utf-8")
    assert text.count("<svg") == 1 and "parc social B3" in text and not KEY.search(text)
    assert "Liens : 1" in capsys.readouterr().out.replace("\u00a0", " ")
    with pytest.raises(ConfigurationError, match="the page cannot be written"):
        run(config, "liste_electorale", "E3", "--out", str(target))


@pytest.mark.parametrize(
    ("arguments", "says", "hint"),
    [
        (("liste_electoral", "E3"), "no source of this name names persons", "did you mean `liste_electorale`"),
        (("quartiers", "1"), "no source of this name names persons", "persons are named by: liste_electorale"),
        (("liste_electorale", "E999"), "no such record of liste_electorale was known before 2026-11-03", "as the extract writes it"),
        ((little_city.key(3), "E3"), "no source of this name names persons", "persons are named by: liste_electorale"),
        (("liste_electorale", little_city.key(3)), "no such record", "as the extract writes it"),
        (("deces_publics", little_city.key(3)), "no number of their own, only a match key", "another record of the person"),
        (("usages_services", "U1"), "no record of usages_services is known: its gate is closed", "without a legal basis"),
    ],
)  # fmt: skip
def test_refusals_teach_and_repeat_no_key(
    config: Path,
    arguments: tuple[str, str],
    says: str,
    hint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["lanterne", "explain-link", *arguments, "--config", str(config), "--as-of", "2026-11-03"]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    printed = capsys.readouterr()
    refusal = " ".join(printed.err.split())
    assert says in refusal and hint in refusal.split("Hint: ")[1]
    assert not KEY.search(printed.out + printed.err)


def test_what_was_not_yet_known_is_refused(config: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such record"):
        run(config, "liste_electorale", "E3", as_of="2026-10-01")
