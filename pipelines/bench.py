"""``lanterne bench NAME``: figures beside their bars. Data are read here; candidates and metrics are those of the cycle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from data_contracts.errors import ConfigurationError
from features.catalogue import FACTORS
from models import survey as surveys
from pipelines import console, screens

app = typer.Typer(no_args_is_help=True, help="Figures beside their bars.")
LEAK = 0.85


@app.callback()
def bench() -> None:
    """Figures beside their bars; exit 0 when they hold."""


@app.command()
def survey(
    data: Path,
    mapping: Annotated[Path, typer.Option("--mapping", help="TOML: survey columns → factors and targets.")],
    seeds: Annotated[int, typer.Option("--seeds", min=2, help="Random splits.")] = surveys.SPLITS,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Ranks real survey respondents; an AUC above 0.85 is a leak until shown otherwise (exit 6)."""
    chosen = surveys.parsed(_text(mapping), FACTORS, str(mapping))
    table = surveys.respondents(_frame(data), chosen, str(mapping))
    cells = surveys.run(table, chosen, FACTORS, seed=1, splits=seeds)
    if json:
        console.print_json([screens.cell_json(cell) for cell in cells])
    else:
        screens.survey(cells)
    raise typer.Exit(6 if any(cell.auc.value > LEAK for cell in cells) else 0)


def _text(path: Path) -> str:
    if not path.is_file():
        raise ConfigurationError(
            "there is no such mapping",
            where=str(path),
            hint="benchmarks/survey_france.toml is one to start from.",
        )
    return path.read_text(encoding="utf-8")


def _frame(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise ConfigurationError(
            "there is no such survey file",
            where=str(path),
            hint="give the path of a CSV (or .csv.gz) or Parquet file.",
        )
    try:
        return (
            pd.read_parquet(path)
            if path.suffix == ".parquet"
            else pd.read_csv(path, sep=None, engine="python")
        )
    except (pd.errors.ParserError, UnicodeDecodeError, OSError, ValueError) as error:
        raise ConfigurationError(
            "the survey file cannot be read", where=str(path), hint="it must be CSV in UTF-8 or Parquet."
        ) from error
