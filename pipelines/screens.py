"""What the terminal shows at the end of a command: the duel, the top of the list, where to look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.markup import escape
from rich.table import Table

from features.factor import Language
from features.frame import protected
from pipelines import audit, drift_told, screens_audit, who_ranks
from pipelines.checks import Finding
from pipelines.console import out
from pipelines.sources import GATE_WORDS, SOURCE_WORDS
from pipelines.who_ranks import Ranker
from reports.risk_list import BETWEEN, arm_words, how_ranked
from reports.words import Words, number, percent, words

TOP = 8
REPORTS = (
    "list.html",
    "list.xlsx",
    "list.csv",
    "estimates.html",
    "fairness.html",
    "map.html",
    "attrition.html",
    "model/card.html",
    "model/explanation.html",
    "duel.json",
    "drift.html",
    "frame_parity.html",
    "frame.json",
    "ingest.json",
    "contracts/index.html",
    "public_notice.html",
    "manifest.json",
)


def by_rules(folder: Path) -> bool:
    """Whether a rule ranks: no candidate beat the rules, or nobody has approved the one that did."""
    return who_ranks.read(folder).is_rule


def run_json(folder: Path) -> dict[str, object]:
    """The run as one object."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    duel = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
    told = drift_told.told(folder)
    return {
        "run": str(folder),
        "run_id": manifest["run_id"],
        "champion": duel["champion"],
        "listed_by": duel["listed_by"],
        "why": duel["why"],
        "head": audit.head(folder).as_json(),
        "drift": None if told is None else {"level": told.level, "said": told.said},
        "steps": manifest["steps"],
    }


def run(folder: Path, language: Language) -> None:
    """The duel, the top of the list, and the path of every report."""
    say = words(language)
    duel = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    _duel(duel, language)
    _who_ranks(who_ranks.read(folder), say)
    _drift(folder, language)
    _top(folder, say)
    _lost(manifest["signals_lost"], language)
    out.print(f"\n[bold]{say('Where to look')}[/bold]")
    for name in REPORTS:
        out.print(f"  {near(folder / name)}", highlight=False, soft_wrap=True)
    screens_audit.head(audit.head(folder))


def near(path: Path) -> Path:
    """As somebody in this folder would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _duel(duel: dict[str, object], language: Language) -> None:
    say = words(language)
    visits, isolated = (protected(int(str(duel[n]))) for n in ("test_labels", "test_positives"))
    out.print(f"\n[bold]{say('The duel')}[/bold] · {visits} {say('visits')}, {isolated} {say('isolated')}")
    if duel["candidates"]:
        _candidates(duel, language)
    out.print(f"{say('Champion')}{say(':')} [bold]{duel['champion']}[/bold]", highlight=False)


def _candidates(duel: dict[str, object], language: Language) -> None:
    say = words(language)
    table = Table(box=None, pad_edge=False)
    for title in ("Candidate", "Precision at capacity", "95% interval", "Lift", "AUC"):
        table.add_column(say(title), justify="left" if title == "Candidate" else "right")
    candidates = duel["candidates"]
    assert isinstance(candidates, dict)
    for name, figures in candidates.items():
        p, lift, auc = figures["precision"], figures["lift"], figures["auc"]
        mark = "[bold]" if name == duel["champion"] else ""
        low, precision, high = (_percent(p[part], language) for part in ("low", "value", "high"))
        numbers = (_digits(figure["value"], language) for figure in (lift, auc))
        table.add_row(f"{mark}{name}", precision, f"{low} – {high}", *numbers)
    out.print(table)


def _who_ranks(who: Ranker, say: Words) -> None:
    how = how_ranked(who.name, who.is_rule, say, is_unapproved=who.is_unapproved)
    out.print(f"{say('Ranks the list')}{say(':')} [bold]{who.name}[/bold] – {how}", highlight=False)
    if who.waits:
        waits = say("“{model}” waits for `lanterne train` and `lanterne approve`").format(model=who.waits)
        out.print(f"  {waits}", highlight=False)


def _drift(folder: Path, language: Language) -> None:
    """In one sentence; an alarm stands out."""
    told = drift_told.told(folder)
    if told:
        mark = "bold red" if told.is_alarm else "default"
        out.print(f"[{mark}]{escape(told.said[language])}[/{mark}]", highlight=False)


def _lost(sources: Sequence[dict[str, object]], language: Language) -> None:
    """What the gates keep out of this list, and what that costs where it was measured."""
    say = words(language)
    if sources:
        out.print(f"\n[bold]{say('Signals that the gates keep out')}[/bold]")
    for one in sources:
        factors = one["factors"]
        assert isinstance(factors, list)
        said = f"{say(SOURCE_WORDS[str(one['source'])])} ({say(GATE_WORDS[str(one['gate'])])}){say(':')} {len(factors)} {say('factors')}"
        out.print(f"  {said}{_cost(one['cost'], language)}", highlight=False, markup=False)


def _cost(cost: object, language: Language) -> str:
    if not isinstance(cost, dict):
        return ""
    told = words(language)(
        "measured on {towns} synthetic towns: {overlap} of the list stays; {found} isolated households of {listed}, instead of {found_open}"
    )
    return " – " + told.format(
        towns=cost["towns"],
        overlap=percent(cost["overlap"], language),
        found=number(cost["found"], language, 1),
        found_open=number(cost["found_open"], language, 1),
        listed=number(cost["listed"], language),
    )


def _top(folder: Path, say: Words) -> None:
    listed = pd.read_csv(folder / "list.csv", dtype={"quartier": str}, keep_default_na=False)
    out.print(f"\n[bold]{say('The top of the list')}[/bold] · {len(listed)} {say('households')}")
    table = Table(box=None, pad_edge=False, show_lines=False)
    for title in ("Rank", "Household", "Neighbourhood", "Reasons", "What is not known"):
        table.add_column(say(title), overflow="fold")
    for row in listed.head(TOP).to_dict("records"):
        reasons = str(row["reasons"]).replace(BETWEEN, "\n") or arm_words(row["arm"], say)
        table.add_row(
            str(row["rank"]),
            str(row["household_id"])[:9],
            str(row["quartier"]),
            reasons,
            str(row["not_known"]).replace(BETWEEN, "\n"),
        )
        table.add_section()
    out.print(table)


def findings(found: Sequence[Finding], language: Language) -> None:
    """One line each."""
    say = words(language)
    for finding in found:
        mark = "[green]✓[/green]" if finding.is_sound else "[red]✗[/red]"
        what = f"[bold]{say(finding.what)}[/bold]{say(':')}"
        out.print(f"{mark} {what} {escape(finding.detail)}", highlight=False, soft_wrap=True)


def _percent(value: float | None, language: Language) -> str:
    return "–" if value is None else percent(value, language)


def _digits(value: float | None, language: Language) -> str:
    return "–" if value is None else number(value, language, 2)
