"""The route sheet: names only when they were granted for this round, once; and of each household nothing that a visitor need not know."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from features.factor import Language
from reports import paper
from review.desk import Desk
from review.names.vault import Door
from review.routes import route_sheet
from review.routes.route_sheet import Page
from review.tables.identities import IdentityRequest
from review.tables.rounds import Team
from tests.review.desk_sample import CITY, Clock, Seat, case_of, seat
from tests.review.table_sample import cheap_table, grant, open_table, person, show, state_of, table
from tests.review.test_rounds import act, begun, numbers, stop, team, to_visit

__all__ = ["cheap_table"]
TEAM = Team(name="Paire 1", role="VOLONTAIRE")
MONDAY = date(2026, 11, 9)
NOTES = {"fr": "À noter", "en": "To note"}
"""The heading above the last lines of a page."""


def read(pages: tuple[Page, ...], language: Language = "fr") -> list[str]:
    """The words of each page of paper, as they stand in its boxes."""
    document = paper.laid_out(route_sheet.html(pages, TEAM, MONDAY, CITY, language, paper.font_faces()))
    boxes = ([b.text for b in p._page_box.descendants() if hasattr(b, "text")] for p in document.pages)
    return [" ".join(" ".join(texts).replace("\u00a0", " ").split()) for texts in boxes]


def page(number: int, people: int = 1, door: Door | None = None) -> Page:
    names = dict(door.names) if door else {}
    return Page(
        number=number,
        code=f"H{number:08x}",
        quartier="02 Gare",
        people=tuple((n, names.get(n, "")) for n in range(1, people + 1)),
        door=door,
    )


def door(number: int, *names: str, **more: object) -> Door:
    plain: dict[str, object] = {
        "names": tuple(enumerate(names, start=1)), "address": f"{number} rue de la République", "complement": "Bât. C, Étage 2, Appt 12",
        "postcode_town": "47000 AGEN",
    }  # fmt: skip
    return Door(**(plain | more))  # type: ignore[arg-type]


def test_a_cover_then_one_page_a_household_each_with_its_own_door_only() -> None:
    found = read(
        (page(1, 2, door(1, "Mme Jeanne UN", "M. Paul UN")), page(2, 1, door(2, "Mme Odile DEUX")), page(3))
    )
    assert len(found) == 4
    cover, first, second, third = found
    for text in (
        "Paire 1",
        "9 novembre 2026",
        "15 novembre 2026",
        "1 rue de la République",
        "2 rue de la République",
    ):
        assert text in cover
    assert "Jeanne" not in cover and "DEUX" not in cover, "the way needs no names"
    for text in (
        "H00000001",
        "personne 1 : Mme Jeanne UN",
        "personne 2 : M. Paul UN",
        "1 rue de la République",
        "Bât. C, Étage 2, Appt 12, 47000 AGEN",
    ):
        assert text in first
    assert "Odile" not in first and "2 rue" not in first and "H00000002" not in first
    assert "Odile" in second and "UN" not in second
    assert "République" not in third and "personne 1" in third
    for text in found:
        assert CITY.team in text and "n’y perd rien" in text and "détruire" in text


def test_it_has_a_box_for_everything_that_is_entered_and_no_wording_of_an_item() -> None:
    (_, sheet) = read((page(1),))
    for text in (
        "Date",
        "Heure",
        "LSNS-6",
        "UCLA-3",
        "Besoins",
        "Aucun besoin, parce que",
        "Opposition",
        "À noter",
    ):
        assert text in sheet
    assert " 1 0 1 2 3 4 5 2 0 1 2 3 4 5 3 0 1 2 3 4 5 " in sheet and " 6 0 1 2 3 4 5 " in sheet
    assert "UCLA-3 1 1 2 3 2 1 2 3 3 1 2 3 " in sheet and sheet.count("oui non") == 5
    for text in (
        "score",
        "rang",
        "liste",
        "seul",
        "probabilité",
        "MODELE",
        "signalement",
        "combien",
        "sentez",
    ):
        assert text not in sheet


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_household_has_its_page_with_room_to_write(language: Language) -> None:
    """Of up to six people, whose names may be long; a larger household may go over to the next page."""
    long = {"complement": "Résidence Les Peupliers, Bât. C, Esc. 2, Étage 14, Appt 1412"}

    def named(people: int) -> Door:
        return door(1, *(f"Mme Marie-Antoinette DE LA TOUR-{n}" for n in range(people)), **long)

    usual = [page(n, n, found) for n in (3, 6) for found in (None, named(n))]
    sheets = [text for text in read(tuple(usual), language) if "LSNS-6" in text]
    assert len(sheets) == len(usual) and all(NOTES[language] in text for text in sheets)
    assert min(one.lines for one in usual) >= 2


def test_the_walk_follows_the_street_and_who_has_no_address_comes_last(desk: Desk) -> None:
    cases = [case_of(desk, n) for n in (1, 2, 3, 4)]
    doors = {case_of(desk, n).id: door(at) for n, at in ((1, 30), (2, 11), (3, 1))}
    walked = route_sheet.laid_out(cases, doors)
    assert [one.code[-1] for one in walked] == ["3", "2", "1", "4"] and [one.number for one in walked] == [
        1,
        2,
        3,
        4,
    ]
    assert [one.code[-1] for one in route_sheet.laid_out(cases, {})] == ["1", "2", "3", "4"]


def test_same_pages_same_bytes_and_nothing_is_fetched(caplog: pytest.LogCaptureFixture) -> None:
    pages = (page(1, 1, door(1, '<img src="http://x/">')),)
    first = route_sheet.to_pdf(pages, TEAM, MONDAY, CITY, "fr")
    assert first.startswith(b"%PDF") and first == route_sheet.to_pdf(pages, TEAM, MONDAY, CITY, "fr")
    assert caplog.records == []


# --- through the pages -----------------------------------------------------------------------------------------------


@pytest.fixture
def coordinator(desk: Desk) -> Seat:
    return seat(desk, "coordinator")


@pytest.fixture
def path(desk: Desk, coordinator: Seat) -> str:
    """A confirmed round to the households 1, 4 and 7."""
    to_visit(desk, 1, 4, 7)
    found = begun(coordinator, team(desk, coordinator))
    assert act(desk, coordinator, found, "confirm") == 303
    return found


def asked_for(desk: Desk, one: Seat, path: str) -> IdentityRequest:
    assert one.post(f"{path}/identity").headers["location"] == f"{path}?said=asked"
    with desk.database.reading() as session:
        return session.scalars(select(IdentityRequest).where(IdentityRequest.state == "asked")).one()


def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Page, ...]]:
    """The pages of every sheet that is made, in place of reading PDFs."""
    made: list[tuple[Page, ...]] = []
    original = route_sheet.to_pdf

    def noted(pages: tuple[Page, ...], *given: object) -> bytes:
        made.append(pages)
        return original(pages, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(route_sheet, "to_pdf", noted)
    return made


def test_without_a_grant_it_has_lines_to_write_on(
    desk: Desk, coordinator: Seat, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = written(monkeypatch)
    sheet = coordinator.get(f"{path}/route-sheet")
    assert sheet.status_code == 200 and sheet.content.startswith(b"%PDF")
    assert (
        sheet.headers["content-disposition"].startswith("attachment")
        and sheet.headers["cache-control"] == "no-store"
    )
    (pages,) = made
    assert [int(one.code[1:], 16) for one in pages] == numbers(desk, path)
    assert all(one.door is None and not any(name for _, name in one.people) for one in pages)


def test_the_names_of_a_round_are_granted_together_and_printed_once(
    desk: Desk, coordinator: Seat, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = written(monkeypatch)
    expert, dpo, other = seat(desk, "expert"), seat(desk, "dpo"), seat(desk, "nadia", "coordinator")
    for one in (expert, dpo, other):
        open_table(one, table([person(1), person(4), person(7, 1), person(7, 2), person(2)]))
    request = asked_for(desk, coordinator, path)
    assert "3 ménages" in expert.get("/identities").text
    assert grant(other, request).status_code == 403, "of the same role"
    assert grant(dpo, request).headers["location"] == "/identities?said=granted"
    assert show(expert, request).status_code == 404
    assert f"/identities/{request.id}/open" in coordinator.get(path).text
    sheet = show(coordinator, request)
    assert sheet.content.startswith(b"%PDF") and b"NOMDEFAMILLE" not in sheet.content
    (pages,) = made
    assert [one.code for one in pages] == ["H00000001", "H00000007", "H00000004"], (
        "odd numbers up, even ones down"
    )
    assert [name for _, name in pages[1].people] == ["Mme Jeanne1 NOMDEFAMILLE7", "Mme Jeanne2 NOMDEFAMILLE7"]
    assert show(coordinator, request).status_code == 410 and len(made) == 1
    assert (
        state_of(desk, request) == "seen"
        and f"/identities/{request.id}/open" not in coordinator.get(path).text
    )


def test_what_changes_after_the_grant_is_kept_to(
    desk: Desk, coordinator: Seat, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken off, objected, added: only the doors of the round as it is are told, of the new one there is none."""
    made = written(monkeypatch)
    expert = seat(desk, "expert")
    open_table(expert)
    request = asked_for(desk, coordinator, path)
    grant(expert, request)
    assert act(desk, coordinator, path, f"stops/{stop(desk, path, 4).id}", do="remove") == 303
    assert (
        coordinator.post(f"/cases/{case_of(desk, 7).id}/object", version=case_of(desk, 7).version).status_code
        == 303
    )
    to_visit(desk, 3)
    assert act(desk, coordinator, path, "stops", case=case_of(desk, 3).id) == 303
    show(coordinator, request)
    (pages,) = made
    assert [(one.code, one.door is not None) for one in pages] == [("H00000001", True), ("H00000003", False)]


def test_a_draft_and_a_round_without_planned_visits_have_no_names(
    desk: Desk, coordinator: Seat, clock: Clock
) -> None:
    to_visit(desk, 1)
    path = begun(coordinator, team(desk, coordinator))
    assert coordinator.post(f"{path}/identity").status_code == 400
    act(desk, coordinator, path, "confirm")
    asked_for(desk, coordinator, path)
    assert coordinator.post(f"{path}/identity").status_code == 400, "it was asked already"
    expert = seat(desk, "expert")
    assert expert.post(f"{path}/identity").status_code == 404 or expert.get(path).status_code == 403


def test_of_a_round_of_other_neighbourhoods_nobody_grants(desk: Desk, coordinator: Seat, path: str) -> None:
    south = seat(desk, "sud", "expert", groups=["Sud"])
    open_table(south)
    request = asked_for(desk, coordinator, path)
    assert request.id not in south.get("/identities").text and grant(south, request).status_code == 404
