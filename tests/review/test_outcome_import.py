"""A filled template comes in whole and once; what does not fit is refused with its line; nothing in a file harms the desk."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from review.desk import Desk
from review.refusals import Incomplete
from review.tables.trail import TrailLine
from review.tables.visits import Visit
from review.visits import outcome_sheet
from review.visits.outcome_reading import LARGEST_FILE, read
from review.visits.outcome_sheet import COLUMNS, Prepared, heading, template
from tests.review.desk_sample import Register, Seat, case_of, seat
from tests.review.outcome_sample import enter, on_a_round, to_visit

Rows = list[dict[str, object]]


@pytest.fixture
def coordinator(desk: Desk) -> Seat:
    """Somebody of the unit."""
    return seat(desk, "coordinator")


def handed_out(one: Seat) -> Rows:
    """The template's rows by column."""
    answer = one.get("/visits/template.xlsx")
    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0] == [heading(name, "fr") for name in COLUMNS]
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]


def filled(rows: Rows, headings: list[str] | None = None) -> bytes:
    """As a spreadsheet program saves it: days as days."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, headings or [heading(name, "fr") for name in COLUMNS])
        for line, row in enumerate(rows, start=1):
            for place, name in enumerate(COLUMNS):
                value = row[name]
                if isinstance(value, date):
                    sheet.write_datetime(line, place, value, day)
                elif value != "":
                    sheet.write(line, place, value)
    return buffer.getvalue()


def send(one: Seat, file: bytes) -> str:
    """The preview."""
    answer = one.client.post(
        "/visits/import", data={"csrf": one.token}, files={"file": ("visites.xlsx", file, "application/octet-stream")}
    )  # fmt: skip
    return str(answer.text)


def said(page: str) -> str:
    """Text as it is read, spaces apart."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def counts(page: str) -> tuple[int, ...]:
    """New, known, refused, not filled in."""
    return tuple(int(one) for one in re.findall(r"<dd>(\d+)</dd>", page))


def confirm(one: Seat, page: str) -> int:
    """Of what the preview shows."""
    sealed = re.search(r'name="sealed" value="([^"]*)"', page)
    assert sealed is not None
    return int(one.post("/visits/import/confirm", sealed=sealed[1]).status_code)


def visits(desk: Desk) -> list[Visit]:
    """All of them."""
    with desk.database.reading() as session:
        return list(session.scalars(select(Visit).order_by(Visit.visited_on, Visit.case_id, Visit.member_id)))


MET = {"visited_on": date(2026, 11, 3), "visitor_role": "VOLONTAIRE", "outcome": "VU"}


def test_a_filled_template_comes_in_once(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 1, 5, 7)
    rows = handed_out(coordinator)
    assert [(str(row["household"])[8], row["person"]) for row in rows] == [
        ("5", 1),
        ("1", 1),
        ("7", 1),
        ("7", 2),
    ]
    rows[0] |= MET | {
        "lsns6_1": 0,
        "lsns6_6": 5,
        "besoin_repas": "O",
        "besoin_visite": "N",
        "time_of_day": "SOIREE",
    }
    rows[1] |= MET | {"outcome": "absent", "visited_on": "02/11/2026"}
    rows[2] |= MET | {"lsns6_2": 6}
    page = send(coordinator, filled(rows))
    assert counts(page) == (2, 0, 1, 1) and visits(desk) == []
    assert "4 H00000007 Cette réponse n’est pas possible. Une réponse du LSNS-6" in said(page)
    assert confirm(coordinator, page) == 303
    absent, met = visits(desk)
    assert (met.lsns6_1, met.lsns6_2, met.lsns6_6, met.besoin_repas, met.besoin_visite, met.besoin_menage) == (0, None, 5, True, False, None)  # fmt: skip
    assert (met.arm, met.time_of_day, absent.visited_on) == ("EXPLORATION", "SOIREE", date(2026, 11, 2))
    assert [case_of(desk, n).state for n in (1, 5, 7)] == ["to_retry", "met", "to_visit"]
    again = send(coordinator, filled(rows))
    assert counts(again) == (0, 2, 1, 1) and "sealed" not in again
    rows[2] |= {"lsns6_2": 4}
    later = send(coordinator, filled(rows))
    assert counts(later) == (1, 2, 0, 1) and confirm(coordinator, later) == 303
    assert len(visits(desk)) == 3


def test_what_was_confirmed_twice_is_entered_once(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 1)
    (row,) = handed_out(coordinator)
    page = send(coordinator, filled([row | MET]))
    assert (confirm(coordinator, page), confirm(coordinator, page)) == (303, 422)
    assert len(visits(desk)) == 1


Edit = Callable[[dict[str, object]], dict[str, object]]
EDITS: list[tuple[Edit, str]] = [
    (lambda row: row | {"visited_on": "hier"}, "La date manque ou ne se lit pas"),
    (lambda row: row | {"visited_on": date(2026, 11, 4)}, "La date est à venir"),
    (lambda row: row | {"outcome": ""}, "Quelle est l’issue"),
    (lambda row: row | {"outcome": "=1+1"}, "Quelle est l’issue"),
    (lambda row: row | {"besoin_repas": "peut-être"}, "Un besoin vaut 1"),
    (lambda row: row | {"person": 2}, "Le ménage n’a personne sous ce numéro"),
    (lambda row: row | {"person": "Mme D."}, "La personne se note par un numéro"),
    (lambda row: row | {"lsns6_1": 2.5}, "Une réponse du LSNS-6"),
    (lambda row: row | {"token": ""}, "La ligne ne vient pas du modèle"),
    (lambda row: row | {"token": str(row["token"])[:-1] + "x"}, "La ligne ne vient pas du modèle"),
    (lambda row: row | {"household": "H0000000000000005"}, "ne vont pas ensemble"),
    (lambda row: row | {"outcome": "ABSENT", "ucla3_1": 2}, "Personne n’a été rencontré"),
]


@pytest.mark.parametrize(("edit", "sentence"), EDITS, ids=[sentence[:24] for _, sentence in EDITS])
def test_a_row_that_does_not_fit_is_refused_with_its_line(
    desk: Desk, coordinator: Seat, edit: Edit, sentence: str
) -> None:
    to_visit(desk, 1)
    (row,) = handed_out(coordinator)
    page = send(coordinator, filled([edit(row | MET)]))
    assert (
        counts(page) == (0, 0, 1, 0) and sentence in said(page) and re.search(r'<td class="n">2</td>', page)
    )


def test_a_row_taken_in_before_with_other_values_is_refused(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 1)
    (row,) = handed_out(coordinator)
    confirm(coordinator, send(coordinator, filled([row | MET])))
    page = send(coordinator, filled([row | MET | {"lsns6_1": 3}]))
    assert counts(page) == (0, 0, 1, 0) and "Cette ligne a déjà été reprise" in said(page)


def test_rows_that_stand_twice_are_taken_once(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 1)
    first, second = (handed_out(coordinator)[0] | MET for _ in range(2))
    page = send(coordinator, filled([first, first, second]))
    assert counts(page) == (1, 0, 2, 0)
    assert "La ligne figure deux fois" in said(page) and "La visite figure deux fois" in said(page)


def test_of_a_household_that_objects_only_the_objection_is_taken(
    desk: Desk, coordinator: Seat, register: Register
) -> None:
    to_visit(desk, 1, 7)
    one, *two = handed_out(coordinator)
    objects = MET | {"objected": "O"}
    page = send(coordinator, filled([one | objects, two[0] | MET, two[1] | objects]))
    assert counts(page) == (1, 0, 2, 0) and "Le ménage s’oppose dans l’une de ses lignes" in said(page)
    assert register.entries == []  # nothing before it is confirmed
    assert confirm(coordinator, page) == 303
    assert (
        case_of(desk, 1).state == "objected"
        and len(register.entries) == 2
        and case_of(desk, 7).state == "to_visit"
    )


def test_what_became_otherwise_since_the_preview_is_shown_again(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 1)
    (row,) = handed_out(coordinator)
    page = send(coordinator, filled([row | MET]))
    enter(coordinator, case_of(desk, 1))
    assert confirm(coordinator, page) == 422 and len(visits(desk)) == 1


def test_a_preview_serves_only_whom_it_was_shown(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 1)
    (row,) = handed_out(coordinator)
    page = send(coordinator, filled([row | MET]))
    assert confirm(seat(desk, "expert"), page) == 422
    assert coordinator.post("/visits/import/confirm", sealed="gAAAAA").status_code == 422
    assert visits(desk) == []


def test_a_visitor_gets_and_sends_rows_of_their_own_rounds(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 2, 7)
    north, everywhere = seat(desk, "north", "visitor"), handed_out(coordinator)
    assert handed_out(north) == []
    on_a_round(desk, "north", 7)
    rows = handed_out(north)
    assert {str(row["household"])[8] for row in rows} == {"7"} and len(everywhere) == 3
    stolen = next(row for row in everywhere if str(row["household"])[8] == "2")
    page = send(north, filled([rows[0] | MET, rows[1] | MET, stolen | MET]))
    assert counts(page) == (2, 0, 1, 0) and confirm(north, page) == 303
    assert len(visits(desk)) == 2


def test_columns_that_are_not_known_are_named(desk: Desk, coordinator: Seat) -> None:
    names = [heading(name, "fr") for name in COLUMNS]
    page = send(coordinator, filled([], ["Remarques", *names[1:-1], names[-2]]))
    shown = said(page)
    assert "Colonnes inconnues Remarques Opposition Colonnes manquantes Ménage Ne pas modifier" in shown


def test_both_languages_may_fill_one_template(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 1)
    (row,) = handed_out(coordinator)
    english = [f" {heading(name, 'en').upper()} " for name in COLUMNS]
    assert counts(send(coordinator, filled([row | MET], english))) == (1, 0, 0, 0)


def zipped(parts: dict[str, bytes]) -> bytes:
    """An archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return buffer.getvalue()


def altered(change: Callable[[str, bytes], bytes]) -> bytes:
    """A template of which some parts were written by hand."""
    usual = template([Prepared(household_id="H1", place="01", person=1, token="t")], "fr", date(2026, 11, 3))
    with zipfile.ZipFile(io.BytesIO(usual)) as packed:
        return zipped({name: change(name, packed.read(name)) for name in packed.namelist()})


def far(name: str, part: bytes) -> bytes:
    """One cell in the farthest corner: laid out in full, the sheet would take half a terabyte."""
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return part.replace(b"</sheetData>", cell) if name == "xl/worksheets/sheet1.xml" else part


def far_without_names(name: str, part: bytes) -> bytes:
    """The same far down, in a cell that does not say where it is."""
    cell = b'<row r="1048576"><c><v>1</v></c></row></sheetData>'
    return part.replace(b"</sheetData>", cell) if name == "xl/worksheets/sheet1.xml" else part


def broken(name: str, part: bytes) -> bytes:
    """Half a sheet."""
    return part[: len(part) // 2] if name == "xl/worksheets/sheet1.xml" else part


HOSTILE = {
    "no archive": b"%PDF-1.7",
    "an archive of nothing": zipped({}),
    "an archive of something else": zipped({"a.txt": b"x"}),
    "a bomb": zipped({"xl/workbook.xml": b" " * 30_000_000}),
    "too large": b"PK" + b"0" * LARGEST_FILE,
    "a far corner": altered(far),
    "a far row": altered(far_without_names),
    "half of it": altered(broken),
}


@pytest.mark.parametrize("file", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_filled_template_is_refused_before_it_is_opened(file: bytes) -> None:
    with pytest.raises(Incomplete):
        read(file)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 5000), byte=st.integers(0, 255))
def test_a_damaged_file_is_read_or_refused(at: int, byte: int) -> None:
    whole = bytearray(HOSTILE_BASE)
    whole[at % len(whole)] = byte
    try:
        read(bytes(whole))
    except Incomplete as refused:
        assert refused.status == 422


HOSTILE_BASE = template(
    [Prepared(household_id="H1", place="01", person=1, token="t")], "fr", date(2026, 11, 3)
)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [dict.fromkeys(COLUMNS, "x")] * 3
    monkeypatch.setattr("review.visits.outcome_reading.MOST_ROWS", 3)
    assert len(read(filled(rows)).lines) == 3
    with pytest.raises(Incomplete):
        read(filled([*rows, rows[0]]))


def test_the_template_offers_codes_and_ranges_and_explains_them() -> None:
    file = template(
        [Prepared(household_id="=1+1", place="@x", person=None, token="t")], "fr", date(2026, 11, 3)
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(file))
    codes = book.get_sheet_by_index(1).to_python()
    assert ["Issue", "VU", "rencontré"] in codes and ["Besoin – repas", "O", "oui"] in codes
    assert [
        "LSNS-6, question 1 … LSNS-6, question 6",
        "0 – 5",
        outcome_sheet.RANGES["lsns6"],
    ] not in codes  # in French
    first = book.get_sheet_by_index(0).to_python()[1]
    assert first[:3] == ["'=1+1", "'@x", ""]
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == len(COLUMNS) - 4 and "<f>" not in sheet.replace("<formula", "")
    assert re.search(r'type="whole"[^>]*>\s*<formula1>1</formula1><formula2>3</formula2>', sheet)


def test_whoever_takes_a_template_is_in_the_trail(desk: Desk, coordinator: Seat) -> None:
    to_visit(desk, 1, 7)
    handed_out(coordinator)
    with desk.database.reading() as session:
        lines = session.scalars(select(TrailLine).where(TrailLine.who == "coordinator"))
        assert [(one.action, one.facts) for one in lines] == [("export visit template", {"rows": 3})]
