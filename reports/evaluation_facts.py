"""What a yearly evaluation tells, as data: the counts of the year, how long things took, what the runs measured, and the indicators of the plan with their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from features.frame import HIDDEN
from features.yearly import Change, Cost, Difference, Median, Number, Share, difference, share
from features.yearly_counts import ALL, ANSWERED, ANSWERS, Counts, Span
from features.yearly_rows import NEEDS
from reports.contracts import Masthead
from reports.estimates_shown import Figure, Outcome
from reports.estimates_shown import Measure as OfTheTown
from reports.model_card_facts import Figure as Precision


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One run of the year: households listed, who ranked (``is_rule``: no model), and on past visits the share found isolated of those called first: by whoever ranks, by the rule to beat, and the
    paired difference. The figures are None where too few visits had come back."""

    run_id: str
    as_of: date
    listed: int
    capacity: int
    who: str
    is_rule: bool
    rule: str
    precision: Precision | None
    rule_precision: Precision | None
    gap: Precision | None


@dataclass(frozen=True, kw_only=True)
class TownGroup:
    """The estimates of one group, as ``reports.estimates_shown`` lets them be seen."""

    outcome: Outcome
    dimension: str
    group: str
    figures: Mapping[OfTheTown, Figure]


@dataclass(frozen=True, kw_only=True)
class Town:
    """What the last run of the year estimated of everybody from all visits drawn at random until then. ``names`` of neighbourhoods by code."""

    as_of: date
    lists: tuple[date, ...]
    groups: tuple[TownGroup, ...]
    names: Mapping[str, str]

    @property
    def all(self) -> TownGroup:
        """Of everybody, isolated."""
        return next(one for one in self.groups if one.outcome == "isolated" and not one.dimension)

    @property
    def not_measured(self) -> tuple[int, int]:
        """Of how many groups it is not known how many are isolated, and how many groups there are. Everybody is no group."""
        groups = [one for one in self.groups if one.dimension]
        return sum(one.figures["prevalence"].verdict != "measured" for one in groups), len(groups)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One year. ``until``: the last day of which anything is known; ``identified``: households named on the lists of the runs that are kept. By span: ``medians`` (and
    name), ``changes`` (of loneliness), ``costs`` (None: the city gave no costs). ``professionals``: people who gave an opinion, by profession, and ``teams`` of
    volunteers that went out: None without a desk. ``closed``: sources, in words, whose gate lets nothing through."""

    masthead: Masthead
    year: int
    until: date
    counts: Counts
    identified: Mapping[Span, Number]
    medians: Mapping[tuple[Span, str], Median | None]
    changes: Mapping[Span, Change]
    costs: Mapping[Span, Cost] | None
    professionals: Mapping[str, int] | None
    teams: int | None
    closed: tuple[str, ...]
    runs: tuple[Ranked, ...]
    town: Town | None

    @property
    def has_desk(self) -> bool:
        """Whether a review desk was ever started."""
        return self.professionals is not None

    def knows(self, span: Span) -> bool:
        """Whether anybody rang, or told the city anything, in it."""
        return bool(self.counts.of(span, "doors")) or bool(self.counts.of(span, "received"))


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A row of the plan. ``title``, ``means``: msgids. The count of ``parts`` of a table, and beside it its share of ``parts`` and ``rest``; without ``rest`` the count alone.
    ``needs_desk``: it is entered nowhere else. ``by_half``: whether it is told of half a year too."""

    name: str
    title: str
    means: str
    table: str
    parts: tuple[str, ...]
    rest: tuple[str, ...] = ()
    needs_desk: bool = False
    by_half: bool = True

    def share(self, counts: Counts, span: Span) -> Share:
        """Hidden where one of its counts is."""
        part, rest = (
            added([counts.of(span, self.table, one) for one in some]) for some in (self.parts, self.rest)
        )
        return share(part, added([part, rest]))

    def difference(self, counts: Counts, span: Span, other: Span) -> Difference | None:
        """Of the shares of two spans."""
        return difference(self.share(counts, span), self.share(counts, other)) if self.rest else None


def added(numbers: list[Number]) -> Number:
    """Hidden where one of them is."""
    known = [n for n in numbers if isinstance(n, int)]
    return sum(known) if len(known) == len(numbers) else HIDDEN


ASKED = (*ANSWERED, "refused", "absent")
DONE = (
    Indicator(name="doors", title="Households visited", means="A household counts once for each list or alert that sent somebody to its door, however often they rang.", table="doors", parts=(ALL,)),
    Indicator(name="reached", title="Households reached", means="Somebody answered, and the answers decide whether they are isolated; of those who still live there.", table="doors", parts=ANSWERED, rest=("refused", "absent")),
    Indicator(name="refused", title="Refusals", means="They did not wish the visit, or gave no answer that decides; of those who still live there.", table="doors", parts=("refused",), rest=(*ANSWERED, "absent")),
    Indicator(name="absent", title="Nobody opened", means="At no visit of that list; of those who still live there.", table="doors", parts=("absent",), rest=(*ANSWERED, "refused")),
    Indicator(name="moved", title="No longer there", means="Moved, died, lives in an establishment, or the door was not found: of all households visited.", table="doors", parts=("moved",), rest=ASKED),
    Indicator(name="volunteers", title="Visits by volunteers", means="Of all visits, those that a pair of volunteers made.", table="visits", parts=("VOLONTAIRE",), rest=("AGENT", "PROFESSIONNEL")),
)  # fmt: skip
FOUND = (
    Indicator(name="isolated", title="Truly isolated", means="LSNS-6 below 12 (60 and over), or none of five networks alive; of the households that answered.", table="doors", parts=("isolated",), rest=("not isolated",)),
    Indicator(name="lonely", title="Lonely", means="UCLA-3 of 6 and more; of those who answered all three questions. Isolated and lonely are two things.", table="lonely", parts=("yes",), rest=("no",)),
    Indicator(name="judged", title="Judged isolated by the unit", means="The unit’s own judgement, isolated or severely isolated; of the households that it judged.", table="judged", parts=("3", "2"), rest=("1", "0")),
    Indicator(name="severe", title="Severe cases", means="Judged severely isolated by the unit; of the households that it judged.", table="judged", parts=("3",), rest=("2", "1", "0")),
)  # fmt: skip
FOLLOWED = (
    Indicator(name="supported", title="Households supported", means="At least one step of a follow-up was entered at the desk; counted at the first of the year.", table="supported", parts=(ALL,), needs_desk=True),
    Indicator(name="services", title="Services that began because of a visit", means="Home help, meals, remote assistance, transport, aid: one a person and service, as the services say it.", table="services", parts=("support",), by_half=False),
    Indicator(name="taking_part", title="Participation that began because of a visit", means="Clubs, community centres, library, sport, digital workshops: one a person and service, as the services say it.", table="services", parts=("taking part",), by_half=False),
    Indicator(name="takes_part", title="Take part in an activity", means="Of the households of which the follow-up says it; their last word in the year.", table="taking part", parts=("yes",), rest=("no",), needs_desk=True, by_half=False),
    Indicator(name="out", title="Out of isolation at 6 months", means="Of the households found isolated six months before that are still there and of which there is news: a later visit finds them isolated no more, or the unit closed the case for it. Whoever is visited again is chosen, not drawn.", table="six months", parts=("out",), rest=("still",), by_half=False),
    Indicator(name="satisfied", title="Satisfied with the help", means="Rather or very satisfied; of the households that were asked, their last word in the year.", table="satisfied", parts=("yes",), rest=("no",), needs_desk=True, by_half=False),
)  # fmt: skip
ALERTED = (
    Indicator(name="received", title="Alerts received", means="By telephone, application, neighbours, building agents, associations, professionals.", table="received", parts=(ALL,)),
    Indicator(name="visited", title="Alerts followed by a visit", means="Somebody rang at that dwelling, or for that person, within 180 days.", table="alerts", parts=ANSWERS, rest=("not visited",), by_half=False),
    Indicator(name="alert_isolated", title="Isolated among those visited after an alert", means="Of the alerts whose visit gave an answer that decides.", table="alerts", parts=("isolated",), rest=("not isolated",), by_half=False),
)  # fmt: skip
ALL_INDICATORS = (*DONE, *FOUND, *FOLLOWED, *ALERTED)
BY_NAME = {one.name: one for one in ALL_INDICATORS}
MEDIANS = {
    "list_to_visit": "From the list to the first visit",
    "alert_to_visit": "From the alert to the first visit",
    "alert_to_answer": "From the alert to the unit’s first step",
    "case_to_decision": "From the case to the unit’s decision",
    "decision_to_visit": "From the decision to the first visit",
}
"""Name → msgid; the last three are the desk's."""
OF_THE_DESK = ("alert_to_answer", "case_to_decision", "decision_to_visit")
NEED_WORDS = dict(
    zip(
        NEEDS,
        ("mobility", "meals", "leisure", "courtesy visits", "digital help", "household chores"),
        strict=True,
    )
)
ARM_WORDS = {
    "MODELE": "ranked by the machine",
    "EXPLORATION": "drawn at random",
    "SIGNALEMENT": "after an alert",
    "DEUIL": "bereaved, with their consent",
    "TEMOIN_80PLUS": "everybody of 80 and over",
    "OTHER": "chosen otherwise",
}
CHANNEL_WORDS = {
    "TELEPHONE": "telephone line",
    "APPLICATION": "application",
    "VOISIN": "neighbour",
    "AGENT_IMMEUBLE": "building agent",
    "ASSOCIATION": "association",
    "PROFESSIONNEL": "professional",
    "MISSION_LOCALE": "Mission Locale",
    "OTHER": "another channel, or not said",
}
KIND_WORDS = {
    "APPEL": "call",
    "VISITE": "visit",
    "COURRIER": "letter",
    "ENTRETIEN": "interview",
    "SERVICE": "a service begins",
    "ORIENTATION": "referral",
    "BILAN": "review of the situation",
}
ENTRY_WORDS = {
    "list": "from a list",
    "SIGNALEMENT": "after an alert",
    "DEUIL": "bereaved, with their consent",
    "added": "added by the unit",
}
ENDED_WORDS = {
    "SORTI_ISOLEMENT": "out of isolation",
    "RELAIS_PRIS": "somebody else looks after them",
    "PAS_DE_BESOIN": "nothing is needed",
    "DEPART": "moved, or lives in an establishment",
    "DECES": "died",
    "NE_SOUHAITE_PAS": "does not wish it",
}
PROFESSION_WORDS = {
    "TRAVAILLEUR_SOCIAL": "social workers",
    "COORDINATION": "coordination",
    "PROFESSIONNEL_SANTE": "health professionals",
    "RESPONSABLE": "heads of service",
}
