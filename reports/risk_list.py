"""The list that the expert unit reads, as CSV, XLSX, HTML and Parquet. Same list, same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

import pandas as pd
import xlsxwriter

from features.factor import Language
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
    """One listed household. ``equals``: households of the whole frame with this very score; among them the lot decided. ``beside``: what else the extracts say, without weight here. ``probability`` is None while it cannot be calibrated; ``drawing_probability`` is None when nothing was drawn."""

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
    members: int
    is_data_thin: bool


@dataclass(frozen=True, kw_only=True)
class RiskList:
    """The list and what its readers must know about it."""

    run_id: str
    city: str
    as_of: date
    language: Language
    is_fictitious: bool
    capacity: int
    households: int
    champion: str
    is_by_rules: bool
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
        }
        for line in risk_list.lines
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    floats = {"score": "float64", "probability": "float64", "drawing_probability": "float64"}
    return table.astype(floats)


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
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": False,
        },
    )
    book.set_properties({"created": datetime.combine(risk_list.as_of, time())})
    _reading_sheet(book, risk_list, say)
    _about_sheet(book, risk_list, say)
    book.close()
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


def _reading_sheet(book: xlsxwriter.Workbook, risk_list: RiskList, say: Words) -> None:
    sheet = book.add_worksheet(say("List"))
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF2", "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    body = book.add_format({"text_wrap": True, "valign": "top", "bottom": 4, "bottom_color": "#B8C4CC"})
    for column, (title, width) in enumerate(_SHEET_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, say(title), head)
    for row, line in enumerate(risk_list.lines, start=1):
        texts = (
            line.household_id,
            f"{line.quartier} {line.quartier_name}".strip(),
            arm_words(line.arm, say),
            "\n".join(s.sentence for s in line.reasons) or say("no reason: drawn at random"),
            "\n".join(s.sentence for s in line.counter_evidence),
            "\n".join(s.sentence for s in line.beside),
            "\n".join(line.not_known),
        )
        sheet.write_number(row, 0, line.rank, body)
        for column, text in enumerate(texts, start=1):
            sheet.write_string(row, column, text, body)
        sheet.write_number(row, len(texts) + 1, line.members, body)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(risk_list.lines), len(_SHEET_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{risk_list.city}&C{day(risk_list.as_of, risk_list.language)}&R&P / &N")


def _about_sheet(book: xlsxwriter.Workbook, risk_list: RiskList, say: Words) -> None:
    sheet = book.add_worksheet(say("Read first"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 110)
    for row, text in enumerate(about(risk_list, say)):
        sheet.write_string(row, 0, text, wrap)


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


RULE_WORDS = {"rule_80_plus": "a member of 80 or over", "rule_75_alone": "75 or over and alone"}


def how_ranked(champion: str, is_by_rules: bool, say: Words) -> str:
    """How the list was ranked, in a sentence that nobody needs statistics for."""
    if is_by_rules:
        sentence = say("by a simple rule, “{rule}”: on past visits no model was surely better")
        return sentence.format(rule=say(RULE_WORDS[champion]))
    if champion == "points":
        return say("by points from published studies, without learning from past visits")
    return say("by a model learnt from past visits that did better than simple rules")


def harmless(text: str) -> str:
    """A cell that a spreadsheet would take for a formula, made a text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
