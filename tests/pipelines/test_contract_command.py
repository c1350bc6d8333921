"""``lanterne contract diff``: what it prints, what reads the changed columns, and its exit codes."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from data_contracts.errors import ConfigurationError
from features.readers import Readers, readers
from pipelines.cli import app


def changed(folder: Path, source: str, **words: str) -> str:
    """The source's contract with each ``old`` replaced by ``new``, as a file."""
    text = files("data_contracts").joinpath(f"{source}.odcs.yaml").read_text(encoding="utf-8")
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "changed.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        raise SystemExit(app(["contract", "diff", *arguments], standalone_mode=False))
    return int(end.value.code or 0)


def test_a_removed_column_names_who_read_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = changed(tmp_path, "parc_social", NB_OCCUPANTS="NB_PERSONNES")
    assert run("parc_social", new) == 3
    shown = " ".join(capsys.readouterr().out.split())
    assert "rompt · Parc social · 2" in shown
    assert "nb_occupants : colonne retirée → des fichiers conformes jusqu’ici sont arrêtés" in shown
    assert (
        "Facteurs : middle_aged_alone_low_income Modules : features/rows.py, features/statements.py" in shown
    )


def test_the_same_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = changed(tmp_path, "parc_social", NB_OCCUPANTS="NB_PERSONNES")
    assert run("parc_social", new, "--json") == 3
    said = json.loads(capsys.readouterr().out)
    assert said["source"] == "parc_social"
    assert said["counts"]["breaking"] == 2
    assert said["changes"][0] == {
        "grade": "breaking",
        "change": "column removed",
        "column": "nb_occupants",
        "before": "",
        "after": "",
        "breaks": "files that were good are stopped",
        "factors": ["middle_aged_alone_low_income"],
        "modules": ["features/rows.py", "features/statements.py"],
        "emitted": ["liste.score", "liste.probability", "liste.reasons", "liste.counter_evidence"],
    }


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ({"version: 1.1.0": "version: 1.1.1"}, 0, "Les deux contrats promettent la même chose."),
        ({"maximum: 500}": "maximum: 400}"}, 0, "resserre"),
        ({"maximum: 500}": "maximum: 600}"}, 0, "compatible"),
        ({"gate, value: closed": "gate, value: open"}, 3, "porte · closed → open"),
    ],
)
def test_only_what_breaks_ends_in_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: dict[str, str], code: int, says: str
) -> None:
    assert run("parc_social", changed(tmp_path, "parc_social", **words)) == code
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no such contract"),
        ("a: [", "this contract cannot be read"),
        ("- 1", "this contract cannot be read"),
        ("id: parc_social", "this contract cannot be read"),
        ("\0", "this contract cannot be read"),
        ("", "this contract cannot be read"),
    ],
)
def test_what_is_no_contract_is_refused_in_words(tmp_path: Path, content: str | None, says: str) -> None:
    path = tmp_path / "x.odcs.yaml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says):
        app(["contract", "diff", "parc_social", str(path)], standalone_mode=False)


def test_contracts_of_two_sources_are_not_compared() -> None:
    with pytest.raises(ConfigurationError, match="two sources: parc_social and visites"):
        app(["contract", "diff", "parc_social", "visites"], standalone_mode=False)


OF_ANY_FACTOR = ("liste.score", "liste.probability", "liste.reasons", "liste.counter_evidence")


@pytest.mark.parametrize(
    ("source", "column", "who"),
    [
        (
            "parc_social",
            "type_menage",
            Readers(
                factors=("couple_on_lease", "single_parent"),
                modules=("features/statements.py",),
                emitted=OF_ANY_FACTOR,
            ),
        ),
        ("liste_electorale", "no_bureau_vote", Readers(factors=(), modules=(), emitted=())),
        ("visites", "lsns6_1", Readers(factors=(), modules=("features/label.py",), emitted=())),
        ("visites", "reseau_voisins", Readers(factors=(), modules=("features/label.py",), emitted=())),
        (
            "quartiers",
            "quartier",
            Readers(
                factors=(),
                modules=(
                    "features/attrition.py",
                    "features/audit_groups.py",
                    "features/frame.py",
                    "features/parity_counts.py",
                ),
                emitted=("liste.quartier",),
            ),
        ),
        ("signalements", "urgence", Readers(factors=(), modules=(), emitted=())),
    ],
)
def test_who_reads_a_column_is_found_in_the_code(source: str, column: str, who: Readers) -> None:
    assert readers(source, column) == who


def test_a_whole_source_is_read_by_all_its_factors() -> None:
    assert readers("registre_vulnerables", None).factors == (
        "on_vulnerable_register",
        "registered_for_care",
        "registered_by_pension_fund",
        "registered_by_third_party",
    )
    assert "lives_alone_known" in readers("parc_social", None).factors  # the lease says it, through the frame
    assert readers("signalements", None).factors == ()  # a referral arm, never a factor
