"""``lanterne check`` says what it sees in the city's language, and changes nothing."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from data_contracts.errors import IntegrityError
from pipelines import chain, checks, checks_machine, desk_check, ledger, metrics, settings
from pipelines.sources import GATE_WORDS, SOURCE_WORDS
from reports.words import entries
from tests.pipelines.calling import called
from tests.pipelines.little_city import without_data


def everything(folder: Path) -> dict[str, bytes | None]:
    """Of every file below its bytes, of every folder nothing."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """The ``city.toml`` of a city that has just begun."""
    config = tmp_path / "city" / "city.toml"
    assert called("init", "--out", config, "--name", "Agen", "--code", "47001").returncode == 0
    return config


def sentences(module: ModuleType) -> Iterator[str]:
    """What is handed to ``said``, as it stands there or under a name."""
    tree = ast.parse(inspect.getsource(module))
    named: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            texts = [one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)]
            named.setdefault(node.targets[0].id, []).extend(t for t in texts if isinstance(t, str))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "said":
            text = call.args[1]
            yield from named[text.id] if isinstance(text, ast.Name) else []
            yield from [str(text.value)] if isinstance(text, ast.Constant) else []


def test_every_name_and_sentence_has_its_french_with_the_same_values(empty: Path) -> None:
    names = {one.what for one in checks.check(empty)} | {"advisories", "installed", "locked"}
    said = {text for module in (checks, checks_machine, desk_check) for text in sentences(module)}
    assert len(said) > 30
    french, holes = dict(entries()), re.compile(r"{\w+}")
    for text in said | names | {*GATE_WORDS.values(), *SOURCE_WORDS.values()}:
        assert sorted(holes.findall(text)) == sorted(holes.findall(french[text])), text


@pytest.mark.parametrize("module", [checks, desk_check])
def test_no_refusal_of_a_look_has_words_of_its_own(module: ModuleType) -> None:
    """What is wrong and what to do about it are looked up in the city’s language, as what is right is."""
    calls = [one for one in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(one, ast.Call)]
    raised = [one for one in calls if isinstance(one.func, ast.Name) and one.func.id in ("ConfigurationError", "IntegrityError", "DriftAlarm")]  # fmt: skip
    told = [(one.lineno, word) for one in raised for word in (*one.args[:1], *(k.value for k in one.keywords if k.arg == "hint"))]  # fmt: skip
    assert (
        len(told) >= 4
        and [line for line, word in told if isinstance(word, ast.Constant | ast.JoinedStr)] == []
    )


def test_people_read_their_language_and_machines_names_that_stay(empty: Path) -> None:
    french = called("check", "--config", empty).stdout
    assert "✓ accès légaux\u00a0: ouvert (registre des personnes vulnérables, " in french
    assert "✓ clé\u00a0: il n’y en a pas encore\u00a0; la première ingestion s’en charge\n" in french
    of_french = json.loads(called("check", "--config", empty, "--json").stdout)["findings"]
    empty.write_text(empty.read_text(encoding="utf-8").replace('language = "fr"', 'language = "en"'))
    english = called("check", "--config", empty).stdout
    assert "✓ gates: open (register of vulnerable people, " in english
    assert "✓ key: none yet; the first ingest makes it\n" in english
    of_english = json.loads(called("check", "--config", empty, "--json").stdout)["findings"]
    assert [one["what"] for one in of_french] == [one["what"] for one in of_english]
    assert {"configuration", "gates", "drift", "last run"} < {one["what"] for one in of_english}
    assert of_french[0]["detail"] == "Agen, 60 ménages par liste"
    assert of_english[0]["detail"] == "Agen, capacity 60"


def test_a_place_in_brackets_is_told_whole(empty: Path) -> None:
    text = empty.read_text(encoding="utf-8")
    empty.write_text(re.sub(r"(?m)^#?correspondence = .*$", 'correspondence = "gone.bin"', text))
    assert "[desk] correspondence" in called("check", "--config", empty).stdout


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_look_at_an_empty_city_makes_nothing(empty: Path, more: tuple[str, ...]) -> None:
    before = everything(empty.parent)
    assert sorted(before) == ["city.toml", "deliveries"]
    done = called("check", "--config", empty, *more)
    assert (done.returncode, done.stderr) == (0, "")
    assert everything(empty.parent) == before


def test_nothing_was_entered_yet_where_there_is_no_chain_and_a_lost_one_is_told(empty: Path) -> None:
    paths = settings.load(empty).paths
    assert (ledger.entries(paths), ledger.head(paths), ledger.check_clock(paths)) == ((), chain.NOTHING, None)
    assert not paths.runs.exists()
    ledger.enter(paths, "ingest", "deliveries")
    (paths.runs / ledger.LOG).unlink()
    for look in (ledger.entries, ledger.head, ledger.check_clock):
        with pytest.raises(IntegrityError, match="missing at the end"):
            look(paths)


def test_a_look_makes_no_key_in_the_place_of_a_lost_one(empty: Path) -> None:
    paths = settings.load(empty).paths
    ledger.enter(paths, "ingest", "deliveries")
    key = paths.database.with_name("lanterne.key")
    key.unlink()
    assert called("check", "--config", empty).returncode == IntegrityError.exit_code
    assert not key.exists()


def test_where_there_is_a_warehouse_a_look_is_told_of_in_the_metrics(tmp_path: Path) -> None:
    (tmp_path / "deliveries").mkdir()
    assert called("check", "--config", without_data(tmp_path)).returncode == 0
    told = metrics.read(tmp_path / metrics.FILE)
    assert told["lanterne_run_exit_code", (("flow", "check"),)] == 0
