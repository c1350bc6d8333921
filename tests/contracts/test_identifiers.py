"""What names a person directly, cell by cell and column by column; the examples are invented."""

from collections import Counter

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts import contract, identifiers

CELLS = [
    ("jeanne.martin@exemple.fr", "email"),
    ("écrire à j.m@mairie-exemple.fr demain", "email"),
    ("06 12 34 56 78", "telephone"),
    ("06.12.34.56.78", "telephone"),
    ("+33612345678", "telephone"),
    ("+33 6 12 34 56 78", "telephone"),
    ("0612345678", "telephone"),
    ("appeler le 05-53-00-00-00", "telephone"),
    (
        "2 55 08 14 168 025 38",
        "nir",
    ),  # the example of the public documentation of the NIR: 97 - 2550814168025 mod 97 = 38
    ("255081416802538", "nir"),
    ("2550814168025", "nir"),
    ("1 80 03 2A 004 123", "nir"),
    ("FR76 3000 6000 0112 3456 7890 189", "iban"),
    ("FR7630006000011234567890189", "iban"),
    ("DE89370400440532013000", "iban"),
    ("Mme Martin", "name"),
    ("voir M. Durand au 2e", "name"),
    ("VVE DUPONT", "name"),
    # and what is none of these
    ("", None),
    ("47001", None),
    ("2026-11-02 00:00:00", None),
    ("255081416802539", None),  # the check digits are wrong
    ("FR7630006000011234567890188", None),
    ("changement de commune", None),
    (
        "be39103123456718",
        None,
    ),  # sixteen hexadecimal characters may pass for a Belgian account, but for one check in 97
    ("12345678901234567890", None),
    ("A1B2C3D4E5F60718", None),
    ("m. 12", None),
    ("RUE MADAME", None),
]


@pytest.mark.parametrize(("text", "kind"), CELLS)
def test_a_cell(text: str, kind: str | None) -> None:
    assert identifiers.named_by(text, opaque=False) == kind


@pytest.mark.parametrize("text", ["0612345678", "2550814168025", "255081416802538", "BE71096123456769"])
def test_an_opaque_number_may_look_like_one_by_chance(text: str) -> None:
    assert identifiers.named_by(text, opaque=True) is None
    assert identifiers.common({text: 3}, rows=100, opaque=True, names_people=True) is None
    assert identifiers.common({text: 21}, rows=100, opaque=True, names_people=True) in (
        "telephone",
        "nir",
        "iban",
    )


@pytest.mark.parametrize(
    ("cells", "rows", "opaque", "kind"),
    [
        ([f"DUPONT JEANNE{'ABCDEFGHIJ'[i]}" for i in range(3)], 100, True, "name"),
        (["DUPONT JEANNE"] * 2, 100, True, None),
        ([f"{a}{b}DUPONT JEANNE" for a in "ABCDEFGH" for b in "ABCDEFGH"], 64, False, "name"),
        (["CHANGEMENT DE COMMUNE", "PREMIERE INSCRIPTION"] * 40, 80, False, None),
        (["mot " * 31], 100, False, "free text"),
        ([f"dit qu'il a vu {i} fois" for i in range(21)], 10_000, False, "free text"),
        (["inscription d'office des jeunes"] * 500, 500, False, None),
    ],
)
def test_a_column(cells: list[str], rows: int, opaque: bool, kind: str | None) -> None:
    assert identifiers.common(Counter(cells), rows, opaque=opaque, names_people=True) == kind


def suspected(cell: str, *, opaque: bool) -> bool:
    with duckdb.connect() as connection:
        asked = f"select {identifiers.suspect('cell', opaque=opaque)} from (select $1 as cell)"
        return (connection.execute(asked, [cell]).fetchone() or (None,))[0] is True


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from([text for text, kind in CELLS if kind]),
    st.text(alphabet="ab -é", max_size=5),
    st.text(alphabet="ab -é", max_size=5),
)
def test_whatever_names_somebody_is_suspected_by_the_cheap_condition(
    found: str, before: str, after: str
) -> None:
    text = f"{before} {found} {after}".strip()
    if identifiers.named_by(text, opaque=False):
        assert suspected(text, opaque=False)


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06.12.34.56.78",
        "+33612345678",
        "255081416802538",
        "FR7630006000011234567890189",
        "BE71 0961 2345 6769",
        "DUPONT JEANNE",
        "d'Artagnan Élise",
        "a@b.fr",
        "Mme Martin",
        "x" * 121,
        "quatre mots font phrase",
    ],
)
def test_whatever_fills_a_column_of_codes_is_suspected_there(text: str) -> None:
    assert suspected(text, opaque=True)


@pytest.mark.parametrize("text", ["E1", "4e1dcde05d75754a", "a" * 32, "47001", "B 12"])
def test_a_code_is_not_suspected(text: str) -> None:
    assert not suspected(text, opaque=True)


def test_names_of_places_are_no_names_of_people() -> None:
    assert not identifiers.names_people(contract.load("quartiers"))
    assert identifiers.names_people(contract.load("liste_electorale"))
