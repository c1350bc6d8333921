"""What the card draws and counts is what the duel found; no number of households below eleven is shown or can be worked out."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError
from features import cells
from models import calibration, figures
from models.campaigns import K_RULE, Campaign
from models.duel import Contest, Duel
from models.metrics import Estimate
from models.standings import MORE_VISITS, Standing
from reports import duel_chart, model_card_words, value_chart
from reports.model_card import from_json, page
from reports.model_card_facts import counts, pooled, pools
from reports.model_card_said import Speech
from tests.features.attacker import told_apart
from tests.reports import model_card_sample as sample
from tests.reports.model_card_sample import (
    card,
    html,
    stays,
    text_of,
    won,
)


def test_the_lines_of_the_charts_are_the_figures_of_the_duel() -> None:
    told = card(won(), "en")
    drawn = {line.label: line for line in duel_chart.lines(told)}
    assert list(drawn) == [Speech(language="en").name(name) for name in sample.HEADS]
    for name, precision in sample.HEADS.items():
        plain, weighted = (p.figure for p in drawn[Speech(language="en").name(name)].points)
        assert (plain.value, plain.low, plain.high) == pytest.approx((precision, precision - 0.05, precision + 0.05), abs=1e-4)  # fmt: skip
        assert weighted.value == pytest.approx(precision - 0.02)
    assert [line.label for line in drawn.values() if line.is_strong] == ["Learnt model (weights)"]
    assert told.visited_share == pytest.approx(0.2) and told.town_share == pytest.approx(0.16)
    rows = value_chart.lines(told)
    assert [r.label for r in rows if not r.points] == ["60 visits, the capacity", "70 visits, 10 more", "80 visits, 20 more", "110 visits, 50 more"]  # fmt: skip
    assert [round(p.figure.value, 1) for r in rows for p in r.points] == [
        24, 15, 13.5, 12, 27.2, 17.4, 15.9, 14.4, 30.4, 19.8, 18.3, 16.8, 40, 27, 25.5, 24,
    ]  # fmt: skip


def test_a_rule_that_ranks_is_drawn_once_and_too_few_labels_draw_nothing() -> None:
    assert [mark for _, mark in value_chart.compared(card(stays()))] == ["first", "place", "random"]
    assert "<svg" not in html("few") and 'href="#visits"' not in html("few")


def test_no_number_of_households_below_eleven_is_shown_or_can_be_worked_out() -> None:
    told = card(won())
    shown = counts(told)
    assert shown["positives", "2026-02-02"] == "hidden"
    assert all(n == 0 or n >= 11 for n in shown.values() if isinstance(n, int))
    others = [o for o in sample.ORIGINS if shown["positives", o] != "hidden"]
    assert len(others) == 2, "one more is hidden, or it would follow from the total"
    table = html("won")[html("won").index('class="by-campaign"') :].split("</table>")[0]
    assert re.findall(r'<td class="n">([^<]*)</td>', table)[1::2] == ["25", "masqué", "masqué", "24"]
    assert "&lt;\u00a011" in html("won") or "<\u00a011" in html("won"), (
        "the ledger keeps what is below 11 to itself"
    )


@given(st.lists(st.tuples(st.integers(5, 60), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=9))
@settings(max_examples=200, deadline=None)
def test_campaigns_are_told_together_until_nobody_is_recognisable(
    drawn: list[tuple[int, float, float]],
) -> None:
    base = card(won()).rows[0]
    one = base.campaigns[0]
    rows = [replace(base, campaigns=tuple(replace(one, k=d[0], precision=d[side]) for d in drawn)) for side in (1, 2)]  # fmt: skip
    found = pools(rows)
    if found:
        assert [i for of in found for i in of] == list(range(len(drawn))), "each campaign once, in order"
    for of in found:
        for row in rows:
            isolated, called = pooled(row, of)
            assert round(isolated) >= 11 and round(called - isolated) >= 11
    everything = [pooled(row, range(len(drawn))) for row in rows]
    is_enough = all(round(f) >= 11 and round(c - f) >= 11 for f, c in everything)
    assert bool(found) == is_enough


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_no_small_count_follows_from_the_others(drawn: list[tuple[int, int]]) -> None:
    judged = card(won())
    one = judged.rows[0].campaigns[0]
    days = [one.origin.replace(year=2000 + n) for n in range(len(drawn))]
    campaigns = tuple(replace(one, origin=day, labels=p + o, positives=p) for day, (p, o) in zip(days, drawn, strict=True))  # fmt: skip
    every = replace(
        judged,
        labels=sum(p + o for p, o in drawn),
        positives=sum(p for p, _ in drawn),
        rows=(replace(judged.rows[0], campaigns=campaigns),),
    )
    shown = counts(every)
    assert all(n == 0 or n >= 11 for n in shown.values() if isinstance(n, int))
    kinds = ("labels", "positives", "others")
    sums = [cells.Sum(total=("labels", *of), parts=(("positives", *of), ("others", *of))) for of in [(), *((d.isoformat(),) for d in days)]]  # fmt: skip
    sums += [cells.Sum(total=(k,), parts=tuple((k, d.isoformat()) for d in days)) for k in kinds]
    true: dict[cells.Key, int] = {
        ("labels", d.isoformat()): p + o for d, (p, o) in zip(days, drawn, strict=True)
    }
    true |= {("positives", d.isoformat()): p for d, (p, _) in zip(days, drawn, strict=True)}
    true |= {("others", d.isoformat()): o for d, (_, o) in zip(days, drawn, strict=True)}
    true |= {("labels",): every.labels, ("positives",): every.positives, ("others",): every.labels - every.positives}  # fmt: skip
    assert told_apart(true, shown, sums) == []


def test_a_small_number_anywhere_is_a_word() -> None:
    speech = Speech(language="en")
    assert [speech.count(n) for n in (0, 1, 10, 11, "<11", "hidden")] == ["0", "<\u00a011", "<\u00a011", "11", "<\u00a011", "hidden"]  # fmt: skip
    judged = won() | {"labels": sample.labels() | {"clipped": 7}}
    assert "weights cut: < 11." in text_of(page(card(judged, "en")).decode())


@pytest.mark.parametrize(("answers", "found", "says"), [(176, 0.1193, "12%"), (176, 0.0568, "hidden"), (176, 0.9432, "hidden"), (88, 0.205, "20%")])  # fmt: skip
def test_no_count_of_the_random_arm_follows_from_the_check_of_a_chance(
    answers: int, found: float, says: str
) -> None:
    """176 answers of which 11,9 % isolated are 21, and with the estimates tell of the two who are not in both."""
    judged = won()
    judged["calibration"] = sample.calibration(holds=True) | {"random_visits": answers, "predicted": 0.1342, "found": found}  # fmt: skip
    text = text_of(page(card(judged, "en")).decode())
    told = re.search(r"drawn at random: between (\d+) and (\d+)\. Isolated among them: 13% foretold, (\S+) found\.", text)  # fmt: skip
    assert told is not None and told[3] == says
    low, high = int(told[1]), int(told[2])
    assert low <= answers < high and high - low >= 50
    assert (
        str(answers) not in text.split("Calibration, and what it permits")[-1].split("Refusals, absences")[0]
    )
    if says != "hidden":
        share = int(says[:-1]) / 100
        counts_left = {c for n in range(low, high) for c in range(n + 1) if abs(c / n - share) <= 0.005}
        assert len(counts_left) >= 7, "nobody can tell which of them"


def test_a_slope_below_zero_has_a_minus_and_no_hyphen() -> None:
    judged = won()
    judged["calibration"] = sample.calibration(holds=False) | {"slope_low": -0.49, "slope_high": 2.17}
    text = text_of(page(card(judged, "fr")).decode())
    assert "−0,49 à 2,17" in text and "-0,49" not in text


def test_what_the_duel_writes_is_what_the_card_reads() -> None:
    """A duel of the models' own classes, through its JSON."""
    estimate = Estimate(value=0.3, low=0.2, high=0.4)
    tested = Campaign(origin=card(won()).campaigns[0].origin, labels=90, positives=20, k=18, found=5.4, best=6, worst=5, called=20, called_found=6, called_unmet=2, auc=float("nan"))  # fmt: skip
    standing = Standing(
        name="points",
        figures=dict.fromkeys(figures.FIGURES, estimate),
        weighted=dict.fromkeys(figures.FIGURES, Estimate(value=0.25, low=float("nan"), high=float("nan"))),
        difference_to_best_rule=estimate,
        precision_by_lot=(0.1, 0.5),
        precision_bounds=(0.2, 0.6),
        calibration=(0.9, -0.1),
        found=dict.fromkeys(MORE_VISITS, Estimate(value=18, low=12, high=24)),
        campaigns=(tested,),
    )
    fought = Contest(challenger="points", reigning="rule_80_plus", plain=estimate, weighted=estimate, worse_off=(), behind=None)  # fmt: skip
    judged = Duel(
        champion="points", why="", beats_rules=True, best_rule="rule_80_plus", labels=90, positives=20, effective=80.0, standings=(standing,),
        contests=(fought,), absent=(), suspicious=(), rows=tested.k, ranked=(),  # type: ignore[arg-type]
    )  # fmt: skip
    mapped = calibration.none_learnt().as_json()
    told = from_json(json.dumps(judged.as_json() | {"calibration": mapped}), sample.about("en"))
    row = told.row("points")
    assert row is not None and set(row.figures) == set(figures.FIGURES) == set(model_card_words.FIGURES)
    assert row.figures["auc"].low == 0.2 and row.weighted["auc"].low is None and row.found[50].value == 18
    assert (row.by_lot, row.bounds, row.calibration) == ((0.1, 0.5), (0.2, 0.6), (0.9, -0.1))
    assert row.campaigns[0].precision == 0.3 and told.contests[0].is_won and told.k_rule == K_RULE
    assert told.calibrated is not None and not told.calibrated.holds
    assert page(told)


def test_an_older_run_without_the_later_figures_still_makes_a_page() -> None:
    judged = won()
    for name in ("contests", "labels", "calibration", "test_effective", "k_rule"):
        del judged[name]
    judged["suspicious"] = []
    for content in judged["candidates"].values():  # type: ignore[attr-defined]
        for name in ("weighted", "false_omission", "precision_by_lot", "precision_bounds", "found_with_more_visits"):  # fmt: skip
            del content[name]
    text = text_of(page(card(judged, "en")).decode())
    for says in ("This run did not look beyond the capacity.", "No contest was held.", "did not write down what it learnt from", "was not checked"):  # fmt: skip
        assert says in text
    assert "per 2.5 visits" in text


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", json.dumps(won() | {"champion": None}), json.dumps(won() | {"beats_rules": "yes"}), json.dumps(won() | {"test_labels": True}),
     json.dumps(won() | {"candidates": {"points": {"precision": {"value": "much"}}}}), json.dumps(won() | {"contests": {}})],
)  # fmt: skip
def test_a_text_that_is_no_duel_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"not the duel of a run.*\n  in duel\.json\nHint: "):
        from_json(text, sample.about())
