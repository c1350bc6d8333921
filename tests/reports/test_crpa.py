"""The page of one household: its figures add up, each arm is told, and whoever warned the city cannot be found out from it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from features.catalogue import FACTORS
from features.factor import Factor, Language
from reports import crpa
from reports.crpa import ROUGH, account, page, rough
from reports.risk_list import Arm
from tests.reports.explanation_sample import ANOTHER, FACTS, TOLD, UNTOLD, fact, individual
from tests.reports.test_page import opened

HIDDEN = ("agent_noticed", "service_after_alert", "registered_by_third_party")
WEIGHTS = st.one_of(st.none(), st.floats(-2, 2).map(lambda v: round(v, 6)))


def seen(html: bytes) -> str:
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", html.decode("utf-8"), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def figures(html: bytes) -> list[float]:
    """The column of points of the account, as a reader adds it up."""
    table = re.search(r'<table class="account">.*?</table>', html.decode(), re.DOTALL)
    assert table
    cells = re.findall(r'<td class="n">([^<]*)</td>', table[0])
    return [float(c.replace(",", ".").replace("\u2212", "-").replace("\u202f", "")) for c in cells]


def test_the_account_of_the_sample_is_the_one_worked_by_hand() -> None:
    rows = [(row.text, row.points) for row in account(individual()).rows]
    assert rows == [
        ("Membre le plus âgé\u00a0: 86 ans", 0.52),
        ("Seul titulaire du bail, 1 occupant déclaré", 0.41),
        ("A cessé de fréquenter le club seniors il y a 7 mois", 0.38),
        ("Un service a été demandé par la famille", -0.31),
        ("Titulaire du bail à la retraite", 0.09),
        ("Aucune trace d’usage d’un service municipal depuis 24 mois (indice faible)", 0.06),
        ("Habite un lieu-dit\u00a0: rien dans les fichiers", -0.01),
    ]
    assert (account(individual()).start, account(individual()).total) == (-2.0, -0.86)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(FACTORS),
            st.one_of(st.none(), st.sampled_from([0.0, 1.0, 5.0])),
            WEIGHTS,
            st.sampled_from(["household", "another"]),
        ),
        max_size=14,
        unique_by=lambda drawn: drawn[0].name,
    )
)
def test_start_and_rows_make_the_total_and_the_total_is_the_score(
    drawn: list[tuple[Factor, float | None, float | None, str]],
) -> None:
    facts = tuple(fact(f.name, v, c, of=of) for f, v, c, of in drawn)
    one = individual(facts=facts)
    told = account(one)
    assert round(told.start + sum(row.points for row in told.rows), 2) == told.total
    away = abs(told.total - one.score)
    assert away <= 0.005 + 1e-9 or one.told or one.of_others
    assert (
        away
        <= 2 * ROUGH + sum(abs(f.contribution or 0) for f in one.told if (f.contribution or 0) < 0) + 0.01
    )


def test_the_figures_on_the_page_add_up_in_every_case() -> None:
    for facts in (FACTS, (*FACTS, TOLD), (*FACTS, TOLD, ANOTHER), (), (UNTOLD,)):
        for language in ("fr", "en"):
            start, *rows, total = figures(page(individual(language=language, facts=facts)))
            assert round(start + sum(rows), 2) == total


@pytest.mark.parametrize(
    ("points", "about"),
    [(0.0, 0.0), (0.004, 0.0), (0.01, 0.5), (0.5, 0.5), (0.51, 1.0), (-0.2, -0.5), (-0.5, -0.5), (1.7, 2.0)],
)
def test_half_points_lie_away_from_zero(points: float, about: float) -> None:
    assert rough(points) == about


def test_the_page_is_the_same_whichever_sign_was_told_and_whatever_it_weighs() -> None:
    pages = {
        page(
            individual(
                facts=(*FACTS, fact(name, 1.0, weight, source=source), *(fact(n, None, 0.0) for n in HIDDEN if n != name))
            )
        )
        for name, weight, source in zip(HIDDEN * 2, (0.5, 0.35, -0.05, 0.0, 0.01, 0.49), ("parc_social", "usages_services", "registre_vulnerables") * 2, strict=True)
    }  # fmt: skip
    assert len(pages) == 1
    text = seen(pages.pop())
    assert "Un signe que quelqu’un a transmis à la ville" in text and "arrondi par demi-points" in text
    assert "Nous ne disons pas lequel, ni qui a parlé, ni quand" in text
    assert "agent" not in text.lower() and "tiers" not in text and "signalement" not in text


def test_one_record_is_one_and_two_are_several() -> None:
    told = page(individual()).decode()
    assert "1 fiche de votre foyer" in told and "2 fiches de votre foyer" in told and "(s)" not in told


def test_without_such_a_sign_the_page_names_none_either() -> None:
    text = seen(page(individual(facts=(*FACTS, UNTOLD, fact("agent_noticed", 0.0, 0.0)))))
    assert "transmis" not in text and "agent" not in text.lower() and "signalement" not in text


def test_every_factor_that_somebody_told_is_hidden_and_sex_is_not() -> None:
    assert tuple(f.name for f in FACTORS if crpa.is_told(f)) == HIDDEN
    assert "Homme seul" in seen(page(individual(facts=(fact("male", 1.0, 0.3),))))


def test_what_is_known_of_another_adult_is_weighed_and_not_said() -> None:
    unseen = ("a reçu une aide facultative", "Ce que le calcul a cherché")
    text = seen(page(individual(facts=(*FACTS, ANOTHER))))
    assert "conjoint" not in text and "il y a 5 mois" not in text
    assert "Ce que l’on sait d’un autre adulte de votre foyer" in text
    assert not any(told in text for told in unseen), "gaps in the list of what was not found would tell"
    assert all(told in seen(page(individual())) for told in unseen)


ARMS: dict[Arm, tuple[str, str]] = {
    "MODELE": ("Les 60 premiers sont proposés", "placed"),
    "EXPLORATION": ("la même chance\u00a0: 0,13\u00a0%", "lot"),
    "SIGNALEMENT": ("Nous ne disons pas qui a parlé, ni ce qui a été dit", "message"),
    "DEUIL": ("ont perdu leur mari, leur femme ou leur partenaire", "bereaved"),
}


@pytest.mark.parametrize("arm", ARMS)
def test_each_arm_says_why_the_household_is_on_the_list(arm: Arm) -> None:
    text = page(individual(arm=arm)).decode()
    for other, (said, _) in ARMS.items():
        assert (said in text) == (other == arm), other
    assert ("Vos points, plus bas, n’ont pas joué" in text) == (arm != "MODELE")
    assert ("13 fois sur 20" in text) == (arm == "MODELE"), (
        "a rank says nothing where the rank did not decide"
    )
    assert "Ce sont des personnes qui décident" in text


def test_the_four_items_of_the_law_stand_in_their_order_with_its_words() -> None:
    html = page(individual()).decode()
    law = (
        "le degré et le mode de contribution du traitement algorithmique à la prise de décision",
        "les données traitées et leurs sources",
        "les paramètres de traitement et leur pondération, appliqués à votre situation",
        "les opérations effectuées par le traitement",
    )
    places = [html.index(words) for words in law]
    assert places == sorted(places)
    assert re.findall(r'<span class="step">(\d)</span>', html) == ["1", "2", "3", "4"]


def test_every_value_stands_with_its_source_and_its_day() -> None:
    text = seen(page(individual()))
    assert "Membre le plus âgé : 86 ans liste électorale, parc social 1er juin 2026" in text
    assert "Un service a été demandé par la famille services date inconnue" in text
    assert "parc social (11 septembre 2026) : titulaire du bail au chômage" in text


def test_what_does_not_hold_and_what_is_weak_is_said_so_once() -> None:
    html = page(individual()).decode()
    assert html.count("Pas sûr\u00a0:") == 1 and html.count("Indice faible\u00a0: si") == 1
    assert "peser plus de 0,3 point" in html
    steady = tuple(fact(f.factor, f.value, f.contribution) for f in FACTS)
    assert "Pas sûr" not in page(individual(facts=steady)).decode()


def test_a_rule_tells_that_it_learns_nothing() -> None:
    facts = (
        fact("oldest_age", 86.0, 1.0, same_sign_share=None),
        fact("unemployed", 1.0, None, same_sign_share=None),
    )
    one = individual(
        facts=facts, champion="rule_80_plus", is_by_rules=True, base=0.0, score=1.0, draws=None, times_listed=None, equals=412, precision=None
    )  # fmt: skip
    text = seen(page(one))
    assert figures(page(one)) == [0.0, 1.0, 1.0]
    assert "n’apprend rien des visites" in text and "La règle donne un point en tout" in text
    assert "411 autres ménages" in text and "trop peu de visites" in text
    assert "Connu, mais sans poids ici : titulaire du bail au chômage" in text


def test_a_lead_is_not_passed_off_as_the_figure_of_a_study() -> None:
    text = seen(page(individual(champion="rule_80_plus_by_points")))
    assert "80 ans ou plus d’abord, puis par des points" in text
    assert "c’est la règle qui le place d’abord, non une étude" in text
    assert "non une étude" not in seen(page(individual(champion="points")))
    unproven = seen(page(individual(champion="rule_80_plus_by_points", is_by_rules=True)))
    assert "entre ex æquo, par des points" in unproven and "rien n’a été meilleur à coup sûr" in unproven
    assert "La règle donne un point en tout" not in unproven


def test_a_told_sign_that_the_rule_does_not_use_is_there_without_weight() -> None:
    one = individual(facts=(fact("oldest_age", 86.0, 1.0), fact("agent_noticed", 1.0, None)), base=0.0)
    assert figures(page(one)) == [0.0, 1.0, 1.0] and "Il y a aussi un signe" in seen(page(one))


def test_it_names_nobody_fetches_nothing_and_gives_the_same_bytes() -> None:
    html = page(individual(facts=(*FACTS, TOLD, ANOTHER)))
    assert html == page(individual(facts=(*FACTS, TOLD, ANOTHER)))
    text = html.decode()
    assert not re.search(r"@import|url\((?!#)|https?://(?!www\.w3\.org)|<script|src=", text)
    assert "Ville &amp; &lt;b&gt;port" in text and "place &lt;Rouge&gt;" in text
    assert "H000000000000002a" in text and "person" not in seen(html).replace("personne", "")


def test_what_the_city_has_not_filled_in_is_marked() -> None:
    assert page(individual()).decode().count("<mark>à compléter par la ville</mark>") == 1


def test_identifiers_are_unique_and_every_reference_is_there() -> None:
    html = page(individual()).decode()
    there = re.findall(r'\bid="([^"]+)"', html)
    assert len(there) == len(set(there))
    asked = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html)
    named = [name for names in re.findall(r'aria-labelledby="([^"]+)"', html) for name in names.split()]
    assert named and {a or b for a, b in asked} | {*named} <= set(there)


def test_english_is_whole_too() -> None:
    html = page(individual(language="en", facts=(*FACTS, TOLD, ANOTHER)))
    assert b'<html lang="en">' in html and "Why the city proposes a visit to you" in seen(html)
    assert not re.search(r"\b(foyer|visite|ville|points? de)\b", seen(html).replace("Ville &amp;", ""))


@pytest.mark.parametrize("width", [1366, 375])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_scrolls_sideways_or_leaves_its_box(
    chromium: Browser, tmp_path: Path, language: Language, width: int
) -> None:
    path = tmp_path / "crpa.html"
    path.write_bytes(page(individual(language=language, facts=(*FACTS, TOLD, ANOTHER))))
    shown = opened(chromium, path.as_uri(), width, script=False)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    outside = """() => [...document.querySelectorAll('.sheet, figure')].flatMap(box => {
      const edge = box.getBoundingClientRect();
      return [...box.querySelectorAll('td, th, small, svg text')].filter(cell => {
        const place = cell.getBoundingClientRect();
        return place.right > edge.right + 1 || (place.width && place.left < edge.left - 1)
          || (cell.clientWidth && !cell.closest('svg') && cell.scrollWidth > cell.clientWidth + 1);
      }).map(cell => cell.textContent)})"""
    assert shown.evaluate(outside) == []


def test_it_prints_whole(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "crpa.html"
    path.write_bytes(page(individual()))
    shown = opened(chromium, path.as_uri())
    found = shown.get_by_text("Aucun point pour cela")
    assert not found.is_visible()
    shown.emulate_media(media="print")
    assert found.is_visible()
    assert shown.pdf(format="A4").startswith(b"%PDF")
