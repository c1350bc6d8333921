"""Registers that make some factor times the identity mistakes: which forms are wrong, what stays as it was, and which factor is refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError
from pipelines import cli
from synthetic_city import calibration_registers
from synthetic_city.city import build, check_errors, deliveries
from synthetic_city.rates import IDENTITY, MOST_ERRORS
from synthetic_city.registers_records import RAW, Style, person_columns
from tests.city.registers_declared import Case, Flags, declared, off
from tests.city.registers_town import town, town_with

FORMS, SEED = 60_000, 5
WRITTEN = ("NOM_NAISSANCE", "NOM_USAGE", "PRENOMS", "DATE_NAISSANCE")
OF_IDENTITY = ("CLE_", "SEXE", "ANNEE_NAISSANCE")
PERSONS, MONTHS = 2_000, 2


def filled_in(errors: float, forms: int, seed: int) -> tuple[pd.DataFrame, float]:
    """So many forms with full names and dates, of people of the town in turn; and the next number of the stream. No mistake with 0."""
    plain = town().registers.scene
    scene = replace(plain, errors=errors, places=replace(plain.places, with_raw=True))
    persons, numbers = np.arange(forms) % len(plain.everyone.people), np.arange(forms)
    today = np.full(forms, town().history.months[-1])
    chance = np.random.default_rng(seed)
    rows = person_columns(scene, persons, np.full(forms, -1), today, numbers, Style(), chance)
    shown = rows.rename(columns={f"{RAW}{name}": name for name in WRITTEN})
    return shown[[*WRITTEN, "SEXE"]].assign(person=persons), chance.random()


@cache
def forms(errors: float) -> pd.DataFrame:
    return filled_in(errors, FORMS, SEED)[0]


def differ(errors: float, name: str) -> Flags:
    return (forms(errors)[name] != forms(0)[name]).to_numpy()


def mistakes(errors: float) -> list[Case]:
    """Of each mistake: the share declared, and on which of the forms where nothing else could look like it it was made."""
    names, person = town().registers.everyone.names, forms(0)["person"].to_numpy()
    right, born = forms(0), pd.to_datetime(forms(0)["DATE_NAISSANCE"])
    compound = right["PRENOMS"].str.contains("-").to_numpy()
    has_usage = (right["NOM_USAGE"] != "").to_numpy()
    double = names.is_double[person] & has_usage
    exchanged = (born.dt.day <= 12) & (born.dt.day != born.dt.month)
    swap = errors * declared("day_month_swapped")
    off_days, typed = errors * declared("wrong_birth_date"), errors * declared("typo_given")
    half = errors * declared("half_compound")
    return [
        ("sex", errors * declared("sex_missing"), differ(errors, "SEXE")),
        # about one letter in sixty is replaced by itself, or exchanged with its like
        ("surname", 0.983 * errors * declared("typo_surname"), differ(errors, "NOM_NAISSANCE")[~has_usage]),
        ("given", 0.983 * typed, differ(errors, "PRENOMS")[~compound]),
        ("half of a compound name", 1 - (1 - half) * (1 - typed), differ(errors, "PRENOMS")[compound]),
        ("date", off_days, differ(errors, "DATE_NAISSANCE")[~exchanged]),
        ("day and month", 1 - (1 - swap) * (1 - off_days), differ(errors, "DATE_NAISSANCE")[exchanged]),
        ("half of a double surname", 1 - (1 - errors * declared("half_double")) * (1 - errors * declared("surnames_swapped")), differ(errors, "NOM_USAGE")[double]),
        ("surnames swapped", errors * declared("surnames_swapped"), differ(errors, "NOM_USAGE")[has_usage & ~double]),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("errors", [0.5, 1.0, 2.0, MOST_ERRORS])
def test_each_share_of_mistakes_is_the_declared_one_times_the_factor(errors: float) -> None:
    assert not off(mistakes(errors))


@pytest.mark.slow
def test_with_twice_the_errors_twice_as_many_forms_lack_the_sex() -> None:
    """The one mistake that nothing else hides: counted on the very same forms."""
    once, twice = (int(differ(errors, "SEXE").sum()) for errors in (1.0, 2.0))
    assert twice / once == pytest.approx(2, abs=0.3) and once > 200


@settings(max_examples=25, deadline=None)
@given(st.floats(0, MOST_ERRORS), st.floats(0, MOST_ERRORS), st.integers(0, 2**32), st.integers(1, 400))
def test_a_larger_factor_keeps_the_mistakes_of_a_smaller_one_and_the_stream(
    one: float, other: float, seed: int, count: int
) -> None:
    """A form is compared as a whole: a mistake more may hide another on the same form, never mend the form."""
    (right, _), (few, after_few), (many, after_many) = (
        filled_in(errors, count, seed) for errors in (0.0, min(one, other), max(one, other))
    )
    wrong_of_few, wrong_of_many = ((said != right).any(axis=1) for said in (few, many))
    assert not (wrong_of_few & ~wrong_of_many).any()
    assert after_few == after_many


@pytest.mark.parametrize("errors", [2.0, MOST_ERRORS])
def test_nothing_but_what_is_written_about_identity_changes(errors: float) -> None:
    """Nor which names and dates a form gives at all. The death file's lines are in the order of their keys, the only name of its
    records: so all are compared in the order of their people."""
    for source, plain in town().registers.ledgers.items():
        erring = town_with(errors).registers.ledgers[source]
        order, theirs = (np.argsort(of.person, kind="stable") for of in (plain, erring))
        kept = [name for name in plain.rows if not str(name).startswith(OF_IDENTITY)]
        pd.testing.assert_frame_equal(
            plain.rows[kept].iloc[order].reset_index(drop=True),
            erring.rows[kept].iloc[theirs].reset_index(drop=True),
        )
        for name in (name for name in plain.rows if str(name).startswith(("CLE_", "ANNEE_"))):
            has, still_has = (ledger.rows[name].replace("", None).notna() for ledger in (plain, erring))
            np.testing.assert_array_equal(has.to_numpy()[order], still_has.to_numpy()[theirs], str(name))
        for name in ("person", "dwelling", "shown_from", "shown_until"):
            np.testing.assert_array_equal(getattr(plain, name)[order], getattr(erring, name)[theirs])


def test_no_calibrated_figure_rests_on_an_identity_mistake() -> None:
    """So none holds or misses because of the factor. A figure that looks at one has to be judged against the share times the factor."""
    assert calibration_registers.figures(town()) == calibration_registers.figures(town_with(MOST_ERRORS))


def test_the_most_that_is_allowed_makes_the_most_frequent_mistake_every_time() -> None:
    shares = [MOST_ERRORS * each.value for each in IDENTITY]
    assert max(shares) == 1 and min(shares) > 0


def lanterne(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lanterne", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


@pytest.mark.slow
def test_the_command_hands_the_factor_down_and_1_is_the_town_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = ["--persons", str(PERSONS), "--months", str(MONTHS), "--seed", str(SEED), "--json"]
    written = {}
    for name, factor in (("plain", []), ("same", ["--errors", "1"]), ("twice", ["--errors", "2"])):
        assert lanterne(monkeypatch, "city", str(tmp_path / name), *size, *factor) == 0
        folder = tmp_path / name
        written[name] = {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "lanterne.key"}  # fmt: skip
    assert written["plain"] == written["same"]
    made = {Path("deliveries") / name: content for name, content in deliveries(build(PERSONS, MONTHS, SEED, errors=2))}  # fmt: skip
    assert {path: written["twice"][path] for path in made} == made
    changed = {path.name for path, content in written["plain"].items() if written["twice"][path] != content}
    assert changed >= {"liste_electorale.csv", "parc_social.csv", "usages_services.csv.gz"}
    assert not changed & {"calibration.json", "city.toml", "monthly.parquet", "people.parquet"}


@pytest.mark.parametrize("errors", ["0", "-1", "4.0001", "nan", "inf"])
def test_a_factor_that_no_share_can_follow_is_refused_before_anything_is_written(
    errors: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lanterne(monkeypatch, "city", str(tmp_path / "town"), "--errors", errors) == 2
    said = capsys.readouterr().err
    assert f"{float(errors)} times their identity mistakes" in said
    assert "in --errors" in said and "Hint: give a number above 0, up to 4" in said
    assert not list(tmp_path.iterdir())


def test_a_word_is_no_factor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert lanterne(monkeypatch, "city", "town", "--errors", "twice") == 2
    said = capsys.readouterr().err
    assert "--errors" in said and "Hint:" in said


def test_a_town_in_memory_refuses_it_too() -> None:
    check_errors(MOST_ERRORS)
    with pytest.raises(ConfigurationError, match="--errors"):
        build(PERSONS, 1, SEED, errors=MOST_ERRORS + 1)
