"""Opinions and decisions, through the pages."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from review.choices import BY_NAME, CHOICES
from review.desk import Desk
from review.states import CASE, DECIDABLE
from review.tables.cases import Case
from tests.review.desk_sample import Register, Seat, a_desk, case_of, seat, sqlite, take

VISIT = {"choice": "visit", "reason_visit": "RAISONS_CONFIRMEES", "visitor_role": "VOLONTAIRE"}


def decide(one: Seat, case: Case, **form: object) -> int:
    """The status of the answer."""
    return int(one.post(f"/cases/{case.id}/decide", version=case.version, **form).status_code)


def test_one_reader_decides(desk: Desk) -> None:
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    answer = expert.post(f"/cases/{case.id}/decide", version=case.version, **VISIT)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case.id}?said=decided")
    after = case_of(desk, 1)
    assert (after.state, str(after.due_on)) == ("to_visit", "2026-11-17")
    assert [(d.choice, d.settled_by, d.settled_by_whom) for d in after.decisions] == [
        ("visit", "UNE_LECTURE", "expert")
    ]
    assert "Proposer une visite" in expert.get(f"/cases/{case.id}").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Choisissez une décision"),
        ({"choice": "nonsense"}, "Choisissez une décision"),
        ({"choice": "visit", "visitor_role": "AGENT"}, "Choisissez un motif"),
        ({"choice": "visit", "reason_visit": "DEMENAGE", "visitor_role": "AGENT"}, "Choisissez un motif"),
        ({"choice": "visit", "reason_visit": "AUTRE"}, "Précisez qui vient"),
        ({"choice": "more", "reason_more": "AUTRE"}, "Donnez un jour"),
        ({"choice": "more", "reason_more": "AUTRE", "postponed_to": "2026-11-03"}, "Donnez un jour"),
        ({"choice": "more", "reason_more": "AUTRE", "postponed_to": "2027-11-04"}, "Donnez un jour"),
        ({"choice": "followed", "note": "x" * 2001}, "La note est trop longue"),
    ],
)
def test_what_is_not_complete_decides_nothing_and_keeps_what_was_typed(
    desk: Desk, form: dict[str, str], said: str
) -> None:
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    answer = expert.post(
        f"/cases/{case.id}/decide", version=case.version, note=form.pop("note", "à garder"), **form
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert "à garder" in answer.text or "xxx" in answer.text
    assert case_of(desk, 1).state == "to_review"


@pytest.mark.parametrize(
    "choice", [choice for choice in CHOICES if choice.name != "objection"], ids=lambda c: c.name
)
def test_each_decision_leads_where_its_row_says(desk: Desk, choice) -> None:  # type: ignore[no-untyped-def]
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    form = {
        "choice": choice.name,
        f"reason_{choice.name}": choice.reasons[0],
        "visitor_role": "AGENT",
        "postponed_to": "12/11/2026",
    }
    assert decide(expert, case, **form) == 303
    after = case_of(desk, 1)
    assert after.state == CASE.after("to_review", choice.action)
    due = {"visit": "2026-11-17", "contact": "2026-11-10", "refer": "2026-12-03", "more": "2026-11-12"}
    assert str(after.due_on) == due.get(choice.name, "None")


def test_whoever_was_slower_keeps_what_they_typed(two: Desk) -> None:
    first, second, case = seat(two, "premier", "expert"), seat(two, "second", "expert"), case_of(two, 1)
    assert decide(first, case, choice="refer", reason_refer="AUTRE", note="celle du premier") == 303
    form = {"choice": "none", "reason_none": "ENTOURAGE_PRESENT", "note": "vue mardi"}
    answer = second.post(f"/cases/{case.id}/decide", version=case.version, **form)
    assert (answer.status_code, "plus rapide" in answer.text) == (409, True)
    for kept in (
        'value="none" data-key="6" checked',
        'value="ENTOURAGE_PRESENT" selected',
        ">vue mardi</textarea>",
    ):
        assert kept in answer.text
    assert f'name="version" value="{case_of(two, 1).version}"' in answer.text
    assert "celle du premier" not in answer.text, "the first opinion stays hidden"
    assert decide(second, case_of(two, 1), **form) == 303


def test_whoever_was_slower_than_a_decision_reads_it_and_what_they_typed(desk: Desk) -> None:
    expert, slower, case = seat(desk, "expert"), seat(desk, "slower", "expert"), case_of(desk, 1)
    assert decide(expert, case, **VISIT) == 303
    form = {"choice": "none", "reason_none": "ENTOURAGE_PRESENT", "note": "vue mardi"}
    answer = slower.post(f"/cases/{case.id}/decide", version=case.version, **form)
    assert (answer.status_code, "plus rapide" in answer.text) == (409, True)
    typed = answer.text.split("Ce que vous aviez saisi")[1].split("</section>")[0]
    assert "vue mardi" in typed and "entourage" in typed
    assert case_of(desk, 1).state == "to_visit"
    now = case_of(desk, 1)
    expert.post(f"/cases/{case.id}/object", version=now.version)
    gone = slower.post(f"/cases/{case.id}/decide", version=now.version, **form)
    assert gone.status_code == 409 and "n’est plus sollicité" in gone.text


def test_what_was_decided_may_be_decided_again_and_both_stay(desk: Desk) -> None:
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    decide(expert, case, choice="none", reason_none="ENTOURAGE_PRESENT")
    expert.post(f"/cases/{case.id}/again", version=case_of(desk, 1).version)
    decide(expert, case_of(desk, 1), **VISIT)
    after = case_of(desk, 1)
    assert [(d.revision, d.choice) for d in after.decisions] == [(1, "none"), (2, "visit")]
    assert after.closed_because is None


@pytest.fixture
def two(tmp_path: Path) -> Desk:
    """Where two readers decide every case."""
    desk = a_desk(sqlite(tmp_path), second_look_share=1.0)
    take(desk)
    return desk


def test_two_readers_do_not_see_each_other_until_both_are_in(two: Desk) -> None:
    first, second, boss = (
        seat(two, login, role)
        for login, role in (("premier", "expert"), ("second", "expert"), ("auditor", "auditor"))
    )
    decide(first, case_of(two, 1), **VISIT, note="je la connais de vue")
    case = case_of(two, 1)
    assert (case.state, case.decisions, len(case.votes)) == ("second_look", [], 1)
    for other in (second, boss, first):
        html = other.get(f"/cases/{case.id}").text
        assert "je la connais" not in html
        assert "Ce qui a été décidé" not in html
        assert "premier" not in html[html.index("<main") :]
    assert "Que décidez-vous" in second.get(f"/cases/{case.id}").text
    assert "Un collègue donne aussi son avis" in first.get(f"/cases/{case.id}").text
    assert decide(first, case, choice="followed") == 400
    assert decide(second, case, **VISIT) == 303
    after = case_of(two, 1)
    assert (after.state, after.decisions[0].settled_by) == ("to_visit", "ACCORD")
    assert "je la connais" in second.get(f"/cases/{case.id}").text


def test_where_two_differ_the_unit_decides(two: Desk) -> None:
    first, second = seat(two, "first", "expert"), seat(two, "second", "expert")
    decide(first, case_of(two, 1), **VISIT)
    decide(second, case_of(two, 1), choice="none", reason_none="ENTOURAGE_PRESENT")
    case = case_of(two, 1)
    assert (case.state, case.decisions) == ("to_debate", [])
    page = first.get("/second-look").text
    assert case.household_id[:9] in page and "Proposer une visite" in page and "Sans suite" in page
    assert decide(first, case, choice="refer", reason_refer="AUTRE") == 303
    after = case_of(two, 1)
    assert (after.state, after.decisions[0].settled_by, len(after.votes)) == ("referred", "DEBAT", 2)


def test_agreement_counts_pairs_that_are_complete(two: Desk) -> None:
    first, second = seat(two, "first", "expert"), seat(two, "second", "expert")
    for number in range(1, 8):
        decide(first, case_of(two, number), choice="followed")
    for number in range(1, 6):
        decide(second, case_of(two, number), choice="followed")
    page = first.get("/second-look").text
    assert re.findall(r"<dd>(\d+)</dd>", page) == ["8", "2", "5", "5"]
    assert "Trop peu de dossiers" in page


def test_an_objection_holds_at_once_even_where_two_decide(two: Desk) -> None:
    first = seat(two, "first", "expert")
    assert decide(first, case_of(two, 1), choice="objection") == 303
    assert case_of(two, 1).state == "objected"


def test_one_click_objects_by_every_key_and_the_dwelling(desk: Desk, register: Register) -> None:
    expert, case = seat(desk, "expert"), case_of(desk, 7)
    answer = expert.post(f"/cases/{case.id}/object", version=case.version)
    assert answer.headers["location"] == f"/cases/{case.id}/letter?said=objected"
    assert expert.get(f"/cases/{case_of(desk, 1).id}/letter").status_code == 404, "nobody objected there"
    keys = [{"CLE_IDENTITE": member.cle_identite} for member in case.members]
    assert register.entries == [*keys, {"ID_LOGEMENT": case.id_logement}]
    assert len(keys) == 2
    letter = expert.get(f"/cases/{case.id}/letter").text
    for said in (
        "Votre opposition",
        "parc social",
        "CCAS, 1 place de la Mairie",
        "dpo@petiteville.example",
        "CNIL",
        "3 novembre 2026",
    ):
        assert said in letter
    assert expert.post(f"/cases/{case.id}/object", version=case_of(desk, 7).version).status_code == 400


def test_an_added_household_is_a_case_like_any_other(desk: Desk) -> None:
    expert = seat(desk, "expert")
    form = {
        "quartier": "02",
        "age_band": "40_59",
        "members": "1",
        "dwelling": "L99",
        "address": "A99",
        "key": "0123456789abcdef" * 2,
    }
    answer = expert.post("/cases/new", **form)
    where = answer.headers["location"].split("?")[0]
    assert expert.get(where).status_code == 200
    assert "ajouté par l’unité" in expert.get("/queue").text
    assert expert.post("/cases/new", **form).headers["location"].split("?")[0] == where
    for wrong in (
        {"key": "0123"},
        {"quartier": ""},
        {"age_band": "old"},
        {"members": "0"},
        {"dwelling": "12 rue Voltaire"},
    ):
        assert expert.post("/cases/new", **{**form, **wrong}).status_code == 422
    north = seat(desk, "north", "expert", groups=["Nord"])
    assert north.post("/cases/new", **{**form, "quartier": "03", "dwelling": "L98"}).status_code == 422


@given(st.sampled_from(sorted(BY_NAME)), st.sampled_from(DECIDABLE))
def test_every_decision_is_allowed_wherever_one_may_decide(name: str, state: str) -> None:
    assert BY_NAME[name].action in CASE.allowed(state)


class Deciding(RuleBasedStateMachine):
    """Three readers do as they like with one case; a slow obvious account of it must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.desk = a_desk(sqlite(Path(self.folder.name)), second_look_share=1.0)
        take(self.desk)
        self.seats = {login: seat(self.desk, login, "expert") for login in ("a", "b", "c")}
        self.opinions: dict[str, str] = {}
        self.settled: list[str] = []

    @rule(who=st.sampled_from("abc"), choice=st.sampled_from(["followed", "none"]))
    def decides(self, who: str, choice: str) -> None:
        case = case_of(self.desk, 1)
        status = decide(self.seats[who], case, choice=choice, reason_none="AUTRE")
        if case.state == "closed" or (case.state == "second_look" and who in self.opinions):
            assert status == 400
            return
        assert status == 303
        if case.state == "to_debate":
            self.settled.append(choice)
            return
        self.opinions[who] = choice
        if len(self.opinions) == 2 and len(set(self.opinions.values())) == 1:
            self.settled.append(choice)

    @precondition(lambda self: case_of(self.desk, 1).state == "closed")
    @rule(who=st.sampled_from("abc"))
    def opens_again(self, who: str) -> None:
        case = case_of(self.desk, 1)
        assert self.seats[who].post(f"/cases/{case.id}/again", version=case.version).status_code == 303
        self.opinions = {}

    @invariant()
    def the_account_agrees(self) -> None:
        case = case_of(self.desk, 1)
        assert [decision.choice for decision in case.decisions] == self.settled
        assert {
            vote.reader: vote.choice for vote in case.votes if vote.revision == case.revision
        } == self.opinions

    def teardown(self) -> None:
        self.desk.database.close()
        self.folder.cleanup()


TestDeciding = Deciding.TestCase
TestDeciding.settings = settings(max_examples=6, stateful_step_count=10, deadline=None)
