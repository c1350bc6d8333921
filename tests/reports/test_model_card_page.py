"""The card in a real Chromium, on a phone, on paper and by ear; whole in both languages."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from features import audit_groups, label
from features.catalogue import FACTORS, GROUPS
from features.factor import Language
from models import calibration
from models.campaigns import K_RULE
from models.duel import ORDER
from models.metrics import BOOTSTRAPS
from reports import model_card_words, words
from reports.model_card import page
from reports.model_card_facts import ModelCard
from tests.reports import model_card_sample as sample
from tests.reports.model_card_sample import CASES, LANGUAGES, card, html, seen, won
from tests.reports.test_page import opened
from tests.reports.whole_page import SIZES, faults, overflowing


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = tmp_path_factory.mktemp("card") / "model_card.html"
    path.write_text(html("won"), encoding="utf-8")
    yield path.as_uri()


def test_every_name_figure_state_and_group_of_the_models_has_its_words() -> None:
    assert {*ORDER, "random"} <= set(model_card_words.NAMES) == set(model_card_words.WHO)
    assert {*label.STATES, "never visited"} == set(model_card_words.LEDGER)
    assert set(calibration.VERDICTS) == set(model_card_words.CALIBRATION)
    assert set(GROUPS) == set(model_card_words.CARDS) and model_card_words.K_RULE == K_RULE
    bands = {f"age_band: {band}" for _, band in audit_groups.AGE_BANDS} | {f"age_band: {audit_groups.OLDEST_BAND}"}  # fmt: skip
    assert bands == {g for g in model_card_words.GROUPS if g.startswith("age_band")}
    assert f"replacement, {BOOTSTRAPS} times" in seen("won", "en")
    assert {f.needs_setting for f in FACTORS} - {None} <= set(model_card_words.SETTINGS)


@pytest.mark.parametrize("case", CASES)
def test_each_language_is_whole_and_the_same_each_time(case: str) -> None:
    """No sentence of the catalogue stands on the page of the other language."""
    french = {m: f for m, f in words._french().items() if m != f and len(m) > 12 and "{" not in m}
    for language in LANGUAGES:
        assert page(card(CASES[case](), language)).decode() == html(case, language)
        assert f'<html lang="{language}">' in html(case, language)
    there = {m for m in french if m in seen(case, "en")}
    assert len(there) > 40
    whole = unescape(html(case, "fr")).replace("\u00a0", " ")
    assert not [m for m in there if m in whole]
    assert not [f for m, f in french.items() if m in there and f.replace("\u00a0", " ") in unescape(html(case, "en"))]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_fetches_nothing_and_no_identifier_stands_twice(case: str) -> None:
    shown = html(case)
    assert faults(shown) == []
    assert "<b>port" not in shown and "Ville &amp; &lt;b&gt;port" in shown


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_overflows_on_a_phone_on_a_laptop_and_on_paper(
    chromium: Browser, language: Language, tmp_path: Path
) -> None:
    for case in CASES:
        path = tmp_path / f"{case}.html"
        path.write_text(html(case, language), encoding="utf-8")
        view = opened(chromium, path.as_uri())
        for width, media in SIZES:
            assert overflowing(view, width, media) == [], (case, width)
            sheets = view.evaluate("[...document.querySelectorAll('.sheet')].map(s => s.scrollWidth - s.clientWidth)")  # fmt: skip
            assert not any(sheets), (case, width)
        view.context.close()


def test_it_opens_offline_without_a_complaint_and_prints(chromium: Browser, address: str) -> None:
    view = opened(chromium, address)
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text))
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.reload()
    assert complaints == []
    assert view.pdf(format="A4").startswith(b"%PDF")


def test_on_a_phone_each_figure_keeps_its_title(chromium: Browser, address: str) -> None:
    view = opened(chromium, address, 375)
    read = "e => getComputedStyle(e, '::before').content"
    first = view.locator("#figures table.stack").first.locator("tbody tr").first.locator("td")
    titles = [first.nth(place).evaluate(read).strip('"') for place in range(first.count())]
    assert titles[:2] == ["Précision à capacité", "Visites par ménage isolé trouvé"] and len(titles) == 5
    assert view.locator("#figures table.stack").first.get_by_role("columnheader").count() == 6


def test_the_card_holds_what_it_was_given() -> None:
    told: ModelCard = card(won())
    assert (told.labels, told.positives, len(told.campaigns)) == (400, 80, 4)
    assert told.learnt is not None and told.learnt.ledger["refused"] == "hidden"


_USES = "uses => uses.filter(u => !u.closest('[id*=xtick]')).map(u => [+u.getAttribute('x'), +u.getAttribute('y'), u.style.fill])"


_VERTICAL = """paths => paths.map(p => p.getAttribute('d').match(/^M (\\S+) \\S+ \\s*L (\\S+) \\S+\\s*$/)).filter(
  m => m && m[1] === m[2] && +m[1]).map(m => +m[1])"""


def test_the_points_stand_where_the_figures_say(chromium: Browser, address: str) -> None:
    """Read off the drawing: places on the axis are proportional to the figures, what is weighted is hollow and below, and the tick of 20 % is at 20 %."""
    view = opened(chromium, address)
    uses = view.locator("#finds svg use").evaluate_all(_USES)
    values = [v for precision in sample.HEADS.values() for v in (precision, precision - 0.02)]
    assert len(uses) == len(values)
    (x0, x1), (v0, v1) = (uses[0][0], uses[-2][0]), (values[0], values[-2])
    for (x, _, _fill), value in zip(uses, values, strict=True):
        assert (x - x0) / (x1 - x0) == pytest.approx((value - v0) / (v1 - v0), abs=1e-3)
    assert [fill == "var(--card)" for _, _, fill in uses] == [False, True] * len(sample.HEADS)
    assert all(plain[1] < weighted[1] for plain, weighted in zip(uses[::2], uses[1::2], strict=True))
    lines = view.locator("#finds svg path").evaluate_all(_VERTICAL)
    assert lines == [pytest.approx(x0, abs=0.01), pytest.approx(x0 - (x1 - x0) * 0.2, abs=0.01)], (
        "20 %, and 16 %"
    )
    tick = view.locator("#finds svg [id*=xtick_2] use").first.evaluate("u => +u.getAttribute('x')")
    assert tick == pytest.approx(x0, abs=0.01), "“at random” finds 20 %"


def test_charts_tell_every_figure_to_whoever_listens(chromium: Browser, address: str) -> None:
    charts = opened(chromium, address).get_by_role("img")
    assert charts.count() == 2
    told = [charts.nth(place).locator("desc").text_content() or "" for place in range(2)]
    assert (
        "Modèle appris (poids)\u00a0: 40,0\u00a0% (35,0\u00a0% à 45,0\u00a0%), pondéré 38,0\u00a0%" in told[0]
    )
    assert (
        "110 visites, 50 de plus\u00a0: Modèle appris (poids) 40,0 (36,0 à 44,0), 80 ans ou plus 27,0"
        in told[1]
    )
