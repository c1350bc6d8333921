"""What the terminal shows at the end of a command: the duel, the top of the list, where to look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.table import Table

from pipelines.checks import Finding
from pipelines.console import out
from pipelines.sources import SOURCE_WORDS
from reports.risk_list import BETWEEN, arm_words, how_ranked
from reports.words import Words, number, percent, words

TOP = 8
GATE_WORDS = {"closed": "closed", "frame": "frame only", "consent": "consent only", "open": "open"}
REPORTS = (
    "list.html",
    "list.xlsx",
    "list.csv",
    "attrition.html",
    "duel.json",
    "frame_parity.html",
    "frame.json",
    "ingest.json",
    "contracts/index.html",
    "manifest.json",
)


def by_rules(folder: Path) -> bool:
    """Whether no candidate beat the rules in this run."""
    return json.loads((folder / "duel.json").read_text())["beats_rules"] is False


def run_json(folder: Path) -> dict[str, object]:
    """The run as one object."""
    manifest = json.loads((folder / "manifest.json").read_text())
    duel = json.loads((folder / "duel.json").read_text())
    return {
        "run": str(folder),
        "run_id": manifest["run_id"],
        "champion": duel["champion"],
        "why": duel["why"],
        "steps": manifest["steps"],
    }


def run(folder: Path) -> None:
    """The duel, the top of the list, and the path of every report."""
    say = words("fr")
    duel = json.loads((folder / "duel.json").read_text())
    manifest = json.loads((folder / "manifest.json").read_text())
    _duel(duel, say)
    _top(folder, say)
    _lost(manifest["signals_lost"], say)
    out.print(f"\n[bold]{say('Where to look')}[/bold]")
    for name in REPORTS:
        out.print(f"  {near(folder / name)}", highlight=False, soft_wrap=True)


def near(path: Path) -> Path:
    """As somebody in this folder would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _duel(duel: dict[str, object], say: Words) -> None:
    out.print(
        f"\n[bold]{say('The duel')}[/bold] · {duel['test_labels']} {say('visits')}, {duel['test_positives']} {say('isolated')}"
    )
    table = Table(box=None, pad_edge=False)
    for title in ("Candidate", "Precision at capacity", "95 % interval", "Lift", "AUC"):
        table.add_column(say(title), justify="left" if title == "Candidate" else "right")
    candidates = duel["candidates"]
    assert isinstance(candidates, dict)
    for name, figures in candidates.items():
        p, lift, auc = figures["precision"], figures["lift"], figures["auc"]
        mark = "[bold]" if name == duel["champion"] else ""
        interval = f"{_percent(p['low'])} – {_percent(p['high'])}"
        table.add_row(
            f"{mark}{name}", _percent(p["value"]), interval, _digits(lift["value"]), _digits(auc["value"])
        )
    out.print(table)
    how = how_ranked(str(duel["champion"]), duel["beats_rules"] is False, say)
    out.print(f"{say('Champion')} : [bold]{duel['champion']}[/bold] – {how}", highlight=False)


def _lost(sources: Sequence[dict[str, object]], say: Words) -> None:
    """What the gates keep out of this list, and what that costs where it was measured."""
    if sources:
        out.print(f"\n[bold]{say('Signals that the gates keep out')}[/bold]")
    for one in sources:
        factors = one["factors"]
        assert isinstance(factors, list)
        said = f"{say(SOURCE_WORDS[str(one['source'])])} ({say(GATE_WORDS[str(one['gate'])])}) : {len(factors)} {say('factors')}"
        out.print(f"  {said}{_cost(one['cost'], say)}", highlight=False, markup=False)


def _cost(cost: object, say: Words) -> str:
    if not isinstance(cost, dict):
        return ""
    told = say(
        "measured on {towns} synthetic towns: {overlap} of the list stays; {found} isolated households of {listed}, instead of {found_open}"
    )
    return " – " + told.format(
        towns=cost["towns"],
        overlap=percent(cost["overlap"], "fr"),
        found=number(cost["found"], "fr", 1),
        found_open=number(cost["found_open"], "fr", 1),
        listed=number(cost["listed"], "fr"),
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


def findings(found: Sequence[Finding]) -> None:
    """One line each."""
    for finding in found:
        mark = "[green]✓[/green]" if finding.is_sound else "[red]✗[/red]"
        out.print(f"{mark} [bold]{finding.what}[/bold] {finding.detail}", highlight=False)


def _percent(value: float | None) -> str:
    return "–" if value is None else percent(value, "fr")


def _digits(value: float | None) -> str:
    return "–" if value is None else number(value, "fr", 2)
