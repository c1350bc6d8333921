"""``lanterne explain-household``: what it prints in both languages and as JSON, and what it refuses."""

import json
import re
from pathlib import Path

import pytest

from features import statements
from features.presence import PRESENCES
from pipelines import cli, screens_household, settings
from pipelines.cli import app
from pipelines.ingest import ingest
from pipelines.store import open_store
from reports.words import words
from tests.pipelines import little_city

KEY = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """(config, a household)."""
    config = little_city.write(tmp_path_factory.mktemp("city"))
    loaded = settings.load(config)
    with open_store(loaded.paths) as connection:
        ingest(connection, loaded.paths.deliveries, [], gates=settings.gates(loaded))
    out = config.parent / "frame"
    app(["frame", "--config", str(config), "--as-of", "2026-11-03", "--out", str(out), "--visiting-list", "60+", "--json"], standalone_mode=False)  # fmt: skip
    listed = (out / "visiting-list.csv").read_text().splitlines()
    return config, listed[1].split(",")[2]


def run(config: Path, household: str, *more: str) -> None:
    arguments = ["explain-household", household, "--config", str(config), "--as-of", "2026-11-03", *more]
    app(arguments, standalone_mode=False)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ["Qui en fait partie", "présent · encore là : environ 9 sur 10", "liste électorale (1er novembre 2026)", "vit seul : oui", "le ménage est vu pour la première fois"]),
        ("en", ["Who is in it", "present · still there: about 9 in 10", "electoral roll (1 November 2026)", "lives alone: yes", "the household is first seen"]),
    ],
)  # fmt: skip
def test_it_tells_members_statements_and_history(
    city: tuple[Path, str], language: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    config, household = city
    spoken = config.with_name(f"city-{language}.toml")
    spoken.write_text(re.sub(r"\Alanguage = .*\n|(?m:^language = .*\n)", "", config.read_text()))
    spoken.write_text(f'language = "{language}"\n{spoken.read_text()}')
    run(spoken, household)
    printed = capsys.readouterr()
    shown = " ".join(printed.out.split())
    assert household in shown and all(text in shown for text in said)
    assert not KEY.search(printed.out + printed.err)


def test_the_same_as_json(city: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    run(*city, "--json")
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert told["as_of"] == "2026-11-03" and told["household_id"] == city[1]
    assert {s["statement"] for s in told["statements"] if s["is_retained"]} >= {"lives_alone", "members"}
    assert [e["event"] for e in told["history"]] == ["formed"] and not KEY.search(printed.out)


def test_an_unknown_household_is_a_sentence(
    city: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["lanterne", "explain-household", "H0", "--config", str(city[0]), "--as-of", "2026-11-03"]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    refusal = " ".join(capsys.readouterr().err.split())
    assert "no such household was known before 2026-11-03" in refusal and "Hint:" in refusal


def test_everything_that_may_be_said_has_its_words_in_french() -> None:
    say = words("fr")
    assert set(screens_household.KIND_WORDS) == set(statements.KINDS)
    spoken = (*statements.EVIDENCE, *statements.STRENGTHS, *PRESENCES, *screens_household.KIND_WORDS.values(), *screens_household.EVENT_WORDS.values())  # fmt: skip
    assert all(say(text) for text in spoken)
    assert all(("{n}" in text) == ("{n}" in say(text)) for text in statements.EVIDENCE)
