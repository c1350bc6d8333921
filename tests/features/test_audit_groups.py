"""What auditors group households by, worked by hand."""

from datetime import date

import pytest

from data_contracts.contract import Gate
from features import audit_groups
from features.catalogue import FACTORS
from tests.features.drawn import AS_OF, OPEN, Row, build, elector, lease, warehouse

PRIORITY: list[Row] = [
    {"quartier": "01", "qpv": True, "known_on": date(2026, 1, 1)},
    {"quartier": "02", "qpv": False, "known_on": date(2026, 1, 1)},
]


def groups(gates: dict[str, Gate] = OPEN, **sources: list[Row]) -> list[tuple[object, ...]]:
    connection = warehouse(**sources)
    build(connection, AS_OF, gates)
    columns = ", ".join(audit_groups.GROUPS)
    return connection.execute(f"select {columns} from ({audit_groups.OF_HOUSEHOLDS}) order by all").fetchall()


@pytest.mark.parametrize(
    ("people", "sex"),
    [(["M"], "men"), (["F"], "women"), (["M", "F"], "both"), ([None], None), (["M", None], "men")],
)
def test_a_household_is_of_men_of_women_or_of_both(people: list[str | None], sex: str | None) -> None:
    roll = [
        elector(f"p{i}", sexe=s, id_logement="flat", annee_naissance=1950 + 5 * i)
        for i, s in enumerate(people)
    ]
    assert [g[0] for g in groups(liste_electorale=roll)] == [sex]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (2002, "under 25"), (2001, "25-39"), (1987, "25-39"), (1986, "40-59"), (1967, "40-59"), (1966, "60-74"),
        (1952, "60-74"), (1951, "75-79"), (1947, "75-79"), (1946, "80 and over"), (None, None),
    ],
)  # fmt: skip
def test_the_oldest_member_decides_the_age_band(born: int | None, band: str | None) -> None:
    assert [g[1] for g in groups(liste_electorale=[elector("a", annee_naissance=born)])] == [band]


def test_a_lease_says_where_a_priority_neighbourhood_begins_and_else_the_neighbourhood_does() -> None:
    roll = [elector("a"), elector("b", quartier="02"), elector("c", quartier="03"), elector("d")]
    leases = [lease("l", "d", qpv=False)]
    found = groups(liste_electorale=roll, parc_social=leases, quartiers=PRIORITY)
    assert {g[2:] for g in found} == {
        ("other", "priority", "01"),
        ("other", "other", "02"),
        ("other", None, "03"),
        ("social housing", "other", "01"),
    }


def test_without_a_lease_nobody_is_known_to_be_no_tenant() -> None:
    """The register of social housing was never delivered, or its gate is closed: the same."""
    roll = [elector("a"), elector("b", id_logement="flat")]
    closed: dict[str, Gate] = {**OPEN, "parc_social": "closed"}
    assert {g[2] for g in groups(liste_electorale=roll)} == {None}
    assert {g[2] for g in groups(closed, liste_electorale=roll, parc_social=[lease("l", "a")])} == {None}


def test_no_factor_is_an_audit_group() -> None:
    assert not {f.name for f in FACTORS} & set(audit_groups.GROUPS)
