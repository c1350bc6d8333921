"""Which delivered rows each factor read: drawn towns with the rows named by hand, and the law that these rows alone give the factor's value again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import duckdb
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data_contracts import contract
from features import matrix, traced
from features.catalogue import usable
from features.factor import Factor
from features.mentions import KEYS
from features.traced import OF_THE_FRAME, Read
from tests.features.drawn import AS_OF, OPEN, SNAPSHOT, Row, build, elector, lease, service, warehouse

D = date
FACTORS = usable(OPEN, {"sex_as_feature": True})
BY_NAME = {f.name: f for f in FACTORS}


def read(household: str, **sources: list[Row]) -> dict[str, Read]:
    """Of the household at a flat."""
    connection = warehouse(**sources)
    build(connection)
    matrix.compute(connection, FACTORS, OPEN)
    return of(connection, household)


def of(connection: duckdb.DuckDBPyConnection, flat: str) -> dict[str, Read]:
    found = connection.execute("select household_id from households where id_logement = $1", [f"flat-{flat}"])
    ((household,),) = found.fetchall()
    return {one.factor: one for one in traced.read(connection, household, FACTORS)}


def lines(one: Read, part: str = "read") -> list[tuple[str, int]]:
    return [(row.source, row.line) for row in one.rows if row.part == part]


BEFORE, A_YEAR_BEFORE = D(2026, 6, 1), D(2025, 11, 1)
ROLL = [
    elector("a", date_liste=BEFORE, known_on=BEFORE),
    elector("a"),
    elector("b", id_logement="flat-a", annee_naissance=1990),
    elector("c"),
]
LEASES = [
    lease("l", "c", date_arrete=day, known_on=day, nb_occupants=n) for day, n in ((SNAPSHOT, 1), (BEFORE, 2))
]
USES = [
    service("c", "PORTAGE_REPAS"),
    service("c", "TELEASSISTANCE", date_fin=D(2020, 5, 1)),
    *(
        service("c", "CENTRE_SOCIAL", date_arrete=day, known_on=day, nb_usages_12m=n, date_dernier_usage=day)
        for day, n in ((SNAPSHOT, 3), (A_YEAR_BEFORE, 20))
    ),
]
"""Two in the flat of ``a``, without a lease; ``c`` alone, on a lease that declared one more in June, with services; lines from 2."""


@pytest.fixture(scope="module")
def town() -> duckdb.DuckDBPyConnection:
    connection = warehouse(liste_electorale=ROLL, parc_social=LEASES, usages_services=USES)
    build(connection)
    matrix.compute(connection, FACTORS, OPEN)
    return connection


@pytest.fixture(scope="module")
def pair(town: duckdb.DuckDBPyConnection) -> dict[str, Read]:
    return of(town, "a")


@pytest.fixture(scope="module")
def tenant(town: duckdb.DuckDBPyConnection) -> dict[str, Read]:
    return of(town, "c")


def test_a_factor_of_records_cites_the_rows_that_satisfy_it_and_counts_the_others(
    tenant: dict[str, Read],
) -> None:
    one = tenant["several_autonomy_services"]
    assert (one.value, lines(one), one.beside) == (1.0, [("usages_services", 2)], 2)
    assert one.rows[0].cells == {"service": "PORTAGE_REPAS", "date_fin": None}
    assert lines(tenant["autonomy_service"]) == [("usages_services", 2), ("usages_services", 3)]
    assert "rows_usages_services" in one.sql and "PORTAGE_REPAS" in one.sql
    nothing = tenant["digital_workshop"]
    assert (nothing.value, nothing.rows, nothing.beside) == (None, (), 3)


def test_what_earlier_snapshots_decide_is_cited_with_them(tenant: dict[str, Read]) -> None:
    shrank, fell = tenant["months_since_household_shrank"], tenant["use_fell"]
    assert lines(shrank) == [("parc_social", 2)] and lines(shrank, "compared") == [("parc_social", 3)]
    assert shrank.rows[0].derived == {"shrank_on": SNAPSHOT}
    assert shrank.rows[1].cells == {"date_arrete": BEFORE, "nb_occupants": 2}
    assert (fell.value, lines(fell), lines(fell, "compared")) == (
        1.0,
        [("usages_services", 4)],
        [("usages_services", 5)],
    )
    assert fell.rows[0].derived == {"uses_a_year_before": 20} and fell.rows[1].cells["nb_usages_12m"] == 20


def test_a_factor_of_the_frame_cites_the_rows_on_which_the_household_rests(pair: dict[str, Read]) -> None:
    """The year of birth is that of the row by which a person was first known; where they are is what the last snapshot says."""
    age, adults = pair["oldest_age"], pair["several_adults_known"]
    assert (age.value, age.framed) == (76.0, {"oldest_age": 76})
    assert {(row.line, row.cells["annee_naissance"]) for row in age.rows} == {(2, 1950), (4, 1990)}
    assert (adults.value, adults.framed) == (2.0, {"id_logement": True, "occupants": None, "adults": 2})
    placed = {row.line: row.derived["is_flat_given"] for row in adults.rows if "is_flat_given" in row.derived}
    assert placed == {3: True, 4: True}


def test_a_lease_and_what_left_a_trace_are_cited(tenant: dict[str, Read]) -> None:
    alone, silent = tenant["lives_alone_known"], tenant["no_trace_of_use"]
    (bail,) = (row for row in alone.rows if "nb_occupants" in row.cells)
    assert (alone.value, bail.line, bail.cells["nb_occupants"]) == (1.0, 2, 1)
    assert (silent.value, lines(silent)) == (0.0, [("usages_services", 4)])


def test_every_column_of_the_frame_that_a_factor_names_says_on_what_it_rests(
    town: duckdb.DuckDBPyConnection,
) -> None:
    columns = {row[0] for row in town.execute("select column_name from (describe framed)").fetchall()}
    named = {name for f in FACTORS if f.source == "frame" for name in traced._named(f)} & columns
    assert named == {*OF_THE_FRAME}


def test_no_key_record_or_place_is_among_the_cells() -> None:
    for factor in FACTORS:
        if factor.source == "frame":
            continue
        columns = contract.load(factor.source).columns
        identifying = {c.name for c in columns if c.identifies} | {*KEYS}
        shown = {c.name for c in columns if c.name in traced._named(factor) and c.identifies is None}
        assert not shown & identifying and shown | {*traced.DERIVED} & traced._named(factor), factor.name


# --- the law -------------------------------------------------------------------------------------------------------------------------------------


@cache
def beside(as_of: date) -> duckdb.DuckDBPyConnection:
    """A database that knows nothing but the day."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(f"create macro as_of() as date '{as_of}'")
    return connection


def again(one: Read, factor: Factor, as_of: date = AS_OF) -> float | None:
    """The factor's aggregate over the cited rows alone, as a table of their cells; of people of whom only other rows are there it counts nothing."""
    cited = [row for row in one.rows if row.part == "read"]
    if not cited:
        return 0.0 if one.beside and "count(" in factor.value else None
    types = {c.name: c.kind for c in contract.load(factor.source).columns}
    table = pd.DataFrame([{"person_id": row.person_id, **row.cells, **row.derived} for row in cited])
    connection = beside(as_of)
    connection.register("cited", table)
    columns = ", ".join(f"{_cast(name, types)} as {name}" for name in table.columns)
    values = connection.execute(
        f"select cast({factor.value} as double) from (select {columns} from cited) where {matrix.enters(factor)} group by person_id"
    ).fetchall()
    said = [value for (value,) in values if value is not None]
    return (min if factor.combine == "min" else max)(said) if said else None


def _cast(name: str, types: Mapping[str, str]) -> str:
    kinds = {
        "date": "date",
        "integer": "integer",
        "year": "integer",
        "number": "double",
        "boolean": "boolean",
    }
    own = {"shrank_on": "date", "uses_a_year_before": "integer", "is_related": "boolean"}
    return f"cast({name} as {own.get(name) or kinds.get(types.get(name, 'string'), 'varchar')})"


EDGES = st.sampled_from([None, *(AS_OF - timedelta(days=n) for n in (0, 1, 90, 91, 92, 182, 183, 184, 364, 365, 366, 729, 730, 731))])  # fmt: skip
SERVICES = st.sampled_from(["PORTAGE_REPAS", "TELEASSISTANCE", "CENTRE_SOCIAL", "SPORT", "TRANSPORT", "ATELIER_NUMERIQUE", "PERISCOLAIRE", "AIDE_FACULTATIVE"])  # fmt: skip


@st.composite
def uses(draw: st.DrawFn) -> list[Row]:
    """Up to six uses of two people in one flat."""
    return [
        service(
            draw(st.sampled_from("ab")),
            name,
            id_logement="flat-a",
            date_debut=draw(EDGES),
            date_fin=draw(EDGES),
            date_dernier_usage=draw(EDGES),
            nb_usages_12m=draw(st.sampled_from([None, 0, 5, 24])),
            origine=draw(st.sampled_from([None, "PERSONNE", "FAMILLE", "VISITE", "SIGNALEMENT"])),
        )
        for name in draw(st.lists(SERVICES, max_size=6, unique=True))
    ]


@pytest.mark.slow
@settings(max_examples=10, phases=(Phase.generate,))
@given(used=uses(), rent=st.sampled_from(["M20", "20_40", "P100", None]), left=EDGES)
def test_the_cited_rows_alone_give_every_factor_of_records_again(
    used: list[Row], rent: str | None, left: date | None
) -> None:
    roll = [elector("a"), elector("b", id_logement="flat-a", annee_naissance=1940)]
    bail = lease("l", "b", id_logement="flat-a", tranche_ressources=rent, date_sortie=left, etage=3, ascenseur=False)  # fmt: skip
    found = read("a", liste_electorale=roll, usages_services=used, parc_social=[bail])
    for name, one in found.items():
        factor = BY_NAME[name]
        if factor.source != "frame":
            assert again(one, factor) == pytest.approx(one.value), name
