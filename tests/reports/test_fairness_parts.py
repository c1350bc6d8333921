"""Both parts of the fairness page as they are read: the sentence of result first, what is not known said, nothing small shown, whole in both languages."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from features.factor import Language
from reports import fairness_floors_said, fairness_proxies, words
from reports.fairness_floors_said import Difference, headline
from reports.model_card_facts import Figure
from reports.model_card_said import Speech
from tests.reports.fairness_parts_sample import (
    CASES,
    FEWER,
    MORE,
    OPEN,
    SAME,
    html,
    of_floors,
    seen,
    way,
)
from tests.reports.test_page import opened
from tests.reports.whole_page import SIZES, faults, overflowing

ENGLISH = Speech(language="en")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((FEWER, MORE, OPEN), "can cost. Ways tried that surely find fewer isolated households: 1 of 3."),
        ((MORE, OPEN), "can bring something. Ways tried that surely find more isolated households: 1 of 2."),
        ((SAME, OPEN), "Ways that surely find about as many isolated households: 1 of 2."),
        ((OPEN, OPEN), "cannot be told yet: of none of the 2 ways that were tried is the difference sure."),
        ((), "cannot be tried yet: too few visits"),
    ],
)
def test_the_first_sentence_is_the_result(changes: tuple[Difference, ...], said: str) -> None:
    assert said in headline(of_floors(*(way("need", "sex", change) for change in changes)), ENGLISH)


def test_who_gains_and_who_loses_is_named_once_with_the_way() -> None:
    page = seen("sure")
    assert "would surely be found more often: 40 to 59, 51% instead of 20% (Age of the oldest, floor: share of the need)." in page  # fmt: skip
    assert "would surely be found less often: 80 and over, 12% instead of 20%" in page
    assert "For 2 of 4 it cannot be told yet. The one nearest to being told would take about 350 more answers" in page  # fmt: skip
    assert "12% could not be kept" in page and "fewer than 11 visits" in page


def test_what_is_not_known_says_what_it_would_take() -> None:
    page = seen("unsure")
    assert "about 38 more visits drawn at random must meet somebody before the need of a group" in page
    assert "no number of visits within reach would tell" in page
    assert "Of no group is it sure" in page
    assert "No single factor decides much" in page and "let no group be guessed." in page


def test_a_lot_that_ranks_says_so() -> None:
    page = seen("nothing")
    assert "A lot ranks the list" in page and "nothing tells anybody apart" in page
    assert "<svg" not in html("nothing") and "What a factor decides" not in page


def test_groups_that_are_given_away_and_what_decides() -> None:
    page = seen("sure")
    assert "its factors let it be guessed: priority neighbourhoods (QPV); and one more." in page
    assert "without it 100% of the visits would go to other households" in page
    assert "80 and over −80; priority neighbourhoods (QPV) +8" in page
    assert "Said outright, and so not looked for: Age of the oldest (age of the oldest member)." in page
    assert "02 Gare" in page and "fair" not in page.lower().replace("fairness", "")


@pytest.mark.parametrize("case", CASES)
def test_french_is_whole_and_hostile_text_stays_text(case: str) -> None:
    page = seen(case, "fr")
    english = {m for m, french in words.entries() if m != french and len(m) > 25}
    assert not [m for m in english if m in page]
    assert "Ville &amp; &lt;b&gt;port" in html(case) and faults(html(case)) == []


def test_same_parts_same_bytes() -> None:
    assert html("sure") == html.__wrapped__("sure")


def test_json_holds_what_the_page_holds() -> None:
    floors, proxies = CASES["sure"]
    told = json.loads(json.dumps([fairness_floors_said.content(floors), fairness_proxies.content(proxies)]))
    need, recall = told[0]["ways"][:2]
    assert need["precision_difference"] == {"value": -0.08, "low": -0.12, "high": -0.04, "verdict": "fewer", "more_answers": 0}  # fmt: skip
    assert need["recall"][0]["then"] == 0.51 and recall["seats_moved"] is None
    assert told[0]["ways"][3]["precision_difference"]["more_answers"] == 350
    assert told[1]["without_one_factor"][1]["seats_changed"] is None
    assert told[1]["told"][1]["by"] == {"low_income": 0.71} and told[1]["too_small"] == ["age_band: under 25"]


def test_further_answers_are_said_in_fifties_upwards() -> None:
    by = Figure(value=0.0, low=-0.1, high=0.1)
    said = [Difference(by=by, verdict="cannot be told", more_answers=n).more for n in (1, 50, 51, None)]
    assert said == [50, 50, 100, None]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_in_a_browser(chromium: Browser, tmp_path: Path, language: Language) -> None:
    """At every size, folded and unfolded, nothing runs over its edge."""
    for case in CASES:
        file = tmp_path / f"{case}.html"
        file.write_text(html(case, language), encoding="utf-8")
        view = opened(chromium, file.as_uri())
        view.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for width, media in SIZES:
            assert overflowing(view, width, media) == []
        view.context.close()
