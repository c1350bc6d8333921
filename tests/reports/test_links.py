"""The auditor's page: what it says, one chart a link, nothing that names anybody, and readable by whoever cannot see it."""

import re
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from features import conflicts, known, people
from features.clusters import DOUBTFUL
from features.comparisons import COMPARISONS
from features.factor import Language
from features.laying import AMBIGUOUS
from features.link_explained import Explained, Link, Record, Weighed, explain
from features.linkage import LIKELY
from reports import links
from reports.contracts import Masthead
from reports.links import LEVELS, Speech, page
from reports.waterfall import Bar, Line, Waterfall
from tests.features.drawn import AS_OF, OPEN, Row, elector, warehouse
from tests.features.test_linkage import loose

NAMES = {"liste_electorale": "liste électorale", "usages_services": "services", "deces_publics": "décès"}
DEAD: Row = {"cle_identite": "key-a", "annee_naissance": 1950, "date_deces": date(2026, 9, 1)}


@cache
def sample() -> Explained:
    """Two twins on the roll, of whom the first uses a service and is dead."""
    twins = [elector("a", cle_phonetique="sound"), elector("b", cle_phonetique="sound", id_logement="flat-a")]
    connection = warehouse(
        liste_electorale=twins, usages_services=[loose(cle_identite="key-a")], deces_publics=[DEAD]
    )
    known.open_views(connection, AS_OF, OPEN)
    people.link(connection)
    found = explain(connection, "liste_electorale", "a")
    assert found is not None
    return found


@cache
def shown(language: Language = "fr") -> str:
    masthead = Masthead(city="Ville & <b>port</b>", language=language, is_fictitious=True)
    return page(sample(), masthead, NAMES, AS_OF).decode("utf-8")


def seen(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)).split())


def test_one_chart_and_one_table_a_link_with_the_same_figures() -> None:
    told = (*sample().links, *sample().apart)
    html = shown()
    assert len(told) == html.count("<svg") == html.count('<section class="link"') > 2
    speech = Speech(language="fr", sources=NAMES)
    for n, link in enumerate(told, start=1):
        section = html[html.index(f'id="l{n}"') :].split("</section>")[0]
        chart, table = section.split("</figure>")
        for bar in links.bars(link, speech):
            assert bar.text in chart and bar.text in table, bar.title


def test_it_says_in_french_what_was_decided_and_why() -> None:
    text = seen(shown())
    assert "Réunies · sûr" in text and "À partir de 90 %, deux fiches sont réunies." in text
    assert "La règle : une personne n’a jamais deux inscriptions sur la même liste." in text
    assert "mêmes nom, prénom et date de naissance" in text and "fichier public" in text
    assert f"version {sample().model}" in text and "Données fictives" in text


def test_it_names_no_key_no_place_and_no_year() -> None:
    for html in (shown(), shown("en")):
        for value in ("key-", "door-", "sound<", "flat-", "street", "1950"):
            assert value not in html


def test_it_fetches_nothing_and_gives_the_same_bytes() -> None:
    html = shown()
    assert not re.search(r"@import|url\((?!#)|https?://(?!www\.w3\.org)|<script", html)
    masthead = Masthead(city="Ville & <b>port</b>", language="fr", is_fictitious=True)
    assert page(sample(), masthead, NAMES, AS_OF).decode() == html
    assert "Ville &amp; &lt;b&gt;port" in html


def test_no_identifier_is_used_twice_and_every_reference_is_there() -> None:
    html = shown()
    there = re.findall(r'\bid="([^"]+)"', html)
    assert len(there) == len(set(there))
    asked = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html) + [
        (name, "") for names in re.findall(r'aria-labelledby="([^"]+)"', html) for name in names.split()
    ]
    assert asked and {a or b for a, b in asked} <= set(there)


def test_english_is_whole_too() -> None:
    text = seen(shown("en"))
    assert "Which records are one person, and why" in text and "Linked · sure" in text
    assert "The rule: one person never holds two entries of the same roll." in text
    assert "fiche" not in text and "personne" not in text


def test_every_level_promise_and_comparison_has_its_words() -> None:
    speech = Speech(language="fr", sources=NAMES)
    assert set(LEVELS) == {level.label for c in COMPARISONS for level in c.levels}
    assert set(links.COMPARISONS) == {c.name for c in COMPARISONS}
    for text in (*LEVELS.values(), *links.COMPARISONS.values(), *links.STATES.values(), *(g.promise for g in conflicts.GUARDS)):  # fmt: skip
        assert speech.say(text)


def link(probability: float, doubt: str, bits: float = 1.0) -> Link:
    day = date(2026, 1, 1)
    one, other = (Record(source="liste_electorale", record_id=name, first_known=day) for name in "ab")
    said = (Weighed(comparison="sex", label="same sex", weight=bits, adjustment=0.0),)
    return Link(one=one, other=other, prior=-1.0, weighed=said, weight=bits - 1.0, probability=probability, state="left apart", doubt=doubt, beside=())  # fmt: skip


@pytest.mark.parametrize(
    ("probability", "doubt", "says"),
    [
        (0.2, DOUBTFUL, "trop peu d’éléments parlent"),
        (LIKELY - 1e-5, DOUBTFUL, "trop peu d’éléments parlent"),
        (LIKELY, DOUBTFUL, "quelqu’un d’autre est aussi en question"),
        (0.9, AMBIGUOUS, "presque aussi vraisemblable (moins de 3 bits"),
        (0.9, "two leases in force", "fiches qui ne peuvent être une seule personne"),
    ],
)
def test_why_a_pair_was_left_apart(probability: float, doubt: str, says: str) -> None:
    speech = Speech(language="fr", sources=NAMES)
    assert says in speech.verdict(link(probability, doubt))
    assert bool(speech.promise(link(probability, doubt))) == (doubt == "two leases in force")


@pytest.mark.parametrize(
    ("probability", "says"),
    [(0.2, "20,0\u00a0%"), (0.999, "99,9\u00a0%"), (0.9991, "> 99,9\u00a0%"), (1.0, "> 99,9\u00a0%")],
)
def test_nothing_is_told_as_certain(probability: float, says: str) -> None:
    assert Speech(language="fr", sources=NAMES).chance(probability) == says


@pytest.mark.parametrize(("bits", "says"), [(29.27, "+29,3"), (-0.06, "−0,1"), (-0.04, "0,0"), (0.0, "0,0")])
def test_bits_have_a_sign_unless_they_are_nothing(bits: float, says: str) -> None:
    assert Speech(language="fr", sources=NAMES).signed(bits) == says


def test_the_bars_of_a_waterfall_stand_one_upon_the_other() -> None:
    start, up, down, end = (Bar(title=t, detail="", value=v, text="") for t, v in (("s", -10.0), ("u", 14.0), ("d", -1.0), ("e", 3.0)))  # fmt: skip
    chart = Waterfall(
        name="x", title="<t>", description="d", start=start, steps=(up, down), end=end,
        likely=Line(at=0.0, text="l"), sure=Line(at=2.0, text="s"), reach=(-10.0, 4.0), axis="bits",
    )  # fmt: skip
    assert chart.spans == [(0.0, -10.0), (-10.0, 4.0), (4.0, 3.0), (0.0, 3.0)]
    svg = chart.svg()
    assert 'role="img"' in svg and "&lt;t&gt;" in svg and "<metadata" not in svg
    assert "var(--accent)" in svg and "var(--against)" in svg and "<pattern" in svg, "against is hatched too"
    assert not re.search(r"#[0-9a-f]{6}", svg), "every colour is the page's"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_words_of_every_level_stand_whole_in_the_chart(chromium: Browser, language: Language) -> None:
    say = Speech(language=language, sources=NAMES).say
    first, *steps, last = (Bar(title="t", detail=say(text), value=1.0, text="") for text in LEVELS.values())
    line = Line(at=0.0, text="")
    chart = Waterfall(name="x", title="t", description="d", start=first, steps=tuple(steps), end=last, likely=line, sure=line, reach=(0.0, 20.0), axis="")  # fmt: skip
    view = chromium.new_page()
    view.set_content(f"<div style='width:60rem'>{chart.svg()}</div>")
    left, boxes = view.evaluate(
        "[document.querySelector('svg').getBoundingClientRect().left, [...document.querySelectorAll('svg text')]"
        ".map(t => [t.getBoundingClientRect(), t.textContent]).map(([b, said]) => [b.left, b.top, b.bottom, said])]"
    )
    words = sorted((b for b in boxes if b[3] and not re.fullmatch(r"[\d−]+", b[3])), key=lambda b: b[1])
    assert " ".join(b[3] for b in words if b[3] != "t") == " ".join(say(text) for text in LEVELS.values())
    assert min(b[0] for b in words) >= left, "nothing is cut"
    assert all(below[1] >= above[2] - 4 for above, below in pairwise(words)), "no line lies upon another"


def test_it_opens_in_a_browser_at_any_width_and_prints(chromium: Browser, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.write_text(shown(), encoding="utf-8")
    for width in (1366, 390):
        view = chromium.new_context(viewport={"width": width, "height": 800}, offline=True).new_page()
        complaints: list[str] = []
        view.on("console", lambda message, said=complaints: said.append(message.text))
        view.goto(target.as_uri())
        assert view.evaluate("document.documentElement.scrollWidth") <= width and complaints == []
        assert view.get_by_role("img").count() == len((*sample().links, *sample().apart))
    assert view.pdf(format="A4").startswith(b"%PDF")
