"""The visiting list: weeks worked by hand and by law, cells that stay texts, sheets read back, and the words on paper."""

import io
import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from weasyprint.urls import FatalURLFetchingError

from data_contracts import contract
from reports import paper, visiting_list, visiting_pdf, visiting_xlsx
from reports.visiting_list import VisitingList, age_band, weeks
from tests.reports.sample import HOSTILE
from tests.reports.visiting_sample import door, visiting


def sizes(counts: dict[str, int], per_week: int) -> list[tuple[tuple[str, ...], int]]:
    doors = [door(i, quartier=q) for q, n in counts.items() for i in range(n)]
    return [(w.quartiers, len(w.doors)) for w in weeks(doors, per_week)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, []),
        ({"01": 20}, [(("01",), 20)]),
        ({"01": 21}, [(("01",), 11), (("01",), 10)]),
        ({"01": 10, "02": 9}, [(("01",), 10), (("02",), 9)]),
        ({"01": 9, "02": 9}, [(("01", "02"), 18)]),
        ({"01": 9, "02": 10, "03": 1}, [(("01",), 9), (("02",), 10), (("03",), 1)]),
        ({"01": 3, "02": 3, "03": 9, "04": 1}, [(("01", "02", "03"), 15), (("04",), 1)]),
    ],
)
def test_weeks_worked_by_hand(counts: dict[str, int], expected: list[tuple[tuple[str, ...], int]]) -> None:
    assert sizes(counts, 20) == expected


@given(st.lists(st.integers(0, 30), max_size=6), st.integers(1, 12))
def test_every_door_has_one_week_and_only_small_neighbourhoods_share_one(
    drawn: list[int], per_week: int
) -> None:
    counts = {f"{i:02d}": n for i, n in enumerate(drawn)}
    doors = [door(i, quartier=q) for q, n in counts.items() for i in range(n)]
    found = weeks(doors, per_week)
    assert [d for w in found for d in w.doors] == doors
    assert [w.number for w in found] == list(range(1, len(found) + 1))
    for week in found:
        assert 0 < len(week.doors) <= per_week
        assert len(week.quartiers) == 1 or all(2 * counts[q] < per_week for q in week.quartiers)
    assert len(found) <= sum(-(-n // per_week) for n in counts.values())


@pytest.mark.parametrize(("age", "band"), [(75, "75–79"), (80, "80–84"), (84, "80–84"), (85, "85–89"), (94, "90–94"), (95, "95+"), (104, "95+")])  # fmt: skip
def test_age_bands(age: int, band: str) -> None:
    assert age_band(age) == band


def test_the_csv_says_what_visitors_need_and_no_year_of_birth() -> None:
    table = pd.read_csv(io.BytesIO(visiting_list.to_csv(visiting())), dtype=str, keep_default_na=False)
    assert table.columns.tolist() == list(visiting_list.COLUMNS)
    assert table["week"].tolist() == ["1", "1", "1", "2"]
    assert table["lives_alone"].tolist() == ["sans doute", "on ne sait pas", "non, d’après le bail", "oui, d’après le bail"]  # fmt: skip
    assert table["last_visit_on"].tolist() == ["", "", "2026-09-07", ""]
    assert table["last_visit"].tolist() == ["", "", "absent(e)", ""]
    assert set(table["outcome"]) == {""}


def test_every_outcome_of_the_contract_has_its_word() -> None:
    (issue,) = (c for c in contract.load("visites").columns if c.name == "issue")
    assert tuple(visiting_list.OUTCOMES) == issue.allowed


@pytest.mark.parametrize(
    "write", [visiting_list.to_csv, visiting_list.to_check_to_csv, visiting_list.removed_to_csv]
)
def test_no_text_starts_like_a_formula(write: object) -> None:
    written = write(visiting()).decode()  # type: ignore[operator]
    assert (
        f"'{HOSTILE[:12]}" in written
        and f",{HOSTILE[:12]}" not in written
        and f'"{HOSTILE[:12]}' not in written
    )


def test_the_sheets_read_back() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(visiting_xlsx.to_xlsx(visiting())))
    assert book.sheet_names == [
        "Portes",
        "À vérifier d’abord",
        "Inscriptions retirées",
        "Décompte",
        "À lire d’abord",
    ]
    doors = book.get_sheet_by_name("Portes").to_python()
    assert len(doors) == 5 and doors[0][0] == "Semaine" and doors[2][8] == HOSTILE
    assert doors[1][9:] == ["", ""] and doors[3][9:] == ["2026-09-07 · absent(e)", ""]
    assert book.get_sheet_by_name("Inscriptions retirées").to_python()[1][3:] == ["déménagement", HOSTILE, "2026-05-01"]  # fmt: skip
    unsure = book.get_sheet_by_name("À vérifier d’abord").to_python()
    assert [row[4:8] for row in unsure[1:]] == [
        ["85–89", "environ 9 sur 10", HOSTILE, "–"],
        ["80–84", "environ 5 sur 10", "aucun signe récent à cette adresse", "2026-03-01"],
    ]
    counts = book.get_sheet_by_name("Décompte").to_python()
    assert [row[2] for row in counts[1:3]] == [35, "masqué"]
    assert visiting_xlsx.to_xlsx(visiting()) == visiting_xlsx.to_xlsx(visiting())


def read(visits: VisitingList) -> list[str]:
    """The words of each page, as they stand in its boxes."""
    document = paper.laid_out(visiting_pdf.pages(visits, paper.font_faces()))
    boxes = ([b.text for b in p._page_box.descendants() if hasattr(b, "text")] for p in document.pages)
    return [" ".join(texts).replace("\u00a0", " ") for texts in boxes]


def test_the_paper_has_a_page_a_week_with_its_origin_its_day_and_its_number() -> None:
    found = read(visiting())
    assert len(found) == 5
    for number, text in enumerate(found, start=1):
        assert f"page {number} / 5" in text and "avant le 2 novembre 2026" in text
        assert "Origine des données : liste électorale (données du 1er novembre 2026)" in text
        assert "Données fictives" in text
    assert "Semaine 1" in found[1] and "01 Centre" in found[1] and "appartement inconnu" in found[1]
    assert re.findall(r"\d\d/\d\d/\d{4} · \S+", found[1]) == ["07/09/2026 · absent(e)"]
    assert found[1].count("☐ refus") == 3 and "Semaine 2" in found[2]
    assert "À vérifier d’abord · 2 portes" in found[3] and "environ 5 sur 10" in found[3]
    assert "À ne pas remettre aux visiteurs" in found[4] and "1er mai 2026" in found[4]


def test_a_week_over_the_page_keeps_its_head_and_two_neighbourhoods_are_told_apart() -> None:
    long = [door(i) for i in range(30)]
    found = read(visiting(long, per_week=30))
    assert "Vit seul(e)" in found[1] and "Vit seul(e)" in found[2] and len(found) == 5
    mixed = read(visiting([door(1), door(2, quartier="03")], per_week=20))
    assert mixed[1].count("01 Centre") == 2 and "03" in mixed[1]


def test_the_pdf_carries_its_fonts_and_fetches_nothing(caplog: pytest.LogCaptureFixture) -> None:
    written = visiting_pdf.to_pdf(visiting())
    assert written.startswith(b"%PDF") and written == visiting_pdf.to_pdf(visiting())
    assert caplog.records == [], "a font that is not found is a warning"
    with pytest.raises(FatalURLFetchingError):
        paper.pdf('<img src="file:///etc/passwd">')


def test_pseudonyms_on_paper_are_as_long_as_it_takes() -> None:
    twins = [door(1, household_id="H12345678aa"), door(2, household_id="H12345678ab")]
    short = visiting_pdf._short(replace(visiting(twins), to_check=()))
    assert short == {"H12345678aa": "H12345678aa", "H12345678ab": "H12345678ab"}


def test_english_is_whole_too_and_an_empty_list_is_a_list() -> None:
    english = visiting(language="en")
    assert "Visiting list, 80 and over" in visiting_pdf.pages(english, {})
    assert visiting_list.to_csv(english) and visiting_xlsx.to_xlsx(english)
    nobody = replace(visiting(), weeks=(), to_check=(), removed=(), counts=())
    assert visiting_pdf.to_pdf(nobody).startswith(b"%PDF") and visiting_xlsx.to_xlsx(nobody)
