"""Addresses and flats as registers really write them: drawn tables of what is one building, one dwelling; and what is not."""

from __future__ import annotations

import pandas as pd
import pytest

from data_contracts import pseudonyms
from data_contracts.addresses import split_address
from data_contracts.flats import normalised_flat

SECRET = b"a secret for tests only"


@pytest.mark.parametrize(
    ("written", "street", "flat"),
    [
        ("AV DU GAL DE GAULLE", "AVENUE GENERAL GAULLE", ""),
        ("12 bd St-Jean", "12 BOULEVARD SAINT JEAN", ""),
        ("12 CHE DE LA STE CROIX", "12 CHEMIN SAINTE CROIX", ""),
        ("12 imp. de l´Église", "12 IMPASSE EGLISE", ""),
        ("3 GR", "3 GRANDE RUE", ""),
        ("3 Grande Rue", "3 GRANDE RUE", ""),
        ("12 rue Dom Bosco", "12 RUE DOM BOSCO", ""),
        ("12 BIS RUE VERTE", "12B RUE VERTE", ""),
        ("12bis rue verte", "12B RUE VERTE", ""),
        ("12 TER R VERTE", "12T RUE VERTE", ""),
        ("12 QUATER R VERTE", "12Q RUE VERTE", ""),
        ("12 D rue Verte", "12D RUE VERTE", ""),
        ("12D rue Verte", "12D RUE VERTE", ""),
        ("12 d'Artagnan", "12 ARTAGNAN", ""),
        ("N° 12, rue Verte", "12 RUE VERTE", ""),
        ("nº12 rue Verte", "12 RUE VERTE", ""),
        ("12-14 rue Verte", "12 RUE VERTE", ""),
        ("12/14 rue Verte", "12 RUE VERTE", ""),
        ("12 à 14 rue Verte", "12 RUE VERTE", ""),
        ("12 et 14 rue Verte", "12 RUE VERTE", ""),
        ("12-14 bis rue Verte", "12 RUE VERTE", ""),
        ("12 bis - 14 rue Verte", "12B RUE VERTE", ""),
        ("7 rue du 11 novembre 1918", "7 RUE 11 NOVEMBRE 1918", ""),
        ("12 rue Verte 47000 Agen", "12 RUE VERTE", ""),
        ("12 rue Verte, 47031 AGEN CEDEX 9", "12 RUE VERTE", ""),
        ("12 rue Verte BP 123 F-47000 AGEN", "12 RUE VERTE", ""),
        ("10250 route de Bordeaux", "10250 ROUTE BORDEAUX", ""),
        ("47000 AGEN", "", ""),
        ("LD Bordeneuve", "LIEU DIT BORDENEUVE", ""),
        ("au lieudit Bordeneuve", "LIEU DIT BORDENEUVE", ""),
        ("Chez Pinaud", "CHEZ PINAUD", ""),
        ("chez M. Dupont, 12 rue Verte", "12 RUE VERTE", ""),
        ("12 rue Verte c/o Mme Dupont", "12 RUE VERTE", ""),
        ("Résidence les Pins", "RESIDENCE PINS", ""),
        ("Rés. les Pins 12 rue Verte", "12 RUE VERTE", ""),
        ("12 rue Verte résidence les Pins bât. B", "12 RUE VERTE", ""),
        ("5 rue de la Résidence des Pins", "5 RUE RESIDENCE PINS", ""),
        ("12 rue de la Porte Neuve", "12 RUE PORTE NEUVE", ""),
        ("12 rue Verte appt 3", "12 RUE VERTE", "3"),
        ("Appt 3, Rés. les Pins, 12 rue Verte", "12 RUE VERTE", "3"),
        ("RDC gauche 12 rue Verte", "12 RUE VERTE", "0ETGG"),
        ("12 rue Verte 3e étage droite", "12 RUE VERTE", "3ETGD"),
        ("12 rue Verte Bât B appt 3", "12 RUE VERTE", "BATB3"),
        ("", "", ""),
    ],
)
def test_an_address_is_its_street_and_its_flat(written: str, street: str, flat: str) -> None:
    found = split_address(written)
    assert (found.street, found.flat) == (street, flat)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("APPT 12", "12"),
        ("12", "12"),
        ("12 B", "12B"),
        ("appt B12", "B12"),
        ("APPT 3/12", "3-12"),
        ("porte E", "E"),
        ("porte 34 face", "34F"),
        ("Bât B esc 2 3e ét. gauche", "BATBESC2-3ETGG"),
        ("3e ét gche esc 2 bat B", "BATBESC2-3ETGG"),
        ("esc 21 porte 4", "ESC21-4"),
        ("esc 2 porte 14", "ESC2-14"),
        ("1er ét. dte", "1ETGD"),
        ("3e gauche", "3ETGG"),
        ("étage 3 porte 4", "3ETG4"),
        ("rez-de-chaussée droite", "0ETGD"),
        ("Bât. les Tilleuls appt 3", "BATTILLEULS3"),
        ("Résidence les Pins appt 3", "3"),
        ("boîte aux lettres 12", "BAL12"),
    ],
)
def test_a_flat_has_one_spelling(written: str, read: str) -> None:
    assert normalised_flat(written) == read


@pytest.mark.parametrize(
    "written", ["Bât B", "esc 2", "3e étage", "RDC", "Résidence les Pins", "Bât les Tilleuls"]
)
def test_a_building_or_a_floor_tells_no_dwelling_apart(written: str) -> None:
    assert normalised_flat(written) == ""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("chez M. Dupont", ""),
        ("c/o Mme Dupont", ""),
        ("M. Dupont", ""),
        ("Dupont", ""),
        ("Famille Dupont", ""),
        ("chez M. Dupont appt 3", "3"),
        ("appt 3 chez Mme Dupont", "3"),
        ("Dupont appt 3", "3"),
    ],
)
def test_a_person_cared_of_is_no_flat(written: str, read: str) -> None:
    assert normalised_flat(written) == read


def test_a_flat_on_the_line_of_the_address_is_the_same_as_one_in_its_own_field() -> None:
    addresses = pd.Series(["12 rue Verte appt 3", "12 RUE VERTE", "12 rue Verte", "12 rue Verte"])
    flats = pd.Series(["", "N° 3", "", "Bât B"])
    several = pd.Series([True, True, True, True]).to_numpy()
    found = pseudonyms.dwelling_ids(addresses, flats, several, SECRET)
    assert found[0] == found[1] != "" and found[2] == found[3] == ""
    assert len(set(pseudonyms.address_ids(addresses, SECRET))) == 1
