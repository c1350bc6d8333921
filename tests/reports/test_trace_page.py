"""The auditor's page of one line: every step is on it in both languages, its sums add up, it says loudly where today differs, and it stays within its edges."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from features.factor import Language
from pipelines.trace_words import spoken
from reports import trace_words
from reports.trace import tables
from reports.trace_facts import Again
from reports.words import words
from tests.reports.trace_sample import DIFFERS, FIRST, SHRANK, WEIGHED, cited, sample, shown, weighed
from tests.reports.whole_page import SIZES, faults, overflowing


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.S)).split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ["D’où vient cette ligne de la liste", "À égalité avec 8 autres ménages", "M. Durand (directrice du CCAS), 5 octobre 2026", "Proposer une visite", "isolement constaté", "200 chiffres comparés"]),
        ("en", ["How this line came to be", "Equal with 8 other households", "M. Durand (directrice du CCAS), 5 October 2026", "Offer a visit", "found isolated", "200 figures compared"]),
    ],
)  # fmt: skip
def test_every_step_is_on_the_page_in_the_citys_language(language: Language, said: list[str]) -> None:
    page = shown(sample(language))
    assert [piece for piece in said if piece not in text(page)] == [] and faults(page) == []
    assert f'<html lang="{language}">' in page
    assert [n for n in range(1, 8) if f'<span class="step">{n}</span>' not in page] == []


def test_the_same_trace_gives_the_same_bytes() -> None:
    assert shown(sample()) == shown(sample())


def test_the_account_goes_from_the_start_to_the_score() -> None:
    rows = re.findall(
        r'<td class="n">([^<]+)</td>', shown(sample()).split('class="account"')[1].split("</table>")[0]
    )
    assert rows == ["−2,00", "−2,00", "+0,64", "−1,36", "+0,20", "−1,16", "−1,16"]  # fmt: skip


def test_a_line_is_cited_by_file_and_number_with_the_departments_own_column_names() -> None:
    page = shown(sample())
    assert '<a href="#f-f1">2026-11-02/parc_social.csv</a>, ligne 7' in page and "TRANCHE_RESSOURCES" in page
    kinds = [(t.is_compared, [row.line for row in t.rows]) for t in tables(WEIGHED[1])]
    assert kinds == [(False, [SHRANK[0].line]), (True, [SHRANK[1].line])]
    assert "y &lt; as_of()" in page and "x &lt;&gt;" in page, "SQL is text"


def test_what_differs_today_is_said_first_and_the_numbers_stay_those_of_the_run() -> None:
    page = text(shown(sample(again=DIFFERS)))
    assert page.index("3 chiffres sur 200 diffèrent") < page.index("La ligne")
    assert "2026-11-02/parc_social.csv" in page.split("peut en être la raison")[1]
    assert "Score de la liste −1,16" in page
    gone = Again(is_found=False, compared=0, differences=(), causes=())
    page = shown(sample(again=gone, persons=(), household=None, weighed=tuple(replace(w, read=None) for w in WEIGHED)))  # fmt: skip
    assert "n’est pas retrouvé" in page and "ne peuvent pas être montrées" in page


@pytest.mark.parametrize(("arm", "said"), [("EXPLORATION", "0,12\u00a0%"), ("SIGNALEMENT", "Un signalement"), ("DEUIL", "Un acte de décès")])  # fmt: skip
def test_every_arm_says_why(arm: str, said: str) -> None:
    line = replace(sample().line, arm=arm, drawing_probability=0.0012)  # type: ignore[arg-type]
    assert said in shown(sample(line=line))


def test_without_a_desk_nothing_is_made_up() -> None:
    assert "pas de pupitre" in shown(sample(desk=None)) and "pas de dossier" in shown(sample(desk=()))


def test_hostile_text_stays_text() -> None:
    hostile = weighed(
        "very_low_income", 1.0, 0.64, cited(cells={"tranche_ressources": "<script>alert(1)</script>"})
    )
    page = shown(sample(weighed=(hostile,)))
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_everything_that_may_be_said_has_its_words() -> None:
    say = words("fr")
    for said in (trace_words.WHAT, trace_words.LINE, trace_words.WHY, trace_words.ON_DISK, trace_words.RANKS, trace_words.STATES, trace_words.BANDS):  # fmt: skip
        assert all(say(msgid) for msgid in said.values())
    french = spoken("fr")
    assert (
        french.of_desk("choice", "visit") == "Proposer une visite"
        and french.of_desk("choice", "new") == "new"
    )
    assert FIRST in shown(sample())


@pytest.mark.slow
def test_nothing_runs_over_the_edge(chromium: Browser) -> None:
    view = chromium.new_page()
    view.set_content(shown(sample(again=DIFFERS)).replace("<details", "<details open"))
    for width, media in SIZES:
        assert overflowing(view, width, media) == [], (width, media)
