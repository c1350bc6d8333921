"""What the terminal shows of a frozen model: the figures that somebody answers for, and who did."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import typer
from rich.table import Table

from features.factor import Language
from pipelines.approvals import Approval
from pipelines.console import out, tell
from pipelines.screens import near
from reports.model_card_json import figure
from reports.model_card_said import Speech
from reports.model_card_words import FIGURES
from reports.risk_list import RULE_WORDS
from reports.words import day, words

Told = Mapping[str, object]
COUNTED = {"labels": "labels", "tested": "test_labels", "isolated": "test_positives"}
ASKED = {"--by": "Who approves", "--role": "In which role"}


def trained(folder: Path, told: Told, language: Language) -> None:
    """What was frozen, and what is to be done with it."""
    _figures(told, language)
    tell("Frozen as {model}.", "Card: {card}", model=folder.name, card=near(folder / "card.html"))
    if told["champion"] not in RULE_WORDS:
        tell("It ranks no list outside fictitious towns until somebody approves it: {command}", command=f"lanterne approve {folder.name}")  # fmt: skip
    else:
        tell("It is a rule: it ranks without an approval.")


def to_sign(folder: Path, told: Told, language: Language, *, is_withdrawal: bool) -> None:
    """What the signature is about."""
    tell(
        "The approval of {model} is withdrawn." if is_withdrawal else "To approve: {model}", model=folder.name
    )
    _figures(told, language)
    tell("Card: {card}", card=near(folder / "card.html"))


def signed(line: Approval, language: Language) -> None:
    """Who signed what."""
    said = (
        "Withdrawn by {who}, {role}, on {day}."
        if line.action == "withdraw"
        else "Approved by {who}, {role}, on {day}."
    )
    tell(said, who=line.who, role=line.role, day=day(line.on, language))
    out.print(f"  {line.signature}", highlight=False)


def asked(option: str, language: Language) -> str:
    """A name or a role, typed."""
    say = words(language)
    return str(typer.prompt(say(ASKED[option])))


def agreed(language: Language) -> bool:
    """Whether whoever sits there signs."""
    return typer.confirm(words(language)("Sign?"))


def _figures(told: Told, language: Language) -> None:
    speech = Speech(language=language)
    say = speech.say
    out.print(f"\n[bold]{speech.name(str(told['champion']))}[/bold]", highlight=False)
    tell(
        "Learnt from {labels} visits; tested on {tested} of past campaigns, {isolated} of them isolated.",
        **{name: speech.count(int(str(told[of]))) for name, of in COUNTED.items()},
    )  # fmt: skip
    plain, weighted = (cast(Mapping[str, object], told[part]) for part in ("at_capacity", "weighted"))
    if plain:
        table = Table(box=None, pad_edge=False)
        for title in ("", "At capacity", "Weighted for the whole town"):
            table.add_column(say(title) if title else "", justify="right" if title else "left")
        for name in plain:
            table.add_row(say(FIGURES[name].title), _figure(speech, name, plain[name]), _figure(speech, name, weighted.get(name)))  # fmt: skip
        out.print(table)
    else:
        tell("Too few visits have come back to compare anything.")
    gain = figure(told["gain_over_best_rule"])
    if gain is not None:
        tell(
            "Found per 100 visits, against the rule “{rule}”: {gain}",
            rule=speech.name(str(told["best_rule"])), gain=speech.points(gain),
        )  # fmt: skip


def _figure(speech: Speech, name: str, told: object) -> str:
    found = figure(told)
    if found is None:
        return "–"
    between = speech.between(name, found)
    return (
        f"{speech.written(name, found.value)} ({between})" if between else speech.written(name, found.value)
    )
