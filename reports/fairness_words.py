"""The words of the fairness report, as data: what each measure is, which side of it harms, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports import parity_words
from reports.estimates_words import GROUPS as GROUPS_OF_ESTIMATES
from reports.fairness_beside import JOINED
from reports.fairness_shown import Verdict, Why
from reports.model_card_said import Speech
from reports.parity_words import Direction
from reports.words import WIDE


@dataclass(frozen=True, kw_only=True)
class Said:
    """Msgids of one measure. ``harm``: the side on which a group is worse off; None: neither is by itself. ``finding``: the sentence before the groups that are worse off (or that differ);
    ``todo``: what to do then. ``unit``: what further cases are."""

    title: str
    what: str
    harm: Direction | None
    finding: str
    todo: str = ""
    unit: str = "visits"


def _of_the_frame(measure: str) -> Said:
    said = parity_words.MEASURES[measure]
    return Said(
        title=said.title, what=said.what, harm="more", finding=said.more, todo=said.then_more, unit="persons"
    )


MEASURES = {
    "recall": Said(
        title="Isolated households that the ranking finds",
        what="Of the isolated households of past campaigns that the ranking had not seen, the share that it would have called first; weighted, so that the visited stand for the town. The others are missed: what is lacking to 100% is the false-negative rate.",
        harm="less",
        finding="The ranking misses isolated households among them more often than among others:",
        todo="Give them seats by a floor for their group, and look on the page of the model card at what the ranking goes by.",
        unit="answers",
    ),
    "false_omission": Said(
        title="Isolated among those left out",
        what="Of the households that a list left out and the lot drew, the share that a visit found isolated; each stands for one over its chance of being drawn.",
        harm="more",
        finding="Among those whom the list leaves out, more are isolated than elsewhere:",
        todo="Extend the visits there, by a floor or by drawing more by lot: these households are there, and no list names them.",
        unit="visits drawn at random that meet somebody",
    ),
    "visited": Said(
        title="Visited, like for like",
        what="Visits made over the visits to be expected if the group did not matter: on a list what every factor and the age say of the chance, on the walk to everybody of 80 and over the age within the same neighbourhood. Alerts, bereavements and the lot are left out.",
        harm="less",
        finding="They were visited less often than others of whom the list asks as much:",
        todo="Ask the teams why: hours, stairs, language, a digicode, or a street that nobody took. Then make up for the visits that are missing.",
        unit="households that could be visited",
    ),
    "visited_of_listed": Said(
        title="Visited, of those listed",
        what="Of the households on earlier lists that are still kept, the share of which a visit has come back.",
        harm="less",
        finding="They were on a list and were visited less often than others on it:",
        todo="Ask the teams why, and make up for the visits that are missing.",
        unit="listed households",
    ),
    "list_for_need": Said(
        title="Seats on the list for the need",
        what="The group’s share of today’s list over its share of all isolated households, as visits estimate it.",
        harm="less",
        finding="They have fewer seats on the list than their share of the isolated households of the town:",
        todo="Decide whether that is meant. If not, a floor for the group gives it seats.",
        unit="visits that meet somebody",
    ),
    "reached": Said(
        title="Reached",
        what="Of the visited households that still live there, the share where somebody was met and spoke.",
        harm="less",
        finding="At their doors somebody is met less often than at others:",
        todo="Come at other hours, call or write beforehand, or let somebody whom they know introduce the visit.",
    ),
    "refused": Said(
        title="Refused",
        what="Of the households where somebody opened, the share that refused the visit.",
        harm="more",
        finding="They refuse the visit more often than others:",
        todo="Look at how the visit is announced to them, and by whom.",
    ),
    "helped": Said(
        title="Helped, of those found",
        what="Of the households found isolated, the share for whom something was agreed that goes on after the visit.",
        harm="less",
        finding="Found isolated, they are offered something less often than others:",
        todo="Look with the expert unit at what was agreed for them, and at what was missing.",
        unit="isolated households found",
    ),
    "found": Said(
        title="Found isolated, of those who answered",
        what="Of the visits with an answer, of whatever arm, the share that found somebody isolated. It follows need as much as choice.",
        harm=None,
        finding="A visit finds somebody isolated more or less often than elsewhere:",
    ),
    "precision": Said(
        title="Visits that find somebody",
        what="Of the households that the ranking would have called first, the share that was isolated; the others are visits in vain.",
        harm=None,
        finding="A place on the list means something else among them than among others:",
        todo="More visits in vain disturb people: look at what puts them on the list. Fewer mean that seats are missing.",
        unit="answers",
    ),
    "calibration": Said(
        title="Probability that holds",
        what="Isolated households found over those that the told probability expects, within the group.",
        harm=None,
        finding="The probability told on the list is not right for them:",
        todo="Do not read it as a probability for these households; the order is not affected.",
        unit="answers",
    ),
    "linkage_doubt": _of_the_frame("linkage_doubt"),
    "double": _of_the_frame("double"),
    "presence_unknown": _of_the_frame("presence_unknown"),
    "household_unknown": _of_the_frame("household_unknown"),
    "missing_sources": Said(
        title="Known from one register alone",
        what="Of the households of today’s frame, the share of which a single register knows and no lease says who lives there.",
        harm="more",
        finding="Of them more often than of others one register alone knows:",
        todo="Little can be said of them, and they rank low for lack of facts: the lot and alerts find them.",
        unit="households",
    ),
}
"""In the order in which they are read: who is missed, who is visited, what comes of it, what the frame sees."""
FIRST = (
    "recall",
    "false_omission",
    "visited",
    "visited_of_listed",
    "list_for_need",
    "reached",
    "refused",
    "helped",
    "double",
)
"""Of whom the page speaks first: being missed or treated worse. What the frame sees less well stands below, and in its own report."""
DIMENSIONS = {
    "sex": "Sex",
    "age_band": "Age of the oldest",
    "tenure": "Tenure",
    "qpv": "Priority neighbourhoods",
    "data_thin": "How much is known",
    "neighbourhood": "Neighbourhoods",
}
OWN_GROUPS = {
    "data_thin: thin": "known from one register alone",
    "data_thin: not thin": "known from more than one register",
    "age_band: 18-39": "aged 18 to 39",
}
VERDICTS: dict[Verdict, str] = {
    "within": "within the band",
    "outside": "outside the band",
    "insufficient evidence": "insufficient evidence",
    "not identifiable": "cannot be told",
}
REASONS: dict[Why, str] = {
    "doors stayed shut": "fewer than half of the doors opened, so that those who answered say nothing of the others",
    "no draw": "no visit drawn at random has come back, and only they speak of those whom a list leaves out",
    "not tested": "who ranks has not been tested on enough past visits",
    "no probability": "the scores are not told as probabilities, since they could not be checked",
    "no chosen visits": "neither the ranking nor a walk has been visited yet",
    "no earlier list": "no earlier list is kept of which visits could have come back",
    "nobody found": "no visit has found anybody isolated yet",
    "no visits": "no visit has come back yet",
    "source closed": "the register of social housing is closed, so that nobody’s tenure is known",
    "no lease": "no lease has been delivered, so that nobody’s tenure is known",
    "no list of places": "no file says which neighbourhoods are priority ones",
    "nothing to compare": "neither among them nor among the others is anybody counted: there is nothing to compare",
}


def group_words(dimension: str, group: str, names: Mapping[str, str], speech: Speech) -> str:
    """As people call a group; of a pair the one that is also the other, which stands in brackets so that a list of groups tells them apart."""
    parts = zip(dimension.split(JOINED), group.split(JOINED), strict=True)
    first, *other = (_one(d, g, names, speech) for d, g in parts)
    return " ".join([first, *(f"({one})" for one in other)])


def _one(dimension: str, group: str, names: Mapping[str, str], speech: Speech) -> str:
    key = f"{dimension}: {group}"
    known = GROUPS_OF_ESTIMATES | OWN_GROUPS
    return speech.say(known[key]) if key in known else f"{group}{WIDE}{names.get(group, '')}".strip()
