"""Match keys: drawn tables of what is one person, one address, one dwelling; and what is not."""

from __future__ import annotations

import hashlib
import hmac

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts import pseudonyms
from data_contracts.errors import ConfigurationError
from data_contracts.phonetics import soundex2

SECRET = b"a secret for tests only"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Dupont", "DUPONT"),
        ("Lefèvre", "LEFEVRE"),
        ("Le Gall", "LEGALL"),
        ("LE-GALL", "LEGALL"),
        ("d'Almeida", "DALMEIDA"),
        ("D’ALMEIDA", "DALMEIDA"),
        ("de La Tour", "DELATOUR"),
        ("LA TOUR (DE)", "DELATOUR"),
        ("Martin-Dubois", "MARTINDUBOIS"),
        ("MARTIN  DUBOIS", "MARTINDUBOIS"),
        ("Cœurdevey", "COEURDEVEY"),
        ("Nuñez", "NUNEZ"),
        (" \u00a0", ""),
    ],
)
def test_a_surname_has_one_spelling(written: str, read: str) -> None:
    assert pseudonyms.normalised_surname(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Jean-Pierre", "JEANPIERRE"),
        ("JEAN PIERRE", "JEANPIERRE"),
        ("Jean - Pierre Marie", "JEANPIERRE"),
        ("Jean, Pierre, Marie", "JEAN"),
        ("Jean Albert", "JEAN"),
        ("Marie Thérèse", "MARIETHERESE"),
        ("Louise Marie", "LOUISE"),
        ("Zoé", "ZOE"),
        ("Lou-Ann", "LOUANN"),
        ("M'Barka", "MBARKA"),
        ("", ""),
    ],
)
def test_only_the_first_given_name_counts(written: str, read: str) -> None:
    assert pseudonyms.first_given_name(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1950-02-03", "1950-02-03"),
        ("1950-02-03 00:00:00", "1950-02-03"),
        ("03/02/1950", "1950-02-03"),
        ("3/2/1950", "1950-02-03"),
        ("00/00/1950", ""),
        ("31/02/1950", ""),
        ("1950", ""),
        ("", ""),
    ],
)
def test_a_date_is_whole_or_missing(written: str, read: str) -> None:
    assert pseudonyms.iso_date(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12 bis, av. du Gal de Gaulle", "12B AVENUE GENERAL GAULLE"),
        ("12B AVENUE DU GENERAL DE GAULLE", "12B AVENUE GENERAL GAULLE"),
        ("012 BIS AVENUE GENERAL DE GAULLE 47000 AGEN", "12B AVENUE GENERAL GAULLE"),
        ("12bis avenue du Général-de-Gaulle", "12B AVENUE GENERAL GAULLE"),
        ("12 b Av Général de Gaulle", "12B AVENUE GENERAL GAULLE"),
        ("3 r. de l'Église", "3 RUE EGLISE"),
        ("3-5 rue de l’Eglise", "3 RUE EGLISE"),
        ("7 bd St Jean", "7 BOULEVARD SAINT JEAN"),
        ("1 place du 8 mai", "1 PLACE 8 MAI"),
        ("Lieu-dit Bordeneuve", "LIEU DIT BORDENEUVE"),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(written: str, read: str) -> None:
    assert pseudonyms.normalised_address(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Appt 12", "12"),
        ("APPARTEMENT N° 012", "12"),
        ("apt. n°12", "12"),
        ("Bât. A, appt 3", "BATA3"),
        ("BATIMENT A LOGEMENT 3", "BATA3"),
        ("2ème étage gauche", "2ETGG"),
        ("2e etage, porte gauche", "2ETGG"),
        ("", ""),
    ],
)
def test_a_flat_has_one_spelling(written: str, read: str) -> None:
    assert pseudonyms.normalised_flat(written) == read


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("MARTIN", "MRTN"),
        ("GAUTHIER", "KTR"),
        ("GAUTIER", "KTR"),
        ("HENRY", "HNR"),
        ("REY", "RY"),
        ("CHATEAU", "CHT"),
        ("PHILIPPE", "FLP"),
        ("SCHINDLER", "SNDL"),
        ("ROUSSEAU", "RS"),
        ("DUPONT", "DPN"),
        ("DUPOND", "DPN"),
        ("ASAMIAN", "AZMN"),
        ("KNIGHT", "NG"),
        ("MACKENZIE", "MKNZ"),
        ("PFEIFER", "FR"),
        ("HABITAT", "HBT"),
        ("TEHERAN", "TRN"),
        ("ESSAYER", "ESYR"),
        ("CRAYON", "CRYN"),
        ("PLYNE", "PLN"),
        ("BARAD", "BR"),
        ("BERNARD", "BRNR"),
        ("FAURE", "FR"),
        ("PHAURE", "FR"),
        ("PEREZ", "PRZ"),
        ("GROS", "GR"),
        ("CHAPUIS", "CHP"),
        ("BOYER", "BYR"),
        ("BARTHELEMY", "BRTL"),
        ("MOULIN", "MLN"),
        ("", ""),
    ],
)
def test_names_that_sound_alike_share_a_code(name: str, code: str) -> None:
    """The codes that the article's examples and its other implementations give; GAUTHIER → KAUTHIER → KAATHAAR → KAATAAR → KTR."""
    assert soundex2(name) == code


def people(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(pseudonyms.NAMES))


def test_a_key_is_the_hmac_that_the_interface_describes() -> None:
    found = pseudonyms.person_keys(people(("Lefèvre", "", "Jean Pierre", "03/02/1950", "a1")), SECRET)
    expected = hmac.new(SECRET, b"nom|LEFEVRE|JEANPIERRE|1950-02-03", hashlib.sha256).hexdigest()[:32]
    assert found["CLE_IDENTITE"].tolist() == [expected]


def test_which_keys_two_registers_share() -> None:
    """A married woman: the roll has both surnames, the club only the one in use, a clerk mistyped the day on the third."""
    keys = pseudonyms.person_keys(
        people(
            ("Gauthier", "Le Gall", "Marie-Thérèse", "1941-05-06", "a1"),
            ("", "LEGALL", "MARIE THERESE", "06/05/1941", "a1"),
            ("GAUTIER", "LE GALL", "Marie Therese", "1941-05-07", "a1"),
            ("Gautier", "", "Micheline", "1941-05-06", "a2"),
            ("Gauthier", "", "Marie-Thérèse", "", ""),
        ),
        SECRET,
    )
    identity, usage, sound, address = (keys[name].tolist() for name in pseudonyms.KEYS)
    assert usage[0] == usage[1] != usage[2]
    assert identity[1] == "" and identity[0] != identity[2]
    assert sound[0] == sound[3] != sound[2] and sound[1] == ""
    assert address[0] == address[1] == address[2] != address[3]
    assert [keys.iloc[4][name] for name in pseudonyms.KEYS] == ["", "", "", ""]


def test_a_surname_in_use_meets_the_birth_surname_of_somebody_else() -> None:
    """CLE_USAGE and CLE_IDENTITE are comparable: a man whose only given surname was filed as the one in use."""
    keys = pseudonyms.person_keys(
        people(("Roux", "", "Paul", "1960-01-02", ""), ("", "ROUX", "Paul", "1960-01-02", "")), SECRET
    )
    assert keys["CLE_IDENTITE"][0] == keys["CLE_USAGE"][1] != ""


def test_a_dwelling_is_named_only_when_the_flat_is() -> None:
    addresses = pd.Series(
        ["3 rue de l'Église", "3 R DE L EGLISE", "3 rue de l'Église", "9 rue Noire", "9 rue Noire"]
    )
    flats = pd.Series(["appt 2", "N° 02", "", "", "rez-de-chaussée"])
    found = pseudonyms.dwelling_ids(
        addresses, flats, pd.Series([True, True, True, False, False]).to_numpy(), SECRET
    )
    assert found[0] == found[1] != ""
    assert found[2] == ""
    assert found[3] == found[4] != ""
    ids = pseudonyms.address_ids(addresses, SECRET)
    assert ids[0] == ids[1] == ids[2] != ids[3] and len(ids[0]) == 16


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Hint"):
        pseudonyms.person_keys(people(("Roux", "", "Paul", "1960-01-02", "")), b"short")


WORD = st.text(alphabet="ABCDEÉèçàœ -'’abc", max_size=12)


@given(
    birth=WORD, usage=WORD, given_names=WORD, born=st.dates().map(str), address=st.sampled_from(["", "a1"])
)
def test_bulk_agrees_with_one_by_one(
    birth: str, usage: str, given_names: str, born: str, address: str
) -> None:
    row = (birth, usage, given_names, born, address)
    alone = pseudonyms.person_keys(people(row), SECRET)
    among = pseudonyms.person_keys(people(("Roux", "Noir", "Paul", "1960-01-02", "a9"), row, row), SECRET)
    assert among.iloc[1].tolist() == among.iloc[2].tolist() == alone.iloc[0].tolist()
    for key, parts in zip(pseudonyms.KEYS[:2], (birth, usage), strict=True):
        is_complete = bool(pseudonyms.normalised_surname(parts) and pseudonyms.first_given_name(given_names))
        assert (alone[key][0] != "") == is_complete


@given(text=WORD)
def test_case_accents_and_dashes_do_not_matter(text: str) -> None:
    folded = (
        text.upper().replace("-", " ").replace("É", "E").replace("È", "E").replace("Ç", "C").replace("À", "A")
    )
    assert pseudonyms.normalised_surname(text) == pseudonyms.normalised_surname(folded)


def test_another_secret_gives_other_keys() -> None:
    row = people(("Roux", "", "Paul", "1960-01-02", "a1"))
    one, other = (pseudonyms.person_keys(row, secret) for secret in (SECRET, SECRET[::-1]))
    assert not set(one.iloc[0]) & set(other.iloc[0]) - {""}
