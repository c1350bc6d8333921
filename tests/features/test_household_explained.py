"""A household explained: members, each source's word with the one that counts, its history; and nothing where somebody objected."""

from datetime import date

import pytest

from features.household_explained import HouseholdExplained, explain
from tests.features.drawn import Row, build, elector, lease, warehouse

D = date
SNAPSHOT = D(2026, 11, 1)


def explained(household_of: str, **sources: list[Row]) -> HouseholdExplained | None:
    """Of the flat of ``household_of``."""
    connection = warehouse(**sources)
    build(connection)
    asked = "select household_id from members where id_logement = $1"
    (name,) = connection.execute(asked, [f"flat-{household_of}"]).fetchone() or ("H",)
    return explain(connection, name)


def test_a_contradiction_is_told_with_both_words_and_the_one_that_counts() -> None:
    pair = [elector("a"), elector("b", sexe="M", id_logement="flat-a"), elector("z")]
    found = explained("a", liste_electorale=pair, parc_social=[lease("l", "a")])
    assert found is not None
    alone = [s for s in found.statements if s.statement == "lives_alone"]
    assert [(s.source, s.value, s.strength, s.evidence, s.told, s.is_retained, s.is_contradicted) for s in alone] == [
        ("parc_social", 1, "cannot be known", "lease: {n} declared at the dwelling", 1, True, True),
        ("registers", 0, "likely", "adults known at the dwelling: {n}", 2, False, True),
    ]  # fmt: skip
    assert {s.known_on for s in alone} == {SNAPSHOT}
    held = sorted(tuple(source for source, _ in m.sources) for m in found.members)
    assert held == [("liste_electorale",), ("liste_electorale", "parc_social")]
    assert [(e.event, e.person_id) for e in found.history] == [("formed", None)]


def test_whoever_is_gone_is_told_with_the_reason_and_the_day() -> None:
    dead: Row = {"cle_identite": "key-a", "date_deces": D(2026, 1, 1), "date_fichier": D(2026, 2, 1)}
    roll = [elector("a", date_liste=day, known_on=day) for day in (D(2025, 12, 1), SNAPSHOT)]
    found = explained("a", liste_electorale=roll, deces_publics=[dead])
    assert found is not None
    (member,) = found.members
    assert (member.presence, member.reason, member.known_on) == (
        "deceased",
        "public death file",
        D(2026, 2, 1),
    )
    assert found.statements == () and [e.event for e in found.history] == ["formed", "left", "dissolved"]


@pytest.mark.parametrize("objects", [True, False])
def test_nothing_is_told_of_a_dwelling_where_somebody_objected(objects: bool) -> None:
    roll = [elector("a"), elector("b", id_logement="flat-a", opposition=objects)]
    assert (explained("a", liste_electorale=roll) is None) == objects


def test_of_a_name_that_no_household_has_nothing_is_told() -> None:
    assert explained("nobody", liste_electorale=[elector("a")]) is None
