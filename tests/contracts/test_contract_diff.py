"""Every kind of change to a contract, drawn once: what is changed, how it is graded, what is said of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.contract import EMITTED, SOURCES, Column, Contract, PairRule, load
from data_contracts.contract_diff import GRADES, KINDS, Change, diff
from data_contracts.contract_terms import Period, Reference
from reports.words import words

LEASES = replace(load("parc_social"), frame_columns=())
Edit = Callable[[Contract], Contract]


def column(name: str, **changed: object) -> Edit:
    def edit(contract: Contract) -> Contract:
        columns = (replace(c, **changed) if c.name == name else c for c in contract.columns)  # type: ignore[arg-type]
        return replace(contract, columns=tuple(columns))

    return edit


def without(name: str) -> Edit:
    return lambda c: replace(c, columns=tuple(x for x in c.columns if x.name != name))


def added(header: str, **changed: object) -> Edit:
    plain: Column = next(c for c in LEASES.columns if c.name == "etage")
    new = replace(plain, header=header, aliases=(), **changed)  # type: ignore[arg-type]
    return lambda c: replace(c, columns=(*c.columns, new))


def term(**changed: object) -> Edit:
    return lambda c: replace(c, **changed)  # type: ignore[arg-type]


def kept(**changed: object) -> Edit:
    return lambda c: replace(c, retention=replace(c.retention, **changed))  # type: ignore[arg-type]


def volume(**changed: object) -> Edit:
    assert LEASES.volume is not None
    return term(volume=replace(LEASES.volume, **changed))  # type: ignore[arg-type]


B, T, C = GRADES
ALIASES = next(c.aliases for c in LEASES.columns if c.name == "nb_occupants")
MEMBERS = PairRule(name="pas plus de pièces que de m²", earlier="nb_pieces", later="surface_hab")

# what is changed                                        grade  kind                               column            before → after
CHANGES: list[tuple[Edit, str, str, str | None, str, str]] = [
    (without("etage"),                                      B, "column removed",                   "etage",          "", ""),
    (column("etage", header="NIVEAU", aliases=("ETAGE",)),  B, "column renamed",                   "etage",          "etage", "niveau"),
    (added("BALCON", may_be_absent=False),                  B, "column added, files must have it", "balcon",         "", ""),
    (added("BALCON", may_be_absent=True),                   C, "column added, files may lack it",  "balcon",         "", ""),
    (column("id_adresse", may_be_absent=False),             B, "files must have the column",       "id_adresse",     "", ""),
    (column("etage", may_be_absent=True),                   C, "files may lack the column",        "etage",          "", ""),
    (column("nb_pieces", kind="number"),                    B, "type",                             "nb_pieces",      "integer", "number"),
    (column("surface_hab", unit="pieds carrés"),            B, "unit",                             "surface_hab",    "m²", "pieds carrés"),
    (column("quartier", width=3),                           B, "leading zeros",                    "quartier",       "2", "3"),
    (column("id_logement", is_key=True),                    B, "key",                              None,             "date_arrete, id_bail", "date_arrete, id_bail, id_logement"),
    (term(grain="une ligne par logement"),                  B, "grain",                            None,             "une ligne par bail et par date d'arrêté", "une ligne par logement"),
    (column("qpv", is_protected=False),                     B, "protected",                        "qpv",            "yes", "no"),
    (column("id_bail", identifies=None),                    B, "whom it identifies",               "id_bail",        "person", ""),
    (column("nb_occupants", is_required=True),              T, "value required",                   "nb_occupants",   "", ""),
    (column("id_bail", is_required=False),                  C, "value no longer required",         "id_bail",        "", ""),
    (column("id_logement", is_unique=True),                 T, "value unique",                     "id_logement",    "", ""),
    (column("activite_titulaire", allowed=("EMPLOI", "CHOMAGE", "RETRAITE", "ETUDES", "AUTRE")),
                                                            T, "values removed",                   "activite_titulaire", "NR", ""),
    (column("sexe", allowed=("M", "F", "X")),               C, "values added",                     "sexe",           "", "X"),
    (column("id_bail", allowed=("1", "2")),                 T, "values listed",                    "id_bail",        "", "1, 2"),
    (column("sexe", allowed=()),                            C, "values no longer listed",          "sexe",           "M, F", ""),
    (column("nb_mineurs", maximum=12),                      T, "range narrowed",                   "nb_mineurs",     "0 … 15", "0 … 12"),
    (column("surface_hab", minimum=None),                   C, "range widened",                    "surface_hab",    "5 … 500", "≤ 500"),
    (column("id_bail", pattern="^B"),                       T, "form",                             "id_bail",        "", "^B"),
    (column("cle_usage", pattern=None),                     C, "form no longer asked",             "cle_usage",      "^[0-9a-f]{32}$", ""),
    (column("nb_occupants", aliases=ALIASES[1:]),           B, "alias removed",                    "nb_occupants",   ALIASES[0], ""),
    (column("nb_occupants", aliases=(*ALIASES, "NB_PERS")), C, "alias added",                      "nb_occupants",   "", "NB_PERS"),
    (column("etage", description="Étage."),                 C, "meaning",                          "etage",          "Étage (0 = rez-de-chaussée).", "Étage."),
    (term(gate="open"),                                     B, "gate",                             None,             "closed", "open"),
    (term(frame_columns=("sexe",)),                         B, "columns through the frame gate",   None,             "", "sexe"),
    (term(legal_basis="aucune"),                            B, "legal basis",                      None,             LEASES.legal_basis, "aucune"),
    (term(purpose="autre"),                                 B, "purpose",                          None,             LEASES.purpose, "autre"),
    (term(limitations="aucune"),                            B, "forbidden uses",                   None,             LEASES.limitations, "aucune"),
    (term(shows_rejected_values=True),                      B, "rejected values shown",            None,             "", ""),
    (term(known_on=("date_entree",)),                       B, "known on",                         None,             "date_arrete", "date_entree"),
    (term(delivery="events"),                               B, "kind of delivery",                 None,             "snapshot", "events"),
    (kept(period=Period(years=4)),                          B, "kept longer",                      None,             "3 ans", "4 ans"),
    (kept(period=Period(months=18)),                        T, "kept shorter",                     None,             "3 ans", "18 mois"),
    (kept(counted_from="delivered_on"),                     B, "kept from another day",            None,             "date_arrete", "delivered_on"),
    (term(rejection_threshold=0.01),                        T, "rejection threshold lowered",      None,             "0.05", "0.01"),
    (term(rejection_threshold=0.2),                         C, "rejection threshold raised",       None,             "0.05", "0.2"),
    (term(pair_rules=(*LEASES.pair_rules, MEMBERS)),        T, "row rule added",                   None,             "", MEMBERS.name),
    (term(pair_rules=LEASES.pair_rules[1:]),                C, "row rule removed",                 None,             LEASES.pair_rules[0].name, ""),
    (volume(minimum=0.9),                                   T, "delivery rule tightened",          None,             "volume: 0.8 … 1.25", "volume: 0.9 … 1.25"),
    (volume(from_rows=50),                                  T, "delivery rule tightened",          None,             "judged from 100 rows", "judged from 50 rows"),
    (term(shifts=LEASES.shifts[1:]),                        C, "delivery rule loosened",           "quartier",       "shift: ≤ 0.1", ""),
    (term(freshness_days=60),                               C, "delivery rule loosened",           None,             "freshness: ≤ 45", "freshness: ≤ 60"),
    (term(references=(*LEASES.references, Reference(column="id_adresse", source="etablissements", target="id_adresse"))),
                                                            T, "delivery rule tightened",          "id_adresse",     "", "exists in etablissements.id_adresse: ≤ 0"),
    (term(owner="autre"),                                   C, "owner",                            None,             "Bailleur social", "autre"),
    (term(frequency=Period(months=3)),                      C, "frequency",                        None,             "1 mois", "3 mois"),
    (term(latency_days=20),                                 C, "latency",                          None,             "10", "20"),
]  # fmt: skip
BACKWARDS = {
    "value unique": "value no longer unique",
    "rejected values shown": "rejected values no longer shown",
}


@pytest.mark.parametrize(("edit", "grade", "kind", "name", "before", "after"), CHANGES)
def test_one_change_is_told_once_with_its_grade(
    edit: Edit, grade: str, kind: str, name: str | None, before: str, after: str
) -> None:
    (change,) = diff(LEASES, edit(LEASES))
    assert change == Change(kind=kind, column=name, before=before, after=after)
    assert change.grade == grade


@pytest.mark.parametrize(
    ("edit", "kind", "back"), [(e, k, BACKWARDS[k]) for e, _, k, *_ in CHANGES if k in BACKWARDS]
)
def test_taking_it_back_is_a_change_too(edit: Edit, kind: str, back: str) -> None:
    assert [c.kind for c in diff(edit(LEASES), LEASES)] == [back]


def test_every_kind_of_change_is_drawn_here_and_said_in_french() -> None:
    assert {k for _, _, k, *_ in CHANGES} | {*BACKWARDS.values()} == {*KINDS}
    say = words("fr")
    assert all(say(k) and say(KINDS[k][1]) for k in KINDS)


@pytest.mark.parametrize("source", [*SOURCES, *EMITTED])
def test_a_contract_changes_nothing_against_itself(source: str) -> None:
    assert diff(load(source), load(source)) == ()


def test_an_interval_that_moved_is_narrower_on_one_side_and_wider_on_the_other() -> None:
    moved = diff(LEASES, column("etage", minimum=0, maximum=80)(LEASES))
    assert [(c.kind, c.before, c.after) for c in moved] == [
        ("range narrowed", "-2 … 60", "0 … 80"),
        ("range widened", "-2 … 60", "0 … 80"),
    ]


def test_a_new_name_without_the_old_one_as_alias_is_another_column() -> None:
    found = diff(LEASES, column("etage", header="NIVEAU")(LEASES))
    assert [(c.kind, c.column) for c in found] == [
        ("column removed", "etage"),
        ("column added, files must have it", "niveau"),
    ]


@given(st.lists(st.sampled_from(range(len(CHANGES))), max_size=6))
def test_the_worst_comes_first_whatever_is_changed(chosen: list[int]) -> None:
    after = LEASES
    for number in chosen:
        after = CHANGES[number][0](after)
    grades = [GRADES.index(c.grade) for c in diff(LEASES, after)]
    assert grades == sorted(grades)
