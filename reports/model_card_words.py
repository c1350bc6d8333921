"""The words of the model card, as data: what candidates, figures, states and groups are called, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAMES = {
    "random": "At random",
    "rule_80_plus": "80 or over",
    "rule_75_alone": "75 or over, alone",
    "neighbourhood": "Neighbourhood only",
    "age_uk": "Age UK’s model",
    "rule_80_plus_by_points": "80 or over, by points",
    "points": "Points from studies",
    "logistic": "Learnt model (weights)",
    "lightgbm": "Learnt model (trees)",
    "average": "Learnt model (mean)",
}
WHO = {
    "random": "Draws by lot. It takes part to be beaten.",
    "rule_80_plus": "Homes with somebody of 80 or over come first, by lot among them: the practice of the city’s plan.",
    "rule_75_alone": "Homes where somebody of 75 or over lives alone come first, by lot among them.",
    "neighbourhood": "Neighbourhoods where past visits found the largest share of isolated households come first.",
    "age_uk": "Weighs living alone, age and widowhood as published for England in 2015.",
    "rule_80_plus_by_points": "Homes with somebody of 80 or over come first, as by the rule; among them, and after them, the points from studies decide instead of a lot.",
    "points": "Adds up what published studies say of each factor. It needs no visit to learn from.",
    "logistic": "Starts from these points and moves each factor’s weight as far as past visits bear it out.",
    "lightgbm": "Adds small decision trees to the learnt weights, where past visits are many enough.",
    "average": "The mean of the two learnt models.",
}
K_RULE = "k = the smaller of the capacity and a fifth of the visited households of each test campaign: outcomes exist only for visited households, so they stand for the town"
"""As ``models.campaigns`` writes it into ``duel.json``; another text is shown as it stands there."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One figure of the tables: its title, what it means, and how it is written: a ``share``, a number with so many ``digits``."""

    title: str
    what: str
    digits: int | None = None


FIGURES = {
    "precision": Said(
        title="Precision at capacity",
        what="share of isolated households among those called first",
    ),
    "visits_per_found": Said(
        title="Visits per isolated household found",
        what="one divided by the precision",
        digits=1,
    ),
    "lift": Said(
        title="Lift",
        what="precision divided by the share of isolated among all those visited; 1: no better than no ranking",
        digits=2,
    ),
    "recall": Said(
        title="Recall",
        what="share of the isolated who are called first; the others are missed",
    ),
    "false_omission": Said(
        title="False omission",
        what="share of isolated among those not called",
    ),
    "average_precision": Said(
        title="Average precision",
        what="mean of the precision at each isolated household, down the whole order",
        digits=2,
    ),
    "auc": Said(
        title="Area under the curve (AUC)",
        what="chance that an isolated household ranks before another one; 0.5: no better than a lot",
        digits=2,
    ),
}
LEDGER = {
    "isolated": ("met, isolated", True),
    "not isolated": ("met, not isolated", True),
    "undecided": ("met, the answers do not decide", False),
    "refused": ("refused the visit", False),
    "absent": ("nobody opened", False),
    "moved": ("not there any more", False),
    "never visited": ("never visited", False),
}
"""State of a household at a past list → its words, and whether it teaches."""
CALIBRATION = {
    "no probability: a rule tells only yes and no": "No chance can be told: a rule only says yes or no.",
    "no probability: too few answers of the random arm to check it": "No chance can be told: too few households drawn at random have answered to check one.",
    "no probability: on the random arm it does not hold": "No chance can be told: among households drawn at random, what was foretold was not what was found.",
    "the probability holds on the random arm": "A chance can be told: among households drawn at random, what was foretold was found.",
}
"""``models.calibration.VERDICTS`` → the sentence."""
GROUPS = {
    "sex: men": "households of men",
    "sex: women": "households of women",
    "sex: both": "households of women and men",
    "age_band: under 25": "all under 25",
    "age_band: 25-39": "eldest aged 25 to 39",
    "age_band: 40-59": "eldest aged 40 to 59",
    "age_band: 60-74": "eldest aged 60 to 74",
    "age_band: 75-79": "eldest aged 75 to 79",
    "age_band: 80 and over": "eldest aged 80 or over",
    "tenure: social housing": "social tenants",
    "tenure: other": "not in social housing",
    "qpv: priority": "priority neighbourhoods (QPV)",
    "qpv: other": "outside priority neighbourhoods",
}
"""Audit groups as ``duel.json`` names them; a neighbourhood is named by its code."""
CARDS = {
    "household": "Household",
    "loss": "Loss",
    "autonomy": "Autonomy",
    "work and retirement": "Work and retirement",
    "poverty": "Poverty",
    "participation": "Taking part",
    "moves": "Moves",
    "remoteness": "Remoteness",
    "presence of support": "Signs from others",
    "protective": "What protects",
}
SETTINGS = {"sex_as_feature": "the city has not let sex weigh"}
_TOO_FEW = re.compile(r"(?:at origin (?P<origin>\S+): )?\d+ labels, \d+ positive; at least (?P<labels>\d+) and (?P<positives>\d+) are needed")  # fmt: skip
UNJUDGED = {
    "no test campaign": "no past campaign to be tested on",
    "no label with a known neighbourhood": "no past visit in a known neighbourhood to learn from",
}


def too_few(reason: str) -> tuple[int, int] | None:
    """Of a candidate that had too little to learn from: how many labels, and isolated among them, it needs."""
    found = _TOO_FEW.fullmatch(reason)
    return (int(found["labels"]), int(found["positives"])) if found else None
