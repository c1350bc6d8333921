"""The sentences say which way a group stands out and what that does; the page is whole in both languages and in a real Chromium."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from features.parity_counts import BANDS, DIMENSIONS, MEASURES
from reports import parity, parity_words, words
from tests.reports.parity_sample import sample
from tests.reports.test_page import opened


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = tmp_path_factory.mktemp("parity") / "frame_parity.html"
    path.write_bytes(parity.page(sample()))
    yield path.as_uri()


def said(language: str = "fr") -> dict[tuple[str, str], parity.Sentence]:
    return {(s.measure, s.direction): s for s in parity.sentences(sample(language))}


def test_each_direction_names_those_who_stand_out_that_way_with_their_figures() -> None:
    more, less = said("en")["alone_unknown", "more"], said("en")["alone_unknown", "less"]
    assert more.groups == (
        "women: 20.0%, against 10.0% of the others (2.0 times as often; between 1.7 and 2.3)",
        "aged 80 and over: 24.0%, against 12.0% of the others (2.0 times as often; between 1.7 and 2.3)",
        "Neighbourhoods, against 15.0% in the whole city: 01\u00a0Centre (40.0%)",
    )
    assert less.groups == (
        "aged 60 to 74: 6.0%, against 18.0% of the others (0.33 times as often; between 0.26 and 0.43)",
    )
    assert "points for living alone are lost" in more.effect and "get points that others" in less.effect
    assert more.lead.startswith("More often") and less.lead.startswith("Less often")


def test_that_women_are_above_says_already_that_men_are_below() -> None:
    assert not any("men:" in g and "women" not in g for s in parity.sentences(sample("en")) for g in s.groups)


def test_what_is_not_known_of_anybody_is_said_once() -> None:
    page = parity.page(sample("en")).decode()
    assert page.count("Tenure is not compared: no lease is read") == 1
    assert page.count("Priority neighbourhoods are not compared") == 1 and "no address known" not in page


FORETOLD = {m.name for m in MEASURES if m.is_foretold}
COMPARED = {m.name for m in MEASURES} - FORETOLD - {"presence_unknown"}


def test_nothing_is_said_where_nobody_is_counted_or_a_model_only_foretells() -> None:
    assert not {measure for measure, _ in said()} & {"presence_unknown"}
    assert {measure for measure, _ in said()} == COMPARED
    page = parity.page(sample("en")).decode()
    assert FORETOLD and page.count('<td class="verdict foretold">foretold, not compared') >= len(FORETOLD)


def test_every_measure_group_and_verdict_has_its_words_in_french() -> None:
    assert list(parity_words.MEASURES) == [m.name for m in MEASURES]
    assert tuple(parity_words.DIMENSIONS) == DIMENSIONS
    assert {band for _, band in BANDS} <= {group for _, group in parity_words.GROUPS}
    texts = [text for one in parity_words.MEASURES.values() for text in vars(one).values() if text]
    assert {name for name, one in parity_words.MEASURES.items() if not all(vars(one).values())} == FORETOLD
    texts += [
        *parity_words.DIMENSIONS.values(),
        *parity_words.GROUPS.values(),
        *parity_words.VERDICTS.values(),
    ]
    say = words.words("fr")
    assert all(say(text) for text in (*texts, "persons", "households"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_whole_in_one_language_and_the_same_each_time(language: str) -> None:
    page = parity.page(sample(language)).decode()
    assert page == parity.page(sample(language)).decode()
    title = {"fr": "La liste voit-elle tout le monde aussi bien", "en": "Does the list see everybody alike?"}
    other = "en" if language == "fr" else "fr"
    assert title[language] in page and title[other] not in page and f'<html lang="{language}">' in page


def test_the_page_fetches_nothing_and_no_identifier_stands_twice() -> None:
    page = parity.page(sample()).decode()
    links = re.findall(r'(?:src|href)\s*=\s*"([^"]*)"|url\(([^)]*)\)|@import', page)
    assert links and all((a or b).startswith("#") for a, b in links)
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert {(a or b)[1:] for a, b in links} <= set(identifiers)


def test_a_hostile_name_stays_text() -> None:
    page = parity.page(sample()).decode()
    assert "<Prés>" not in page and "Berges &amp; &lt;Prés&gt;" in page


def test_no_small_count_is_on_the_page_or_in_the_json() -> None:
    content = parity.content(sample())
    measures = json.loads(json.dumps(content))["measures"]
    shares = [g["share"] for m in measures for g in m["groups"]] + [m["city"] for m in measures]
    shown = [s for s in shares if s]
    assert shown and all(
        n == 0 or n >= 11 for s in shown for n in (s["count"], s["of"], s["of"] - s["count"])
    )
    hidden = {(g["dimension"], g["group"]) for m in measures for g in m["groups"] if g["share"] is None}
    assert hidden == {("sex", "unknown"), ("quartier", "02"), ("quartier", "04")}
    assert "02" not in "".join(g for s in parity.sentences(sample()) for g in s.groups)


def test_it_opens_offline_without_a_complaint(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.reload()
    assert complaints == []
    assert page.locator(".finding").first.is_visible()
    assert page.locator(".finding").count() == len(COMPARED)


@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_scrolls_sideways(chromium: Browser, address: str, width: int) -> None:
    page = opened(chromium, address, width, script=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_charts_are_named_for_those_who_listen(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    charts = page.get_by_role("img")
    assert charts.count() == 2 * (len(MEASURES) - 1)
    for place in range(charts.count()):
        told = charts.nth(place)
        assert told.locator("title").first.text_content()
        assert re.search(r"ville.*15,0.*La plus haute", told.locator("desc").first.text_content() or "")


def test_the_mark_tells_the_verdict_without_colour(chromium: Browser, address: str) -> None:
    """A diamond, a white circle, a grey circle: each drawn as often as the table has the verdict."""
    page = opened(chromium, address)
    section = page.locator("#m-alone_unknown")
    fills: list[str] = section.locator("svg use").evaluate_all(
        "uses => uses.filter(u => !u.closest('[id*=xtick]')).map(u => u.style.fill)"
    )
    rows = {
        v: section.locator(f"td.verdict.{v}").count() for v in ("alike", "insufficient-evidence", "differs")
    }
    assert fills.count("var(--card)") == rows["alike"]
    assert fills.count("var(--soft)") == rows["insufficient-evidence"]
    assert len(fills) == sum(rows.values())


def test_on_paper_every_figure_is_open(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    table = page.locator("#m-alone_unknown details.figures table")
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert table.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_keyboard_opens_the_figures(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    summary = page.locator("#m-removed details.figures summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#m-removed details.figures table").is_visible()
