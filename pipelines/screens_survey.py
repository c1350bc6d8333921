"""What the terminal shows of a survey's respondents, ranked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from rich.table import Table

from models.metrics import Estimate
from models.survey import CHAMPION, MARGIN, Bar, Cell, LeftOut, Validation
from pipelines.console import out


def as_json(found: Validation) -> dict[str, object]:
    """Cells, bars and what was left out; NaN is null."""
    return {
        "cells": [_cell_json(c) for c in found.cells],
        "bars": [_bar_json(b) for b in found.bars],
        "left_out": [
            {"target": o.target, "labels": o.labels, "what": o.what, "reason": o.reason}
            for o in found.left_out
        ],
    }


def _cell_json(cell: Cell) -> dict[str, object]:
    fixed = {
        "target": cell.target,
        "labels": cell.labels,
        "candidate": cell.candidate,
        "splits": cell.splits,
        "chosen": cell.chosen,
        "respondents": cell.respondents,
    }
    return {
        **fixed,
        "prevalence": round(cell.prevalence, 4),
        "auc": cell.auc.rounded(),
        "top_precision": cell.top_precision.rounded(),
    }


def _bar_json(bar: Bar) -> dict[str, object]:
    return {
        "target": bar.target,
        "labels": bar.labels,
        "best_single": bar.single,
        "splits": bar.splits,
        "auc_single": round(bar.auc_single, 4),
        "auc_champion": round(bar.auc_champion, 4),
        "margin": round(bar.margin, 4),
        "holds": bar.holds,
    }


def survey(found: Validation) -> None:
    """The candidates of each target and number of labels, the bars, and what was not run."""
    for _, of_one in groupby(found.cells, key=lambda c: (c.target, c.labels)):
        out.print(_table(list(of_one)))
    if found.bars:
        out.print(_bars(found.bars))
    for said in _left_out(found.left_out):
        out.print(said, highlight=False, markup=False, soft_wrap=True)


def _table(cells: Sequence[Cell]) -> Table:
    """AUC and precision in the top 5 %, mean and 2.5–97.5 % range of the splits; of how many; in how many it was the champion."""
    first = cells[0]
    title = f"{first.target}, {first.labels} labels: {first.respondents} answered, {first.prevalence:.1%} in the target"
    table = _of_columns(title, "candidate", "AUC", "top 5 %", "splits", "champion")
    for c in cells:
        chosen = "" if c.candidate == CHAMPION else str(c.chosen or "")
        table.add_row(c.candidate, _shown(c.auc), _shown(c.top_precision), str(c.splits), chosen)
    return table


def _bars(bars: Sequence[Bar]) -> Table:
    """The champion beside the single candidate that it is furthest below, over the splits in which that one took part."""
    title = f"Bar: champion at most {MARGIN} AUC below any single candidate"
    names = ("target", "labels", "candidate", "splits", "its AUC", "champion", "margin", "holds")
    table = _of_columns(title, *names)
    for b in bars:
        figures = (f"{b.auc_single:.3f}", f"{b.auc_champion:.3f}", f"{b.margin:+.4f}")
        table.add_row(b.target, str(b.labels), b.single, str(b.splits), *figures, "yes" if b.holds else "NO")
    return table


def _of_columns(title: str, *names: str) -> Table:
    table = Table(box=None, pad_edge=False, title=title, title_justify="left")
    for name in names:
        table.add_column(
            name, justify="left" if name in ("target", "candidate", "holds") else "right", no_wrap=True
        )
    return table


def _shown(estimate: Estimate) -> str:
    if math.isnan(estimate.value):
        return "–"
    return f"{estimate.value:.3f} ({estimate.low:.3f}–{estimate.high:.3f})"


def _left_out(left: Sequence[LeftOut]) -> list[str]:
    """One line a thing and reason, with the places where it holds."""
    places: dict[tuple[str, str], dict[str, list[str]]] = {}
    for one in left:
        labels = places.setdefault((one.what, one.reason), {}).setdefault(one.target, [])
        labels += [] if one.labels is None else [str(one.labels)]
    return [
        f"Left out: {what}, {'; '.join(map(_place, where.items()))}: {reason}."
        for (what, reason), where in places.items()
    ]


def _place(where: tuple[str, list[str]]) -> str:
    target, labels = where
    return f"{target} at {', '.join(labels)} labels" if labels else target
