import io
import re
import zipfile
from dataclasses import replace
from importlib.resources import files

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from pipelines import city_file
from reports import html, risk_list, words
from tests.reports.sample import HOSTILE, line, sample


@pytest.mark.parametrize("write", [risk_list.to_csv, risk_list.to_xlsx, risk_list.to_parquet, html.list_page])
def test_the_same_list_gives_the_same_bytes(write: object) -> None:
    assert write(sample()) == write(sample())  # type: ignore[operator]


def test_csv_and_parquet_hold_the_promised_columns() -> None:
    table = pd.read_csv(io.BytesIO(risk_list.to_csv(sample())), dtype={"quartier": str})
    assert tuple(table.columns) == risk_list.COLUMNS
    assert tuple(pd.read_parquet(io.BytesIO(risk_list.to_parquet(sample()))).columns) == risk_list.COLUMNS
    assert table["data_thin"].tolist() == ["N", "O", "N", "N"]
    assert table["drawing_probability"].isna().tolist() == [True, True, False, True]


def test_no_cell_is_a_formula() -> None:
    assert "'" + HOSTILE[:5] in risk_list.to_csv(sample()).decode().replace('""', '"')
    with zipfile.ZipFile(io.BytesIO(risk_list.to_xlsx(sample()))) as book:
        assert not [n for n in book.namelist() if n.startswith("xl/worksheets/") and b"<f>" in book.read(n)]


def test_the_workbook_reads_in_french_with_a_sheet_to_read_first() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(risk_list.to_xlsx(sample())))
    assert book.sheet_names == ["Liste", "À lire d’abord"]
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["Rang", "Ménage", "Quartier"] and len(rows) == 5
    assert rows[3][4] == "pas de raison\u00a0: tiré au sort"


def test_hostile_text_stays_text_on_the_page() -> None:
    page = html.list_page(sample()).decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_the_page_fetches_nothing() -> None:
    page = html.list_page(sample()).decode()
    assert not re.search(r"(?:src|href)\s*=|@import|url\(", page)


def test_every_msgid_is_translated_and_none_is_left_over() -> None:
    texts = [
        p.read_text(encoding="utf-8")
        for p in (*_files("reports", ".py"), *_files("reports/templates", ".j2"), *_files("pipelines", ".py"))
    ]
    written = "\n".join(texts)
    used = set(re.findall(r"say\(\s*\"([^\"]*)\"\s*\)", written)) | set(
        re.findall(r"say\(\s*'([^']*)'\s*\)", written)
    )
    used |= set(re.findall(r"(?:notice|tell)\(\s*\"([^\"]*)\"", written))
    used |= set(re.findall(r"\bsaid\(\s*[\w.]+, \"([^\"]*)\"", written))
    assert len(used) > 40
    entries = list(words.entries())
    french = dict(entries)
    assert len(french) == len(entries) and used <= set(french)
    rooms = (*_files("data_contracts", ".py"), *_files("features", ".py"))
    declared = "\n".join(p.read_text(encoding="utf-8") for p in rooms)
    assert {m for m in french if m not in written and m not in declared} <= city_file.msgids()
    assert all(text for text in french.values())


def test_english_is_whole_too() -> None:
    page = html.list_page(sample("en")).decode()
    assert (
        '<html lang="en">' in page
        and "Households to visit" in page
        and "2 November 2026" in page
        and "Ménages" not in page
    )


@pytest.mark.parametrize(("value", "expected"), [(17553, "17\u202f553"), (0.5, "0")])
def test_french_numbers(value: float, expected: str) -> None:
    assert words.number(value, "fr") == expected
    assert words.percent(0.255, "fr", 1) == "25,5\u00a0%"


def _files(folder: str, suffix: str) -> list[object]:
    from pathlib import Path

    root = Path(str(files("reports"))).parent
    return sorted((root / folder).rglob(f"*{suffix}"))  # type: ignore[arg-type]


def test_the_bereaved_have_a_reason_and_a_checked_probability_is_counted_in_tens() -> None:
    lines = (line(1, arm="DEUIL", reasons=()), line(2, probability=0.31), line(3))
    page = html.list_page(replace(sample(), lines=lines)).decode("utf-8")
    assert page.count("a perdu son conjoint récemment et a accepté d’être contactée") == 1
    assert '<option value="DEUIL">' in page
    assert page.count("Sur dix ménages classés comme celui-ci, environ 3 ont été trouvés isolés.") == 1
