import re
from pathlib import Path

import pytest

from data_contracts.errors import ConfigurationError, GateClosed
from pipelines import settings
from pipelines.city import city_toml

GOOD = 'name = "Ville"\ninsee_code = "47001"\npurpose = "social isolation outreach"\n'
SEXO = GOOD + "[headers]\nSEXE = ['SEXO']\n[values.SEXO]\n"


def load(tmp_path: Path, text: str) -> settings.City:
    path = tmp_path / "city.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path)


def test_the_smallest_city_has_the_defaults_and_absolute_paths(tmp_path: Path) -> None:
    city = load(tmp_path, GOOD)
    assert (city.capacity, city.exploration_share, city.language) == (60, 0.1, "fr")
    assert city.paths.deliveries == tmp_path / "deliveries"


def test_a_file_of_a_windows_editor_is_read_and_one_in_another_encoding_is_called_that(
    tmp_path: Path,
) -> None:
    path = tmp_path / "city.toml"
    path.write_text(GOOD.replace("Ville", "Nérac"), encoding="utf-8-sig")
    assert settings.load(path).name == "Nérac"
    for encoding in ("cp1252", "utf-16"):
        path.write_text(GOOD.replace("Ville", "Nérac"), encoding=encoding)
        with pytest.raises(ConfigurationError, match="not written in UTF-8"):
            settings.load(path)


def test_a_seed_is_one_that_every_library_takes(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD + "seed = 99999999\n").seed == 99_999_999
    with pytest.raises(ConfigurationError, match="seed"):
        load(tmp_path, GOOD + "seed = 5000000000\n")


def test_the_example_loads_names_every_key_and_shows_the_defaults(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "city.example.toml").read_text(encoding="utf-8")
    city = load(tmp_path, text)
    assert city.model_dump(exclude={"name"}) == load(tmp_path, GOOD).model_dump(exclude={"name"})
    opened = re.sub(r"(?m)^#(?=\S)", "", text)
    assert settings.gates(load(tmp_path, opened))["parc_social"] == "open"


def test_the_synthetic_city_writes_a_city_toml_that_loads(tmp_path: Path) -> None:
    city = load(tmp_path, city_toml(seed=7, persons=33_012))
    assert city.capacity == 60 and city.fictitious
    assert settings.gates(city)["parc_social"] == "open"


@pytest.mark.parametrize(
    ("purpose", "use"),
    [
        ("fraud control", "fraud control"),
        ("recouvrement des loyers", "rent recovery"),
        ("Élections municipales", "elections"),
        ("social isolation outreach and fraud control", "fraud control"),
    ],
)
def test_a_forbidden_use_is_refused_in_either_language(tmp_path: Path, purpose: str, use: str) -> None:
    with pytest.raises(GateClosed, match=f"may not be used for {use}"):
        load(tmp_path, GOOD.replace("social isolation outreach", purpose))


def test_gates_default_to_the_contract(tmp_path: Path) -> None:
    gates = settings.gates(load(tmp_path, GOOD))
    assert gates["parc_social"] == "closed"
    assert gates["liste_electorale"] == "frame"
    assert gates["etat_civil"] == "consent"
    assert gates["registre_vulnerables"] == "open"


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        (GOOD + "capacty = 3\n", "capacty", "capacity"),
        (GOOD + "capacity = 0\n", "capacity", "configuration.md"),
        (GOOD + "capacity = 'many'\n", "capacity", "configuration.md"),
        (GOOD + "[sources.liste_electoral]\ngate = 'open'\n", "liste_electoral", "liste_electorale"),
        (GOOD + "[paths]\ndelivery = 'x'\n", "delivery", "deliveries"),
        ('name = "Ville', "TOML", "quotes"),
        (GOOD.replace("47001", "4701"), "insee_code", "configuration.md"),
        (GOOD + "[headers]\nSEX = ['SEXO']\n", "SEX", "SEXE"),
        (GOOD + "[headers]\nSEXE = ['X']\nQUARTIER = ['x']\n", "both SEXE and QUARTIER", "one of them"),
        (GOOD + "[headers]\nSEXE = ['TYPE_LISTE']\n", "TYPE_LISTE", "contract's own names"),
        (GOOD + "[headers]\nID_ELECTEUR = ['APELLIDO 1']\n", "hand over name", "leave it out"),
        (GOOD + "[values.SEXO]\nH = 'M'\n", "SEXO", "SEXE"),
        (SEXO + "H = 'M'\n", "no word is given for `F`", "each of F, M"),
        (SEXO + "H = 'HOMME'\nM = 'F'\n", "cannot be `HOMME`", "F, M"),
        (GOOD + "[values.SEXE]\nH = 'M'\nM = 'F'\n", "already means something else", "[headers]"),
        (GOOD + "[values.DATE_LISTE]\nAYER = '2026-11-01'\n", "holds no words", "data_dictionary.md"),
    ],
)
def test_a_typo_is_named_with_a_hint(tmp_path: Path, text: str, says: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    assert says in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such configuration"):
        settings.load(tmp_path / "absent.toml")


@pytest.mark.parametrize("use", settings.FORBIDDEN_USES)
def test_a_forbidden_use_is_refused_by_the_gate(tmp_path: Path, use: str) -> None:
    with pytest.raises(GateClosed) as caught:
        load(tmp_path, GOOD.replace("social isolation outreach", use))
    assert caught.value.exit_code == 4


def test_a_wider_gate_needs_basis_signatory_and_date(tmp_path: Path) -> None:
    with pytest.raises(GateClosed, match="no legal basis"):
        load(tmp_path, GOOD + "[sources.parc_social]\ngate = 'open'\nbasis = 'convention'\n")
    signed = "[sources.parc_social]\ngate = 'open'\nbasis = 'convention'\nsigned_by = 'DPO'\nsigned_on = 2026-01-05\n"
    assert settings.gates(load(tmp_path, GOOD + signed))["parc_social"] == "open"
