"""The list that the expert unit reads, as CSV, XLSX, HTML and Parquet. Same list, same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from features.factor import Language
from reports import sheets
from reports.words import Words, day, words

Arm = Literal["MODELE", "EXPLORATION", "SIGNALEMENT", "DEUIL"]
COLUMNS = (
    "rank",
    "household_id",
    "id_logement",
    "id_adresse",
    "quartier",
    "arm",
    "score",
    "probability",
    "drawing_probability",
    "reasons",
    "counter_evidence",
    "not_known",
    "members",
    "data_thin",
    "times_listed",
    "draws",
)
BETWEEN = " ; "
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class Said:
    """One sentence with the newest day of the records that say it and the source in words; ``weight`` is its share of the largest on the list, in [0, 1]."""

    sentence: str
    known_on: date | None
    source: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """One listed household. ``equals``: households of the whole frame with this very score; among them the lot decided. ``beside``: what else the extracts say, without weight here. ``probability`` is None while it cannot be calibrated; ``drawing_probability`` is None when nothing was drawn. ``times_listed``: in how many of ``draws`` rankings, each learnt from visits drawn again, the household is among the first; None outside the model arm."""

    rank: int
    household_id: str
    id_logement: str | None
    id_adresse: str
    quartier: str
    quartier_name: str
    arm: Arm
    score: float
    probability: float | None
    drawing_probability: float | None
    reasons: tuple[Said, ...]
    counter_evidence: tuple[Said, ...]
    beside: tuple[Said, ...]
    not_known: tuple[str, ...]
    equals: int
    times_listed: int | None
    draws: int | None
    members: int
    is_data_thin: bool


@dataclass(frozen=True, kw_only=True)
class RiskList:
    """The list and what its readers must know about it. ``expected_there``: the share of the households expected to be at their address, where it is less than the
    city asked for; None where it is not."""

    run_id: str
    city: str
    as_of: date
    language: Language
    is_fictitious: bool
    capacity: int
    households: int
    expected_there: float | None
    champion: str
    is_by_rules: bool
    is_unapproved: bool
    is_judged: bool
    judged_on: int
    precision: float | None
    precision_low: float | None
    precision_high: float | None
    share_visited_isolated: float | None
    closed_sources: tuple[str, ...]
    lines: tuple[Line, ...]


def frame(risk_list: RiskList) -> pd.DataFrame:
    """The columns of ``list.csv``; texts joined by `` ; ``."""
    rows = [
        {
            "rank": line.rank,
            "household_id": line.household_id,
            "id_logement": line.id_logement,
            "id_adresse": line.id_adresse,
            "quartier": line.quartier,
            "arm": line.arm,
            "score": round(line.score, 6),
            "probability": line.probability,
            "drawing_probability": line.drawing_probability,
            "reasons": BETWEEN.join(s.sentence for s in line.reasons),
            "counter_evidence": BETWEEN.join(s.sentence for s in line.counter_evidence),
            "not_known": BETWEEN.join(line.not_known),
            "members": line.members,
            "data_thin": "O" if line.is_data_thin else "N",
            "times_listed": line.times_listed,
            "draws": line.draws,
        }
        for line in risk_list.lines
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    floats = dict.fromkeys(("score", "probability", "drawing_probability"), "float64")
    return table.astype(floats | dict.fromkeys(("times_listed", "draws"), "Int64"))


def to_csv(risk_list: RiskList) -> bytes:
    """UTF-8, comma, one header line: for programs. A text that a spreadsheet would take for a formula is made harmless."""
    table = frame(risk_list)
    for name in table.select_dtypes(include=["object", "str"]).columns:
        table[name] = table[name].map(harmless, na_action="ignore")
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def to_parquet(risk_list: RiskList) -> bytes:
    """The same columns, typed."""
    buffer = io.BytesIO()
    frame(risk_list).to_parquet(buffer, index=False)
    return buffer.getvalue()


def to_xlsx(risk_list: RiskList) -> bytes:
    """For people: a reading sheet that prints on A4 landscape, and a sheet that says what the list is and is not."""
    say = words(risk_list.language)
    buffer = io.BytesIO()
    with sheets.workbook(buffer, risk_list.as_of) as book:
        headings = [(say(title), width) for title, width in _SHEET_COLUMNS]
        footer = (risk_list.city, day(risk_list.as_of, risk_list.language))
        rows = [_sheet_row(line, say) for line in risk_list.lines]
        sheets.table(book, say("List"), headings, rows, footer=footer, frozen_columns=2)
        sheets.texts(book, say("Read first"), about(risk_list, say))
    return buffer.getvalue()


_SHEET_COLUMNS = (
    ("Rank", 6),
    ("Household", 20),
    ("Neighbourhood", 18),
    ("Why on the list", 16),
    ("Reasons", 52),
    ("What speaks against", 28),
    ("Also in the extracts", 36),
    ("What is not known", 36),
    ("Members", 9),
)


def _sheet_row(line: Line, say: Words) -> sheets.Cells:
    return (
        line.rank,
        line.household_id,
        f"{line.quartier} {line.quartier_name}".strip(),
        arm_words(line.arm, say),
        "\n".join(s.sentence for s in line.reasons) or say("no reason: drawn at random"),
        "\n".join(s.sentence for s in line.counter_evidence),
        "\n".join(s.sentence for s in line.beside),
        "\n".join(line.not_known),
        line.members,
    )


def about(risk_list: RiskList, say: Words) -> tuple[str, ...]:
    """What every reader must know, most important first."""
    fictitious = (say("Fictitious data: this list describes nobody."),) if risk_list.is_fictitious else ()
    return (
        *fictitious,
        say(
            "This list is a proposal. The unit decides about each household; no decision is made by machine."
        ),
        say(
            "It serves to offer a visit. It may not be used for fraud control, rent recovery, benefit control, housing allocation, police or elections."
        ),
        say(
            "Some households are drawn at random, so that the city learns what the ranking misses. They deserve the same visit."
        ),
        say(
            "No extract shows mental health, illness, violence, social media use, addiction or social skills. Somebody who is not on this list may well be isolated."
        ),
        say("Anyone may object; the household then leaves this list and all later ones."),
    )


def arm_words(arm: Arm, say: Words) -> str:
    """The arm as people say it."""
    names: dict[Arm, str] = {
        "MODELE": "ranked",
        "EXPLORATION": "drawn at random",
        "SIGNALEMENT": "alert received",
        "DEUIL": "bereavement",
    }
    return say(names[arm])


RULE_WORDS = {
    "rule_80_plus": "a member of 80 or over",
    "rule_75_alone": "75 or over and alone",
    "neighbourhood": "neighbourhoods where most were found isolated first",
    "age_uk": "the published model of Age UK",
}


REFINED = "rule_80_plus_by_points"
"""As ``models.refined`` names it."""


def how_ranked(champion: str, is_by_rules: bool, say: Words, *, is_unapproved: bool = False) -> str:
    """How the list was ranked, in a sentence that nobody needs statistics for."""
    if is_unapproved:
        sentence = say("by a simple rule, “{rule}”, until the city approves a model")
        return sentence.format(rule=say(RULE_WORDS[champion]))
    if is_by_rules and champion == REFINED:
        return say(
            "by a simple rule, 80 or over first, and among equals by points from published studies: on past visits nothing was surely better"
        )
    if is_by_rules:
        sentence = say("by a simple rule, “{rule}”: on past visits no model was surely better")
        return sentence.format(rule=say(RULE_WORDS[champion]))
    if champion == REFINED:
        return say(
            "by age, 80 or over first, then by points from published studies: on past visits that did better than the rule alone"
        )
    if champion == "points":
        return say("by points from published studies, without learning from past visits")
    return say("by a model learnt from past visits that did better than simple rules")


def lead_words(champion: str, say: Words) -> str:
    """What a contribution is that is an order and no log-odds; empty where there is none."""
    if champion != REFINED:
        return ""
    return say(
        "Where somebody of 80 or over lives, the household has a lead larger than all other points together: the rule puts it first, not a study, and the size of the lead says nothing else."
    )


def harmless(text: str) -> str:
    """A cell that a spreadsheet would take for a formula, made a text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
