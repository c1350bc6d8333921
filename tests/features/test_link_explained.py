"""Why two records are one person: the figures are Splink's, they add up, and what was made of them is said."""

from datetime import date

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import known, linkage, people
from features.clusters import DOUBTFUL
from features.comparisons import COMPARISONS
from features.laying import AMBIGUOUS
from features.link_explained import MANY, Explained, Link, explain, labels
from tests.features.drawn import AS_OF, OPEN, Row, elector, lease, warehouse
from tests.features.test_linkage import act, loose, town

D = date


def explained(
    connection: duckdb.DuckDBPyConnection, record: str, source: str = "liste_electorale"
) -> Explained:
    known.open_views(connection, AS_OF, OPEN)
    people.link(connection)
    found = explain(connection, source, record)
    assert found is not None
    return found


def found(link: Link) -> dict[str, str]:
    return {w.comparison: w.label for w in link.weighed}


def stored(connection: duckdb.DuckDBPyConnection, link: Link) -> list[float]:
    """Weights that linkage kept of the two records."""
    rows = connection.execute(
        "select p.weight from pairs p join mentions l on l.mention_id = p.mention_l join mentions r on r.mention_id = p.mention_r"
        " where (l.source, l.record_id, r.source, r.record_id) in (($1, $2, $3, $4), ($3, $4, $1, $2))",
        [link.one.source, link.one.record_id, link.other.source, link.other.record_id],
    ).fetchall()
    return [weight for (weight,) in rows]


def adds_up(connection: duckdb.DuckDBPyConnection, link: Link) -> bool:
    total = link.prior + sum(w.bits for w in link.weighed)
    return total == pytest.approx(link.weight, abs=1e-9) and any(
        link.weight == pytest.approx(weight, abs=1e-9) for weight in stored(connection, link)
    )


def test_a_pair_by_identity_in_another_street() -> None:
    far = loose(cle_identite="key-a", id_adresse="far", id_logement="far")
    connection = warehouse(liste_electorale=[elector("a")], usages_services=[far])
    said = explained(connection, "a")
    (link,) = said.links
    assert (link.one.record_id, link.other.record_id) == ("a", "u") and said.apart == ()
    assert found(link) == {
        "names": "same name and birth date",
        "birth_year": "same year",
        "place": "other address",
        "sex": "same sex",
    }
    assert link.state == "sure" and link.prior == pytest.approx(-15.2877, abs=1e-4)
    assert adds_up(connection, link)
    assert said.model == linkage.model().cited


def test_a_pair_by_name_and_address_says_what_the_crowd_at_the_place_takes_away() -> None:
    """Other names at the address make one of them say less: the adjustment of the place."""
    one = [elector("a", id_logement=None)]
    crowd = [*one, *(elector(f"c{i}", id_logement=None, annee_naissance=1900 + i) for i in range(60))]
    user = loose(cle_nom_adresse="door-a", id_logement=None)
    adjustments = []
    for roll in (one, crowd):
        connection = warehouse(liste_electorale=roll, usages_services=[user])
        (link,) = explained(connection, "a").links
        assert found(link)["names"] == "same name at the address" and found(link)["place"] == "same address"
        assert adds_up(connection, link)
        adjustments.append({w.comparison: w.adjustment for w in link.weighed})
    assert adjustments[1]["place"] < adjustments[0]["place"]
    assert all(a[name] == 0 for a in adjustments for name in ("names", "birth_year", "sex"))


def test_a_missing_year_and_sex_say_nothing() -> None:
    users = [loose(cle_nom_adresse="door-a", annee_naissance=None, sexe=None)]
    connection = warehouse(liste_electorale=[elector("a")], usages_services=users)
    (link,) = explained(connection, "a").links
    silent = {
        w.comparison: w.bits for w in link.weighed if w.label in ("a year is missing", "a sex is missing")
    }
    assert silent == {"birth_year": 0.0, "sex": 0.0} and adds_up(connection, link)


def test_a_likely_pair_is_linked_because_nobody_else_is_in_question_and_else_is_a_doubt() -> None:
    misspelt = loose(cle_nom_adresse="misspelt")
    connection = warehouse(liste_electorale=[elector("a")], usages_services=[misspelt])
    (link,) = explained(connection, "a").links
    assert link.state == "likely" and linkage.LIKELY <= link.probability < linkage.SURE
    roll = [elector("a"), elector("b", id_logement="flat-a")]
    connection = warehouse(liste_electorale=roll, usages_services=[misspelt])
    said = explained(connection, "a")
    assert said.links == () and [(p.state, p.doubt) for p in said.apart] == [("left apart", DOUBTFUL)]
    assert len(explained(connection, "u", "usages_services").apart) == 2


def test_a_weak_pair_of_one_person_is_held_by_other_records() -> None:
    """The user bears a name at the door, the lease an identity and a misspelt door: between them only the flat, the age and the sex speak."""
    user, flat = loose(cle_nom_adresse="door-a"), lease("l", "a", cle_nom_adresse="misspelt")
    connection = warehouse(liste_electorale=[elector("a")], usages_services=[user], parc_social=[flat])
    said = explained(connection, "a")
    states = {p.one.record_id + p.other.record_id: p.state for p in said.links}
    assert states == {"au": "sure", "al": "sure", "lu": "through others"}


def test_a_pair_that_a_guard_refused_says_which_and_with_whom_the_other_is_one() -> None:
    twins = [elector("a", cle_phonetique="sound"), elector("b", cle_phonetique="sound", id_logement="flat-a")]
    users = [loose(cle_identite="key-b")]
    connection = warehouse(liste_electorale=twins, usages_services=users)
    said = explained(connection, "a")
    assert said.links == () and {p.doubt for p in said.apart} == {"two entries of the roll"}
    first = said.apart[0]
    assert {first.other.record_id, *(r.record_id for r in first.beside)} == {"b", "u"}
    assert all(adds_up(connection, pair) for pair in said.apart)


def test_a_pair_too_weak_to_be_counted_says_the_guard_between_its_persons() -> None:
    """A father and a son of one name and door: the doubt is refused before it is counted."""
    father = elector("f", sexe="M", cle_nom_adresse="door", id_logement="flat")
    son = loose(id_usager="s", sexe="M", annee_naissance=1980, cle_nom_adresse="door", id_logement="flat")
    said = explained(warehouse(liste_electorale=[father], usages_services=[son]), "f")
    assert [p.doubt for p in said.apart] == ["a generation apart"]


def test_somebody_who_may_as_well_be_another_is_told_so() -> None:
    father = elector("f", sexe="M", annee_naissance=1950, cle_nom_adresse="door", id_logement="flat")
    son = elector("s", sexe="M", annee_naissance=1980, cle_nom_adresse="door", id_logement="flat")
    either = loose(cle_nom_adresse="door", sexe="M", annee_naissance=None, id_logement="flat")
    connection = warehouse(liste_electorale=[father, son], usages_services=[either])
    assert [p.doubt for p in explained(connection, "u", "usages_services").apart] == [AMBIGUOUS] * 2


def test_the_second_person_of_an_act_may_be_asked_about() -> None:
    said = explained(warehouse(etat_civil=[act()]), "e", "etat_civil_liee")
    assert [p.doubt for p in said.apart] == ["both sides of an act"]
    assert (said.apart[0].one.source, said.apart[0].other.source) == ("etat_civil_liee", "etat_civil")


def test_a_record_that_a_key_names_is_shown_by_a_number() -> None:
    dead: Row = {"cle_identite": "key-a", "annee_naissance": 1950, "date_deces": D(2026, 9, 1)}
    connection = warehouse(liste_electorale=[elector("a")], deces_publics=[dead])
    said = explained(connection, "a")
    assert [r.record_id for r in said.records] == ["a", "#1"]
    assert "key-" not in str(said) and "door-" not in str(said) and "street" not in str(said)


def test_of_many_pairs_the_strongest_of_each_two_records_are_shown() -> None:
    days = [D(2026, month, 1) for month in range(3, 11)]
    roll = [
        elector("a", id_logement=f"flat-{d}", cle_nom_adresse=f"door-{d}", date_liste=d, known_on=d)
        for d in days
    ]
    leases = [
        lease("l", "a", date_arrete=d, known_on=d, id_logement="flat-a", annee_naissance=year)
        for d, year in zip(days[:2], (1950, 1951), strict=True)
    ]
    connection = warehouse(liste_electorale=roll, parc_social=leases)
    said = explained(connection, "a")
    assert len(said.links) == 1 and said.left_out == len(days) * 2 - 1 > MANY
    assert said.links[0].weight == pytest.approx(max(stored(connection, said.links[0])))


def test_nobody_else_and_nobody_at_all() -> None:
    connection = warehouse(liste_electorale=[elector("a")])
    said = explained(connection, "a")
    assert (len(said.records), said.links, said.apart) == (1, (), ())
    assert explain(connection, "liste_electorale", "nobody") is None


def test_the_levels_are_numbered_as_splink_numbers_them() -> None:
    connection = warehouse(liste_electorale=[elector("a")])
    explained(connection, "a")
    with linkage.linker_over(connection, linkage.model().settings, "mentions") as (linker, _):
        theirs = [
            {level.comparison_vector_value: level.label_for_charts for level in c.comparison_levels}
            for c in linker._settings_obj.comparisons
        ]
    assert [labels(c) for c in COMPARISONS] == theirs


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sources=town(), which=st.integers(0, 99))
def test_the_bars_add_up_to_the_weight_that_was_kept(sources: dict[str, list[Row]], which: int) -> None:
    connection = warehouse(**sources)
    known.open_views(connection, AS_OF, OPEN)
    people.link(connection)
    records = connection.execute("select source, record_id from linked order by all").fetchall()
    for source, record in records[which % max(len(records), 1) :][:2]:
        said = explain(connection, source, record)
        assert said is not None and all(adds_up(connection, link) for link in (*said.links, *said.apart))
        for pair in said.links:
            assert pair.doubt == "" and pair.beside == ()
