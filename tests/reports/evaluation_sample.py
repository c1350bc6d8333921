"""A year by hand: 400 households visited, 240 of them reached, 80 isolated; the year before as good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from features.intervals import Interval
from features.yearly import Change, Difference, Median, Number, change, median_of
from features.yearly_counts import ALL, ARMS, CHANNELS, MET, SPANS, Counts
from features.yearly_rows import NEEDS
from reports.contracts import Masthead
from reports.estimates_shown import Figure
from reports.evaluation_facts import MEDIANS, Evaluation, Ranked, Town, TownGroup
from reports.model_card_facts import Figure as Precision

OF_A_SPAN: Mapping[str, Mapping[str, int]] = {
    "doors": {"isolated": 80, "not isolated": 160, "refused": 50, "absent": 70, "moved": 40},
    MET: {ALL: 240},
    "lonely": {"yes": 60, "no": 150, "no answer": 30},
    "judged": {"3": 20, "2": 50, "1": 60, "0": 90, "none": 20},
    "visits": {"VOLONTAIRE": 200, "AGENT": 150, "PROFESSIONNEL": 70},
    "received": {"alert": 120},
    "alerts": {"isolated": 30, "not isolated": 60, "no answer": 18, "not visited": 12},
    "services": {"taking part": 25, "support": 40},
    "six months": {"out": 30, "still": 25, "gone": 0, "none": 20},
    "entries": {"list": 150, "SIGNALEMENT": 60, "DEUIL": 15, "added": 12},
    "supported": {"household": 70},
    "ended": {"SORTI_ISOLEMENT": 20, "RELAIS_PRIS": 15, "PAS_DE_BESOIN": 0, "DEPART": 12, "DECES": 0, "NE_SOUHAITE_PAS": 11},
    "taking part": {"yes": 30, "no": 20},
    "satisfied": {"yes": 40, "no": 20},
    **{need: {"yes": 40, "no": 190, "no answer": 10} for need in NEEDS},
    **{f"kind {kind}": {kind: 30} for kind in ("APPEL", "VISITE", "COURRIER", "ENTRETIEN", "SERVICE", "ORIENTATION", "BILAN")},
    **{arm: {"isolated": 0, "not isolated": 0, "no answer": 0} for arm in ARMS},
    "MODELE": {"isolated": 60, "not isolated": 90, "no answer": 100},
    "EXPLORATION": {"isolated": 20, "not isolated": 70, "no answer": 60},
    **{f"alerts {one}": {"isolated": 0, "not isolated": 0, "no answer": 0, "not visited": 0} for one in CHANNELS},
    **{f"alerts {one}": {"isolated": 15, "not isolated": 15, "no answer": 0, "not visited": 0} for one in CHANNELS[:7]},
}  # fmt: skip
"""The same of every span; totals follow."""
CHANGE = change([8.0] * 12 + [5.0] * 20, [7.0, 8.0] * 6 + [None] * 20)
NOT_KNOWN = Figure(measure="prevalence", value=None, interval=Interval(low=0.0, high=0.4), bounds=Interval(low=0.0, high=0.6), verdict="insufficient evidence", more_met=150)  # fmt: skip
KNOWN = replace(NOT_KNOWN, value=0.11, interval=Interval(low=0.07, high=0.16), verdict="measured", more_met=0)
RUN = Ranked(
    run_id="2026-11-02-x", as_of=date(2026, 11, 2), listed=66, capacity=60, who="logistic", is_rule=False, rule="rule_80_plus",
    precision=Precision(value=0.4, low=0.33, high=0.47), rule_precision=Precision(value=0.3, low=0.24, high=0.36), gap=Precision(value=0.1, low=0.02, high=0.18),
)  # fmt: skip


def counts(**over: Mapping[str, Number]) -> Counts:
    """``over``: table → category → number, in the year; a space in a name is written ``_``."""
    numbers: dict[tuple[str, ...], Number] = {}
    changed = {
        name.replace("_", " ") if name.startswith(("alerts_", "six_")) else name: cells
        for name, cells in over.items()
    }
    for span in SPANS:
        for table, cells in OF_A_SPAN.items():
            now = {**cells, **(changed.get(table, {}) if span == "year" else {})}
            numbers |= {(span, table, category): n for category, n in now.items()}
            plain = [n for category, n in now.items() if isinstance(n, int) and category != ALL]
            numbers.setdefault((span, table, ALL), sum(plain))
    return Counts(numbers=numbers)


def evaluation(**over: Any) -> Evaluation:
    """Everything known, all as it should be."""
    medians: dict[Any, Median | None] = {
        (span, name): median_of([10] * 40) for span in SPANS for name in MEDIANS
    }
    none = Change(asked=0, again=0)
    town = Town(
        as_of=date(2026, 11, 2),
        lists=(date(2026, 3, 1), date(2026, 6, 1)),
        groups=(group("isolated", "", ""), group("lonely", "", ""), group("isolated", "sex", "women")),
        names={},
    )
    given: dict[str, Any] = {
        "masthead": Masthead(city="Petite ville", language="fr", is_fictitious=True),
        "year": 2026, "until": date(2026, 12, 31), "counts": counts(), "identified": {"year": 300, "before": 280},
        "medians": medians, "changes": {"year": CHANGE, "before": none}, "costs": {}, "professionals": {"TRAVAILLEUR_SOCIAL": 3, "COORDINATION": 1},
        "teams": 4, "closed": (), "runs": (RUN,), "town": town,
    }  # fmt: skip
    return Evaluation(**(given | over))


def group(outcome: Any, dimension: str, name: str, figure: Figure = KNOWN) -> TownGroup:
    figures = {
        measure: replace(figure, measure=measure)
        for measure in ("prevalence", "found_share", "false_omission")
    }
    return TownGroup(outcome=outcome, dimension=dimension, group=name, figures=figures)  # type: ignore[arg-type]


def moved(value: float, low: float, high: float) -> Difference:
    return Difference(value=value, interval=Interval(low=low, high=high))
