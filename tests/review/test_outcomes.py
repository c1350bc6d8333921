"""What visits found, through the pages: entered, refused, corrected, judged; who may; what the case does."""

import html
import re
from datetime import date

import pytest
from sqlalchemy import select

from review.desk import Desk
from review.tables.trail import TrailLine
from review.visits.outcome_handover import rows_to_hand_over
from tests.review.desk_sample import Clock, Register, Seat, a_desk, case_of, line, seat, take, taken
from tests.review.outcome_sample import LSNS_9, enter, form, on_a_round, to_visit, visit_of


@pytest.fixture
def expert(desk: Desk) -> Seat:
    """Somebody of the unit."""
    return seat(desk, "expert")


def said(page: str) -> str:
    """Text as it is read, spaces apart."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_visit_is_entered_and_says_what_it_adds_up_to(desk: Desk) -> None:
    visitor = seat(desk, "visitor")
    to_visit(desk, 1)
    on_a_round(desk, "visitor", 1)
    case = case_of(desk, 1)
    networks = {"reseau_famille": "0", "reseau_amis": "1"}
    visit_id = enter(
        visitor,
        case,
        **LSNS_9,
        **networks,
        ucla3_1="3",
        time_of_day="SOIREE",
        besoin_repas="1",
        follow_up="CCAS",
    )
    page = said(visitor.get(f"/visits/{visit_id}").text)
    assert "réseau faible (LSNS-6 : 9 sur 30, seuil 12)" in page
    assert "liens faibles avec la famille (5 sur 15, seuil 6)" in page
    assert "UCLA-3 : pas de total (réponses : 1 sur 3)" in page and "au moins un réseau vivant" in page
    assert "Besoins : repas" in page and "Suite : le CCAS prend le relais" in page
    visit, after = visit_of(desk, visit_id), case_of(desk, 1)
    assert (after.state, after.due_on, after.severity) == ("met", date(2026, 11, 17), None)
    assert (visit.list_on, visit.arm, visit.drawing_probability) == (date(2026, 11, 2), "MODELE", None)
    assert (visit.revision, [one.because for one in visit.revisions]) == (1, ["ENTERED"])


def test_the_next_steps_stand_apart_in_one_row(desk: Desk, expert: Seat) -> None:
    """Of a household of two; ``.buttons`` keeps what looks like a button from touching the next one, also over two lines."""
    (case,) = to_visit(desk, 7)
    page = expert.get(f"/visits/{enter(expert, case)}").text
    rows = re.findall(r'<p class="buttons">(.*?)</p>', page, re.DOTALL)
    assert [row.count('class="button"') for row in rows] == [3]


@pytest.mark.parametrize(
    ("born", "expected"),
    [(1940, "réseau faible"), (1966, "réseau faible"), (1967, "pas de total"), (None, "pas de total")],
)
def test_the_age_is_that_of_the_year_of_the_visit(
    desk: Desk, expert: Seat, born: int | None, expected: str
) -> None:
    take(desk, taken("2026-11-03-run", [line(20, born=born)], date(2026, 11, 3)))
    visit_id = enter(expert, case_of(desk, 20), **LSNS_9)
    assert expected in said(expert.get(f"/visits/{visit_id}").text)


@pytest.mark.parametrize(
    ("outcome", "state", "due", "because"),
    [
        ("ABSENT", "to_retry", date(2026, 11, 13), None),
        ("REFUS", "closed", None, "REFUS"),
        ("DEMENAGE", "closed", None, "DEMENAGE"),
        ("DECEDE", "closed", None, "DECEDE"),
        ("ETABLISSEMENT", "closed", None, "ETABLISSEMENT"),
        ("INTROUVABLE", "closed", None, "INTROUVABLE"),
    ],
)
def test_the_case_goes_where_the_outcome_says(
    desk: Desk, expert: Seat, outcome: str, state: str, due: date | None, because: str | None
) -> None:
    (case,) = to_visit(desk, 1)
    enter(expert, case, outcome)
    after = case_of(desk, 1)
    assert (after.state, after.due_on, after.closed_because) == (state, due, because)


def test_after_three_absences_the_unit_decides(desk: Desk, expert: Seat, clock: Clock) -> None:
    to_visit(desk, 7)
    for day, state in ((3, "to_retry"), (8, "to_retry"), (16, "to_debate")):
        clock.at = clock.at.replace(day=day, hour=10)
        expert = Seat(desk, "expert")
        for person in ("1", "2"):  # two people whom one visit did not find are one absence
            enter(expert, case_of(desk, 7), "ABSENT", visited_on=f"2026-11-{day:02}", person=person)
        assert case_of(desk, 7).state == state
    assert case_of(desk, 7).due_on is None


REFUSED = [
    ({"visited_on": ""}, "Quand était-ce ?"),
    ({"visited_on": "2026-11-04"}, "La date est à venir"),
    ({"visited_on": "2026-11-01"}, "La date est trop ancienne"),
    ({"person": ""}, "Qui était-ce ?"),
    ({"person": "2"}, "Qui était-ce ?"),
    ({"person": "é"}, "Qui était-ce ?"),
    ({"outcome": "PARTI"}, "Quelle est l’issue ?"),
    ({"visitor_role": ""}, "Dites qui est venu"),
    ({"time_of_day": "NUIT"}, "Ce n’est pas un choix possible"),
    ({"follow_up": "AUTRE"}, "Ce n’est pas un choix possible"),
    ({"lsns6_1": "6"}, "Une réponse du LSNS-6 est un nombre entier de 0 à 5."),
    ({"lsns6_6": "x"}, "Une réponse du LSNS-6 est un nombre entier de 0 à 5."),
    ({"ucla3_2": "0"}, "Une réponse de l’UCLA-3 est un nombre entier de 1 à 3."),
    ({"reseau_amis": "2"}, "Un réseau vaut 1 (vivant) ou 0 (non)."),
    ({"besoin_repas": "3"}, "Un besoin vaut 1 (oui) ou 0 (non)"),
    ({"outcome": "ABSENT", "lsns6_1": "0"}, "Personne n’a été rencontré, et pourtant il y a des réponses"),
    ({"outcome": "REFUS", "none_because": "FAMILLE"}, "Personne n’a été rencontré, et pourtant il y a des réponses"),
    ({"besoin_repas": "1", "none_because": "FAMILLE"}, "Un besoin, et aucun besoin"),
    ({"objected": "1", "lsns6_1": "0"}, "Qui s’oppose est laissé de côté"),
    ({"objected": "1", "outcome": "ABSENT"}, "Personne n’était là pour s’opposer"),
]  # fmt: skip


@pytest.mark.parametrize(("other", "sentence"), REFUSED, ids=[f"{tuple(o)}-{s[:12]}" for o, s in REFUSED])
def test_what_cannot_be_is_refused_with_a_sentence_and_keeps_what_was_typed(
    desk: Desk, expert: Seat, other: dict[str, str], sentence: str
) -> None:
    (case,) = to_visit(desk, 1)
    answer = expert.post(
        "/visits/new",
        **form(case, **({"lsns6_2": "4"} | other)) if "lsns6_1" in other else form(case, **other),
    )
    assert answer.status_code == 422 and sentence in said(answer.text)
    if "lsns6_1" in other:
        assert 'name="lsns6_2" value="4"' in answer.text
    assert case_of(desk, 1).state == "to_visit"


def test_partial_answers_are_kept_as_they_are(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 1)
    visit = visit_of(desk, enter(expert, case, lsns6_1="0", besoin_repas="0"))
    assert (visit.lsns6_1, visit.lsns6_2, visit.besoin_repas, visit.besoin_visite) == (0, None, False, None)


def test_a_reason_for_no_need_means_that_nothing_is_needed(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 1)
    visit_id = enter(expert, case, none_because="FAMILLE")
    visit = visit_of(desk, visit_id)
    assert (visit.besoin_repas, visit.besoin_menage) == (False, False)
    assert "Aucun besoin : la famille aide" in said(expert.get(f"/visits/{visit_id}").text)


def test_the_newest_list_by_the_day_of_the_visit_counts(desk: Desk, expert: Seat, clock: Clock) -> None:
    take(desk, taken("2026-11-10-run", [line(5, arm="MODELE")], date(2026, 11, 10)))
    clock.turn(days=10)
    expert = Seat(desk, "expert")
    early = visit_of(desk, enter(expert, case_of(desk, 5), "ABSENT", visited_on="2026-11-09"))
    late = visit_of(desk, enter(expert, case_of(desk, 5), "ABSENT", visited_on="2026-11-10"))
    assert (early.list_on, early.arm, early.drawing_probability) == (date(2026, 11, 2), "EXPLORATION", 0.01)
    assert (late.list_on, late.arm, late.drawing_probability) == (date(2026, 11, 10), "MODELE", None)


def test_a_visitor_enters_only_where_their_own_round_rings_and_sees_only_their_own(desk: Desk) -> None:
    north, expert = seat(desk, "north", "visitor"), seat(desk, "expert")
    seat(desk, "south", "visitor")
    to_visit(desk, 7, 2, 1)
    assert "À visiter" not in north.get("/visits/new").text, "on no round yet"
    on_a_round(desk, "north", 7)
    on_a_round(desk, "south", 2)
    mine, theirs, nobodys = (case_of(desk, n) for n in (7, 2, 1))
    assert mine.quartier == "02" == nobodys.quartier
    offered = north.get("/visits/new").text
    assert [one.household_id[:9] in offered for one in (mine, theirs, nobodys)] == [True, False, False]
    for case in (theirs, nobodys, case_of(desk, 5)):  # another's round; on none; not decided yet
        assert north.get(f"/visits/new?case={case.id}").status_code == 404
        assert north.get(f"/visits/new?household={case.household_id}").status_code == 422
        assert north.post("/visits/new", **form(case)).status_code == 404
        assert north.post("/visits/new", **form(case, version=99)).status_code == 404
        assert north.post("/visits/new", **form(case, visited_on="")).status_code == 404
    first = enter(north, mine)
    other = enter(expert, theirs)
    assert (
        north.get(f"/visits/{first}").status_code == 200 and north.get(f"/visits/{other}").status_code == 404
    )
    assert other not in north.get("/visits").text and other in expert.get("/visits").text
    second = enter(north, case_of(desk, 7), person="2")
    assert visit_of(desk, second).member_id != visit_of(desk, first).member_id
    assert north.get(f"/visits/{first}/correct").status_code == 403


def test_a_visitor_comes_too_late_the_next_day(desk: Desk, clock: Clock) -> None:
    visitor = seat(desk, "visitor")
    to_visit(desk, 7)
    on_a_round(desk, "visitor", 7)
    enter(visitor, case_of(desk, 7))
    clock.turn(days=1)
    visitor = Seat(desk, "visitor")
    assert visitor.post("/visits/new", **form(case_of(desk, 7), person="2")).status_code == 404


def test_a_household_that_another_round_plans_meanwhile_is_no_longer_theirs(desk: Desk, clock: Clock) -> None:
    first, _ = seat(desk, "first", "visitor"), seat(desk, "second", "visitor")
    to_visit(desk, 7)
    on_a_round(desk, "first", 7)
    enter(first, case_of(desk, 7), "ABSENT")
    case = case_of(desk, 7)
    assert case.household_id[:9] in first.get("/visits/new").text, "absent: they may ring again"
    clock.turn(days=1)
    on_a_round(desk, "second", 7)
    first, second = Seat(desk, "first"), Seat(desk, "second")
    assert first.get(f"/visits/new?case={case.id}").status_code == 404
    assert second.get(f"/visits/new?case={case.id}").status_code == 200
    clock.turn(days=7 * 6)
    assert Seat(desk, "second").get(f"/visits/new?case={case.id}").status_code == 404, "long ago"


def test_a_household_is_called_as_the_paper_has_it(desk: Desk, expert: Seat) -> None:
    take(desk, taken("2026-11-03-run", [line(0xABC0000000)], date(2026, 11, 3)))
    called = case_of(desk, 0xABC0000000).household_id[:9]
    page = expert.get(f"/visits/new?household={called.lower()}").text
    assert "LSNS-6, question 1" in said(page) and "personne 1, née en 1940" in said(page)
    assert expert.get("/visits/new?household=H0000").status_code == 422


def test_a_door_of_nobody_known_is_a_place_only(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 1)
    visit_id = enter(expert, case, person="0", **LSNS_9)
    with desk.database.reading() as session:
        (row,) = rows_to_hand_over(session)
    assert (row["ID_VISITE"], row["ID_LOGEMENT"]) == (visit_id, case.id_logement)
    assert {row[name] for name in ("SEXE", "ANNEE_NAISSANCE", "CLE_IDENTITE", "CLE_NOM_ADRESSE")} == {""}


def test_the_same_visit_is_not_entered_twice(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 1)
    enter(expert, case)
    answer = expert.post("/visits/new", **form(case_of(desk, 1)))
    assert answer.status_code == 422 and "Cette visite est déjà saisie" in answer.text


def test_who_was_slower_keeps_what_they_typed(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 7)
    enter(expert, case, person="1")
    slower = expert.post("/visits/new", **form(case, person="2", lsns6_1="5"))
    assert slower.status_code == 409 and 'name="lsns6_1" value="5"' in slower.text
    assert f'name="version" value="{case_of(desk, 7).version}"' in slower.text


def test_an_objection_at_the_door_holds_at_once(desk: Desk, expert: Seat, register: Register) -> None:
    (case,) = to_visit(desk, 1)
    before = enter(expert, case, "ABSENT", time_of_day="MATIN")
    assert before in expert.get("/visits").text
    answer = expert.post("/visits/new", **form(case_of(desk, 1), "REFUS", objected="1"))
    assert answer.headers["location"] == f"/cases/{case.id}?said=objected"
    assert case_of(desk, 1).state == "objected"
    assert {name for entry in register.entries for name in entry} == {"CLE_IDENTITE", "ID_LOGEMENT"}
    with desk.database.reading() as session:
        assert rows_to_hand_over(session) == []
    assert before not in expert.get("/visits").text
    assert expert.get(f"/visits/{before}").status_code == 404
    changed = expert.post(f"/visits/{before}/correct", **form(case, because="TYPING", version=1))
    assert changed.status_code == 404
    assert expert.get(f"/visits/new?case={case.id}").status_code == 400


def test_a_visitor_to_whom_somebody_objects_comes_back_to_their_visits(desk: Desk) -> None:
    visitor = seat(desk, "visitor")
    to_visit(desk, 1)
    on_a_round(desk, "visitor", 1)
    case = case_of(desk, 1)
    answer = visitor.post("/visits/new", **form(case, "REFUS", objected="1"))
    assert answer.headers["location"] == "/visits?said=objected"
    assert case.id not in visitor.get("/visits?said=objected").text


def test_to_refuse_a_visit_is_no_objection(desk: Desk, expert: Seat, register: Register) -> None:
    (case,) = to_visit(desk, 1)
    enter(expert, case, "REFUS")
    assert (case_of(desk, 1).state, register.entries) == ("closed", [])


def test_a_correction_is_a_new_wording_with_its_reason(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 1)
    visit_id = enter(expert, case, **LSNS_9)
    again = form(
        case, because="READING", version=visit_of(desk, visit_id).version, **(LSNS_9 | {"lsns6_6": "5"})
    )
    assert 'value="3"' in expert.get(f"/visits/{visit_id}/correct").text
    assert expert.post(f"/visits/{visit_id}/correct", **(again | {"because": ""})).status_code == 422
    answer = expert.post(f"/visits/{visit_id}/correct", **again)
    assert answer.headers["location"] == f"/visits/{visit_id}?said=saved"
    visit = visit_of(desk, visit_id)
    assert [(one.content["lsns6_6"], one.because, one.by) for one in visit.revisions] == [(3, "ENTERED", "expert"), (5, "READING", "expert")]  # fmt: skip
    page = said(expert.get(f"/visits/{visit_id}").text)
    assert "mal lu sur la fiche" in page and "LSNS-6 2 1 2 0 1 3" in page and "LSNS-6 2 1 2 0 1 5" in page
    slower = expert.post(f"/visits/{visit_id}/correct", **(again | {"lsns6_1": "4"}))
    assert (slower.status_code, "plus rapide" in slower.text) == (409, True)
    assert 'name="lsns6_1" value="4"' in slower.text and 'value="READING" selected' in slower.text
    assert f'name="version" value="{visit_of(desk, visit_id).version}"' in slower.text
    unchanged = again | {"version": visit.version}
    assert expert.post(f"/visits/{visit_id}/correct", **unchanged).status_code == 422


def test_a_correction_that_the_case_cannot_follow_is_shown_to_the_unit(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 1)
    visit_id = enter(expert, case)
    expert.post(f"/visits/{visit_id}/judge", version=visit_of(desk, visit_id).version, judgement="2")
    assert (case_of(desk, 1).severity, case_of(desk, 1).state) == (2, "met")
    again = form(case, "ABSENT", because="TYPING", version=visit_of(desk, visit_id).version)
    answer = expert.post(f"/visits/{visit_id}/correct", **again)
    assert answer.headers["location"].endswith("said=visit-look")
    visit, after = visit_of(desk, visit_id), case_of(desk, 1)
    assert (after.state, after.severity, visit.judgement, visit.is_to_look_at) == ("met", None, None, True)
    assert visit_id in expert.get("/visits?which=to_look_at").text
    expert.post(f"/visits/{visit_id}/looked-at", version=visit.version)
    assert visit_id not in expert.get("/visits?which=to_look_at").text


def test_the_case_bears_the_gravest_judgement_of_the_newest_day(
    desk: Desk, expert: Seat, clock: Clock
) -> None:
    to_visit(desk, 7)
    clock.turn(days=2)
    expert = Seat(desk, "expert")
    ids = [
        enter(expert, case_of(desk, 7), person=person, visited_on=day)
        for person, day in (("1", "2026-11-03"), ("1", "2026-11-04"), ("2", "2026-11-04"))
    ]
    for visit_id, judgement, severity in zip(ids, "312", (3, 1, 2), strict=True):
        assert visit_id in expert.get("/visits?which=to_judge").text
        answer = expert.post(
            f"/visits/{visit_id}/judge", version=visit_of(desk, visit_id).version, judgement=judgement
        )
        assert answer.status_code == 303 and case_of(desk, 7).severity == severity
        assert visit_id not in expert.get("/visits?which=to_judge").text
    assert [one.because for one in visit_of(desk, ids[0]).revisions] == ["ENTERED", "JUDGED"]


def test_only_who_was_met_is_judged(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 1)
    visit_id = enter(expert, case, "ABSENT")
    version = visit_of(desk, visit_id).version
    assert expert.post(f"/visits/{visit_id}/judge", version=version, judgement="2").status_code == 400
    assert expert.post(f"/visits/{visit_id}/judge", version=version, judgement="4").status_code == 422


def test_a_visit_is_moved_to_the_household_at_which_it_was(desk: Desk, expert: Seat) -> None:
    wrong, right = to_visit(desk, 1, 5)
    visit_id = enter(expert, wrong, **LSNS_9)
    move = {"version": visit_of(desk, visit_id).version, "household": right.household_id, "person": "1"}
    assert expert.post(f"/visits/{visit_id}/move", **(move | {"household": "H99999"})).status_code == 422
    answer = expert.post(f"/visits/{visit_id}/move", **move)
    assert answer.headers["location"].endswith("said=visit-moved")
    assert (case_of(desk, 1).state, case_of(desk, 5).state) == ("to_visit", "met")
    visit = visit_of(desk, visit_id)
    assert (visit.case_id, visit.arm, visit.drawing_probability) == (right.id, "EXPLORATION", 0.01)
    assert [one.content["household_id"] for one in visit.revisions] == [
        wrong.household_id,
        right.household_id,
    ]


def test_nothing_of_what_was_found_is_in_the_trail(desk: Desk, expert: Seat) -> None:
    (case,) = to_visit(desk, 1)
    visit_id = enter(expert, case, **LSNS_9)
    expert.get(f"/visits/{visit_id}")
    with desk.database.reading() as session:
        lines = list(session.scalars(select(TrailLine).where(TrailLine.who == "expert")))
    assert [one.action for one in lines] == ["enter visit", "see visit"]
    assert lines[0].facts == {"visit": visit_id, "revision": 1, "outcome": "VU", "objected": False}
    assert (lines[0].about, lines[1].about) == (case.id, visit_id)


def test_both_databases_keep_visits_alike(any_url: str, clock: Clock) -> None:
    found = a_desk(any_url, clock=clock)
    take(found)
    one, (first, second) = seat(found, "expert"), to_visit(found, 1, 7)
    visit_id = enter(one, first, "ABSENT", time_of_day="MATIN")
    again = form(first, because="TYPING", version=visit_of(found, visit_id).version, **LSNS_9)
    assert one.post(f"/visits/{visit_id}/correct", **again).status_code == 303
    version = visit_of(found, visit_id).version
    assert one.post(f"/visits/{visit_id}/judge", version=version, judgement="3").status_code == 303
    assert case_of(found, 1).severity == 3 and visit_id in one.get("/visits?which=mine&quartier=02").text
    assert one.get(f"/visits/new?household={second.household_id}").status_code == 200
    with found.database.reading() as session:
        (row,) = rows_to_hand_over(session)
    assert (row["ID_VISITE"], row["LSNS6_6"], row["JUGEMENT_UNITE"], row["OPPOSITION"]) == (
        visit_id,
        "3",
        "3",
        "N",
    )
    found.database.close()
