"""The page of drift: one sentence first, in both languages; every kind has its words; nothing small is shown; nothing runs over an edge."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from features.factor import Language
from models import drift as model
from pipelines.sources import SOURCE_WORDS
from reports import drift, drift_words, words
from reports.contracts import Masthead
from reports.drift import Bar, Compared, Figure, Held, Report
from tests.reports.test_page import opened
from tests.reports.whole_page import SIZES, faults, overflowing

BARS = (
    Bar(label="", before=0.4, now=0.1),
    Bar(label="31.0", before=0.6, now=0.5),
    Bar(label="82.5", before=0.0, now=0.4),
)
REASONS = (Bar(label="oldest_age", before=0.8, now=0.3), Bar(label="other", before=0.2, now=0.7))


def figure(
    part: str, kind: str, what: str, size: float | None, level: str = "alarm", **more: object
) -> Figure:
    bounds = model.BOUNDS[kind]  # type: ignore[index]
    given = {"before": None, "now": None, "low": None, "high": None, "p_held": 0.001, "bars": ()}
    return Figure(
        part=part, kind=kind, what=what, size=size, level=level, watch_from=bounds.watch, alarm_from=bounds.alarm, **(given | more)  # type: ignore[arg-type]
    )  # fmt: skip


FIGURES = (
    figure("sources", "late", "parc_social", 2.0, before=31.0, now=62.0, p_held=None),
    figure("sources", "rows", "etat_civil", 0.5, before=220.0, now=110.0),
    figure("inputs", "values", "oldest_age", 0.41, bars=BARS),
    figure("inputs", "missing", "low_income", -0.12, before=0.4, now=0.28),
    figure("inputs", "known", "agent_noticed", 0.5, before=0.01, now=0.02),
    figure("inputs", "known", "months_since_divorce", 1.0, before=0.0, now=0.02),
    figure("inputs", "known", "single_parent", None, p_held=None),
    figure("inputs", "missing", "unemployed", -0.06, "steady", before=0.4, now=0.34, p_held=0.4),
    figure("scores", "scores", "scores", 0.12, "watch", bars=BARS),
    figure("reasons", "reasons", "reasons", 0.5, bars=REASONS),
    figure("people", "share", "visit", -0.35, before=0.75, now=0.4),
    figure("people", "share", "isolated EXPLORATION", None, "steady"),
    figure("people", "kappa", "kappa", -0.5, before=0.8, now=0.3),
)


def report(
    *figures: Figure, level: str = "alarm", language: Language = "fr", why: str | None = "approved"
) -> Report:
    return Report(
        masthead=Masthead(city="Ville & <fils>", language=language, is_fictitious=True),
        as_of=date(2026, 11, 2),
        level=level,
        reference=None if why is None else Held(why=why, name="2026-05-02-points", as_of=date(2026, 5, 2)),
        compared=Compared(is_same_text=why != "first", gone=("social_tenant",) if why == "first" else ()),
        sources=SOURCE_WORDS,
        figures=figures,
    )


def test_the_first_run_compares_nothing_and_explains_no_bar() -> None:
    text = drift.page(report(level="steady", language="en", why=None)).decode()
    assert text.count(drift.NO_REFERENCE) == 1 and "as before" not in text and "A bar shows" not in text
    assert "A bar shows" in drift.page(report(FIGURES[0], language="en")).decode()


def said(*figures: Figure, language: Language = "en", level: str = "alarm") -> str:
    return drift.first_sentence(report(*figures, level=level), language)


def test_the_figures_of_the_model_are_told_whole() -> None:
    """A report knows no model, so that two tables have the same columns."""
    mine, theirs = ({f.name for f in fields(one)} for one in (Figure, model.Figure))
    assert mine - theirs == {"watch_from", "alarm_from"} and theirs - mine == {"p", "is_shown"}


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (FIGURES[0], "Social housing: nothing has been delivered for 62 days; the longest wait before was 31 days."),
        (FIGURES[1], "Civil status: 110 rows a delivery, 220 when the ranking was learnt."),
        (FIGURES[9], "50% of the list is led by another reason than when the ranking was learnt."),
        (FIGURES[10], "Decided with a visit: 40.0%, 75.0% before."),
        (FIGURES[12], "Two readers agree less than before: kappa 0.30, 0.80 before."),
    ],
)  # fmt: skip
def test_an_alarm_is_one_sentence(one: Figure, sentence: str) -> None:
    assert said(one) == sentence


def test_the_first_is_told_and_the_others_are_counted() -> None:
    assert said(FIGURES[0], FIGURES[1]).endswith("31 days. One other figure alarms.")
    assert said(*FIGURES[:3]).endswith("31 days. 2 other figures alarm.")
    assert said(FIGURES[8], level="watch") == drift.FIRST_SENTENCES["watch"]
    assert said(level="steady") == drift.FIRST_SENTENCES["steady"]
    assert drift.first_sentence(report(level="steady", why=None), "en") == drift.NO_REFERENCE


def test_what_somebody_told_the_city_is_named_nowhere() -> None:
    assert said(FIGURES[4]).startswith(
        "“a sign that somebody told the city” is known of 2.0% of the households, 1.0%"
    )


def test_a_hidden_figure_says_only_that_it_moved() -> None:
    assert "far more, or far fewer, households" in said(FIGURES[6])
    assert drift.content(report(FIGURES[6]))["figures"][0]["size"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    ("one", "size"),
    [(FIGURES[0], "×\u00a02,0"), (FIGURES[1], "−50\u00a0%"), (FIGURES[3], "−12,0 points"), (FIGURES[4], "+100\u00a0%"), (FIGURES[5], "de personne"),
     (FIGURES[6], "–"), (FIGURES[8], "0,12"), (FIGURES[12], "−0,50")],
)  # fmt: skip
def test_how_far_it_has_moved_in_the_unit_of_its_bounds(one: Figure, size: str) -> None:
    assert drift.size(one, "fr") == size


def test_every_part_kind_and_level_of_the_model_has_its_words_in_french() -> None:
    say = words.words("fr")
    assert tuple(drift_words.PARTS) == model.PARTS and set(drift_words.KINDS) == set(model.BOUNDS)
    assert set(drift_words.SENTENCES) == set(model.BOUNDS) and tuple(drift_words.LEVELS) == model.LEVELS
    texts = [text for part in drift_words.PARTS.values() for text in vars(part).values()]
    for table in (
        drift_words.NAMES,
        drift_words.KINDS,
        drift_words.SENTENCES,
        drift_words.BOUNDS,
        drift_words.LEVELS,
        drift_words.WHY,
        drift.FIRST_SENTENCES,
    ):
        texts += table.values()
    assert all(say(text) for text in (*texts, drift_words.HIDDEN, drift.NO_REFERENCE))


CASES: dict[str, Callable[[Language], Report]] = {
    "alarm": lambda language: report(*FIGURES, language=language),
    "first": lambda language: report(*FIGURES[3:8], language=language, why="first"),
    "steady": lambda language: report(
        replace(FIGURES[0], level="steady"), level="steady", language=language, why="ranked"
    ),
    "none": lambda language: report(level="steady", language=language, why=None),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("case", CASES)
def test_the_page_is_whole_and_fetches_nothing(case: str, language: Language) -> None:
    shown = drift.page(CASES[case](language)).decode()
    assert faults(shown) == [] and "<fils>" not in shown and f'<html lang="{language}">' in shown
    assert ("Que faire" in shown or "What to do" in shown) is (case in ("alarm", "first"))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_text_overflows_on_a_phone_on_a_laptop_and_on_paper(
    chromium: Browser, language: Language, tmp_path: Path
) -> None:
    for case, made in CASES.items():
        path = tmp_path / f"{case}.html"
        path.write_bytes(drift.page(made(language)))
        view = opened(chromium, path.as_uri())
        for width, media in SIZES:
            assert overflowing(view, width, media) == [], (case, width)
