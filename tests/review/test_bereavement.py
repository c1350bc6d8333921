"""The bereavement register: by consent only, contacted within a window, emptied when the consent is withdrawn, read by no run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

import pipelines
from review.desk import Desk
from review.follow_up import bereavement
from review.follow_up.bereavement_choices import BEREAVED, UNTOUCHED, when, window
from review.me import Me
from review.tables.bereaved import Bereaved, BereavedStep
from review.tables.cases import Case
from review.tables.trail import TrailLine
from tests.review.desk_sample import SYSTEM, Clock, Seat, a_desk, case_of, line, seat, sqlite, take, taken

TODAY = date(2026, 11, 3)
FORM = {"form_number": "2026-17", "died_on": "2026-09-01", "consented_on": "2026-10-20", "quartier": "01"}


@pytest.fixture
def quiet(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """A desk whose list brings nobody into the register."""
    found = a_desk(sqlite(tmp_path), clock=clock)
    take(found, taken(lines=[line(1), line(2, quartier="03")]))
    yield found
    found.database.close()


def gather(desk: Desk) -> int:
    """As it is done when a list is taken in."""
    with desk.database.writing() as session:
        return bereavement.gather(session, desk.services.seal, desk.now(), SYSTEM)


def kept(desk: Desk) -> list[Bereaved]:
    """Every entry, with its steps."""
    with desk.database.reading() as session:
        found = list(session.scalars(select(Bereaved).order_by(Bereaved.form_number, Bereaved.id)))
        for entry in found:
            list(entry.steps)
        return found


def entered(desk: Desk, one: Seat, **other: str) -> Bereaved:
    """By hand, through the page."""
    answer = one.post("/bereavement/new", **(FORM | other))
    assert answer.status_code == 303, answer.text
    entry_id = answer.headers["location"].split("/")[2].split("?")[0]
    return next(entry for entry in kept(desk) if entry.id == entry_id)


def step(desk: Desk, one: Seat, entry: Bereaved, measure: str, **more: object) -> int:
    """The status of a step on an entry as it is now."""
    now = next(other for other in kept(desk) if other.id == entry.id)
    form = {"version": now.version, "measure": measure, **more}
    status: int = one.post(f"/bereavement/{entry.id}/step", **form).status_code
    return status


def groups(html: str) -> dict[str, list[str]]:
    """Group of the page → entries in it."""
    parts = re.split(r"<h2>([^<]+?) <small>\(\d+\)</small></h2>", html)
    return {title: re.findall(r'class="open" href="[^"]+">([^<]+)<', part) for title, part in zip(parts[1::2], parts[2::2], strict=True)}  # fmt: skip


def test_a_list_brings_whoever_is_in_the_arm_of_bereavement_once(desk: Desk, clock: Clock) -> None:
    gather(desk)
    assert gather(desk) == 0
    (entry,) = kept(desk)
    case = case_of(desk, 8)
    assert (entry.origin, entry.case_id, entry.quartier) == ("list", case.id, case.quartier)
    assert (entry.state, entry.died_on, entry.consented_on, entry.form_number) == (
        "to_contact",
        None,
        None,
        None,
    )
    assert [(one.action, one.on) for one in entry.steps] == [("enter", TODAY)]
    # a newer list on which the household stands otherwise brings none; one that lists it the same way neither
    take(desk, taken("2026-12-01-run", [line(8), line(9, arm="DEUIL"), line(1, arm="DEUIL")], as_of=date(2026, 12, 1)))  # fmt: skip
    gather(desk)
    assert gather(desk) == 0
    assert {one.case_id for one in kept(desk)} == {case_of(desk, n).id for n in (8, 9, 1)}
    clock.turn(days=1)
    take(desk, taken("2027-01-01-run", [line(9), line(2, arm="DEUIL")], as_of=date(2027, 1, 1)))
    with desk.database.writing() as session:
        session.get_one(Case, case_of(desk, 2).id).state = "objected"
    assert gather(desk) == 0  # whoever objected is contacted from nowhere


def test_the_day_of_death_is_entered_before_the_window_counts(desk: Desk) -> None:
    gather(desk)
    (entry,) = kept(desk)
    one = seat(desk, "coordinator")
    assert groups(one.get("/bereavement").text) == {
        "Date du décès à saisir": [case_of(desk, 8).household_id[:9]]
    }
    path, version = f"/bereavement/{entry.id}", entry.version
    for wrong in ("", "2026-11-04", "2023-11-03", "hier"):
        assert one.post(f"{path}/death", version=version, died_on=wrong).status_code == 422
    assert one.post(f"{path}/death", version=version, died_on="2026-10-04").status_code == 303
    assert groups(one.get("/bereavement").text) == {
        "À contacter maintenant": [case_of(desk, 8).household_id[:9]]
    }
    shown = one.get(path).text
    assert "À contacter entre le 3 novembre 2026 et le 2 avril 2027" in shown
    assert f'href="/cases/{case_of(desk, 8).id}"' in shown
    assert one.post(f"{path}/death", version=version, died_on="2026-10-05").status_code == 409


def test_without_consent_there_is_no_entry(quiet: Desk) -> None:
    one, north = seat(quiet, "coordinator"), seat(quiet, "north", "expert", groups=["Nord"])
    wrong: list[dict[str, str]] = [
        {"consented_on": ""},
        {"consented_on": "2026-11-04"},
        {"consented_on": "2026-08-31"},  # before the death
        {"died_on": ""},
        {"died_on": "2026-11-04"},
        {"died_on": "2023-11-01", "consented_on": "2026-01-01"},
        {"form_number": ""},
        {"form_number": "DUPONT"},
        {"form_number": "Mme Dupont 3"},
        {"quartier": ""},
        {"quartier": "99"},
    ]
    for other in wrong:
        answer = one.post("/bereavement/new", **(FORM | other))
        assert answer.status_code == 422, other
    assert north.post("/bereavement/new", **(FORM | {"quartier": "03"})).status_code == 422
    assert kept(quiet) == []
    entry = entered(quiet, one)
    assert (entry.origin, entry.form_number, entry.quartier) == ("hand", "2026-17", "01")
    assert (entry.died_on, entry.consented_on) == (date(2026, 9, 1), date(2026, 10, 20))
    assert one.post("/bereavement/new", **FORM).status_code == 422  # the same form once more
    entered(quiet, one, form_number="2026-18", consented_on="2026-09-01")  # on the day of the death itself
    with quiet.database.reading() as session:
        told = list(session.scalars(select(TrailLine).where(TrailLine.action == "enter bereaved")))
        assert [(line.who, line.facts) for line in told] == [("coordinator", {})] * 2


def test_the_window_at_its_edges(quiet: Desk, clock: Clock) -> None:
    one = seat(quiet, "coordinator")
    edges = {29: "Pas encore", 30: "À contacter maintenant", 180: "À contacter maintenant", 181: "En retard"}
    for days in edges:
        died_on = (TODAY - timedelta(days=days)).isoformat()
        entered(quiet, one, form_number=f"F{days}", died_on=died_on, consented_on=died_on)
    html = one.get("/bereavement").text
    shown = groups(html)
    assert {name: title for title, names in shown.items() for name in names} == {f"F{days}": title for days, title in edges.items()}  # fmt: skip
    assert list(shown) == ["En retard", "À contacter maintenant", "Pas encore"]
    assert shown["À contacter maintenant"] == ["F180", "F30"]  # whose window closes first
    assert html.count("en retard de 1 jour<") == 1
    clock.turn(days=1)
    assert groups(Seat(quiet, "coordinator").get("/bereavement").text)["En retard"] == ["F181", "F180"]


@given(days=st.integers(-5, 400), state=st.sampled_from(sorted(BEREAVED.states)))
def test_every_entry_is_in_one_group(days: int, state: str) -> None:
    died_on = TODAY - timedelta(days=days)
    inside = {died_on + timedelta(days=n) for n in range(30, 181)}
    expected = "now" if TODAY in inside else "later" if min(inside) > TODAY else "overdue"
    found = when(state, died_on, TODAY)
    assert found == expected if state in UNTOUCHED else found in ("under_way", "done")
    assert window(died_on) == (min(inside), max(inside))
    assert when("to_contact", None, TODAY) == "undated"


def test_the_way_from_contact_to_the_end_is_kept(quiet: Desk, clock: Clock) -> None:
    one = seat(quiet, "coordinator")
    entry = entered(quiet, one)
    assert step(quiet, one, entry, "follow") == 400  # nobody has spoken with them yet
    assert step(quiet, one, entry, "none of these") == 422
    for _ in range(2):
        assert step(quiet, one, entry, "reach_nobody", needs=["besoin_repas"]) == 303
    (now,) = kept(quiet)
    assert (now.state, now.tries, now.needs) == ("not_reached", 2, [])
    clock.turn(days=3)
    one = Seat(quiet, "coordinator")
    assert (
        step(quiet, one, entry, "contact", needs=["besoin_repas", "besoin_visite", "besoin_diabete"]) == 303
    )
    assert groups(one.get("/bereavement").text) == {"En cours": ["2026-17"]}
    assert step(quiet, one, entry, "follow", needs=["besoin_repas"]) == 303
    assert step(quiet, one, entry, "come_out") == 303
    (now,) = kept(quiet)
    assert (now.state, now.state_on, now.tries, now.needs) == (
        "out_of_isolation",
        date(2026, 11, 6),
        2,
        ["besoin_repas"],
    )
    told = [(one.number, one.action, one.by, one.on.day) for one in now.steps]
    assert told == [
        (1, "enter", "coordinator", 3), (2, "reach_nobody", "coordinator", 3), (3, "reach_nobody", "coordinator", 3),
        (4, "contact", "coordinator", 6), (5, "follow", "coordinator", 6), (6, "come_out", "coordinator", 6),
    ]  # fmt: skip
    assert "2 essais sans réponse" in one.get("/bereavement").text


def test_an_entry_ends_with_a_reason(quiet: Desk) -> None:
    one = seat(quiet, "expert")
    entry = entered(quiet, one)
    assert step(quiet, one, entry, "end") == 422
    assert step(quiet, one, entry, "end", because="INJOIGNABLE") == 303
    (now,) = kept(quiet)
    assert (now.state, now.because) == ("ended", "INJOIGNABLE")
    assert step(quiet, one, entry, "contact") == 400
    assert "personne injoignable" in one.get(f"/bereavement/{entry.id}").text


def test_a_withdrawn_consent_leaves_the_day_and_nothing_else(desk: Desk, clock: Clock) -> None:
    gather(desk)
    one = seat(desk, "coordinator")
    by_hand, (listed, *_) = entered(desk, one), [entry for entry in kept(desk) if entry.origin == "list"]
    step(desk, one, by_hand, "contact", needs=["besoin_repas"])
    clock.turn(days=1)
    one = Seat(desk, "coordinator")
    for entry in (by_hand, listed):
        now = next(other for other in kept(desk) if other.id == entry.id)
        done = one.post(f"/bereavement/{entry.id}/withdraw", version=now.version)
        assert done.headers["location"] == "/bereavement?said=withdrawn"
        assert one.get(f"/bereavement/{entry.id}").status_code == 404
        assert step(desk, one, entry, "contact") == 404
    empty = {"origin", "case_id", "form_number", "quartier", "died_on", "consented_on", "because"}
    for entry in kept(desk):
        left = {name: getattr(entry, name) for name in Bereaved.__table__.columns.keys()}  # noqa: SIM118
        assert {name for name, value in left.items() if value is None} - {"mark"} == empty
        assert (entry.state, entry.state_on, entry.tries, entry.needs) == (
            "withdrawn",
            date(2026, 11, 4),
            0,
            [],
        )
        assert entry.steps == []
    with desk.database.reading() as session:
        assert session.scalars(select(BereavedStep)).all() == []
    assert gather(desk) == 0  # the next list does not bring them back
    assert "2026-17" not in one.get("/bereavement").text


def test_whoever_objects_to_the_lists_leaves_the_register(desk: Desk) -> None:
    gather(desk)
    (entry,) = kept(desk)
    me = Me(
        user_id="", login="expert", name="", role="expert", profession=None, language="fr", quartiers=None, session_id="", csrf=""
    )  # fmt: skip
    with desk.database.writing() as session:
        bereavement.household_objects(session, desk.services.seal, me, case_of(desk, 8), desk.now())
    (now,) = kept(desk)
    assert (now.id, now.state, now.case_id, now.quartier) == (entry.id, "withdrawn", None, None)


def test_an_entry_of_another_neighbourhood_is_not_there(quiet: Desk) -> None:
    south = entered(quiet, seat(quiet, "coordinator"), quartier="03")
    north, far = seat(quiet, "north", "expert", groups=["Nord"]), seat(quiet, "far", "expert", groups=["Sud"])
    assert far.get(f"/bereavement/{south.id}").status_code == 200
    assert "2026-17" in far.get("/bereavement").text
    assert north.get(f"/bereavement/{south.id}").status_code == 404
    assert "2026-17" not in north.get("/bereavement").text
    for way in ("step", "death", "withdraw"):
        form = {"version": south.version, "measure": "contact", "died_on": "2026-10-01"}
        assert north.post(f"/bereavement/{south.id}/{way}", **form).status_code == 404
    (now,) = kept(quiet)
    assert now.version == south.version


def test_an_auditor_sees_and_changes_nothing(quiet: Desk) -> None:
    entry = entered(quiet, seat(quiet, "coordinator"))
    auditor = seat(quiet, "auditor")
    html = auditor.get(f"/bereavement/{entry.id}").text
    assert "<form" not in html[html.index("<main") : html.index("</main>")]
    assert auditor.post(f"/bereavement/{entry.id}/step", version=entry.version, measure="contact").status_code == 403  # fmt: skip


def test_counts_hide_small_cells_and_what_would_give_them_away(tmp_path: Path) -> None:
    desk = a_desk(sqlite(tmp_path))
    numbers = {"to_contact": 40, "contacted": 12, "followed": 3}
    with Session(desk.database.engine) as session:
        session.add_all(Bereaved(state=state, state_on=TODAY, needs=[]) for state, n in numbers.items() for _ in range(n))  # fmt: skip
        session.flush()
        told = bereavement.counted(session)
    assert (told["to_contact"], told["contacted"], told["followed"], told["declined"]) == (
        40,
        "hidden",
        "hidden",
        0,
    )
    desk.database.close()


def test_no_run_knows_the_register() -> None:
    folder = Path(next(iter(pipelines.__path__)))
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}
    assert len(texts) > 50
    assert not [name for name, text in texts.items() if re.search(r"bereavement import|import bereavement|tables\.bereaved|\bBereaved\b", text)]  # fmt: skip


def test_gathered_kept_and_withdrawn_on_either_database(any_url: str) -> None:
    desk = a_desk(any_url)
    take(desk)
    gather(desk)
    assert gather(desk) == 0
    one = seat(desk, "coordinator", groups=["Nord"])
    (entry,) = kept(desk)
    assert step(desk, one, entry, "contact", needs=["besoin_repas"]) == 303
    with desk.database.reading() as session:
        assert bereavement.counted(session)["contacted"] == "hidden"
    (entry,) = kept(desk)
    assert one.post(f"/bereavement/{entry.id}/withdraw", version=entry.version).status_code == 303
    (entry,) = kept(desk)
    assert (entry.state, entry.case_id, entry.needs, entry.steps) == ("withdrawn", None, [], [])
    desk.database.close()


def test_what_the_desk_did_is_told_as_the_desk_s(desk: Desk) -> None:
    gather(desk)
    (entry,) = kept(desk)
    assert [step.by for step in entry.steps] == ["system"]
    page = seat(desk, "expert").get(f"/bereavement/{entry.id}").text
    assert "<small>le pupitre</small>" in page and "system" not in page
