"""``lanterne init``: one file, from the settings themselves, that is a configuration as it stands."""

import json
import re
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from features.factor import Language
from pipelines import founding, settings
from pipelines.city_file import EXAMPLE, city_file, msgids
from pipelines.settings_tables import tables
from reports.words import entries, words
from tests.pipelines.calling import called

EXAMPLE_KEY = re.compile(r"(?m)^#(?=\S)")


def read(text: str) -> settings.City:
    return settings.validated(tomllib.loads(text), Path("city.toml"))


def described(model: type[BaseModel]) -> set[str]:
    """Every description anywhere in the settings, found by another way than the one that writes the file."""
    return set(re.findall(r'"description": "((?:[^"\\]|\\.)*)"', json.dumps(model.model_json_schema(), ensure_ascii=False)))  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_key_of_the_settings_is_there_once_with_what_it_means(language: Language) -> None:
    text, say = city_file(language, EXAMPLE), words(language)
    said = re.sub(r"\s*\n# ", " ", text)
    for table in tables(settings.City):
        for key, field in table.keys.items():
            assert say(str(field.description)) in said, key
    whole = tomllib.loads(EXAMPLE_KEY.sub("", text))
    for table in tables(settings.City):
        found = whole
        for name in table.path:
            found = found[name]
        for inner in found.values() if table.is_many else [found]:
            assert set(table.keys) <= set(inner), table.path


def test_what_is_walked_is_all_that_the_settings_declare() -> None:
    of_keys = {field.description for table in tables(settings.City) for field in table.keys.values()}
    of_tables = {table.field.description for table in tables(settings.City) if table.field}
    models = {" ".join((t.model.__doc__ or "").split()) for t in tables(settings.City) if t.model}
    told = {json.loads(f'"{text}"') for text in described(settings.City)}
    assert {" ".join(t.split()) for t in told} <= of_keys | of_tables | models


@pytest.mark.parametrize("language", ["fr", "en"])
def test_as_it_is_it_says_the_defaults_and_its_examples_are_a_configuration_too(language: Language) -> None:
    text = city_file(language, EXAMPLE)
    assert read(text) == settings.City.model_validate(EXAMPLE)
    whole = read(EXAMPLE_KEY.sub("", text))
    assert whole.desk.directory and whole.costs and whole.schedule.mail and whole.residents
    assert settings.gates(whole)["parc_social"] == "open"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)


@given(
    name=TEXTS.filter(bool),
    team=TEXTS,
    groups=st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3).map(tuple), max_size=3),
    floors=st.dictionaries(TEXTS, st.floats(0, 1), max_size=3),
    capacity=st.integers(1, 100_000),
)
def test_what_is_given_is_read_back_whatever_it_holds(
    name: str, team: str, groups: dict[str, tuple[str, ...]], floors: dict[str, float], capacity: int
) -> None:
    chosen = {**EXAMPLE, "name": name, "capacity": capacity, "contacts": {"team": team}, "desk": {"groups": groups}, "floors": {"neighbourhood": floors}}  # fmt: skip
    city = read(city_file("fr", chosen))
    assert (city.name, city.contacts.team, city.capacity) == (name, team, capacity)
    assert city.desk.groups == groups or not groups
    assert city.floors.neighbourhood == floors or not floors


def test_every_remark_has_its_french_once() -> None:
    all_of_them = [msgid for msgid, _ in entries()]
    assert msgids() <= set(all_of_them)
    assert all(all_of_them.count(msgid) == 1 for msgid in msgids())
    assert words("fr")("Mail server.") in city_file("fr", EXAMPLE)
    assert "Mail server." not in city_file("fr", EXAMPLE)


def test_a_city_begins_with_a_file_that_check_finds_sound_and_that_is_never_replaced(tmp_path: Path) -> None:
    config = tmp_path / "new" / "city.toml"
    done = called("init", "--out", config, "--name", "Agen", "--code", "47001", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"config": str(config), "deliveries": str(config.parent / "deliveries")}
    assert called("check", "--config", config, "--json").returncode == 0
    before = config.read_bytes()
    again = called("init", "--out", config, "--name", "Other")
    assert (again.returncode, config.read_bytes()) == (2, before)
    assert "already" in again.stderr and "Hint:" in again.stderr


def test_a_city_elsewhere_speaks_its_language_and_lives_in_its_time(tmp_path: Path) -> None:
    many = called("init", "--out", tmp_path / "a.toml", "--country", "ES", "--code", "48999")
    assert many.returncode == 2 and "Europe/Madrid" in many.stderr and not (tmp_path / "a.toml").exists()
    assert called("init", "--out", tmp_path / "b.toml", "--country", "GB", "--code", "E08000025").returncode == 0  # fmt: skip
    city = settings.load(tmp_path / "b.toml")
    assert (city.language, city.schedule.time_zone, city.country) == ("en", "Europe/London", "GB")
    assert "Mail server." in (tmp_path / "b.toml").read_text(encoding="utf-8")
    assert founding.language_of("BE") == "fr" and str(ZoneInfo(founding.time_zone_of("BE"))) == "Europe/Brussels"  # fmt: skip


@pytest.mark.parametrize(
    ("words_given", "says"),
    [
        (["--capacity", "0"], "capacity"),
        (["--code", "4701"], "insee_code"),
        (["--country", "XX"], "XX"),
        (["--time-zone", "Mars/Olympus"], "time_zone"),
        (["--language", "es"], "--language"),
    ],
)
def test_a_value_that_no_city_can_have_is_refused_and_nothing_is_written(
    tmp_path: Path, words_given: list[str], says: str
) -> None:
    done = called("init", "--out", tmp_path / "city.toml", *words_given)
    assert done.returncode == 2 and says in done.stderr and "Hint:" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = called("init", "--out", tmp_path / "file" / "city.toml")
    assert done.returncode == 2 and "cannot be written" in done.stderr
