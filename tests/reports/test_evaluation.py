"""The yearly evaluation: every rule both ways, figures as they were counted, pages that are whole, documents that are tagged."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from features.frame import HIDDEN
from features.yearly import Change, Cost, cost, median_of, share
from reports import evaluation as pages
from reports import evaluation_facts, evaluation_said, paper, words
from reports.contracts import Masthead
from reports.evaluation_facts import ALL_INDICATORS, BY_NAME, Evaluation
from reports.evaluation_rules import RULES, Finding, findings
from reports.evaluation_said import Said
from tests.reports.evaluation_sample import CHANGE, NOT_KNOWN, RUN, counts, evaluation, group, moved

FRENCH, ENGLISH = Said(language="fr"), Said(language="en")


def speaking(one: Evaluation) -> set[str]:
    return {finding.rule.name for finding in findings(one, "year", ENGLISH)}


def waits(name: str, days: int) -> Callable[[], Evaluation]:
    base = evaluation()
    return lambda: replace(base, medians=dict(base.medians) | {("year", name): median_of([days] * 40)})


def with_counts(**over: dict[str, int | str]) -> Callable[[], Evaluation]:
    return lambda: evaluation(counts=counts(**over))


BOTH_WAYS: dict[str, tuple[Callable[[], Evaluation], Callable[[], Evaluation]]] = {
    "reached_well": (evaluation, with_counts(doors={"isolated": 60, "not isolated": 100, "refused": 60, "absent": 70})),
    "reached_more": (with_counts(doors={"refused": 15, "absent": 15}), evaluation),
    "one_in_four": (evaluation, with_counts(doors={"isolated": 60, "not isolated": 180})),
    "beats_chance": (evaluation, with_counts(MODELE={"isolated": 40, "not isolated": 110})),
    "beats_rules": (evaluation, lambda: evaluation(runs=(replace(RUN, gap=replace(RUN.gap, low=-0.01)),))),  # type: ignore[type-var]
    "alerts_fast": (evaluation, waits("alert_to_visit", 15)),
    "less_lonely": (evaluation, lambda: evaluation(changes={"year": replace(CHANGE, change=moved(-0.5, -1.1, 0.1))})),
    "satisfied": (with_counts(satisfied={"yes": 95, "no": 5}), with_counts(satisfied={"yes": 85, "no": 15})),
    "reached_badly": (with_counts(doors={"isolated": 30, "not isolated": 60, "refused": 70, "absent": 90}), evaluation),
    "refused_much": (with_counts(doors={"refused": 90}), evaluation),
    "refused_more": (with_counts(doors={"refused": 120}), with_counts(doors={"refused": 60})),
    "moved_much": (with_counts(doors={"moved": 100}), evaluation),
    "chance": (with_counts(MODELE={"isolated": 40, "not isolated": 110}), evaluation),
    "rule_ranks": (lambda: evaluation(runs=(replace(RUN, who="rule_80_plus", is_rule=True),)), evaluation),
    "alerts_slow": (waits("alert_to_visit", 15), waits("alert_to_visit", 14)),
    "alerts_left": (with_counts(alerts={"not visited": 40}), evaluation),
    "list_slow": (waits("list_to_visit", 61), waits("list_to_visit", 60)),
    "no_volunteers": (with_counts(visits={"VOLONTAIRE": 0}), with_counts(visits={"VOLONTAIRE": HIDDEN})),
    "not_asked_again": (lambda: evaluation(changes={"year": Change(asked=50, again=0)}), evaluation),
    "without_news": (with_counts(six_months={"none": 56}), with_counts(six_months={"none": 55})),
    "satisfaction_unknown": (with_counts(satisfied={"yes": 0, "no": 0}), lambda: evaluation(counts=counts(satisfied={"yes": 0, "no": 0}), professionals=None)),
    "no_desk": (lambda: evaluation(professionals=None, teams=None), evaluation),
    "no_costs": (lambda: evaluation(costs=None), evaluation),
    "not_measured": (lambda: evaluation(town=None), evaluation),
    "groups": (lambda: replace(evaluation(), town=replace(evaluation().town, groups=(group("isolated", "", ""), group("isolated", "sex", "men", NOT_KNOWN)))), evaluation),  # type: ignore[type-var]
    "silent": (lambda: _silent(), evaluation),
    "closed": (lambda: evaluation(closed=("social housing",)), evaluation),
}  # fmt: skip


def _silent() -> Evaluation:
    base = counts()
    numbers = {key: 0 if key[1] == "alerts MISSION_LOCALE" else n for key, n in base.numbers.items()}
    return evaluation(counts=replace(base, numbers=numbers))


def test_every_rule_has_a_test_of_both_ways() -> None:
    assert set(BOTH_WAYS) == {rule.name for rule in RULES}
    assert all(bool(rule.proposes) == (rule.kind != "strength") for rule in RULES)


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_a_rule_speaks_where_it_holds_and_nowhere_else(name: str) -> None:
    holds, holds_not = BOTH_WAYS[name]
    assert name in speaking(holds()) and name not in speaking(holds_not())


def test_hidden_numbers_make_no_rule_speak() -> None:
    base = counts()
    hidden = replace(base, numbers=dict.fromkeys(base.numbers, HIDDEN))
    one = evaluation(counts=hidden, changes={"year": CHANGE}, medians=dict.fromkeys(evaluation().medians))
    assert speaking(one) <= {"beats_rules", "less_lonely", "satisfaction_unknown"}


def test_a_finding_says_its_figure() -> None:
    told = {one.rule.name: one.figure for one in findings(evaluation(), "year", ENGLISH)}
    assert told["reached_well"] == "Households reached: 67% (62% to 71%)", "240 of 360 who still live there"
    assert told["beats_rules"] == "+10.0 (+2.0 to +18.0) households per 100 visits"
    assert told["beats_chance"] == "ranked 40% (33% to 48%), at random 22% (15% to 32%)"


@pytest.mark.parametrize(
    ("name", "part", "of"),
    [
        ("doors", 400, 400), ("reached", 240, 360), ("refused", 50, 360), ("absent", 70, 360), ("moved", 40, 400), ("volunteers", 200, 420),
        ("isolated", 80, 240), ("lonely", 60, 210), ("judged", 70, 220), ("severe", 20, 220), ("supported", 70, 70), ("services", 40, 40),
        ("taking_part", 25, 25), ("takes_part", 30, 50), ("out", 30, 55), ("satisfied", 40, 60), ("received", 120, 120), ("visited", 108, 120), ("alert_isolated", 30, 90),
    ],
)  # fmt: skip
def test_every_indicator_by_hand(name: str, part: int, of: int) -> None:
    assert set(BY_NAME) == {one.name for one in ALL_INDICATORS}
    found = BY_NAME[name].share(counts(), "year")
    assert (found.part, found.of) == (part, of) and found == share(part, of)


def test_an_indicator_with_a_hidden_part_is_hidden() -> None:
    found = BY_NAME["reached"].share(counts(doors={"absent": HIDDEN}), "year")
    assert (found.part, found.of, found.value) == (240, HIDDEN, None)
    assert FRENCH.missing(found) == "masqué"


def test_what_nobody_knows_is_said_so() -> None:
    nothing = evaluation(
        professionals=None,
        teams=None,
        costs=None,
        runs=(),
        town=None,
        changes={"year": Change(asked=50, again=0), "before": Change(asked=0, again=0)},
    )
    page = pages.page(nothing).decode()
    for said in (
        "Sans le pupitre", "aucun coût n’est donné", "Aucun calcul de cette année n’est conservé", "On ne sait pas combien de ménages de la ville sont isolés",
        "On ne sait pas si les personnes se sentent moins seules",
    ):  # fmt: skip
        assert said in page
    assert "None" not in page and "nan" not in page


def test_where_no_list_is_kept_nobody_knows_whom_it_named() -> None:
    """A year of visits without a kept run named nobody that is known, which is not nobody."""
    named = r"Ménages nommés sur les listes de l’année.*?</tr>"
    rows = [
        re.search(named, pages.page(evaluation(identified={"year": 300, "before": n})).decode(), re.DOTALL)
        for n in (0, 280)
    ]
    assert ["on ne sait pas" in row[0] for row in rows if row] == [True, False]


def test_the_costs_and_the_change_are_told_with_their_intervals() -> None:
    costs: dict[str, Cost] = {"year": cost(20_000.0, share(80, 400))}
    page = pages.page(evaluation(costs=costs)).decode()
    assert "un ménage trouvé isolé coûte 250 euros (207 à 305)" in page, (
        "50 a door, Wilson of 80 in 400: 16.37 % to 24.20 %"
    )
    assert "de 8,0 à 7,5, soit −0,5 sur l’échelle de 3 à 9 (−0,8 à −0,2)" in page
    assert "la première fois, les autres étaient à 5,0" in page


def test_the_page_is_french_fetches_nothing_and_names_its_parts() -> None:
    page = pages.page(evaluation()).decode()
    assert '<html lang="fr">' in page and not re.search(
        r"(?:src|href)\s*=\s*[\"'](?!#)|@import|url\((?!#)", page
    )
    links = set(re.findall(r'href="#([\w-]+)"', page))
    assert {link for link in links if f'id="{link}"' not in page} == set()
    assert "Données fictives" in page and page.count("<svg") == 3


def test_english_is_whole_too() -> None:
    page = pages.page(evaluation(masthead=Masthead(city="Town", language="en", is_fictitious=False))).decode()
    assert "Yearly evaluation 2026" in page and "Ménages" not in page and "isolé" not in page


def test_hostile_names_stay_text() -> None:
    page = pages.page(evaluation(masthead=Masthead(city="<b>x", language="fr", is_fictitious=False))).decode()
    assert "<b>x" not in page and "&lt;b&gt;x" in page


def test_every_word_of_the_evaluation_is_translated() -> None:
    tables = [v for name, v in vars(evaluation_facts).items() if name.endswith("_WORDS") or name == "MEDIANS"]
    said = {word for table in tables for word in table.values()} | {
        text for rule in RULES for text in (rule.says, rule.proposes) if text
    }
    said |= (
        {text for one in ALL_INDICATORS for text in (one.title, one.means)}
        | set(pages.KINDS.values())
        | {evaluation_said.UNKNOWN}
    )
    assert said <= set(dict(words.entries()))


def test_the_data_are_what_the_page_tells() -> None:
    told = json.loads(json.dumps(pages.content(evaluation()), default=str))
    assert told["indicators"]["isolated"]["year"]["part"] == 80 and told["until"] == "2026-12-31"
    assert "first" not in told["indicators"]["out"] and told["runs"][0]["as_of"] == "2026-11-02"
    assert {one["rule"] for one in told["findings"]} == speaking(evaluation())


@pytest.mark.parametrize("which", ["1", "december"])
def test_the_pack_of_a_committee(which: pages.Committee) -> None:
    content = inside(pages.committee(evaluation(), which))
    assert b"/StructTreeRoot" in content and b"/Count 6" in content, "tagged, six pages"


@pytest.mark.slow
def test_the_documents_are_tagged_have_an_outline_and_repeat_to_the_byte() -> None:
    content = pages.paper(evaluation())
    assert content == pages.paper(evaluation()) and pages.committee(evaluation(), "2") == pages.committee(
        evaluation(), "2"
    )
    told = inside(content)
    assert (
        b"/StructTreeRoot" in told
        and b"/Outlines" in told
        and any(b"/Count %d" % n in told for n in range(8, 14))
    )


def fullest() -> pages.Shown:
    """As much as one page of summary may ever have to hold: every figure, the longest sentences of every kind."""
    town = replace(
        evaluation().town, groups=(group("isolated", "", ""), group("isolated", "sex", "men", NOT_KNOWN))
    )  # type: ignore[type-var]
    run = replace(RUN, who="rule_80_plus_by_points", rule="rule_75_alone", gap=replace(RUN.gap, low=-0.125))  # type: ignore[type-var]
    told = pages.shown(evaluation(town=town, runs=(run,)), "year", "before")
    longest = sorted(
        RULES, key=lambda rule: -len(FRENCH.say(rule.says) + FRENCH.say(rule.proposes or "Gaps"))
    )
    return replace(told, held=tuple(Finding(rule=rule, figure="") for rule in longest))


def test_the_page_of_summary_is_one_page() -> None:
    told = fullest()
    assert len(told.summary) == 7 and len(told.figures) == 6 and all(len(told.of(kind)) >= 4 for kind in pages.KINDS)  # fmt: skip
    html = pages.on_paper(pages._rendered("evaluation_paper.html.j2", evaluation(), told, faces=paper.font_faces()))  # fmt: skip
    starts = {
        title: at for at, page in enumerate(paper.laid_out(html).pages) for _, title, *_ in page.bookmarks
    }
    assert (starts["En une page"], starts["Sommaire"]) == (1, 2), "the cover, the summary, the contents"


def test_a_proposal_is_whole_without_the_finding_that_made_it() -> None:
    """The summary lists proposals by themselves: none may begin with, or end in, a word for what was said before it."""
    told = [FRENCH.say(rule.proposes) for rule in RULES if rule.proposes]
    refers = re.compile(r"^(?:Le|La|Les|L’|En|Y) ?\w+er\b|rien d’autre ne le dit|\bpourquoi,|\bces canaux\b")
    assert [one for one in told if refers.search(one)] == []


def test_as_many_groups_are_unknown_in_the_blind_spots_as_in_the_part_on_the_town() -> None:
    """Everybody, and everybody who feels lonely, are no groups."""
    groups = (group("isolated", "", ""), group("lonely", "", "", NOT_KNOWN), group("isolated", "sex", "women"), group("isolated", "sex", "men", NOT_KNOWN), group("isolated", "tenure", "other", NOT_KNOWN))  # fmt: skip
    one = evaluation(town=replace(evaluation().town, groups=groups))  # type: ignore[type-var]
    told = pages.shown(one, "year", "before")
    assert [found.figure for found in told.held if found.rule.name == "groups"] == ["2 sur 3"]
    notes = [note for part in told.parts if part.key == "town" for note in part.notes]
    assert len(notes) == 1 and "\u00a0: 2 sur 3." in notes[0]


def inside(content: bytes) -> bytes:
    """What a PDF says of itself, which stands in compressed streams."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    return b"".join(zlib.decompress(one) for one in streams if one[:1] == b"x")


def test_a_half_that_has_not_begun_says_so() -> None:
    base = counts()
    numbers = {key: 0 if key[0] == "second" else n for key, n in base.numbers.items()}
    told = pages.shown(
        evaluation(counts=replace(base, numbers=numbers), until=date(2026, 5, 1)), "second", "first"
    )
    assert told.summary == (
        "On ne sait rien de\u00a0: 2e semestre 2026. Aucune visite ni aucun signalement n’est parvenu.",
    )
