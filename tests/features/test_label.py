"""Each outcome → label, worked by hand from the rule of extracts.md."""

from datetime import date

import pandas as pd
import pytest

from features import known, label
from tests.features.drawn import AS_OF, OPEN, Row, build, elector, warehouse

FIVES = {f"lsns6_{i}": 2 for i in range(1, 7)}
NONE = dict.fromkeys(label.NETWORKS, 0)


def outcome(**answers: object) -> list[tuple[object, object, object]]:
    row: Row = {
        "id_visite": "v",
        "cle_identite": "key-a",
        "date_visite": date(2026, 9, 1),
        "issue": "VU",
        "annee_naissance": 1950,
    }
    connection = warehouse(visites=[row | answers])
    known.open_views(connection, AS_OF, OPEN)
    met = label.outcomes(connection, label.visits(connection))
    return [
        tuple(None if pd.isna(v) else bool(v) for v in r)
        for r in met[["isolated", "lonely", "judged_isolated"]].astype(object).to_numpy()
    ]


def one(**answers: object) -> object:
    return outcome(**answers)[0][0]


def test_twelve_is_not_isolated_and_eleven_is() -> None:
    assert one(**FIVES) is False
    assert one(**(FIVES | {"lsns6_1": 1})) is True


def test_five_items_are_prorated_and_four_are_not_enough() -> None:
    five = FIVES | {"lsns6_6": None}
    assert one(**five) is False  # 10 × 6/5 = 12
    assert one(**(five | {"lsns6_1": 1})) is True  # 9 × 6/5 = 10.8
    assert one(**(five | {"lsns6_5": None})) is None


def test_lsns_counts_from_sixty_on_only() -> None:
    low = dict.fromkeys(label.LSNS_ITEMS, 0)
    assert one(**low, annee_naissance=1966) is True
    assert one(**low, annee_naissance=1967) is None
    assert one(**low, annee_naissance=None) is None


@pytest.mark.parametrize("network", label.NETWORKS)
def test_one_living_network_is_enough(network: str) -> None:
    assert one(**NONE, annee_naissance=1990) is True
    assert one(**(NONE | {network: 1}), annee_naissance=1990) is False
    assert one(**(NONE | {network: None}), annee_naissance=1990) is None


def test_either_instrument_is_enough() -> None:
    assert one(**FIVES, **NONE) is True


@pytest.mark.parametrize("issue", ["ABSENT", "REFUS", "DEMENAGE", "DECEDE", "ETABLISSEMENT", "INTROUVABLE"])
def test_any_other_issue_is_no_label(issue: str) -> None:
    assert outcome(**NONE, issue=issue, ucla3_1=3, ucla3_2=3, ucla3_3=3, jugement_unite=3) == [
        (None, None, None)
    ]


def test_lonely_and_judged_are_other_things() -> None:
    assert outcome(ucla3_1=2, ucla3_2=2, ucla3_3=2, jugement_unite=2) == [(None, True, True)]
    assert outcome(ucla3_1=2, ucla3_2=2, ucla3_3=1, jugement_unite=1) == [(None, False, False)]
    assert outcome(ucla3_1=3, ucla3_2=3) == [(None, None, None)]


@pytest.mark.parametrize(
    ("issue", "answers", "state"),
    [
        ("VU", NONE, "isolated"),
        ("VU", NONE | {"reseau_amis": 1}, "not isolated"),
        ("VU", {}, "undecided"),
        ("REFUS", {}, "refused"),
        ("ABSENT", {}, "absent"),
        *((issue, NONE, "moved") for issue in ("DEMENAGE", "DECEDE", "ETABLISSEMENT", "INTROUVABLE")),
    ],
)
def test_every_visit_leaves_one_state(issue: str, answers: Row, state: str) -> None:
    row: Row = {"id_visite": "v", "cle_identite": "key-a", "issue": issue, "date_visite": date(2026, 9, 1)}
    connection = warehouse(visites=[row | answers])
    known.open_views(connection, AS_OF, OPEN)
    assert label.outcomes(connection, label.visits(connection))["state"].tolist() == [state]


def household(*visits: Row) -> pd.DataFrame:
    """Two people of one flat, visited as said."""
    pair = [elector("a"), elector("b", id_logement="flat-a", annee_naissance=1990)]
    base: Row = {"date_visite": date(2026, 9, 1), "annee_naissance": 1950, "bras": "TEMOIN_80PLUS"}
    rows = [base | {"id_visite": f"v{i}"} | v for i, v in enumerate(visits)]
    connection = warehouse(liste_electorale=pair, visites=rows)
    build(connection, AS_OF, OPEN)
    return label.of_households(connection, label.outcomes(connection, label.visits(connection)), AS_OF)


def test_a_household_is_isolated_when_one_of_its_adults_is() -> None:
    met: Row = {"issue": "VU"}
    told = household(
        met | NONE | {"cle_identite": "key-a", "reseau_amis": 1},
        met | NONE | {"cle_identite": "key-b", "annee_naissance": 1990},
    )
    assert told[["state", "isolated", "visits"]].to_numpy().tolist() == [["isolated", True, 2]]


@pytest.mark.parametrize(
    ("isolated_on", "known_on"),
    [((date(2026, 9, 20),), 20), ((date(2026, 9, 9), date(2026, 9, 20)), 9), ((), 20)],
)
def test_a_label_is_as_old_as_the_visit_that_settled_it(isolated_on: tuple[date, ...], known_on: int) -> None:
    """Isolated from the first adult who is; not isolated only once the last who was met is not."""
    told = household(
        *(
            {"issue": "VU", "cle_identite": "key-a", "date_visite": day, **NONE, "reseau_amis": int(day not in isolated_on)}
            for day in (date(2026, 9, 2), date(2026, 9, 9), date(2026, 9, 20))
        )
    )  # fmt: skip
    assert told["isolated"].tolist() == [bool(isolated_on)]
    assert told["visited_on"].tolist() == [pd.Timestamp(2026, 9, known_on)]


def test_a_household_that_let_somebody_in_is_known_although_another_visit_failed() -> None:
    told = household(
        {"issue": "ABSENT", "cle_identite": "key-a"},
        {"issue": "VU", "cle_identite": "key-a", "date_visite": date(2026, 9, 9), **NONE, "reseau_amis": 1},
    )
    assert told[["state", "isolated"]].to_numpy().tolist() == [["not isolated", False]]
    assert told["visited_on"].tolist() == [pd.Timestamp(2026, 9, 9)]


def test_a_draw_is_remembered_beside_a_visit_for_another_reason() -> None:
    told = household(
        {"issue": "VU", "cle_identite": "key-a", **NONE},
        {
            "issue": "REFUS",
            "cle_identite": "key-b",
            "annee_naissance": 1990,
            "bras": "EXPLORATION",
            "proba_tirage": 0.01,
        },
    )
    assert told[["bras", "proba_tirage", "state"]].to_numpy().tolist() == [["EXPLORATION", 0.01, "isolated"]]
