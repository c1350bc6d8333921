"""The attrition page: published numbers only, and in a real Chromium: offline, narrow, on paper, for who cannot see the chart."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from features.attrition import ALL, DOOR, OBJECTION, OLDER, REFUSAL
from features.presence import REASONS
from reports import attrition as report
from reports import flow_chart
from reports.flow_chart import Step
from reports.words import words
from tests.reports.test_page import opened
from tests.reports.visiting_sample import MICRO, attrition, place


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "attrition.html"
    path.write_bytes(report.page(attrition(), place()))
    return path.as_uri()


def test_the_chart_draws_published_numbers_and_what_is_hidden_as_one_step() -> None:
    """Of 4 + 35 older entries that fell away the 4 dead are too few, and with them the 35 would tell them."""
    drawn = report.steps(attrition(), OLDER, words("fr"))
    assert [(s.label, s.entries) for s in drawn] == [
        ("Inscriptions sur la liste", 139),
        ("motifs trop rares pour être détaillés", -39),
        ("Personnes encore là", 100),
        ("Portes", 100),
    ]
    left = 0
    for step in drawn:
        left = step.entries if step.is_total else left + step.entries
    assert left == attrition().numbers[OLDER, DOOR]


def test_too_few_entries_are_not_drawn() -> None:
    tiny = attrition([("01", OLDER, DOOR, "", 7), ("01", OLDER, "moved", "end of lease", 2)])
    assert report.steps(tiny, ALL, words("fr")) == ()
    page = report.page(tiny, place()).decode()
    assert "Trop peu d’inscriptions" in page and not re.search(r">\s*[279]\s*<", page)


def test_no_small_number_is_on_the_page_or_in_the_json() -> None:
    found = report.as_json(attrition())
    assert not re.search(r": [1-9]\b(?!\d)|: 10\b", str(found).replace("80+", ""))
    page = report.page(attrition(), place()).decode()
    cells = re.findall(r'<td class="n[^"]*">([^<]*)</td>', page)
    assert cells and not {c for c in cells if c.isdigit() and 0 < int(c) < 11}


def test_how_few_other_registers_add_is_told_in_words_that_stand_without_the_number() -> None:
    """Six doors beside a hundred from the roll: their number is hidden, and with it that of the list."""
    counted = attrition(otherwise=6)
    page = report.page(counted, place("en")).decode()
    assert "<b>100 doors from the roll</b>" in page and "<b>More doors are on the visiting list</b>" in page
    assert "<b>•" not in page and "106" not in page


def test_a_hostile_name_stays_text_and_every_number_is_explained() -> None:
    page = report.page(attrition(), place()).decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    for said in (
        "Un fichier donne la personne pour décédée",
        "Un courrier est revenu",
        "Origine des données",
        "données du 1er octobre 2026",
    ):
        assert said in page
    assert "From the roll to the doors" in report.page(attrition(MICRO), place("en")).decode()


@pytest.mark.parametrize("reason", [*REASONS, OBJECTION, REFUSAL])
def test_every_reason_has_its_words_in_both_languages(reason: str) -> None:
    assert report.reason_words(reason, words("en")) == reason != report.reason_words(reason, words("fr"))


def test_the_svg_is_the_same_twice_and_needs_no_colour() -> None:
    steps = (Step(label="Tous", entries=20, is_total=True), Step(label="Partis", entries=-5), Step(label="Là", entries=15, is_total=True))  # fmt: skip
    one, again = (flow_chart.svg(steps, title="T & U", language="fr", name="x") for _ in range(2))
    assert one == again and "<pattern" in one and "T &amp; U" in one
    assert "Tous\u00a0: 20 ; Partis\u00a0: – 5 ; Là\u00a0: 15." in one
    assert not re.search(r"#0[1-4]0[1-4]0[1-4]", one)
    assert flow_chart.svg((), title="", language="fr", name="x") == ""


def test_it_opens_offline_without_a_complaint_and_nothing_scrolls_sideways(
    chromium: Browser, address: str
) -> None:
    for width in (1366, 390):
        page = opened(chromium, address, width, script=True)
        requests: list[str] = []
        page.on("request", lambda request, seen=requests: seen.append(request.url))
        complaints: list[str] = []
        page.on("console", lambda message, seen=complaints: seen.append(message.text))
        page.reload()
        assert complaints == [] and requests == [address]
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_whole_chart_is_on_the_screen_and_large_enough_to_read(
    chromium: Browser, address: str
) -> None:
    """At 375 px the wide drawing ended before its figures began."""
    page = opened(chromium, address, 375)
    shown = page.locator("svg.flow:visible")
    assert shown.count() == 2 and all("narrow" in (one.get_attribute("class") or "") for one in shown.all())
    texts = [text.bounding_box() for text in shown.first.locator("text").all()]
    assert len(texts) == 8 and all(box and box["x"] >= 0 and box["x"] + box["width"] <= 375 and box["height"] >= 12 for box in texts)  # fmt: skip
    assert page.locator("figure").evaluate_all("all => all.every(e => e.scrollWidth <= e.clientWidth)")
    wide = opened(chromium, address, 1366).locator("svg.flow:visible")
    assert [one.get_attribute("class") for one in wide.all()] == ["flow", "flow"]


def test_who_cannot_see_the_chart_hears_it(chromium: Browser, address: str) -> None:
    page = opened(chromium, address, script=False)
    chart = page.get_by_role("img", name="De la liste électorale aux portes : 80 ans et plus")
    assert chart.is_visible()
    assert "Personnes encore là\u00a0: 100" in (chart.locator("desc").first.text_content() or "")


def test_no_identifier_is_used_twice(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_follows_the_scheme_of_the_page(chromium: Browser, address: str, scheme: str) -> None:
    page = opened(chromium, address)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    ink = page.evaluate("getComputedStyle(document.querySelector('svg.flow text')).fill")
    body = page.evaluate("getComputedStyle(document.body).color")
    assert ink == body


def test_it_prints(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    page.emulate_media(media="print")
    assert page.pdf(format="A4").startswith(b"%PDF")
