"""What the terminal shows of a survey's respondents, ranked."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from models.survey import Cell
from pipelines.console import out


def cell_json(cell: Cell) -> dict[str, object]:
    """One cell of the survey table."""
    fixed = {
        "target": cell.target,
        "labels": cell.labels,
        "candidate": cell.candidate,
        "splits": cell.splits,
        "respondents": cell.respondents,
    }
    return {
        **fixed,
        "prevalence": round(cell.prevalence, 4),
        "auc": cell.auc.rounded(),
        "top_precision": cell.top_precision.rounded(),
    }


def survey(cells: Sequence[Cell]) -> None:
    """AUC and precision in the top 5 %, mean and 2.5–97.5 % range of the splits."""
    table = Table(box=None, pad_edge=False)
    for title in (
        "target",
        "labels",
        "candidate",
        "AUC",
        "2.5–97.5 %",
        "top 5 %",
        "2.5–97.5 %",
        "prevalence",
    ):
        table.add_column(title, justify="left" if title in ("target", "candidate") else "right")
    for c in cells:
        auc = (f"{c.auc.value:.3f}", f"{c.auc.low:.3f}–{c.auc.high:.3f}")
        top = (f"{c.top_precision.value:.3f}", f"{c.top_precision.low:.3f}–{c.top_precision.high:.3f}")
        table.add_row(c.target, str(c.labels), c.candidate, *auc, *top, f"{c.prevalence:.3f}")
    out.print(table)
