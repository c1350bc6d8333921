"""Names as registers really write them: drawn tables of what is one surname, one first name, one date."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts import names, pseudonyms
from data_contracts.letters import APOSTROPHES, DASHES
from data_contracts.names import both_surnames, surnames_in

SECRET = b"a secret for tests only"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("de La Tour", "DELATOUR"),
        ("TOUR (de La)", "DELATOUR"),
        ("Tour, de la", "DELATOUR"),
        ("D'ARTAGNAN", "DARTAGNAN"),
        ("d´Artagnan", "DARTAGNAN"),
        ("d\x92Artagnan", "DARTAGNAN"),
        ("Cœur (de)", "DECOEUR"),
        ("Ælther", "AELTHER"),
        ("Strauß", "STRAUSS"),
        ("Đorđević", "DORDEVIC"),
        ("Mme Durand", "DURAND"),
        ("M. DURAND", "DURAND"),
        ("M. et Mme Durand", "DURAND"),
        ("Mlle de Brosse", "DEBROSSE"),
        ("DURAND (Mme)", "DURAND"),
        ("M'Barek", "MBAREK"),
        ("M BAREK", "MBAREK"),
        ("MME", "MME"),
        ("O'Neil", "ONEIL"),
        ("Saint-Amour", "SAINTAMOUR"),
        ("王", ""),
    ],
)
def test_a_surname_has_one_spelling(written: str, read: str) -> None:
    assert names.normalised_surname(written) == read


@pytest.mark.parametrize(
    ("written", "birth", "usage"),
    [
        ("DURAND EP. MARTIN", "DURAND", "MARTIN"),
        ("DURAND EP MARTIN", "DURAND", "MARTIN"),
        ("DURAND ép DUPONT", "DURAND", "DUPONT"),
        ("Durand épouse Martin", "DURAND", "MARTIN"),
        ("DURAND EPSE DE LA TOUR", "DURAND", "DELATOUR"),
        ("DURAND ep.MARTIN", "DURAND", "MARTIN"),
        ("DURAND (ÉP. MARTIN)", "DURAND", "MARTIN"),
        ("Mme DURAND VVE DUPONT", "DURAND", "DUPONT"),
        ("MARTIN NÉE DURAND", "DURAND", "MARTIN"),
        ("MARTIN NEE DE LA TOUR", "DELATOUR", "MARTIN"),
        ("MARTIN (née Durand)", "DURAND", "MARTIN"),
        ("Martin né Durand", "DURAND", "MARTIN"),
        ("VVE DUPONT", "", "DUPONT"),
        ("Vve. Dupont", "", "DUPONT"),
        ("VEUVE DUPONT NÉE DURAND", "DURAND", "DUPONT"),
        ("DURAND VVE DUPONT EP MARTIN", "DURAND", "MARTIN"),
        ("MARTIN VVE DUPONT NÉE DURAND", "DURAND", "DUPONT"),
        ("NÉE DURAND", "DURAND", ""),
        ("EP. MARTIN", "", "MARTIN"),
        ("DURAND DIV. MARTIN", "DURAND", ""),
        ("DURAND DIVORCÉE MARTIN", "DURAND", ""),
        ("LE NÉE EP. MARTIN", "LENEE", "MARTIN"),
        ("MARTIN NÉE LE NÉE", "LENEE", "MARTIN"),
    ],
)
def test_one_field_may_hold_two_surnames(written: str, birth: str, usage: str) -> None:
    found = surnames_in(written)
    assert (found.birth, found.usage, found.stated) == (birth, usage, "")


@pytest.mark.parametrize(
    ("written", "stated"),
    [
        ("DURAND", "DURAND"),
        ("Durand-Martin", "DURANDMARTIN"),
        ("LE NÉE", "LENEE"),
        ("MARTIN LE NEE", "MARTINLENEE"),
        ("Ne Win", "NEWIN"),
        ("DUPONT VEUVE", "DUPONT"),
        ("DUPONT (VVE)", "DUPONT"),
        ("LA VEUVE", "LAVEUVE"),
        ("DURAND DIT LEBRUN", "DURANDDITLEBRUN"),
        ("NEE", "NEE"),
        ("", ""),
    ],
)
def test_a_field_without_a_marker_is_what_its_heading_says(written: str, stated: str) -> None:
    found = surnames_in(written)
    assert (found.birth, found.usage, found.stated) == ("", "", stated)


@pytest.mark.parametrize(
    ("birth_field", "usage_field", "birth", "usage"),
    [
        ("DURAND", "MARTIN", "DURAND", "MARTIN"),
        ("DURAND EP MARTIN", "", "DURAND", "MARTIN"),
        ("", "MARTIN NÉE DURAND", "DURAND", "MARTIN"),
        ("DURAND EP MARTIN", "DUPONT", "DURAND", "DUPONT"),
        ("DURAND", "VVE MARTIN", "DURAND", "MARTIN"),
        ("DURAND", "MARTIN NEE DURANT", "DURAND", "MARTIN"),
        ("VVE MARTIN", "", "", "MARTIN"),
        ("", "", "", ""),
    ],
)
def test_what_two_fields_say_together(birth_field: str, usage_field: str, birth: str, usage: str) -> None:
    assert both_surnames(surnames_in(birth_field), surnames_in(usage_field)) == (birth, usage)


@pytest.mark.parametrize(
    ("written", "first", "initial"),
    [
        ("JEAN PIERRE", "JEANPIERRE", "J"),
        ("Jean‑Pierre", "JEANPIERRE", "J"),
        ("JEAN- PIERRE, Marie", "JEANPIERRE", "J"),
        ("J.-P.", "", "J"),
        ("J P", "", "J"),
        ("J. Pierre", "", "J"),
        ("J.-Pierre", "", "J"),
        ("Marie-J.", "", "M"),
        ("Mme Marie Thérèse", "MARIETHERESE", "M"),
        ("Marie T.", "MARIE", "M"),
        ("M'Barka", "MBARKA", "M"),
        ("M´Barka", "MBARKA", "M"),
        ("N’Guessan Paul", "NGUESSAN", "N"),
        ("Chloë", "CHLOE", "C"),
        ("-", "", ""),
        ("", "", ""),
    ],
)
def test_an_initial_is_not_a_first_name(written: str, first: str, initial: str) -> None:
    assert (names.first_given_name(written), names.first_initial(written)) == (first, initial)


@pytest.mark.parametrize(
    ("written", "day", "year"),
    [
        ("03/02/1950", "1950-02-03", "1950"),
        ("03-02-1950", "1950-02-03", "1950"),
        ("03.02.1950", "1950-02-03", "1950"),
        ("03/02/1950 00:00:00", "1950-02-03", "1950"),
        ("19500203", "1950-02-03", "1950"),
        ("03021950", "1950-02-03", "1950"),
        ("20011950", "1950-01-20", "1950"),
        ("1950-02-03T00:00:00", "1950-02-03", "1950"),
        ("00/00/1950", "", "1950"),
        ("00/02/1950", "", "1950"),
        ("31/02/1950", "", "1950"),
        ("1950-00-00", "", "1950"),
        ("19500000", "", "1950"),
        ("1950", "", "1950"),
        ("XX/XX/1950", "", "1950"),
        ("vers 1950", "", "1950"),
        ("03/02/50", "", ""),
        ("1950-1951", "", ""),
        ("1950-W05-3", "", "1950"),
        ("0000", "", ""),
        ("", "", ""),
    ],
)
def test_a_year_may_be_known_without_the_day(written: str, day: str, year: str) -> None:
    assert (names.iso_date(written), names.birth_year(written)) == (day, year)


@pytest.mark.parametrize(
    ("written", "sex"),
    [("M", "M"), ("f", "F"), ("Mme", "F"), ("M.", "M"), ("Mlle", "F"), ("Féminin", "F"), ("H", "M"), ("1", "M"), ("2", "F"), ("?", ""), ("", "")],
)  # fmt: skip
def test_a_civil_title_tells_the_sex(written: str, sex: str) -> None:
    assert names.sex_of(written) == sex


def test_which_keys_the_forms_of_one_woman_share() -> None:
    """Jeanne Durand, married Martin: the roll, the landlord's one field, the club's, and a letter with an initial."""
    rows = [
        ("DURAND", "MARTIN", "Jeanne Marie", "03/02/1950", "a1"),
        ("DURAND EP. MARTIN", "", "JEANNE", "1950-02-03", "a1"),
        ("", "MARTIN NÉE DURAND", "Jeanne", "03.02.1950", "a1"),
        ("Durand", "Martin", "J.", "03/02/1950", "a1"),
    ]
    keys = pseudonyms.person_keys(pd.DataFrame(rows, columns=list(pseudonyms.NAMES)), SECRET)
    for kind in pseudonyms.KEYS:
        assert len(set(keys[kind][:3])) == 1 and keys[kind][0] != ""
    assert keys.iloc[3].tolist() == ["", "", keys["CLE_PHONETIQUE"][0], ""]


@given(
    apostrophe=st.sampled_from([chr(c) for c in APOSTROPHES]), dash=st.sampled_from([chr(c) for c in DASHES])
)
def test_every_apostrophe_and_every_dash_is_the_same(apostrophe: str, dash: str) -> None:
    assert names.normalised_surname(f"d{apostrophe}Artagnan{dash}Roux") == "DARTAGNANROUX"
    assert names.first_given_name(f"M{apostrophe}Barka") == "MBARKA"
    assert names.first_given_name(f"Jean{dash}Pierre") == "JEANPIERRE"


@given(
    around=st.permutations(["DURAND", "LE", "M.", "MARTIN", "(", "-", "DE"]),
    marker=st.sampled_from(["NÉE", "EP.", "VVE", "ÉPOUSE"]),
    at=st.integers(0, 7),
    length=st.integers(0, 7),
)
def test_one_marker_loses_no_surname_and_is_none(
    around: list[str], marker: str, at: int, length: int
) -> None:
    """Wherever it stands: every surname of the field is read, and no surname is a marker alone."""
    words = around[:length]
    found = surnames_in(" ".join([*words[:at], marker, *words[at:]]))
    read = (found.birth, found.usage, found.stated)
    for surname in {"DURAND", "MARTIN"} & set(words):
        assert any(surname in name for name in read)
        assert not {"EP", "VVE", "NEE", "EPOUSE"} & set(read)
