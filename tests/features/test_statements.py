"""What is said about a household, how strongly, and which source counts when two disagree."""

from datetime import date

import duckdb
import pytest

from features.alone import BANDS, FLAT_GIVEN, LIKELY, probability
from features.statements import KINDS, STRENGTHS, YOUNG
from tests.features.drawn import Row, build, elector, lease, service, warehouse

D = date
Said = dict[str, tuple[float | None, str, str]]
OLD = {"annee_naissance": 1940}


def built(**sources: list[Row]) -> duckdb.DuckDBPyConnection:
    connection = warehouse(**sources)
    build(connection)
    return connection


def said(**sources: list[Row]) -> Said:
    """Statement → (value, strength, source) of the only household, as it counts."""
    rows = built(**sources).execute(
        "select statement, value, strength, source from statements where is_retained"
    )
    return {statement: (value, strength, source) for statement, value, strength, source in rows.fetchall()}


def test_a_lease_declares_the_household() -> None:
    family = lease("l", "a", nb_occupants=3, nb_mineurs=2, type_menage="MONOPARENTAL")
    assert said(parc_social=[family]) == {
        "occupants": (3, "known", "parc_social"),
        "lives_alone": (0, "known", "parc_social"),
        "minors": (2, "known", "parc_social"),
        "couple": (0, "known", "parc_social"),
        "single_parent": (1, "known", "parc_social"),
        "members": (1, "likely", "registers"),
    }


@pytest.mark.parametrize(
    ("born", "entered", "occupants", "strength"),
    [
        (1987, D(2025, 11, 1), 1, "likely"),
        (1986, D(2025, 11, 1), 1, "known"),
        (1987, D(2025, 11, 2), 1, "known"),
        (1987, None, 1, "likely"),
        (None, D(2020, 1, 1), 1, "known"),
        (1987, D(2020, 1, 1), 2, "known"),
    ],
)
def test_that_somebody_young_declared_long_ago_to_live_alone_is_likely_only(
    born: int | None, entered: date | None, occupants: int, strength: str
) -> None:
    """Within the year they turn 40, and 365 days after the lease began, the declaration is known. Day of the frame: 2 November 2026."""
    flat = lease("l", "a", annee_naissance=born, date_entree=entered, nb_occupants=occupants)
    connection = built(parc_social=[flat])
    (found,) = connection.execute(
        "select lives_alone, lives_alone_strength, lives_alone_evidence from households"
    ).fetchall()
    told = "over a year ago" if entered else "on an unknown day"
    assert found[:2] == (occupants == 1, strength)
    assert (f"1 declared at the dwelling {told}, by somebody under {YOUNG}" in found[2]) == (
        strength == "likely"
    )


@pytest.mark.parametrize(
    ("kind", "couple", "parent"),
    [("SEUL", 0, 0), ("COUPLE", 1, 0), ("COUPLE_ENF", 1, 0), ("MONOPARENTAL", 0, 1), ("AUTRE", None, 0), (None, None, None)],
)  # fmt: skip
def test_the_kind_of_household_of_a_lease(kind: str | None, couple: int | None, parent: int | None) -> None:
    found = said(parc_social=[lease("l", "a", nb_occupants=2, type_menage=kind)])
    assert [found.get(name, (None,))[0] for name in ("couple", "single_parent")] == [couple, parent]


@pytest.mark.parametrize(
    "more",
    [{"nb_occupants": 0}, {"nb_occupants": None}, {"date_sortie": D(2009, 6, 1), "date_entree": D(2009, 1, 1)}],
    ids=["nobody declared", "nothing declared", "ended before"],
)  # fmt: skip
def test_a_lease_that_does_not_say_it_leaves_the_registers_statement(more: Row) -> None:
    found = said(liste_electorale=[elector("a", **OLD)], parc_social=[lease("l", "a", **(OLD | more))])
    assert found["lives_alone"] == (1, "likely", "registers")


def test_a_lease_for_one_where_two_adults_are_known_says_nothing_and_both_statements_are_kept() -> None:
    connection = built(
        liste_electorale=[elector("a"), elector("b", id_logement="flat-a")], parc_social=[lease("l", "a")]
    )
    rows = connection.execute(
        "select source, value, strength, is_retained, is_contradicted from statements where statement = 'lives_alone' order by 1"
    )
    assert rows.fetchall() == [
        ("parc_social", 1, "cannot be known", True, True),
        ("registers", 0, "likely", False, True),
    ]
    told = connection.execute("select lives_alone, lives_alone_strength, occupants, members from households")
    assert told.fetchall() == [(None, "cannot be known", 1, 2)]


def test_of_two_leases_of_a_household_the_fuller_counts() -> None:
    pair = [elector("a"), elector("b", id_logement="flat-a")]
    leases = [lease("l", "a"), lease("m", "b", id_logement="flat-a", nb_occupants=2)]
    assert said(liste_electorale=pair, parc_social=leases)["lives_alone"] == (0, "known", "parc_social")


def test_registers_that_see_fewer_than_a_lease_declares_do_not_contradict_it() -> None:
    found = built(
        liste_electorale=[elector("a", **OLD)], parc_social=[lease("l", "a", nb_occupants=2, **OLD)]
    )
    assert found.execute("select count(*) from statements where is_contradicted").fetchall() == [(0,)]


def act(kind: str, day: date, **more: object) -> Row:
    base: Row = {
        "id_evenement": kind,
        "type_evenement": kind,
        "date_evenement": day,
        "date_acte": day,
        "cle_identite": "key-a",
    }
    return (
        base | {"sexe": "F", "annee_naissance": 1950, "cle_identite_liee": "key-b", "sexe_liee": "M"} | more
    )


def test_an_act_between_two_members_says_couple_and_a_later_divorce_says_otherwise() -> None:
    pair = [elector("a"), elector("b", sexe="M", id_logement="flat-a")]
    wed, parted = act("MARIAGE", D(2024, 6, 1)), act("DIVORCE", D(2026, 6, 1))
    assert said(liste_electorale=pair, etat_civil=[wed])["couple"] == (1, "known", "etat_civil")
    assert said(liste_electorale=pair, etat_civil=[wed, parted])["couple"] == (0, "known", "etat_civil")
    elsewhere = [elector("a"), elector("b", sexe="M")]
    connection = built(liste_electorale=elsewhere, etat_civil=[wed])
    assert connection.execute("select count(*) from statements where statement = 'couple'").fetchall() == [
        (0,)
    ]


def test_an_act_and_a_lease_that_disagree_about_a_couple_leave_it_unknown() -> None:
    pair = [elector("a"), elector("b", sexe="M", id_logement="flat-a")]
    declared = lease("l", "a", nb_occupants=2, type_menage="MONOPARENTAL")
    found = said(liste_electorale=pair, etat_civil=[act("MARIAGE", D(2024, 6, 1))], parc_social=[declared])
    assert found["couple"] == (0, "cannot be known", "parc_social")


@pytest.mark.parametrize(
    ("year", "rows", "expected"),
    [
        (1946, [], (1, "likely")),
        (1947, [], (None, "cannot be known")),
        (1946, [elector("n", id_logement=None)], (None, "cannot be known")),
        (1946, [elector("n", id_logement=None, id_adresse="other street")], (1, "likely")),
        (1946, [elector("n", id_logement="flat-a")], (0, "likely")),
        (1946, [elector("n", id_logement="flat-a", annee_naissance=2015)], (0, "likely")),
    ],
    ids=["80", "79", "somebody without a flat at the address", "elsewhere", "another adult", "a child"],
)
def test_alone_of_whom_registers_show_nobody_else(
    year: int, rows: list[Row], expected: tuple[float | None, str]
) -> None:
    connection = built(liste_electorale=[elector("a", annee_naissance=year), *rows])
    told = connection.execute(
        "select value, strength from statements join members using (household_id) join people using (person_id)"
        " where statement = 'lives_alone' and is_retained and record_id = 'a'"
    )
    assert told.fetchall() == [expected]


def test_without_a_flat_nothing_is_said_of_who_lives_with_whom() -> None:
    found = said(liste_electorale=[elector("a", id_logement=None, **OLD)])
    assert found == {
        "members": (1, "cannot be known", "registers"),
        "lives_alone": (None, "cannot be known", "registers"),
    }


def test_a_minor_known_at_the_dwelling_is_said() -> None:
    child = service(
        "c",
        "PERISCOLAIRE",
        annee_naissance=2018,
        sexe="M",
        id_logement="flat-a",
        date_dernier_usage=D(2026, 10, 20),
    )
    assert said(liste_electorale=[elector("a")], usages_services=[child])["minors"] == (
        1,
        "likely",
        "registers",
    )


@pytest.mark.parametrize("unplaced", [0, 1, 9])
def test_the_chance_of_living_alone_is_bayes(unplaced: int) -> None:
    """Against the formula worked in plain arithmetic, at each border of age."""
    connection = duckdb.connect()
    for band in BANDS:
        for age in (band.from_age, band.from_age + 1):
            missed = band.unseen + (1 - band.unseen) * (1 - FLAT_GIVEN) * (unplaced > 0)
            expected = band.alone / (band.alone + (1 - band.alone) * missed)
            (found,) = connection.execute(f"select {probability(str(age), str(unplaced))}").fetchone() or (
                None,
            )
            assert found == pytest.approx(expected)
    assert LIKELY == 0.8


def test_statements_are_of_the_declared_kinds_and_one_of_each_counts() -> None:
    pair = [elector("a"), elector("b", id_logement="flat-a"), elector("c", id_logement=None)]
    connection = built(
        liste_electorale=pair,
        parc_social=[lease("l", "a", nb_occupants=2, nb_mineurs=0, type_menage="COUPLE")],
    )
    rows = connection.execute(
        "select household_id, statement, strength, is_retained from statements"
    ).fetchall()
    assert {statement for _, statement, _, _ in rows} <= set(KINDS) and {s for _, _, s, _ in rows} <= set(
        STRENGTHS
    )
    counting = [(household, statement) for household, statement, _, retained in rows if retained]
    assert len(counting) == len(set(counting)) == len({(h, s) for h, s, _, _ in rows})


def history(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, date]]:
    rows = connection.execute(
        "select event, known_on from household_history order by known_on, event"
    ).fetchall()
    return [(event, day) for event, day in rows]


def test_a_household_is_formed_joined_left_and_dissolved() -> None:
    months = {m: D(2026, m, 1) for m in (3, 5, 7, 9, 11)}
    a = [elector("a", date_liste=months[m], known_on=months[m]) for m in (3, 5, 7, 9, 11)]
    b = [elector("b", id_logement="flat-a", date_liste=months[m], known_on=months[m]) for m in (5, 7)]
    assert history(built(liste_electorale=a + b)) == [
        ("formed", months[3]),
        ("joined", months[5]),
        ("left", months[7]),
    ]
    gone = [elector("z", date_liste=months[11], known_on=months[11])]
    found = built(liste_electorale=a[:2] + gone)
    assert history(found) == [
        ("formed", months[3]),
        ("dissolved", months[5]),
        ("left", months[5]),
        ("formed", months[11]),
    ]


def test_a_member_left_on_the_day_on_which_a_returned_letter_was_known() -> None:
    left = elector("b", id_logement="flat-a", date_retour_npai=D(2026, 8, 1))
    found = history(built(liste_electorale=[elector("a"), left]))
    assert ("left", D(2026, 11, 1)) in found and not [e for e, _ in found if e == "dissolved"]


def test_whoever_lives_there_by_a_flat_number_that_was_once_given_has_not_left() -> None:
    early, now = D(2026, 3, 1), D(2026, 11, 1)
    rows = [elector("a", date_liste=early, known_on=early), elector("a", id_logement=None, date_liste=now, known_on=now)]  # fmt: skip
    connection = built(liste_electorale=rows)
    assert connection.execute("select id_logement, presence from members").fetchall() == [
        ("flat-a", "present")
    ]
    assert history(connection) == [("formed", early)]
